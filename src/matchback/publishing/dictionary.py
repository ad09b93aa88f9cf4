"""The data dictionary: what each published table and column means, and where it comes from.

A table is described by the header of its allow-list `sql/publish/<table>.sql`, a column once in `columns.toml`. The
comments in the published database and `docs/reference/data-dictionary.md` are both made from here; lineage is parsed
from the SQL, so it cannot go stale.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.sqlfiles import SqlFile, sql_file, step_tables

if TYPE_CHECKING:
    from sqlglot import exp

IDENTIFIER_COLUMNS = ("account_id", "partner_event_id", "partner_user_id")
MAKING_STEPS = ("resolve", "recognize", "reward", "report")
_COLUMNS_FILE = Path(__file__).with_name("columns.toml")
_GROUPS_FILE = Path(__file__).with_name("small_groups.toml")
_TITLE = """# Data dictionary

Generated from the SQL files and `src/matchback/publishing/columns.toml`; do not edit. Regenerate it with
`python -m matchback.publishing.dictionary > docs/reference/data-dictionary.md`.

Every table stands in `analytics.duckdb` (schema `main`) and as a Parquet file of its name. Ids and keys are
integers; `_at` is a UTC timestamp, `_on` a date in the program's time zone, `_minor` an integer amount in the smallest
unit of its currency, `_bps` basis points. `amount` columns hold the same money as exact decimals with four places.

"""


@dataclass(frozen=True)
class PublishedColumn:
    """One column: its name, what it means, and the columns that it is read from (`table.column`, or none: computed)."""

    name: str
    description: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Groups:
    """Of a report whose rows are groups of persons: which column counts them, from how many on a group is published.

    Rows that agree in `within`, and in whether they are one of the `divided` groups of a column, make a total.
    """

    persons: str
    kept: tuple[str, ...]
    smallest: int
    within: Sequence[str] = ("program",)
    divided: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedTable:
    """One table of the allow-list: `sql/<step>/<name>.sql`, described."""

    step: str
    name: str
    description: str
    grain: str
    notes: str
    columns: tuple[PublishedColumn, ...]
    parquet: bool = True
    groups: Groups | None = None

    @property
    def comment(self) -> str:
        """The words that stand as the table's comment in the published database."""
        return " ".join(part for part in (self.description, f"Grain: {self.grain}.", self.notes) if part)


def published_tables(
    identifiers: Sequence[str] = (), smallest_groups: Mapping[str, int] | None = None
) -> tuple[PublishedTable, ...]:
    """Return the allow-list, by name; of the identifier columns only those in `identifiers`.

    `smallest_groups` says of reports from how many persons on a group's figures are published.
    """
    left_out = set(IDENTIFIER_COLUMNS) - set(identifiers)
    groups = {
        name: Groups(smallest=smallest, **_grouped_reports()[name])
        for name, smallest in (smallest_groups or {}).items()
    }
    return tuple(
        replace(
            table,
            columns=tuple(column for column in table.columns if column.name not in left_out),
            groups=groups.get(table.name),
        )
        for table in _described("publish")
    )


def grouped_reports() -> tuple[str, ...]:
    """Return the reports of which small groups can be left out."""
    return tuple(sorted(_grouped_reports()))


def protected_tables() -> tuple[PublishedTable, ...]:
    """Return the tables of the protected copy that stands beside a version."""
    return tuple(replace(table, parquet=False) for table in _described("protected"))


def data_dictionary() -> str:
    """Return the text of `docs/reference/data-dictionary.md`."""
    tables = published_tables(IDENTIFIER_COLUMNS)
    index = "".join(f"- [{table.name}](#{table.name}): {table.description}\n" for table in tables)
    return _TITLE + index + "".join(_section(table) for table in tables) + _lineage()


@cache
def _grouped_reports() -> dict[str, dict[str, Any]]:
    reports = tomllib.loads(_GROUPS_FILE.read_text(encoding="utf-8"))
    return {name: {**row, "kept": tuple(row["kept"])} for name, row in reports.items()}


