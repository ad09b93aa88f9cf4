"""Cuts a file of one record a line into blocks of whole lines, in bounded memory; nothing is dropped.

A line ends with LF, CRLF or a lone CR: a sender's CR never joins two records into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from matchback.intake.plain_text import UTF8_BOM

if TYPE_CHECKING:
    from matchback.intake.records import Int64Array

MAX_LINE_BYTES = 1 << 20
BLOCK_BYTES = 8 << 20
NEWLINE, RETURN = 0x0A, 0x0D


@dataclass(frozen=True)
class LineBlock:
    """Consecutive lines: where each that is not blank starts and ends in `buffer`, and its line number from 1.

    `too_long` holds the positions of lines of which only the beginning may be kept; `consumed` bytes are accounted for.
    """

    buffer: bytes
    consumed: int
    starts: Int64Array
    ends: Int64Array
    lines: Int64Array
    physical_lines: int
    blank_lines: int
    too_long: frozenset[int]


def skip_to(path: Path, lines: int) -> int:
    """Return where the file goes on after its byte order mark and its first lines."""
    with path.open("rb") as stream:
        if stream.read(3) != UTF8_BOM:
            stream.seek(0)
        for _ in range(lines):
            stream.readline(MAX_LINE_BYTES)
        return stream.tell()


def line_blocks(
    path: Path, start: int, end: int, lines_before: int, block_bytes: int = BLOCK_BYTES
) -> Iterator[LineBlock]:
    """Yield the lines between two positions of a file in order."""
    remaining, carry, line = end - start, b"", lines_before
    with path.open("rb") as stream:
        stream.seek(start)
        while remaining or carry:
            chunk = stream.read(min(block_bytes, remaining))
            remaining -= len(chunk)
            buffer = carry + chunk
            cut = len(buffer) > MAX_LINE_BYTES and not _has_line_end(buffer, remaining)
            if cut:
                dropped, remaining = _drop_line(stream, remaining, buffer[-1:])
                buffer = buffer[: MAX_LINE_BYTES + 1] + dropped
            block = _block(buffer, line, final=remaining == 0)
            carry = buffer[block.consumed :]
            line += block.physical_lines
            if block.consumed:
                yield block


def _has_line_end(buffer: bytes, remaining: int) -> bool:
    """Tell whether a line surely ends within the buffer; a CR at its very end may belong to a CRLF."""
    inside = buffer if not remaining else buffer[:-1]
    return b"\n" in buffer or b"\r" in inside


def _drop_line(stream: BinaryIO, remaining: int, last: bytes) -> tuple[bytes, int]:
    """Read on to the end of a line that is too long, keeping nothing of it but its end."""
    while remaining:
        piece = stream.read(min(MAX_LINE_BYTES, remaining))
        text = last + piece
        ends = [text.find(mark) for mark in (b"\n", b"\r") if mark in text]
        if not ends:
            remaining -= len(piece)
            last = b""
            continue
        end = min(ends)
        if end == len(text) - 1 and text.endswith(b"\r"):
            text += stream.read(min(1, remaining - len(piece)))
        after = end + (2 if text[end : end + 2] == b"\r\n" else 1)
        stream.seek(after - len(text), 1)
        return b"\n", remaining - (after - len(last))
    return b"", remaining


def _block(buffer: bytes, line: int, *, final: bool) -> LineBlock:
    data = np.frombuffer(buffer, dtype=np.uint8)
    feeds, returns = data == NEWLINE, data == RETURN
    lone = returns.copy()
    lone[:-1] &= ~feeds[1:]
    if data.size and returns[-1] and not final:
        lone[-1] = False  # the next block may begin with its LF
    stops = np.flatnonzero(feeds | lone)
    consumed = int(stops[-1]) + 1 if stops.size else 0
    if final and consumed < len(buffer):
        stops = np.append(stops, len(buffer))
        consumed = len(buffer)
    starts = np.concatenate((np.zeros(min(1, stops.size), dtype=np.int64), stops[:-1] + 1))
    pairs = (stops > starts) & returns[np.maximum(stops - 1, 0)] & (stops < len(buffer))
    ends = stops - pairs
    keep = ends > starts
    numbers = np.arange(stops.size, dtype=np.int64) + line + 1
    kept_starts, kept_ends = starts[keep], ends[keep]
    too_long = np.flatnonzero(kept_ends - kept_starts > MAX_LINE_BYTES)
    return LineBlock(
        buffer,
        consumed,
        kept_starts,
        kept_ends,
        numbers[keep],
        int(stops.size),
        int(stops.size - keep.sum()),
        frozenset(too_long.tolist()),
    )
