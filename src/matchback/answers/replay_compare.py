"""Two warehouses held against each other, table by table: how many rows, and the same hash whatever their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchback.warehouse_hashes import column_hashes, columns_of, table_hash

if TYPE_CHECKING:
    from matchback.progress import Progress
    from matchback.warehouse import Warehouse

STATE = "state"
OF_THE_PROGRAM = ("_signature", "_basis")  # names in `state` that hold hashes of the program's own text
CODE_VERSION = ("versions", "code_version")


@dataclass(frozen=True)
class TableCompared:
    """One table on both sides; None rows where a side does not have it. `columns` are those that differ."""

    table: str
    rows: int | None
    rows_replayed: int | None
    equal: bool
    columns: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return it as a row to print."""
        return {**vars(self), "columns": list(self.columns)}


def compare(live: Warehouse, replayed: Warehouse, progress: Progress) -> list[TableCompared]:
    """Compare every table of both warehouses; the names of columns are told, never a value."""
    sides = (set(live.tables()), set(replayed.tables()))
    names = sorted(sides[0] | sides[1])
    progress.start("compare", len(names))
    found = []
    for name in names:
        if name == STATE:
            found.append(_compared_state(live, replayed))
        elif name in sides[0] and name in sides[1]:
            found.append(_compared(live, replayed, name))
        else:
            rows, rows_replayed = (
                (side.count(name) if name in known else None)
                for side, known in zip((live, replayed), sides, strict=True)
            )
            found.append(TableCompared(name, rows, rows_replayed, equal=False))
        progress.advance()
    differing = sum(not table.equal for table in found)
    progress.finish(
        f"{len(found)} tables, {differing} differ" if differing else f"{len(found)} tables are equal"
    )
    return found


def _compared(live: Warehouse, replayed: Warehouse, table: str) -> TableCompared:
    sides = (live, replayed)
    columns = [columns_of(side, table) for side in sides]
    without = [column for name, column in (CODE_VERSION,) if name == table]
    (rows, value), (rows_replayed, value_replayed) = (table_hash(side, table, without) for side in sides)
    if columns[0] == columns[1] and (rows, value) == (rows_replayed, value_replayed):
        return TableCompared(table, rows, rows_replayed, equal=True)
    shared = sorted(set(columns[0]) & set(columns[1]) - {*without})
    hashes, hashes_replayed = (column_hashes(side, table, shared) for side in sides)
    differing = {name for name in shared if hashes[name] != hashes_replayed[name]}
    differing |= set(columns[0]) ^ set(columns[1])
    return TableCompared(table, rows, rows_replayed, equal=False, columns=tuple(sorted(differing)))


def _compared_state(live: Warehouse, replayed: Warehouse) -> TableCompared:
    """Compare the named values but those that only tell which program's text made a step's tables."""
    sides = [
        {name: value for name, value in side.state.items() if not name.endswith(OF_THE_PROGRAM)}
        for side in (live, replayed)
    ]
    differing = {
        name for name in sides[0].keys() | sides[1].keys() if sides[0].get(name) != sides[1].get(name)
    }
    return TableCompared(STATE, len(sides[0]), len(sides[1]), not differing, tuple(sorted(differing)))
