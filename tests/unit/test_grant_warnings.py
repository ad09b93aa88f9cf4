"""What an operator is told before granting a reward by hand: limits, budgets and duplicates, at their boundaries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matchback.answers.grant_warnings import (
    duplicate_warnings,
    limit_warnings,
    period_of,
    person_warnings,
    program_warnings,
)
from matchback.config import Config
from matchback.config_terms import Limit
from matchback.rewards.rules import Rule, current_rules

TODAY = date(2026, 11, 3)
GRANT = {
    "program": "p", "role": "advocate", "kind": "cash", "amount_minor": 2500, "currency": "USD", "person_id": 7,
    "journey_id": None,
}  # fmt: skip


def config(program: dict[str, Any] | None = None, **changes: Any) -> Config:
    """Return a configuration with program p and one rule, to the advocate unless changed."""
    rule = {
        "id": "r", "program": "p", "from": "2026-01-01", "to": "advocate", "on": "opened", "value": {"amount": "25.00"},
    }  # fmt: skip
    return Config.model_validate(
        {
            "workspace": {
                "name": "w",
                "time_zone": "America/New_York",
                "id_secret": "env:X",
                "country": "GB",
            },
            "programs": [{"id": "p", "from": "2026-03-15", "events": ["opened"], **(program or {})}],
            "events": [{"name": "opened", "stage": 1, "rewardable": True}],
            "feeds": [],
            "rewards": [{**rule, **changes}],
        }
    )


def rules(**changes: Any) -> tuple[Rule, ...]:
    """Return the rule of such a configuration."""
    return current_rules(config(**changes))


def reward(**changes: Any) -> dict[str, Any]:
    """Return a reward of rule r that the person got yesterday."""
    row = {
        "reward_id": 1, "rule_id": "r", "role": "advocate", "kind": "cash", "amount_minor": 2500, "currency": "USD",
        "state": "pending", "journey_id": 5, "earned_on": date(2026, 11, 2), "release_on": date(2026, 11, 2),
    }  # fmt: skip
    return {**row, **changes}


def told(warnings: list[dict[str, Any]]) -> list[str]:
    """Return the names of warnings."""
    return [row["warning"] for row in warnings]


@pytest.mark.parametrize(
    ("limit", "mine", "names"),
    [
        ({"count": 2, "per": "day"}, [reward(earned_on=TODAY)], []),
        ({"count": 1, "per": "day"}, [reward(earned_on=TODAY)], ["limit"]),
        ({"count": 1, "per": "day"}, [reward()], []),
        ({"count": 1, "per": "month"}, [reward(earned_on=date(2026, 11, 1))], ["limit"]),
        ({"count": 1, "per": "month"}, [reward(earned_on=date(2026, 10, 31))], []),
        ({"count": 1}, [reward(rule_id="manual")], ["limit"]),
        ({"count": 1}, [reward(rule_id="another")], []),
        ({"count": 1}, [reward(role="friend")], []),
        ({"count": 1}, [reward(currency="EUR")], []),
        ({"value": "50.00"}, [reward()], []),
        ({"value": "49.99"}, [reward()], ["limit"]),
        ({"count": 1, "by": "release_on"}, [reward(release_on=date(2027, 1, 1))], []),
    ],
)
def test_limit_of_a_person_is_told_from_the_first_reward_above_it(
    limit: dict[str, Any], mine: list[dict[str, Any]], names: list[str]
) -> None:
    """What the rule and other grants gave in the same period counts, and the grant itself."""
    assert told(limit_warnings(rules(limits=[limit]), GRANT, mine, [], TODAY)) == names


def test_budget_counts_everybody_and_both_sides() -> None:
    """Sums by day are of all persons; a budget of both sides is filled by either."""
    both = rules(to="both", budget=[{"value": "100.00", "per": "program"}])
    days = [reward(role="friend", rewards=3, amount_minor=7500)]
    assert limit_warnings(both, GRANT, [], days, TODAY) == []
    days = [reward(role="friend", rewards=3, amount_minor=7501)]
    (warning,) = limit_warnings(both, GRANT, [], days, TODAY)
    assert warning["words"] == (
        "r allows to all together 100.00 USD per program; with this one it is 100.01 USD."
    )
    assert limit_warnings(both, {**GRANT, "program": "another"}, [], days, TODAY) == []
    assert limit_warnings(both, {**GRANT, "currency": "XXX"}, [], days, TODAY) == []


def test_budget_of_a_program_counts_all_of_its_rules_and_sides() -> None:
    """A budget of an amount counts its own currency only; one that counts counts rewards of any kind."""
    days = [
        reward(role="friend", rewards=2, amount_minor=5000),
        reward(rule_id="another", rewards=1, amount_minor=2500),
        reward(rule_id="points", rewards=4, amount_minor=9000, currency="XXX"),
    ]

    def warned(grant: dict[str, Any], **budget: Any) -> list[str]:
        known = config(program={"budget": [budget]})
        found = program_warnings(known.programs[0], known, grant, days, TODAY)
        return [item["words"] for item in found]

    assert warned(GRANT, value="100.00") == []
    assert warned(GRANT, value="99.99") == [
        "Program p allows to all together 99.99 USD per program; with this one it is 100.00 USD."
    ]
    assert warned({**GRANT, "currency": "XXX"}, value="99.99") == []
    assert warned(GRANT, count=8) == []
    assert warned({**GRANT, "currency": "XXX"}, count=7) == [
        "Program p allows to all together 7 rewards per program; with this one it is 8."
    ]


def test_tax_year_of_a_program_begins_as_in_the_country() -> None:
    """The rewards of the 5th of April are of the tax year before; those of the 6th fill the one of the grant."""
    known = config(program={"budget": [{"count": 1, "per": "tax_year"}]})
    for day, warnings in ((date(2026, 4, 5), 0), (date(2026, 4, 6), 1)):
        found = program_warnings(known.programs[0], known, GRANT, [reward(earned_on=day)], TODAY)
        assert len(found) == warnings


@pytest.mark.parametrize(
    ("per", "starts", "first", "last"),
    [
        ("calendar_year", None, date(2026, 1, 1), date(2026, 12, 31)),
        ("tax_year", "04-06", date(2026, 4, 6), date(2027, 4, 5)),
        ("program_year", "03-15", date(2026, 3, 15), date(2027, 3, 14)),
    ],
)
def test_year_begins_on_its_day(per: Any, starts: str | None, first: date, last: date) -> None:
    """The first and the last day lie in one year, the days around them in others."""
    limit = Limit(count=1, per=per, starts=starts)
    years = [period_of(day, limit) for day in (first, last)]
    assert years == [(2026,), (2026,)]
    assert period_of(date.fromordinal(first.toordinal() - 1), limit) == (2025,)
    assert period_of(date.fromordinal(last.toordinal() + 1), limit) == (2027,)


def test_rules_bring_the_day_on_which_their_year_begins() -> None:
    """A tax year begins as in the workspace's country: a reward of the 5th of April is of the year before."""
    british = rules(limits=[{"count": 1, "per": "tax_year"}])
    spring = date(2026, 4, 6)
    assert told(limit_warnings(british, GRANT, [reward(earned_on=date(2026, 4, 5))], [], spring)) == []
    assert told(limit_warnings(british, GRANT, [reward(earned_on=spring)], [], spring)) == ["limit"]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"earned_on": date(2026, 10, 4)}, ["same_value"]),
        ({"earned_on": date(2026, 10, 3)}, []),
        ({"amount_minor": 2501}, []),
        ({"kind": "coupon"}, []),
        ({"state": "clawed_back"}, []),
    ],
)
def test_same_value_within_thirty_days_looks_like_a_duplicate(row: dict[str, Any], names: list[str]) -> None:
    """Day 30 is near, day 31 is not; what was taken back is no duplicate."""
    assert told(duplicate_warnings(GRANT, [reward(**row)], TODAY)) == names


def test_employee_is_told() -> None:
    """Whoever is on the list of employees may be granted something, but not by oversight."""
    assert told(person_warnings(GRANT, {"is_employee": True}, [])) == ["employee"]
    assert told(person_warnings(GRANT, {"is_employee": False}, [])) == []
    assert told(person_warnings(GRANT, None, [])) == []
