"""Reads what validation staged, block by block: sums, doubles, and the rows as the database takes them.

Memory holds one block of a file, or one part of its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST_KEYS = 1 << 22  # 32 MB


@dataclass
class Totals:
    """What fact rows add up to. Money is {currency: [amount_minor, records]} of the records that hold an amount."""

    records: int = 0
    corrections: int = 0
    money: dict[str, list[int]] = field(default_factory=dict)


def totals_of(path: Path) -> Totals:
    """Add up staged fact rows."""
    import pyarrow.compute as pc

    totals = Totals()
    for batch in batches(path, ("action", "amount_minor", "currency")):
        totals.records += batch.num_rows
        names = batch.schema.names
        if "action" in names:
            is_correction = pc.fill_null(pc.not_equal(batch.column("action"), "new"), False)
            totals.corrections += pc.sum(is_correction).as_py() or 0
        if "amount_minor" in names and batch.num_rows:
            _add_money(totals, batch.column("amount_minor"), batch.column("currency"))
    return totals


def _add_money(totals: Totals, amounts: pa.Array, currencies: pa.Array) -> None:
    """Add the amounts of a block; their halves are summed apart, which no sum of a block can overflow."""
    import pyarrow.compute as pc

    given = amounts.is_valid()
    encoded = currencies.dictionary_encode().filter(given)
    minor = amounts.filter(given).to_numpy()
    places = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy()
    for place, code in enumerate([*encoded.dictionary.to_pylist(), None]):
        own = minor[places == place]
        if own.size:
            total = totals.money.setdefault(str(code), [0, 0])
            total[0] += (int((own >> 32).sum()) << 32) + int((own & 0xFFFFFFFF).sum())
            total[1] += own.size


def is_distinct(path: Path, column: str, most_keys: int = MOST_KEYS) -> bool:
    """Tell whether every key of a column stands there once; keys are hashes, so that parts of them are even."""
    import numpy as np

    parts = max(1, -(-count_of(path) // most_keys))
    for part in range(parts):
        blocks = (batch.column(0).to_numpy() for batch in batches(path, (column,)))
        own = [keys if parts == 1 else keys[keys % parts == part] for keys in blocks]
        keys = np.concatenate([np.empty(0, dtype=np.int64), *own])
        keys.sort()
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


class LentRows:
    """Some columns of staged rows as the database takes them: read anew, block by block, for each statement that asks.

    A dataset would read some dozens of blocks ahead. Columns that the rows lack are NULL.
    """

    def __init__(self, path: Path, columns: Mapping[str, str] | None = None) -> None:
        """`columns` gives the type of each that is wanted; by default all of the rows' own are."""
        import pyarrow as pa

        with pa.OSFile(str(path)) as stream:
            own = pa.ipc.open_file(stream).schema
        if columns is not None:
            kinds = {name: pa.type_for_alias(kind) for name, kind in columns.items()}
            own = pa.schema([own.field(name) if name in own.names else (name, kinds[name]) for name in kinds])
        self._path, self.schema = path, own
        self._wanted = None if columns is None else list(columns)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self.schema.names)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        import pyarrow as pa

        reader = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches(self._path, self._wanted):
            found = dict(zip(batch.schema.names, batch.columns, strict=True))
            arrays = [
                found[field.name] if field.name in found else pa.nulls(batch.num_rows, field.type)
                for field in self.schema
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)
