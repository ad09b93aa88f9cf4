"""The arrival calendar: each surprise is found just inside its bounds, as of a date and never by the clock."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matchback import load
from matchback.acts import record_act
from matchback.answers.quarantine import refusal_rows
from matchback.config import Feed, load_config
from matchback.config_expectations import Expectation, weekdays_of
from matchback.context import RunContext
from matchback.intake.arrival_log import arrivals
from matchback.intake.arrivals import Delivery, calendar, describe_columns
from matchback.intake.missing_files import FileMissing
from matchback.intake.received import received_files
from matchback.steps import open_writer, run_steps
from unit.intake_world import EVENTS_FEED, make_world, on, put, table, take_in

MONDAY = date(2026, 11, 2)


def feed(**expect: object) -> Feed:
    return Feed(
        id="openings",
        kind="events",
        source="inbox",
        pattern="openings_{date:%Y%m%d}.csv",
        expect=Expectation.model_validate(expect),
    )


def came(day: date, records: int = 100, **more: Any) -> Delivery:
    number = more.pop("number", 1)
    given: dict[str, Any] = {
        "file_id": f"{day}-{number}",
        "feed_id": "openings",
        "day": day,
        "picked_on": day,
        "came_at": datetime.combine(day, datetime.min.time()).replace(hour=5),
        "status": "loaded",
        "records": records,
        "columns": "email,event_name",
    }
    return Delivery(**{**given, **more})


def days(count: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def codes(
    expect: dict[str, object], deliveries: list[Delivery], as_of: date, excused: frozenset[date] = frozenset()
) -> dict[str, list[str]]:
    """Return the findings by day, of days that have any."""
    found = calendar(feed(**expect), deliveries, as_of, excused)
    return {str(item.day)[5:]: [finding.code for finding in item.findings] for item in found if item.findings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-sat", {0, 1, 2, 3, 4, 5}),
        ("fri-mon", {4, 5, 6, 0}),
        ("mon,wed", {0, 2}),
    ],
)
def test_weekdays_are_read_as_written(text: str, expected: set[int]) -> None:
    assert weekdays_of(text) == expected


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"on": "monday"}, "no weekday. Did you mean 'mon'"),
        ({"by": "6:00"}, "a local time"),
        ({"records": "5..1"}, "a least and a most"),
        ({"stop_on": ["late"]}, "Input should be"),
    ],
)
def test_an_expectation_that_cannot_be_is_refused(expect: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        feed(**expect)


def test_a_day_without_a_file_is_missing_from_the_first_file_on() -> None:
    deliveries = [came(MONDAY), came(MONDAY + timedelta(days=2))]
    assert codes({}, deliveries, MONDAY + timedelta(days=3)) == {"11-03": ["missing"], "11-05": ["missing"]}


def test_days_that_are_not_expected_are_not_missing() -> None:
    deliveries = [came(MONDAY)]
    sunday = MONDAY + timedelta(days=6)
    expect: dict[str, object] = {"on": "mon-fri", "holidays": ["2026-11-03"]}
    assert list(codes(expect, deliveries, sunday)) == ["11-04", "11-05", "11-06"]


def test_a_feed_that_never_sent_is_missing_as_of_the_day_or_from_its_first() -> None:
    assert codes({}, [], MONDAY) == {"11-02": ["missing"]}
    assert codes({"from": "2026-10-31"}, [], MONDAY) == {
        "10-31": ["missing"],
        "11-01": ["missing"],
        "11-02": ["missing"],
    }


def test_a_file_after_as_of_is_not_seen() -> None:
    assert codes({}, [came(MONDAY), came(MONDAY + timedelta(days=1))], MONDAY) == {}


def test_late_is_another_nights_pick_up_or_after_the_hour_of_its_own_day() -> None:
    expect: dict[str, object] = {"by": "06:00"}
    at_six = datetime(2026, 11, 2, 6, 0)
    assert codes(expect, [came(MONDAY, came_at=at_six)], MONDAY) == {}
    assert codes(expect, [came(MONDAY, came_at=at_six + timedelta(minutes=1))], MONDAY) == {"11-02": ["late"]}
    assert codes(expect, [came(MONDAY, picked_on=MONDAY + timedelta(days=1))], MONDAY) == {"11-02": ["late"]}
    backfill = came(MONDAY, came_at=datetime(2027, 1, 5, 23, 0))
    assert codes(expect, [backfill], MONDAY) == {}, "the clock of a backfill says nothing"


@pytest.mark.bad_input(72)
def test_doubled_incomplete_refused_and_empty() -> None:
    two = [came(MONDAY), came(MONDAY, number=2)]
    assert codes({}, two, MONDAY) == {"11-02": ["doubled"]}
    assert codes({"files": 2}, two, MONDAY) == {}
    assert codes({"files": 2}, two[:1], MONDAY) == {"11-02": ["incomplete"]}
    assert codes({}, [came(MONDAY), came(MONDAY, number=2, status="duplicate")], MONDAY) == {}
    assert codes({}, [came(MONDAY, status="refused")], MONDAY) == {"11-02": ["refused"]}
    assert codes({}, [came(MONDAY, 0)], MONDAY) == {"11-02": ["empty"]}


@pytest.mark.parametrize(
    ("records", "expected"),
    [(99, ["too_few"]), (100, []), (5000, []), (5001, ["too_many"])],
)
def test_the_declared_number_of_records_is_inclusive(records: int, expected: list[str]) -> None:
    assert list(codes({"records": "100..5000"}, [came(MONDAY, records)], MONDAY).values()) == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(
    ("records", "expected"),
    [(1000, ["far_above_usual"]), (999, []), (11, []), (10, ["far_below_usual"])],
)
def test_ten_times_the_usual_is_judged_by_the_feeds_own_history(records: int, expected: list[str]) -> None:
    history = [came(day, 90 + 5 * number) for number, day in enumerate(days(5))]  # the median is 100
    sixth = MONDAY + timedelta(days=5)
    found = codes({}, [*history, came(sixth, records)], sixth)
    assert found.get("11-07", []) == expected


def test_without_enough_history_nothing_is_usual() -> None:
    history = [came(day) for day in days(4)]
    fifth = MONDAY + timedelta(days=4)
    assert codes({}, [*history, came(fifth, 100_000)], fifth) == {}


def test_columns_that_come_or_go_are_told_by_name() -> None:
    before = came(MONDAY, columns="email,event_name,phone")
    after = came(
        MONDAY + timedelta(days=1), columns=describe_columns(["event_name", "email", "product"], ["Note"])
    )
    found = calendar(feed(), [before, after], after.day)
    (finding,) = found[1].findings
    assert finding.code == "columns_changed"
    assert finding.detail == "new: product; gone: phone; columns that no contract knows changed"
    assert "Note" not in str(after.columns)


def test_the_order_of_deliveries_decides_nothing() -> None:
    deliveries = [came(day, 10 * (number + 1)) for number, day in enumerate(days(8))]
    expect = feed(records="20..60", by="06:00")
    last = deliveries[-1].day
    assert calendar(expect, deliveries, last) == calendar(expect, deliveries[::-1], last)


# --- in a night ------------------------------------------------------------------------------------------------

HEADER = "event_name,event_time,partner_event_id,partner_user_id\n"
FEED = EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", "events_{date:%Y%m%d}.csv")


def records(day: date, count: int) -> str:
    lines = [f"account_opened,{day},{day}-{number},M{number}\n" for number in range(count)]
    return HEADER + "".join(lines)


def night(context: RunContext, day: date, count: int) -> RunContext:
    put(context, f"events_{day:%Y%m%d}.csv", records(day, count))
    return take_in(on(context, day))


def test_a_file_that_is_ten_times_the_usual_waits_until_it_is_readmitted(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED + 'expect = { stop_on = ["unusual"] }\n')
    for day in days(5):
        night(context, day, 2)
    sixth = MONDAY + timedelta(days=5)
    context = night(context, sixth, 20)
    assert len(table(context, "files")) == 5
    (held,) = _held(context)
    assert (held["file_status"], held["reason_code"]) == ("waiting", "not_as_expected")
    assert refusal_rows(context.workspace, str(held["file_id"])[:8])[0]["message"] == (
        "ten times the usual number of records, or more (20, usual are 2)"
    )
    with open_writer(context) as writer:
        summary = load.run(writer)
    assert summary.counts["waiting_files"] == 1
    assert summary.line.endswith("; 1 file not as expected, left waiting")
    file_id = received_files(context.journal)[-1].file_id
    record_act(context, "file_readmitted", subject_id=None, reason_code="campaign", file_id=file_id)
    take_in(context)
    assert sorted(row["accepted"] for row in table(context, "files")) == [2, 2, 2, 2, 2, 20]
    assert _held(context) == []


def _held(context: RunContext) -> list[dict[str, object]]:
    from matchback.answers.quarantine import _held_rows

    return _held_rows(context.workspace)


@pytest.mark.parametrize(
    ("stop_on", "content", "waits"),
    [
        ("empty", HEADER, True),
        ("unusual", HEADER, False),
        ("columns", HEADER.replace("\n", ",product\n") + "account_opened,2026-11-03,x,M1,gold\n", True),
        ("columns", records(MONDAY + timedelta(days=1), 2), False),
    ],
)
def test_a_declared_surprise_alone_makes_a_file_wait(
    tmp_path: Path, stop_on: str, content: str, waits: bool
) -> None:
    context = make_world(tmp_path, FEED + f'expect = {{ stop_on = ["{stop_on}"] }}\n')
    night(context, MONDAY, 2)
    tuesday = on(context, MONDAY + timedelta(days=1))
    put(context, "events_20261103.csv", content)
    take_in(tuesday)
    assert len(table(context, "files")) == (1 if waits else 2)


@pytest.mark.bad_input(72)
def test_a_missing_file_stops_what_comes_after_load_until_it_is_there_or_excused(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED + 'expect = { stop_on = ["missing"] }\n')
    night(context, MONDAY, 2)
    run_steps(on(context, MONDAY))
    tuesday = on(context, MONDAY + timedelta(days=1))
    with pytest.raises(FileMissing) as stopped:
        run_steps(tuesday)
    assert "What is expected of events for 2026-11-03 is not there" in str(stopped.value)
    assert "matchback feeds excuse events --day 2026-11-03" in str(stopped.value)
    record_act(
        tuesday, "feed_excused", subject_id=None, reason_code="holiday", feed_id="events", day="2026-11-03"
    )
    assert [summary.step for summary in run_steps(tuesday)][-1] == "publish"
    rows = {row["day_on"]: row["state"] for row in table(context, "report_feed_arrivals")}
    assert rows == {MONDAY: "ok", tuesday.as_of: "excused"}


def parts(*sizes: int, day: date = MONDAY) -> dict[str, str]:
    """Return the files of one day, with so many records each."""
    lines = records(day, sum(sizes)).splitlines(keepends=True)[1:]
    found, at = {}, 0
    for number, size in enumerate(sizes):
        found[f"events_{day:%Y%m%d}_{number}.csv"] = HEADER + "".join(lines[at : at + size])
        at += size
    return found


def deliver(context: RunContext, files: dict[str, str]) -> list[str]:
    """Take files in; return the status of every delivered file, in the order of names."""
    for name, content in files.items():
        put(context, name, content)
    take_in(context)
    loaded = {row["file_id"]: row["status"] for row in table(context, "files")}
    known = sorted(received_files(context.journal), key=lambda file: file.delivered_name)
    return [loaded.get(file.file_id, "waits") for file in known]


def of_parts(tmp_path: Path, expect: str) -> RunContext:
    return on(make_world(tmp_path, EVENTS_FEED + f"expect = {{ {expect} }}\n"), MONDAY)


def test_a_file_is_judged_by_the_records_of_its_day(tmp_path: Path) -> None:
    day = 'files = 2, stop_on = ["unusual"], records = '
    enough = of_parts(tmp_path / "enough", day + '"10..50"')
    assert deliver(enough, parts(8, 8)) == ["loaded", "loaded"]
    many = of_parts(tmp_path / "many", day + '"1..15"')
    assert deliver(many, parts(10, 10)) == ["waits", "waits"]
    assert _held(many)[0]["message"] == (
        "more records than are expected (20 in 2 files of the day, at most 15 expected)"
    )


def test_a_day_has_too_few_only_when_no_file_of_it_is_to_come(tmp_path: Path) -> None:
    expect = 'files = 2, stop_on = ["unusual"], records = "10..50"'
    files = parts(3, 4)
    first, second = ({name: content} for name, content in files.items())
    context = of_parts(tmp_path / "same-day", expect)
    assert deliver(context, first) == ["loaded"]
    assert deliver(context, second) == ["loaded", "waits"]
    late = of_parts(tmp_path / "late", expect)
    assert deliver(on(late, MONDAY + timedelta(days=1)), first) == ["waits"]


def test_many_small_files_are_as_usual_as_their_day(tmp_path: Path) -> None:
    context = of_parts(tmp_path, 'files = 4, stop_on = ["unusual"]')
    for day in days(5):
        assert set(deliver(on(context, day), parts(3, 3, 3, 3, day=day))) == {"loaded"}
    sixth = MONDAY + timedelta(days=5)
    assert set(deliver(on(context, sixth), parts(3, 3, 3, 3, day=sixth))) == {"loaded"}


def test_what_looks_like_a_test_fills_no_day(tmp_path: Path) -> None:
    context = of_parts(tmp_path, 'stop_on = ["unusual"], records = "10..50"')
    test, real = parts(40, 20).values()
    assert deliver(context, {"events_20261102_1.csv": real, "events_20261102_TEST.csv": test}) == [
        "loaded",
        "waits",
    ]


def test_the_copy_of_a_day_does_not_make_its_first_file_wait(tmp_path: Path) -> None:
    context = of_parts(tmp_path, 'stop_on = ["unusual", "doubled"], records = "1..15"')
    assert sorted(deliver(context, parts(10, 10))) == ["loaded", "waits"]


def stopped_on(context: RunContext) -> str:
    with pytest.raises(FileMissing) as stopped:
        run_steps(context)
    return str(stopped.value)


def test_a_file_that_was_refused_whole_was_not_delivered(tmp_path: Path) -> None:
    context = on(make_world(tmp_path, FEED + 'expect = { stop_on = ["missing"] }\n'), MONDAY)
    put(context, "events_20261102.csv", "garbage\n1\n")
    words = stopped_on(context)
    (file,) = table(context, "files")
    short = file["file_id"][:8]
    assert f"\n  events: file {short} was refused: the header lacks a column\n" in words
    assert f"\nTo see why {short} was refused:  matchback quarantine show {short}\n" in words
    with open_writer(context) as writer:
        (day,) = arrivals(writer)
    assert [finding.code for finding in day.findings] == ["refused"]
    record_act(
        context, "feed_excused", subject_id=None, reason_code="holiday", feed_id="events", day="2026-11-02"
    )
    assert [summary.step for summary in run_steps(context)][-1] == "publish"


def test_a_refused_file_of_a_day_without_one_stops_nothing(tmp_path: Path) -> None:
    sunday = MONDAY - timedelta(days=1)
    context = on(make_world(tmp_path, FEED + 'expect = { on = "mon-fri", stop_on = ["missing"] }\n'), sunday)
    put(context, "events_20261101.csv", "garbage\n1\n")
    assert [summary.step for summary in run_steps(context)][-1] == "publish"


def test_a_file_that_waits_is_named_by_the_stop_with_what_to_type(tmp_path: Path) -> None:
    context = on(make_world(tmp_path, FEED + 'expect = { stop_on = ["missing", "empty"] }\n'), MONDAY)
    put(context, "events_20261102.csv", HEADER)
    words = stopped_on(context)
    short = received_files(context.journal)[0].file_id[:8]
    assert f"\n  events: file {short} waits for you: the file holds no records\n" in words
    assert f"matchback quarantine readmit {short} --reason CODE\n" in words
    assert f"matchback quarantine decline {short} --reason CODE\n" in words
    with open_writer(context) as writer:
        (day,) = arrivals(writer)
    assert (day.files, [finding.code for finding in day.findings]) == (1, ["held"])


def test_the_calendar_is_published_with_what_a_missing_file_endangers(tmp_path: Path) -> None:
    reward = """
