"""Guards of a whole list of members: one that is wrong would end memberships that should go on.

A list may name a member twice: its records are counted as records are anywhere. Where its trailer or manifest says how
many distinct members it names, one that names another number is refused when it is read; one that is smaller than the
list before by more than the feed allows, when it is loaded. Until a right one comes, the list before goes on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import polars as pl

    from matchback.config import Feed
    from matchback.intake.control_totals import Claims
    from matchback.intake.received import ReceivedFile
    from matchback.intake.staging import StagedFile
    from matchback.warehouse import Warehouse


class DistinctMembers:
    """Counts the distinct members of a list, in 8 bytes each."""

    def __init__(self) -> None:
        self._known: npt.NDArray[np.int64] = np.array([], dtype=np.int64)
        self._fresh: list[npt.NDArray[np.int64]] = []
        self._waiting = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Count the fact rows of a block."""
        self._fresh.append(rows["identity"].to_numpy())
        self._waiting += rows.height
        if self._waiting > self._known.size:
            self._merge()

    def count(self) -> int:
        """Return how many there are so far."""
        self._merge()
        return int(self._known.size)

    def _merge(self) -> None:
        self._known = np.unique(np.concatenate([self._known, *self._fresh]))
        self._fresh, self._waiting = [], 0

    def refuse_unless_equal(self, claims: Iterable[Claims], refused: int) -> None:
        """Raise UnreadableFile when a claim tells another number; refused records are judged by their own limit."""
        found = self.count()
        for claim in claims:
            if claim.members is not None and not found <= claim.members <= found + refused:
                raise UnreadableFile(
                    "list_count_wrong",
                    f"its {claim.source} says {claim.members} members, it names {found} distinct ones"
                    + (f" and {refused} that are refused" if refused else ""),
                )


def counts_members(feed: Feed, claims: Iterable[Claims]) -> bool:
    """Tell whether a file says how many distinct members it names."""
    return feed.kind == "audience" and any(claim.members is not None for claim in claims)


def is_whole_list(feed: Feed) -> bool:
    """Tell whether each file of a feed ends the memberships that it does not name."""
    return feed.kind == "audience" and feed.delivery not in ("add", "remove")


def shrinkage(warehouse: Warehouse, feed: Feed, file: ReceivedFile, staged: StagedFile) -> str:
    """Return in words by how much a list is smaller than the feed allows; empty if it is not."""
    if feed.max_shrink is None:
        return ""
    list_on = file.declared_on or file.received_on
    rows = staged.rows()
    purposes = {feed.constants["purpose"]} if "purpose" in feed.constants else set()
    sizes = dict.fromkeys(purposes, 0)
    if rows.height:
        sizes |= dict(rows.group_by("purpose").agg(distinct=_distinct()).iter_rows())
    allowed = Decimal(feed.max_shrink.removesuffix("%")) / 100
    for row in warehouse.rows("load/earlier_list_sizes", {"list_on": list_on}):
        before, now = int(row["members"]), sizes.get(row["purpose"])
        if now is not None and Decimal(before - now) > allowed * before:
            return f"it names {now:,} members, the list of {row['list_on']} {before:,}; the limit is {feed.max_shrink}"
    return ""


def _distinct() -> pl.Expr:
    import polars as pl

    return pl.col("identity").n_unique()
