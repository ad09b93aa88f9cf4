"""Doctor's look at money: the ledger's chain, its head in the journal, and the payout files that were made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchback.answers.findings import Finding
from matchback.answers.printing import count
from matchback.answers.replay_journal import operations
from matchback.errors import CheckFailed, MatchbackError
from matchback.rewards.ledger_tables import read_ledger
from matchback.rewards.payout_numbers import (
    content_hash,
    has_own_totals,
    journaled_payouts,
    payout_path,
)

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.journal import JournalEntry
    from matchback.rewards.ledger_book import Entry
    from matchback.warehouse import Warehouse

_REPLAY = "See what archive and journal make:  matchback replay; then restore the workspace from a backup."


def commit_finding(context: RunContext, warehouse: Warehouse) -> Finding | None:
    """Return a finding where the journal does not tell of every commit that the warehouse holds."""
    try:
        operations(context.journal.entries(), int(warehouse.state.get("commit_number", "0")))
    except MatchbackError as error:
        return Finding(
            "journal", "failed", error.what, "Restore var/journal from a backup before the next run."
        )
    return None


def ledger_findings(context: RunContext, warehouse: Warehouse) -> Iterator[Finding]:
    """Check the chain of the ledger, and that it holds what the journal says was its head."""
    try:
        entries = read_ledger(warehouse)
    except CheckFailed as error:
        yield Finding("ledger", "failed", error.what, _REPLAY)
        return
    head = _last_head(context)
    if head is not None and not _stands(entries, head):
        sequence = head.body["sequence"]
        detail = (
            f"entry {sequence} is not the one that the journal says was posted (entry {head.number} there)"
        )
        yield Finding("ledger", "failed", detail, _REPLAY)
        return
    yield Finding("ledger", "ok", f"the chain of {count(len(entries), 'entry', 'entries')} holds")


def payout_findings(context: RunContext, warehouse: Warehouse) -> Iterator[Finding]:
    """Check that each payout file is the one that was journaled, in the warehouse and in the outbox."""
    rows = warehouse.table("payouts").select(["payout_number", "file_hash"]).to_pylist()
    recorded = {int(row["payout_number"]): str(row["file_hash"]) for row in rows}
    journaled = {
        (int(body["number"]), body["file_hash"]): body for body in journaled_payouts(context.journal)
    }
    held = True
    for number, file_hash in sorted(recorded.items()):
        path = payout_path(context.workspace.outbox / "payouts", number)
        if (number, file_hash) not in journaled:
            held = False
            detail = f"payout file {number} is recorded with another content than the journal's"
            yield Finding("payouts", "failed", detail, _REPLAY)
        elif not path.exists():
            held = False
            yield Finding(
                "payouts",
                "note",
                f"payout file {number} is no longer in var/outbox/payouts",
                "If you did not put it away yourself, restore var/outbox from a backup.",
            )
        elif content_hash(path.read_bytes()) != file_hash:
            held = False
            yield Finding(
                "payouts",
                "failed",
                f"payout file {number} in var/outbox/payouts is not the one that was made",
                "Do not pay from it. Restore var/outbox from a backup.",
            )
        elif not has_own_totals(path, journaled[number, file_hash]):
            held = False
            yield Finding(
                "payouts",
                "failed",
                f"the totals beside payout file {number} in var/outbox/payouts are not those that were made with it",
                f"The payout file itself is as issued. Restore {path.stem}.totals.json from a backup.",
            )
    if held:
        yield Finding("payouts", "ok", f"{count(len(recorded), 'payout file')} as journaled")
    yield from _holidays(context)


def _holidays(context: RunContext) -> Iterator[Finding]:
    """Say where the list of holidays has run out: from then on a bank's holiday looks like any business day."""
    payout = context.config.payout
    last = max(payout.holidays, default=None)
    if payout.on == "business_days" and last is not None and last < context.as_of:
        yield Finding(
            "holidays",
            "note",
            f"payout.holidays ends with {last}: since then payout files are made every Monday to Friday",
            "Declare the holidays to come in payout.holidays of matchback.toml.",
        )


def _last_head(context: RunContext) -> JournalEntry | None:
    """Return the last head of the ledger whose commit the journal confirms: one of a run cut off may not stand."""
    rewards = [
        entry for entry in context.journal.entries(kind="committed") if entry.body.get("label") == "reward"
    ]
    if not rewards:
        return None
    heads = [
        entry for entry in context.journal.entries(kind="ledger_head") if entry.number < rewards[-1].number
    ]
    confirmed = [head for head in heads if _is_confirmed(head, rewards)]
    return confirmed[-1] if confirmed else None


def _is_confirmed(head: JournalEntry, rewards: list[JournalEntry]) -> bool:
    following = next(entry for entry in rewards if entry.number > head.number)
    return bool(head.body.get("run") == following.body.get("run"))


def _stands(entries: list[Entry], head: JournalEntry) -> bool:
    sequence = int(head.body["sequence"])
    return len(entries) >= sequence and entries[sequence - 1].chain_hash == head.body["chain_hash"]
