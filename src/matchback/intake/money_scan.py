"""Two independent sums of a money column, in thousandths: over raw bytes, and over parsed text.

They share no code and no parser, so a reader that loses or shifts a cell is found out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from matchback.intake.records import Int64Array

_LINE = re.compile(rb"[^\r\n]+")
PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$"
WIDEST = 20
_HALF = 32  # bits: the halves of amounts are summed apart, which no block can overflow
_THOUSANDTHS = np.array([1000, 100, 10, 1])  # by the places after the point
_ZERO = np.uint8(ord("0"))


def sum_money(
    data: npt.NDArray[np.uint8], starts: Int64Array, ends: Int64Array, quote: str, decimal: str = "."
) -> int:
    """Sum the cells `data[start:end]` that are plain amounts, in thousandths; others count as nothing."""
    if quote:
        last = np.maximum(ends - 1, 0)
        quoted = (ends - starts >= 2) & (data[np.minimum(starts, data.size - 1)] == ord(quote))
        quoted &= data[last] == ord(quote)
        starts, ends = starts + quoted, ends - quoted
    width = ends - starts
    fits = (width > 0) & (width <= WIDEST)
    starts, width = starts[fits], width[fits]
    if starts.size == 0:
        return 0
    width = width.astype(np.int8)
    whole: npt.NDArray[np.int64] = np.zeros(starts.size, dtype=np.int64)
    digits: npt.NDArray[np.int8] = np.zeros(starts.size, dtype=np.int8)
    places: npt.NDArray[np.int8] = np.full(starts.size, -1, dtype=np.int8)
    valid = np.ones(starts.size, dtype=bool)
    negative = data[starts] == ord("-")
    point, end = np.uint8(ord(decimal)), data.size - 1
    for offset in range(int(width.max())):
        inside = offset < width
        places_of = starts + offset
        char = data[places_of if int(places_of[-1]) <= end else np.minimum(places_of, end)]
        figure = char - _ZERO  # bytes before the first figure wrap around to large ones
        is_digit = inside & (figure <= 9)
        is_point = inside & (char == point) & (places < 0) & (digits > 0)
        known = is_digit | is_point
        valid &= known | ~inside | negative if offset == 0 else known | ~inside
        whole = np.where(is_digit, whole * 10 + figure, whole)  # of too many figures, nothing is taken
        places = np.where(is_digit & (places >= 0), places + 1, np.where(is_point, np.int8(0), places))
        digits += is_digit & (places < 0)
    valid &= (digits >= 1) & (digits <= 15) & (places != 0) & (places <= 3)
    amounts = np.where(valid, whole, 0) * _THOUSANDTHS[np.clip(places, 0, 3)]
    amounts = np.where(negative, -amounts, amounts)
    return (int((amounts >> _HALF).sum()) << _HALF) + int((amounts & ((1 << _HALF) - 1)).sum())


def sum_money_texts(column: Any, decimal: str = ".") -> int:
    """Sum the plain amounts of an Arrow text column, in thousandths; others count as nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if decimal != ".":
        column = pc.replace_substring(pc.replace_substring(column, ".", "!"), decimal, ".")
    plain = column.filter(pc.match_substring_regex(column, PLAIN))
    total = pc.sum(pc.cast(plain, pa.decimal128(38, 3))).as_py()
    return 0 if total is None else int(total * 1000)


def count_lines(buffer: bytes) -> int:
    """Count the lines that hold anything; every line end counts, a lone carriage return too."""
    return sum(1 for _ in _LINE.finditer(buffer))
