"""Reads JSON lines: one object a line, its values addressed by dotted paths, every number kept as it is written.

Our parser is strict: a key that stands twice, a number that is none, objects nested without end refuse their line.
A second parser, vectorized and of another library, reads the money again; a record of which they differ is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matchback.intake.control_totals import Claims, read_trailer
from matchback.intake.json_paths import UnknownKeys, paths_by_column
from matchback.intake.line_blocks import BLOCK_BYTES, LineBlock, line_blocks, skip_to
from matchback.intake.money_scan import PLAIN, count_lines
from matchback.intake.plain_text import REPLACEMENT
from matchback.intake.records import Block, Counts, Refusal, UnreadableFile

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import FileFormat

MAX_DEPTH = 32
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKETS = re.compile(r"[\[\]{}]")
_LONG_NUMBER = re.compile(rb"[0-9](?:[ -]?[0-9]){12}")


class _Refused(ValueError):
    """Carries a reason code, and the column it is about, out of the parser."""

    def __init__(self, reason_code: str, column: str = "") -> None:
        super().__init__(reason_code)
        self.reason_code, self.column = reason_code, column


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("repeated_key")
    return found


def _no_number(_: str) -> Any:
    raise _Refused("not_json")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=_no_number
)


def parse_object(line: bytes) -> dict[str, Any]:
    """Return the object of one line, numbers as the text that they are written in; raises _Refused."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise _Refused("bad_encoding") from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise _Refused("too_deep")
    try:
        found = _DECODER.decode(text)
    except _Refused:
        raise
    except (ValueError, RecursionError):
        raise _Refused("not_json") from None
    if not isinstance(found, dict):
        raise _Refused("not_json")
    return found


