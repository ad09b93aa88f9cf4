"""The vault's rows of one file: each identifier once, whatever the size of the file.

An identifier whose texts repeat within a block is written when it comes for the first time. Where nearly every text is
another one, all are written, and the finished file is looked through for repeats. What was seen is kept as words of 8
bytes up to a limit; beyond it, the finished file is made distinct part by part.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.intake.identifier_profiles import PROFILES
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
PARTS = 32
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
            _make_distinct_in_parts(path)
            return
        words = np.concatenate([np.empty(0, dtype=np.int64), *self._runs, *self._unsorted])
        words.sort()
        repeated = np.unique(words[1:][words[1:] == words[:-1]])
        if repeated.size:
            _drop_repeats(path, repeated)

    def _has_room_for(self, count: int) -> bool:
        """Tell whether so many words more can be kept; once they cannot, nothing that was seen is known any more."""
        held = sum(words.size for words in (*self._runs, *self._unsorted))
        if held + count > self._most:
            self._forgets = True
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


def _drop_repeats(path: Path, repeated: Keys) -> None:
    """Rewrite a file of identifiers without those of the repeated words, but for their first."""
    aside = FrameFile(path.with_suffix(".distinct"))
    seen = np.empty(0, dtype=np.int64)
    for frame in frames_of(path):
        words = _words(frame["identifier_key"].to_numpy(), frame["check_bits"].to_numpy())
        at = np.minimum(np.searchsorted(repeated, words), repeated.size - 1)
        places = np.flatnonzero(repeated[at] == words)
        found, firsts = np.unique(words[places], return_index=True)
        keep = np.ones(words.size, dtype=bool)
        keep[places] = False
        is_first = ~np.isin(found, seen)
        keep[places[firsts[is_first]]] = True
        seen = np.concatenate([seen, found[is_first]])
        aside.append(frame.filter(pl.Series(keep)))
    aside.close()
    aside.path.replace(path)


def _make_distinct_in_parts(path: Path) -> None:
    """Rewrite a file of identifiers so that each stands in it once; memory holds one part at a time."""
    folder = path.with_suffix(".parts")
    folder.mkdir(mode=0o700)
    shape = pl.DataFrame(schema=IDENTIFIER_SHAPE)
    parts = [FrameFile(folder / str(number)) for number in range(PARTS)]
    for frame in frames_of(path):
        part_of = pl.col("identifier_key") % PARTS
        for number, part in enumerate(parts):
            part.append(frame.filter(part_of == number))
    whole = FrameFile(path)
    whole.append(shape)
    for part in parts:
        part.close()
        once = pl.concat([shape, *frames_of(part.path)])
        whole.append(once.unique(subset=["identifier_key", "check_bits"], maintain_order=True))
        part.path.unlink()
    whole.close()
    folder.rmdir()
