"""How the rows of one staged file come into the warehouse: its facts, the vault's identifiers, its refusals.

Only records whose outcome is not plain are compared with one another; a file of new records is appended as it stands.
The rows are lent to the database where they lie, so that a large file is streamed and a small one costs few statements.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchback.errors import MatchbackError
from matchback.intake.contracts import fact_table
from matchback.intake.results_lines import note_unaccepted
from matchback.intake.staged_rows import LentRows, Totals, count_of, is_distinct, totals_of
from matchback.intake.staging import IDENTIFIERS, REFUSALS, ROWS

if TYPE_CHECKING:
    from matchback.intake.received import ReceivedFile
    from matchback.intake.staging import StagedFile, StagedSummary
    from matchback.warehouse import Warehouse

Money = dict[str, list[int]]
MANY_ROWS = 100_000
_NOT_OF_THE_FACT = ("line_number", "identity")
_JUDGED_BY = {
    "record_number": "int64",
    "identity": "int64",
    "content_key": "int64",
    "version_key": "int64",
    "action": "string",
    "corrected_at": "timestamp[us]",
    "amount_minor": "int64",
    "currency": "string",
}
_KEYED_BY = {"identifier_key": "int64", "check_bits": "int64"}
_SIGHTINGS = (
    "file_id",
    "record_number",
    "received_on",
    "last_file_id",
    "last_record_number",
    "last_received_on",
)


class KeysCollide(MatchbackError):
    """Two identifiers share a key: loading on would make two people one."""


@dataclass(frozen=True)
class Outcomes:
    """What became of the good records of a file: how many, and {currency: [amount_minor, records]}, by outcome.

    Those that were not accepted are noted beside the staged rows, for the results file.
    """

    records: dict[str, int] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)


def merge(
    warehouse: Warehouse, kind: str, file: ReceivedFile, staged: StagedFile, facts_seq: int
) -> Outcomes:
    """Bring the rows of a file into its fact table."""
    table, identity_column, conflicts = fact_table(kind)
    path, here = staged.folder / ROWS, {"file_id": file.file_id, "received_on": file.received_on}
    totals = totals_of(path)
    with warehouse.lent("incoming_records", LentRows(path, _JUDGED_BY)):
        known = warehouse.keep(f"load/known_{kind}", name="known_versions")
        is_plain = not known and not totals.corrections and is_distinct(path, "identity")
        contested = 0 if is_plain else warehouse.keep("load/contested_records")
    rows = LentRows(path)
    own = {name: name for name in rows.names if name not in (*_NOT_OF_THE_FACT, "record_number")}
    own[identity_column] = "identity"
    plain = own | {"record_number": "record_number", "last_record_number": "record_number"}
    values = here | {f"last_{name}": value for name, value in here.items()} | {"facts_seq": facts_seq}
    with warehouse.lent("incoming_rows", rows):
        if is_plain:
            appended = warehouse.append_lent(table, "incoming_rows", plain, values)
            return Outcomes({"accepted": appended}, {"accepted": totals.money})
        appended = 0
        if contested < totals.records:
            appended = warehouse.append_lent(table, "incoming_rows", plain, values, but="contested_records")
        warehouse.keep("load/record_outcomes", here | {"conflicts": conflicts})
        warehouse.keep("load/version_sightings", here)
        if known:
            version = {name: name for name in ("content_key", "version_key")} | {identity_column: "identity"}
            warehouse.delete_matching(table, "version_sightings", version)
        sightings = {name: name for name in _SIGHTINGS}
        beside = ("version_sightings", sightings)
        warehouse.append_lent(table, "incoming_rows", own, {"facts_seq": facts_seq}, beside=beside)
    judged = warehouse.rows("load/contested_totals")
    note_unaccepted(staged, warehouse.stream("load/unaccepted_records"))
    return _judged_outcomes(totals, judged, appended)


def fill_vault(warehouse: Warehouse, staged: StagedFile, facts_seq: int) -> None:
    """Add the identifiers that the vault does not hold; raises KeysCollide.

    Validation leaves an identifier once: a key that stands there twice is that of two.
    """
    path = staged.folder / IDENTIFIERS
    if not is_distinct(path, "identifier_key"):
        raise _collision()
    count = count_of(path)
    rows = LentRows(path)
    are_few = warehouse.count("identifiers") < count
    query = "load/known_of_few_identifiers" if are_few else "load/known_identifiers"
    with warehouse.lent("incoming_identifiers", LentRows(path, _KEYED_BY)):
        known = warehouse.keep(query, name="known_identifiers")
    if known and warehouse.rows("load/identifier_collisions"):
        raise _collision()
    values = {"facts_seq": facts_seq}
    with (
        warehouse.lent("incoming_identifiers", rows),
        warehouse.texts_packed() if count > MANY_ROWS else nullcontext(),
    ):
        if not known:
            own = {name: name for name in rows.names}
            warehouse.append_lent("identifiers", "incoming_identifiers", own, values)
        elif known < count:
            warehouse.insert("load", "new_identifiers", values, into="identifiers")


def _collision() -> KeysCollide:
    return KeysCollide(
        "Two different identifiers have the same key.",
        state="Nothing of this file was loaded.",
        next_step="Report this; such a pair is expected once in billions, and needs another id_secret.",
    )


def note_lists(
    warehouse: Warehouse,
    file: ReceivedFile,
    staged: StagedFile,
    summary: StagedSummary,
    facts_seq: int,
    change: str | None = None,
) -> None:
    """Write down that there was a list, even one without members; `change` is add or remove, else it is whole."""
    with warehouse.lent("incoming_records", LentRows(staged.folder / ROWS)):
        sizes = {row["purpose"]: row["records"] for row in warehouse.rows("load/list_sizes")}
    if summary.purpose:
        sizes.setdefault(summary.purpose, 0)
    warehouse.add(
        "fact_audience_lists",
        [
            {
                "purpose": purpose,
                "list_on": file.declared_on or file.received_on,
                "list_change": change,
                "file_id": file.file_id,
                "records": records,
                "received_on": file.received_on,
                "facts_seq": facts_seq,
            }
            for purpose, records in sorted(sizes.items())
        ],
    )


def append_refusals(warehouse: Warehouse, file: ReceivedFile, staged: StagedFile) -> None:
    """Write down every refused record and why."""
    rows = LentRows(staged.folder / REFUSALS)
    with warehouse.lent("incoming_refusals", rows):
        columns = {name: name for name in rows.names}
        warehouse.append_lent("refusals", "incoming_refusals", columns, {"file_id": file.file_id})


def _judged_outcomes(totals: Totals, judged: list[dict[str, Any]], appended: int) -> Outcomes:
    """Add up what was judged by its outcome; all else was appended as it stands, and is accepted."""
    contested = _money([row for row in judged if row["status"] is None])
    records = {"accepted": appended}
    money: dict[str, Money] = {"accepted": {}}
    for status in sorted({row["status"] for row in judged if row["status"] is not None}):
        rows = [row for row in judged if row["status"] == status]
        records[status] = records.get(status, 0) + sum(row["records"] for row in rows)
        money[status] = _money(rows)
    for code, (amount, number) in totals.money.items():
        without = contested.get(code, [0, 0])
        total = money["accepted"].setdefault(code, [0, 0])
        total[0] += amount - without[0]
        total[1] += number - without[1]
    money["accepted"] = {code: total for code, total in money["accepted"].items() if total[1]}
    return Outcomes(records, money)


def _money(rows: list[dict[str, Any]]) -> Money:
    """Return the money of those that hold an amount."""
    return {
        str(row["currency"]): [int(row["amount_minor"]), int(row["amounts"])]
        for row in rows
        if row["amounts"]
    }
