"""Reads CSV in the declared dialect, block by block, twice: our scanner finds the records, pyarrow reads the cells.

Number of records and the sum of the money column must agree between the two; otherwise, and wherever the scanner
is in doubt, the slow strict reader of ours takes the block alone. (DuckDB's own reader, measured at 4.4 CPU seconds for
5M rows as Arrow against pyarrow's 2.2, would need its text in a file and cannot leave out a bad line.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matchback.intake.control_totals import Claims, read_trailer
from matchback.intake.csv_scanner import (
    MAX_RECORD_BYTES,
    NEWLINE,
    Dialect,
    Split,
    refuse_returns,
    scan_block,
    scan_lines,
    split_block,
)
from matchback.intake.money_scan import sum_money, sum_money_texts
from matchback.intake.plain_text import REPLACEMENT, UTF8_BOM
from matchback.intake.records import Block, Counts, Refusal, UnreadableFile

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import FileFormat

BLOCK_BYTES = 8 << 20
MAX_COLUMNS = 2000
THREADS_FROM = 1 << 20
MISREAD = (
    b"\xc3\x83\xc2",
    b"\xc3\xa2\xe2\x82\xac",
)  # UTF-8 that was read as Latin-1 or CP1252, and written again


class CsvReader:
    """One CSV file of plain UTF-8. `header` is known at once; `counts` is complete when `blocks` is exhausted.

    Raises UnreadableFile when nothing can be read.
    """

    def __init__(self, path: Path, form: FileFormat, *, block_bytes: int = BLOCK_BYTES) -> None:
        self.dialect = Dialect(form.separator, form.quote, form.escape)
        self.counts = Counts()
        self.claims: list[Claims] = []
        self.unknown: tuple[str, ...] = ()
        self._path = path
        self._block_bytes = block_bytes
        self._recoded = form.encoding != "utf-8"
        self._decimal = form.decimal
        self._start, self._lines_before = self._skip(form.skip_lines)
        self._end = path.stat().st_size
        self._header_line = b""
        self.header = self._read_header() if form.header else tuple(form.columns or ())
        if form.trailer:
            claims, self._end = read_trailer(path, self._start, self._end, form)
            self.claims.append(claims)
            self.counts.control_lines += 1

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order; `texts` holds the wanted columns of the header (default: all)."""
        positions = [
            index for index, name in enumerate(self.header) if name and (wanted is None or name in wanted)
        ]
        money = self.header.index(money_column) if money_column in self.header else None
        for buffer, split, certain in self._splits():
            texts = self._parse_fast(buffer, split, positions, money) if certain else None
            if texts is None and certain:
                split = split_block(buffer[: split.consumed], self.dialect, len(self.header), final=True)
                self._refuse_headers(buffer, split)
            yield self._block(buffer, split, texts, positions)

    def raw_records(self) -> Iterator[bytes]:
        """Yield the bytes of every record, refused ones included, in input order."""
        for buffer, split in self.raw_blocks():
            for start, end in zip(split.starts.tolist(), split.ends.tolist(), strict=True):
                yield buffer[start:end]

    def raw_blocks(self) -> Iterator[tuple[bytes, Split]]:
        """Yield the bytes of the file block by block, and where the records of each stand."""
        for buffer, split, _ in self._splits(cells=False):
            yield buffer, split

    # --- the parts of the file ---------------------------------------------------------------------------------

    def _skip(self, skip_lines: int) -> tuple[int, int]:
        with self._path.open("rb") as stream:
            if stream.read(3) != UTF8_BOM:
                stream.seek(0)
            for _ in range(skip_lines):
                stream.readline(MAX_RECORD_BYTES)
            return stream.tell(), skip_lines

    def _read_header(self) -> tuple[str, ...]:
        with self._path.open("rb") as stream:
            stream.seek(self._start)
            head = stream.read(MAX_RECORD_BYTES)
        begin = len(head) - len(head.lstrip(b"\r\n"))
        if begin == len(head):
            raise UnreadableFile("empty_file")
        match = self.dialect.record_pattern.match(head, begin)
        end = match.end() if match else begin
        line_end = head.find(b"\n", end)
        if line_end < 0:
            line_end = len(head)
        if head[end:line_end] not in (b"", b"\r"):
            alone = head[end : end + 1] == b"\r"
            raise UnreadableFile("stray_line_end" if alone else "bad_header")
        cells = self.dialect.cells(head[begin:end])
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile("too_many_columns", f"it has more than {MAX_COLUMNS} columns")
        try:
            names = tuple(cell.decode("utf-8") for cell in cells)
        except UnicodeDecodeError:
            raise UnreadableFile(
                "wrong_encoding", "its header is not text in the declared encoding"
            ) from None
        self._header_line = head[begin:end]
        self._lines_before += head.count(b"\n", 0, end) + 1
        self._start += min(line_end + 1, len(head))
        return names

    def _splits(self, *, cells: bool = True) -> Iterator[tuple[bytes, Split, bool]]:
        """Yield consecutive blocks, each beginning at a record, and whether the fast scanner was sure of it.

        Without `cells`, the records are found alone.
        """
        remaining = self._end - self._start
        carry = b""
        with self._path.open("rb") as stream:
            stream.seek(self._start)
            while remaining or carry:
                chunk = stream.read(min(self._block_bytes, remaining))
                remaining -= len(chunk)
                buffer = carry + chunk
                if len(buffer) > MAX_RECORD_BYTES and NEWLINE not in buffer:
                    refuse_returns(buffer[:MAX_RECORD_BYTES], self.dialect, len(self.header))
                    cut, remaining = self._finish_long_line(stream, remaining)
                    buffer = buffer[: MAX_RECORD_BYTES + 1] + cut
                final = remaining == 0
                split = None if cells else scan_lines(buffer, self.dialect, final=final)
                split = split or scan_block(buffer, self.dialect, len(self.header), final=final)
                certain = split is not None
                if split is None:
                    split = split_block(buffer, self.dialect, len(self.header), final=final)
                self._refuse_headers(buffer, split)
                carry = buffer[split.consumed :]
                yield buffer, split, certain
                if final:
                    if not buffer.endswith((b"\n", b"\r")) and buffer:
                        self.counts.notes["no_last_line_end"] = ""
                    assert not carry, "a final block is consumed whole"
                    return

    def _refuse_headers(self, buffer: bytes, split: Split) -> None:
        """Refuse a record that is the header line again: files that were put together carry it along."""
        alike = np.flatnonzero(split.ends - split.starts == len(self._header_line))
        if not alike.size or not self._header_line or self._header_line not in buffer:
            return
        for index in alike.tolist():
            if buffer[split.starts[index] : split.ends[index]] == self._header_line:
                split.reasons.setdefault(index, "repeated_header")

    def _finish_long_line(self, stream: Any, remaining: int) -> tuple[bytes, int]:
        """Read on to the end of a line that is too long for a record, keeping nothing of it."""
        while remaining:
            piece = stream.readline(min(self._block_bytes, remaining))
            remaining -= len(piece)
            if piece.endswith(b"\n"):
                return b"\n", remaining
        return b"", remaining

    # --- from bytes to cells ------------------------------------------------------------------------------------

    def _block(self, buffer: bytes, split: Split, texts: pl.DataFrame | None, positions: list[int]) -> Block:
        numbers = np.arange(len(split.starts), dtype=np.int64) + self.counts.records + 1
        lines = split.lines + self.counts.physical_lines + self._lines_before + 1
        reasons = dict(split.reasons)
        if texts is None:
            self.counts.slow_blocks += 1
            texts = self._parse_slow(buffer, split, positions, reasons)
        good = np.ones(len(split.starts), dtype=bool)
        good[list(reasons)] = False
        refusals = [
            Refusal(int(numbers[index]), int(lines[index]), "", reason)
            for index, reason in sorted(reasons.items())
        ]
        self.counts.records += len(split.starts)
        self.counts.physical_lines += split.physical_lines
        self.counts.blank_lines += split.blank_lines
        if not buffer.isascii() and any(mark in buffer for mark in MISREAD):
            self.counts.notes["misread_text"] = ""
        is_stripped = b" " not in buffer and b"\t" not in buffer
        return Block(texts, numbers[good], lines[good], refusals, is_stripped)

    def _parse_fast(
        self, buffer: bytes, split: Split, positions: list[int], money: int | None
    ) -> pl.DataFrame | None:
        """Read the cells with pyarrow; None if it fails or disagrees with the scanner."""
        import polars as pl
        import pyarrow as pa
        import pyarrow.csv as pa_csv

        expected = len(split.starts) - len(split.reasons)
        if expected == 0:
            return pl.DataFrame(
                {self.header[index]: [] for index in positions}, schema=self._schema(positions)
            )
        clean = _without_refused(buffer, split)
        if not clean.isascii() and not self._is_text(clean):
            return None
        dialect, names = self.dialect, [str(index) for index in range(len(self.header))]
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(clean),
                read_options=pa_csv.ReadOptions(
                    column_names=names, block_size=len(clean) + 1, use_threads=len(clean) > THREADS_FROM
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote or False,
                    double_quote=dialect.doubles_quotes,
                    escape_char=False if dialect.doubles_quotes or not dialect.quote else dialect.escape,
                    newlines_in_values=True,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[str(index) for index in positions],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != expected:
            return None
        if money is not None and sum_money_texts(table.column(str(money)), self._decimal) != self._money(
            buffer, split, money
        ):
            return None
        table = table.rename_columns([self.header[index] for index in positions])
        texts = pl.from_arrow(table)
        assert isinstance(texts, pl.DataFrame)
        return texts

    def _is_text(self, clean: bytes) -> bool:
        """Tell whether every cell is text, those that nobody wants too: the results file holds them."""
        try:
            str(clean, "utf-8")
        except UnicodeDecodeError:
            return False
        return not self._recoded or REPLACEMENT.encode() not in clean

    def _money(self, buffer: bytes, split: Split, column: int) -> int:
        """Sum the money column over the scanner's own cell boundaries, in thousandths."""
        good = np.ones(len(split.starts), dtype=bool)
        good[list(split.reasons)] = False
        separators = split.separators
        assert separators is not None
        last = len(self.header) - 1
        if split.reasons:
            first = np.searchsorted(separators, split.starts[good])
        else:  # then every record has as many
            first = np.arange(split.starts.size) * last
        padded = np.append(separators, 0)
        starts = split.starts[good] if column == 0 else padded[first + column - 1] + 1
        ends = split.ends[good] if column == last else padded[first + column]
        return sum_money(
            np.frombuffer(buffer, dtype=np.uint8), starts, ends, self.dialect.quote, self._decimal
        )

    def _parse_slow(
        self, buffer: bytes, split: Split, positions: list[int], reasons: dict[int, str]
    ) -> pl.DataFrame:
        import polars as pl

        columns: list[list[str]] = [[] for _ in positions]
        for index, (start, end) in enumerate(zip(split.starts.tolist(), split.ends.tolist(), strict=True)):
            if index in reasons:
                continue
            try:
                cells = [cell.decode("utf-8") for cell in self.dialect.cells(buffer[start:end])]
            except UnicodeDecodeError:
                reasons[index] = "bad_encoding"
                continue
            if self._recoded and any(REPLACEMENT in cell for cell in cells):
                reasons[index] = "bad_encoding"
                continue
            for column, position in zip(columns, positions, strict=True):
                column.append(cells[position])
        data = {self.header[position]: column for column, position in zip(columns, positions, strict=True)}
        return pl.DataFrame(data, schema=self._schema(positions))

    def _schema(self, positions: list[int]) -> Any:
        import polars as pl

        return {self.header[index]: pl.String for index in positions}


def _without_refused(buffer: bytes, split: Split) -> bytes:
    """Return the block without the lines that are refused."""
    if not split.reasons:
        return buffer[: split.consumed] if split.consumed < len(buffer) else buffer
    pieces = []
    position = 0
    for index in sorted(split.reasons):
        pieces.append(buffer[position : int(split.starts[index])])
        position = int(split.ends[index])
    pieces.append(buffer[position : split.consumed])
    return b"".join(pieces)
