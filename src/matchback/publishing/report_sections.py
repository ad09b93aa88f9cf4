"""The sections of the report page: each takes rows of its queries and returns markup with drawings and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, figure, meanings, pair, section

Row = Mapping[str, Any]
Rows = Sequence[Row]
MOST_DAYS = 120
REASON_WORDS = {
    "existing_customer": (
        "Customer already",
        "The friend was a customer before, by a member list or an earlier journey.",
    ),
    "recent_customer": (
        "Customer not long ago",
        "The friend was a customer within the time that the terms rule out.",
    ),
    "employee": ("Employee", "The friend stands in the list of employees."),
    "blocked": ("Blocked", "The friend or the advocate stands in the list of blocked persons."),
    "advocate_not_eligible": (
        "Advocate not eligible",
        "The advocate stood in no list of those who may refer on that day.",
    ),
    "advocate_newer_than_friend": ("Advocate newer", "The advocate became a customer after the friend."),
    "loop": ("Loop", "The friend had referred the advocate before."),
    "outside_program": ("Outside the program", "It happened before the program began or after it ended."),
    "no_evidence": ("Nobody shared", "No advocate’s share, click, code or address leads to this friend."),
    "all_lost": (
        "No valid evidence",
        "There was evidence, but too old, expired, revoked or the friend’s own.",
    ),
    "coupon_unknown": (
        "Unknown coupon",
        "The coupon used is in no delivered list: look for a missing coupon file.",
    ),
    "no_identifier": (
        "No identifier",
        "The record does not say who the friend is: ask its sender for an id or email.",
    ),
    "placeholder_only": (
        "Placeholders only",
        "Ids such as 0 or unknown stand where the friend’s id belongs.",
    ),
    "conflict": ("Conflict", "One id came with different contents; none counts until someone decides."),
}
DAY_PARTS = (Part("recognized", "recognized", "first"), Part("unrecognized", "not recognized", "quiet"))


def recognition(draw: Drawings, mix: Rows, days: Rows) -> str:
    """What led friends to their advocate, and when."""
    total = sum(row["journeys"] for row in mix)
    bars = [
        {**row, "words": f"{row['journeys']:,} · {row['journeys'] * 1000 // total / 10:.1f} %"} for row in mix
    ]
    slots, unit = _slots(days)
    length = len(slots) and (slots[-1]["day_on"] - slots[0]["day_on"]).days // (1 if unit == "day" else 7) + 1
    by_day = draw.over_time(slots, day="day_on", parts=DAY_PARTS, slots=length)
    return section(
        "How friends were recognized",
        "A journey is one friend’s way to one account or order. It is counted once, on the day that it began.",
        pair(
            figure(
                Measured(
                    "Recognized journeys, by what led to the advocate", "report_recognition_mix.journeys"
                ),
                draw.bars(bars, label="label", value="journeys", words="words"),
            ),
            figure(Measured(f"Journeys begun, by {unit}", "report_program_days.judged_journeys"), by_day),
        ),
    )


def unrecognized(draw: Drawings, reasons: Rows, ineligible: Rows) -> str:
    """Events without a recognition, and recognized ones that the terms do not reward, by reason."""
    bars = [
        {"label": _reason(row)[0], "events": row["events"], "words": f"{row['events']:,}"} for row in reasons
    ]
    return section(
        "Who was not recognized, and why",
        "Where nobody shared there is nothing to find. The other reasons are worth a look.",
        pair(
            figure(
                Measured("Rewardable events without a recognition", "report_unrecognized.events"),
                draw.bars(bars, label="label", value="events", words="words", color="quiet"),
            ),
            figure("What the reasons mean", meanings([_reason(row) for row in reasons])),
        )
        + _ineligible(draw, ineligible),
    )


def _ineligible(draw: Drawings, rows: Rows) -> str:
    if not rows:
        return ""
    bars = [
        {"label": _reason(row)[0], "events": row["events"], "words": f"{row['events']:,}"} for row in rows
    ]
    return pair(
        figure(
            Measured("Recognized, and not eligible by the program's terms", "report_ineligible.events"),
            draw.bars(bars, label="label", value="events", words="words", color="quiet"),
        ),
        figure("What they mean", meanings([_reason(row) for row in rows])),
    )


def _reason(row: Row) -> tuple[str, str]:
    code = str(row["reason_code"])
    return REASON_WORDS.get(code, (code.replace("_", " "), ""))


def _slots(days: Rows) -> tuple[list[dict[str, Any]], str]:
    """Return the days, or their weeks (by Monday) when there are too many to draw, and which of the two."""
    if len(days) < 2 or (days[-1]["day_on"] - days[0]["day_on"]).days <= MOST_DAYS:
        return [dict(row) for row in days], "day"
    weeks: dict[date, dict[str, Any]] = {}
    for row in days:
        monday = row["day_on"] - timedelta(days=row["day_on"].weekday())
        week = weeks.setdefault(monday, {"day_on": monday, "recognized": 0, "unrecognized": 0})
        week["recognized"] += row["recognized"]
        week["unrecognized"] += row["unrecognized"]
    return list(weeks.values()), "week"
