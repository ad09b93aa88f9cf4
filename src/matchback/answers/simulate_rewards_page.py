"""A simulation of reward rules as a page: cost by month, who gains and loses, limits and near misses; no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from matchback.answers.printing import money
from matchback.answers.simulate_page import simulation_page
from matchback.answers.simulate_rewards_text import limit_rows, miss_rows, month_rows, role_rows
from matchback.answers.simulate_text import Data
from matchback.publishing.report_charts import bar_chart
from matchback.publishing.report_html import card, figure, pair, section, table

_MOVES = {
    "gained": ("Get a reward only then", "second"),
    "lost": ("Get none any more", "fifth"),
    "more": ("Get more for the same journey", "first"),
    "less": ("Get less for the same journey", "fourth"),
}


def rewards_page(data: Data) -> str:
    """Return the page of a simulation of reward rules."""
    return simulation_page(data, "Reward rules", rewards_parts(data))


def rewards_parts(data: Data) -> list[str]:
    """Return the sections of a simulation of reward rules, as escaped markup."""
    return [
        *_months(data["months"]),
        section(
            "Who gains and who loses",
            "Beneficiaries, each journey by itself: somebody who gets another amount for it neither gained nor lost.",
            card(figure("What changes", _moves(data["roles"]))) + card(_rows(role_rows(data["roles"]), 2)),
        ),
        section(
            "Limits and near misses",
            "Claims that a limit turned away, and conditions that alone kept a reward from being earned.",
            card(figure("Limits that turned claims away", _rows(limit_rows(data["limits_hit"]), 5)))
            + card(figure("Near misses", _rows(miss_rows(data["near_misses"]), 5))),
        ),
        section(
            "Figures",
            "Both sets of rules over the same history, month by month.",
            card(_rows(month_rows(data["months"]), 2)),
        ),
    ]


def _months(rows: Sequence[Data]) -> list[str]:
    """Return a chart of the cost by month for each currency; amounts of different currencies never share a scale."""
    sections = []
    for currency in sorted({row["currency"] for row in rows}):
        months = sorted({row["month_on"] for row in rows if row["currency"] == currency})
        now, then = (
            _month_bars(rows, currency, months, *side) for side in (("now", "quiet"), ("then", "first"))
        )
        charts = [
            figure(title, bar_chart(bars, label="label", value="minor", words="words", beside=others))
            for title, bars, others in (("Rules in force", now, then), ("Rules tried", then, now))
        ]
        words = "By the day on which a reward is earned, as if each set of rules had always been in force."
        sections.append(section(f"Cost by month in {currency}", words, pair(*charts)))
    return sections


def _month_bars(
    rows: Sequence[Data], currency: str, months: Sequence[date], side: str, color: str
) -> list[dict[str, Any]]:
    bars = []
    for month in months:
        minor = sum(
            row[f"{side}_minor"] for row in rows if (row["currency"], row["month_on"]) == (currency, month)
        )
        words = money(minor, currency)
        bars.append({"label": f"{month:%Y-%m}", "minor": minor, "words": words, "color": color})
    return bars


def _moves(rows: Sequence[Data]) -> str:
    """Draw whom each kind of change concerns; of several programs, the group says which."""
    several = len({row["program"] for row in rows}) > 1
    bars = [
        {
            "label": row["role"],
            "number": row[name],
            "words": f"{row[name]:,}",
            "group": f"{kind}, {row['program']}" if several else kind,
            "color": color,
        }
        for name, (kind, color) in _MOVES.items()
        for row in rows
        if any(other[name] for other in rows if other["program"] == row["program"])
    ]
    return bar_chart(bars, label="label", value="number", words="words")


def _rows(rows: Sequence[dict[str, Any]], words: int) -> str:
    if not rows:
        return ""
    cells = [[cell if isinstance(cell, int | str) else f"{cell:,}" for cell in row.values()] for row in rows]
    return table(list(rows[0]), cells, words=words)
