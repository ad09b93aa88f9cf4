"""Two moments that are compared never read alike unless they are alike, also in the hour that a clock repeats."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from matchback.answers.explain_times import local_time

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 10, 12, 16, 0, 10)


@pytest.mark.parametrize(
    ("moment", "beside", "words"),
    [
        (NOON, None, "2026-10-12 12:00"),
        (NOON, datetime(2026, 10, 12, 16, 1), "2026-10-12 12:00"),
        (NOON, datetime(2026, 10, 12, 16, 0, 40), "2026-10-12 12:00:10"),
        (NOON, NOON, "2026-10-12 12:00:10"),
        (NOON.replace(microsecond=7), NOON, "2026-10-12 12:00:10.000007"),
        (datetime(2026, 11, 1, 4, 59), None, "2026-11-01 00:59"),
        (datetime(2026, 11, 1, 5, 30), None, "2026-11-01 01:30 EDT"),
        (datetime(2026, 11, 1, 6, 0), None, "2026-11-01 01:00 EST"),
        (datetime(2026, 11, 1, 7, 0), None, "2026-11-01 02:00"),
        (datetime(2026, 3, 8, 7, 0), None, "2026-03-08 03:00"),
        (None, NOON, "at no known time"),
    ],
)
def test_a_moment_is_told_as_exactly_as_needed(
    moment: datetime | None, beside: datetime | None, words: str
) -> None:
    assert local_time(moment, NEW_YORK, beside) == words


def test_a_night_of_half_an_hour_is_told_too() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert local_time(datetime(2026, 4, 4, 14, 45), lord_howe) == "2026-04-05 01:45 +11"
    assert local_time(datetime(2026, 4, 4, 15, 15), lord_howe) == "2026-04-05 01:45 +1030"
