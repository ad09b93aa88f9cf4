"""The ledger as tables: read whole and checked, appended to, and the ids that its rows get. A part of `reward`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from matchback.errors import CheckFailed
from matchback.keys import derive_key
from matchback.rewards.ledger import Finding
from matchback.rewards.ledger_book import MANUAL, Entry, Grant, broken_link
from matchback.rewards.payout import PayoutFile

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse


class Keys:
    """The ids that this step makes: of rewards from their slots, of entries from their place in a reward."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def reward(self, row: Mapping[str, Any]) -> int:
        """Return a reward's id: no version, person or amount is part of it."""
        slot = str(row["slot_id"])
        if row["slot_ordinal"] is not None:
            slot += f"/{row['slot_ordinal']}"
        return derive_key(self._secret, "reward", row["program"], row["rule_key"], row["role"], slot)

    def grant(self, program: str, reference: str) -> int:
        """Return the id of a reward that an operator grants by hand: one for each reference of a program."""
        return derive_key(self._secret, "reward", program, MANUAL, "", reference)

    def entry(self, reward_id: int, generation: int, kind: str) -> int:
        """Return an entry's id."""
        return derive_key(self._secret, "reward_entry", str(reward_id), str(generation), kind)

    def payout(self, number: int) -> int:
        """Return a payout file's id."""
        return derive_key(self._secret, "payout", str(number))


def read_ledger(warehouse: Warehouse) -> list[Entry]:
    """Return the whole ledger in sequence; raise CheckFailed if its chain does not hold."""
    rows = warehouse.table("reward_entries").select(names_of(Entry)).sort_by("sequence").to_pylist()
    entries = [Entry(**row) for row in rows]
    broken = broken_link(entries)
    if broken is not None:
        raise CheckFailed(
            f"The reward ledger's chain breaks at entry {broken}: it was edited, cut or damaged.",
            state="No reward was posted or paid.",
            next_step="Restore the workspace from a backup before the next run.",
        )
    return entries


def grant_of_row(reward_id: int, row: Mapping[str, Any]) -> Grant:
    """Return the grant that a row of `rewards_due` promises."""
    return Grant(
        **{"reward_id": reward_id, **{key: row[key] for key in names_of(Grant) if key != "reward_id"}}
    )


def only(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row that a record of this kind has."""
    return {name: row[name] for name in names_of(kind)}


@cache
def names_of(kind: Any) -> tuple[str, ...]:
    """Return the columns of a kind of record."""
    return tuple(item.name for item in fields(kind))


def append_entries(warehouse: Warehouse, entries: Sequence[Entry]) -> None:
    """Add entries to the ledger; the caller holds the transaction."""
    import pyarrow as pa

    if not entries:
        return
    rows = [vars(entry) for entry in entries]
    warehouse.append(
        "reward_entries", pa.Table.from_pylist(rows, schema=warehouse.table("reward_entries").schema)
    )


def append_payouts(warehouse: Warehouse, payout_id: int, payout: PayoutFile) -> None:
    """Record the lines of a payout file; the caller holds the transaction."""
    import pyarrow as pa

    shape = warehouse.table("payouts").schema
    rows = [
        {
            **{name: value for name, value in asdict(line).items() if name in shape.names},
            "payout_id": payout_id,
            "payout_number": payout.number,
            "issued_on": payout.issued_on,
            "file_hash": payout.file_hash,
            "status": "issued",
        }
        for line in payout.lines
    ]
    warehouse.append("payouts", pa.Table.from_pylist(rows, schema=shape))


def write_findings(warehouse: Warehouse, findings: Sequence[Finding]) -> None:
    """Replace what the ledger found and a person should see."""
    import pyarrow as pa

    shape = pa.schema([("reward_id", pa.int64()), ("finding", pa.string()), ("caused_by", pa.string())])
    rows = sorted((asdict(finding) for finding in findings), key=lambda row: tuple(row.values()))
    warehouse.replace("reward_findings", pa.Table.from_pylist(rows, schema=shape))
