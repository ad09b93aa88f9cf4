"""The vault's rows of one file: each identifier once, whatever the size of the file.

An identifier whose texts repeat within a block is written when it comes for the first time. Where nearly every text is
another one, all are written, and the finished file is looked through for repeats. What was seen is kept as words of 8
bytes up to a limit; beyond it, the finished file is looked through part by part.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.intake.identifier_profiles import PROFILES
from matchback.intake.staged_rows import batches, count_of
from matchback.intake.staging_files import FrameFile, frames_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from matchback.intake.row_hash import Texts

    Keys = npt.NDArray[np.int64]

KIND = pl.Enum(sorted(PROFILES))
IDENTIFIER_SHAPE = pl.Schema(
    {"identifier_key": pl.Int64(), "kind": KIND, "value": pl.String(), "check_bits": pl.Int64()}
)
MOST_SEEN = 1 << 24  # 128 MB
_ODD = np.int64(-7046029254386353131)


class VaultRows:
    """Gathers identifiers; `take` returns those that were not known to be seen before, `finish` drops the repeats."""

    def __init__(self, most_seen: int = MOST_SEEN) -> None:
        self._most = most_seen
        self._runs: list[Keys] = []
        self._unsorted: list[Keys] = []
        self._fresh: list[pl.DataFrame] = []
        self._forgets = False

    def add(self, kind: str, texts: Texts, keys: Keys, check_bits: Keys) -> None:
        """Add identifiers of one kind."""
        words = _words(keys, check_bits)
        frame = pl.DataFrame({"identifier_key": keys, "check_bits": check_bits})
        frame = frame.select(
            "identifier_key", pl.lit(kind, KIND).alias("kind"), texts.values.alias("value"), "check_bits"
        )
        if texts.distinct:
            is_new = self._note(words)
            frame = frame.filter(pl.Series(is_new))
        elif self._has_room_for(words.size):
            self._unsorted.append(words)
        if frame.height:
            self._fresh.append(frame)

    def take(self) -> pl.DataFrame:
        """Return the identifiers that came since the last time."""
        fresh, self._fresh = self._fresh, []
        return pl.concat(fresh) if fresh else pl.DataFrame(schema=IDENTIFIER_SHAPE)

    def finish(self, path: Path) -> None:
        """Let each identifier stand once in the file of all that was taken."""
        if self._forgets:
            _make_distinct(path, max(self._most, 1))
        else:
            _drop_repeats(path, _repeated([*self._runs, *self._unsorted]))

    def _has_room_for(self, count: int) -> bool:
        """Tell whether so many words more can be kept; once they cannot, nothing that was seen is known any more."""
        held = sum(words.size for words in (*self._runs, *self._unsorted))
        if held + count > self._most:
            self._forgets = True
            self._runs, self._unsorted = [], []
        return not self._forgets

    def _note(self, words: Keys) -> npt.NDArray[np.bool_]:
        """Tell which words are not known, and note them while there is room."""
        order = np.argsort(words)  # sorted needles are found several times as fast
        ordered = words[order]
        unknown = np.ones(words.size, dtype=bool)
        for known in self._runs:
            at = np.minimum(np.searchsorted(known, ordered), known.size - 1)
            unknown &= known[at] != ordered
        is_new = np.empty_like(unknown)
        is_new[order] = unknown
        fresh = ordered[unknown]
        if fresh.size and self._has_room_for(fresh.size):
            while self._runs and self._runs[-1].size < 2 * fresh.size:
                fresh = np.sort(np.concatenate([self._runs.pop(), fresh]))
            self._runs.append(fresh)
        return is_new


def _words(keys: Keys, check_bits: Keys) -> Keys:
    """Return one word for each pair: of a collision of keys, both stay, since load must see it."""
    with np.errstate(over="ignore"):
        words: Keys = keys * _ODD ^ check_bits
    return words


def _repeated(parts: list[Keys]) -> Keys:
    """Return the words that stand there more than once, sorted."""
    words = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    words.sort()
    return np.unique(words[1:][words[1:] == words[:-1]])


def _make_distinct(path: Path, most: int) -> None:
    """Rewrite a file of identifiers so that each stands in it once; of their words, memory holds so many at a time."""
    parts = -(-count_of(path) // most)
    repeated: list[Keys] = []
    for part in range(parts):
        own = (words[words % parts == part] for words in _words_in(path))
        repeated.append(_repeated(list(own)))
        if part == parts - 1 or sum(words.size for words in repeated) > most:
            _drop_repeats(path, np.sort(np.concatenate(repeated)))
            repeated = []


def _words_in(path: Path) -> Iterator[Keys]:
    for batch in batches(path, ("identifier_key", "check_bits")):
        yield _words(batch.column("identifier_key").to_numpy(), batch.column("check_bits").to_numpy())


def _drop_repeats(path: Path, repeated: Keys) -> None:
    """Rewrite a file of identifiers without those of the repeated words (sorted), but for the first of each."""
    if not repeated.size:
        return
    aside = FrameFile(path.with_suffix(".distinct"))
    seen = np.zeros(repeated.size, dtype=bool)
    for frame in frames_of(path):
        words = _words(frame["identifier_key"].to_numpy(), frame["check_bits"].to_numpy())
        at = np.minimum(np.searchsorted(repeated, words), repeated.size - 1)
        places = np.flatnonzero(repeated[at] == words)
        found, firsts = np.unique(at[places], return_index=True)
        keep = np.ones(words.size, dtype=bool)
        keep[places] = False
        keep[places[firsts[~seen[found]]]] = True
        seen[found] = True
        aside.append(frame.filter(pl.Series(keep)))
    aside.close()
    aside.path.replace(path)
