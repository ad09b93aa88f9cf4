"""Every finding of the ledger has words, and the run's summary, explain and the report page use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matchback.answers.summary import _findings
from matchback.publishing.findings import REWARD_FINDINGS, finding_counts, finding_words

REPOSITORY = Path(__file__).resolve().parents[2]
WRITERS = (
    "src/matchback/rewards/ledger.py",
    "src/matchback/rewards/payout.py",
    "src/matchback/reward.py",
    "src/matchback/rewards/payouts_after_restore.py",
    "sql/reward/payout_bars.sql",
)
PATTERNS = (
    r'Finding\([\w.]+, "(\w+)"',
    r"'(payout_\w+)' AS finding",
    r'"(payout_\w+)" for state',
    r'"(payout_\w+_restore)"',
)


def test_every_finding_that_is_written_has_words() -> None:
    text = "".join((REPOSITORY / path).read_text(encoding="utf-8") for path in WRITERS)
    written = {code for pattern in PATTERNS for code in re.findall(pattern, text)}
    assert written == set(REWARD_FINDINGS)


@pytest.mark.parametrize("code", REWARD_FINDINGS)
def test_words_say_what_it_means(code: str) -> None:
    name, meaning = finding_words(code)
    assert not name.endswith(".")
    assert meaning.endswith(".")


def test_the_summary_counts_findings_and_is_silent_without_any() -> None:
    rows = [
        {"finding": "payout_without_account", "rewards": 2},
        {"finding": "paid_not_due", "rewards": 1},
    ]
    assert _findings([]) == ""
    assert _findings(rows).splitlines() == [
        "To look at (table reward_findings; why:  matchback explain --reward ID)",
        "  payout_without_account           2 rewards  No account to pay to",
        "  paid_not_due                      1 reward  Paid, but not due any more",
    ]
    assert finding_counts(rows) == "2 payout_without_account, 1 paid_not_due"
