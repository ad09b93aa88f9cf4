"""A simulation of reward rules in plain words: who gains, who loses, what it costs, and what it narrowly missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from matchback.answers.printing import count, money
from matchback.answers.simulate_text import Data, amount, changed_terms, heading, titled

_MOVES = ("gained", "lost", "more", "less")


def rewards_text(data: Data) -> str:
    """Return what `simulate rewards` prints."""
    parts = [heading(data), changed_terms(data), _costs(data["costs"]), _roles(data["roles"])]
    parts += [_months(data["months"]), _persons(data["persons"])]
    parts += [_limits(data["limits_hit"]), _misses(data["near_misses"]), _closing(data)]
    return "\n\n".join(part for part in parts if part)


def month_rows(rows: Sequence[Data]) -> list[dict[str, Any]]:
    """Return the cost of each month as rows of a table."""
    return [
        {
            "program": row["program"],
            "month": f"{row['month_on']:%Y-%m}",
            "rewards now": row["now_rewards"],
            "then": row["then_rewards"],
            "cost now": amount(row["now_minor"], row["currency"]),
            "cost then": amount(row["then_minor"], row["currency"]),
            "difference": amount(row["then_minor"] - row["now_minor"], row["currency"]),
            "currency": row["currency"],
        }
        for row in rows
    ]


def role_rows(rows: Sequence[Data]) -> list[dict[str, Any]]:
    """Return who gains and who loses as rows of a table: counts of persons with a journey each."""
    return [
        {
            "program": row["program"],
            "to": row["role"],
            "rewards now": row["now_rewards"],
            "then": row["then_rewards"],
            **{name: row[name] for name in _MOVES},
            "cost now": amount(row["now_minor"], row["currency"]),
            "cost then": amount(row["then_minor"], row["currency"]),
            "currency": row["currency"],
        }
        for row in rows
    ]


def miss_rows(misses: Mapping[str, Sequence[Data]]) -> list[dict[str, Any]]:
    """Return the conditions that alone kept a reward from being earned, under both sets of rules."""
    return [
        {
            "rules": side,
            "rule": row["rule_id"],
            "to": row["role"],
            "condition": row["condition"],
            "asked": row["threshold"] or "",
            "missed": row["missed"],
            "by a tenth at most": row["close"],
            "least missing": _gap(row["smallest_gap"], row["threshold"] or ""),
            "came late": row["late"],
            "within a week": row["week_late"],
            "fewest days late": "" if row["fewest_days_late"] is None else row["fewest_days_late"],
            "still open": "yes" if row["is_open"] else "no",
        }
        for side in ("now", "then")
        for row in misses[side]
    ]


def limit_rows(limits: Mapping[str, Sequence[Data]]) -> list[dict[str, Any]]:
    """Return how often each limit turned a claim away, under both sets of rules."""
    return [
        {
            "rules": side,
            "rule": row["rule_id"],
            "to": row["role"],
            "limit": row["condition"],
            "of": row["threshold"] or "",
            "turned away": row["turned_away"],
            "persons": row["persons"],
        }
        for side in ("now", "then")
        for row in limits[side]
    ]


def _gap(gap: Decimal | None, threshold: str) -> str:
    """Return what was missing with as many places as what was asked for, and more only where they count."""
    if gap is None:
        return ""
    places = len(threshold.partition(".")[2])
    rounded = gap.quantize(Decimal(1).scaleb(-places))
    return f"{rounded if rounded == gap else gap:f}"


def _costs(rows: Sequence[Data]) -> str:
    lines = []
    for row in rows:
        now, then, currency = row["now_minor"], row["then_minor"], row["currency"]
        change = (
            "the same"
            if now == then
            else f"{money(abs(then - now), currency)} {'more' if then > now else 'less'}"
        )
        lines.append(
            f"Over all of it: {money(now, currency)} for {count(row['now_rewards'], 'reward')} now, "
            f"{money(then, currency)} for {count(row['then_rewards'], 'reward')} then: {change}."
        )
    return "\n".join(lines) or "No reward is due under either set of rules."


def _roles(rows: Sequence[Data]) -> str:
    if not any(row[name] for row in rows for name in _MOVES):
        return "Nobody would get anything else." if rows else ""
    return titled("Who gains and who loses: beneficiaries, each journey by itself", role_rows(rows))


def _months(rows: Sequence[Data]) -> str:
    return titled("Cost by the month of earning", month_rows(rows))


def _persons(rows: Sequence[Data]) -> str:
    parts = []
    for currency in sorted({row["currency"] for row in rows}):
        own = [row for row in rows if row["currency"] == currency]
        title = (
            f"For whom most changes in {currency}: {count(own[0]['gaining'], 'person')} would get more, "
            f"{own[0]['losing']:,} less"
        )
        lines = [
            {
                "to": row["role"],
                "person_id": str(row["beneficiary_id"]),
                "now": amount(row["now_minor"], currency),
                "then": amount(row["then_minor"], currency),
                "difference": amount(row["then_minor"] - row["now_minor"], currency),
            }
            for row in own
        ]
        parts.append(titled(title, lines))
    return "\n\n".join(parts)


def _limits(limits: Mapping[str, Sequence[Data]]) -> str:
    return titled("Limits that turned claims away", limit_rows(limits))


def _misses(misses: Mapping[str, Sequence[Data]]) -> str:
    return titled("Near misses: one condition alone kept the reward from being earned", miss_rows(misses))


def _closing(data: Data) -> str:
    if not data["terms"]:
        return "The rules are those in force."
    return (
        "Both sets of rules were judged over the same history from nothing, as if each had always been in force.\n"
        "What is posted already keeps the terms that posted it. What a run would do with what is open:\n"
        "  matchback simulate recognition --config FILE\n"
        "To put these rules in force, write them into matchback.toml and accept them:\n"
        f"  matchback run --accept-terms {data['terms_hash']}"
    )
