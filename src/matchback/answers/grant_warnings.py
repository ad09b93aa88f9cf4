"""What an operator should know before granting a reward by hand: duplicates, limits, budgets, tax forms.

None of it forbids the grant; all of it must be confirmed. Words hold ids and amounts, never an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from matchback.answers.printing import count, money
from matchback.answers.tax import threshold_words
from matchback.config import Config, Limit, Program
from matchback.rewards.conditions import to_minor
from matchback.rewards.ledger_book import MANUAL
from matchback.rewards.program_budgets import budgets_over
from matchback.rewards.rules import ROLES, Rule

Row = Mapping[str, Any]
Warnings = list[dict[str, Any]]
NEAR_DAYS = 30
_GONE = ("clawed_back", "expired")


def duplicate_warnings(grant: Row, mine: Sequence[Row], as_of: date) -> Warnings:
    """Return what this person has already that looks like the same: of the same value and near day, or journey.

    `mine` are the person's rewards of the program; `grant` has kind, amount_minor, currency and journey_id.
    """
    found = []
    for row in mine:
        if row["state"] in _GONE:
            continue
        words = f"reward {row['reward_id']} by {row['rule_id']} of {row['earned_on']}"
        is_same = all(row[name] == grant[name] for name in ("kind", "amount_minor", "currency"))
        if is_same and abs((as_of - row["earned_on"]).days) <= NEAR_DAYS:
            found.append(_warning("same_value", f"The person has the same: {words}.", row["reward_id"]))
        elif grant["journey_id"] is not None and row["journey_id"] == grant["journey_id"]:
            found.append(
                _warning(
                    "same_journey", f"The person was rewarded for this journey: {words}.", row["reward_id"]
                )
            )
    return found


def limit_warnings(
    rules: Sequence[Rule], grant: Row, mine: Sequence[Row], days: Sequence[Row], as_of: date
) -> Warnings:
    """Return the limits of a person and the budgets of all that would be exceeded if the grant counted in them.

    `mine` are the person's rewards, `days` the sums of everybody's by rule and day; grants by hand count in both.
    """
    found = []
    for rule in rules:
        terms = rule.terms
        fits = terms.program == grant["program"] and grant["role"] in ROLES[terms.to]
        if not fits or rule.reward_currency != grant["currency"]:
            continue
        for name, limits, rows in (("limit", terms.limits, mine), ("budget", terms.budget, days)):
            roles = (grant["role"],) if name == "limit" else ROLES[terms.to]
            counted = [
                row
                for row in rows
                if row["rule_id"] in (terms.id, MANUAL)
                and row["role"] in roles
                and row["currency"] == grant["currency"]
            ]
            for limit in limits:
                words = _over(limit, counted, grant, as_of)
                if words is not None:
                    whose = "to one person" if name == "limit" else "to all together"
                    found.append(_warning(name, f"{terms.id} allows {whose} {words}."))
    return found


def program_warnings(
    program: Program, config: Config, grant: Row, days: Sequence[Row], as_of: date
) -> Warnings:
    """Return the budgets of the program that would be exceeded if the grant counted in them.

    `days` are the sums of everybody's rewards of the program by rule and day; grants by hand count.
    """
    found = []
    for _, budget in budgets_over(program, grant["currency"], config):
        counted = [row for row in days if budget.value is None or row["currency"] == grant["currency"]]
        words = _over(budget, counted, grant, as_of)
        if words is not None:
            found.append(_warning("program_budget", f"Program {program.id} allows to all together {words}."))
    return found


def tax_warnings(reached: Sequence[dict[str, Any]]) -> Warnings:
    """Return the tax forms that become due with the grant (rows of `thresholds_reached`)."""
    return [_warning("tax_form", f"A tax form becomes due:{words}.") for words in threshold_words(reached)]


def person_warnings(grant: Row, person: Row | None, journey_persons: Iterable[int]) -> Warnings:
    """Return what is odd about the person: on the list of employees, or no part of the journey that is named."""
    found = []
    if person is not None and person["is_employee"]:
        found.append(_warning("employee", "The person is on the list of employees."))
    if grant["journey_id"] is not None and grant["person_id"] not in set(journey_persons):
        found.append(
            _warning("other_journey", "The person is neither the friend nor the advocate of the event.")
        )
    return found


def period_of(on: date, limit: Limit) -> tuple[int, ...]:
    """Return the period of a limit in which a day lies; days of one period have the same."""
    if limit.per == "program":
        return ()
    if limit.per == "day":
        return (on.year, on.month, on.day)
    if limit.per == "month":
        return (on.year, on.month)
    starts = "01-01" if limit.per == "calendar_year" or limit.starts is None else limit.starts
    return (on.year - (f"{on:%m-%d}" < starts),)


def _over(limit: Limit, rows: Sequence[Row], grant: Row, as_of: date) -> str | None:
    period = period_of(as_of, limit)
    inside = [row for row in rows if period_of(row[limit.by], limit) == period]
    per = limit.per.replace("_", " ")
    rewards = 1 + sum(row.get("rewards", 1) for row in inside)
    if limit.count is not None and rewards > limit.count:
        return f"{count(limit.count, 'reward')} per {per}; with this one it is {rewards:,}"
    if limit.value is None:
        return None
    most, value = to_minor(limit.value, grant["currency"]), sum(row["amount_minor"] for row in inside)
    value += grant["amount_minor"]
    if value <= most:
        return None
    return (
        f"{money(most, grant['currency'])} per {per}; with this one it is {money(value, grant['currency'])}"
    )


def _warning(name: str, words: str, reward_id: int | None = None) -> dict[str, Any]:
    return {"warning": name, "words": words, "reward_id": reward_id}
