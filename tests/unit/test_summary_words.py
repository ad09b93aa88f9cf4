"""How counts, money and rows are printed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from matchback.answers.printing import as_columns, as_json, count, money
from matchback.answers.summary import _budgets, compare
from matchback.context import StepSummary
from matchback.errors import ConfigurationError
from matchback.nights import Night, exit_code, nights_between, unread
from matchback.warehouse import Warehouse
from unit.published_world import make_tables
from unit.test_advocate_rewards import give


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (123450, "USD", "1,234.50 USD"),
        (-5, "USD", "-0.05 USD"),
        (500, "JPY", "500 JPY"),
        (1234, "KWD", "1.234 KWD"),
    ],
)
def test_money_is_exact(minor: int, currency: str, words: str) -> None:
    assert money(minor, currency) == words


def test_counts_take_their_noun() -> None:
    assert [count(number, "file") for number in (0, 1, 1204)] == ["0 files", "1 file", "1,204 files"]
    assert count(2, "entry", "entries") == "2 entries"


def test_the_gain_over_coupons_is_rounded_down_and_left_out_without_any() -> None:
    assert (
        compare(100, 150) == "Coupon only would have recognized 100 friends; Matchback recognized 150 (+50 %)"
    )
    assert compare(3, 5).endswith("recognized 5 (+66 %)")
    assert compare(0, 5) == "Coupon only would have recognized 0 friends; Matchback recognized 5"
    assert compare(1, 1) == "Coupon only would have recognized 1 friend; Matchback recognized 1 (+0 %)"


def test_spent_budgets_are_told_and_the_programs_by_its_name() -> None:
    """A voided reward is nothing to see any more; what the budget turned away is."""
    world = Warehouse.memory()
    make_tables(world, {"as_of": date(2026, 11, 3), "time_zone": "America/New_York", "currency": "USD"})
    give(world, "reward_rules", rule_version="v1", program="refer")
    for journey, condition, outcome, reason in (
        (1, "program_budget_1", "failed", "program_budget_spent"),
        (2, "program_budget_1", "failed", "program_budget_spent"),
        (3, "budget_1", "failed", "budget_spent"),
        (4, "program_budget_1", "open", "not_judged"),
    ):
        decision = {"condition": condition, "outcome": outcome, "reason_code": reason}
        give(world, "reward_decisions", journey_id=journey, rule_version="v1", **decision)
    rows = world.rows("explain/summary_budgets")
    world.close()
    assert _budgets([]) == ""
    assert _budgets(rows).splitlines() == [
        "Turned away since a budget is spent (whom:  table reward_decisions)",
        "  refer                      1 reward  the budget of a rule",
        "  refer                     2 rewards  the program's budget",
    ]


def test_columns_are_aligned_and_only_the_last_is_never_cut() -> None:
    text = as_columns([{"name": "a", "n": 5, "words": "x" * 80}, {"name": "long", "n": None, "words": ""}])
    assert text.splitlines() == [
        "name  n  words",
        "----  -  " + "-" * 80,
        "a     5  " + "x" * 80,
        "long",
    ]
    assert as_columns([]) == "(no rows)"


def test_json_keeps_large_keys_and_money_exact() -> None:
    row = {"id": 2**62, "small": 7, "amount": Decimal("25.0050"), "on": date(2026, 11, 7), "flag": True}
    assert json.loads(as_json(row)) == {
        "id": str(2**62),
        "small": 7,
        "amount": "25.0050",
        "on": "2026-11-07",
        "flag": True,
    }


def test_the_exit_code_tells_what_was_not_read_from_what_was_refused() -> None:
    def night(**counts: int) -> Night:
        return Night(date(2026, 11, 7), (StepSummary("pickup", "", counts),))

    assert exit_code([night()]) == 0
    assert exit_code([night(refused=5)]) == 0
    assert exit_code([night(refused_files=1), night()]) == 3
    assert exit_code([night(waiting_files=1)]) == 3
    assert exit_code([night(failed_sources=1), night(refused_files=1)]) == 1
    assert unread([night(failed_sources=1), night(failed_files=2)]) == (
        "1 source and 2 files could not be read; run again when they can."
    )


def test_nights_are_every_day_from_the_first_to_the_last() -> None:
    assert nights_between(None, date(2026, 11, 1)) == [date(2026, 11, 1)]
    assert nights_between(date(2026, 10, 31), date(2026, 11, 1)) == [date(2026, 10, 31), date(2026, 11, 1)]
    with pytest.raises(ConfigurationError):
        nights_between(date(2026, 11, 2), date(2026, 11, 1))
