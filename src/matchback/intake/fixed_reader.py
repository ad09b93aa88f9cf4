"""Reads files of fixed width, twice: polars cuts the columns out of the lines, and numpy adds up the money's bytes.

Widths count characters of the declared encoding, so a line with `é` has the same columns as one without. Where the two
readings disagree, or a line is not text, a strict reader of ours takes the block line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matchback.intake.control_totals import Claims, read_trailer
from matchback.intake.line_blocks import BLOCK_BYTES, LineBlock, line_blocks, skip_to
from matchback.intake.money_scan import count_lines, sum_money, sum_money_texts
from matchback.intake.plain_text import REPLACEMENT
from matchback.intake.records import Block, Counts, Refusal, UnreadableFile

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import FileFormat

_CONTINUATION = 0x80
_KIND_OF_BYTE = 0xC0
_SPACE = 0x20


class FixedReader:
    """One file of fixed width, plain UTF-8. `counts` is complete when `blocks` is exhausted.

    Cells lose the blanks around them. Raises UnreadableFile when nothing can be read.
    """

    def __init__(self, path: Path, form: FileFormat, *, block_bytes: int = BLOCK_BYTES) -> None:
        self.header = tuple(form.columns or ())
        self.counts = Counts()
        self.claims: list[Claims] = []
        self.unknown: list[str] = []
        self._widths = tuple(form.widths or ())
        self._offsets = tuple(accumulate(self._widths, initial=0))[:-1]
        self._open_ended = self._widths[-1] == 0
        self._least = sum(self._widths)
        self._path = path
        self._recoded = form.encoding != "utf-8"
        self._decimal = form.decimal
        self._block_bytes = block_bytes
        self._skipped = form.skip_lines
        self._start, self._end = skip_to(path, form.skip_lines), path.stat().st_size
        if form.trailer:
            claims, self._end = read_trailer(path, self._start, self._end, form)
            self.claims.append(claims)
            self.counts.control_lines += 1

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order; `texts` holds the wanted columns (default: all)."""
        positions = [
            index for index, name in enumerate(self.header) if name and (wanted is None or name in wanted)
        ]
        money = self.header.index(money_column) if money_column in self.header else None
        for lines in self._line_blocks():
            if count_lines(lines.buffer[: lines.consumed]) != len(lines.starts):
                raise UnreadableFile("counts_disagree")
            reasons = self._broken(lines)
            texts = self._cut_fast(lines, reasons, positions, money)
            if texts is None:
                self.counts.slow_blocks += 1
                texts = self._cut_slow(lines, reasons, positions)
            yield self._block(lines, reasons, texts)

    def answer_rows(self) -> Iterator[list[str]]:
        """Yield the cells of every record in order; of one that has none, its text as a whole."""
        named = [index for index, name in enumerate(self.header) if name]
        for lines in self._line_blocks():
            for start, end in zip(lines.starts.tolist(), lines.ends.tolist(), strict=True):
                cells = self._cells(lines.buffer[start:end])
                if isinstance(cells, str):
                    yield [lines.buffer[start:end].decode("utf-8", "replace")]
                else:
                    yield [cells[index] for index in named]

    @property
    def answer_header(self) -> list[str]:
        """The names of the columns in `answer_rows`."""
        return [name for name in self.header if name]

    def _line_blocks(self) -> Iterator[LineBlock]:
        return line_blocks(self._path, self._start, self._end, self._skipped, self._block_bytes)

    def _block(self, lines: LineBlock, reasons: dict[int, str], texts: pl.DataFrame) -> Block:
        numbers = np.arange(len(lines.starts), dtype=np.int64) + self.counts.records + 1
        good = np.ones(len(lines.starts), dtype=bool)
        good[list(reasons)] = False
        refusals = [
            Refusal(int(numbers[index]), int(lines.lines[index]), "", reason)
            for index, reason in sorted(reasons.items())
        ]
        self.counts.records += len(lines.starts)
        self.counts.physical_lines += lines.physical_lines
        self.counts.blank_lines += lines.blank_lines
        return Block(texts, numbers[good], lines.lines[good], refusals)

    # --- the fast reading and its check --------------------------------------------------------------------------

    def _broken(self, lines: LineBlock) -> dict[int, str]:
        """Return which lines have another length than declared, counted in characters over the raw bytes."""
        data = np.frombuffer(lines.buffer, dtype=np.uint8)
        before = np.concatenate(([0], np.cumsum((data & _KIND_OF_BYTE) != _CONTINUATION)))
        length = before[lines.ends] - before[lines.starts]
        wrong = length < self._least if self._open_ended else length != self._least
        reasons = dict.fromkeys(np.flatnonzero(wrong).tolist(), "record_length")
        return reasons | dict.fromkeys(lines.too_long, "record_too_long")

    def _cut_fast(
        self, lines: LineBlock, reasons: dict[int, str], positions: list[int], money: int | None
    ) -> pl.DataFrame | None:
        """Cut the columns out of the good lines; None if the block is not text or the sums of the money differ."""
        import polars as pl

        good = [index for index in range(len(lines.starts)) if index not in reasons]
        pieces = zip(lines.starts[good].tolist(), lines.ends[good].tolist(), strict=True)
        try:
            whole = pl.Series("line", [lines.buffer[start:end].decode() for start, end in pieces], pl.String)
        except UnicodeDecodeError:
            return None
        if self._recoded and whole.str.contains(REPLACEMENT, literal=True).any():
            return None
        cut = {index: self._column(whole, index) for index in positions}
        if money is not None:
            texts = cut[money] if money in cut else self._column(whole, money)
            if sum_money_texts(texts.to_arrow(), self._decimal) != self._money(lines, good, money):
                return None
        return pl.DataFrame({self.header[index]: column for index, column in cut.items()})

    def _column(self, whole: pl.Series, index: int) -> pl.Series:
        width = self._widths[index] or None
        return whole.str.slice(self._offsets[index], width).str.strip_chars(" ")

    def _money(self, lines: LineBlock, good: list[int], column: int) -> int:
        """Add the money up over bytes: the column's place is counted in bytes that begin a character."""
        data = np.frombuffer(lines.buffer, dtype=np.uint8)
        begins = np.append(np.flatnonzero((data & _KIND_OF_BYTE) != _CONTINUATION), data.size)
        rank = np.searchsorted(begins, lines.starts[good])
        starts = begins[rank + self._offsets[column]]
        last = self._open_ended and column == len(self._widths) - 1
        ends = lines.ends[good] if last else begins[rank + self._offsets[column] + self._widths[column]]
        starts, ends = starts.copy(), ends.copy()
        for _ in range(int((ends - starts).max(initial=0))):
            lead = (starts < ends) & (data[np.minimum(starts, data.size - 1)] == _SPACE)
            trail = (starts < ends) & (data[np.maximum(ends - 1, 0)] == _SPACE)
            if not lead.any() and not trail.any():
                break
            starts += lead
            ends -= trail & (ends - 1 > starts - lead)
        return sum_money(data, starts, ends, "", self._decimal)

    # --- the strict reading ---------------------------------------------------------------------------------------

    def _cut_slow(self, lines: LineBlock, reasons: dict[int, str], positions: list[int]) -> pl.DataFrame:
        import polars as pl

        columns: list[list[str]] = [[] for _ in positions]
        for index, (start, end) in enumerate(zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)):
            if index in reasons:
                continue
            cells = self._cells(lines.buffer[start:end])
            if isinstance(cells, str):
                reasons[index] = cells
                continue
            for column, position in zip(columns, positions, strict=True):
                column.append(cells[position])
        shape: Any = {self.header[index]: pl.String for index in positions}
        return pl.DataFrame(dict(zip(shape, columns, strict=True)), schema=shape)

    def _cells(self, line: bytes) -> list[str] | str:
        """Return the cells of one line, or the reason why it has none."""
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return "bad_encoding"
        if self._recoded and REPLACEMENT in text:
            return "bad_encoding"
        if len(text) < self._least or (len(text) > self._least and not self._open_ended):
            return "record_length"
        return [
            text[offset : offset + width if width else None].strip(" ")
            for offset, width in zip(self._offsets, self._widths, strict=True)
        ]
