"""How a moment is told: in the program's zone, as exactly as it takes to tell it from the one beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def local_time(moment: datetime | None, zone: ZoneInfo, beside: datetime | None = None) -> str:
    """Return a UTC moment in a zone, to the minute; to the second or finer where `beside` would read alike.

    In the hour that the clock repeats, the zone's abbreviation tells which of the two it is.
    """
    if moment is None:
        return "at no known time"
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    repeats = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:{_precision(moment, beside)}}{f' {local:%Z}' if repeats else ''}"


def _precision(moment: datetime, beside: datetime | None) -> str:
    if beside is None or beside.replace(second=0, microsecond=0) != moment.replace(second=0, microsecond=0):
        return "%Y-%m-%d %H:%M"
    if beside != moment and beside.replace(microsecond=0) == moment.replace(microsecond=0):
        return "%Y-%m-%d %H:%M:%S.%f"
    return "%Y-%m-%d %H:%M:%S"
