"""The sections of the report page: each takes rows of its queries and returns markup with drawings and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from matchback.answers.printing import money
from matchback.publishing.findings import finding_words
from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, meanings, more, pair, section, table

Row = Mapping[str, Any]
Rows = Sequence[Row]
MOST_DAYS = 120
REASON_WORDS = {
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
STATE_COLORS = {
    "pending": "third",
    "approved": "third",
    "issued": "first",
    "fulfilled": "second",
    "redeemed": "second",
    "failed": "fourth",
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


def sources(draw: Drawings, channels: Rows, funnel: Rows) -> str:
    """Channels, and how far journeys get."""
    bars = [
        {"label": _channel(row), "journeys": row["journeys"], "words": f"{row['journeys']:,}"}
        for row in channels
    ]
    by_channel = table(
        [
            "Channel",
            Measured("Journeys", "report_attribution.journeys"),
            Measured("New customers", "report_attribution.new_customers"),
            Measured("Amount", "report_attribution.amount_minor"),
            Measured("Shared credit", "report_attribution.credit_linear"),
        ],
        [
            [
                _channel(row),
                row["journeys"],
                row["new_customers"],
                money(row["amount_minor"], row["currency"]),
                f"{row['credit_linear'] / 1_000_000:,.1f}",
            ]
            for row in channels
        ],
    )
    recognizing = {row["program"] for row in funnel if row["recognized_journeys"]}
    steps = [
        {
            "group": row["program"],
            "label": row["event_name"].replace("_", " "),
            "journeys": row["journeys"],
            "words": f"{row['journeys']:,}"
            + (f", {row['recognized_journeys']:,} recognized" if row["program"] in recognizing else ""),
        }
        for row in funnel
    ]
    return section(
        "Where friends come from, and how far they get",
        "Direct means no share: an advocate’s code or coupon, or the advocate’s name on the form. Shared credit "
        "divides each recognized event evenly among all valid touches.",
        pair(
            figure(
                Measured("Recognized journeys by channel", "report_attribution.journeys"),
                draw.bars(bars, label="label", value="journeys", words="words", color="fifth"),
            ),
            figure(
                Measured("Journeys that reached each step", "report_funnel.journeys"),
                draw.bars(steps, label="label", value="journeys", words="words", color="second"),
            ),
        )
        + card(more("Channels with amounts and shared credit", by_channel)),
    )


def _channel(row: Row) -> str:
    return str(row["channel"] or "direct")


def rewards(draw: Drawings, states: Rows, liability: Rows, findings: Rows) -> str:
    """What the rewards cost, what is still owed, and which of them someone should look at."""
    bars = [
        {
            "label": row["state"].replace("_", " ").capitalize(),
            "rewards": row["rewards"],
            "words": f"{row['rewards']:,} · {money(row['amount_minor'], row['unit'])}",
            "color": STATE_COLORS.get(row["state"], "quiet"),
        }
        for row in states
    ]
    owed = [
        {
            "label": f"{row['rule_id']}, {row['role']}",
            "due": row["due_minor"],
            "words": money(row["due_minor"], row["unit"]),
        }
        for row in liability
    ]
    by_rule = table(
        [
            "Program",
            "Rule",
            "To",
            Measured("Rewards", "report_reward_liability.rewards"),
            Measured("Owed", "report_reward_liability.due_minor"),
            Measured("Sent", "report_reward_liability.paid_minor"),
            Measured("Taken back", "report_reward_liability.balance_minor"),
        ],
        [
            [row["program"], row["rule_id"], row["role"], row["rewards"]]
            + [money(row[name], row["unit"]) for name in ("due_minor", "paid_minor", "reversed_minor")]
            for row in liability
        ],
        words=3,
    )
    return section(
        "Rewards",
        "Owed is granted and not yet sent; sent is in a payout file and not taken back. Both are sums of the ledger’s "
        "entries. Taken back covers what was voided, declined, clawed back or expired.",
        pair(
            figure(
                Measured("Rewards by state", "report_reward_liability.rewards"),
                draw.bars(bars, label="label", value="rewards", words="words"),
            ),
            figure(
                Measured("Still owed, by rule", "report_reward_liability.due_minor"),
                draw.bars(owed, label="label", value="due", words="words", color="third"),
            ),
        )
        + card(by_rule)
        + _findings(findings),
    )


def _findings(findings: Rows) -> str:
    if not findings:
        return ""
    words = [(row, *finding_words(str(row["finding"]))) for row in findings]
    listed = table(
        ["Found", "What it means", Measured("Rewards", "reward_findings.reward_id")],
        [[name, meaning, row["rewards"]] for row, name, meaning in words],
        words=2,
    )
    return card(figure("Rewards to look at", listed))


def unrecognized(draw: Drawings, reasons: Rows) -> str:
    """Events without a recognition, by reason."""
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
        ),
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
