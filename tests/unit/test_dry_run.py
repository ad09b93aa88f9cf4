"""A check before sending gives the verdict of the delivery: each case is checked first, then sent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from matchback.context import RunContext
from matchback.intake.dry_run import Checked, check_file
from matchback.intake.staging import staged_file
from matchback.workspace import writer_lock
from unit.intake_world import EVENTS_FEED, make_world, on, put, table, take_in

DAY = date(2026, 11, 5)
HEADER = "event_name,event_time,partner_event_id,partner_user_id,amount,currency,action\n"
COUNTS = ("records", "accepted", "refused", "duplicates", "conflicts", "waiting")
LIST_FEED = """
[[feeds]]
id = "members"
kind = "audience"
source = "inbox"
pattern = "members_{date:%Y%m%d}.csv"
delivery = "full"
max_shrink = "20%"
constants = { purpose = "eligible_advocates" }
"""


def line(number: int, amount: str = "10.00", action: str = "new") -> str:
    return f"deposit,2026-11-01,E{number},M{number},{amount},USD,{action}\n"


def members(count: int) -> str:
    return "partner_user_id\n" + "".join(f"M{number}\n" for number in range(count))


def checked(context: RunContext, name: str, content: str, feed: str = "events") -> Checked:
    return check_file(context, put(context, name, content), feed)


def sent(context: RunContext) -> dict[str, int]:
    """Take in what lies there; return the counts of the only file, or of the last one."""
    take_in(context)
    return {name: table(context, "files")[-1][name] for name in COUNTS}


@pytest.mark.parametrize(
    "content",
    [
        line(1) + line(1),
        line(1) + line(1, "11.00"),
        line(1, action="correct") + line(2),
        line(1) + line(1, "12.00", "correct") + line(2, "x"),
    ],
    ids=["a duplicate", "a conflict", "a correction before its original", "a correction and a refusal"],
)
def test_records_of_one_file_are_judged_by_one_another(tmp_path: Path, content: str) -> None:
    context = on(make_world(tmp_path), DAY)
    found = checked(context, "events_20261105.csv", HEADER + content)
    assert {name: found.data[name] for name in COUNTS} == sent(context)
    assert any("whether a record came before" in words for words in found.data["not_seen"])


@pytest.mark.parametrize(
    ("expect", "content", "why"),
    [
        ('stop_on = ["empty"]', "", "the file holds no records"),
        ('stop_on = ["unusual"], records = "2..5"', line(1), "fewer records than are expected"),
        ('stop_on = ["doubled"]', line(9), "more files came than are expected"),
        ('stop_on = ["columns"]', line(9), "columns came or went"),
    ],
)
def test_a_file_that_would_wait_is_told_to(tmp_path: Path, expect: str, content: str, why: str) -> None:
    pattern = EVENTS_FEED.replace("{date:%Y%m%d}*.csv", "{date:%Y%m%d}*")
    context = on(make_world(tmp_path, pattern + f"expect = {{ {expect} }}\n"), DAY)
    if "doubled" in expect or "columns" in expect:
        put(context, "events_20261105.csv", "event_name,event_time,partner_event_id,partner_user_id\n"
            "deposit,2026-11-01,E1,M1\n")  # fmt: skip
        take_in(context)
    found = checked(context, "events_20261105_b.csv", HEADER + content)
    assert (found.exit_code, found.data["status"]) == (3, "waiting")
    assert f"The file would wait for the operator, nothing of it loaded: {why}" in found.text()
    before = len(table(context, "files"))
    take_in(context)
    assert len(table(context, "files")) == before


def test_a_list_that_shrank_is_refused_by_the_check_too(tmp_path: Path) -> None:
    context = on(make_world(tmp_path, LIST_FEED), DAY)
    put(context, "members_20261104.csv", members(10))
    take_in(context)
    found = checked(context, "members_20261105.csv", members(5), "members")
    assert (found.exit_code, found.data["status"], found.data["reason_code"]) == (3, "refused", "list_shrank")
    assert checked(context, "members_20261106.csv", members(9), "members").exit_code == 0
    with writer_lock(context.workspace):
        blind = checked(context, "members_20261105.csv", members(5), "members")
    assert (blind.exit_code, len(blind.data["not_seen"])) == (0, 2)
    assert (
        "Not seen here: what the feed sent before, by which size and columns are judged (Another run"
        in blind.text()
    )


def test_the_same_file_again_is_told_as_such(tmp_path: Path) -> None:
    context = on(make_world(tmp_path, EVENTS_FEED + 'expect = { stop_on = ["doubled"] }\n'), DAY)
    found = checked(context, "events_20261105.csv", HEADER + line(1))
    assert (found.exit_code, found.data["accepted"]) == (0, 1)
    take_in(context)
    again = checked(context, "events_20261105.csv", HEADER + line(1))
    assert (again.exit_code, again.data["accepted"], again.data["duplicates"]) == (0, 0, 1)
    assert "these very bytes were loaded before" in again.text()


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("events_20261399.csv", 3, "what stands where its date belongs is no date"),
        ("events_20261105.csv.part", 3, "it is one of an unfinished file"),
        (".events_20261105.csv", 3, "it is one of an unfinished file"),
        ("events_20261105.results.csv", 3, "results files, which are our answers, are so named"),
        ("draft.csv", 0, "the feed takes events_{date:%Y%m%d}*.csv"),
    ],
)
def test_a_name_that_is_never_taken_is_told(tmp_path: Path, name: str, code: int, words: str) -> None:
    context = on(make_world(tmp_path), DAY)
    found = checked(context, name, HEADER + line(1))
    assert found.exit_code == code
    assert (
        f"Note: under this name the file would {'not' if code == 0 else 'never'} be picked up: "
        in found.text()
    )
    assert words in found.text()
    take_in(context)
    assert table(context, "files") == []


def test_nothing_of_a_check_stays(tmp_path: Path) -> None:
    context = on(make_world(tmp_path), DAY)
    checked(context, "events_20261105.csv", HEADER + line(1) + line(1))
    assert not list(context.workspace.staging.iterdir())
    assert not staged_file(context.workspace.staging, "check").folder.exists()
    assert not context.workspace.warehouse_path.exists()
