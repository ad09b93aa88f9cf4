"""Limits, budgets of rules and budgets of programs together, held against a count in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchback import reward
from matchback.config import Config
from matchback.rewards.rules import Rule, current_rules
from matchback.warehouse import Warehouse

FIRST = date(2026, 11, 27)
TABLES = ("limit_entries", "limit_results", "budget_results", "program_budget_results")
RULES: tuple[dict[str, Any], ...] = (
    {"id": "a", "limits": [{"count": 3, "per": "program"}, {"value": "5.00", "per": "month"}]},
    {"id": "b", "budget": [{"value": "9.00"}, {"count": 2, "per": "month", "by": "release_on"}]},
    {"id": "c", "value": {"kind": "points", "amount": "3"}},
)
PROGRAMS = 30  # in one warehouse: making its tables costs more than filling them


@dataclass(frozen=True)
class Claim:
    """What claims a place: `is_held` once it was issued."""

    rule: int
    person: int
    day: int
    pending: int
    amount_minor: int
    is_held: bool
    journey: int = 0

    def filled_on(self, by: str) -> date:
        """The day by which it belongs to a period."""
        return FIRST + timedelta(self.day + (self.pending if by == "release_on" else 0))


@dataclass(frozen=True)
class Drawn:
    """A program with its budgets and what claims places in them."""

    program: str
    budgets: list[dict[str, Any]]
    claims: list[Claim]


def draw(chance: Random, number: int) -> Drawn:
    """Return a program at random: up to two budgets and a dozen claims; every second one was issued."""
    budgets: list[dict[str, Any]] = [
        {
            "per": chance.choice(["program", "month", "day", "calendar_year"]),
            "by": chance.choice(["earned_on", "release_on"]),
            **chance.choice([{"count": chance.randint(0, 7)}, {"value": f"{chance.randint(0, 14)}.00"}]),
        }
        for _ in range(chance.randint(0, 2))
    ]
    claims = [
        Claim(
            rule=chance.randrange(len(RULES)),
            person=chance.randint(1, 2),
            day=chance.choice([0, 1, 5, 6, 34, 35, 40]),
            pending=chance.choice([0, 5]),
            amount_minor=chance.choice([100, 200, 300]),
            is_held=chance.random() < 0.25,
            journey=number * 100 + journey,
        )
        for journey in range(chance.randint(4, 18))
    ]
    return Drawn(f"p{number}", budgets, claims)


def judge(drawn: Sequence[Drawn]) -> tuple[Config, tuple[Rule, ...]]:
    """Return the programs with their budgets, and the rules of all of them, program by program."""
    plain = {"from": "2026-01-01", "to": "advocate", "on": "opened", "value": {"amount": "1.00"}}
    config = Config.model_validate(
        {
            "workspace": {"name": "w", "time_zone": "America/New_York", "id_secret": "env:X"},
            "programs": [
                {"id": one.program, "from": "2026-01-01", "events": ["opened"], "budget": one.budgets}
                for one in drawn
            ],
            "events": [{"name": "opened", "stage": 1, "rewardable": True}],
            "feeds": [],
            "rewards": [
                {**plain, **rule, "id": f"{one.program}-{rule['id']}", "program": one.program}
                for one in drawn
                for rule in RULES
            ],
        }
    )
    return config, current_rules(config)


PERIODS: dict[str, Callable[[date], str]] = {
    "program": lambda _: "",
    "day": lambda on: f"{on}",
    "month": lambda on: f"{on:%Y-%m}",
    "calendar_year": lambda on: f"{on:%Y}",
}


def counted(claims: Sequence[Claim], budgets: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the journeys that nothing turns away: limit by limit, budget by budget, one claim after another."""
    left = list(claims)
    for number, rule in enumerate(RULES):
        own = [claim for claim in left if claim.rule == number]
        for limit in by_period(rule.get("limits", []), "calendar_year"):
            own = [
                claim
                for person in (1, 2)
                for claim in fitting([each for each in own if each.person == person], limit)
            ]
        for budget in by_period(rule.get("budget", []), "program"):
            own = fitting(own, budget)
        left = [claim for claim in left if claim.rule != number] + own
    for budget in by_period(budgets, "program"):
        outside = [claim for claim in left if "value" in budget and RULES[claim.rule]["id"] == "c"]
        left = outside + fitting([claim for claim in left if claim not in outside], budget)
    return {claim.journey for claim in left}


