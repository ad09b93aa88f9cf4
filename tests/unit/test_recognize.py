"""The recognize step: no result depends on the order of rows or on strangers, and history is never written backward."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from matchback import recognize, resolve
from matchback.config import load_config
from matchback.config_quality import RULES
from matchback.config_tables import write_config_tables
from matchback.context import RunContext
from matchback.journal import Journal
from matchback.sqlfiles import step_tables
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.table_hashes import table_hash

CONFIG = """
feeds = []

[workspace]
name = "bank"
time_zone = "America/New_York"
id_secret = "env:NOT_READ"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened", "account_qualified"]
quality = [
  { rule = "similar_emails" },
  { rule = "shared_phone" },
  { rule = "shared_device" },
  { rule = "advocate_velocity", more_than = 1, within_days = 7 },
  { rule = "referral_cap", more_than = 3, verdict = "rejected" },
  { rule = "seconds_after_click", less_than = 3700 },
  { rule = "disposable_domain", domains = ["gone.example"] },
  { rule = "coupon_overused", more_than = 1, verdict = "rejected" },
  { rule = "guessed_series", more_than = 2, within_days = 60 },
]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[events]]
name = "account_qualified"
stage = 4
rewardable = true
"""
STATE_TABLES = (
    "recognitions",
    "recognition_candidates",
    "recognition_quality",
    "relationships",
    "unrecognized_events",
    "journeys",
    "recognition_history",
)
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    """A run on an empty warehouse in memory, resolved."""
    (tmp_path / "matchback.toml").write_text(CONFIG)
    workspace = Workspace(tmp_path)
    workspace.prepare()
    warehouse = Warehouse.memory()
    warehouse._connection.execute("SET threads = 1")  # the tables are tiny
    made = RunContext(
        workspace=workspace,
        config=load_config(workspace.config_path),
        journal=Journal(workspace.journal_dir),
        as_of=date(2026, 12, 31),
        run_id="test",
        warehouse=warehouse,
    )
    write_config_tables(warehouse, made.config)
    resolve.build(warehouse, made.parameters)
    yield made
    warehouse.close()


def give(context: RunContext, tables: Tables) -> None:
    """Give the tables of resolve their rows, in this order."""
    for table, rows in tables.items():
        schema = context.writer.table(table).schema
        filled = [{name: row.get(name) for name in schema.names} for row in rows]
        context.writer.replace(table, pa.Table.from_pylist(filled, schema=schema))
    resolve.build(context.writer, context.parameters, ("journey_events", "journey_roots"))


def a_world(first_id: int = 0) -> Tables:
    """Friends with several journeys, and shares, clicks, sendings and coupons that compete for them."""
    chance = random.Random(7)

    def moment(days: int) -> dict[str, Any]:
        at = datetime(2026, 6, 1) + timedelta(days=chance.randrange(days), hours=chance.randrange(3))
        return {"at": at, "on": at.date()}

    def timed(name: str, **columns: Any) -> dict[str, Any]:
        when = moment(150)
        return {f"{name}_at": when["at"], f"{name}_on": when["on"], "container": "production", **columns}

    ids = range(first_id + 1, first_id + 61)
    persons = [first_id + 1000 + number for number in range(12)]
    advocates = [first_id + 2000 + number for number in range(5)]
    events = [
        timed(
            "occurred",
            event_id=number,
            event_name=chance.choice(["account_opened", "account_qualified"]),
            person_id=chance.choice([*persons, *advocates, None]),
            account_key=first_id + 3000 + number // 2,
            journey_id=first_id + 3000 + number // 2,
            coupon_key=chance.choice([None, None, first_id + 4000 + chance.randrange(10)]),
            status="active",
            has_placeholder=False,
            time_precision="second",
        )
        for number in ids
    ]
    return {
        "events": events,
        "journey_owners": [
            {"journey_id": journey, "person_id": person}
            for journey, person in sorted(
                {(row["journey_id"], row["person_id"]) for row in events if row["person_id"] is not None}
            )
        ],
        "shares": [
            timed(
                "shared",
                share_key=first_id + 5000 + number,
                advocate_id=chance.choice(advocates),
                incentivized=False,
            )
            for number in range(20)
        ],
        "clicks": [
            timed(
                "clicked",
                click_key=first_id + 6000 + number,
                share_key=first_id + 5000 + chance.randrange(20),
                person_id=chance.choice(persons),
            )
            for number in range(60)
        ],
        "coupons": [
            timed(
                "issued",
                coupon_key=first_id + 4000 + number,
                advocate_id=chance.choice(advocates),
                single_use=number % 2 == 0,
            )
            for number in range(10)
        ],
        "person_identifiers": [
            {"identifier_key": person + 6000, "kind": "email", "person_id": person, "is_shared": False}
            for person in [*persons, *advocates]
        ],
        "identifiers": [
            *(
                {"identifier_key": person + 6000, "kind": "email", "value": an_address(person)}
                for person in [*persons, *advocates]
            ),
            *(
                {
                    "identifier_key": first_id + 4000 + number,
                    "kind": "coupon_code",
                    "value": f"OF{first_id}NO{number:02}",
                }
                for number in range(10)
            ),
        ],
        "household_hints": [
            {"identifier_key": first_id + 9000 + number, "kind": kind, "person_id": person}
            for number, kind in enumerate(["phone", "visitor_id"])
            for person in (persons[number], persons[number + 2], *advocates[number : number + 3])
        ],
    }


def an_address(person: int) -> str:
    """Return an address that differs from others of its letters by digits alone."""
    return f"{'abcde'[person % 5] * 3}{person}@{'mail' if person % 4 else 'gone'}.example"


def shuffled(tables: Tables, seed: int) -> Tables:
    chance = random.Random(seed)
    return {table: chance.sample(rows, len(rows)) for table, rows in tables.items()}


def hashes(context: RunContext) -> dict[str, str]:
    return {table: table_hash(context.writer, table) for table in STATE_TABLES}


def test_a_run_counts_what_it_decided(context: RunContext) -> None:
    give(context, a_world())
    summary = recognize.run(context)
    recognized, unrecognized = summary.counts["recognized"], summary.counts["unrecognized"]
    assert recognized > 20
    assert recognized + unrecognized == 60
    assert summary.line == f"{recognized} events recognized, {unrecognized} not"
    assert context.writer.state["recognized_as_of"] == "2026-12-31"


def test_test_events_are_counted_apart_by_the_step_and_the_summary(context: RunContext) -> None:
    tests = {
        table: [row | ({"container": "test"} if "container" in row else {}) for row in rows]
        for table, rows in a_world(10_000).items()
    }
    tables = {table: rows + tests[table] for table, rows in a_world().items()}
    give(context, tables)
    summary = recognize.run(context)
    recognized, of_tests = summary.counts["recognized"], summary.counts["test_recognized"]
    assert recognized > 20
    assert of_tests > 20
    assert recognized + summary.counts["unrecognized"] == 60
    assert summary.line.startswith(f"{recognized} events and {of_tests} test events recognized, ")
    rows = context.writer.rows("explain/summary_recognitions")
    assert sum(row["events"] for row in rows) == recognized


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(context: RunContext, seed: int) -> None:
    """Ties of time are many in this world: hours and days repeat."""
    give(context, a_world())
    recognize.run(context)
    before = hashes(context)
    context.writer.delete("recognition_history", {"program": "refer"})
    give(context, shuffled(a_world(), seed))
    recognize.run(context)
    assert hashes(context) == before


def test_each_quality_rule_holds_and_passes_in_this_world(context: RunContext) -> None:
    """What the other tests say of order and strangers is said of every rule's both verdicts."""
    give(context, a_world())
    recognize.run(context)
    rows = context.writer.table("recognition_quality").to_pylist()
    found = {(row["rule"], row["verdict"] == "passed") for row in rows}
    assert found == {(rule, passed) for rule in RULES for passed in (True, False)}
    verdicts = {row["quality"] for row in context.writer.table("recognitions").to_pylist()}
    assert verdicts == {"passed", "review", "rejected"}


