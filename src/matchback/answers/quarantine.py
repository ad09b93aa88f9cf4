"""The quarantine: refused files and records, shown without their values, or with them (journaled); and readmission."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.acts import record_act
from matchback.answers.latest import Note, open_latest, unheard
from matchback.answers.listings import Row, find_file
from matchback.answers.operations import Outcome, check_reason
from matchback.answers.query import NothingPublished
from matchback.answers.waiting import held_rows as _held_rows
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake.reasons import file_message
from matchback.intake.received import received_file
from matchback.intake.records import UnreadableFile
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.formats import HeaderMap, Reader

    Value = tuple[tuple[int, str | None], str]

LONGEST_SHOWN = 400
REFUSAL_COLUMNS = ("record_number", "line_number", "column_name", "reason_code", "message")


def quarantine_rows(workspace: Workspace, note: Note = unheard) -> list[Row]:
    """Return what is refused, counted by file, column and reason; a file that nobody could read is one row."""
    held = _held_rows(workspace)
    counted: list[Row] = []
    files: list[Row] = []
    try:
        with open_latest(workspace, note) as latest:
            counted = latest.warehouse.rows("explain/refused_counts")
            files = latest.warehouse.rows("explain/refused_files")
    except NothingPublished:
        if not held:
            raise
    rows = []
    for file in files:
        own = [row for row in counted if row["file_id"] == file["file_id"]]
        whole = {name: file[name] for name in ("file_id", "feed_id", "received_on", "file_status")}
        unread = {"column_name": None, "first_record": None, "first_line": None}
        if not own:
            own = [{**whole, **unread, "reason_code": file["reason_code"], "records": file["refused"]}]
        rows += own
    columns = ("file_id", "feed_id", "received_on", "file_status", "column_name", "reason_code", "records")
    names = (*columns, "first_record", "first_line")
    return [{name: row[name] for name in names} for row in rows] + [
        {name: row.get(name) for name in names} for row in held
    ]


def refusal_rows(workspace: Workspace, file_id: str) -> list[Row]:
    """Return every refused record of one file with its reason, and no value.

    Of one that waits, or that could not be read at all, one row says why.
    """
    for held in _held_rows(workspace):
        if held["file_id"].startswith(file_id.lower()):
            return [{name: held.get(name) for name in REFUSAL_COLUMNS}]
    with open_latest(workspace) as latest:
        file = find_file(latest, file_id)
        rows = latest.warehouse.rows("explain/refused_records", {"file_id": file["file_id"]})
    if not rows and file["status"] == "refused":
        whole = {"reason_code": file["reason_code"], "message": file_message(file["reason_code"], "")}
        return [{name: whole.get(name) for name in REFUSAL_COLUMNS}]
    return rows


def readmit(context: RunContext, file_id: str, reason: str) -> Outcome:
    """Journal that a file with refused records is to be validated again; return words and data."""
    check_reason(reason)
    file = _readmittable(context.workspace, file_id)
    found, short = str(file["file_id"]), str(file["file_id"])[:8]
    if not context.config.has_feed(file["feed_id"]):
        raise MatchbackError(
            f"The feed {file['feed_id']} of file {short} is not in matchback.toml any more.",
            state="Nothing was journaled.",
            next_step="Put the feed back, then readmit the file.",
        )
    if file["status"] not in ("refused", "waiting") and not file["refused"]:
        raise MatchbackError(
            f"Nothing of file {short} was refused, so there is nothing to readmit.",
            state="Nothing was journaled.",
            next_step="See what is refused:  matchback quarantine list",
        )
    number = record_act(context, "file_readmitted", subject_id=None, reason_code=reason, file_id=found)
    words = (
        f"Journaled as entry {number}: file {short} is validated again under today's configuration, and loaded if it "
        "holds.\nWhat it brought before counts once. Its new results file takes the place of the old one, at the "
        "sender's too if that still lies there as we sent it; else it goes beside. The next run does it:  matchback run"
    )
    return words, {"journal_number": number, "file_id": found, "feed": file["feed_id"]}


def decline(context: RunContext, file_id: str, reason: str) -> Outcome:
    """Journal that a file that waits is not to be taken; return words and data."""
    check_reason(reason)
    held = [row for row in _held_rows(context.workspace) if row["file_id"].startswith(file_id.lower())]
    if not held:
        raise MatchbackError(
            f"No file {file_id} waits.",
            state="Nothing was journaled.",
            next_step="See what waits:  matchback quarantine list",
        )
    found = str(held[0]["file_id"])
    number = record_act(context, "file_declined", subject_id=None, reason_code=reason, file_id=found)
    words = (
        f"Journaled as entry {number}: file {found[:8]} is refused whole, and its sender is told why. The next run "
        "does it:  matchback run"
    )
    return words, {"journal_number": number, "file_id": found, "feed": held[0]["feed_id"]}


def _readmittable(workspace: Workspace, start: str) -> Row:
    """Return a file that waits, or else one that was loaded or refused, whose id begins so."""
    for held in _held_rows(workspace):
        if held["file_id"].startswith(start.lower()):
            return {**held, "status": "waiting", "refused": 0}
    with open_latest(workspace) as latest:
        return find_file(latest, start)


def refused_values(context: RunContext, file_id: str, reason: str) -> list[Row]:
    """Return every refused record with the value that broke the rule, from the archive; journaled before it is read."""
    check_reason(reason)
    with open_latest(context.workspace) as latest:
        file = find_file(latest, file_id)
        refusals = latest.warehouse.rows("explain/refused_records", {"file_id": file["file_id"]})
    found = str(file["file_id"])
    record_act(context, "values_shown", subject_id=None, reason_code=reason, file_id=found)
    values = _values(context, found, refusals)
    return [
        {
            **{name: row[name] for name in ("record_number", "line_number", "column_name", "reason_code")},
            "value": values.get((row["record_number"], row["column_name"])),
        }
        for row in refusals
    ]


def _values(
    context: RunContext, file_id: str, refusals: list[Row]
) -> dict[tuple[int, str | None], str | None]:
    """Read a file again; return the cell, or all cells of the record, that each refusal speaks of."""
    from matchback.intake.contracts import feed_contract
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.formats import map_header, open_reader

    file = received_file(context.journal, file_id)
    feed, root = context.config.feed(file.feed_id), context.workspace.root
    wanted: dict[int, list[str | None]] = {}
    for row in refusals:
        wanted.setdefault(row["record_number"], []).append(row["column_name"])
    with tempfile.TemporaryDirectory(dir=context.workspace.staging, prefix="show") as scratch:
        try:
            reader = open_reader(file.path(context.workspace), feed, Path(scratch), root=root)
            header = map_header(reader.header, feed, feed_contract(feed))
            raw = dict(_raw(reader, wanted)) if isinstance(reader, CsvReader) else {}
            return {**raw, **dict(_cells(reader, header, wanted))}
        except UnreadableFile:
            raise MatchbackError(
                f"File {file_id[:8]} cannot be read under today's configuration, so no record can be shown.",
                next_step="Its bytes are in var/archive.",
            ) from None


def _raw(reader: CsvReader, wanted: dict[int, list[str | None]]) -> Iterator[Value]:
    """Yield whole records, for those that could not be split into cells."""
    for number, raw in enumerate(reader.raw_records(), start=1):
        for column in wanted.get(number, ()):
            yield (number, column), raw.decode("utf-8", "replace")[:LONGEST_SHOWN]


def _cells(reader: Reader, header: HeaderMap, wanted: dict[int, list[str | None]]) -> Iterator[Value]:
    for block in reader.blocks(list(header.names)):
        rows = zip(block.record_numbers.tolist(), block.texts.iter_rows(named=True), strict=True)
        for number, record in rows:
            for column in wanted.get(number, ()):
                source = header.source_of(column) if column else None
                text = record[source] if source else " | ".join(str(cell or "") for cell in record.values())
                yield (number, column), str(text or "")[:LONGEST_SHOWN]
