"""How the report page writes names, dates, rates and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from matchback.answers.printing import money


def title_words(workspace: str) -> str:
    """Return a workspace's name as a heading: `harbor-credit-union` is Harbor Credit Union."""
    return workspace.replace("-", " ").replace("_", " ").title()


def day_words(day: date) -> str:
    """Return a date as people write it."""
    return f"{day:%B} {day.day}, {day.year}"


def short_day(day: date) -> str:
    """Return a date of the last days as the head of a column."""
    return f"{day:%a} {day.day}"


def sums(rows: Sequence[Mapping[str, Any]], column: str) -> tuple[str, str]:
    """Return the sum of a column of minor units as a figure and its unit; of several currencies, all in the figure.

    A row may name the `unit` of what has no currency, such as points.
    """
    totals: dict[str, int] = {}
    for row in rows:
        unit = row.get("unit") or row["currency"] or ""
        totals[unit] = totals.get(unit, 0) + row[column]
    amounts = [money(total, unit) for unit, total in sorted(totals.items())]
    if len(amounts) == 1:
        figure, _, unit = amounts[0].partition(" ")
        return figure, unit
    return " + ".join(amounts) or "0", ""


def number(value: int | None) -> str:
    """Return a whole number, or a dash where there is none."""
    return "–" if value is None else f"{value:,}"


def month_words(month: date | None) -> str:
    """Return a month for the foot of a column; what has none is open."""
    return f"{month:%b} {month.year}" if month else "open"


def words_of(code: str) -> str:
    """Return a code as words: `clawed_back` is Clawed back."""
    return code.replace("_", " ").capitalize()


def rate(part: int, whole: int) -> str:
    """Return a part of a whole in percent, or a dash of nothing."""
    return bps(10_000 * part // whole) if whole else "–"


def bps(value: int | None) -> str:
    """Return basis points in percent."""
    return "–" if value is None else f"{value / 100:.1f} %"


def hundredths(value: int | None) -> str:
    """Return hundredths as a decimal."""
    return "–" if value is None else f"{value / 100:.2f}"