def test_a_second_run_changes_nothing(context: RunContext) -> None:
    give(context, a_world())
    recognize.run(context)
    before = hashes(context)
    recognize.run(context)
    assert hashes(context) == before


def test_strangers_change_nothing(context: RunContext) -> None:
    """Rows about other people add their own decisions and leave the first ones alone."""
    give(context, a_world())
    recognize.run(context)
    before = {table: context.writer.table(table).to_pylist() for table in STATE_TABLES}
    strangers = a_world(first_id=1_000_000)
    give(context, {table: rows + strangers[table] for table, rows in a_world().items()})
    recognize.run(context)
    for table, rows in before.items():
        after = context.writer.table(table).to_pylist()
        assert len(after) == 2 * len(rows), table
        assert [row for row in rows if row not in after] == [], table


def test_history_is_not_written_for_an_earlier_day(context: RunContext) -> None:
    """A backfill of an older day rebuilds the decisions of that day, and leaves the history as it is."""
    give(context, a_world())
    recognize.run(context)
    history = table_hash(context.writer, "recognition_history")
    give(context, {"events": [], "journey_owners": []})
    recognize.run(replace(context, as_of=date(2026, 12, 30)))
    assert context.writer.count("recognitions") == 0
    assert table_hash(context.writer, "recognition_history") == history
    assert context.writer.state["recognized_as_of"] == "2026-12-31"


def test_the_invariants_hold(context: RunContext) -> None:
    give(context, a_world())
    recognize.run(context)
    broken = {
        name: context.writer.rows(f"check/{name}", context.parameters)
        for name in step_tables("check")
        if name.startswith("recognized_")
    }
    assert broken == {name: [] for name in broken}
    assert len(broken) >= 8
