"""The charts of the report page: Vega-Lite drawings rendered to SVG, so that the page runs no script at all.

Each chart is drawn twice, for a wide and a narrow screen. Colors are placeholders that become CSS variables, so that
one drawing serves light, dark and print; each mark carries its own words as a tooltip and for screen readers. What a
drawing looks like does not depend on its rows: it is worked out once, and filled with rows each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
# Placeholders that no drawing uses otherwise, and the CSS variables that they become.
COLORS = {
    "ink": "#010a01",
    "muted": "#010a02",
    "line": "#010a03",
    "first": "#010a04",
    "second": "#010a05",
    "third": "#010a06",
    "fourth": "#010a07",
    "fifth": "#010a08",
    "quiet": "#010a09",
}
_INVISIBLE, _ROWS = "\u200b", "rows"
_MARK = re.compile(r'<path aria-label="([^"]*)" role="graphics-symbol"([^>]*?)/>')
_CLIP = re.compile(r"\bclip(\d+)\b")
_SIZE = re.compile(r' width="[\d.]+" height="[\d.]+" (viewBox="0 0 ([\d.]+) [\d.]+")')


@dataclass(frozen=True)
class Screen:
    """A screen that a chart is drawn for, in pixels: its width, and the room in it for labels and for words."""

    kind: str
    width: int
    labels: int
    words: int

    @property
    def plot(self) -> int:
        """Width that is left for the bars of a chart with labels and words."""
        return self.width - self.labels - self.words


NARROW = Screen("narrow", 320, 112, 96)
HALF = Screen("wide", 490, 140, 130)
FULL = Screen("wide", 1040, 170, 20)


@dataclass(frozen=True)
class Part:
    """One part of a stack: its column, its words and its color (a name of COLORS)."""

    column: str
    label: str
    color: str


def bar_chart(
    name: str, rows: Sequence[Mapping[str, Any]], *, label: str, value: str, words: str, color: str = "first"
) -> str:
    """Draw one bar per row, in the given order: `label` beside it, `words` (a column) at its end.

    A row may name its own `color` and a `group`, under whose name it stands. Without rows there is no drawing.
    """
    items = [
        {
            "label": row[label] + _INVISIBLE * at,  # two rows of one name are two bars
            "value": row[value],
            "words": row[words],
            "color": COLORS[row.get("color", color)],
            "group": row.get("group", ""),
            "all": f"{row[label]}: {row[words]}",
        }
        for at, row in enumerate(rows)
    ]
    is_grouped = any(item["group"] for item in items)
    return _both(name, HALF, items, _bars, is_grouped)


def stacked_bars(name: str, rows: Sequence[Mapping[str, Any]], *, label: str, parts: Sequence[Part]) -> str:
    """Draw one bar per row that is divided into shares of its parts; a row without any is left out."""
    items = []
    for row in rows:
        total = sum(row[part.column] for part in parts)
        for order, part in enumerate(parts):
            if total and row[part.column]:
                share = row[part.column] / total
                words = f"{row[label]}: {row[part.column]:,} of {total:,} {part.label}"
                items.append(
                    {"label": row[label], "value": share, "part": part.label, "order": order, "all": words}
                )
    used = [part for part in parts if any(item["part"] == part.label for item in items)]
    return _both(name, FULL, items, _shares, tuple(used))


def time_bars(
    name: str, rows: Sequence[Mapping[str, Any]], *, day: str, parts: Sequence[Part], slots: int
) -> str:
    """Draw stacked bars over time; `day` is a date column, `slots` how many bars the time would hold."""
    items = [
        {
            "day": row[day].isoformat(),
            "value": row[part.column],
            "part": part.label,
            "order": order,
            "all": f"{row[day].isoformat()}: {row[part.column]:,} {part.label}",
        }
        for row in rows
        for order, part in enumerate(parts)
        if row[part.column]
    ]
    return _both(name, HALF, items, _times, tuple(parts), slots)


def _bars(screen: Screen, is_grouped: bool) -> Any:
    import altair as alt

    base = alt.Chart().encode(
        y=alt.Y("label:N", sort=None, title=None, axis=_label_axis(screen)),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domainMin=0, nice=False)),
        description=alt.Description("all:N"),
    )
    bars = base.mark_bar(cornerRadiusEnd=4, height=18).encode(color=alt.Color("color:N", scale=None))
    words = base.mark_text(align="left", dx=6, color=COLORS["ink"], fontSize=12, aria=False).encode(
        text=alt.Text("words:N")
    )
    both = alt.layer(bars, words, data=_rows()).properties(width=screen.plot, height=alt.Step(30))
    if not is_grouped:
        return both
    header = alt.Header(
        title=None,
        labelOrient="top",
        labelAnchor="start",
        labelColor=COLORS["muted"],
        labelFontSize=12,
        labelPadding=2,
    )
    row = alt.Row("group:N", sort=None, header=header)
    return both.facet(row=row, spacing=10).resolve_scale(y="independent", x="independent")


def _shares(screen: Screen, parts: Sequence[Part]) -> Any:
    import altair as alt

    return (
        alt.Chart(_rows(), width=screen.width - screen.labels - 20)
        .mark_bar(height=16, stroke="transparent")
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=_label_axis(screen)),
            x=alt.X(
                "value:Q",
                title=None,
                stack="zero",
                scale=alt.Scale(domain=[0, 1]),
                axis=_number_axis(format="%", values=[0, 0.5, 1]),
            ),
            color=_part_color(parts, screen),
            order=alt.Order("order:Q"),
            description=alt.Description("all:N"),
        )
        .properties(height=alt.Step(24))
    )


def _times(screen: Screen, parts: Sequence[Part], slots: int) -> Any:
    import altair as alt

    thickness = max(1.5, min(22.0, (screen.width - 50) / max(slots, 1) * 0.72))
    return (
        alt.Chart(_rows(), width=screen.width - 40, height=220)
        .mark_bar(width=thickness)
        .encode(
            x=alt.X(
                "utcyearmonthdate(day):T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(
                    grid=False,
                    format="%b %-d",
                    tickCount=4 if screen is NARROW else 6,
                    labelColor=COLORS["muted"],
                    labelFontSize=11,
                    domainColor=COLORS["line"],
                    tickColor=COLORS["line"],
                ),
            ),
            y=alt.Y(
                "value:Q",
                title=None,
                stack="zero",
                axis=_number_axis(format=",d", tickMinStep=1, tickCount=5),
            ),
            color=_part_color(parts, screen),
            order=alt.Order("order:Q"),
            description=alt.Description("all:N"),
        )
    )


def _label_axis(screen: Screen) -> Any:
    import altair as alt

    return alt.Axis(
        labelColor=COLORS["ink"],
        labelFontSize=12,
        labelLimit=screen.labels - 8,
        minExtent=screen.labels,
        maxExtent=screen.labels,
        domain=False,
        ticks=False,
        labelPadding=8,
    )


def _number_axis(**options: Any) -> Any:
    import altair as alt

    return alt.Axis(
        labelColor=COLORS["muted"],
        labelFontSize=11,
        gridColor=COLORS["line"],
        domain=False,
        ticks=False,
        labelPadding=6,
        **options,
    )


def _part_color(parts: Sequence[Part], screen: Screen) -> Any:
    import altair as alt

    return alt.Color(
        "part:N",
        scale=alt.Scale(domain=[part.label for part in parts], range=[COLORS[part.color] for part in parts]),
        legend=alt.Legend(
            title=None,
            orient="top",
            columns=2 if screen is NARROW else 5,
            symbolType="square",
            columnPadding=26,
            labelColor=COLORS["ink"],
            labelFontSize=12,
        ),
    )


def _rows() -> Any:
    """Return a reference to the rows: Altair copies what it holds again and again."""
    import altair as alt

    return alt.NamedData(_ROWS)


def _both(
    name: str, wide: Screen, items: list[dict[str, Any]], draw: Callable[..., Any], *options: Hashable
) -> str:
    if not items:
        return ""
    return "".join(
        f'<div class="{screen.kind}">{_svg(_plan(draw, screen, *options), items, f"{name}-{screen.kind}")}</div>'
        for screen in (wide, NARROW)
    )


@cache
def _plan(draw: Callable[..., Any], screen: Screen, *options: Hashable) -> dict[str, Any]:
    """Return the Vega specification of a chart without its rows."""
    import vl_convert
    from altair.utils.schemapi import debug_mode

    with debug_mode(
        False
    ):  # the tests look at the drawings; checking them against the schema costs more than drawing
        chart = draw(screen, *options).configure(font=FONT, background="transparent", padding=4)
        spec = chart.configure_view(stroke=None).to_dict(validate=False)
    plan: dict[str, Any] = vl_convert.vegalite_to_vega({**spec, "datasets": {_ROWS: []}})
    return plan


def _svg(plan: Mapping[str, Any], items: list[dict[str, Any]], name: str) -> str:
    import vl_convert

    data = [{**part, "values": items} if part["name"] == _ROWS else part for part in plan["data"]]
    return _as_page_part(vl_convert.vega_to_svg({**plan, "data": data}), name)


def _as_page_part(svg: str, name: str) -> str:
    """Make a drawing part of the page: its ids its own, colors from CSS, tooltips, and a width that may shrink."""
    numbers: dict[str, int] = {}
    svg = _CLIP.sub(lambda match: f"{name}-{numbers.setdefault(match[1], len(numbers))}", svg)
    svg = _MARK.sub(r'<path role="img" aria-label="\1"\2><title>\1</title></path>', svg)
    svg = _SIZE.sub(r' \1 width="\2"', svg, count=1)
    for color, placeholder in COLORS.items():
        svg = svg.replace(f'"{placeholder}"', f'"var(--{color})"')
    return svg
