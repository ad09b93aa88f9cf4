"""Quality rules through whole nights: from the files to what is paid, published and told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matchback.acts import record_act
from matchback.answers.explain import Question, explain
from matchback.answers.query import run_query
from matchback.context import open_context
from matchback.errors import ConfigurationError
from matchback.steps import run_steps
from matchback.workspace import Workspace
from unit.simulated_bank import AS_OF, FILES, TOML

RULES = """
quality = [
  { rule = "similar_emails" },
  { rule = "disposable_domain", verdict = "rejected" },
]
"""
GWEN, JACK = "a.d.a+1@example.com", "jack@mailinator.com"  # Ada's own, it seems; and nobody's for long


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small bank with two quality rules, after its only night; the tests go on from there, one after another."""
    root = tmp_path_factory.mktemp("bank")
    for feed, content in FILES.items():
        (root / "inbox" / feed).mkdir(parents=True)
        text = content.replace("gwen@example.net", GWEN).replace("jack@example.net", JACK)
        (root / "inbox" / feed / f"{feed}.csv").write_text(text, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    write_terms(root, RULES)
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=AS_OF))
    return workspace


def write_terms(root: Path, rules: str) -> None:
    head, tail = TOML.split("look_back_days", 1)
    (root / "matchback.toml").write_text(f"{head}{rules}look_back_days{tail}", encoding="utf-8")


def rewards(workspace: Workspace) -> dict[str, str]:
    """Return the state of the rewards by the day and hour (UTC) of the opening."""
    rows = run_query(
        workspace,
        "SELECT e.occurred_at, r.state, r.reward_id FROM rewards r JOIN events e USING (event_id) ORDER BY 1",
    )
    return {f"{row['occurred_at']:%d %H}": row["state"] for row in rows}


def told(workspace: Workspace, event: str) -> str:
    return explain(workspace, Question("event", event)).text()


def test_a_review_holds_the_reward_and_a_rejection_leaves_none(bank: Workspace) -> None:
    """Finn's and Hugo's are paid at once; Gwen's, of the same day, waits for a person; Jack's is not earned."""
    assert rewards(bank) == {"02 15": "issued", "02 16": "pending", "02 17": "issued"}
    gwen = told(bank, "OPEN-GWEN")
    assert "Eligible: yes" in gwen
    assert "Quality: review: nothing is paid until a person approves the reward" in gwen
    assert "differ by 0 letters; the rule holds below 1 (similar_emails)" in gwen
    assert "a person approves it, since a quality rule asks for a look" in gwen
    jack = told(bank, "OPEN-JACK")
    assert "Eligible: yes" in jack
    assert "Quality: rejected: it earns nothing" in jack
    assert "at domains of disposable mail: 1; the rule holds above 0 (disposable_domain)" in jack
    assert "a quality rule rejects the referral" in jack


def test_numbers_are_published_and_no_address(bank: Workspace) -> None:
    rows: list[dict[str, Any]] = run_query(
        bank, "SELECT rule, verdict, COUNT(*) AS n FROM recognition_quality GROUP BY ALL ORDER BY ALL"
    )
    assert [(row["rule"], row["verdict"], row["n"]) for row in rows] == [
        ("disposable_domain", "passed", 3),
        ("disposable_domain", "rejected", 1),
        ("similar_emails", "passed", 3),
        ("similar_emails", "review", 1),
    ]
    files = [path for path in bank.published.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if b"mailinator" in path.read_bytes()] == []


def test_a_person_who_approves_lets_the_reward_go(bank: Workspace) -> None:
    (row,) = run_query(bank, "SELECT reward_id FROM rewards WHERE state = 'pending'")
    night = open_context(bank, as_of=date(2026, 11, 11))
    record_act(night, "reward_approved", subject_id=row["reward_id"], reason_code="spoke_to_both")
    run_steps(night)
    assert rewards(bank) == {"02 15": "issued", "02 16": "issued", "02 17": "issued"}


def test_another_threshold_is_another_promise(bank: Workspace) -> None:
    write_terms(bank.root, RULES.replace('"similar_emails"', '"similar_emails", less_than = 2'))
    with pytest.raises(ConfigurationError, match=r"programs\.refer: changed in quality"):
        run_steps(open_context(bank, as_of=date(2026, 11, 11)))
