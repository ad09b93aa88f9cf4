"""How rows and sentences are printed: plain columns for people, JSON for programs.

What a sender wrote (file names, cells) must not command the terminal that shows it: control and invisible characters
are spelled out here, for every command.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

WIDEST = 60
SPREADSHEET_DIGITS = 15  # of a longer number, spreadsheets keep so many
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_REWRITTEN = re.compile(
    r"0[0-9]+|[0-9]+(?:\.[0-9]+)?[eE][0-9]+"
)  # an id such as 00123 or 12E34, taken for a number
_FORMULA_BEGINS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # also full-width
_COMMANDING = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, marks of direction, half characters, line ends


def as_json(value: Any) -> str:
    """Return a value as JSON; times as ISO 8601, money and keys above 2**53 exact (keys as text); `nan` is a text."""
    text = json.dumps(_plain(value), ensure_ascii=False, indent=2)
    return _spelled(text, "\n", lambda character: json.dumps(character)[1:-1])


def visible(text: str) -> str:
    """Return text of one line with control and invisible characters, line ends among them, spelled out: `\\x1b`."""
    return _spelled(text, "")


def for_terminal(text: str) -> str:
    """Return text of many lines in which nothing commands a terminal; its line ends and tabs stay."""
    return _spelled(text, "\n\t")


def _spelled(text: str, kept: str, spell: Callable[[str], str] | None = None) -> str:
    if text.isprintable():
        return text
    spell = spell or (lambda character: character.encode("unicode_escape").decode("ascii"))
    return "".join(
        spell(character)
        if character not in kept and unicodedata.category(character) in _COMMANDING
        else character
        for character in text
    )


def as_columns(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Return rows as aligned columns; numbers stand on the right, and long texts are cut except in the last column."""
    if not rows:
        return "(no rows)"
    names = list(columns) or list(rows[0])
    cells = [[_cell(row[name], name == names[-1]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[at]) for line in cells)) for at, name in enumerate(names)]
    right = [
        all(isinstance(row[name], int | Decimal | float | None) for row in rows)
        and not all(row[name] is None for row in rows)
        for name in names
    ]
    lines = [_line(names, widths, right), _line(["-" * width for width in widths], widths, right)]
    return "\n".join(lines + [_line(line, widths, right) for line in cells])


def as_csv(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, for_spreadsheet: bool = False
) -> Iterator[str]:
    """Yield rows as lines of CSV, the header first: exact, an empty cell for what is not there.

    For a spreadsheet, a byte order mark says that it is UTF-8, and an apostrophe before it keeps a cell a text that the
    spreadsheet would take for a formula, or of which it would cut digits or zeros.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if for_spreadsheet:
        buffer.write("\ufeff")
    for row in chain((columns,), rows):
        cells = (_exact(value) for value in row)
        writer.writerow([_safe(cell) for cell in cells] if for_spreadsheet else list(cells))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def money(amount_minor: int, currency: str | None) -> str:
    """Return minor units as an amount that people read, such as `1,234.50 USD`.

    In place of a currency there may be a kind of reward that has none: `500 points`, `1 badge`.
    """
    if currency in _UNITS:
        return count(amount_minor, *_UNITS[currency])
    if currency == "XXX":
        return f"{amount_minor:,}"  # points, tiers and badges have no currency
    exponent = _EXPONENTS.get(currency or "", 2)
    amount = Decimal(amount_minor).scaleb(-exponent)
    return f"{amount:,.{exponent}f} {currency or ''}".rstrip()


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 file`, `1,204 files`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


_UNITS = {"points": ("point", "points"), "tier": ("tier", "tiers"), "badge": ("badge", "badges")}
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    if value is None or isinstance(value, str | float):
        return value
    return str(value)


def _exact(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _safe(cell: str) -> str:
    is_number = _NUMBER.fullmatch(cell) is not None
    cuts_digits = is_number and len(cell.lstrip("-").replace(".", "")) > SPREADSHEET_DIGITS
    is_formula = not is_number and cell.startswith(_FORMULA_BEGINS)
    return "'" + cell if is_formula or cuts_digits or _REWRITTEN.fullmatch(cell) else cell


def _cell(value: Any, is_last: bool = False) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = visible(str(value))
    return text if is_last or len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(width) if on_right else cell.ljust(width)
        for cell, width, on_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()