def _unreadable_elsewhere(line: bytes) -> str | None:
    """Return why another parser takes no value at all from a line that ours reads; None if there is no such reason."""
    found = parse_object(line)
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, in any key or value
        return "bad_encoding"
    numbers: list[str] = []
    json.loads(line, parse_float=numbers.append, parse_int=numbers.append)
    return "number_too_large" if any(math.isinf(float(text)) for text in numbers) else None


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class JsonReader:
    """One file of JSON lines, plain UTF-8. `header` holds the name of the first path of every column.

    `counts` and `unknown` are complete when `blocks` is exhausted. Raises UnreadableFile when nothing can be read.
    """

    def __init__(
        self,
        path: Path,
        form: FileFormat,
        columns: dict[str, str],
        contract_columns: Sequence[str],
        *,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self._paths = paths_by_column(columns, contract_columns)
        self._target = {name: columns.get(name, name) for name in self._paths}
        self.header = tuple(self._paths)
        self.counts = Counts()
        self.claims: list[Claims] = []
        self._unknown = UnknownKeys([path for paths in self._paths.values() for path in paths])
        self._path = path
        self._recoded = form.encoding != "utf-8"
        self._block_bytes = block_bytes
        self._skipped = form.skip_lines
        self._start, self._end = skip_to(path, form.skip_lines), path.stat().st_size
        if form.trailer:
            claims, self._end = read_trailer(path, self._start, self._end, form)
            self.claims.append(claims)
            self.counts.control_lines += 1

    @property
    def unknown(self) -> list[str]:
        """The names of keys that no column takes, sorted; not more than a hundred."""
        return self._unknown.names()

    @property
    def card_keys(self) -> list[str]:
        """The names of keys that no column takes and that hold payment card numbers."""
        return self._unknown.card_keys()

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order; `texts` holds the wanted columns (default: all)."""
        import polars as pl

        names = [name for name in self.header if wanted is None or name in wanted]
        shape: Any = dict.fromkeys(names, pl.String)
        for lines in self._line_blocks():
            if count_lines(lines.buffer[: lines.consumed]) != len(lines.starts):
                raise UnreadableFile("counts_disagree")
            rows, refused = self._read(lines, names)
            if money_column in shape:
                self._refuse_disputed(lines, rows, refused, names, str(money_column))
            good = sorted(rows)
            texts = pl.DataFrame([rows[index] for index in good], schema=shape, orient="row")
            yield self._block(lines, np.array(good, dtype=np.int64), refused, texts)

    def answer_rows(self) -> Iterator[list[str]]:
        """Yield every record in order, as the text of its line."""
        for lines in self._line_blocks():
            for start, end in zip(lines.starts.tolist(), lines.ends.tolist(), strict=True):
                yield [lines.buffer[start:end].decode("utf-8", "replace")]

    @property
    def answer_header(self) -> list[str]:
        """The names of the columns in `answer_rows`."""
        return ["record"]

    def _line_blocks(self) -> Iterator[LineBlock]:
        return line_blocks(self._path, self._start, self._end, self._skipped, self._block_bytes)

    def _read(
        self, lines: LineBlock, names: list[str]
    ) -> tuple[dict[int, list[str]], dict[int, tuple[str, str]]]:
        """Return the cells of the good lines and (column, reason) of the others, both by place in the block."""
        rows: dict[int, list[str]] = {}
        refused: dict[int, tuple[str, str]] = {}
        for index, (start, end) in enumerate(zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)):
            if index in lines.too_long:
                refused[index] = ("", "record_too_long")
                continue
            try:
                found = parse_object(lines.buffer[start:end])
                rows[index] = self._cells(found, names)
            except _Refused as why:
                refused[index] = (why.column, why.reason_code)
                continue
            self._unknown.note(
                found, has_long_number=_LONG_NUMBER.search(lines.buffer, start, end) is not None
            )
        return rows, refused

    def _cells(self, found: dict[str, Any], names: list[str]) -> list[str]:
        cells = [self._cell(found, name) for name in names]
        together = "".join(cells)
        if self._recoded and REPLACEMENT in together:
            raise _Refused("bad_encoding")
        try:
            together.encode("utf-8")
        except UnicodeEncodeError:  # half of a surrogate pair, written as \ud800
            raise _Refused("bad_encoding") from None
        return cells

    def _cell(self, found: dict[str, Any], name: str) -> str:
        """Return the first value that the column's paths lead to, as text."""
        for path in self._paths[name]:
            value = path.value(found)
            if value is None or value == "":
                continue
            if isinstance(value, str):
                return value
            if isinstance(value, bool):
                return "true" if value else "false"
            raise _Refused("not_a_value", self._target[name])
        return ""

    def _refuse_disputed(
        self,
        lines: LineBlock,
        rows: dict[int, list[str]],
        refused: dict[int, tuple[str, str]],
        names: list[str],
        money: str,
    ) -> None:
        """Read the money again with another parser, and refuse the records in which it is another amount."""
        import polars as pl

        expressions = [path.expression() for path in self._paths[money]]
        if not rows or None in expressions:
            return
        places, column = list(rows), names.index(money)
        texts = pl.Series(
            [lines.buffer[lines.starts[index] : lines.ends[index]].decode() for index in places]
        )
        seen = [texts.str.json_path_match(str(text)).replace("", None) for text in expressions]
        pair = pl.DataFrame([rows[index][column] for index in places], schema={"first": pl.String})
        first, second = pl.col("first"), pl.coalesce(pl.lit(found) for found in seen)
        amount = first.str.contains(PLAIN) & first.cast(pl.Float64, strict=False).ne_missing(
            second.cast(pl.Float64, strict=False)
        )
        lost = (first == "") & ~second.fill_null("[").str.contains(r"^[\[{]")
        differ = pair.select(amount | lost).to_series()
        for place in differ.arg_true().to_list():
            index = places[place]
            del rows[index]
            why = _unreadable_elsewhere(lines.buffer[lines.starts[index] : lines.ends[index]])
            refused[index] = ("", why) if why else (self._target[money], "readings_differ")

    def _block(
        self, lines: LineBlock, good: Any, refused: dict[int, tuple[str, str]], texts: pl.DataFrame
    ) -> Block:
        numbers = np.arange(len(lines.starts), dtype=np.int64) + self.counts.records + 1
        refusals = [
            Refusal(int(numbers[index]), int(lines.lines[index]), column, reason)
            for index, (column, reason) in sorted(refused.items())
        ]
        self.counts.records += len(lines.starts)
        self.counts.physical_lines += lines.physical_lines
        self.counts.blank_lines += lines.blank_lines
        return Block(texts, numbers[good], lines.lines[good], refusals)
