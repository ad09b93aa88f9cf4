"""The vault's rows of one file: each identifier once, whatever the size of the file.

What was seen is kept as sorted words of 8 bytes up to a limit; beyond it, identifiers can be written twice, and the
finished file is made distinct part by part.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.intake.staging_files import FrameFile, frames_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Keys = npt.NDArray[np.int64]

IDENTIFIER_SHAPE = {"identifier_key": pl.Int64, "kind": pl.String, "value": pl.String, "check_bits": pl.Int64}
MOST_SEEN = 1 << 24  # 128 MB
PARTS = 32
_ODD = np.int64(-7046029254386353131)


class VaultRows:
    """Gathers identifiers; `take` returns those that were not seen before, as far as that is known."""

    def __init__(self, most_seen: int = MOST_SEEN) -> None:
        self._most = most_seen
        self._runs: list[Keys] = []
        self._fresh: list[pl.DataFrame] = []
        self.is_distinct = True

    def add(self, kind: str, values: list[str], keys: Keys, check_bits: Keys) -> None:
        """Add distinct identifiers of one kind."""
        with np.errstate(over="ignore"):
            words = keys * _ODD ^ check_bits  # of a collision, both are kept: load must see it
        is_new = self._note(words)
        if not is_new.any():
            return
        self._fresh.append(
            pl.DataFrame(
                {"identifier_key": keys[is_new], "kind": kind, "check_bits": check_bits[is_new]},
                schema_overrides={"kind": pl.String},
            ).insert_column(2, pl.Series("value", values, dtype=pl.String).filter(pl.Series(is_new)))
        )

    def take(self) -> pl.DataFrame:
        """Return the identifiers that came since the last time."""
        fresh, self._fresh = self._fresh, []
        return pl.concat(fresh) if fresh else pl.DataFrame(schema=IDENTIFIER_SHAPE)

    def _note(self, words: Keys) -> npt.NDArray[np.bool_]:
        """Tell which words are new, and note them while there is room."""
        order = np.argsort(words)  # sorted needles are found several times as fast
        ordered = words[order]
        unknown = np.ones(words.size, dtype=bool)
        for known in self._runs:
            at = np.minimum(np.searchsorted(known, ordered), known.size - 1)
            unknown &= known[at] != ordered
        is_new = np.empty_like(unknown)
        is_new[order] = unknown
        fresh = ordered[unknown]
        if fresh.size == 0:
            return is_new
        if sum(run.size for run in self._runs) + fresh.size > self._most:
            self.is_distinct = False
            return is_new
        while self._runs and self._runs[-1].size < 2 * fresh.size:
            fresh = np.sort(np.concatenate([self._runs.pop(), fresh]))
        self._runs.append(fresh)
        return is_new


def make_distinct(path: Path) -> None:
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
