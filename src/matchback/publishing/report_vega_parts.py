"""What the drawings by Vega-Altair are put together from: rows, labels, axes, and the frame around them.

Rooms, ticks and cuts are reckoned by us, never by the widths of a machine's fonts, and times are UTC: so every machine
draws the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from matchback.answers.printing import visible
from matchback.publishing.report_charts import GAP, NARROW, SMALL, TEXT, Screen, shortened
from matchback.publishing.report_scales import date_ticks
from matchback.publishing.report_svg import cleaned

Row = Mapping[str, Any]
Rows = Sequence[Row]
AXIS_HEIGHT, TOP = 24, 8
DAY_MS = 86_400_000
CHECKED = False  # whether Altair checks every part of every chart against the schema of Vega-Lite
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
at_pixel = alt.value


AXIS: dict[str, Any] = {
    "title": None,
    "labelColor": "var(--muted)",
    "labelFontSize": SMALL,
    "labelOverlap": False,
    "labelFlush": False,
    "labelBound": False,
    "gridColor": "var(--line)",
    "tickColor": "var(--line)",
    "domainColor": "var(--line)",
}


def inline(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=[dict(row) for row in rows])


def slots_down(count: int, step: float, height: float) -> alt.Y:
    """Place rows one below the other, by their number."""
    inner = 1 - height / step
    scale = alt.Scale(type="band", domain=list(range(count)), range=[0, count * step], paddingInner=inner,
                      paddingOuter=inner / 2)  # fmt: skip
    return alt.Y("slot:O", axis=None, sort=None, scale=scale)


def labels_beside(rows: Rows, y: alt.Y, screen: Screen) -> Any:
    named = alt.Chart(inline([{"slot": row["slot"], "label": row["label"]} for row in rows]))
    return named.mark_text(align="right").encode(y=y, x=at_pixel(screen.labels - GAP), text="label:N")


def fitted(words: Any, screen: Screen) -> str:
    return shortened(visible(str(words)), screen.labels - GAP, TEXT)


def days_across(first: date, last: date, slot_days: int, screen: Screen) -> alt.X:
    """Return an axis of days, with half a slot of room at either end."""
    half = slot_days * DAY_MS // 2
    ticks = date_ticks(first, last, screen.most_ticks)
    is_named_by_year = ticks and not ticks[0][1][:1].isalpha()
    form = "%Y" if is_named_by_year else ("%b %Y" if ticks and len(ticks[0][1]) > 6 else "%b %-d")
    return alt.X(
        "at:T",
        scale=alt.Scale(
            type="utc", domain=[milliseconds(first) - half, milliseconds(last) + half], nice=False
        ),
        axis=alt.Axis(values=[milliseconds(day) for day, _ in ticks], format=form, grid=False, **AXIS),
    )


def amounts_up(field: str, ticks: Sequence[float], form: str) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        stack=None,
        scale=alt.Scale(domain=[0, ticks[-1]], nice=False),
        axis=alt.Axis(values=list(ticks), format=form, domain=False, ticks=False, grid=True, **AXIS),
    )


def framed(
    chart: Any, width: float, height: float, *, left: float = 0, right: float = 0, bottom: float = 0
) -> Any:
    padding = {"left": left, "right": right, "top": TOP if bottom and left else 0, "bottom": bottom}
    return (
        chart.properties(
            width=width, height=height, padding=padding, autosize=alt.AutoSizeParams(type="none")
        )
        .configure(background="transparent")
        .configure_view(stroke=None)
        .configure_text(fill="var(--ink)", fontSize=TEXT)
    )


def milliseconds(day: date) -> int:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def both(wide: Screen, draw: Callable[[Screen], Any]) -> str:
    """Return a chart drawn for both screens. Altair's own checks take time, and are left to tests."""
    with debug_mode(CHECKED):
        drawn = {screen: draw(screen).to_dict(validate=CHECKED) for screen in (wide, NARROW)}
    return "".join(
        f'<div class="{screen.kind}">{cleaned(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]))}</div>'
        for screen, chart in drawn.items()
    )
