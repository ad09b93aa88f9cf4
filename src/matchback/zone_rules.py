"""Which rules of a time zone were used: a fingerprint of its offsets, so that a version says on which data it rests.

The zone data comes with polars, at its pinned version; a new one can change the local days of events that load later.
Days that are loaded are stored, and change with no update.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from matchback.intake.casts import EARLIEST_YEAR, LATEST_YEAR


def zone_rules(zones: Iterable[str]) -> dict[str, str]:
    """Return for each zone a hash of its offsets from UTC at every hour that an event can have."""
    import polars as pl

    hours = pl.datetime_range(
        datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC),
        datetime(LATEST_YEAR + 1, 1, 1, tzinfo=UTC),
        "1h",
        eager=True,
    )
    naive = hours.dt.replace_time_zone(None)
    found = {}
    for zone in sorted(set(zones)):
        offsets = hours.dt.convert_time_zone(zone).dt.replace_time_zone(None) - naive
        seconds = offsets.dt.total_seconds().cast(pl.Int32).to_numpy()
        found[zone] = hashlib.sha256(seconds.astype("<i4").tobytes()).hexdigest()[:16]
    return found
