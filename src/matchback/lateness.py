"""Which feeds are late in a night, by how much, and of which nobody was told yet.

A feed is late when the last day on which it was expected has passed (its hour, where `expect` names one) and no file
came, or too few, or only such as were refused or wait. It is late since the first such day after the last one on which
all was there: what is missing further back is a gap, which the arrival calendar shows. That calendar judges the days;
one that was excused is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.intake.arrival_log import arrivals
from matchback.intake.arrivals import Arrival

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.context import RunContext


@dataclass(frozen=True)
class Late:
    """A feed that is late: since which expected day, how many whole days that is, and how many days lack a file."""

    feed_id: str
    since: date
    days: int
    missing: int


def late_feeds(context: RunContext, moment: datetime | None) -> list[Late]:
    """Return the feeds that are late in the night of `context`, whose warehouse is open, at a moment with an offset.

    A night of a day that is over is judged at its end; on the day itself, what is due later than the moment is not
    late. Without a moment, the day is over.
    """
    local = moment.astimezone(context.config.zone) if moment else None
    found = arrivals(context)
    late = [_late(context, feed, found, local) for feed in context.config.feeds]
    return [one for one in late if one is not None]


def _late(context: RunContext, feed: Feed, found: Sequence[Arrival], local: datetime | None) -> Late | None:
    if feed.expect is None:
        return None
    by = feed.expect.by or "24:00"
    is_over = local is None or local.date() > context.as_of or f"{local:%H:%M}" >= by
    due = [
        arrival
        for arrival in found
        if arrival.feed_id == feed.id
        and arrival.is_expected
        and not arrival.is_excused
        and (arrival.day < context.as_of or is_over)
    ]
    missing = [arrival.day for arrival in takewhile(lambda arrival: arrival.is_missing, reversed(due))]
    return Late(feed.id, missing[-1], (context.as_of - missing[-1]).days, len(missing)) if missing else None


def not_told_of(context: RunContext, late: Sequence[Late]) -> list[Late]:
    """Return those of which nobody was told in this night or a later one."""
    told = _told(_memory(context))
    return [one for one in late if told.get(one.feed_id, "") < context.as_of.isoformat()]


def note_told(folder: Path, feed_ids: Sequence[str], as_of: date) -> None:
    """Write down that it was told of these feeds in a night, below the staging area `folder`."""
    if not feed_ids:
        return
    memory = _memory_in(folder)
    told = _told(memory) | dict.fromkeys(feed_ids, as_of.isoformat())
    memory.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = memory.with_suffix(".part")
    temporary.write_text(json.dumps(told, sort_keys=True), encoding="utf-8")
    temporary.replace(memory)


def _memory(context: RunContext) -> Path:
    return _memory_in(context.workspace.staging)


def _memory_in(folder: Path) -> Path:
    return folder / "notices" / "late.json"


def _told(memory: Path) -> dict[str, str]:
    """Return the last night in which it was told of each feed; what is lost is told once more."""
    try:
        told: dict[str, str] = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told
