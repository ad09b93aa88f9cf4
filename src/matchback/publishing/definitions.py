"""What the measures of the reports mean: the published table `report_definitions` and the guide of the measures.

Said once, in `definitions.toml`. A test holds it against the published columns: each measure stands there, and nothing
that is not published. Regenerate the guide with `python -m matchback.publishing.definitions > docs/guides/measures.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.publishing.dictionary import published_tables

if TYPE_CHECKING:
    import pyarrow as pa

UNITS = {
    "count": "a whole number",
    "minor": "the smallest unit of the row's currency (cents)",
    "amount": "money as an exact decimal",
    "bps": "basis points: 10,000 are the whole",
    "hundredths": "hundredths: 100 are one",
    "millionths": "millionths of one event",
    "days": "days",
    "rank": "a place, from 1",
    "measure": "rewards, or the smallest unit of the currency, as the row's `measure` says",
    "text": "as the rule counts it",
}
REPORTS = "report_"
NOT_MEASURED = ("_id", "_on", "_at", "_code")
_FILE = Path(__file__).with_name("definitions.toml")
_TITLE = """# The measures and their formulas

Generated from `src/matchback/publishing/definitions.toml`; do not edit. Regenerate it with
`python -m matchback.publishing.definitions > docs/guides/measures.md`.

What each number of the reports counts, and what a rate is divided by. The same stands in the published table
[`report_definitions`](../reference/data-dictionary.md#report_definitions), one row per measure. Production only: test
records are never counted. Where a vendor of referral programs has a figure of the same meaning, it is named; the
definitions may differ in what they count, so compare the formulas before the numbers.

"""


@dataclass(frozen=True)
class Definition:
    """One measure of one report; `divided_by` and `vendor` are empty where there is nothing to say."""

    table_name: str
    column_name: str
    title: str
    unit: str
    formula: str
    divided_by: str | None
    vendor_formula: str | None
    anchor: str


@cache
def definitions() -> tuple[Definition, ...]:
    """Return every measure in the order in which it was declared; a decimal follows the minor units that it shows."""
    return tuple(
        definition
        for table, columns in _declared().items()
        if isinstance(columns, dict)
        for column, words in columns.items()
        for definition in _defined(table, column, words)
    )


def dimensions() -> frozenset[str]:
    """Return the names of columns that are no measures."""
    return frozenset(_declared()["dimensions"])


def definitions_table() -> pa.Table:
    """Return the measures as the rows that `sql/publish/report_definitions.sql` reads."""
    import pyarrow as pa

    shape = pa.schema([(field.name, pa.string()) for field in fields(Definition)])
    return pa.Table.from_pylist([asdict(definition) for definition in definitions()], schema=shape)


def measures_guide() -> str:
    """Return the text of `docs/guides/measures.md`."""
    units = "".join(f"- `{unit}`: {words}\n" for unit, words in UNITS.items())
    tables = {table.name: table for table in published_tables()}
    parts = [_TITLE, "Units:\n\n", units]
    for name, measures in groupby(definitions(), key=lambda definition: definition.table_name):
        parts.append(f"\n## {name}\n\n{tables[name].description} One row for each {tables[name].grain}.\n\n")
        parts.append(
            "| measure | title | unit | formula | divided by | vendors |\n|---|---|---|---|---|---|\n"
        )
        parts += [_line(definition) for definition in measures]
    return "".join(parts)


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _defined(table: str, column: str, words: dict[str, str]) -> Iterator[Definition]:
    def of(name: str, unit: str, formula: str) -> Definition:
        return Definition(
            table_name=table,
            column_name=name,
            title=words["title"],
            unit=unit,
            formula=formula,
            divided_by=words.get("divided_by"),
            vendor_formula=words.get("vendor"),
            anchor=f"{table}-{name}",
        )

    unknown = words.keys() - {"title", "unit", "formula", "divided_by", "vendor", "as_amount"}
    assert not unknown, f"definitions.toml: {table}.{column} says {sorted(unknown)}"
    assert words["unit"] in UNITS, f"definitions.toml: {table}.{column} has no known unit"
    yield of(column, words["unit"], words["formula"])
    if "as_amount" in words:
        yield of(words["as_amount"], "amount", f"The same money as {column}.")


def _line(definition: Definition) -> str:
    cells = (
        f'<a id="{definition.anchor}"></a>`{definition.column_name}`',
        definition.title,
        definition.unit,
        definition.formula,
        definition.divided_by or "",
        definition.vendor_formula or "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(measures_guide())
