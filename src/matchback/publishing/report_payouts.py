"""The section of the report page on payouts: what is due, issued and fulfilled, how old it is, and what to do.

It says what `matchback payouts reconcile` says, from the tables `payout_totals` and `payout_reconciliation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import count, money
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import (
    Measured,
    card,
    figure,
    meanings,
    more,
    pair,
    section,
    table,
    tiles,
)
from matchback.publishing.report_words import sums

Row = Mapping[str, Any]
Rows = Sequence[Row]
AGES = ("0-7", "8-30", "31-90", "over 90")
# What contradicts stands above what only waits, and what is done stands last.
OPEN_STATES = (
    "unknown_reward",
    "to_recover",
    "fulfilled_twice",
    "answered_not_issued",
    "answer_not_followed",
    "other_amount",
    "paid_not_due",
    "failed",
    "overdue",
    "blocked",
    "due",
    "unanswered",
)
# An answer about what was never issued may lack all of them.
_DATED = ("open_since_on", "age_days", "payout_number")
STATES = (*OPEN_STATES, "settled", "closed")


def payouts(draw: Drawings, states: Rows, ages: Rows, steps: Rows, open_rewards: Rows) -> str:
    """What is due, issued and fulfilled, and what whoever answers for payouts has to clear."""
    return section(
        "Payouts",
        "Due is approved and not taken back. Issued stands in a payout file and did not come back. Fulfilled was "
        "confirmed by the paying system. Where the three agree, the reward is settled.",
        _totals(states)
        + card(figure("Due, issued and fulfilled, by state", _states(states)))
        + pair(
            figure(
                Measured("Open rewards, by age in days", "payout_reconciliation.age_days"), _ages(draw, ages)
            ),
            figure("What to do", _steps(steps)),
        )
        + _open(steps, open_rewards),
    )


def _totals(states: Rows) -> str:
    parts = [
        ("Due", "due_minor", "approved and not taken back"),
        ("Issued", "issued_minor", "in payout files, not come back"),
        ("Fulfilled", "fulfilled_minor", "confirmed by the paying system"),
    ]
    figures = [(label, *sums(states, column), note) for label, column, note in parts]
    return tiles(
        [
            (Measured(label, f"payout_totals.{label.lower()}_minor"), figure, f"{unit} {note}".strip())
            for label, figure, unit, note in figures
        ]
    )


def _states(states: Rows) -> str:
    ordered = sorted(
        states, key=lambda row: (STATES.index(row["state"]), row["currency"] or "", row["unit"] or "")
    )
    return table(
        [
            "State",
            Measured("Rewards", "payout_totals.rewards"),
            Measured("Due", "payout_totals.due_minor"),
            Measured("Issued", "payout_totals.issued_minor"),
            Measured("Fulfilled", "payout_totals.fulfilled_minor"),
            Measured("Oldest, days", "payout_totals.oldest_days"),
        ],
        [
            [
                _words(row),
                row["rewards"],
                *_sums(row),
                "–" if row["oldest_days"] is None else str(row["oldest_days"]),
            ]
            for row in ordered
        ],
    )


def _ages(draw: Drawings, ages: Rows) -> str:
    """Return bars by age: first what someone has to clear, then what only waits, each to a scale of its own."""
    kinds = (("To clear", True, "fourth"), ("Nothing to do yet", False, "quiet"))
    bars = [
        {
            "group": group,
            "label": row["ageing"],
            "rewards": row["rewards"],
            "words": count(row["rewards"], "reward"),
            "color": color,
        }
        for group, is_to_clear, color in kinds
        for row in sorted(ages, key=lambda row: AGES.index(row["ageing"]))
        if row["is_to_clear"] == is_to_clear
    ]
    return draw.bars(bars, label="label", value="rewards", words="words")


def _steps(steps: Rows) -> str:
    return meanings([(f"{_words(row)}: {_how_many(row)}", row["next_step"]) for row in steps])


def _how_many(row: Row) -> str:
    """Return how many rewards, and how old the oldest is; an answer without a date has no age."""
    rewards = count(row["rewards"], "reward")
    return (
        rewards if row["oldest_days"] is None else f"{rewards}, the oldest {count(row['oldest_days'], 'day')}"
    )


def _open(steps: Rows, open_rewards: Rows) -> str:
    """Return the rewards that someone has to clear; of more than a page holds, the oldest."""
    if not open_rewards:
        return ""
    to_clear = sum(row["rewards"] for row in steps if row["is_to_clear"])
    title = "Rewards to clear, oldest first"
    if to_clear > len(open_rewards):
        title = f"Rewards to clear: the oldest {len(open_rewards):,} of {to_clear:,} (all: matchback payouts reconcile)"
    listed = table(
        [
            "Reward",
            "State",
            "Since",
            Measured("Days", "payout_reconciliation.age_days"),
            Measured("Payout", "payout_reconciliation.payout_number"),
            Measured("Due", "payout_reconciliation.due_minor"),
            Measured("Issued", "payout_reconciliation.issued_minor"),
            Measured("Fulfilled", "payout_reconciliation.fulfilled_minor"),
        ],
        [
            [
                str(row["reward_id"]),
                _words(row),
                *(
                    "–" if row[name] is None else str(row[name])
                    for name in ("open_since_on", "age_days", "payout_number")
                ),
                *_sums(row),
            ]
            for row in open_rewards
        ],
        words=3,
    )
    return card(more(title, listed))


def _words(row: Row) -> str:
    return str(row["state"]).replace("_", " ").capitalize()


def _sums(row: Row) -> list[str]:
    return [money(row[f"{name}_minor"], row["unit"]) for name in ("due", "issued", "fulfilled")]
