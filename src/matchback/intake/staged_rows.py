"""Reads what validation staged, block by block: sums, doubles, and the rows as the database takes them.

A small file is read whole, a large one is streamed; memory holds a block of it, or one part of its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

READ_WHOLE_BELOW = 4 << 20
MOST_KEYS = 1 << 24  # 128 MB


@dataclass
class Totals:
    """What fact rows add up to. Money is {currency: [amount_minor, records]} of the records that hold an amount."""

    records: int = 0
    corrections: int = 0
    money: dict[str, list[int]] = field(default_factory=dict)


def totals_of(path: Path) -> Totals:
    """Add up staged fact rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    totals = Totals()
    for batch in batches(path, ("action", "amount_minor", "currency")):
        totals.records += batch.num_rows
        names = batch.schema.names
        if "action" in names:
            is_correction = pc.fill_null(pc.not_equal(batch.column("action"), "new"), False)
            totals.corrections += pc.sum(is_correction).as_py() or 0
        if "amount_minor" in names and batch.num_rows:
            exact = batch.column("amount_minor").cast(pa.decimal128(38, 0))
            table = pa.table({"currency": batch.column("currency"), "amount": exact})
            sums = table.group_by("currency").aggregate([("amount", "sum"), ("amount", "count")])
            for row in sums.to_pylist():
                if row["amount_count"]:
                    total = totals.money.setdefault(str(row["currency"]), [0, 0])
                    total[0] += int(row["amount_sum"])
                    total[1] += row["amount_count"]
    return totals


def is_distinct(path: Path, column: str, most_keys: int = MOST_KEYS) -> bool:
    """Tell whether every key of a column stands there once; keys are hashes, so that parts of them are even."""
    import numpy as np

    parts = max(1, -(-count_of(path) // most_keys))
    for part in range(parts):
        blocks = (batch.column(0).to_numpy() for batch in batches(path, (column,)))
        own = [keys if parts == 1 else keys[keys % parts == part] for keys in blocks]
        keys = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *own]))
        if bool((keys[1:] == keys[:-1]).any()):
            return False
    return True


def count_of(path: Path) -> int:
    """Return how many rows a staged file holds."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as stream:
        return int(pa.ipc.open_file(stream).count_rows())


def batches(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the blocks of a staged file that hold rows; only the wanted columns of those that it has."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as stream:
        reader = pa.ipc.open_file(stream)
        if columns is not None:
            wanted = [place for place, name in enumerate(reader.schema.names) if name in columns]
            if not wanted:
                wanted = [0][: len(reader.schema.names)]
            reader = pa.ipc.open_file(stream, options=pa.ipc.IpcReadOptions(included_fields=wanted))
        for place in range(reader.num_record_batches):
            batch = reader.get_batch(place)
            if batch.num_rows:
                yield batch


def lendable(path: Path, needed: Mapping[str, str]) -> tuple[Any, list[str]]:
    """Return rows as the database takes them, and their own columns. Those that are `needed` beside them are NULL.

    They are an Arrow table where they are few, a dataset that is read as it is needed where they are many.
    """
    import pyarrow as pa
    import pyarrow.dataset as pa_dataset

    rows: Any
    if path.stat().st_size > READ_WHOLE_BELOW:
        rows = pa_dataset.dataset(path, format="ipc")
    else:
        with pa.OSFile(str(path)) as stream:
            rows = pa.ipc.open_file(stream).read_all()
    names = list(rows.schema.names)
    more = [pa.field(name, pa.type_for_alias(kind)) for name, kind in needed.items() if name not in names]
    if isinstance(rows, pa.Table):
        for column in more:
            rows = rows.append_column(column, pa.nulls(rows.num_rows, column.type))
    elif more:
        rows = rows.replace_schema(pa.schema([*rows.schema, *more]))
    return rows, names
