"""What the ledger found about rewards and a person should see, in the words of an operator.

The reward step writes `reward_findings`; the run's summary, `explain`, `doctor` and the report page say them with these
words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REWARD_FINDINGS = {
    "paid_not_due": (
        "Paid, but not due any more",
        "The terms no longer promise the reward, and do not take back what was paid.",
    ),
    "paid_on_conflict": (
        "Paid on a conflicting event",
        "The event behind the reward now stands in versions that contradict each other; the reward was issued before.",
    ),
    "displaced_kept": (
        "Kept against later evidence",
        "Later evidence leads to another advocate; the reward stays with the one who had earned it.",
    ),
    "declined_too_late": ("Declined after payment", "The reward had been issued before it was declined."),
    "payout_without_account": (
        "No account to pay to",
        "The reward is approved and blocked: no pay-to account of its beneficiary is known.",
    ),
    "payout_below_minimum": (
        "Below the payout's minimum",
        "The reward is approved and waits until enough is owed to the account.",
    ),
    "payout_advocate_not_eligible": (
        "Advocate not eligible now",
        "The reward is approved and waits: the program pays eligible advocates only.",
    ),
    "payout_in_review": (
        "Waits for a review",
        "Since time approved the reward, a quality rule asks for a look at the referral: a person has to approve it.",
    ),
    "payout_answered_as_paid": (
        "Answered as paid",
        "To be paid again after a failure, but the paying system answered later that it was paid: ask first.",
    ),
    "payout_needs_another_operator": (
        "Needs another operator",
        "Whoever approved the reward may not issue it: someone else has to run the payout.",
    ),
    "payout_held_after_restore": (
        "Held since the restore",
        "The workspace was restored from a backup; no payout file is made until someone says which ones were sent.",
    ),
    "payout_sent_before_restore": (
        "Sent before the restore",
        "A payout file that was sent after the backup holds the reward; it is paid only by that very file.",
    ),
    "answer_to_unknown_reward": (
        "Answer to an unknown reward",
        "The paying system answered about a reward that the ledger does not hold.",
    ),
}


def finding_words(finding: str) -> tuple[str, str]:
    """Return a finding's short name and its meaning."""
    return REWARD_FINDINGS.get(finding, (finding.replace("_", " ").capitalize(), ""))


def finding_counts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rewards by finding on one line; rows have `finding` and `rewards`."""
    return ", ".join(f"{row['rewards']:,} {row['finding']}" for row in rows)
