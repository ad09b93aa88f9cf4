"""Finds payment card numbers in columns that nothing takes, so that a sender learns of them; none is kept or quoted.

A text is taken for one when it has the length and the first digits of a card brand and its check digit holds (Luhn).
One of ten other numbers passes that test too: a column is told of only when most of its numbers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

MOST_LOOKED_AT = 1000  # numbers a column and block; the rest of them tells nothing new
_SHAPES = r"\b(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})\b"
_SHAPED = re.compile(_SHAPES, re.ASCII)
_BRANDS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # American Express, Diners Club
    r"|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12}|62[0-9]{14,17}|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # and others
)


class CardNumbers:
    """Counts, by column, the numbers that have the shape of a card's, and those of them whose check digit holds."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def add(self, texts: pl.DataFrame) -> None:
        """Look at columns of text."""
        import polars as pl

        for name in texts.columns:
            column = texts[name]
            shaped = column.filter(column.str.contains(_SHAPES).fill_null(False)).head(MOST_LOOKED_AT)
            if shaped.len():
                for found in shaped.str.extract_all(_SHAPES).explode().cast(pl.String).to_list():
                    self._note(name, found)

    def add_object(self, values: Mapping[str, Any]) -> None:
        """Look at the values of one object, by name, and at all that is nested in them."""
        for name, value in values.items():
            for text in _texts(value):
                for found in _SHAPED.findall(text):
                    self._note(name, found)

    def _note(self, name: str, text: str) -> None:
        digits = re.sub("[ -]", "", text)
        if _BRANDS.fullmatch(digits):
            count = self._counts.setdefault(name, [0, 0])
            count[0] += 1
            count[1] += passes_luhn(digits)

    def columns(self) -> list[str]:
        """Return the columns of which most numbers are card numbers, sorted."""
        return sorted(name for name, (shaped, valid) in self._counts.items() if 2 * valid > shaped)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) << (place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
