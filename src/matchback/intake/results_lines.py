"""The lines of a results file: status and message, then the sender's own columns, block by block in input order."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.intake.reasons import file_message
from matchback.intake.record_answers import Answers
from matchback.intake.staging import REFUSALS, StagedFile, StagedSummary

if TYPE_CHECKING:
    import pyarrow as pa

    from matchback.config import Feed
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.csv_scanner import Dialect, Split
    from matchback.intake.parquet_reader import ParquetReader

OUTCOMES, VERDICT = "outcomes.arrow", "verdict.json"
COLUMNS = ("matchback_status", "matchback_message")
RECORDS_AT_ONCE = 1 << 16


def note_unaccepted(staged: StagedFile, found: Iterable[pa.RecordBatch]) -> None:
    """Keep which good records were not accepted, in input order: their `record_number` and `status`."""
    import pyarrow as pa

    schema = pa.schema([("record_number", pa.int64()), ("status", pa.string())])
    with pa.ipc.new_file(str(staged.folder / OUTCOMES), schema) as sink:
        for batch in found:
            sink.write_batch(batch.cast(schema))


def forget_outcomes(staged: StagedFile) -> None:
    """Drop what a load that did not commit has noted."""
    for name in (OUTCOMES, VERDICT):
        (staged.folder / name).unlink(missing_ok=True)


def note_verdict(staged: StagedFile, status: str, reason_code: str, summary: StagedSummary) -> None:
    """Keep, before load commits, what the results file will say; a load that is repeated writes it again."""
    verdict = {
        "status": status,
        "reason_code": reason_code,
        "detail": summary.detail,
        "records": summary.records,
        "refused": summary.refused,
    }
    (staged.folder / VERDICT).write_text(json.dumps(verdict), encoding="utf-8")


def is_noted(staged: StagedFile) -> bool:
    """Tell whether load has written down what the results file of a staged file will say."""
    return (staged.folder / VERDICT).exists()


def lines(feed: Feed, archived: Path, staged: StagedFile, root: Path, *, only_known: bool) -> Iterator[bytes]:
    """Yield the lines of a file's results, many at once. Raises UnreadableFile."""
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.formats import open_reader
    from matchback.intake.parquet_reader import ParquetReader

    verdict = _verdict(staged)
    if verdict["status"] == "refused" and verdict["reason_code"] != "too_many_refused":
        yield _rows([COLUMNS, ("refused", file_message(verdict["reason_code"], verdict["detail"]))])
        return
    answers = _answers(staged, verdict)
    reader = open_reader(archived, feed, staged.folder, root=root)
    if isinstance(reader, CsvReader):
        yield from _csv_lines(reader, answers)
    elif isinstance(reader, ParquetReader):
        yield from _parquet_lines(reader, feed, answers, only_known=only_known)
    else:
        yield _rows([[*COLUMNS, *reader.answer_header]])
        yield from _answered(answers, reader.answer_rows())


def lines_without_cells(staged: StagedFile) -> Iterator[bytes]:
    """Say what became of every record, when its cells cannot be read again."""
    verdict = _verdict(staged)
    yield _rows([COLUMNS])
    yield from _answered(_answers(staged, verdict), ((),) * verdict["records"])


def _verdict(staged: StagedFile) -> dict[str, Any]:
    verdict: dict[str, Any] = json.loads((staged.folder / VERDICT).read_text(encoding="utf-8"))
    return verdict


def _answers(staged: StagedFile, verdict: dict[str, Any]) -> Answers:
    is_duplicate = verdict["status"] == "duplicate"
    refusals, outcomes = staged.folder / REFUSALS, staged.folder / OUTCOMES
    return Answers(
        "duplicate" if is_duplicate else "accepted",
        refusals if verdict["refused"] and not is_duplicate else None,
        outcomes if outcomes.exists() else None,
    )


# --- CSV: the sender's own bytes --------------------------------------------------------------------------------------


