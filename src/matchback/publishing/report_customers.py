"""The report page's sections of customers and advocates: who stays, what they are worth, and who brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import count, money
from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, more, pair, section, table
from matchback.publishing.report_words import bps, words_of

Row = Mapping[str, Any]
Rows = Sequence[Row]
GROUPS = {
    "referred": "Referred",
    "not_referred": "Others",
    "advocates": "Advocates",
    "non_advocates": "Non-advocates",
}
COMPARED = (("referred", "not_referred"), ("advocates", "non_advocates"))
GROUP_COLORS = ("first", "quiet")
SEGMENTS = (
    Part("top", "top", "first"),
    Part("active", "active", "second"),
    Part("new", "new", "fifth"),
    Part("dormant", "dormant", "third"),
    Part("idle", "idle", "quiet"),
    Part("left", "left", "fourth"),
)


def customers(draw: Drawings, retention: Rows, cohorts: Rows, value: Rows) -> str:
    """Whether referred customers and advocates stay longer and bring more than the others."""
    listed = table(
        [
            "Program",
            "Customers",
            Measured("Number", "report_customer_value.customers"),
            Measured("First purchases", "report_customer_value.initial_minor"),
            Measured("Later purchases", "report_customer_value.subsequent_minor"),
            Measured("Per customer", "report_customer_value.lifetime_per_customer_minor"),
        ],
        [
            [row["program"], GROUPS.get(row["customer_group"], row["customer_group"]), row["customers"]]
            + [
                money(row[name], row["currency"])
                for name in ("initial_minor", "subsequent_minor", "lifetime_per_customer_minor")
            ]
            for row in value
        ],
        words=2,
    )
    return section(
        "Who stays, and what they are worth",
        "Of the customers who are old enough, those who were active on that day or later, in a journey that goes on: "
        "referred customers against the others, and advocates against those who never brought anybody.",
        pair(*(_stay(draw, retention, one, other) for one, other in COMPARED))
        + card(
            figure(
                Measured(
                    "Referred customers who stayed, by month of their beginning",
                    "report_retention.retention_rate_bps",
                ),
                draw.grid(
                    _cells(cohorts), down="month", across="horizon", value="retention_rate_bps", words="words"
                ),
            )
        )
        + card(figure("What customers brought to date", listed)),
    )


def _stay(draw: Drawings, retention: Rows, one: str, other: str) -> str:
    by_place = {(row["customer_group"], row["horizon_days"]): row for row in retention}
    rows = []
    for days in sorted({row["horizon_days"] for row in retention}):
        pair_of = [by_place.get((group, days)) for group in (one, other)]
        if all(row is not None and row["retention_rate_bps"] is not None for row in pair_of):
            rows.append(
                {
                    "label": f"after {days} days",
                    **{
                        group: row["retention_rate_bps"]
                        for group, row in zip((one, other), pair_of, strict=True)
                        if row is not None
                    },
                }
            )
    parts = [
        Part(group, GROUPS[group].lower(), color)
        for group, color in zip((one, other), GROUP_COLORS, strict=True)
    ]
    title = f"{GROUPS[one]} and {GROUPS[other].lower()}: still active"
    return figure(
        Measured(title, "report_retention.retention_rate_bps"),
        draw.side_by_side(rows, label="label", parts=parts, words=bps),
    )


def _cells(cohorts: Rows) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "month": f"{row['cohort_on']:%b %Y}, {count(row['customers'], 'customer')}",
            "horizon": f"{row['horizon_days']} days",
            "words": bps(row["retention_rate_bps"]),
        }
        for row in cohorts
    ]


def advocates(draw: Drawings, segments: Rows, leaders: Rows, kinds: Rows) -> str:
    """Who brings friends: segments, the leaderboard by person id, and what advocates were rewarded with."""
    rows = []
    for program in dict.fromkeys(row["program"] for row in segments):
        own = {row["segment"]: row["advocates"] for row in segments if row["program"] == program}
        rows.append({"label": _where(program), **{part.column: own.get(part.column, 0) for part in SEGMENTS}})
    bars = [
        {
            "label": words_of(row["kind"]),
            "n": row["rewards"],
            "words": f"{row['rewards']:,} · {money(row['balance_minor'], row['unit'])}",
        }
        for row in kinds
    ]
    return section(
        "Who brings friends",
        "Advocates by the number of friends whom they brought, as person ids: matchback explain says more of one. Top, "
        "active, new, dormant, idle and left are segments; an advocate stands in the first that holds.",
        card(
            figure(
                Measured("Advocates by segment", "report_segments.advocates"),
                draw.shares(rows, label="label", parts=SEGMENTS),
            )
        )
        + card(figure("Leaderboard", _leaderboard(leaders)))
        + card(
            figure(
                Measured("What advocates were rewarded with", "report_advocate_rewards.rewards"),
                draw.bars(bars, label="label", value="n", words="words", color="third"),
            )
        )
        + card(more("Segments in figures", _segments(segments))),
    )


def _leaderboard(leaders: Rows) -> str:
    return table(
        [
            "Advocate",
            "Program",
            "Segment",
            Measured("Rank", "report_advocates.leaderboard_rank"),
            Measured("Shares", "report_advocates.shares"),
            Measured("Friends", "report_advocates.friends"),
            Measured("New customers", "report_advocates.new_customers"),
            Measured("Brought", "report_advocates.initial_minor"),
            Measured("Earned", "report_advocates.earned_minor"),
        ],
        [
            [str(row["advocate_id"]), row["program"], row["segment"]]
            + [row[name] for name in ("leaderboard_rank", "shares", "friends", "new_customers")]
            + [money(row[name], row["currency"]) for name in ("brought_minor", "earned_minor")]
            for row in leaders
        ],
        words=3,
        total=leaders[0]["all_leaders"] if leaders else 0,
        whole="report_advocates",
    )


def _where(program: str) -> str:
    return "in no program" if program == "(none)" else program


def _segments(segments: Rows) -> str:
    return table(
        [
            "Program",
            "Segment",
            Measured("Advocates", "report_segments.advocates"),
            Measured("Friends", "report_segments.friends"),
            Measured("New customers", "report_segments.new_customers"),
            Measured("Brought", "report_segments.initial_minor"),
            Measured("Earned", "report_segments.earned_minor"),
        ],
        [
            [_where(row["program"]), row["segment"]]
            + [row[name] for name in ("advocates", "friends", "new_customers")]
            + [money(row[name], row["currency"]) for name in ("brought_minor", "earned_minor")]
            for row in segments
        ],
        words=2,
    )
