"""The charts of the report page: plain SVG, so that the page runs no script and a night spends no time on drawing.

Each chart is drawn twice, for a wide and a narrow screen. Colors are CSS variables, so that one drawing serves light,
dark and print; each mark carries its own words as a tooltip and for screen readers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import groupby
from typing import Any

# The CSS variables that a drawing may use: text, faint text, lines and six colors of marks.
COLORS = ("ink", "muted", "line", "first", "second", "third", "fourth", "fifth", "quiet")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TEXT, SMALL = 12, 11
GAP = 8
BAR_STEP, BAR_HEIGHT = 30, 18
SHARE_STEP, SHARE_HEIGHT = 24, 16
GROUP_HEIGHT, LEGEND_HEIGHT, TIME_HEIGHT, AXIS_HEIGHT = 24, 24, 220, 24
LEAST_PLOT, LEAST_BAR = 60, 1.5
_NARROW_LETTERS, _WIDE_LETTERS = frozenset("fijlrt .,:;'’|!()[]-·"), frozenset("mwMW%@…—")


@dataclass(frozen=True)
class Screen:
    """A screen that a chart is drawn for, in pixels: its width, and the room in it for labels."""

    kind: str
    width: int
    labels: int
    most_ticks: int


NARROW = Screen("narrow", 320, 124, 4)
HALF = Screen("wide", 490, 154, 6)
FULL = Screen("wide", 1040, 170, 6)


@dataclass(frozen=True)
class Part:
    """One part of a stack: its column, its words and its color (a name of COLORS)."""

    column: str
    label: str
    color: str


def bar_chart(
    rows: Sequence[Mapping[str, Any]],
    *,
    label: str,
    value: str,
    words: str,
    color: str = "first",
    beside: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Draw one bar per row, in the given order: `label` beside it, `words` (a column) at its end.

    A row may name its own `color` and a `group`, under whose name it stands, drawn to a scale of its own. `beside` are
    the rows of a chart that stands next to it: equal values are then equally long in both. Without rows there is no
    drawing.
    """

    def draw(screen: Screen) -> str:
        room = max(text_width(row[words], TEXT) for row in (*rows, *beside)) + GAP
        plot = max(LEAST_PLOT, screen.width - screen.labels - room)
        marks, y = [], 0.0
        for group, members in groupby(rows, key=lambda row: str(row.get("group", ""))):
            bars = list(members)
            greatest = max(bar[value] for bar in (*bars, *beside))
            if group:
                marks.append(_text(screen.labels, y + 15, group, fill="muted"))
                y += GROUP_HEIGHT
            for bar in bars:
                length = max(LEAST_BAR, plot * bar[value] / greatest) if bar[value] > 0 else 0.0
                middle = y + BAR_STEP / 2
                told = f"{bar[label]}: {bar[words]}"
                marks += [
                    _label(screen, middle, bar[label]),
                    _mark(
                        _round_bar(screen.labels, middle - BAR_HEIGHT / 2, length),
                        bar.get("color", color),
                        told,
                    ),
                    _text(screen.labels + length + GAP - 2, middle + 4, bar[words]),
                ]
                y += BAR_STEP
        return _svg(screen.labels + plot + room, y, marks)

    return _both(HALF, draw) if rows else ""


def stacked_bars(rows: Sequence[Mapping[str, Any]], *, label: str, parts: Sequence[Part]) -> str:
    """Draw one bar per row that is divided into shares of its parts; a row without any is left out."""
    totals = [(row, sum(row[part.column] for part in parts)) for row in rows]
    drawn = [(row, total) for row, total in totals if total]
    used = [part for part in parts if any(row[part.column] for row, _ in drawn)]

    def draw(screen: Screen) -> str:
        plot = screen.width - screen.labels - 20
        marks, top = _legend(screen.labels, screen.width, used)
        bottom = top + SHARE_STEP * len(drawn)
        for at, share in enumerate(("0%", "50%", "100%")):
            x = screen.labels + plot * at / 2
            marks += [
                _line(x, top, x, bottom),
                _text(x, bottom + 15, share, ("start", "middle", "end")[at], "muted", SMALL),
            ]
        for place, (row, total) in enumerate(drawn):
            middle, x = top + SHARE_STEP * (place + 0.5), float(screen.labels)
            marks.append(_label(screen, middle, row[label]))
            for part in used:
                width = plot * row[part.column] / total
                if width:
                    told = f"{row[label]}: {row[part.column]:,} of {total:,} {part.label}"
                    marks.append(
                        _mark(_box(x, middle - SHARE_HEIGHT / 2, width, SHARE_HEIGHT), part.color, told)
                    )
                x += width
        return _svg(screen.width, bottom + AXIS_HEIGHT, marks)

    return _both(FULL, draw) if drawn else ""


def time_bars(rows: Sequence[Mapping[str, Any]], *, day: str, parts: Sequence[Part], slots: int) -> str:
    """Draw stacked bars over time; `day` is a date column in order, `slots` how many bars the time would hold."""
    greatest = max((sum(row[part.column] for part in parts) for row in rows), default=0)

    def draw(screen: Screen) -> str:
        first, last = rows[0][day], rows[-1][day]
        slot_days = max(1, (last - first).days // max(slots - 1, 1))
        ticks = _nice_ticks(greatest)
        left = text_width(f"{ticks[-1]:,}", SMALL) + GAP
        plot = screen.width - left - GAP
        marks, top = _legend(left, screen.width, parts)
        bottom = top + TIME_HEIGHT
        for tick in ticks:
            y = bottom - TIME_HEIGHT * tick / ticks[-1]
            marks += [
                _line(left, y, left + plot, y),
                _text(left - 6, y + 4, f"{tick:,}", "end", "muted", SMALL),
            ]
        slot = plot / max(slots, 1)
        for stands, words in _date_ticks(first, last, screen.most_ticks):
            x = left + slot * ((stands - first).days / slot_days + 0.5)
            marks += [
                _line(x, bottom, x, bottom + 5),
                _text(x, bottom + 17, words, "middle", "muted", SMALL),
            ]
        thickness = max(1.5, min(22.0, slot * 0.72))
        for row in rows:
            x = left + slot * ((row[day] - first).days / slot_days + 0.5) - thickness / 2
            y = bottom
            for part in parts:
                height = TIME_HEIGHT * row[part.column] / ticks[-1]
                y -= height
                if height:
                    told = f"{row[day].isoformat()}: {row[part.column]:,} {part.label}"
                    marks.append(_mark(_box(x, y, thickness, height), part.color, told))
        return _svg(screen.width, bottom + AXIS_HEIGHT, marks)

    return _both(HALF, draw) if greatest > 0 else ""


def text_width(text: str, size: int) -> float:
    """Return about how wide a text is, in pixels; rather too wide: machines have different fonts."""
    return sum(_letter_width(letter) for letter in text) * size


def shortened(text: str, width: float, size: int) -> str:
    """Return a text, or as much of it as fits into a width, with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


# --- scales ------------------------------------------------------------------------------------------------------


def _nice_ticks(greatest: int) -> list[int]:
    """Return about five round numbers from 0 to at least the greatest value."""
    step = 1
    while step * 5 < greatest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, greatest + step, step)) if greatest % step else list(range(0, greatest + 1, step))


def _date_ticks(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """Return days to name on an axis, evenly apart as a calendar is: days, weeks, months or years."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for step in (1, 2, 7, 14):
        chosen = [day for day in days if (day.toordinal() - 1) % step == 0]  # 7 and 14: Mondays
        if len(chosen) <= most:
            return [(day, f"{MONTHS[day.month - 1]} {day.day}") for day in chosen]
    months = [day for day in days if day.day == 1]
    is_long = (last - first).days > 366
    for step in (1, 2, 3, 6, 12):
        chosen = [day for day in months if (day.month - 1) % step == 0]
        if len(chosen) <= most:
            return [(day, f"{MONTHS[day.month - 1]} {day.year if is_long else day.day}") for day in chosen]
    years = [day for day in months if day.month == 1]
    every = -(-len(years) // most)
    return [(day, str(day.year)) for day in years[::every]]


def _letter_width(letter: str) -> float:
    """Return a letter's width as a part of the font's size, as in the widest of the usual fonts."""
    if letter in _NARROW_LETTERS:
        return 0.33
    if letter in _WIDE_LETTERS or unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.68 if letter.isupper() else 0.61


# --- marks -------------------------------------------------------------------------------------------------------


def _both(wide: Screen, draw: Callable[[Screen], str]) -> str:
    return "".join(f'<div class="{screen.kind}">{draw(screen)}</div>' for screen in (wide, NARROW))


def _svg(width: float, height: float, marks: Iterable[str]) -> str:
    size = f"{_number(width)} {_number(height)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{_number(width)}" role="group" '
        f'font-size="{TEXT}" fill="var(--ink)">{"".join(marks)}</svg>'
    )


def _mark(path: str, color: str, words: str) -> str:
    assert color in COLORS, color
    told = escape(words)
    return (
        f'<path role="img" aria-label="{told}" d="{path}" fill="var(--{color})"><title>{told}</title></path>'
    )


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{_number(x)},{_number(y)}h{_number(width)}v{_number(height)}h-{_number(width)}Z"


def _round_bar(x: float, y: float, length: float) -> str:
    """Return the outline of a bar whose far end is round."""
    corner = min(4.0, length)
    straight, rounded = _number(length - corner), _number(corner)
    top, down, below = f"{rounded},4", BAR_HEIGHT - 8, f"-{rounded},4"
    far_end = f"a{top} 0 0 1 {top}v{down}a{top} 0 0 1 {below}"
    return f"M{_number(x)},{_number(y)}h{straight}{far_end}h-{straight}Z"


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{_number(x)},{_number(y)}L{_number(to_x)},{_number(to_y)}" stroke="var(--line)" fill="none"/>'


def _label(screen: Screen, middle: float, words: str) -> str:
    return _text(screen.labels - GAP, middle + 4, shortened(words, screen.labels - GAP, TEXT), "end")


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = "ink", size: int = TEXT) -> str:
    options = (
        (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (f' fill="var(--{fill})"' if fill != "ink" else "")
        + (f' font-size="{size}"' if size != TEXT else "")
    )
    return f'<text x="{_number(x)}" y="{_number(y)}"{options}>{escape(words)}</text>'


def _legend(left: float, width: float, parts: Sequence[Part]) -> tuple[list[str], float]:
    """Return the squares and names of parts, on as many lines as they need, and where the drawing below begins."""
    marks, x, y = [], left, 0.0
    for part in parts:
        needed = 16 + text_width(part.label, TEXT)
        if x > left and x + needed > width:
            x, y = left, y + 20
        marks.append(f'<path d="{_box(x, y, 10, 10)}" fill="var(--{part.color})"/>')
        marks.append(_text(x + 16, y + 10, part.label))
        x += needed + 16
    return marks, y + LEGEND_HEIGHT


def _number(value: float) -> str:
    """Return a coordinate with two decimals at most, always written alike."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
