"""Bars, shares, bars side by side and grids, drawn by Vega-Altair; what they show is said in `report_drawings`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import altair as alt

from matchback.answers.printing import visible
from matchback.publishing.report_charts import (
    BAR_HEIGHT,
    BAR_STEP,
    FULL,
    GAP,
    HALF,
    LEAST_BAR,
    SMALL,
    TEXT,
    Part,
    Screen,
    plot_width,
    shortened,
    text_width,
)
from matchback.publishing.report_html import legend
from matchback.publishing.report_vega_parts import (
    AXIS,
    AXIS_HEIGHT,
    Rows,
    at_pixel,
    both,
    fitted,
    framed,
    inline,
    labels_beside,
    slots_down,
)

SHARE_STEP, SHARE_HEIGHT = 24, 16
SIDE_HEIGHT, SIDE_GAP = 13, 10
CELL_HEIGHT = 26


def bars(rows: Rows, *, label: str, value: str, words: str, color: str = "first", beside: Rows = ()) -> str:
    """Draw one bar per row, in the given order; see `report_charts.bar_chart`."""

    def draw(screen: Screen) -> Any:
        plot, room = plot_width(screen, [row[words] for row in (*rows, *beside)])
        bars: list[dict[str, Any]] = []
        heads: list[dict[str, Any]] = []
        slot = 0
        for group, members in groupby(rows, key=lambda row: str(row.get("group", ""))):
            if group:
                heads.append({"slot": slot, "words": visible(group)})
                slot += 1
            listed = list(members)
            greatest = max(row[value] for row in (*listed, *beside))
            for row in listed:
                share = max(LEAST_BAR / plot, row[value] / greatest) if row[value] > 0 else 0.0
                bars.append(
                    {
                        "slot": slot,
                        "share": share,
                        "label": fitted(row[label], screen),
                        "words": visible(row[words]),
                        "told": visible(f"{row[label]}: {row[words]}"),
                        "color": f"var(--{row.get('color', color)})",
                    }
                )
                slot += 1
        height = slot * BAR_STEP
        y = slots_down(slot, BAR_STEP, BAR_HEIGHT)
        x = alt.X(
            "share:Q",
            axis=None,
            stack=None,
            scale=alt.Scale(domain=[0, 1], range=[screen.labels, screen.labels + plot], nice=False),
        )
        seen = alt.Chart(inline([bar for bar in bars if bar["share"]]))
        layers = [
            seen.mark_bar(cornerRadiusTopRight=4, cornerRadiusBottomRight=4).encode(
                y=y, x=x, fill=alt.Fill("color:N", scale=None), description="told:N"
            ),
            labels_beside(bars, y, screen),
            alt.Chart(inline(bars)).mark_text(align="left", dx=GAP - 2).encode(y=y, x=x, text="words:N"),
        ]
        if heads:
            named = alt.Chart(inline(heads)).mark_text(align="left", fill="var(--muted)")
            layers.append(named.encode(y=y, x=at_pixel(screen.labels), text="words:N"))
        return framed(alt.layer(*layers), screen.labels + plot + room, height)

    return both(HALF, draw) if rows else ""


def shares(rows: Rows, *, label: str, parts: Sequence[Part]) -> str:
    """Draw one bar per row that is divided into shares of its parts; a row without any is left out."""
    drawn = [row for row in rows if sum(row[part.column] for part in parts)]
    used = [part for part in parts if any(row[part.column] for row in drawn)]

    def draw(screen: Screen) -> Any:
        plot = screen.width - screen.labels - 20
        bottom = SHARE_STEP * len(drawn)
        data = []
        for slot, row in enumerate(drawn):
            total = sum(row[part.column] for part in parts)
            at = 0
            for part in used:
                amount = row[part.column]
                if amount:
                    told = visible(f"{row[label]}: {amount:,} of {total:,} {part.label}")
                    data.append({"slot": slot, "from": at / total, "to": (at + amount) / total,
                                 "color": f"var(--{part.color})", "told": told})  # fmt: skip
                at += amount
        scale = alt.Scale(domain=[0, 1], range=[screen.labels, screen.labels + plot], nice=False)
        axis = alt.Axis(values=[0, 0.5, 1], format=".0%", **AXIS, grid=True, domain=False, ticks=False)
        y = slots_down(len(drawn), SHARE_STEP, SHARE_HEIGHT)
        named = [{"slot": slot, "label": fitted(row[label], screen)} for slot, row in enumerate(drawn)]
        bars = alt.Chart(inline(data)).mark_bar().encode(
            y=y, x=alt.X("from:Q", scale=scale, axis=axis), x2="to:Q",
            fill=alt.Fill("color:N", scale=None), description="told:N",
        )  # fmt: skip
        layered = alt.layer(bars, labels_beside(named, y, screen))
        return framed(layered, screen.width, bottom, bottom=AXIS_HEIGHT)

    return legend(used) + both(FULL, draw) if drawn else ""


def side_by_side(rows: Rows, *, label: str, parts: Sequence[Part], words: Callable[[Any], str]) -> str:
    """Draw a bar per part of each row, the parts one below the other under a common label, to one scale."""
    greatest = max((row[part.column] for row in rows for part in parts), default=0)
    step = len(parts) * SIDE_HEIGHT + SIDE_GAP

    def draw(screen: Screen) -> Any:
        plot, room = plot_width(screen, [words(row[part.column]) for row in rows for part in parts])
        data = []
        for slot, row in enumerate(rows):
            for at, part in enumerate(parts):
                amount = row[part.column]
                told = visible(f"{row[label]}: {words(amount)} {part.label}")
                middle = slot * step + SIDE_GAP / 2 + (at + 0.5) * SIDE_HEIGHT
                data.append({"middle": middle, "share": amount / greatest, "told": told,
                             "words": words(amount), "color": f"var(--{part.color})"})  # fmt: skip
        named = [{"slot": slot, "label": fitted(row[label], screen)} for slot, row in enumerate(rows)]
        scale = alt.Scale(domain=[0, 1], range=[screen.labels, screen.labels + plot], nice=False)
        height = step * len(rows)
        y = alt.Y("middle:Q", axis=None, stack=None, scale=alt.Scale(domain=[0, height], range=[0, height]))
        bars = alt.Chart(inline(data)).encode(y=y, x=alt.X("share:Q", axis=None, stack=None, scale=scale))
        return framed(
            alt.layer(
                bars.mark_bar(orient="horizontal", size=SIDE_HEIGHT - 2).encode(
                    fill=alt.Fill("color:N", scale=None), description="told:N"
                ),
                bars.mark_text(align="left", dx=5, fontSize=10, fill="var(--muted)").encode(text="words:N"),
                labels_beside(named, slots_down(len(rows), step, step), screen),
            ).resolve_scale(y="independent"),
            screen.labels + plot + room,
            height,
        )  # fmt: skip

    return legend(parts) + both(HALF, draw) if greatest > 0 else ""


def grid(rows: Rows, *, down: str, across: str, value: str, words: str) -> str:
    """Draw a grid of cells, the darker the greater (basis points); `words` stand in them; order as given."""
    downs = list(dict.fromkeys(str(row[down]) for row in rows))
    acrosses = list(dict.fromkeys(str(row[across]) for row in rows))
    greatest = max((row[value] or 0 for row in rows), default=0)

    def draw(screen: Screen) -> Any:
        left = min(screen.labels, max(text_width(word, TEXT) for word in downs) + GAP)
        cell = min(110.0, (screen.width - left) / len(acrosses))
        data = [
            {
                "slot": downs.index(str(row[down])),
                "column": acrosses.index(str(row[across])),
                "amount": row[value] / greatest,
                "words": visible(row[words]),
                "told": visible(f"{row[down]}, {row[across]}: {row[words]}"),
            }
            for row in rows
            if row[value] is not None
        ]
        across_scale = alt.Scale(type="band", domain=list(range(len(acrosses))),
                                 range=[left, left + cell * len(acrosses)], padding=0.04)  # fmt: skip
        y = slots_down(len(downs) + 1, CELL_HEIGHT, CELL_HEIGHT - 2)
        moved = [{**row, "slot": row["slot"] + 1} for row in data]
        cells = alt.Chart(inline(moved)).encode(y=y, x=alt.X("column:O", axis=None, scale=across_scale))
        heads = [
            {"column": at, "words": shortened(visible(name), cell - 4, SMALL), "slot": 0}
            for at, name in enumerate(acrosses)
        ]
        named = [
            {"slot": at + 1, "label": shortened(visible(name), left - GAP, TEXT)}
            for at, name in enumerate(downs)
        ]
        layers = [
            cells.mark_rect(fill="var(--first)").encode(
                opacity=alt.Opacity(
                    "amount:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.06, 0.55])
                ),
                description="told:N",
            ),
            cells.mark_text(fontSize=SMALL).encode(text="words:N"),
            alt.Chart(inline(named))
            .mark_text(align="right")
            .encode(y=y, x=at_pixel(left - GAP), text="label:N"),
        ]
        layers.append(
            alt.Chart(inline(heads))
            .mark_text(fontSize=SMALL, fill="var(--muted)")
            .encode(y=y, x=alt.X("column:O", axis=None, scale=across_scale), text="words:N")
        )
        return framed(alt.layer(*layers), left + cell * len(acrosses), CELL_HEIGHT * (len(downs) + 1))

    return both(FULL, draw) if greatest > 0 else ""
