"""Columns, and bars and lines over time, drawn by Vega-Altair; what they show is said in `report_drawings`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from matchback.answers.printing import visible
from matchback.publishing.report_charts import GAP, HALF, SMALL, Part, Screen, shortened, text_width
from matchback.publishing.report_html import legend
from matchback.publishing.report_scales import nice_ticks
from matchback.publishing.report_vega_parts import (
    AXIS_HEIGHT,
    Rows,
    amounts_up,
    at_pixel,
    both,
    days_across,
    framed,
    inline,
    milliseconds,
)

TIME_HEIGHT = 220


def over_time(rows: Rows, *, day: str, parts: Sequence[Part], slots: int, wide: Screen = HALF) -> str:
    """Draw stacked bars over time; `day` is a date column in order, `slots` how many bars the time would hold."""
    greatest = max((sum(row[part.column] for part in parts) for row in rows), default=0)

    def draw(screen: Screen) -> Any:
        first, last = rows[0][day], rows[-1][day]
        slot_days = max(1, (last - first).days // max(slots - 1, 1))
        data = []
        for row in rows:
            at = 0
            for part in parts:
                amount = row[part.column]
                if amount:
                    told = f"{row[day].isoformat()}: {amount:,} {part.label}"
                    data.append({"at": milliseconds(row[day]), "from": at, "to": at + amount,
                                 "color": f"var(--{part.color})", "told": told})  # fmt: skip
                at += amount
        ticks = nice_ticks(greatest)
        left = text_width(f"{ticks[-1]:,}", SMALL) + GAP
        plot = screen.width - left - GAP
        x = days_across(first, last, slot_days, screen)
        thickness = max(1.5, min(22.0, plot / max(slots, 1) * 0.72))
        bars = alt.Chart(inline(data)).mark_bar(size=thickness).encode(
            x=x, y=amounts_up("from", ticks, ",d"), y2="to:Q", fill=alt.Fill("color:N", scale=None),
            description="told:N",
        )  # fmt: skip
        return framed(bars, plot, TIME_HEIGHT, left=left, right=GAP, bottom=AXIS_HEIGHT)

    shown = legend(parts) if len(parts) > 1 else ""
    return shown + both(wide, draw) if greatest > 0 else ""


def lines(rows: Rows, *, day: str, parts: Sequence[Part], percent: bool = False) -> str:
    """Draw a line per part over time; `percent` columns hold basis points. A row may have no figure (None)."""
    used = [part for part in parts if any(row[part.column] is not None for row in rows)]
    greatest = max((row[part.column] or 0 for row in rows for part in used), default=0)

    def draw(screen: Screen) -> Any:
        ticks = nice_ticks(greatest)
        unit = 10_000 if percent else 1
        form = (".0%" if ticks[1] % 100 == 0 else ".1%") if percent else ",d"
        data = []
        for part in used:
            for row in rows:
                amount = row[part.column]
                if amount is not None:
                    words = f"{amount / 100:.1f} %" if percent else f"{amount:,}"
                    data.append({"at": milliseconds(row[day]), "amount": amount / unit, "part": part.column,
                                 "told": f"{row[day].isoformat()}: {words} {part.label}"})  # fmt: skip
        left = text_width("100.0%" if percent else f"{ticks[-1]:,}", SMALL) + GAP
        plot = screen.width - left - GAP
        first, last = rows[0][day], rows[-1][day]
        color = alt.Scale(
            domain=[part.column for part in used], range=[f"var(--{part.color})" for part in used]
        )
        encoded = alt.Chart(inline(data)).encode(
            x=days_across(first, last, max(1, (last - first).days // 60), screen),
            y=amounts_up("amount", [tick / unit for tick in ticks], form),
        )
        drawn = encoded.mark_line(strokeWidth=2, aria=False).encode(
            stroke=alt.Stroke("part:N", scale=color, legend=None)
        )
        dots = encoded.mark_circle(size=24 if len(rows) <= 40 else 8, opacity=1).encode(
            fill=alt.Fill("part:N", scale=color, legend=None), description="told:N"
        )
        layered = alt.layer(drawn, dots)
        return framed(layered, plot, TIME_HEIGHT, left=left, right=GAP, bottom=AXIS_HEIGHT)

    return legend(used) + both(HALF, draw) if greatest > 0 else ""


def columns(
    rows: Rows,
    *,
    label: str,
    parts: Sequence[Part],
    words: Callable[[int], str],
    per: int = 1,
    wide: Screen = HALF,
) -> str:
    """Draw a column per row, in the given order, in which its parts are stacked; the axis counts in `per`."""
    greatest = max((sum(row[part.column] for part in parts) for row in rows), default=0)
    used = [part for part in parts if any(row[part.column] for row in rows)]

    def draw(screen: Screen) -> Any:
        ticks = nice_ticks(-(-greatest // per))
        left = text_width(f"{ticks[-1]:,}", SMALL) + GAP
        plot = screen.width - left - GAP
        step = plot / len(rows)
        every = -(-len(rows) // max(1, int(plot // 56)))
        data, named = [], []
        for slot, row in enumerate(rows):
            name, at = visible(str(row[label])), 0
            if slot % every == 0:
                named.append({"column": slot, "words": shortened(name, step * every - 4, SMALL)})
            for part in used:
                amount = row[part.column]
                if amount:
                    told = f"{name}: {visible(words(amount))} {part.label}"
                    data.append({"column": slot, "from": at / per, "to": (at + amount) / per,
                                 "color": f"var(--{part.color})", "told": told})  # fmt: skip
                at += amount
        scale = alt.Scale(type="band", domain=list(range(len(rows))), range=[0, plot], padding=0.3)
        x = alt.X("column:O", axis=None, scale=scale)
        bars = alt.Chart(inline(data)).mark_bar().encode(
            x=x, y=amounts_up("from", ticks, ",d"), y2="to:Q", fill=alt.Fill("color:N", scale=None),
            description="told:N",
        )  # fmt: skip
        below = alt.Chart(inline(named)).mark_text(fontSize=SMALL, fill="var(--muted)", baseline="alphabetic")
        layered = alt.layer(bars, below.encode(x=x, y=at_pixel(TIME_HEIGHT + 16), text="words:N"))
        return framed(layered, plot, TIME_HEIGHT, left=left, right=GAP, bottom=AXIS_HEIGHT)

    return legend(used) + both(wide, draw) if greatest > 0 else ""
