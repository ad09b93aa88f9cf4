"""Order-free hashes of tables as they stand, to tell whether two warehouses hold the same. A part of the runner."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from matchback.sqlfiles import quoted_name as _name

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

# Fifteen digits of each row's hash, added up: rows count as often as they stand, and their order does not matter.
_ROW = "CAST(CONCAT('0x', SUBSTR(MD5(CAST(ROW({cells}) AS VARCHAR)), 1, 15)) AS HUGEINT)"
_SUM = f"LOWER(TO_HEX(COALESCE(SUM({_ROW}), 0)))"


def table_hash(warehouse: Warehouse, table: str, without: Collection[str] = ()) -> tuple[int, str]:
    """Return how many rows a table has, and the hash of its rows, whatever their order; some columns may not count."""
    cells = ", ".join(_name(column) for column in columns_of(warehouse, table) if column not in without)
    statement = f"SELECT COUNT(*), {_SUM.format(cells=cells)} FROM {_name(table)}"
    ((rows, value),) = warehouse._execute(statement, what=f"hash {table}").fetchall()
    return int(rows), str(value)


def column_hashes(warehouse: Warehouse, table: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the hash of each named column by itself."""
    chosen = list(columns)
    if not chosen:
        return {}
    sums = ", ".join(_SUM.format(cells=_name(column)) for column in chosen)
    (values,) = warehouse._execute(f"SELECT {sums} FROM {_name(table)}", what=f"hash {table}").fetchall()
    return dict(zip(chosen, map(str, values), strict=True))


def columns_of(warehouse: Warehouse, table: str) -> list[str]:
    """Return the names of a table's columns, sorted: a table that was made anew may have them in another order."""
    statement = f"SELECT * FROM {_name(table)} LIMIT 0"
    found = warehouse._execute(statement, what=f"columns of {table}").description or []
    return sorted(str(column[0]) for column in found)
