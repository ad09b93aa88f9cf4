"""Which nights were finished, by the journal: for schedulers, which run the steps of a night as tasks of their own.

On the command line a night is whole before the next begins. A scheduler may load the next night first, when it
backfills or a night is late; what only a day's own run posts and pays would then be missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from matchback.context import RunContext
from matchback.errors import MatchbackError, WarehouseLocked
from matchback.journal import Journal
from matchback.steps import STEPS, run_steps

AFTER_LOAD = STEPS[STEPS.index("load") + 1 :]


def finished_runs(journal: Journal) -> Iterator[tuple[date, Sequence[str]]]:
    """Yield the as-of date and the steps of each run that ended well, in the order in which they ended."""
    steps = {entry.number: entry.body["steps"] for entry in journal.entries(kind="run_started")}
    for entry in journal.entries(kind="run_finished"):
        yield date.fromisoformat(entry.body["as_of"]), steps.get(entry.body.get("run", 0), ())


def unsettled_nights(journal: Journal) -> list[date]:
    """Return the nights that were loaded, and for which nothing was published since, in order.

    One that was published for a later day is settled: the ledger never goes back.
    """
    owed: set[date] = set()
    for as_of, steps in finished_runs(journal):
        if "load" in steps:
            owed.add(as_of)
        if "publish" in steps:
            owed = {night for night in owed if night > as_of}
    return sorted(owed)


def settled_through(journal: Journal) -> date | None:
    """Return the latest night that was published; none if no run has got so far."""
    return max((as_of for as_of, steps in finished_runs(journal) if "publish" in steps), default=None)


def overtaken_by(journal: Journal, as_of: date) -> date | None:
    """Return the latest night after this one that was loaded or published; none if there is none.

    What came before it was finished before it was loaded. A file of an earlier day that came with it is loaded now too:
    the earlier night, brought up to date once more, would post what the later one has to.
    """
    later = (night for night, steps in finished_runs(journal) if "load" in steps or "publish" in steps)
    return max((night for night in later if night > as_of), default=None)


def settle_before(context: RunContext) -> None:
    """Finish every night before this one that was loaded and not published.

    One that cannot be finished (its terms are not accepted, a check fails) is told of and left, as the command line
    leaves it: the next night's files are loaded and answered all the same. Raises WarehouseLocked.
    """
    for night in unsettled_nights(context.journal):
        if night >= context.as_of:
            return
        context.progress.note(f"Night of {night}: finished first")
        try:
            run_steps(replace(context, as_of=night, run_id=night.isoformat()), AFTER_LOAD)
        except WarehouseLocked:
            raise
        except MatchbackError as error:
            context.progress.note(f"Night of {night}: could not be finished: {error}")
