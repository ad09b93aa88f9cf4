"""A hash of a whole table, to tell whether a run changed it."""

from __future__ import annotations

import hashlib

from matchback.warehouse import Warehouse


def table_hash(warehouse: Warehouse, table: str) -> str:
    """Return the hash of a table's rows, whatever their order."""
    rows = sorted(repr(row) for row in warehouse.table(table).to_pylist())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
