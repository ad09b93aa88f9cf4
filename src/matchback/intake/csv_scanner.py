"""Two ways to find the records in a block of CSV bytes, neither of which guesses.

`scan_block` is vectorized and accepts only what is beyond doubt: on anything irregular in quoting or line ends it
gives up, and `split_block` decides record by record. Both know only the declared dialect. Refused lines are kept apart
with a reason; nothing is ever dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from matchback.intake.csv_dialect import Dialect as Dialect
from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    import numpy.typing as npt

    from matchback.intake.records import Int64Array

    ByteArray = npt.NDArray[np.uint8]
    BoolArray = npt.NDArray[np.bool_]

MAX_RECORD_BYTES = 1 << 20
MAX_RECORD_LINES = 64
LEAST_TELLING_COLUMNS = 4  # in narrower files, the lines of a longer text have as many delimiters by chance
NEWLINE, RETURN = 0x0A, 0x0D
_RETURN = re.compile(rb"\r")


@dataclass
class Split:
    """Where the records of a block start and end (line ends left out), in input order.

    `reasons` names the refused ones by their position in the arrays; `lines` counts physical lines from 0 at the
    block's start. `consumed` bytes are accounted for; what follows belongs to the next block.
    """

    starts: Int64Array
    ends: Int64Array
    lines: Int64Array
    consumed: int
    physical_lines: int
    blank_lines: int
    reasons: dict[int, str] = field(default_factory=dict)
    separators: Int64Array | None = None


def _escaped(data: ByteArray, positions: Int64Array, escape: int) -> BoolArray:
    """Tell for each position whether an odd run of escape bytes stands directly before it."""
    marks = np.flatnonzero(data == escape)
    if marks.size == 0:
        return np.zeros(positions.size, dtype=bool)
    first_of_run = np.ones(marks.size, dtype=bool)
    first_of_run[1:] = np.diff(marks) != 1
    run_start = marks[np.maximum.accumulate(np.where(first_of_run, np.arange(marks.size), 0))]
    slot = np.searchsorted(marks, positions - 1)
    hit = (slot < marks.size) & (marks[np.minimum(slot, marks.size - 1)] == positions - 1)
    length = np.where(hit, positions - run_start[np.minimum(slot, marks.size - 1)], 0)
    odd: BoolArray = length % 2 == 1
    return odd


def _strictly_quoted(data: ByteArray, quotes: Int64Array, limit: int, dialect: Dialect) -> bool:
    """Tell whether every opening quote begins a cell and every closing one ends it, up to `limit`."""
    opening, closing = quotes[0::2], quotes[1::2]
    delimiter = ord(dialect.delimiter)
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == delimiter) | (before == NEWLINE)
    size = data.size
    after = np.where(closing + 1 < size, data[np.minimum(closing + 1, size - 1)], NEWLINE)
    second = np.where(closing + 2 < size, data[np.minimum(closing + 2, size - 1)], NEWLINE)
    closes = (after == delimiter) | (after == NEWLINE) | ((after == RETURN) & (second == NEWLINE))
    if dialect.doubles_quotes and opening.size:
        doubled = opening[1:] == closing[: opening.size - 1] + 1
        opens[1:] |= doubled
        closes[: doubled.size] |= doubled
    return bool(np.all(opens | (opening >= limit)) and np.all(closes | (closing >= limit)))


def scan_block(buffer: bytes, dialect: Dialect, columns: int, *, final: bool) -> Split | None:
    """Find the records of a block that begins at a record; None when anything in it is open to doubt.

    Records with another number of cells than `columns` are refused if they stand on one line; on several, they are
    in doubt.
    """
    data = np.frombuffer(buffer, dtype=np.uint8)
    newlines = np.flatnonzero(data == NEWLINE)
    separators = np.flatnonzero(data == ord(dialect.delimiter))
    ends = newlines
    delimiters = separators
    quotes = np.empty(0, dtype=np.int64)
    if dialect.quote and dialect.quote.encode() in buffer:
        quotes = np.flatnonzero(data == ord(dialect.quote))
        if not dialect.doubles_quotes:
            quotes = quotes[~_escaped(data, quotes, ord(dialect.escape))]
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
    consumed = int(ends[-1]) + 1 if ends.size else 0
    if final and consumed < len(buffer):
        if quotes.size % 2:
            return None
        ends = np.append(ends, len(buffer))
        consumed = len(buffer)
    if len(buffer) - consumed > MAX_RECORD_BYTES:
        return None
    if not _strictly_quoted(data, quotes, consumed, dialect):
        return None
    if _stray_bytes(data, quotes, consumed, dialect, has_returns=b"\r" in buffer):
        return None
    split = _bounded(data, ends, newlines, separators, consumed, columns)
    if split is None or _swallows(split, newlines, delimiters, columns):
        return None
    return split


def _swallows(split: Split, newlines: Int64Array, delimiters: Int64Array, columns: int) -> bool:
    """Tell whether a record of several lines could be several records, joined by quotes that are too many."""
    if split.blank_lines + split.starts.size == newlines.size or columns < LEAST_TELLING_COLUMNS:
        return False
    spans = np.searchsorted(newlines, split.ends) - np.searchsorted(newlines, split.starts) + 1
    long = spans > 1
    found = np.searchsorted(delimiters, split.ends[long]) - np.searchsorted(delimiters, split.starts[long])
    return bool(np.any(found == spans[long] * (columns - 1)))


def scan_lines(buffer: bytes, dialect: Dialect, *, final: bool) -> Split | None:
    """Find the records of a block whose every line is one, without a look at cells; None where it is not so plain."""
    marks = [b"\r", *(mark.encode() for mark in {dialect.quote, dialect.escape} if mark and dialect.quote)]
    if any(mark in buffer for mark in marks):
        return None
    ends = np.flatnonzero(np.frombuffer(buffer, dtype=np.uint8) == NEWLINE)
    if final and not buffer.endswith(b"\n") and buffer:
        ends = np.append(ends, len(buffer))
    starts = np.concatenate((np.zeros(min(1, ends.size), dtype=np.int64), ends[:-1] + 1))
    consumed = min(int(ends[-1]) + 1, len(buffer)) if ends.size else 0
    lengths = np.append(ends - starts, len(buffer) - consumed)
    if bool((lengths[:-1] == 0).any()) or int(lengths.max()) > MAX_RECORD_BYTES:
        return None
    return Split(starts, ends, np.arange(ends.size), consumed, int(ends.size), 0)


def _stray_bytes(
    data: ByteArray, quotes: Int64Array, consumed: int, dialect: Dialect, *, has_returns: bool
) -> bool:
    """Tell whether a lone carriage return, or an escape byte outside quotes, stands in the block."""
    returns = np.flatnonzero(data[:consumed] == RETURN) if has_returns else quotes[:0]
    if returns.size:
        following = np.where(returns + 1 < data.size, data[np.minimum(returns + 1, data.size - 1)], 0)
        outside = np.searchsorted(quotes, returns) % 2 == 0
        if bool(np.any(outside & (following != NEWLINE))):
            return True
    if dialect.quote and not dialect.doubles_quotes:
        escapes = np.flatnonzero(data[:consumed] == ord(dialect.escape))
        return bool(np.any(np.searchsorted(quotes, escapes) % 2 == 0))
    return False


def _bounded(
    data: ByteArray,
    ends: Int64Array,
    newlines: Int64Array,
    separators: Int64Array,
    consumed: int,
    columns: int,
) -> Split | None:
    starts = np.concatenate((np.zeros(min(1, ends.size), dtype=np.int64), ends[:-1] + 1))
    lines, spans = np.arange(ends.size), np.ones(1, dtype=np.int64)
    if not np.array_equal(ends[: newlines.size], newlines):  # a line end stands in a cell
        lines = np.searchsorted(newlines, starts)
        spans = np.searchsorted(newlines, ends) - lines + 1
    trimmed = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == RETURN))
    blank = trimmed == starts
    separators = separators[: int(np.searchsorted(separators, consumed))]
    if _are_even(separators, starts, ends, columns):
        ragged = np.zeros(ends.size, dtype=bool)
    else:
        found = np.searchsorted(separators, ends) - np.searchsorted(separators, starts) + 1
        ragged = (found != columns) & ~blank
    if bool(np.any((spans > 1) & (ragged | (spans > MAX_RECORD_LINES)))):
        return None
    if bool(np.any(trimmed - starts > MAX_RECORD_BYTES)):
        return None
    keep = ~blank
    reasons = dict.fromkeys(np.flatnonzero(ragged[keep]).tolist(), "column_count")
    physical = int(np.searchsorted(newlines, consumed)) + (consumed > 0 and data[consumed - 1] != NEWLINE)
    return Split(
        starts[keep], trimmed[keep], lines[keep], consumed, physical, int(blank.sum()), reasons, separators
    )


def _are_even(separators: Int64Array, starts: Int64Array, ends: Int64Array, columns: int) -> bool:
    """Tell whether, record by record, the separators of all stand between its start and its end, none too many."""
    each = columns - 1
    if not each or not starts.size or separators.size != starts.size * each:
        return False
    own = separators.reshape(-1, each)
    return bool((own[:, 0] >= starts).all() and (own[:, -1] < ends).all())


def split_block(buffer: bytes, dialect: Dialect, columns: int, *, final: bool) -> Split:
    """Find the records of a block one by one; every line that no record can begin with is refused alone."""
    starts: list[int] = []
    ends: list[int] = []
    lines: list[int] = []
    reasons: dict[int, str] = {}
    position = line = blank_lines = 0
    size = len(buffer)
    while position < size:
        end_of_line = buffer.find(b"\n", position)
        if end_of_line < 0 and not final:
            break
        line_end = size if end_of_line < 0 else end_of_line
        content_end = line_end - 1 if buffer[position:line_end].endswith(b"\r") else line_end
        if content_end == position:
            blank_lines += 1
            position, line = line_end + 1, line + 1
            continue
        match = dialect.record_pattern.match(buffer, position, min(size, position + MAX_RECORD_BYTES))
        end = match.end() if match else position
        incomplete = end == size or (end == size - 1 and buffer[end] == RETURN)
        in_doubt = incomplete or (not _ends(buffer, end) and _quote_open(buffer, position, line_end, dialect))
        if in_doubt and not final and size - position <= MAX_RECORD_BYTES:
            break  # the quote that seems open may be closed by what is not read yet
        reason = _judge(buffer, position, end, line_end, columns, dialect)
        if reason == "record_too_long":
            refuse_returns(buffer[position : position + MAX_RECORD_BYTES], dialect, columns)
        pieces = [(position, end, reason)]
        if reason:
            end = content_end
            pieces = [(position, end, reason)]
            if reason not in ("record_too_long", "column_count") and b"\r" in buffer[position:end]:
                pieces = _pieces(buffer, position, end, columns, dialect)
        for piece_start, piece_end, piece_reason in pieces:
            if piece_reason:
                reasons[len(starts)] = piece_reason
            starts.append(piece_start)
            lines.append(line)
            ends.append(piece_end)
        line += buffer.count(b"\n", position, end) + 1
        blank_lines += not pieces
        position = end + 2 if buffer[end : end + 2] == b"\r\n" else end + 1
    consumed = min(position, size)
    return Split(
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(lines, dtype=np.int64),
        consumed,
        line,
        blank_lines,
        reasons,
    )


def _pieces(
    buffer: bytes, start: int, end: int, columns: int, dialect: Dialect
) -> list[tuple[int, int, str]]:
    """Account for a line that holds lone carriage returns: (start, end, reason) of every record in it.

    Where they stand between whole records, those are records of their own. Where the cells add up to one record, it is
    one, with a carriage return in a cell. Else nobody can tell, and each piece is refused.
    """
    bounds = [start, *(match.end() for match in _RETURN.finditer(buffer, start, end)), end + 1]
    found = [(first, after - 1) for first, after in pairwise(bounds) if after - 1 > first]
    cells = [_cell_count(buffer[first:last], dialect) for first, last in found]
    if columns > 1 and all(count == columns for count in cells):
        return [(first, last, "") for first, last in found]
    if all(cells) and sum(cells) == columns + len(found) - 1:
        return [(start, end, "stray_line_end")]
    return [(first, last, "stray_line_end") for first, last in found]


def _cell_count(record: bytes, dialect: Dialect) -> int:
    """Return the number of cells of a well-formed record, 0 of anything else."""
    return len(dialect.cells(record)) if dialect.record_pattern.fullmatch(record) else 0


def refuse_returns(line: bytes, dialect: Dialect, columns: int) -> None:
    """Raise UnreadableFile where a line is endless because its records end in carriage returns."""
    pieces = line.split(b"\r", MAX_RECORD_LINES)[:-1]
    if columns > 1 and any(_cell_count(piece, dialect) == columns for piece in pieces):
        raise UnreadableFile("stray_line_end")


def _ends(buffer: bytes, end: int) -> bool:
    return end == len(buffer) or buffer[end] == NEWLINE or buffer[end : end + 2] in (b"\r\n", b"\r")


def _quote_open(buffer: bytes, start: int, line_end: int, dialect: Dialect) -> bool:
    return bool(dialect.quote) and dialect.quote.encode() in buffer[start:line_end]


def _judge(buffer: bytes, start: int, end: int, line_end: int, columns: int, dialect: Dialect) -> str:
    """Return why the line at `start` begins no well-formed record, or nothing."""
    line = buffer[start:line_end]
    if line_end - start > MAX_RECORD_BYTES:
        return "record_too_long"
    if not _ends(buffer, end):
        if buffer[end] == RETURN:
            return "stray_line_end"  # _pieces has the last word
        return "unclosed_quote" if line.count(dialect.quote.encode()) % 2 else "bad_quoting"
    several = end > line_end
    if several and buffer.count(b"\n", start, end) >= MAX_RECORD_LINES:
        return "unclosed_quote"
    if len(dialect.cells(buffer[start:end])) != columns:
        return "unclosed_quote" if several else "column_count"
    if several and columns >= LEAST_TELLING_COLUMNS:
        counts = {line.count(dialect.delimiter.encode()) for line in buffer[start:end].split(b"\n")}
        if counts == {columns - 1}:
            return (
                "unclosed_quote"  # each line looks like a record: a quote too many must not swallow the next
            )
    return ""
