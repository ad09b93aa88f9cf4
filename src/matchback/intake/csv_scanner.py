"""Two ways to find the records in a block of CSV bytes, neither of which guesses.

`scan_block` is vectorized and accepts only what is beyond doubt: on anything irregular in quoting or line ends it
gives up, and `split_block` decides record by record. Both know only the declared dialect. Refused lines are kept apart
with a reason; nothing is ever dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from matchback.intake.records import Int64Array

    ByteArray = npt.NDArray[np.uint8]
    BoolArray = npt.NDArray[np.bool_]

MAX_RECORD_BYTES = 1 << 20
MAX_RECORD_LINES = 64
NEWLINE, RETURN = 0x0A, 0x0D


@dataclass(frozen=True)
class Dialect:
    """How a sender writes CSV: declared, never guessed. `quote` may be empty: then nothing is quoted."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    @property
    def doubles_quotes(self) -> bool:
        """Whether a quote inside a quoted cell is written twice."""
        return self.escape == self.quote

    @cached_property
    def record_pattern(self) -> re.Pattern[bytes]:
        """Match one record from its first byte up to its line end, in one way only."""
        delimiter = re.escape(self.delimiter.encode())
        plain = rb"[^" + delimiter + re.escape(self.quote.encode()) + rb"\r\n]*+"
        cell = plain
        if self.quote:
            cell = rb"(?:" + self._quoted + rb"|" + plain + rb")"
        return re.compile(cell + rb"(?:" + delimiter + cell + rb")*+", re.DOTALL)

    @cached_property
    def cell_pattern(self) -> re.Pattern[bytes]:
        """Match one cell and the delimiter or end after it."""
        delimiter = re.escape(self.delimiter.encode())
        plain = rb"([^" + delimiter + re.escape(self.quote.encode()) + rb"\r\n]*+)"
        cell = plain
        if self.quote:
            cell = rb"(?:(" + self._quoted + rb")|" + plain + rb")"
        return re.compile(cell + rb"(" + delimiter + rb"|\Z)", re.DOTALL)

    @property
    def _quoted(self) -> bytes:
        quote = re.escape(self.quote.encode())
        if self.doubles_quotes:
            return quote + rb"(?:[^" + quote + rb"]++|" + quote + quote + rb")*+" + quote
        escape = re.escape(self.escape.encode())
        return quote + rb"(?:[^" + quote + escape + rb"]++|" + escape + rb".)*+" + quote

    def cells(self, record: bytes) -> list[bytes]:
        """Return the cells of one well-formed record, unquoted and unescaped."""
        found: list[bytes] = []
        position = 0
        while True:
            match = self.cell_pattern.match(record, position)
            assert match is not None, "only records that record_pattern matched whole come here"
            *_, plain, end = match.groups()
            found.append(plain if plain is not None else self._unquoted(match.group(1)))
            if not end:
                return found
            position = match.end()

    def _unquoted(self, cell: bytes) -> bytes:
        body = cell[1:-1]
        quote, escape = self.quote.encode(), self.escape.encode()
        if self.doubles_quotes:
            return body.replace(quote + quote, quote)
        if escape not in body:
            return body
        return re.sub(re.escape(escape) + rb"(.)", rb"\1", body, flags=re.DOTALL)


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
    if not _strictly_quoted(data, quotes, consumed, dialect) or _stray_bytes(data, quotes, consumed, dialect):
        return None
    return _bounded(data, ends, newlines, separators, consumed, columns)


def _stray_bytes(data: ByteArray, quotes: Int64Array, consumed: int, dialect: Dialect) -> bool:
    """Tell whether a lone carriage return, or an escape byte outside quotes, stands in the block."""
    returns = np.flatnonzero(data[:consumed] == RETURN)
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
    lines = np.searchsorted(newlines, starts)
    spans = np.searchsorted(newlines, ends) - lines + 1
    trimmed = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == RETURN))
    blank = trimmed == starts
    found = np.searchsorted(separators, ends) - np.searchsorted(separators, starts) + 1
    ragged = (found != columns) & ~blank
    if bool(np.any((spans > 1) & (ragged | (spans > MAX_RECORD_LINES)))):
        return None
    if bool(np.any(trimmed - starts > MAX_RECORD_BYTES)):
        return None
    keep = ~blank
    separators = separators[: int(np.searchsorted(separators, consumed))]
    reasons = dict.fromkeys(np.flatnonzero(ragged[keep]).tolist(), "column_count")
    physical = int(np.searchsorted(newlines, consumed)) + (consumed > 0 and data[consumed - 1] != NEWLINE)
    return Split(
        starts[keep], trimmed[keep], lines[keep], consumed, physical, int(blank.sum()), reasons, separators
    )


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
        if reason:
            reasons[len(starts)] = reason
            end = content_end
        starts.append(position)
        lines.append(line)
        ends.append(end)
        line += buffer.count(b"\n", position, end) + 1
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
            return "stray_line_end"
        return "unclosed_quote" if line.count(dialect.quote.encode()) % 2 else "bad_quoting"
    several = end > line_end
    if several and buffer.count(b"\n", start, end) >= MAX_RECORD_LINES:
        return "unclosed_quote"
    if len(dialect.cells(buffer[start:end])) != columns:
        return "unclosed_quote" if several else "column_count"
    return ""
