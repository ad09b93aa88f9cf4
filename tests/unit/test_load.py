"""Load: exactly once, balanced to the cent, and the same tables in whatever order files arrive."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchback import load, pickup, validate
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.intake.merging import KeysCollide
from matchback.intake.received import received_files
from matchback.warehouse import Warehouse
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in, writing

HEADER = "event_name,event_time,email,account_id,partner_event_id,amount,action,corrected_at\n"
FACTS = ("facts_seq",)


def event(number: int, amount: str = "10.00", *, action: str = "", at: str = "") -> str:
    return f"account_opened,2026-11-01,ann{number}@example.com,A{number},E{number},{amount},{action},{at}\n"


def files(context: RunContext) -> dict[str, dict[str, Any]]:
    return {row["delivered_name"]: row for row in table(context, "files")}


def counts(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(
        row[name] for name in ("records", "accepted", "refused", "duplicates", "conflicts", "waiting")
    )


@pytest.mark.bad_input(28)
def test_each_record_has_one_outcome(tmp_path: Path) -> None:
    """Accepted, refused, duplicate, conflict and waiting, across files and within one."""
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1) + event(2) + event(2) + event(3, "x"))
    put(
        world,
        "events_20261102.csv",
        HEADER + event(1, "11.00") + event(2) + event(9, action="correct") + event(4),
    )
    take_in(world)
    found = files(world)
    assert counts(found["events_20261101.csv"]) == (4, 2, 1, 1, 0, 0)
    assert counts(found["events_20261102.csv"]) == (4, 1, 0, 1, 1, 1)
    assert len(table(world, "fact_events")) == 5


@pytest.mark.bad_input(28)
def test_two_contents_in_one_file_are_both_in_conflict(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1) + event(1, "11.00"))
    take_in(world)
    assert counts(files(world)["events_20261101.csv"]) == (2, 0, 0, 0, 2, 0)


def test_a_correction_ends_a_conflict(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(
        world, "events_20261101.csv", HEADER + event(1) + event(1, "12.00", action="correct", at="2026-11-02")
    )
    put(world, "events_20261103.csv", HEADER + event(1, "13.00"))
    take_in(world)
    assert counts(files(world)["events_20261101.csv"]) == (2, 2, 0, 0, 0, 0)
    assert counts(files(world)["events_20261103.csv"]) == (1, 1, 0, 0, 0, 0)


@pytest.mark.bad_input(72)
def test_the_same_bytes_under_another_name_add_nothing(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1) + event(2, "x"))
    take_in(world)
    before = table(world, "fact_events")
    put(world, "events_20261101_again.csv", HEADER + event(1) + event(2, "x"))
    take_in(world)
    again = files(world)["events_20261101_again.csv"]
    assert (again["status"], again["reason_code"]) == ("duplicate", "already_delivered")
    assert counts(again) == (2, 0, 0, 2, 0, 0)
    assert table(world, "fact_events") == before


def test_bytes_that_were_refused_are_judged_again(tmp_path: Path) -> None:
    """A file refused by its limit is no earlier delivery: after the limit is mended, the same bytes load."""
    world = make_world(tmp_path, EVENTS_FEED.replace("100%", "10%"))
    put(world, "events_20261101.csv", HEADER + event(1) + event(2, "x"))
    take_in(world)
    assert files(world)["events_20261101.csv"]["status"] == "refused"
    assert counts(files(world)["events_20261101.csv"]) == (2, 0, 2, 0, 0, 0)
    assert table(world, "fact_events") == []
    world = make_world(tmp_path, EVENTS_FEED)
    put(world, "events_20261101_again.csv", HEADER + event(1) + event(2, "x"))
    take_in(world)
    assert files(world)["events_20261101_again.csv"]["status"] == "loaded"


def test_running_again_changes_nothing(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1))
    take_in(world)
    names = ("files", "refusals", "file_money", "fact_events", "identifiers", "state")
    before = [table(world, name) for name in names[:-1]]
    take_in(world)
    assert [table(world, name) for name in names[:-1]] == before


def test_an_unfinished_load_is_repeated_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure inside the transaction leaves nothing; the next run loads the file."""
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1))
    pickup.run(world)
    validate.run(world)

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, writing(world) as writer:
        patched.setattr(load, "_write_file", fails)
        with pytest.raises(KeyboardInterrupt):
            load.run(writer)
    assert table(world, "fact_events") == []
    take_in(world)
    assert counts(files(world)["events_20261101.csv"]) == (1, 1, 0, 0, 0, 0)


