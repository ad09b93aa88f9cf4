"""How a sender writes CSV: the patterns that one record and one cell match, and what a cell means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


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
