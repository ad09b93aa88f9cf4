"""The grammar of rule conditions: what passes, what is refused and where, and what it means over events."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchback.rewards.conditions import (
    ConditionError,
    conditions_query,
    minor_digits,
    parse_condition,
    to_minor,
)
from matchback.warehouse import Warehouse

EVENTS = pa.table(
    {
        "event_id": pa.array([1, 2, 3, 4], pa.int64()),
        "event_name": ["opened"] * 4,
        "status": ["active", "active", "active", "cancelled"],
        "amount_minor": pa.array([9999, 10000, None, 10000], pa.int64()),
        "currency": ["USD", "USD", None, "USD"],
        "product": ["checking", "savings", None, "checking"],
        "program": ["p", None, None, "p"],
        "container": ["production"] * 4,
    }
)


def passed(text: str, currency: str = "USD") -> set[int]:
    """Return the ids of the active events for which a condition passes."""
    warehouse = Warehouse.memory(schema=False)
    warehouse.replace("events", EVENTS)
    query = conditions_query([("v1", 0, ["opened"], parse_condition(text, currency))])
    warehouse.build_expression("condition_results", query)
    rows = warehouse.table("condition_results").to_pylist()
    assert {row["event_id"] for row in rows} == {1, 2, 3}
    return {row["event_id"] for row in rows if row["passed"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount >= 100.00", {2}),
        ("amount >= 99.99", {1, 2}),
        ("100 <= amount", {2}),
        ("amount between 99.99 and 99.99", {1}),
        ("amount > -5", {1, 2}),
        ("product in ('checking', 'savings')", {1, 2}),
        ("not (product = 'checking')", {2}),
        ("product not in ('checking')", {2}),
        ("product is null", {3}),
        ("program is not null and amount < 100", {1}),
        ("product = 'savings' or amount = 99.99", {1, 2}),
        ("event_name = 'opened' and container = 'production'", {1, 2, 3}),
        ("AMOUNT >= 100", {2}),
    ],
)
def test_condition_matches_the_events_that_it_names(text: str, expected: set[int]) -> None:
    """A missing value matches nothing, not even a negation; only `is null` finds it."""
    assert passed(text) == expected


def test_amount_of_another_currency_does_not_match() -> None:
    """Amounts are compared in the rule's currency and never across currencies."""
    assert passed("amount >= 1", "EUR") == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1=1 or 2=2", "a column is compared"),
        ("amount >= 100 -- and more", "position 14: comments"),
        ("amount >= /* x */ 100", "comments"),
        ("amount >= 1; drop table events", "position 12: ';'"),
        ("amount > (select 1)", "position 11: 'select'"),
        ("amount = 1 union select 2", "position 12: 'union'"),
        ("email = 'x'", "position 1: 'email' is not a column"),
        ("read_csv('/etc/passwd') = 'x'", "position 1: 'read_csv' is not a column"),
        ("amount(1) = 1", "functions are not allowed"),
        ("random() < 1", "'random' is not a column"),
        ("amount >= 1e3", "position 11: write the number"),
        ("amount >= 100.005", "more than 2 decimal places"),
        ("amount >= '100'", "amount is compared with a number"),
        ("product = 5", "product is compared with text"),
        ("product > 'a'", "compare it with =, <> or in"),
        ("product like 'a%'", "'like' is not allowed"),
        ("amount", "a comparison is expected"),
        ("amount >=", "does not parse"),
        ("amount = amount", "a column is compared with a value"),
        ("product = 'open", "open quote"),
        ("product = 'a\\'", "sign that is not allowed"),
        ("", "empty"),
        ("not " * 30 + "amount = 1", "nested deeper"),
        ("(" * 30 + "amount = 1" + ")" * 30, "nested deeper"),
        ("amount = 1 or " * 100 + "amount = 1", "longer than"),
        ('"amount" = 1', "'amount' is not allowed"),
        ("events.amount = 1", "'events' is not a column"),
        ("amount::varchar = '1'", "'::' is not allowed"),
        ("amount = $x", "is not allowed"),
    ],
)
def test_condition_refuses_with_position_and_what_is_allowed(text: str, message: str) -> None:
    """Whatever is no comparison of a known column with a value is refused before anything runs."""
    with pytest.raises(ConditionError, match=re.escape(message)):
        parse_condition(text, "USD")


def test_spelling_does_not_change_the_canonical_text() -> None:
    """Spaces and letter case are no change of terms."""
    first = parse_condition("amount>=100 AND product in('a','b')", "USD").text
    second = parse_condition("Amount >= 100  and PRODUCT IN ('a', 'b')", "USD").text
    assert first == second


def test_no_rule_gives_an_empty_table() -> None:
    """Without any condition the table exists and is empty."""
    warehouse = Warehouse.memory(schema=False)
    warehouse.build_expression("condition_results", conditions_query([]))
    assert warehouse.count("condition_results") == 0


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """No text makes the parser fail in another way than by ConditionError."""
    try:
        parse_condition(text, "USD")
    except ConditionError:
        return


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_minor_units_follow_the_currency(currency: str, digits: int) -> None:
    """ISO 4217 says how many places an amount has."""
    assert minor_digits(currency) == digits
    assert to_minor(Decimal(5), currency) == 5 * 10**digits


@pytest.mark.parametrize("amount", ["10000000000000.00", "-10000000000000", "1e30", "Infinity"])
def test_amount_that_no_sum_could_hold_is_refused(amount: str) -> None:
    assert to_minor(Decimal("9999999999999.99"), "USD") == 10**15 - 1
    with pytest.raises(ValueError, match="more than one amount can be"):
        to_minor(Decimal(amount), "USD")
