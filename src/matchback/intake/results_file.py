"""The results file: our answer to a delivered file, one line per record in its order, then the sender's own columns.

It is made from the archived bytes and the outcomes that load wrote down, right after load, so that no later failure
withholds it. It lies in the outbox under the file's id, and goes back once, only to the source that the file came from.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake import sources
from matchback.intake.reasons import file_message
from matchback.intake.received import ReceivedFile, received_files
from matchback.intake.records import UnreadableFile
from matchback.intake.staging import REFUSALS, StagedFile, staged_file

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import Feed
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.csv_scanner import Dialect
    from matchback.intake.parquet_reader import ParquetReader

OUTCOMES, VERDICT = "outcomes.arrow", "verdict.json"
COLUMNS = ("matchback_status", "matchback_message")
MOST_NAME_BYTES = 255  # of common file systems
MESSAGES = {
    "accepted": "",
    "duplicate": "delivered before; counted once",
    "conflict": "another record with this id says something else; neither counts until a correction record is sent "
    "(action correct or cancel)",
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
        if not context.config.has_feed(file.feed_id):
            continue  # the feed was removed; if it is put back, what is owed is written
        if file.file_id in loaded and (staged.folder / VERDICT).exists():
            try:
                write(context, file, staged)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # one file's answer never withholds another's
                name = type(error).__name__
                context.progress.note(f"The results of file {file.file_id[:8]} wait: writing failed ({name})")
                continue
            staged.remove()
    deliver_all(context)


def deliver_all(context: RunContext) -> int:
    """Send every results file that is due and was not sent; return how many. A source that fails is noted."""
    sent = 0
    opened: dict[str, sources.Source] = {}
    for file in received_files(context.journal):
        if not context.config.has_feed(file.feed_id):
            continue  # history of a removed feed: nobody says any more where it would go
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
                results_name(file),
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


def results_name(file: ReceivedFile) -> str:
    """Return the name under which results go back: the sender's own and a suffix, cut where that would be too long.

    A cut name carries the file's id, so that two long names do not become one.
    """
    suffix = ".results.csv"
    name = file.delivered_name.encode("utf-8", "surrogateescape")
    room = MOST_NAME_BYTES - len(
        f".{file.file_id}.part"
    )  # for the tag of a name that is taken, and while it is written
    if len(name) + len(suffix) <= room:
        return file.delivered_name + suffix
    suffix = f".{file.file_id}{suffix}"
    return name[: room - len(suffix)].decode("utf-8", "ignore") + suffix


def write(context: RunContext, file: ReceivedFile, staged: StagedFile) -> Path:
    """Write one results file into the outbox, whole or not at all."""
    path = results_path(context, file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        for only_known in (False, True):
            try:
                sink.writelines(_lines(context, file, staged, only_known=only_known))
                break
            except UnreadableFile:  # a column that nobody asked for: what was loaded could be read
                sink.seek(0)
                sink.truncate()
        else:
            sink.writelines(_outcomes_only(staged))
        sink.flush()
        os.fsync(sink.fileno())
    path.with_suffix(".delivered").unlink(
        missing_ok=True
    )  # of a readmitted file: the new verdict goes back too
    aside.replace(path)
    return path


def _lines(
    context: RunContext, file: ReceivedFile, staged: StagedFile, *, only_known: bool
) -> Iterator[bytes]:
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.formats import open_reader
    from matchback.intake.parquet_reader import ParquetReader

    verdict = json.loads((staged.folder / VERDICT).read_text(encoding="utf-8"))
    if verdict["status"] == "refused" and verdict["reason_code"] != "too_many_refused":
        yield _whole_file("refused", verdict["reason_code"], verdict["detail"])
        return
    said = _said(staged)
    feed, root = context.config.feed(file.feed_id), context.workspace.root
    reader = open_reader(file.path(context.workspace), feed, staged.folder, root=root)
    if isinstance(reader, CsvReader):
        yield from _csv_lines(reader, said, _structurally_refused(staged))
        return
    if isinstance(reader, ParquetReader):
        yield from _parquet_lines(reader, feed, said, only_known=only_known)
        return
    yield _row([*COLUMNS, *reader.answer_header])
    for number, cells in enumerate(reader.answer_rows(), start=1):
        yield _row([*said.get(number, ("accepted", "")), *cells])


def _parquet_lines(
    reader: ParquetReader, feed: Feed, said: dict[int, tuple[str, str]], *, only_known: bool
) -> Iterator[bytes]:
    """Write every column that has text; only those that the contract knows, where another cannot be read."""
    from matchback.intake.contracts import feed_contract
    from matchback.intake.formats import map_header

    known = list(map_header(reader.header, feed, feed_contract(feed)).names) if only_known else None
    header, blocks = reader.blocks_by_position(known)
    yield _row([*COLUMNS, *header])
    for block in blocks:
        for number, cells in zip(block.record_numbers.tolist(), block.texts.iter_rows(), strict=True):
            yield _row([*said.get(number, ("accepted", "")), *cells])


def _outcomes_only(staged: StagedFile) -> Iterator[bytes]:
    """Say what became of every record, when its cells cannot be read again."""
    import polars as pl

    said = _said(staged)
    numbers = set(said)
    if (staged.folder / OUTCOMES).exists():
        numbers |= set(pl.read_ipc(staged.folder / OUTCOMES)["record_number"].to_list())
    yield _row(list(COLUMNS))
    for number in sorted(numbers):
        yield _row(said.get(number, ("accepted", "")))


def _csv_lines(reader: CsvReader, said: dict[int, tuple[str, str]], broken: set[int]) -> Iterator[bytes]:
    """Put status and message before each record's own bytes; a record whose bytes are no record becomes one cell."""
    dialect = reader.dialect
    yield _row([*COLUMNS, *reader.header], dialect)
    prefixes = {
        value: _row(value, dialect)[:-1] + dialect.delimiter.encode()
        for value in {*said.values(), ("accepted", "")}
    }
    accepted = prefixes["accepted", ""]
    for number, raw in enumerate(reader.raw_records(), start=1):
        if number in broken:
            yield _row([*said[number], raw.decode("utf-8", "replace")], dialect)
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


def _row(cells: Iterable[Any], dialect: Dialect | None = None) -> bytes:
    """Write one line in a dialect (default: the common one of CSV), so that its declaration reads it back."""
    if dialect is None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue().encode("utf-8")
    return (dialect.delimiter.join(_cell(cell, dialect) for cell in cells) + "\n").encode("utf-8")


def _cell(text: str, dialect: Dialect) -> str:
    if not dialect.quote:  # then nothing can stand for a delimiter or a line end
        return re.sub(f"[{re.escape(dialect.delimiter)}\r\n]", " ", text)
    marks = dialect.quote + dialect.escape
    if not set(text) & {*marks, dialect.delimiter, "\r", "\n"}:
        return text
    escape = dialect.escape or dialect.quote
    inside = re.sub(f"[{re.escape(marks)}]", lambda found: escape + found[0], text)
    return dialect.quote + inside + dialect.quote
