"""SQL cases as YAML: given rows of tables, a run of SQL files, expected rows.

A case file is `tests/sql/<step>/<rule>.yaml`; `---` separates several cases of one rule. A case reads

    why:     the rule, in a sentence
    params:  {as_of: 2026-11-07}            # over those of defaults.yaml
    given:   {table: [{column: value}]}     # base or derived tables; a missing column is its default, else NULL
    run:     recognize                      # a step, or a list of tables; default: the folder's step
    expect:  {table: [{column: value}]}     # exactly these rows, in any order, in the columns that are named
    subset:  true                           # other rows may stand there too

Of a step only what the expected tables need is built, no table that is given, and nothing that rests on empty tables
alone. A word in a column of keys stands for a key of its own: `email_key: ann` and `person_id: ann` are the same
number in every case.
"""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import yaml

from matchback.config_tables import _SHAPES, config_table
from matchback.sqlfiles import sql_file, sql_folder, step_tables
from matchback.warehouse import Warehouse

FOLDER = Path(__file__).resolve().parent
STEPS = ("resolve", "recognize", "reward", "report")
Row = dict[str, Any]


class _RolledBack(Exception):
    """Ends a case's transaction, so that the next case finds an empty warehouse."""


@dataclass(frozen=True)
class Case:
    """One case of one rule."""

    name: str
    step: str
    why: str
    params: Row
    given: dict[str, list[Row]]
    run: str | list[str]
    expect: dict[str, list[Row]]
    subset: bool


@dataclass
class KeyNames:
    """Words that stand for keys, both ways."""

    words: dict[int, str] = field(default_factory=dict)

    def key(self, word: str) -> int:
        number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest()) >> 1
        self.words[number] = word
        return number

    def shown(self, value: Any) -> Any:
        return (
            self.words.get(value, value) if isinstance(value, int) and not isinstance(value, bool) else value
        )


@cache
def defaults() -> Row:
    """The parameters, configuration rows and column values that a case need not repeat."""
    return dict(yaml.safe_load((FOLDER / "defaults.yaml").read_text(encoding="utf-8")))


def read_cases(folder: Path = FOLDER) -> Iterator[Case]:
    """Read every case below a folder, in the order of their names; a folder with a world of its own runs itself."""
    for path in sorted(folder.glob("*/*.yaml")):
        if (path.parent / "_world.yaml").exists():
            continue
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        for number, document in enumerate(documents, start=1):
            suffix = f"-{number}" if len(documents) > 1 else ""
            unknown = set(document) - {"why", "params", "given", "run", "expect", "subset"}
            assert not unknown, f"{path.name}: unknown {sorted(unknown)}"
            yield Case(
                name=f"{path.parent.name}/{path.stem}{suffix}",
                step=path.parent.name,
                why=document["why"],
                params=document.get("params", {}),
                given=document.get("given", {}),
                run=document.get("run", path.parent.name),
                expect=document["expect"],
                subset=document.get("subset", False),
            )


def last_step(case: Case) -> str:
    """Return the last step whose tables a case needs: its folder's, for a check the last that makes what it reads."""
    if case.step in STEPS:
        return case.step
    reads = {table for name in case.run for table in sql_file(case.step, name).reads}
    return [step for step in STEPS if step == STEPS[0] or reads & set(step_tables(step))][-1]


def empty_warehouse(until: str) -> Warehouse:
    """Return a warehouse in memory with every base, configuration and derived table up to a step, all empty."""
    warehouse = Warehouse.memory()
    warehouse._connection.execute("SET threads = 1")  # a case's tables are tiny
    for table in _SHAPES:
        warehouse.replace(table, config_table(table, []))
    parameters = defaults()["params"]
    for step in STEPS[: STEPS.index(until) + 1]:
        _build(warehouse, step, parameters, None)
    return warehouse


def run_case(case: Case, warehouse: Warehouse) -> str:
    """Run a case and return the difference as text; empty when the case holds. The warehouse is left as it was."""
    names = KeyNames()
    difference = ""
    try:
        with warehouse.transaction():
            _give(case, warehouse, names)
            for step, tables in _plan(case):
                _build(warehouse, step, {**defaults()["params"], **case.params}, tables)
            difference = "".join(
                _difference(table, rows, warehouse.table(table), names, case.subset)
                for table, rows in case.expect.items()
            )
            raise _RolledBack
    except _RolledBack:
        pass
    return difference


def _give(case: Case, warehouse: Warehouse, names: KeyNames) -> None:
    zone = ZoneInfo(case.params.get("time_zone", defaults()["params"]["time_zone"]))
    for table, rows in {**defaults()["tables"], **case.given}.items():
        schema = warehouse.table(table).schema
        filled = [_filled(table, row, number, schema, zone) for number, row in enumerate(rows, start=1)]
        warehouse.append(table, _arrow(filled, schema, names))


