"""Payouts as an operator sees them: the files, and what is open between due, issued and fulfilled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.acts import record_act
from matchback.answers.printing import as_columns, count, money
from matchback.answers.query import open_published
from matchback.answers.reasons import Outcome, check_reason
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.journal import Journal
from matchback.publishing.deliver import SENT
from matchback.publishing.report_payouts import OPEN_STATES
from matchback.rewards.payout_numbers import (
    CHANGED,
    TOTALS_CHANGED,
    file_states,
    journaled_payouts,
    payout_path,
)
from matchback.workspace import Workspace

Row = dict[str, Any]
_MONEY = ("due", "issued", "fulfilled")
CLOSABLE = (
    "to_recover",
    "paid_not_due",
    "other_amount",
    "fulfilled_twice",
    "answer_not_followed",
    "answered_not_issued",
    "unknown_reward",
)
_SEE_ALL = "matchback payouts reconcile --all"
_NOT_AS_ISSUED_WORDS = (
    (
        CHANGED,
        "payout file",
        "Nobody may pay from it, and it is not delivered; restore it from a backup.",
    ),
    (
        TOTALS_CHANGED,
        "totals file",
        "The payout file beside it is as issued; neither is delivered until the totals are restored from a backup.",
    ),
)
_NOT_AS_ISSUED = tuple(found for found, _, _ in _NOT_AS_ISSUED_WORDS)
_NOTHING = "Due, issued and fulfilled agree: nothing is open."
_NONE_OF_THESE = "Nothing is open in this state and program; the sums above are those of all programs."


def payout_list(workspace: Workspace) -> tuple[str, list[Row]]:
    """Return the payout files with their totals, answers and the state of their bytes, in words and as data."""
    with open_published(workspace) as (_, warehouse):
        files = warehouse.rows("explain/payout_files")
    folder = workspace.outbox / "payouts"
    journaled = journaled_payouts(Journal(workspace.journal_dir))
    states = file_states(folder, {row["payout_number"]: row["file_hash"] for row in files}, journaled)
    rows = [
        {
            "payout": row["payout_number"],
            "issued_on": row["issued_on"],
            "rewards": row["rewards"],
            "amount": money(row["amount_minor"], row["unit"]),
            "fulfilled": row["fulfilled"],
            "returned": row["returned"],
            "unanswered": row["unanswered"],
            "file": states[row["payout_number"]],
            "delivered": payout_path(folder, row["payout_number"]).with_suffix(SENT).exists(),
            "sha256": row["file_hash"],
        }
        for row in files
    ]
    lines = [as_columns([{**row, "sha256": row["sha256"][:12]} for row in rows])]
    begun = {body["number"] for body in journaled}
    if unused := sorted(begun - states.keys() - {0}):
        numbers = ", ".join(str(number) for number in unused)
        lines.append(
            f"Begun and not published as issued: {numbers}. A run that was cut off withdraws its file."
        )
    lines += _changed_words(states)
    return "\n\n".join(lines), rows


def reconciliation(
    workspace: Workspace, state: str | None = None, program: str | None = None, *, everything: bool = False
) -> tuple[str, dict[str, Any]]:
    """Return what is open between due, issued and fulfilled, with totals, in words and as data.

    Listed is what somebody has to clear; with `everything`, or where a state is named, also what only waits. The totals
    are those of all. Raises MatchbackError for a state that there is not: an empty answer would read as if nothing were
    open.
    """
    if state is not None and state not in OPEN_STATES:
        raise MatchbackError(
            f"There is no open state {state!r}. There are: {', '.join(OPEN_STATES)}",
            next_step="See all that is open:  matchback payouts reconcile --all",
        )
    with open_published(workspace) as (_, warehouse):
        rows = warehouse.rows("explain/open_payouts")
        totals = warehouse.rows("explain/payout_totals")
        files = warehouse.rows("explain/payout_files")
    asked = [row for row in rows if state in (None, row["state"]) and program in (None, row["program"])]
    kept = [row for row in asked if everything or state is not None or row["is_to_clear"]]
    states = file_states(
        workspace.outbox / "payouts",
        {row["payout_number"]: row["file_hash"] for row in files},
        journaled_payouts(Journal(workspace.journal_dir)),
    )
    lines = [as_columns([_total_row(row) for row in totals])] if totals else []
    if kept:
        lines.append(as_columns([_open_row(row) for row in kept]))
    elif not asked:
        lines.append(_NONE_OF_THESE if rows else _NOTHING)
    if len(kept) < len(asked):
        lines.append(_waiting_words(len(asked) - len(kept), bool(kept)))
    lines += _changed_words(states)
    changed = [number for number, found in states.items() if found in _NOT_AS_ISSUED]
    return "\n\n".join(lines), {
        "totals": totals,
        "open": kept,
        "not_listed": len(asked) - len(kept),
        "changed_files": changed,
    }


def close_payouts(context: RunContext, reward_ids: Sequence[int], reason: str) -> Outcome:
    """Journal that what is open about rewards was cleared outside, all of them or none; return words and data.

    A closing stands until the state changes or the payer says something new.
    """
    check_reason(reason)
    with open_published(context.workspace) as (_, warehouse):
        states = {row["reward_id"]: str(row["state"]) for row in warehouse.rows("explain/open_payouts")}
        waiting = [
            entry.body
            for entry in context.journal.entries(kind="act")
            if entry.body["act"] == "payout_closed"
            and not warehouse.rows("explain/applied_act", {"journal_number": entry.number})
        ]
    stood = {(body["subject_id"], body["arguments"]["state"]) for body in waiting}
    wanted = list(dict.fromkeys(reward_ids))
    refused = [
        f"  {reward_id}: {states.get(reward_id, 'not open')}"
        for reward_id in wanted
        if states.get(reward_id) not in CLOSABLE
    ]
    if refused:
        raise MatchbackError(
            "These rewards cannot be closed in their state:\n" + "\n".join(refused),
            state="Nothing was journaled.",
            next_step="See what is open, and what to do about it:  matchback payouts reconcile",
        )
    fresh = [reward_id for reward_id in wanted if (reward_id, states[reward_id]) not in stood]
    numbers = [
        record_act(context, "payout_closed", subject_id=each, reason_code=reason, state=states[each])
        for each in fresh
    ]
    words = [f"Journaled {len(numbers)} as closed from {context.as_of}."]
    words += [f"{len(wanted) - len(fresh)} stood so already."] if len(fresh) < len(wanted) else []
    words += ["The next run applies it:  matchback run"] if numbers else []
    return "\n".join(words), {"journal_numbers": numbers, "reward_ids": wanted, "act": "payout_closed"}


def _total_row(row: Row) -> Row:
    return {
        "unit": row["unit"] or "",
        "state": row["state"],
        "rewards": row["rewards"],
        **{name: money(row[f"{name}_minor"], row["unit"]) for name in _MONEY},
        "oldest_days": row["oldest_days"],
    }


def _open_row(row: Row) -> Row:
    return {
        "reward_id": row["reward_id"],
        "state": row["state"],
        **{name: money(row[f"{name}_minor"], row["unit"]) for name in _MONEY},
        "payout": row["payout_number"],
        "since": row["open_since_on"],
        "days": row["age_days"],
        "next": row["next_step"],
    }


def _waiting_words(waiting: int, beside: bool) -> str:
    more = f"{waiting:,} more" if beside else f"Nobody has to do anything: {count(waiting, 'reward')}"
    return f"{more} {'waits' if waiting == 1 else 'wait'} for time alone. See all that is open:  {_SEE_ALL}"


def _changed_words(states: Mapping[int, str]) -> list[str]:
    lines = []
    for found, what, meaning in _NOT_AS_ISSUED_WORDS:
        numbers = [str(number) for number, state in states.items() if state == found]
        if numbers:
            lines.append(
                f"Not as issued: {count(len(numbers), what)} in the outbox ({', '.join(numbers)}). {meaning}"
            )
    return lines
