"""Delivery: what waits in the outbox is sent to where it belongs, and never twice.

Results files go back to the source that their file came from. Payout files move money, so one is sent only when the
ledger has recorded exactly its bytes, and one whose sending was cut off is not sent again by itself: an operator looks
first, then says `matchback deliver`. So it is with those of a restored workspace that the backup holds unsent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake import results_file, sources
from matchback.intake.sources import Source
from matchback.rewards.payout_numbers import (
    AS_ISSUED,
    MISSING,
    file_numbers,
    file_states,
    journaled_payouts,
    payout_path,
)
from matchback.rewards.payouts_after_restore import sent_files

SENDING, SENT = ".sending", ".delivered"


@dataclass(frozen=True)
class Delivered:
    """How many files were sent, the payout files that wait for someone to look, and those that are not as issued."""

    results: int
    payouts: int
    doubtful: tuple[str, ...]
    unfit: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """What somebody must look at, and what to do; nothing when all is well."""
        lines = []
        if self.unfit:
            lines.append(
                f"Not sent, since not as issued: {', '.join(self.unfit)}. Restore it from a backup (the SHA-256 of "
                "each stands in  matchback payouts list --json), then:  matchback deliver"
            )
        if self.doubtful:
            lines.append(
                f"The sending of {', '.join(self.doubtful)} was cut off: look whether it arrived. If not:  "
                "matchback deliver"
            )
        return lines


def deliver_outbox(context: RunContext, *, again: bool = False) -> Delivered:
    """Send what is due and was not sent; with `again`, also payout files whose sending was cut off.

    A destination that does not answer is noted, and its files wait for the next run.
    """
    results = results_file.deliver_all(context)
    _note_sent_before(context)
    waiting, unfit = _undelivered(context)
    payouts, doubtful = _deliver_payouts(context, waiting, again=again)
    delivered = Delivered(results, payouts, tuple(doubtful), tuple(unfit))
    for line in delivered.words():
        context.progress.note(line)
    return delivered


def _note_sent_before(context: RunContext) -> None:
    """Let the payout files that an operator gave after a restore count as sent: whoever pays has had them."""
    for number, file in sent_files(context.journal).items():
        path = payout_path(context.workspace.outbox / "payouts", number)
        if path.is_file() and _hash(path.read_bytes()) == file.file_hash:
            path.with_suffix(SENT).touch(mode=0o600)
            path.with_suffix(SENDING).unlink(missing_ok=True)


def let_be_looked_at(outbox: Path) -> None:
    """Let no payout file of a restored outbox be sent by itself: it may have been sent after the backup."""
    for path in file_numbers(outbox / "payouts").values():
        if not path.with_suffix(SENT).exists():
            path.with_suffix(SENDING).touch(mode=0o600)


def _deliver_payouts(context: RunContext, waiting: Sequence[Path], *, again: bool) -> tuple[int, list[str]]:
    destination = context.config.payout.to
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
    return sent, doubtful


def _undelivered(context: RunContext) -> tuple[list[Path], list[str]]:
    """Return the issued payout files that were not sent, oldest first: those as issued, and the others by name.

    One that is gone from the outbox is missed only where Matchback sends it: else whoever pays took it away.
    """
    rows = context.writer.table("payouts").select(["payout_number", "file_hash"]).to_pylist()
    folder = context.workspace.outbox / "payouts"
    recorded = {row["payout_number"]: row["file_hash"] for row in rows}
    waiting, unfit = [], []
    for number, state in file_states(folder, recorded, journaled_payouts(context.journal)).items():
        path = payout_path(folder, number)
        if path.with_suffix(SENT).exists():
            continue
        if state == AS_ISSUED:
            waiting.append(path)
        elif state != MISSING or context.config.payout.to is not None:
            unfit.append(f"{path.name} ({state})")
    return waiting, unfit


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
