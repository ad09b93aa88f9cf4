"""How often each content has occurred in a file so far, in few bytes per content: sorted runs, merged as they grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Keys = npt.NDArray[np.int64]


class Occurrences:
    """Numbers equal keys in the order in which they come, from 1 on, over any number of blocks."""

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, Keys]] = []

    def number(self, keys: Keys) -> Keys:
        """Return for each key of a block how often it has occurred, this time included."""
        if keys.size == 0:
            return keys.copy()
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        counts = np.diff(np.append(firsts, ordered.size))
        distinct = ordered[firsts]
        before = self._before(distinct)
        within = np.arange(ordered.size) - np.repeat(firsts, counts)
        numbers = np.empty_like(keys)
        numbers[order] = within + 1 + np.repeat(before, counts)
        self._add(distinct, counts.astype(np.int64))
        return numbers

    def _before(self, keys: Keys) -> Keys:
        """Return how often each of some distinct keys has occurred so far."""
        seen = np.zeros(keys.size, dtype=np.int64)
        for known, counts in self._runs:
            at = np.minimum(np.searchsorted(known, keys), known.size - 1)
            seen += np.where(known[at] == keys, counts[at], 0)
        return seen

    def _add(self, keys: Keys, counts: Keys) -> None:
        """Add a run; merge it with those that are not much longer, so that there are never many."""
        while self._runs and self._runs[-1][0].size < 2 * keys.size:
            other, its_counts = self._runs.pop()
            keys, places = np.unique(np.concatenate([other, keys]), return_inverse=True)
            counts = np.bincount(places, np.concatenate([its_counts, counts])).astype(np.int64)
        self._runs.append((keys, counts))
