"""The rules of recognition, one YAML case each: why, given, expect. `_world.yaml` holds what all cases start from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from matchback import resolve
from matchback.config_tables import _SHAPES, config_table
from matchback.warehouse import Warehouse

HERE = Path(__file__).parent
WORLD = yaml.safe_load((HERE / "_world.yaml").read_text(encoding="utf-8"))
CASES = sorted(path for path in HERE.glob("*.yaml") if not path.name.startswith("_"))
CONFIG_TABLES = tuple(_SHAPES)

Row = dict[str, Any]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    """One warehouse in memory with every table of the steps before, empty."""
    made = Warehouse.memory()
    for name in CONFIG_TABLES:
        made.replace(name, config_table(name, []))
    resolve.build(made, WORLD["params"])
    yield made
    made.close()


@pytest.fixture(scope="module")
def shapes(warehouse: Warehouse) -> dict[str, pa.Schema]:
    """The columns and types of the tables that a case may give."""
    return {table: warehouse.table(table).schema for table in (*CONFIG_TABLES, *GIVEN_TABLES)}


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_recognition_case(warehouse: Warehouse, shapes: dict[str, pa.Schema], path: Path) -> None:
    """Run the step on the given rows; every expected table must hold exactly the expected rows."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(case) <= {"why", "params", "given", "expect"}, "unknown key"
    assert case["why"] and case["expect"]
    build_case(warehouse, shapes, case)
    for table, expected in case["expect"].items():
        found = warehouse.table(table).to_pylist()
        columns = sorted({column for row in expected for column in row})
        assert _shown(found, columns) == _shown(expected, columns), table


def build_case(warehouse: Warehouse, shapes: dict[str, pa.Schema], case: dict[str, Any]) -> None:
    """Give the tables their rows and build the step."""
    params = {**WORLD["params"], **case.get("params", {})}
    given = complete(case.get("given", {}))
    for table, shape in shapes.items():
        rows = [{column: row.get(column) for column in shape.names} for row in given.get(table, [])]
        unknown = {column for row in given.get(table, []) for column in row} - set(shape.names)
        assert not unknown, f"{table} has no column {sorted(unknown)}"
        warehouse.replace(table, pa.Table.from_pylist(rows, schema=shape))
    with warehouse.transaction():
        resolve.build(warehouse, params, tables=("journey_events", "journey_roots"))
        warehouse.build("recognize", params)


GIVEN_TABLES = (
    "events", "shares", "clicks", "emails", "coupons", "advocates", "persons", "person_identifiers",
    "person_aliases", "memberships", "journey_owners", "operator_acts", "recognition_history",
)  # fmt: skip


def complete(given: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return all given rows with the columns that a case may leave out."""
    tables: dict[str, list[Row]] = copy.deepcopy({**WORLD["tables"], **given})
    for table, rows in tables.items():
        for row in rows:
            for column, value in WORLD["columns"].get(table, {}).items():
                row.setdefault(column, value)
            for column in [name for name in row if name.endswith("_at") and name != "advocates_at"]:
                row[column] = _moment(row[column])
                if row[column] is not None:
                    row.setdefault(f"{column.removesuffix('_at')}_on", row[column].date())
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


def _moment(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.fromisoformat(str(value))


def _shown(rows: list[Row], columns: list[str]) -> list[str]:
    """Return rows as sorted lines of the compared columns, so that a difference prints as rows."""
    return sorted(
        ", ".join(f"{column}={_plain(column, row.get(column))}" for column in columns) for row in rows
    )


def _plain(column: str, value: object) -> str:
    return str(_moment(value)) if column.endswith("_at") and value is not None else str(value)
