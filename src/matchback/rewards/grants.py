"""Rewards that operators grant by hand: what is due of them, what was withdrawn, and whose approval counts.

Rows are those of `manual_grants` (sql/reward). Under dual control a grant waits for the approval of another operator
than the one who gave it; without it, it is due at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.rewards.ledger import Due, Verdict
from matchback.rewards.ledger_tables import grant_of_row

Row = Mapping[str, Any]


def granted(rows: Sequence[Row], *, dual_control: bool) -> list[Due]:
    """Return the grants that stand, each as a promise that an act makes."""
    return [
        Due(grant_of_row(row["reward_id"], row), "manual" if dual_control else "auto", row["granted_by"])
        for row in rows
        if row["withdrawn_by"] is None
    ]


def withdrawn(rows: Sequence[Row]) -> dict[int, Verdict]:
    """Return the verdict on each grant that was withdrawn: reversed, and taken back where it was paid."""
    return {
        row["reward_id"]: Verdict(
            row["reward_id"],
            "reversed",
            reason_code=row["withdrawn_reason"],
            caused_by=row["withdrawn_by"],
            effective_on=row["withdrawn_on"],
        )
        for row in rows
        if row["withdrawn_by"] is not None
    }


def counted_approvals(rows: Sequence[Row], approvals: Sequence[Row], *, dual_control: bool) -> list[Row]:
    """Return the approvals and declines (rows of `reward_approvals`) without what an operator approves of their own."""
    givers = {row["reward_id"]: row["operator_id"] for row in rows} if dual_control else {}
    return [
        row
        for row in approvals
        if row["decision"] == "decline"
        or row["operator_id"] is None
        or row["operator_id"] != givers.get(row["reward_id"])
    ]