@cache
def _described(step: str) -> tuple[PublishedTable, ...]:
    words = tomllib.loads(_COLUMNS_FILE.read_text(encoding="utf-8"))
    return tuple(_describe(sql_file(step, name), words) for name in sorted(step_tables(step)))


def _describe(file: SqlFile, words: dict[str, dict[str, dict[str, str] | str]]) -> PublishedTable:
    description, grain, notes = _split_header(file)
    own = words["tables"].get(file.table, {})
    assert isinstance(own, dict)
    columns = []
    for name, sources in _columns(file):
        meaning = own.get(name) or words["columns"].get(name)
        assert isinstance(meaning, str), f"columns.toml does not describe {file.table}.{name}"
        columns.append(PublishedColumn(name, meaning, sources))
    return PublishedTable(file.step, file.table, description, grain, notes, tuple(columns))


def _split_header(file: SqlFile) -> tuple[str, str, str]:
    """Return a header's description (before Grain), its grain (up to the full stop) and the rest."""
    words = " ".join(file.header.split())
    match = re.fullmatch(r"(.*?) ?Grain: (.*?)\.(?: (.*))?", words)
    assert match, f"sql/{file.step}/{file.table}.sql has no 'Grain: ... .' in its header"
    return match[1], match[2], match[3] or ""


def _columns(file: SqlFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each output column of a file with the table columns that its expression reads."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(file.text, read="duckdb")
    assert isinstance(tree, exp.Query)
    inner = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
    select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
    assert isinstance(select, exp.Select)
    tables = {table.alias_or_name: table.name for table in _from(select)}
    for projection in select.expressions:
        found = {
            source for column in projection.find_all(exp.Column) for source in _trace(column, tables, inner)
        }
        yield projection.alias_or_name, tuple(sorted(found - {"currency_units.ten_thousandths"}))


def _from(select: exp.Expression) -> Iterator[exp.Table]:
    from sqlglot import exp

    assert isinstance(select, exp.Select)
    for part in (select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or [])):
        if part is not None and isinstance(part.this, exp.Table):
            yield part.this


def _trace(column: exp.Column, tables: dict[str, str], inner: dict[str, exp.Expression]) -> set[str]:
    """Follow a column through the query's own CTEs to the tables that it comes from."""
    from sqlglot import exp

    table = tables.get(column.table) if column.table else next(iter(tables.values()), None)
    if table is None:
        return set()
    if table not in inner:
        return {f"{table}.{column.name}"}
    query = inner[table]
    select = query if isinstance(query, exp.Select) else query.find(exp.Select)
    assert isinstance(select, exp.Select)
    below = {node.alias_or_name: node.name for node in _from(select)}
    found: set[str] = set()
    for projection in select.expressions:
        if projection.alias_or_name == column.name:
            for part in projection.find_all(exp.Column):
                found |= _trace(part, below, inner)
    return found


def _section(table: PublishedTable) -> str:
    file = sql_file(table.step, table.name)
    rows = "".join(
        f"| {column.name} | {_cell(column.description)} | {_cell(', '.join(column.sources)) or 'computed'} |\n"
        for column in table.columns
    )
    words = f"{table.description}\n\nGrain: {table.grain}. {table.notes}".rstrip()
    return (
        f"\n## {table.name}\n\n{words}\n\n| column | meaning | from |\n|---|---|---|\n{rows}\n"
        f"`sql/publish/{table.name}.sql` reads {_names(file.reads)}.\n"
    )


def _lineage() -> str:
    """Return how every table is made, step by step: which file makes it, and what that file reads."""
    parts = ["\n## How the tables are made\n\nEvery table is one file; it is made anew from what it reads.\n"]
    for step in MAKING_STEPS:
        lines = [f"| {name} | {_names(sql_file(step, name).reads)} |\n" for name in sorted(step_tables(step))]
        parts.append(f"\n### sql/{step}\n\n| table | reads |\n|---|---|\n" + "".join(lines))
    return "".join(parts)


def _names(tables: Iterable[str]) -> str:
    return ", ".join(sorted(tables))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    import sys

    sys.stdout.write(data_dictionary())