def _filled(table: str, row: Row, number: int, schema: pa.Schema, zone: ZoneInfo) -> Row:
    """Complete a given row: declared defaults, the local date of a time, last sighting = first sighting."""
    unknown = set(row) - set(schema.names)
    assert not unknown, f"{table} has no column {sorted(unknown)}"
    columns = defaults()["columns"]
    usual = {**(columns["fact_*"] if table.startswith("fact_") else {}), **columns.get(table, {})}
    full: Row = {"record_number": number, "version_key": number, **usual, **row}
    for name in schema.names:
        if name in row:
            continue
        moment = row.get(name.removesuffix("_on") + "_at") if name.endswith("_on") else None
        if moment is not None:
            full[name] = _local_date(moment, zone)
        elif name.startswith("last_") and name not in usual:
            full[name] = full.get(name.removeprefix("last_"))
    return {name: full.get(name) for name in schema.names}


def _local_date(moment: Any, zone: ZoneInfo) -> date:
    return _timestamp(moment).replace(tzinfo=UTC).astimezone(zone).date()


def _plan(case: Case) -> list[tuple[str, list[str] | None]]:
    if isinstance(case.run, list):
        folders = {
            path.stem: path.parent.name
            for path in sql_folder().glob("*/*.sql")
            if path.parent.name != "schema"
        }
        folders |= {
            table: case.step for table in case.run if (sql_folder() / case.step / f"{table}.sql").exists()
        }
        return [(folders[table], [table]) for table in case.run]
    if case.run == "reward":
        return [("reward", None)]
    wanted: set[str] = set()
    _want(case.run, case.expect, set(case.given), wanted)
    changed = {*case.given, *defaults()["tables"]}
    tables = []
    for table in step_tables(case.run):
        if table in wanted and sql_file(case.run, table).reads & changed:
            tables.append(table)
            changed.add(table)
    return [(case.run, tables)]


def _want(step: str, tables: Iterable[str], given: set[str], wanted: set[str]) -> None:
    """Collect the tables of a step that the expected ones rest on, but for those that are given."""
    known = set(step_tables(step))
    for table in tables:
        if table in known and table not in wanted and table not in given:
            wanted.add(table)
            _want(step, sql_file(step, table).reads, given, wanted)


def _build(warehouse: Warehouse, step: str, parameters: Row, tables: list[str] | None) -> None:
    """Build a step: by its module's `build` where it has one (a stage in Python between the files), else its files."""
    module = importlib.import_module(f"matchback.{step}") if step in STEPS else None
    build = getattr(module, "build", None)
    if build is not None:
        build(warehouse, parameters, tables) if tables is not None else build(warehouse, parameters)
    else:
        for table in step_tables(step) if tables is None else tables:
            warehouse.build_table(step, table, parameters)


# --- values ------------------------------------------------------------------------------------------------------


def _arrow(rows: list[Row], schema: pa.Schema, names: KeyNames) -> pa.Table:
    typed = [{item.name: _typed(row[item.name], item.type, names) for item in schema} for row in rows]
    return pa.Table.from_pylist(typed, schema=schema)


def _typed(value: Any, kind: pa.DataType, names: KeyNames) -> Any:
    if value is None:
        return None
    if pa.types.is_integer(kind):
        return names.key(value) if isinstance(value, str) else value
    if pa.types.is_timestamp(kind):
        return _timestamp(value)
    if pa.types.is_date(kind):
        return value if isinstance(value, date) else date.fromisoformat(value)
    if pa.types.is_decimal(kind):
        return Decimal(str(value))
    return str(value) if pa.types.is_string(kind) else value


def _timestamp(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))


# --- comparison --------------------------------------------------------------------------------------------------


def _difference(table: str, expected: list[Row], actual: pa.Table, names: KeyNames, subset: bool) -> str:
    columns = list(dict.fromkeys(name for row in expected for name in row))
    unknown = set(columns) - set(actual.schema.names)
    assert not unknown, f"{table} has no column {sorted(unknown)}"
    kinds = {item.name: item.type for item in actual.schema}
    wanted = Counter(
        tuple(_comparable(_typed(row.get(name), kinds[name], names)) for name in columns) for row in expected
    )
    shown = columns or actual.schema.names
    found = Counter(tuple(_comparable(row[name]) for name in shown) for row in actual.to_pylist())
    missing, extra = wanted - found, Counter() if subset else found - wanted
    if not missing and not extra:
        return ""
    lines = [f"\n{table} ({', '.join(shown)})"]
    lines += [f"  missing     {_line(row, names)}" for row in missing.elements()]
    lines += [f"  unexpected  {_line(row, names)}" for row in (extra or found - wanted).elements()]
    return "\n".join(lines) + "\n"


def _comparable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.normalize()
    return value + timedelta(0) if isinstance(value, datetime) else value


def _line(row: tuple[Any, ...], names: KeyNames) -> str:
    return " | ".join("NULL" if value is None else str(names.shown(value)) for value in row)
