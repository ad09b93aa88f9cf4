"""Who draws the charts of the report page: Vega-Altair where the extra `report` is installed, else simple bars.

The page is whole either way: what simple bars do not show stands in the tables. The manifest and the page's foot say
who drew, and `MATCHBACK_CHARTS=simple` asks for simple bars where Vega is installed too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from matchback.publishing.report_charts import HALF, Part, Screen, bar_chart
from matchback.publishing.report_words import bps
from matchback.settings import wants_simple_charts

Row = Mapping[str, Any]
Rows = Sequence[Row]
MOST_BARS = 13


class Drawings(Protocol):
    """The kinds of charts; each returns markup, empty when there is nothing to show. Columns are given by name."""

    @property
    def made_by(self) -> str:
        """Who draws, with the version: the same drawer makes the same bytes."""

    def bars(
        self, rows: Rows, *, label: str, value: str, words: str, color: str = "first", beside: Rows = ()
    ) -> str:
        """Draw one bar per row, `words` at its end; a row may name its own `color` and a `group` above it.

        Each group has a scale of its own, unless `beside` names the rows of which all are drawn to one scale.
        """

    def shares(self, rows: Rows, *, label: str, parts: Sequence[Part]) -> str:
        """Draw one bar per row that is divided into shares of its parts."""

    def over_time(
        self, rows: Rows, *, day: str, parts: Sequence[Part], slots: int, wide: Screen = HALF
    ) -> str:
        """Draw stacked bars over time; `day` is a date column in order, `slots` how many bars the time would hold."""

    def columns(
        self,
        rows: Rows,
        *,
        label: str,
        parts: Sequence[Part],
        words: Callable[[int], str],
        per: int = 1,
        wide: Screen = HALF,
    ) -> str:
        """Draw a column per row in which its parts are stacked; the axis counts in `per`, such as 100 cents."""

    def lines(self, rows: Rows, *, day: str, parts: Sequence[Part], percent: bool = False) -> str:
        """Draw a line per part over time; `percent` columns hold basis points, and None where there is no figure."""

    def side_by_side(
        self, rows: Rows, *, label: str, parts: Sequence[Part], words: Callable[[Any], str]
    ) -> str:
        """Draw a bar per part of each row, all to one scale."""

    def grid(self, rows: Rows, *, down: str, across: str, value: str, words: str) -> str:
        """Draw a grid of cells, the darker the greater."""


class SimpleBars:
    """Bars without any library; of kinds that bars cannot show there is the table alone."""

    made_by = "simple bars"

    def bars(
        self, rows: Rows, *, label: str, value: str, words: str, color: str = "first", beside: Rows = ()
    ) -> str:
        """Draw one bar per row."""
        return bar_chart(rows, label=label, value=value, words=words, color=color, beside=beside)

    def shares(self, rows: Rows, *, label: str, parts: Sequence[Part]) -> str:
        """Draw the sum of each row's parts, and name the parts beside it."""
        return _sums(rows, label, parts)

    def over_time(
        self, rows: Rows, *, day: str, parts: Sequence[Part], slots: int, wide: Screen = HALF
    ) -> str:
        """Draw the last of the bars over time, one below the other."""
        dated = [{**row, "_day": row[day].isoformat()} for row in rows[-MOST_BARS:]]
        return _sums(dated, "_day", parts)

    def columns(
        self,
        rows: Rows,
        *,
        label: str,
        parts: Sequence[Part],
        words: Callable[[int], str],
        per: int = 1,
        wide: Screen = HALF,
    ) -> str:
        """Draw the sum of each row's parts, and name the parts beside it."""
        return _sums(rows, label, parts, words)

    def lines(self, rows: Rows, *, day: str, parts: Sequence[Part], percent: bool = False) -> str:
        """Draw the last figure of each part, under its day."""
        bars = []
        for part in parts:
            dated = [row for row in rows if row[part.column] is not None]
            if dated:
                value, group = dated[-1][part.column], dated[-1][day].isoformat()
                words = bps(value) if percent else f"{value:,}"
                bars.append(
                    {"group": group, "label": part.label, "n": value, "w": words, "color": part.color}
                )
        bars.sort(key=lambda bar: str(bar["group"]))
        return _drawn(bars)

    def side_by_side(
        self, rows: Rows, *, label: str, parts: Sequence[Part], words: Callable[[Any], str]
    ) -> str:
        """Draw the parts of each row under its name."""
        bars = [
            {
                "group": row[label],
                "label": part.label,
                "n": row[part.column],
                "w": words(row[part.column]),
                "color": part.color,
            }
            for row in rows
            for part in parts
        ]
        return _drawn(bars)

    def grid(self, rows: Rows, *, down: str, across: str, value: str, words: str) -> str:
        """Draw the cells of each row one below the other, under its name."""
        return _drawn(
            [
                {"group": row[down], "label": row[across], "n": row[value], "w": row[words], "color": "first"}
                for row in rows
                if row[value] is not None
            ]
        )


SIMPLE = SimpleBars()


def drawings() -> Drawings:
    """Return who draws here and now; loading Vega takes half a second, so ask when a page is to be drawn."""
    if wants_simple_charts() or not (find_spec("altair") and find_spec("vl_convert")):
        return SIMPLE
    from matchback.publishing.report_vega import VegaCharts

    return VegaCharts()


def _sums(rows: Rows, label: str, parts: Sequence[Part], words: Callable[[int], str] = "{:,}".format) -> str:
    bars = []
    for row in rows:
        total = sum(row[part.column] for part in parts)
        named = [f"{words(row[part.column])} {part.label}" for part in parts if row[part.column]]
        told = " · ".join(named[:2]) + (" …" if len(named) > 2 else "")
        bars.append({"label": row[label], "n": total, "w": told or "0"})
    return _drawn(bars)


def _drawn(bars: list[dict[str, Any]]) -> str:
    return bar_chart(bars, label="label", value="n", words="w") if any(bar["n"] for bar in bars) else ""
