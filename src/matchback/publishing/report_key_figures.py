"""The report page's section of key figures: how the programs go, by week and by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import money
from matchback.publishing.report_charts import Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, more, pair, section, table
from matchback.publishing.report_words import bps, hundredths, number

Row = Mapping[str, Any]
Rows = Sequence[Row]
COLORS = ("first", "second", "third", "fifth", "fourth")
RATES = (
    ("Conversion", "conversion_rate_bps"),
    ("Referral", "referral_rate_bps"),
    ("Referred revenue", "referred_revenue_share_bps"),
    ("Participation", "participation_rate_bps"),
    ("Acquisition", "acquisition_rate_bps"),
    ("Advocacy", "advocacy_rate_bps"),
    ("Share-through", "share_through_rate_bps"),
    ("Sign-up", "signup_rate_bps"),
    ("Returned", "return_rate_bps"),
)
COUNTS = (
    ("Shares", "shares"),
    ("Sharing advocates", "sharing_advocates"),
    ("Friends who clicked", "clickers"),
    ("Recognized", "conversions"),
    ("New customers", "new_customers"),
)


def key_figures(draw: Drawings, figures: Rows) -> str:
    """Draw customers and the first rates by week, and list all figures by month and by week."""
    weeks = [row for row in figures if row["period"] == "week"]
    programs = _programs(weeks)
    drawn = (
        ("Conversion rate by week", "conversion_rate_bps"),
        ("Referred part of the revenue, by week", "referred_revenue_share_bps"),
        ("Participation rate by week", "participation_rate_bps"),
    )
    parts = [Part(f"p{at}", name, COLORS[at]) for at, name in enumerate(programs)]
    customers = _by_week(weeks, programs, "new_customers", 0)
    return section(
        "Key figures",
        "How each program goes. Persons are counted anew in every period, so weeks do not add up to a month. A period "
        "marked with … is still running. A rate is empty where there is nothing to divide by.",
        pair(
            figure(
                Measured("New customers by week", "report_key_figures.new_customers"),
                draw.over_time(customers, day="starts_on", parts=parts, slots=_slots(customers)),
            ),
            *(
                figure(
                    Measured(title, f"report_key_figures.{column}"),
                    draw.lines(
                        _by_week(weeks, programs, column, None), day="starts_on", parts=parts, percent=True
                    ),
                )
                for title, column in drawn
            ),
        )
        + "".join(
            card(
                more(f"Key figures by {period}", _listed([row for row in figures if row["period"] == period]))
            )
            for period in ("month", "week")
        ),
    )


def _programs(weeks: Rows) -> list[str]:
    """Return the programs to draw: those with the most conversions, at most as many as there are colors."""
    totals: dict[str, int] = {}
    for row in weeks:
        totals[row["program"]] = totals.get(row["program"], 0) + (row["conversions"] or 0)
    ranked = sorted((name for name, total in totals.items() if total), key=lambda name: (-totals[name], name))
    return ranked[: len(COLORS)]


def _by_week(weeks: Rows, programs: Sequence[str], column: str, empty: int | None) -> list[dict[str, Any]]:
    """Return a row per week with a column per program."""
    places = {name: f"p{at}" for at, name in enumerate(programs)}
    found: dict[Any, dict[str, Any]] = {}
    for row in sorted(weeks, key=lambda row: row["starts_on"]):
        week = found.setdefault(
            row["starts_on"], {"starts_on": row["starts_on"], **dict.fromkeys(places.values(), empty)}
        )
        if row["program"] in places:
            value = row[column]
            week[places[row["program"]]] = empty if value is None else value
    return list(found.values())


def _slots(weeks: Rows) -> int:
    return (weeks[-1]["starts_on"] - weeks[0]["starts_on"]).days // 7 + 1 if weeks else 0


def _listed(figures: Rows) -> str:
    return table(
        [
            "Begins",
            "Program",
            *(Measured(name, f"report_key_figures.{column}") for name, column in (*COUNTS, *RATES)),
            Measured("Purchases", "report_key_figures.purchase_frequency_hundredths"),
            Measured("Revenue", "report_key_figures.revenue_minor"),
            Measured("Rewards paid", "report_key_figures.paid_minor"),
            Measured("Cost per customer", "report_key_figures.acquisition_cost_minor"),
        ],
        [
            [row["starts_on"].isoformat() + ("" if row["is_complete"] else " …"), row["program"]]
            + [number(row[column]) for _, column in COUNTS]
            + [bps(row[column]) for _, column in RATES]
            + [hundredths(row["purchase_frequency_hundredths"])]
            + [_money(row, column) for column in ("revenue_minor", "paid_minor", "acquisition_cost_minor")]
            for row in figures
        ],
        words=2,
    )


def _money(row: Row, column: str) -> str:
    return "–" if row[column] is None else money(row[column], row["currency"])
