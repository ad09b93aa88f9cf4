"""The results file: our answer to a delivered file, one line per record in its order, then the sender's own columns.

It is made from the archived bytes and the outcomes that load wrote down, right after load, so that no later failure
withholds it. It lies in the outbox under the file's id, and goes back once, only to the source that the file came from.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback import sources
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.reasons import file_message
from matchback.received import ReceivedFile, received_files
from matchback.records import UnreadableFile
from matchback.staging import REFUSALS, StagedFile, staged_file

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import Feed
    from matchback.csv_reader import CsvReader

OUTCOMES, VERDICT = "outcomes.arrow", "verdict.json"
COLUMNS = ("matchback_status", "matchback_message")
MESSAGES = {
    "accepted": "",
    "duplicate": "delivered before; counted once",
    "conflict": "another record with this id says something else; neither counts until it is resolved",
    "waiting": "corrects or cancels a record that has not arrived yet",
}


def note_outcomes(
    staged: StagedFile, outcomes: pl.DataFrame | None, status: str, reason_code: str, detail: str
) -> None:
    """Keep, before load commits, what its results file will say; a load that is repeated writes it again."""
    if outcomes is not None:
        outcomes.select("record_number", "status").write_ipc(staged.folder / OUTCOMES)
    verdict = {"status": status, "reason_code": reason_code, "detail": detail}
    (staged.folder / VERDICT).write_text(json.dumps(verdict), encoding="utf-8")


def finish(context: RunContext) -> None:
    """Write and deliver the results of every loaded file that has none yet; then its staging is no longer needed."""
    loaded = {str(row["file_id"]) for row in context.writer.rows("load/loaded_files")}
    for file in received_files(context.journal):
        staged = staged_file(context.workspace.staging, file.file_id)
        if file.file_id in loaded and (staged.folder / VERDICT).exists():
            write(context, file, staged)
            staged.remove()
    deliver_all(context)


def deliver_all(context: RunContext) -> int:
    """Send every results file that is due and was not sent; return how many. A source that fails is noted."""
    sent = 0
    opened: dict[str, sources.Source] = {}
    for file in received_files(context.journal):
        feed = context.config.feed(file.feed_id)
        path = results_path(context, file)
        marker = path.with_suffix(".delivered")
        if not feed.after.results_to or marker.exists() or not path.exists():
            continue
        try:
            if feed.id not in opened:
                opened[feed.id] = sources.open_source(feed.source, feed.connection, context.workspace.root)
            name = sources.deliver(
                opened[feed.id],
                path,
                feed.after.results_to,
                f"{file.delivered_name}.results.csv",
                file.file_id,
            )
        except MatchbackError as failure:
            context.progress.note(f"{feed.id}: the results of file {file.file_id[:8]} wait: {failure.what}")
            continue
        marker.write_text(name, encoding="utf-8")
        sent += 1
    return sent


def results_path(context: RunContext, file: ReceivedFile) -> Path:
    """Return where the results file of a delivery stands."""
    return context.workspace.outbox / file.feed_id / f"{file.file_id}.results.csv"


def write(context: RunContext, file: ReceivedFile, staged: StagedFile) -> Path:
    """Write one results file into the outbox, whole or not at all."""
    feed = context.config.feed(file.feed_id)
    path = results_path(context, file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        try:
            for line in _lines(feed, file.path(context.workspace), staged):
                sink.write(line)
        except UnreadableFile as unreadable:
            sink.seek(0)
            sink.truncate()
            sink.write(_whole_file("refused", unreadable.refused.reason_code, unreadable.refused.detail))
        sink.flush()
        os.fsync(sink.fileno())
    aside.replace(path)
    return path


def _lines(feed: Feed, archived: Path, staged: StagedFile) -> Iterator[bytes]:
    from matchback.csv_reader import CsvReader
    from matchback.formats import open_reader

    verdict = json.loads((staged.folder / VERDICT).read_text(encoding="utf-8"))
    if verdict["status"] == "refused" and verdict["reason_code"] != "too_many_refused":
        yield _whole_file("refused", verdict["reason_code"], verdict["detail"])
        return
    said = _said(staged)
    reader = open_reader(archived, feed, staged.folder)
    if isinstance(reader, CsvReader):
        yield from _csv_lines(reader, said, _structurally_refused(staged))
        return
    yield _row([*COLUMNS, *reader.header])
    for block in reader.blocks():
        for number, cells in zip(block.record_numbers.tolist(), block.texts.iter_rows(), strict=True):
            yield _row([*said.get(number, ("accepted", "")), *cells])


def _csv_lines(reader: CsvReader, said: dict[int, tuple[str, str]], broken: set[int]) -> Iterator[bytes]:
    """Put status and message before each record's own bytes; a record whose bytes are no record becomes one cell."""
    delimiter = reader.dialect.delimiter
    yield _row([*COLUMNS, *reader.header], delimiter)
    prefixes = {
        value: _row(value, delimiter)[:-1] + delimiter.encode()
        for value in {*said.values(), ("accepted", "")}
    }
    accepted = prefixes["accepted", ""]
    for number, raw in enumerate(reader.raw_records(), start=1):
        if number in broken:
            yield _row([*said[number], raw.decode("utf-8", "replace")], delimiter)
        elif number in said:
            yield prefixes[said[number]] + raw + b"\n"
        else:
            yield accepted + raw + b"\n"


def _said(staged: StagedFile) -> dict[int, tuple[str, str]]:
    """Return status and message of every record that was not plainly accepted."""
    import polars as pl

    said: dict[int, tuple[str, str]] = {}
    outcomes = staged.folder / OUTCOMES
    is_duplicate = json.loads((staged.folder / VERDICT).read_text(encoding="utf-8"))["status"] == "duplicate"
    if not is_duplicate:
        refused = (
            staged.refusals()
            .group_by("record_number")
            .agg(pl.col("message").sort().unique(maintain_order=True))
        )
        said = {number: ("refused", "; ".join(messages)) for number, messages in refused.iter_rows()}
    if outcomes.exists():
        others = pl.read_ipc(outcomes).filter(pl.col("status") != "accepted")
        said |= {number: (status, MESSAGES[status]) for number, status in others.iter_rows()}
    return said


def _structurally_refused(staged: StagedFile) -> set[int]:
    """Return the records that could not be split into cells; the others keep the sender's own bytes."""
    import polars as pl

    reasons = (
        "column_count",
        "bad_quoting",
        "unclosed_quote",
        "stray_line_end",
        "record_too_long",
        "bad_encoding",
    )
    refusals = pl.read_ipc(staged.folder / REFUSALS).filter(pl.col("reason_code").is_in(reasons))
    return set(refusals["record_number"].to_list())


def _whole_file(status: str, reason_code: str, detail: str) -> bytes:
    return _row(list(COLUMNS)) + _row([status, file_message(reason_code, detail)])


def _row(cells: Any, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")
