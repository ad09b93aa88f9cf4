"""The last minute of a program: 11:59 PM in its own time zone counts, midnight does not, however it is written."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from matchback.intake.casts import side, time_stages, usual_time_stages

ZONE = "America/New_York"
LAST, NEXT = date(2025, 4, 2), date(2025, 4, 3)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-04-03T03:59:00Z", LAST),
        ("2025-04-03T03:59:59Z", LAST),
        ("2025-04-03T04:00:00Z", NEXT),
        ("2025-04-02T23:59:59-04:00", LAST),
        ("2025-04-03T00:00:00-04:00", NEXT),
        ("2025-04-02", LAST),
    ],
)
def test_a_sign_up_belongs_to_the_day_of_the_program(text: str, day: date) -> None:
    """By this day the terms are chosen; `until` counts it, as the SQL cases of rules and programs show."""
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    for stage in time_stages("t", ZONE, ZONE, ends_day=True):
        frame = frame.with_columns(*stage)
    assert frame[side("t", "on")].to_list() == [day]


def test_times_that_are_all_written_alike_are_read_alike() -> None:
    """The fast way for times of one form puts the boundary at the same minute."""
    texts = ["2025-04-03T03:59:59Z", "2025-04-03T04:00:00Z"]
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    for stage in usual_time_stages("t", "UTC", ZONE):
        frame = frame.with_columns(*stage)
    assert frame[side("t", "on")].to_list() == [LAST, NEXT]
