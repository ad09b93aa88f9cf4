"""Nights: running the steps for one as-of date after another, and the exit code that comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import ConfigurationError
from matchback.steps import STEPS, run_steps

MOST_NIGHTS = 3_660
_UNREAD = ("failed_sources", "failed_files")
_HELD_BACK = ("refused_files", "waiting_files")


@dataclass(frozen=True)
class Night:
    """What one run did, with the date at which it stood."""

    as_of: date
    summaries: tuple[StepSummary, ...]

    @property
    def changed(self) -> bool:
        """Whether any step did anything."""
        return any(summary.changed for summary in self.summaries)

    def count(self, name: str) -> int:
        """Return the largest count of this name that a step reported, 0 if none did."""
        return max((summary.counts.get(name, 0) for summary in self.summaries), default=0)


def nights_between(first: date | None, last: date) -> list[date]:
    """Return the dates from first to last; only the last if there is no first."""
    if first is None:
        return [last]
    if first > last:
        raise ConfigurationError(f"--from {first} is after the as-of date {last}.")
    if (last - first).days >= MOST_NIGHTS:
        raise ConfigurationError(f"--from {first} is more than {MOST_NIGHTS:,} nights before {last}.")
    return [first + timedelta(days=day) for day in range((last - first).days + 1)]


def iterate_nights(
    context: RunContext, dates: Sequence[date], steps: Sequence[str] = STEPS
) -> Iterator[Night]:
    """Run the steps for each date in turn, and yield what each night did."""
    for as_of in dates:
        if len(dates) > 1:
            context.progress.note(f"Night of {as_of}")
        night = replace(context, as_of=as_of, run_id=as_of.isoformat(), until=dates[-1])
        try:
            summaries = run_steps(night, steps)
        except BaseException:
            context.progress.finish("failed")
            raise
        yield Night(as_of, tuple(summaries))


def run_nights(context: RunContext, dates: Sequence[date], steps: Sequence[str] = STEPS) -> list[Night]:
    """Run the steps for each date in turn."""
    return list(iterate_nights(context, dates, steps))


def exit_code(nights: Sequence[Night]) -> int:
    """Return 1 if a source or file could not be read, 3 if a file was refused or waits, 0 otherwise."""
    if any(night.count(name) for night in nights for name in _UNREAD):
        return 1
    return 3 if any(night.count(name) for night in nights for name in _HELD_BACK) else 0


def unread(nights: Sequence[Night]) -> str:
    """Return what could not be read at the sources, in words; nothing if all could."""
    sources = sum(night.count("failed_sources") for night in nights)
    files = sum(night.count("failed_files") for night in nights)
    parts = [count(number, word) for number, word in ((sources, "source"), (files, "file")) if number]
    return f"{' and '.join(parts)} could not be read; run again when they can." if parts else ""
