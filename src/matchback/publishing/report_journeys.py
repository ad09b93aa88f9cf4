"""The report page's sections of channels and of the funnel: where friends come from, and how far they get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from matchback.answers.printing import count, money
from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, more, pair, section, table
from matchback.publishing.report_words import bps, number

Row = Mapping[str, Any]
Rows = Sequence[Row]
MILLION = 1_000_000
MODELS = (
    Part("credit_first", "first touch", "first"),
    Part("credit_last", "last touch", "second"),
    Part("credit_linear", "all touches alike", "third"),
    Part("credit_position", "40 / 20 / 40 by position", "fifth"),
    Part("credit_decay", "time decay", "quiet"),
)


def channels(draw: Drawings, channels: Rows) -> str:
    """The channels: what recognition credits, and what five models of attribution would."""
    rows = [{**row, "label": _channel(row), "words": f"{row['journeys']:,}"} for row in channels]
    listed = table(
        [
            "Channel",
            Measured("Journeys", "report_attribution.journeys"),
            Measured("New customers", "report_attribution.new_customers"),
            Measured("Amount", "report_attribution.amount_minor"),
            Measured("First", "report_attribution.credit_first"),
            Measured("Last", "report_attribution.credit_last"),
            Measured("Alike", "report_attribution.credit_linear"),
            Measured("Position", "report_attribution.credit_position"),
            Measured("Decay", "report_attribution.credit_decay"),
        ],
        [
            [row["label"], row["journeys"], row["new_customers"], money(row["amount_minor"], row["currency"])]
            + [_credit(row[part.column]) for part in MODELS]
            for row in rows
        ],
    )
    return section(
        "Where friends come from",
        "Direct means no share: an advocate’s code or coupon, or the advocate’s name on the form. Recognition decides "
        "whom to thank, one advocate for each event. The models only divide an event’s credit among all valid touches.",
        pair(
            figure(
                Measured("Recognized journeys by channel", "report_attribution.journeys"),
                draw.bars(rows, label="label", value="journeys", words="words", color="fifth"),
            ),
            figure(
                Measured("Credited events by channel, under five models", "report_attribution.credit_first"),
                draw.side_by_side(rows, label="label", parts=MODELS, words=_credit),
            ),
        )
        + card(more("Channels with amounts and credit", listed)),
    )


def funnel(draw: Drawings, steps: Rows, incomplete: Rows) -> str:
    """How far friends come, where they drop out, how long each step takes, and who stands still."""
    drawn = [
        figure(
            Measured(f"{name}: reached each step", "report_funnel.journeys"),
            draw.bars([_bar(row) for row in own], label="label", value="journeys", words="words"),
        )
        for name, own in (
            (name, list(own)) for name, own in groupby(steps, key=lambda row: str(row["program"]))
        )
    ]
    listed = table(
        [
            "Program",
            "Step",
            "Of",
            Measured("Came so far", "report_funnel.journeys"),
            Measured("Recognized", "report_funnel.recognized_journeys"),
            Measured("From the step before", "report_funnel.from_before"),
            Measured("Share", "report_funnel.share_of_before_bps"),
            Measured("Days, median", "report_funnel.median_days_from_before"),
            Measured("Days, slowest tenth", "report_funnel.p90_days_from_before"),
            Measured("Went no further", "report_funnel.stopped_here"),
        ],
        [
            [
                row["program"],
                _step(row["event_name"]),
                row["unit"],
                row["journeys"],
                row["recognized_journeys"],
            ]
            + [number(row["from_before"]), bps(row["share_of_before_bps"])]
            + [
                number(row[name])
                for name in ("median_days_from_before", "p90_days_from_before", "stopped_here")
            ]
            for row in steps
        ],
        words=3,
    )
    return section(
        "How far friends get",
        "Each bar counts what reached the step, and beside it how many of the step before went on to it. Shares come "
        "first, then friends who clicked, then journeys; where the unit changes, the share may be above 100 %.",
        pair(*(drawn or [figure("Reached each step", "")]))
        + card(more("Steps with drop-out and times", listed))
        + _incomplete(incomplete),
    )


def _bar(row: Row) -> dict[str, Any]:
    is_before = row["event_name"].startswith("(")
    return {
        "label": _step(row["event_name"]),
        "journeys": row["journeys"],
        "words": _reached(row),
        "color": "quiet" if is_before else "second",
    }


def _incomplete(rows: Rows) -> str:
    listed = table(
        [
            "Program",
            "Stopped after",
            "Next would be",
            Measured("Journeys", "report_incomplete_journeys.last_event_name"),
            Measured("Recognized", "report_incomplete_journeys.is_recognized"),
            Measured("Longest, days", "report_incomplete_journeys.days_since"),
        ],
        [
            [
                row["program"],
                _step(row["last_event_name"]),
                _step(row["next_event_name"]) or "–",
                row["journeys"],
                row["recognized_journeys"],
                row["longest_days"],
            ]
            for row in rows
        ],
        words=3,
    )
    waiting = sum(row["journeys"] for row in rows)
    return (
        card(more(f"Who stands still: {count(waiting, 'journey')} that may still go on", listed))
        if rows
        else ""
    )


def _reached(row: Row) -> str:
    words = f"{row['journeys']:,}"
    return words if row["share_of_before_bps"] is None else f"{words} · {bps(row['share_of_before_bps'])}"


def _step(event_name: str) -> str:
    return event_name.strip("()").replace("_", " ")


def _credit(millionths: int) -> str:
    """Return millionths of an event as events, to a tenth."""
    tenths = (millionths * 10 + MILLION // 2) // MILLION
    return f"{tenths // 10:,}.{tenths % 10}"


def _channel(row: Row) -> str:
    return str(row["channel"] or "direct")