def _csv_lines(reader: CsvReader, answers: Answers) -> Iterator[bytes]:
    """Put status and message before each record's own bytes; a record whose bytes are no record becomes one cell."""
    import numpy as np

    dialect = reader.dialect
    yield _in_dialect([*COLUMNS, *reader.header], dialect)
    prefixes: list[bytes] = []
    number = 1
    for buffer, split in reader.raw_blocks():
        count = len(split.starts)
        codes = answers.of(np.arange(number, number + count, dtype=np.int64))
        number += count
        for answer in answers.said[len(prefixes) :]:
            cells = (answer.status, answer.message)
            prefixes.append(_in_dialect(cells, dialect)[:-1] + dialect.delimiter.encode())
        line_end = _only_line_end(buffer, split)
        firsts = np.flatnonzero(np.diff(codes, prepend=-1))
        ends = [*firsts[1:].tolist(), count][: len(firsts)]
        for first, end in zip(firsts.tolist(), ends, strict=True):
            answer, prefix = answers.said[codes[first]], prefixes[codes[first]]
            if answer.is_broken:
                raw = _raw(buffer, split, first, end)
                cells_of = ((answer.status, answer.message, one.decode("utf-8", "replace")) for one in raw)
                yield b"".join(_in_dialect(cells, dialect) for cells in cells_of)
            elif line_end:  # every record is a line: a run of them is one piece of the file
                run = buffer[int(split.starts[first]) : int(split.ends[end - 1])]
                yield prefix + run.replace(line_end, b"\n" + prefix) + b"\n"
            else:
                yield b"".join(prefix + one + b"\n" for one in _raw(buffer, split, first, end))


def _only_line_end(buffer: bytes, split: Split) -> bytes:
    """Return the line end if all records of a block end with the same one and nothing else is a line; else nothing."""
    if not len(split.starts):
        return b""
    gaps = split.starts[1:] - split.ends[:-1]
    line_end = b"\r\n" if len(gaps) and gaps[0] == 2 else b"\n"
    first, last = int(split.starts[0]), int(split.ends[-1])
    is_even = bool((gaps == len(line_end)).all())
    return line_end if is_even and buffer.count(b"\n", first, last) == len(gaps) else b""


def _raw(buffer: bytes, split: Split, first: int, end: int) -> Iterator[bytes]:
    starts, ends = split.starts[first:end].tolist(), split.ends[first:end].tolist()
    return (buffer[start:stop] for start, stop in zip(starts, ends, strict=True))


def _in_dialect(cells: Iterable[str], dialect: Dialect) -> bytes:
    """Write one line in a dialect, so that its declaration reads it back."""
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


# --- other formats: as common CSV -------------------------------------------------------------------------------------


def _parquet_lines(
    reader: ParquetReader, feed: Feed, answers: Answers, *, only_known: bool
) -> Iterator[bytes]:
    """Write every column that has text; only those that the contract knows, where another cannot be read."""
    from matchback.intake.contracts import feed_contract
    from matchback.intake.formats import map_header

    known = list(map_header(reader.header, feed, feed_contract(feed)).names) if only_known else None
    header, blocks = reader.blocks_by_position(known)
    yield _rows([[*COLUMNS, *header]])
    for block in blocks:
        codes = answers.of(block.record_numbers)
        said = [(answer.status, answer.message) for answer in answers.said]
        rows = zip(codes.tolist(), block.texts.iter_rows(), strict=True)
        yield _rows((*said[code], *cells) for code, cells in rows)


def _answered(answers: Answers, rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Put status and message before the cells of every record of a file."""
    from itertools import islice

    import numpy as np

    records, number = iter(rows), 1
    while cells := list(islice(records, RECORDS_AT_ONCE)):
        codes = answers.of(np.arange(number, number + len(cells), dtype=np.int64))
        said = [(answer.status, answer.message) for answer in answers.said]
        yield _rows((*said[code], *own) for code, own in zip(codes.tolist(), cells, strict=True))
        number += len(cells)


def _rows(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
