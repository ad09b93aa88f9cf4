"""One 63-bit number for many columns of a row: content keys, version keys and the ids of facts.

A sum of mixed column values under a seed cut from the secret: independent of the order of columns, and a column that is
NULL adds nothing, so that a column that a later release adds changes no older number. Values of identifiers come in as
their keys; text is keyed first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.intake.bulk_keys import derive_keys
from matchback.keys import KEY_BITS, derive_key

if TYPE_CHECKING:
    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]
    Keys = npt.NDArray[np.int64]
    Places = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

_MASK = np.uint64((1 << KEY_BITS) - 1)
_PRESENT = "?"
_MANY, _SAMPLE = (
    4096,
    2048,
)  # cells from which Arrow is quicker than a dict; how many tell whether texts repeat
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class HashedColumn:
    """One 64-bit word per cell, and which cells there are (None: all); the word of a missing cell has no meaning."""

    words: Words
    present: Flags | None = None


class RowHasher:
    """Hashes rows of one block over several choices of columns; each column is read once.

    A column that is not given is one without any value.
    """

    def __init__(self, columns: Mapping[str, HashedColumn], height: int, secret: bytes) -> None:
        self._columns = columns
        self._height = height
        self._secret = secret
        self._mixed: dict[str, Words] = {}

    @classmethod
    def of_frame(cls, rows: pl.DataFrame, secret: bytes) -> RowHasher:
        """Read the columns of a frame."""
        return cls(hashed_columns(rows, secret), rows.height, secret)

    def hash(self, columns: list[str], *purpose: str) -> Keys:
        """Return a key (63 bits, never negative) of the named columns of each row, for one purpose."""
        total = np.zeros(self._height, dtype=np.uint64)
        for name in columns:
            if name in self._columns:
                total += self._column(name)
        seed = np.uint64(derive_key(self._secret, "row", *purpose))
        return (_mix(_mix(total) ^ seed) & _MASK).astype(np.int64)

    def _column(self, name: str) -> Words:
        if name not in self._mixed:
            column = self._columns[name]
            seed = np.uint64(derive_key(self._secret, "column", name))
            mixed = _mix(_mix(column.words) + seed)
            if column.present is not None:
                mixed *= column.present  # a missing cell adds nothing
            self._mixed[name] = mixed
        return self._mixed[name]


def hashed_columns(rows: pl.DataFrame, secret: bytes) -> dict[str, HashedColumn]:
    """Read every column of a frame that holds a value, in one pass over those that are not text."""
    given = [series for series in rows.get_columns() if series.null_count() < series.len()]
    numbers = [series.name for series in given if series.dtype != pl.String]
    partial = [series.name for series in given if series.null_count()]
    read = rows.select(
        pl.col(numbers).to_physical().cast(pl.Int64).fill_null(0),
        pl.col(partial).is_not_null().name.prefix(_PRESENT),
    )
    found = {}
    for series in given:
        name = series.name
        present = read[_PRESENT + name].to_numpy() if name in partial else None
        words = (
            _text_words(series, secret)  # one for all cells, where they are equal
            if series.dtype == pl.String
            else read[name].to_numpy().view(np.uint64)
        )
        found[name] = HashedColumn(words, present)
    return found


def _text_words(series: pl.Series, secret: bytes) -> Words:
    texts = texts_of(series)
    keys, _ = derive_keys(secret, "text", texts.values)
    if keys.size == 1 and not texts.places.any():
        return keys.view(np.uint64)
    return spread(keys, texts.places).view(np.uint64)


@dataclass(frozen=True)
class Texts:
    """The texts of a column, and for each cell the place of its own (-1: missing).

    Unless they are `distinct`, a text that stands in several cells stands here as often.
    """

    values: pl.Series
    places: Places
    distinct: bool


def texts_of(series: pl.Series) -> Texts:
    """Return the texts of a column, each once where that spares more than it costs."""
    if series.len() < _MANY:
        table: dict[str, int] = {}
        numbers = [-1 if cell is None else table.setdefault(cell, len(table)) for cell in series.to_list()]
        return Texts(pl.Series(list(table), dtype=pl.String), np.array(numbers, dtype=np.int64), True)
    given = series.drop_nulls()
    sample = given.head(_SAMPLE)
    if given.len() == series.len() and sample.n_unique() == 1 and bool((series == sample[0]).all()):
        return Texts(series.head(1), np.zeros(series.len(), dtype=np.int64), True)
    if sample.n_unique() * 2 > sample.len():
        present = series.is_not_null().to_numpy()
        return Texts(given, np.where(present, np.cumsum(present) - 1, -1), False)
    encoded = series.to_arrow().dictionary_encode()
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Texts(pl.Series(encoded.dictionary, dtype=pl.String), places, True)


def spread(keys: Keys, places: Places) -> Keys:
    """Return the key of each cell; 0 where it is missing."""
    if keys.size == 0:
        return np.zeros(places.size, dtype=np.int64)
    spread_out = keys[places]
    spread_out[places < 0] = 0
    return spread_out


def _mix(words: Words) -> Words:
    """Scatter the bits of each word (the finalizer of splitmix64)."""
    mixed: Words = words + _GOLDEN
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed
