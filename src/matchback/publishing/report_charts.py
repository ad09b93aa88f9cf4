"""What every drawing of a page shares, and the simple bars that are drawn where Vega-Altair is not installed.

Each chart is drawn twice, for a wide and a narrow screen. Colors are CSS variables, so that one drawing serves light,
dark and print; each mark carries its own words as a tooltip and for screen readers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

# The CSS variables that a drawing may use: text, faint text, lines and six colors of marks.
COLORS = ("ink", "muted", "line", "first", "second", "third", "fourth", "fifth", "quiet")
TEXT, SMALL = 12, 11
GAP = 8
BAR_STEP, BAR_HEIGHT = 30, 18
GROUP_HEIGHT = 24
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
        plot, room = plot_width(screen, [row[words] for row in (*rows, *beside)])
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


def plot_width(screen: Screen, words: Iterable[str]) -> tuple[float, float]:
    """Return the room for bars on a screen, and the room for the words at their ends."""
    room = max(text_width(word, TEXT) for word in words) + GAP
    return max(LEAST_PLOT, screen.width - screen.labels - room), room


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
    size = f"{number(width)} {number(height)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{number(width)}" role="group" '
        f'font-size="{TEXT}" fill="var(--ink)">{"".join(marks)}</svg>'
    )


def _mark(path: str, color: str, words: str) -> str:
    assert color in COLORS, color
    told = escape(words)
    return (
        f'<path role="img" aria-label="{told}" d="{path}" fill="var(--{color})"><title>{told}</title></path>'
    )


def _round_bar(x: float, y: float, length: float) -> str:
    """Return the outline of a bar whose far end is round."""
    corner = min(4.0, length)
    straight, rounded = number(length - corner), number(corner)
    top, down, below = f"{rounded},4", BAR_HEIGHT - 8, f"-{rounded},4"
    far_end = f"a{top} 0 0 1 {top}v{down}a{top} 0 0 1 {below}"
    return f"M{number(x)},{number(y)}h{straight}{far_end}h-{straight}Z"


def _label(screen: Screen, middle: float, words: str) -> str:
    return _text(screen.labels - GAP, middle + 4, shortened(words, screen.labels - GAP, TEXT), "end")


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = "ink", size: int = TEXT) -> str:
    options = (
        (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (f' fill="var(--{fill})"' if fill != "ink" else "")
        + (f' font-size="{size}"' if size != TEXT else "")
    )
    return f'<text x="{number(x)}" y="{number(y)}"{options}>{escape(words)}</text>'


def number(value: float) -> str:
    """Return a coordinate with two decimals at most, always written alike."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
