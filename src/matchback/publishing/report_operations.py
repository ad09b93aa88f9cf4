"""The report page's sections for operators: why records were refused, and how long each step takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import count
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, more, section, table
from matchback.publishing.report_words import bps, number

Row = Mapping[str, Any]
Rows = Sequence[Row]
STEPS = {
    "happened_to_received": "From the deed to its file",
    "received_to_decided": "From the file to the decision",
    "earned_to_approved": "From earned to approved",
    "approved_to_issued": "From approved to the payout file",
    "issued_to_fulfilled": "From the payout file to the payment",
}


def lags(draw: Drawings, rows: Rows) -> str:
    """How many days each step takes."""
    bars = [
        {
            "group": STEPS.get(row["step"], row["step"].replace("_", " ")),
            "label": row["place"] or "–",
            "n": row["median_days"],
            "words": f"{count(row['median_days'], 'day')}, nine of ten within {row['p90_days']:,}",
        }
        for row in rows
        if row["median_days"] is not None
    ]
    listed = table(
        [
            "Step",
            "Feed or program",
            Measured("Cases", "report_lags.cases"),
            Measured("Days, median", "report_lags.median_days"),
            Measured("Days, nine of ten", "report_lags.p90_days"),
            Measured("Days, longest", "report_lags.greatest_days"),
        ],
        [
            [STEPS.get(row["step"], row["step"].replace("_", " ")), row["place"] or "–"]
            + [number(row[name]) for name in ("cases", "median_days", "p90_days", "greatest_days")]
            for row in rows
        ],
        words=2,
    )
    return section(
        "How long each step takes",
        "Half of the cases took no longer than the bar. Files of a past that was delivered late take long to come.",
        card(
            figure(
                Measured("Days by step, median", "report_lags.median_days"),
                draw.bars(bars, label="label", value="n", words="words", color="fifth", beside=bars),
            )
        )
        + card(more("Steps in figures", listed)),
    )


def refusals(rows: Rows) -> str:
    """Return the card of what was refused and why; nothing without a refusal."""
    listed = table(
        [
            "Week of",
            "Feed",
            "Reason",
            "Column",
            Measured("Files", "report_refusals.files"),
            Measured("Records", "report_refusals.records"),
            Measured("Share of the week", "report_refusals.share_bps"),
        ],
        [
            [
                row["week_on"].isoformat(),
                row["feed_id"],
                row["reason_code"].replace("_", " "),
                row["column_name"] or "the record",
                row["files"],
                row["records"],
                _share(row["share_bps"]),
            ]
            for row in rows
        ],
        words=4,
        total=rows[0]["all_refusals"] if rows else 0,
        whole="report_refusals",
    )
    return card(figure("Refused records, by reason", listed)) if rows else ""


def _share(value: int | None) -> str:
    """Return basis points in percent to a hundredth: a few refusals of many records are less than a tenth."""
    return bps(value) if value is None else f"{value / 100:.2f} %"