def test_a_lost_record_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The balance check fires: nothing of the file is loaded, the other file is."""
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1) + event(2))
    put(world, "events_20261102.csv", HEADER + event(3))
    pickup.run(world)
    validate.run(world)
    whole = load.merge

    def loses(*arguments: Any) -> Any:
        outcomes = whole(*arguments)
        return replace(outcomes, records={"accepted": 1})

    with monkeypatch.context() as patched, writing(world) as writer:
        patched.setattr(load, "merge", loses)
        with pytest.raises(load.FileDoesNotBalance):
            load.run(writer)
    assert list(files(world)) == ["events_20261102.csv"]


def test_colliding_keys_stop_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matchback.intake import fact_rows

    whole = fact_rows.derive_keys

    def collides(secret: bytes, kind: str, values: pl.Series) -> Any:
        keys, check_bits = whole(secret, kind, values)
        return (keys * 0 + 7 if kind == "email" else keys), check_bits

    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1) + event(2))
    monkeypatch.setenv("MATCHBACK_PARSE_IN_PROCESS", "1")
    monkeypatch.setattr(fact_rows, "derive_keys", collides)
    with pytest.raises(KeysCollide):
        take_in(world)
    assert table(world, "fact_events") == []


@pytest.mark.parametrize("query", ["known_identifiers", "known_of_few_identifiers"])
def test_known_identifiers_are_found_whichever_side_is_held(query: str) -> None:
    """One is known, one is another one under a known key, one is new."""
    held = {
        "identifier_key": [1, 2, 3],
        "kind": ["email"] * 3,
        "value": ["a", "b", "c"],
        "check_bits": [7, 8, 9],
    }
    incoming = {"identifier_key": [2, 3, 4], "check_bits": [8, 1, 5]}
    warehouse = Warehouse.memory()
    warehouse.append("identifiers", pl.DataFrame(held).to_arrow())
    with warehouse.lent("incoming_identifiers", pl.DataFrame(incoming).to_arrow()):
        assert warehouse.keep(f"load/{query}", name="known_identifiers") == 2
    assert sorted(warehouse.table("known_identifiers").to_pylist(), key=str) == [
        {"identifier_key": 2, "collides": False},
        {"identifier_key": 3, "collides": True},
    ]
    warehouse.close()


def test_the_vault_holds_each_identifier_once_however_few_it_held(tmp_path: Path) -> None:
    """The second file has more identifiers than the vault, the third fewer; both bring some of the first again."""
    world = make_world(tmp_path)
    for day, numbers in ((1, [1]), (2, [1, 2, 3, 4]), (3, [4])):
        put(world, f"events_2026110{day}.csv", HEADER + "".join(event(number) for number in numbers))
        take_in(world)
    emails = [row["value"] for row in table(world, "identifiers") if row["kind"] == "email"]
    assert len(emails) == len(set(emails)) == 4


def test_a_wrong_secret_is_refused_before_any_write(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1))
    take_in(world)
    (tmp_path / "secret.txt").write_text("another secret")
    with pytest.raises(ConfigurationError):
        take_in(world)


def test_equal_repeatable_events_are_told_apart_by_their_number(tmp_path: Path) -> None:
    """Two equal deposits are two; the same file with one more adds one; without repetition they are duplicates."""
    world = make_world(tmp_path)
    deposit = "deposit,2026-11-01,,A1,,25.00,,\n"
    opening = "account_opened,2026-11-01,ann@example.com,A1,,,,\n"
    put(world, "events_20261101.csv", HEADER + deposit * 2 + opening * 2)
    put(world, "events_20261102.csv", HEADER + deposit * 3)
    take_in(world)
    assert counts(files(world)["events_20261101.csv"]) == (4, 3, 0, 1, 0, 0)
    assert counts(files(world)["events_20261102.csv"]) == (3, 1, 0, 2, 0, 0)


def test_columns_outside_the_content_update_silently(tmp_path: Path) -> None:
    """A cumulative file with new balances brings duplicates, and the newest balance is the last sighted."""
    world = make_world(tmp_path, EVENTS_FEED + 'content = ["event_time"]\n')
    put(world, "events_20261101.csv", HEADER + event(1, "1.00"))
    put(world, "events_20261102.csv", HEADER + event(1, "2.00"))
    take_in(world)
    assert counts(files(world)["events_20261102.csv"]) == (1, 0, 0, 1, 0, 0)
    rows = table(world, "fact_events")
    assert len({row["content_key"] for row in rows}) == 1
    assert max(rows, key=lambda row: row["last_received_on"])["amount_minor"] == 200


AUDIENCE = """
[[feeds]]
id = "members"
kind = "audience"
source = "inbox"
pattern = "members_{date:%Y%m%d}.csv"
constants = { purpose = "existing_customers" }
"""


def test_a_list_without_members_is_a_list(tmp_path: Path) -> None:
    world = make_world(tmp_path, AUDIENCE)
    put(world, "members_20261101.csv", "partner_user_id\nM1\nM2\n")
    put(world, "members_20261102.csv", "partner_user_id\n")
    take_in(world)
    lists = [(row["purpose"], row["list_on"], row["records"]) for row in table(world, "fact_audience_lists")]
    assert lists == [
        ("existing_customers", date(2026, 11, 1), 2),
        ("existing_customers", date(2026, 11, 2), 0),
    ]


records = st.tuples(
    st.integers(1, 3), st.sampled_from(["1.00", "2.00", "x"]), st.sampled_from(["", "", "correct", "cancel"])
)
deliveries = st.lists(
    st.tuples(st.sampled_from([1, 2, 3]), st.lists(records, min_size=1, max_size=4)), min_size=2, max_size=5
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_fact(
    tmp_path_factory: pytest.TempPathFactory, sent: list[Any], chance: random.Random
) -> None:
    """Shuffled files, in other batches, give the same fact tables; every file balances in both worlds."""
    contents = [
        (
            f"events_2026110{day}_{number}.csv",
            HEADER + "".join(event(*row[:2], action=row[2]) for row in rows),
        )
        for number, (day, rows) in enumerate(sent)
    ]
    in_order = make_world(tmp_path_factory.mktemp("ordered"))
    for name, content in contents:
        put(in_order, name, content)
    take_in(in_order)
    shuffled = make_world(tmp_path_factory.mktemp("shuffled"))
    chance.shuffle(contents)
    for name, content in contents:
        put(shuffled, name, content)
        take_in(shuffled)
    for name in ("fact_events", "identifiers"):
        assert table(in_order, name, without=FACTS) == table(shuffled, name, without=FACTS)
    for world in (in_order, shuffled):
        for row in table(world, "files"):
            parts = ("accepted", "refused", "duplicates", "conflicts", "waiting", "control_lines")
            assert row["records"] == sum(row[part] for part in parts)
            assert_money_balances(world, row["file_id"])
    assert {file.file_id for file in received_files(in_order.journal)} >= {
        row["file_id"] for row in table(in_order, "fact_events")
    }


def assert_money_balances(world: RunContext, file_id: str) -> None:
    money = [row for row in table(world, "file_money") if row["file_id"] == file_id]
    seen = sum(row["amount_minor"] for row in money if row["outcome"] == "seen")
    assert seen == sum(row["amount_minor"] for row in money if row["outcome"] != "seen")


def test_one_file_that_fails_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it fails with, even a library's panic, is told by its type alone; the next run loads it."""

    class PanicException(BaseException):
        pass

    world = make_world(tmp_path)
    put(world, "events_20261101.csv", HEADER + event(1))
    put(world, "events_20261102.csv", HEADER + event(2))
    pickup.run(world)
    validate.run(world)
    true_merge = load.merge
    failing: list[bool] = []

    def merge(*given: Any) -> Any:
        if not failing:
            failing.append(True)
            raise PanicException("ann1@example.com")
        return true_merge(*given)

    monkeypatch.setattr(load, "merge", merge)
    with writing(world) as writer:
        summary = load.run(writer)
    assert (summary.counts["failed_files"], summary.counts["files"]) == (1, 1)
    assert sorted(files(world)) == ["events_20261102.csv"]
    take_in(world)
    assert sorted(files(world)) == ["events_20261101.csv", "events_20261102.csv"]


