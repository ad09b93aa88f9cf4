"""How the rows of one staged file come into the warehouse: its facts, the vault's identifiers, its refusals.

Only records whose outcome is not plain are compared with one another; a file of new records is appended as it stands.
The rows are lent to the database where they lie, so that a large file is streamed and a small one costs few statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.errors import MatchbackError
from matchback.intake.contracts import fact_table
from matchback.intake.staging import IDENTIFIERS, REFUSALS, ROWS

if TYPE_CHECKING:
    import pyarrow as pa

    from matchback.intake.received import ReceivedFile
    from matchback.intake.staging import StagedFile, StagedSummary
    from matchback.warehouse import Warehouse

Money = dict[str, list[int]]
READ_WHOLE_BELOW = 4 << 20
_NOT_OF_THE_FACT = ("line_number", "identity")
_JUDGED_BY = {
    "action": "string",
    "corrected_at": "timestamp[us]",
    "amount_minor": "int64",
    "currency": "string",
}
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

    `unaccepted` names those that were not accepted, in input order: `record_number` and `status`.
    """

    records: dict[str, int] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)
    unaccepted: pa.Table | None = None


def merge(
    warehouse: Warehouse, kind: str, file: ReceivedFile, staged: StagedFile, facts_seq: int
) -> Outcomes:
    """Bring the rows of a file into its fact table."""
    table, identity_column, conflicts = fact_table(kind)
    with _lent(warehouse, "incoming_records", staged.folder / ROWS, _JUDGED_BY) as names:
        known = warehouse.keep(f"load/known_{kind}", name="known_versions")
        totals = warehouse.rows("load/incoming_totals")
        records = sum(row["records"] for row in totals)
        is_plain = not known and not any(row["corrections"] for row in totals)
        is_plain = is_plain and all(row["identities"] == records for row in totals)
        own = {name: name for name in names if name not in (*_NOT_OF_THE_FACT, "record_number")}
        own[identity_column] = "identity"
        here = {"file_id": file.file_id, "received_on": file.received_on}
        values = here | {f"last_{name}": value for name, value in here.items()} | {"facts_seq": facts_seq}
        numbers = {"record_number": "record_number", "last_record_number": "record_number"}
        if is_plain:
            appended = warehouse.append_lent(table, "incoming_records", own | numbers, values)
            return _plain_outcomes(totals, appended)
        contested = warehouse.keep("load/contested_records")
        warehouse.keep("load/record_outcomes", here | {"conflicts": conflicts})
        warehouse.keep("load/version_sightings", here)
        judged = warehouse.rows("load/contested_totals")
        appended = 0
        if contested < records:
            appended = warehouse.append_lent(
                table, "incoming_records", own | numbers, values, but="contested_records"
            )
        if known:
            version = {
                identity_column: "identity",
                "content_key": "content_key",
                "version_key": "version_key",
            }
            warehouse.delete_matching(table, "version_sightings", version)
        warehouse.append_lent(
            table,
            "incoming_records",
            own,
            {"facts_seq": facts_seq},
            beside=("version_sightings", {name: name for name in _SIGHTINGS}),
        )
        return _judged_outcomes(totals, judged, appended, warehouse.arrow("load/unaccepted_records"))


def fill_vault(warehouse: Warehouse, staged: StagedFile, facts_seq: int) -> None:
    """Add the identifiers that the vault does not hold; raises KeysCollide."""
    with _lent(warehouse, "incoming_identifiers", staged.folder / IDENTIFIERS) as names:
        (found,) = warehouse.rows("load/identifier_totals")
        if found["collisions"]:
            raise KeysCollide(
                "Two different identifiers have the same key.",
                state="Nothing of this file was loaded.",
                next_step="Report this; such a pair is expected once in billions, and needs another id_secret.",
            )
        values = {"facts_seq": facts_seq}
        if not found["known"] and found["entries"] == found["identifiers"]:
            warehouse.append_lent(
                "identifiers", "incoming_identifiers", {name: name for name in names}, values
            )
        elif found["known"] < found["identifiers"]:
            warehouse.insert("load", "new_identifiers", values, into="identifiers")


def note_lists(
    warehouse: Warehouse,
    file: ReceivedFile,
    staged: StagedFile,
    summary: StagedSummary,
    facts_seq: int,
    change: str | None = None,
) -> None:
    """Write down that there was a list, even one without members; `change` is add or remove, else it is whole."""
    with _lent(warehouse, "incoming_records", staged.folder / ROWS):
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
    with _lent(warehouse, "incoming_refusals", staged.folder / REFUSALS) as names:
        columns = {name: name for name in names}
        warehouse.append_lent("refusals", "incoming_refusals", columns, {"file_id": file.file_id})


@contextmanager
def _lent(
    warehouse: Warehouse, name: str, path: Path, needed: dict[str, str] | None = None
) -> Iterator[list[str]]:
    """Lend staged rows under a name; give their own columns. Those that are `needed` beside them are NULL."""
    import pyarrow as pa

    rows = _rows(path)
    names = rows.schema.names
    more = [
        pa.field(column, pa.type_for_alias(kind))
        for column, kind in (needed or {}).items()
        if column not in names
    ]
    if isinstance(rows, pa.Table):
        for column in more:
            rows = rows.append_column(column, pa.nulls(rows.num_rows, column.type))
    elif more:
        rows = rows.replace_schema(pa.schema([*rows.schema, *more]))
    with warehouse.lent(name, rows):
        yield names


def _rows(path: Path) -> Any:
    """Return staged rows as a table where they are few, as a dataset that is streamed where they are many."""
    import pyarrow as pa
    import pyarrow.dataset as pa_dataset

    if path.stat().st_size > READ_WHOLE_BELOW:
        return pa_dataset.dataset(path, format="ipc")
    with pa.OSFile(str(path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def _plain_outcomes(totals: list[dict[str, Any]], appended: int) -> Outcomes:
    return Outcomes({"accepted": appended}, {"accepted": _money(totals)})


def _judged_outcomes(
    totals: list[dict[str, Any]], judged: list[dict[str, Any]], appended: int, unaccepted: pa.Table
) -> Outcomes:
    """Add up what was judged by its outcome; all else was appended as it stands, and is accepted."""
    contested = _money([row for row in judged if row["status"] is None])
    records = {"accepted": appended}
    money: dict[str, Money] = {"accepted": {}}
    for status in sorted({row["status"] for row in judged if row["status"] is not None}):
        rows = [row for row in judged if row["status"] == status]
        records[status] = records.get(status, 0) + sum(row["records"] for row in rows)
        money[status] = _money(rows)
    for code, (amount, number) in _money(totals).items():
        without = contested.get(code, [0, 0])
        total = money["accepted"].setdefault(code, [0, 0])
        total[0] += amount - without[0]
        total[1] += number - without[1]
    money["accepted"] = {code: total for code, total in money["accepted"].items() if total[1]}
    return Outcomes(records, money, unaccepted)


def _money(rows: list[dict[str, Any]]) -> Money:
    """Return the money of those that hold an amount."""
    return {
        str(row["currency"]): [int(row["amount_minor"]), int(row["amounts"])]
        for row in rows
        if row["amounts"]
    }
