"""Bad inputs that only nights can show: parts that are missing, times that cannot be, persons that turn out to be one.

The numbers are those of the list of bad inputs.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matchback.answers.quarantine import _held_rows
from matchback.context import RunContext
from matchback.intake.missing_files import FileMissing
from matchback.steps import run_steps
from matchback.zone_rules import zone_rules
from unit.intake_world import EVENTS_FEED, make_world, on, put, table, take_in

NIGHT = date(2026, 11, 7)
HEADER = "event_name,event_time,partner_event_id,partner_user_id,advocate_partner_user_id\n"
FEED = EVENTS_FEED.replace(
    'refuse_file_above = "100%"', 'refuse_file_above = "100%"\nafter = { results_to = "results" }'
)


def answer(context: RunContext, name: str) -> list[str]:
    path = context.workspace.root / "inbox" / "results" / f"{name}.results.csv"
    return path.read_text().splitlines()


# --- 56: a set of Parquet files ---------------------------------------------------------------------------------

PARTS = """
[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "events_{date:%Y%m%d}_*.parquet"
format = { type = "parquet" }
expect = { files = 3, stop_on = ["missing", "columns"] }
"""


def part(context: RunContext, number: int, **more: list[str]) -> None:
    columns = {
        "event_name": ["account_opened"],
        "event_time": ["2026-11-01"],
        "partner_event_id": [f"E{number}"],
        "partner_user_id": [f"M{number}"],
    }
    path = put(context, f"events_20261107_{number}.parquet", b"")
    pq.write_table(pa.table(columns | more), path)


@pytest.mark.bad_input(56)
def test_a_set_with_a_part_missing_holds_up_what_comes_after_load(tmp_path: Path) -> None:
    context = make_world(tmp_path, PARTS)
    part(context, 1)
    part(context, 2)
    with pytest.raises(FileMissing, match="What is expected of events for 2026-11-07 is not there"):
        run_steps(context)
    assert len(table(context, "files")) == 2
    part(context, 3)
    run_steps(context)
    (day,) = table(context, "report_feed_arrivals")
    assert (day["files"], day["records"], day["state"]) == (3, 3, "ok")


@pytest.mark.bad_input(56)
def test_a_part_of_another_schema_waits_for_the_operator(tmp_path: Path) -> None:
    context = make_world(tmp_path, PARTS)
    part(context, 1)
    part(context, 2, email=["ann@bank.us"])
    part(context, 3)
    take_in(context)
    assert len(table(context, "files")) == 2
    with pytest.raises(FileMissing):
        run_steps(context)
    (held,) = _held(context)
    assert held == "columns came or went since the file before (new: email)"


def _held(context: RunContext) -> list[str]:
    return [str(row["message"]) for row in _held_rows(context.workspace)]


# --- 87: times that cannot be -----------------------------------------------------------------------------------


@pytest.mark.bad_input(87)
def test_an_event_of_the_future_counts_from_its_day_on(tmp_path: Path) -> None:
    """It is taken and answered as such; until its day it founds no journey and earns nothing."""
    context = make_world(tmp_path, FEED)
    put(
        context,
        "events_20261107.csv",
        HEADER + "account_opened,2026-11-09,E1,M1,A1\naccount_opened,2026-11-06,E2,M2,A1\n",
    )
    run_steps(context)
    assert [line.split(",")[0] for line in answer(context, "events_20261107.csv")[1:]] == [
        "accepted",
        "accepted",
    ]
    for day, events in ((NIGHT, 1), (NIGHT + timedelta(days=1), 1), (NIGHT + timedelta(days=2), 2)):
        run_steps(on(context, day))
        assert len(table(context, "events")) == len(table(context, "recognitions")) == events


@pytest.mark.bad_input(87)
def test_an_event_older_than_the_program_is_not_rewarded_and_says_why(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED)
    put(
        context,
        "events_20261107.csv",
        HEADER + "account_opened,2025-12-31,E1,M1,A1\naccount_opened,2026-01-01,E2,M2,A1\n",
    )
    run_steps(context)
    found = {row["ineligible_reason"] for row in table(context, "recognitions")}
    assert found == {"outside_program", None}


# --- 89: the rules of time zones --------------------------------------------------------------------------------


@pytest.mark.bad_input(89)
def test_a_version_notes_the_rules_of_the_zones_that_it_rests_on(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED + 'time_zone = "Asia/Kolkata"\n')
    put(context, "events_20261107.csv", HEADER + "account_opened,2026-11-01,E1,M1,A1\n")
    run_steps(context)
    manifest = json.loads((context.workspace.published / "current" / "manifest.json").read_text())
    assert manifest["time_zones"] == zone_rules(["America/New_York", "Asia/Kolkata"])
    assert set(manifest["time_zones"]) == {"America/New_York", "Asia/Kolkata"}


@pytest.mark.bad_input(89)
def test_other_zone_data_shows() -> None:
    """The pinned polars brings these rules. If this fails after an update, local days of new events may differ: say so."""
    rules = zone_rules(["America/New_York", "US/Eastern", "America/Havana", "UTC"])
    assert rules["America/New_York"] == rules["US/Eastern"] == "d01c8f31221d132f"
    assert len(set(rules.values())) == 3


# --- 98, 100: persons -------------------------------------------------------------------------------------------

PERSONS = (
    FEED
    + """
[[feeds]]
id = "persons"
kind = "persons"
source = "inbox"
pattern = "persons_{date:%Y%m%d}.csv"

[[rewards]]
id = "advocate-10"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_opened"
pending_days = 30
value = { kind = "cash", amount = "10.00" }
"""
)


@pytest.mark.bad_input(98, 100)
def test_two_who_turn_out_to_be_one_take_the_reward_back(tmp_path: Path) -> None:
    """The ledger is never edited: the reward is earned, then voided by an entry that negates it."""
    context = make_world(tmp_path, PERSONS)
    put(context, "events_20261107.csv", HEADER + "account_opened,2026-11-06,E1,M1,A1\n")
    run_steps(context)
    assert [(row["entry_kind"], row["amount_minor"]) for row in table(context, "reward_entries")] == [
        ("earned", 1000)
    ]
    put(context, "persons_20261108.csv", "partner_user_id,same_person\nM1,A1\n")
    run_steps(on(context, NIGHT + timedelta(days=1)))
    entries = sorted(table(context, "reward_entries"), key=lambda row: row["sequence"])
    assert [(row["entry_kind"], row["amount_minor"]) for row in entries] == [
        ("earned", 1000),
        ("voided", -1000),
    ]
    (lost,) = table(context, "recognition_candidates")
    assert (lost["outcome"], lost["reason_code"]) == ("lost", "self_referral")


# --- 101: codes are compared exactly ----------------------------------------------------------------------------

COUPONS = (
    EVENTS_FEED
    + """
[[feeds]]
id = "coupons"
kind = "coupons"
source = "inbox"
pattern = "coupons_{date:%Y%m%d}.csv"
"""
)


@pytest.mark.bad_input(101)
def test_a_code_matches_its_own_letters_only(tmp_path: Path) -> None:
    """Case and outer blanks do not matter; a zero is no O, and signs that patterns are made of are letters."""
    context = make_world(tmp_path, COUPONS)
    codes = ["A%", "B_1", "O0I1", "0042", "1E5"]
    lines = [f"{code},friend_offer,A{number},2026-10-01\n" for number, code in enumerate(codes)]
    put(
        context,
        "coupons_20261107.csv",
        "coupon_code,purpose,advocate_partner_user_id,issued_at\n" + "".join(lines),
    )
    used = {"A%": "A%", " b_1 ": "B_1", "o0i1": "O0I1", "0042": "0042", "1e5": "1E5"}
    used |= dict.fromkeys(["AB", "BX1", "OOI1", "00I1", "42", "100000", "%", "_"], "")
    events = [f"account_opened,2026-11-01,E{number},M{number},{code}\n" for number, code in enumerate(used)]
    put(
        context,
        "events_20261107.csv",
        HEADER.replace("advocate_partner_user_id", "coupon_code") + "".join(events),
    )
    run_steps(context)
    recognized = len([code for code in used.values() if code])
    assert len(table(context, "recognitions")) == recognized == 5
    reasons = [row["reason_code"] for row in table(context, "unrecognized_events")]
    assert reasons == ["coupon_unknown"] * (len(used) - recognized)


# --- 105: the operator hears of it too --------------------------------------------------------------------------


@pytest.mark.bad_input(105)
def test_card_numbers_are_told_to_the_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_world(tmp_path, EVENTS_FEED)
    notes: list[str] = []
    monkeypatch.setattr(context.progress, "note", notes.append)
    put(
        context,
        "events_20261107.csv",
        "event_name,event_time,CARD\naccount_opened,2026-11-01,4111111111111111\n",
    )
    take_in(context)
    (words,) = [note for note in notes if "card numbers" in note]
    assert words.startswith("events: file ") and words.endswith("leave them out of the file: CARD")