def test_a_file_name_that_is_not_utf8_loads(tmp_path: Path) -> None:
    world = make_world(tmp_path, EVENTS_FEED + 'after = { move_to = "done", results_to = "results" }\n')
    name = os.fsdecode(b"events_20261101_\xe9.csv")
    put(world, name, HEADER + event(1))
    take_in(world)
    assert sorted(files(world)) == ["events_20261101_\\udce9.csv"]
    assert os.listdir(os.fsencode(tmp_path / "inbox" / "done")) == [b"events_20261101_\xe9.csv"]
    assert os.listdir(tmp_path / "inbox" / "results") == ["events_20261101_\\udce9.csv.results.csv"]


@pytest.mark.parametrize(
    ("action", "at", "expected"),
    [
        ("correct", "2026-11-02", (1, 0, 0, 0, 1, 0)),
        ("correct", "2026-11-03", (1, 1, 0, 0, 0, 0)),
        ("cancel", "2026-11-02", (1, 1, 0, 0, 0, 0)),
    ],
)
def test_corrections_of_equal_rank_that_contradict_are_in_conflict(
    tmp_path: Path, action: str, at: str, expected: tuple[int, ...]
) -> None:
    """Neither wins; a later correction or a cancellation decides."""
    world = make_world(tmp_path)
    first = event(1, "11.00", action="correct", at="2026-11-02")
    put(world, "events_20261104a.csv", HEADER + event(1) + first)
    take_in(world)
    put(world, "events_20261104b.csv", HEADER + event(1, "12.00", action=action, at=at))
    take_in(world)
    assert counts(files(world)["events_20261104b.csv"]) == expected


def test_a_large_file_loads_like_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed texts and all threads give the tables and the answers that one thread gives."""
    first = HEADER + event(1) + event(2) + event(2) + event(3, "x") + event(5) + event(5, "7.00")
    second = HEADER + event(1, "11.00") + event(2) + event(9, action="correct") + event(4) + event(5)
    found = []
    for name, limit in (("small", 1 << 30), ("large", -1)):
        with monkeypatch.context() as patched:
            patched.setattr("matchback.intake.merging.MANY_ROWS", limit)
            patched.setattr(load, "MANY_ROWS", limit)
            world = make_world(tmp_path / name)
            put(world, "events_20261101.csv", first)
            put(world, "events_20261102.csv", second)
            take_in(world)
        tables = ("fact_events", "identifiers", "file_money", "refusals")
        answers = sorted(path.read_bytes() for path in world.workspace.outbox.rglob("*.results.csv"))
        accounts = [counts(row) for row in table(world, "files")]
        found.append(([table(world, one) for one in tables], sorted(accounts), answers))
    assert found[0] == found[1]
    assert len(found[0][2]) == 2
