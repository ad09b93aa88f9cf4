"""The report page's sections of rewards: what they cost, what will fall due, what came back, and what limits leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matchback.answers.printing import money
from matchback.publishing.findings import finding_words
from matchback.publishing.report_charts import FULL, Part
from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, more, pair, section, table
from matchback.publishing.report_words import bps, month_words, number, words_of

Row = Mapping[str, Any]
Rows = Sequence[Row]
STATE_COLORS = {
    "pending": "third",
    "approved": "third",
    "issued": "first",
    "fulfilled": "second",
    "redeemed": "second",
    "failed": "fourth",
}
AGES = (
    Part("0-7", "0 to 7 days", "second"),
    Part("8-30", "8 to 30 days", "first"),
    Part("31-90", "31 to 90 days", "third"),
    Part("over 90", "over 90 days", "fourth"),
)
FORECAST = (
    Part("due_minor", "owed now", "first"),
    Part("pending_minor", "pending", "third"),
    Part("waiting_minor", "at most still to be earned", "quiet"),
)


def rewards(draw: Drawings, states: Rows, liability: Rows, ages: Rows, findings: Rows) -> str:
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
        + card(
            figure(
                Measured("How long rewards have stood where they wait", "report_reward_states.rewards"),
                _ages(draw, ages),
            )
        )
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


def _ages(draw: Drawings, ages: Rows) -> str:
    """Draw the states in which somebody waits, each divided by age."""
    rows = []
    for state in STATE_COLORS:
        own = {row["ageing"]: row["rewards"] for row in ages if row["state"] == state}
        if own:
            rows.append({"state": words_of(state), **{part.column: own.get(part.column, 0) for part in AGES}})
    return draw.shares(rows, label="state", parts=AGES)


def coming(draw: Drawings, forecast: Rows, limits: Rows) -> str:
    """What will fall due by month, and how much room limits and budgets leave."""
    drawings = []
    for unit in dict.fromkeys(row["unit"] for row in forecast):
        own = [row for row in forecast if row["unit"] == unit]
        drawn = [{**row, "month": month_words(row["month_on"])} for row in own]
        chart = draw.columns(
            drawn,
            label="month",
            parts=FORECAST,
            words=partial(money, currency=unit),
            per=_minor(unit),
            wide=FULL,
        )
        title = Measured(f"Falls due by month, in {unit or 'rewards'}", "report_reward_forecast.amount_minor")
        drawings.append(figure(title, chart))
    listed = table(
        [
            "Month",
            Measured("Owed now", "report_reward_forecast.amount_minor"),
            Measured("Pending", "report_reward_forecast.amount_minor"),
            Measured("At most to come", "report_reward_forecast.amount_minor"),
            Measured("Rewards", "report_reward_forecast.rewards"),
            Measured("Of unknown amount", "report_reward_forecast.unpriced"),
        ],
        [
            [row["month_on"].isoformat()[:7] if row["month_on"] else "no deadline"]
            + [money(row[part.column], row["unit"]) for part in FORECAST]
            + [row["rewards"], row["unpriced"]]
            for row in forecast
        ],
    )
    return section(
        "What will fall due",
        "Owed now is approved or failed and not sent. Pending is earned and falls due when its waiting time ends. What "
        "may still be earned is the most that open journeys can bring: deadlines pass, and limits turn some away.",
        "".join(card(drawing) for drawing in drawings or [figure("Falls due by month", "")])
        + (card(more("By month, in figures", listed)) if listed else "")
        + (
            card(figure(Measured("Limits and budgets", "report_limits.used_bps"), _limits(limits)))
            if limits
            else ""
        ),
    )


def _limits(limits: Rows) -> str:
    return table(
        [
            "Limit",
            "Program",
            "Per",
            Measured("Standing", "report_limits.standing"),
            Measured("Most used", "report_limits.used"),
            Measured("Allowed", "report_limits.allowed"),
            Measured("Left", "report_limits.headroom"),
            Measured("Share used", "report_limits.used_bps"),
        ],
        [
            [
                f"{row['rule_id'] or 'program'}, {row['limit_name'].replace('_', ' ')}",
                row["program"],
                row["per"].replace("_", " "),
                _standing(row),
                *(_counted(row, name) for name in ("used", "allowed", "headroom")),
                bps(row["used_bps"]),
            ]
            for row in limits
        ],
        words=4,
    )


def _standing(row: Row) -> str:
    """Return how many persons (or the budget itself) stand how, the worst first."""
    kinds = (("over", "over"), ("filled", "full"), ("near", "nearly full"), ("free", "free"))
    if row["scope"] != "limit":
        return next(words for name, words in kinds if row[name])
    return " · ".join(f"{row[name]:,} {words}" for name, words in kinds if row[name])


def _counted(row: Row, name: str) -> str:
    return number(row[name]) if row["measure"] == "rewards" else money(row[name], row["unit"])


def taken_back(draw: Drawings, clawbacks: Rows) -> str:
    """What was taken back and why, and what of it still is to be recovered."""
    if not clawbacks:
        return ""
    bars = [
        {
            "label": _why(row),
            "n": row["reversals"],
            "words": f"{row['reversals']:,} · {money(row['reversed_minor'], row['unit'])}",
            "color": STATE_COLORS.get(row["entry_kind"], "quiet"),
        }
        for row in clawbacks
    ]
    listed = table(
        [
            "Taken back",
            "Reason",
            Measured("Reversals", "report_clawbacks.reversals"),
            Measured("Taken off", "report_clawbacks.reversed_minor"),
            Measured("Settled", "report_clawbacks.recovered_minor"),
            Measured("To be recovered", "report_clawbacks.outstanding_minor"),
        ],
        [
            [words_of(row["entry_kind"]), row["reason_code"].replace("_", " "), row["reversals"]]
            + [
                money(row[name], row["unit"])
                for name in ("reversed_minor", "recovered_minor", "outstanding_minor")
            ]
            for row in clawbacks
        ],
        words=2,
    )
    return section(
        "What was taken back",
        "Rewards that were voided, declined, expired or clawed back, by reason. Only what was paid is to be recovered.",
        card(
            figure(
                Measured("Reversals by reason", "report_clawbacks.reversals"),
                draw.bars(bars, label="label", value="n", words="words"),
            )
        )
        + card(figure("Taken off, settled and still to be recovered", listed)),
    )


def _why(row: Row) -> str:
    reason = row["reason_code"].replace("_", " ")
    return f"{words_of(row['entry_kind'])}: {reason}" if reason else words_of(row["entry_kind"])


def _minor(unit: str | None) -> int:
    """Return how many minor units make one of the unit: 100 of a dollar, 1 of points."""
    digits = money(10**9, unit).split(" ")[0].replace(",", "")
    return int("1" + "0" * len(digits.partition(".")[2]))
