"""Small tables that come from the configuration and hardly ever change: written only when they do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from matchback.warehouse import Warehouse


def replace_changed(warehouse: Warehouse, state: str, tables: Mapping[str, pa.Table]) -> None:
    """Replace a set of tables, unless the warehouse has them so already; the caller holds the transaction.

    `state` names the digest of their columns and rows in the warehouse.
    """
    content = {name: [str(table.schema), table.to_pylist()] for name, table in tables.items()}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    if warehouse.state.get(state) == digest:
        return
    for name, table in tables.items():
        warehouse.replace(name, table)
    warehouse.set_state(state, digest)