def by_period(limits: Iterable[Mapping[str, Any]], usual: str) -> list[Mapping[str, Any]]:
    """Return limits in the order in which they are filled."""
    rank = ["day", "month", "calendar_year", "program"]
    return sorted(({"per": usual, **limit} for limit in limits), key=lambda limit: rank.index(limit["per"]))


def fitting(claims: Sequence[Claim], limit: Mapping[str, Any]) -> list[Claim]:
    """Return the claims that one limit lets through: what was issued always, the rest in order until it is full."""
    by = limit.get("by", "earned_on")
    full: dict[str, list[int]] = {}
    kept = []
    for claim in sorted(claims, key=lambda each: (not each.is_held, each.filled_on(by), each.journey)):
        places = full.setdefault(PERIODS[limit["per"]](claim.filled_on(by)), [0, 0])
        places[0] += 1
        places[1] += claim.amount_minor
        over = places[0] > limit["count"] if "count" in limit else places[1] > float(limit["value"]) * 100
        if claim.is_held or not over:
            kept.append(claim)
    return kept


def judged(warehouse: Warehouse, drawn: Sequence[Drawn], chance: Random) -> tuple[set[int], list[Any]]:
    """Return the journeys that the SQL turns away nowhere, and what the check says of them."""
    config, rules = judge(drawn)
    claims = [(one, claim) for one in drawn for claim in one.claims]
    chance.shuffle(claims)

    def row(one: Drawn, claim: Claim) -> dict[str, Any]:
        rule = rules[drawn.index(one) * len(RULES) + claim.rule]
        return {
            "rule_version": rule.version, "rule_key": rule.key, "role": "advocate", "case_slot_id": claim.journey,
            "slot_id": claim.journey, "ordinal": 0, "journey_id": claim.journey, "beneficiary_id": claim.person,
            "todays_beneficiary_id": claim.person, "amount_minor": claim.amount_minor, "reward_id": claim.journey,
            "earned_on": claim.filled_on("earned_on"), "release_on": claim.filled_on("release_on"),
            "is_open": not claim.is_held, "is_held": claim.is_held, "is_live": True,
        }  # fmt: skip

    def give(table: str, chosen: Callable[[Claim], bool]) -> None:
        schema = warehouse.table(table).schema
        rows = [row(one, claim) for one, claim in claims if chosen(claim)]
        plain = [{name: item.get(name) for name in schema.names} for item in rows]
        warehouse.append(table, pa.Table.from_pylist(plain, schema=schema))

    left: set[int] = set()
    broken: list[Any] = []
    try:
        with warehouse.transaction():
            reward.write_rules(warehouse, rules, config)
            give("slot_claims", lambda claim: not claim.is_held)
            give("posted_slots", lambda claim: claim.is_held)
            reward.build(warehouse, {"as_of": date(2027, 12, 31)}, TABLES)
            results = [item for table in TABLES[1:] for item in warehouse.table(table).to_pylist()]
            left = {claim.journey for _, claim in claims} - {
                item["slot_id"] for item in results if item["is_over"]
            }
            give("posted_slots", lambda claim: not claim.is_held and claim.journey in left)
            broken = warehouse.rows("check/rewarded_program_budgets_hold")
            raise _RolledBack
    except _RolledBack:
        return left, broken


class _RolledBack(Exception):
    """Ends an example's transaction, so that the next one finds an empty warehouse."""


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_budgets_of_programs_are_filled_as_they_are_counted(
    warehouse_until: Callable[[str], Warehouse], seed: int
) -> None:
    """Who gets a place is a function of days and journeys alone; what is granted then holds every budget.

    Where a budget was overspent by what was issued before, the check is silent as long as nothing more is granted.
    """
    chance = Random(seed)
    drawn = [draw(chance, number) for number in range(1, PROGRAMS + 1)]
    left, broken = judged(warehouse_until("reward"), drawn, chance)
    for one in drawn:
        own = {claim.journey for claim in one.claims}
        assert left & own == counted(one.claims, one.budgets), one
    assert broken == []
