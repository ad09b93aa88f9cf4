"""The invariants: every file under `sql/check/` returns the rows that break it, and none when it holds.

The cheap ones run after every step and before every publish; those whose header says `Cost: full` run on demand
(`doctor`) and weekly. Only names and counts leave this module, never a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchback.errors import CheckFailed
from matchback.sqlfiles import SqlFile, sql_file, step_tables

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse


@dataclass(frozen=True)
class CheckFailure:
    """A check that does not hold: its name, what it says in words, and how many rows break it."""

    name: str
    meaning: str
    rows: int


def run_checks(
    warehouse: Warehouse, parameters: Mapping[str, Any], *, full: bool = False
) -> list[CheckFailure]:
    """Run the checks whose tables exist; return those that do not hold, by name."""
    present = set(warehouse.tables())
    failures = []
    for name in sorted(step_tables("check")):
        file = sql_file("check", name)
        if not file.reads <= present or (is_costly(file) and not full):
            continue
        rows = len(warehouse.rows(f"check/{name}", parameters))
        if rows:
            failures.append(CheckFailure(name, file.header.split(" Grain: ")[0].split("\n")[0], rows))
    return failures


def refuse_broken(warehouse: Warehouse, parameters: Mapping[str, Any]) -> None:
    """Raise CheckFailed, naming every cheap check that does not hold."""
    failures = run_checks(warehouse, parameters)
    if not failures:
        return
    lines = "".join(f"\n  {failure.name}: {failure.rows:,} rows" for failure in failures)
    raise CheckFailed(
        f"{len(failures)} of the invariants do not hold:{lines}",
        state="Nothing was published; the version published before still stands.",
        next_step="See which and why:  matchback doctor",
    )


def is_costly(file: SqlFile) -> bool:
    """Tell whether a check is left to `doctor` and the weekly run."""
    return "Cost: full" in file.header
