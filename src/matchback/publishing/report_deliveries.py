"""The report page's section of deliveries: what the feeds brought, and whether what was expected came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, meanings, more, section, table
from matchback.publishing.report_operations import refusals
from matchback.publishing.report_words import short_day

Row = Mapping[str, Any]
Rows = Sequence[Row]
CALENDAR_DAYS = 7
FEED_PARTS = (
    Part("accepted", "accepted", "second"),
    Part("duplicates", "delivered before", "quiet"),
    Part("waiting", "waiting", "third"),
    Part("conflicts", "in conflict", "fifth"),
    Part("refused", "refused", "fourth"),
)
ARRIVAL_WORDS = {
    "excused": "○ excused",
    "missing": "✗ missing",
    "incomplete": "✗ part",
    "refused": "✗ refused",
    "held": "✗ held",
    "late": "! late",
    "doubled": "! doubled",
    "empty": "! empty",
    "too_few": "! few",
    "too_many": "! many",
    "far_above_usual": "! × 10",
    "far_below_usual": "! ÷ 10",
    "columns_changed": "! columns",
    "test_name": "! test name",
    "test_addresses": "! test data",
}


def deliveries(draw: Drawings, feeds: Rows, arrivals: Rows, refused: Rows, as_of: date) -> str:
    """What the feeds delivered, and whether what was expected came."""
    bars = [{**row, "label": row["feed_id"]} for row in feeds]
    counts = table(
        [
            "Feed",
            "Last",
            "Top reason",
            Measured("Files", "report_feed_quality.files"),
            Measured("Records", "report_feed_quality.records"),
            Measured("Accepted", "report_feed_quality.accepted"),
            Measured("Before", "report_feed_quality.duplicates"),
            Measured("Refused", "report_feed_quality.refused"),
            Measured("Conflict", "report_feed_quality.conflicts"),
            Measured("Waiting", "report_feed_quality.waiting"),
        ],
        [
            [row["feed_id"], row["last_on"].isoformat(), (row["top_reason_code"] or "").replace("_", " ")]
            + [
                row[name]
                for name in ("files", "records", "accepted", "duplicates", "refused", "conflicts", "waiting")
            ]
            for row in feeds
        ],
        words=3,
    )
    return section(
        "Quality of deliveries",
        "Every record of every file is in exactly one of these parts.",
        card(
            figure(
                Measured("Records by feed", "report_feed_quality.records"),
                draw.shares(bars, label="label", parts=FEED_PARTS),
            )
        )
        + card(more("Counts of every feed", counts))
        + refusals(refused)
        + _calendar(arrivals, as_of),
    )


def _calendar(arrivals: Rows, as_of: date) -> str:
    """Return a grid of feeds and the last days, each cell a sign and a word, and below it what was unexpected."""
    if not arrivals:
        return ""
    days = [as_of - timedelta(days=back) for back in range(CALENDAR_DAYS)]  # a phone shows the first ones
    cells = {(row["feed_id"], row["day_on"]): row for row in arrivals}
    grid = table(
        ["Feed", *map(short_day, days)],
        [
            [feed, *(_arrival(cells.get((feed, day))) for day in days)]
            for feed in sorted({row["feed_id"] for row in arrivals})
        ],
        words=1 + len(days),
    )
    found = [
        (f"{short_day(row['day_on'])}, {row['feed_id']}", row["detail"]) for row in arrivals if row["detail"]
    ]
    words = (
        '<p class="quiet">✓ came as expected (so many files) · ✗ did not come, or not whole · ! came, but not as '
        "expected · ○ excused · a number alone: came, though nothing was expected</p>"
    )
    return card(figure("What was expected and came, day by day", words + grid + meanings(found)))


def _arrival(row: Row | None) -> str:
    if row is None:
        return "–"
    if row["state"] == "ok":
        return f"✓ {row['files']:,}" if row["is_expected"] else f"{row['files']:,}"
    state = str(row["state"])
    return ARRIVAL_WORDS.get(state, f"! {state.replace('_', ' ')}")
