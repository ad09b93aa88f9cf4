"""One 63-bit number for many columns of a row: content keys, version keys and the ids of facts.

A sum of mixed column values under a seed cut from the secret: independent of the order of columns, and a column that is
NULL adds nothing, so that a column that a later release adds changes no older number. Values of identifiers come in as
their keys; text is keyed first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.intake.identifiers import derive_keys
from matchback.keys import KEY_BITS, derive_key

if TYPE_CHECKING:
    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]

_MASK = np.uint64((1 << KEY_BITS) - 1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class RowHasher:
    """Hashes rows of one frame over several choices of columns; each column is read once."""

    def __init__(self, rows: pl.DataFrame, secret: bytes) -> None:
        self._rows = rows
        self._secret = secret
        self._mixed: dict[str, Words] = {}

    def hash(self, columns: list[str], *purpose: str) -> pl.Series:
        """Return a key (BIGINT, never negative) of the named columns of each row, for one purpose."""
        total = np.zeros(self._rows.height, dtype=np.uint64)
        for name in columns:
            total += self._column(name)
        seed = np.uint64(derive_key(self._secret, "row", *purpose))
        return pl.Series((_mix(_mix(total) ^ seed) & _MASK).astype(np.int64))

    def _column(self, name: str) -> Words:
        if name not in self._mixed:
            series = self._rows[name]
            if series.null_count() == series.len():
                self._mixed[name] = np.zeros(series.len(), dtype=np.uint64)
            else:
                seed = np.uint64(derive_key(self._secret, "column", name))
                mixed = _mix(_mix(_words(series, self._secret)) + seed)
                self._mixed[name] = np.where(series.is_not_null().to_numpy(), mixed, np.uint64(0))
        return self._mixed[name]


def _words(series: pl.Series, secret: bytes) -> Words:
    """Return one 64-bit word per cell; that of a missing cell has no meaning."""
    if series.dtype == pl.String:
        return _text_words(series, secret)
    return series.to_physical().cast(pl.Int64).fill_null(0).to_numpy().view(np.uint64)


def _text_words(series: pl.Series, secret: bytes) -> Words:
    distinct = series.drop_nulls().unique()
    keys, _ = derive_keys(secret, "text", distinct.to_list())
    table = pl.DataFrame({"text": distinct, "key": keys}, schema={"text": pl.String, "key": pl.Int64})
    joined = pl.DataFrame({"text": series}).join(table, on="text", how="left", maintain_order="left")
    return joined["key"].fill_null(0).to_numpy().view(np.uint64)


def _mix(words: Words) -> Words:
    """Scatter the bits of each word (the finalizer of splitmix64)."""
    words = words + _GOLDEN
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    mixed: Words = words ^ (words >> np.uint64(31))
    return mixed
