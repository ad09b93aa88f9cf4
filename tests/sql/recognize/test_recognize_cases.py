"""The rules of recognition, one YAML case each: why, given, expect. `_world.yaml` holds what all cases start from."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import yaml

from matchback import resolve
from matchback.config_tables import _SHAPES, config_table
from matchback.sqlfiles import sql_file, step_tables
from matchback.warehouse import Warehouse

HERE = Path(__file__).parent
WORLD = yaml.safe_load((HERE / "_world.yaml").read_text(encoding="utf-8"))
CASES = sorted(path for path in HERE.glob("*.yaml") if not path.name.startswith("_"))
JOURNEYS = ("journey_events", "journey_roots")

Row = dict[str, Any]
Shapes = dict[str, pa.Schema]


class _RolledBack(Exception):
    """Ends a case's transaction, so that the next case finds every table empty."""


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    """One warehouse in memory with every table of the steps before and of this one, empty."""
    made = Warehouse.memory()
    made._connection.execute("SET threads = 1")  # the tables are tiny
    for name in _SHAPES:
        made.replace(name, config_table(name, []))
    resolve.build(made, WORLD["params"])
    made.build("recognize", WORLD["params"])
    yield made
    made.close()


@pytest.fixture(scope="module")
def shapes(warehouse: Warehouse) -> Shapes:
    """The columns and types of the tables that a case may give."""
    return {table: warehouse.table(table).schema for table in warehouse.tables()}


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_recognition_case(warehouse: Warehouse, shapes: Shapes, path: Path) -> None:
    """Run the step on the given rows; every expected table must hold exactly the expected rows."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(case) <= {"why", "params", "given", "expect"}, "unknown key"
    assert case["why"]
    assert case["expect"]
    try:
        with warehouse.transaction():
            build_case(warehouse, shapes, case)
            found = {table: warehouse.table(table).to_pylist() for table in case["expect"]}
            raise _RolledBack
    except _RolledBack:
        pass
    for table, expected in case["expect"].items():
        columns = sorted({column for row in expected for column in row})
        assert shown(found[table], columns) == shown(expected, columns), table


def build_case(warehouse: Warehouse, shapes: Shapes, case: Row) -> None:
    """Give the tables their rows, then build the journeys and what the expected tables rest on."""
    params = {**WORLD["params"], **case.get("params", {})}
    changed = set(JOURNEYS)
    zone = ZoneInfo(case.get("params", {}).get("time_zone", "UTC"))
    for table, rows in complete(case.get("given", {}), zone).items():
        unknown = {column for row in rows for column in row} - set(shapes[table].names)
        assert not unknown, f"{table} has no column {sorted(unknown)}"
        filled = [{column: row.get(column) for column in shapes[table].names} for row in rows]
        warehouse.append(table, pa.Table.from_pylist(filled, schema=shapes[table]))
        changed |= {table} if rows else set()
    resolve.build(warehouse, params, tables=JOURNEYS)
    wanted = rested_on(case["expect"])
    for table in step_tables("recognize"):
        if table in wanted and sql_file("recognize", table).reads & changed:
            warehouse.build_table("recognize", table, params)
            changed |= {table} if warehouse.count(table) else set()


def rested_on(tables: Iterable[str]) -> set[str]:
    """Return these tables and all tables of the step that they are made from."""
    known = set(step_tables("recognize"))
    wanted: set[str] = set()
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        if table in known and table not in wanted:
            wanted.add(table)
            waiting += sql_file("recognize", table).reads
    return wanted


def complete(given: dict[str, list[Row]], zone: ZoneInfo) -> dict[str, list[Row]]:
    """Return all given rows with the columns that a case may leave out; a time's day is that of the case's own zone."""
    tables: dict[str, list[Row]] = copy.deepcopy({**WORLD["tables"], **given})
    for table, rows in tables.items():
        for row in rows:
            for column, value in WORLD["columns"].get(table, {}).items():
                row.setdefault(column, value)
            for column in [name for name in row if name.endswith("_at") and name != "advocates_at"]:
                row[column] = moment(row[column])
                if row[column] is not None:
                    local = row[column].replace(tzinfo=UTC).astimezone(zone)
                    row.setdefault(f"{column.removesuffix('_at')}_on", local.date())
    events = tables.get("events", [])
    for event in events:
        if event["status"] == "active":
            event.setdefault("journey_id", event.get("account_key") or event["event_id"])
    owners = {(event.get("journey_id"), event.get("person_id")) for event in events if event.get("person_id")}
    owners |= {(row["journey_id"], row["person_id"]) for row in tables.get("journey_owners", [])}
    tables["journey_owners"] = [
        {"journey_id": journey, "person_id": person} for journey, person in sorted(owners)
    ]
    return tables


def moment(value: object) -> datetime | None:
    """Return a time as YAML gives it (a date is its first second) as a datetime."""
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(str(value))


def shown(rows: list[Row], columns: list[str]) -> list[str]:
    """Return rows as sorted lines of the compared columns, so that a difference prints as rows."""
    return sorted(", ".join(f"{name}={_plain(name, row.get(name))}" for name in columns) for row in rows)


def _plain(column: str, value: object) -> str:
    return str(moment(value)) if column.endswith("_at") and value is not None else str(value)
