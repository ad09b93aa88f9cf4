"""Delivery: what waits in the outbox is sent to where it belongs, and never twice.

Results files go back to the source that their file came from. Payout files move money, so one is sent only when the
ledger has recorded exactly its bytes, and one whose sending was cut off is not sent again by itself: an operator looks
first, then says `matchback deliver`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake import results_file, sources
from matchback.intake.sources import Source

SENDING, SENT = ".sending", ".delivered"


@dataclass(frozen=True)
class Delivered:
    """How many files were sent, and the payout files that wait for someone to look."""

    results: int
    payouts: int
    doubtful: tuple[str, ...]


def deliver_outbox(context: RunContext, *, again: bool = False) -> Delivered:
    """Send what is due and was not sent; with `again`, also payout files whose sending was cut off.

    A destination that does not answer is noted, and its files wait for the next run.
    """
    results = results_file.deliver_all(context)
    payouts, doubtful = _deliver_payouts(context, again=again)
    return Delivered(results, payouts, tuple(doubtful))


def _deliver_payouts(context: RunContext, *, again: bool) -> tuple[int, list[str]]:
    destination = context.config.payout.to
    waiting = [path for path in _recorded_payouts(context) if not path.with_suffix(SENT).exists()]
    if destination is None or not waiting:
        return 0, []
    sent, doubtful = 0, []
    try:
        target = sources.open_source(
            destination, context.config.payout.connection, context.workspace.root, context.config.transport
        )
        for path in waiting:
            if _send_payout(context, target, path, again=again):
                sent += 1
            else:
                doubtful.append(path.name)
        if words := sources.caveat(target):
            context.progress.note(words)
    except MatchbackError as failure:
        context.progress.note(f"{len(waiting) - sent} payout files wait: {failure.what}")
    if doubtful:
        context.progress.note(
            f"The sending of {', '.join(doubtful)} was cut off: look whether it arrived. If not:  matchback deliver"
        )
    return sent, doubtful


def _recorded_payouts(context: RunContext) -> list[Path]:
    """Return the payout files in the outbox whose very bytes stand in the ledger's database, oldest first."""
    payouts = context.writer.table("payouts").select(["payout_number", "file_hash"]).to_pylist()
    known = {row["file_hash"] for row in payouts}
    folder = context.workspace.outbox / "payouts"
    return [path for path in sorted(folder.glob("*.csv")) if _hash(path.read_bytes()) in known]


def _send_payout(context: RunContext, target: Source, path: Path, *, again: bool) -> bool:
    """Send one payout file with its totals; return False if it was being sent before and did not arrive."""
    begun = path.with_suffix(SENDING)  # from the moment at which the file may have arrived
    has_arrived = sources.has_arrived(target, path)
    if begun.exists() and not has_arrived and not again:
        return False
    if not has_arrived:
        totals = path.with_suffix(".totals.json")
        file_hash = _hash(path.read_bytes())
        if totals.exists() and not sources.has_arrived(target, totals):
            sources.deliver(target, totals, "", totals.name, file_hash[:8])
        sources.deliver(
            target, path, "", path.name, file_hash[:8], before_naming=lambda: begun.touch(mode=0o600)
        )
        context.journal.append("payout_delivered", file=path.name, file_hash=file_hash)
    path.with_suffix(SENT).touch(mode=0o600)
    begun.unlink(missing_ok=True)
    return True


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
