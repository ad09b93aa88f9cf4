"""The rewards that wait for a person: why each waits, what stands in the journal, and why one may not decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matchback.acts import own_grants
from matchback.answers.decisions import PAST, standing_decisions
from matchback.answers.printing import money
from matchback.answers.query import open_published
from matchback.context import RunContext, open_context
from matchback.rewards.ledger_book import MANUAL
from matchback.workspace import Workspace

Row = dict[str, Any]
REASONS = {
    "documents_checked": "The documents were checked",
    "terms_met": "The terms are met",
    "verified_by_phone": "Verified by phone",
    "suspected_abuse": "Suspected abuse",
    "duplicate": "A duplicate",
}
RETRY_REASONS = {
    "payment_details_corrected": "The payment details were corrected",
    "payer_confirmed": "The payer confirmed that nothing was paid",
}
WAITS = {
    "grant": "Granted by hand: another operator approves it",
    "review": "A quality rule asks for a look at the referral",
    "rule": "Its rule asks for a person",
    "failed": "The payment failed: pay it again once its cause is mended",
}


@dataclass(frozen=True)
class Waiting:
    """One reward in the queue; `acts` are what may be done with it, `why_not` says why there is nothing."""

    reward_id: int
    words: str
    program: str
    rule: str
    role: str
    earned_on: str
    release_on: str
    waits: str
    acts: tuple[str, ...]
    why_not: str

    @property
    def is_failed(self) -> bool:
        return self.waits == WAITS["failed"]


def acting_context(workspace: Workspace, who: str) -> RunContext:
    """Return the context in which somebody who is logged in acts: as of today, under their own name."""
    return replace(open_context(workspace), operator=who)


def waiting_rewards(context: RunContext) -> list[Waiting]:
    """Return the queue for the operator of a context, the oldest first."""
    with open_published(context.workspace) as (_, warehouse):
        rows = warehouse.rows("explain/open_rewards")
        used = {row["caused_by"] for row in warehouse.rows("explain/used_acts")}
    standing = standing_decisions(context, used)
    own = own_grants(context, context.operator)
    by_hand = {rule.id for rule in context.config.rewards if rule.approve == "manual"}
    dual = context.config.payout.dual_control
    found = []
    for row in rows:
        kind = _kind(row, by_hand, dual)
        if kind:
            found.append(_waiting(row, kind, standing.get(row["reward_id"]), row["reward_id"] in own))
    return found


def _kind(row: Row, by_hand: Sequence[str] | set[str], dual: bool) -> str:
    if row["state"] == "failed":
        return "failed"
    if row["in_review"]:
        return "review"
    if row["rule_id"] == MANUAL:
        return "grant" if dual else ""
    return "rule" if row["rule_id"] in by_hand else ""


def _waiting(row: Row, kind: str, standing: tuple[str, int] | None, is_own: bool) -> Waiting:
    acts: tuple[str, ...] = ("retry",) if kind == "failed" else ("approve", "decline")
    why_not = ""
    if standing is not None and standing[0] in (*acts, "decline"):
        acts = ("decline",) if standing[0] == "approve" else ()
        why_not = f"{PAST[standing[0]].capitalize()} by journal entry {standing[1]}: the next run applies it."
    elif is_own and kind != "failed":
        acts, why_not = ("decline",), "You granted it, so another operator approves it."
    return Waiting(
        reward_id=row["reward_id"],
        words=f"{money(row['amount_minor'], row['currency'])} {row['kind'].replace('_', ' ')}",
        program=row["program"],
        rule="by hand" if row["rule_id"] == MANUAL else row["rule_id"],
        role=row["role"],
        earned_on=str(row["earned_on"]),
        release_on=str(row["release_on"]),
        waits=WAITS[kind],
        acts=acts,
        why_not=why_not,
    )