[[rewards]]
id = "advocate-10"
program = "refer"
from = 2026-01-01
to = "actor"
on = "account_opened"
require = [{ single = "deposit", at_least = "5.00", after = "root", within_days = 5 }]
value = { kind = "cash", amount = "10.00" }
"""
    context = make_world(tmp_path, FEED + "expect = { }\n" + reward)
    put(
        context,
        "events_20261102.csv",
        HEADER.replace("\n", ",account_id,amount\n")
        + "account_opened,2026-11-02,E1,M1,A1,\ndeposit,2026-11-02,E2,M2,A2,1.00\n",
    )
    run_steps(on(context, MONDAY))
    assert table(context, "report_rewards_at_risk") == []
    tuesday = on(context, MONDAY + timedelta(days=1))
    path = context.workspace.config_path
    path.write_text(path.read_text().replace("expect = { }", 'expect = { stop_on = ["missing"] }'))
    stopping = replace(tuesday, config=load_config(path))
    put(context, "events_20261103.csv", "garbage\n1\n")
    assert (
        "\nIf the file of events stays away, 1 reward of advocate-10 misses its window after 2026-11-07.\n"
        in stopped_on(stopping)
    )
    assert table(context, "report_rewards_at_risk") == [], "a stop changes no table"
    run_steps(tuesday)
    (risk,) = table(context, "report_rewards_at_risk")
    assert (risk["feed_id"], risk["rule_id"], risk["rewards"]) == ("events", "advocate-10", 1)
    assert risk["deadline_on"] == date(2026, 11, 7)
