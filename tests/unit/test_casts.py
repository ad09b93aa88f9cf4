"""Times are read as plain Python reads them, whatever is written beside the digits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.intake.casts import side, side_columns, time_stages

ZONE = "America/New_York"


def cast(texts: list[str | None], *, ends_day: bool = True) -> pl.DataFrame:
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    for stage in time_stages("t", ZONE, "Europe/London", ends_day=ends_day):
        frame = frame.with_columns(*stage)
    return frame.select(side_columns("t", "time"))


moments = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, datetime]:
    """Return a time as it may be written, and the moment in UTC that it means."""
    moment, offset = draw(moments), draw(st.integers(-14 * 60 - 59, 14 * 60 + 59))
    digits = draw(st.integers(0, 9))
    text = moment.strftime(f"{moment.year:04}-%m-%d") + draw(st.sampled_from("T ")) + moment.strftime("%H:%M")
    kept = moment.replace(second=0, microsecond=0)
    if digits or draw(st.booleans()):
        text += moment.strftime(":%S")
        kept = moment.replace(microsecond=0)
    if digits:
        fraction = f"{moment.microsecond:06}789"[:digits]
        text += "." + fraction
        kept = kept.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    form = draw(st.sampled_from(["Z", "colon", "plain", "hours"]))
    text += draw(st.sampled_from(["", " "]))
    if form == "Z":
        return text + "Z", kept
    offset = int(offset / 60) * 60 if form == "hours" else offset
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    ends = {"colon": f"{hours:02}:{minutes:02}", "plain": f"{hours:02}{minutes:02}", "hours": f"{hours:02}"}
    zone = timezone(timedelta(minutes=offset))
    return text + sign + ends[form], kept.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


@settings(max_examples=300, deadline=None)
@given(written())
def test_a_time_with_an_offset_means_one_moment(case: tuple[str, datetime]) -> None:
    text, moment = case
    row = cast([text]).row(0, named=True)
    assert row[side("t", "at")] == moment
    assert row[side("t", "on")] == moment.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/London")).date()
    assert (row[side("t", "precision")], row[side("t", "written")]) == ("second", True)


@settings(max_examples=200, deadline=None)
@given(moments)
def test_a_time_without_an_offset_is_the_feeds_first_of_two(moment: datetime) -> None:
    local = moment.replace(microsecond=0)
    there = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    exists = there.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) == local
    found = cast([local.isoformat(" ")])[side("t", "at")][0]
    assert found == (there.replace(tzinfo=None) if exists else None)


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1970, 1, 2), date(2037, 12, 30)), st.booleans())
def test_a_date_alone_ends_or_begins_its_day(day: date, ends_day: bool) -> None:
    row = cast([day.isoformat()], ends_day=ends_day).row(0, named=True)
    clock = datetime.max.time().replace(microsecond=0) if ends_day else datetime.min.time()
    expected = datetime.combine(day, clock, ZoneInfo("Europe/London")).astimezone(UTC).replace(tzinfo=None)
    assert row[side("t", "at")] == expected
    assert (row[side("t", "on")], row[side("t", "precision")]) == (day, "day")


def test_what_is_no_time_is_none() -> None:
    texts = [
        None,
        "",
        "soon",
        "2026-02-30",
        "2026-11-01T24:00",
        "2026-11-01T10:00:60",
        "2026-11-01T10:00+15:00",
    ]
    found = cast(texts)
    assert found[side("t", "written")].to_list()[1:] == [False] * 6
    assert found[side("t", "at")].null_count() == len(texts)
