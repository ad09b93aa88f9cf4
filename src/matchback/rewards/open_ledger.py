"""The ledger as a run needs it: the head of its chain, and the entries of the few rewards that may move.

A ledger holds millions of entries. Its chain is walked whole when the seal that the last run left does not fit what is
there (and by `matchback doctor`); else only the entries of rewards are read that something new can move.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from matchback.rewards.ledger_book import Entry, Head
from matchback.rewards.ledger_tables import append_entries, read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchback.warehouse import Warehouse

SEAL = "ledger_seal"
LEDGER = "reward_entries"


class OpenLedger:
    """The ledger between the first and the last posting of a run, in the caller's transaction."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Raise CheckFailed if the chain does not hold."""
        self._warehouse = warehouse
        self._is_sealed = warehouse.state.get(SEAL) == warehouse.checksum(LEDGER)
        if not self._is_sealed:
            self.head = Head.of(read_ledger(warehouse))
        else:
            rows = warehouse.rows("ledger/head")
            self.head = Head(**rows[0]) if rows else Head()
        self.posted: list[Entry] = []

    def entries_of(self, reward_ids: Collection[int]) -> list[Entry]:
        """Return every entry of these rewards, in sequence."""
        return [Entry(**row) for row in self.rows_of("entries_of", reward_ids)]

    def rows_of(self, query: str, reward_ids: Collection[int]) -> list[dict[str, Any]]:
        """Return the rows of a query of `sql/ledger` that asks about some rewards."""
        with self._wanted(reward_ids):
            return self._warehouse.rows(f"ledger/{query}")

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries behind the head."""
        append_entries(self._warehouse, entries)
        self.posted += entries
        self.head = Head.of(entries, self.head)

    def seal(self) -> None:
        """Leave what the next run compares the ledger with."""
        if self.posted or not self._is_sealed:
            self._warehouse.set_state(SEAL, self._warehouse.checksum(LEDGER))

    @contextmanager
    def _wanted(self, reward_ids: Collection[int]) -> Iterator[None]:
        import pyarrow as pa

        ids = pa.array(sorted(set(reward_ids)), pa.int64())
        with self._warehouse.lent("wanted_rewards", pa.table({"reward_id": ids})):
            yield
