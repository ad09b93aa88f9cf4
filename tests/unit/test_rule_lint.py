"""The linter of rules: each reason why a rule can never pass, and that none is given where it can."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from matchback.config import Config
from matchback.rewards.conditions import conditions_query
from matchback.rewards.rule_lint import rules_that_never_pass
from matchback.rewards.rule_tables import rule_conditions
from matchback.rewards.rules import current_rules
from matchback.warehouse import Warehouse

RULE: dict[str, Any] = {
    "id": "rule",
    "program": "refer",
    "from": "2026-01-01",
    "to": "advocate",
    "on": "opened",
    "value": {"amount": "100.00"},
}
# name, person, account, amount, currency, product
EVENTS = [
    ("opened", 1, 11, None, None, "checking"),
    ("opened", 2, 12, 5000, "EUR", "checking"),
    ("deposit", None, 11, 20000, "USD", None),
    ("purchase", 1, None, None, None, None),
]


def reasons(
    events: list[tuple[Any, ...]] = EVENTS, program: dict[str, Any] | None = None, **changes: Any
) -> list[str]:
    """Return what the linter says of RULE with these changes, when these events have arrived."""
    config = Config.model_validate(
        {
            "workspace": {"name": "w", "time_zone": "America/New_York", "id_secret": "env:X"},
            "programs": [
                {
                    "id": "refer",
                    "from": "2026-01-01",
                    "until": "2026-12-31",
                    "events": ["opened", "purchase"],
                    **(program or {}),
                }
            ],
            "events": [{"name": name} for name in ("opened", "deposit", "purchase", "never")],
            "feeds": [],
            "rewards": [{**RULE, **changes}],
        }
    )
    names = ("event_name", "person_id", "account_key", "amount_minor", "currency", "product")
    kinds = (pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string())
    columns = {
        name: pa.array([row[number] for row in events], kind)
        for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }
    columns["event_id"] = pa.array(range(len(events)), pa.int64())
    columns["order_key"] = pa.nulls(len(events), pa.int64())
    columns["status"] = pa.array(["active"] * len(events), pa.string())
    warehouse = Warehouse.memory(schema=False)
    warehouse.replace("events", pa.table(columns))
    conditions = [item for rule in current_rules(config) for item in rule_conditions(rule)]
    warehouse.build_expression("condition_results", conditions_query(conditions))
    return [reason for _, reason in rules_that_never_pass(config, warehouse)]


def need(**item: Any) -> dict[str, Any]:
    """Return a rule's change: this one requirement."""
    return {"require": [item]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on": "never"}, "on: no never has arrived"),
        ({"when": "product = 'savings'"}, "when: it held for none of the 2 opened that arrived"),
        (
            {"when": "amount >= 10"},
            "when: it held for none of the 2 opened that arrived: none has an amount in USD",
        ),
        (
            {"on": "purchase", "when": "product = 'x'"},
            "when: it held for none of the 1 purchase that arrived: none names a product",
        ),
        (need(single="never"), "require 1: no never has arrived"),
        (need(single="deposit", after="never"), "require 1: after: no never has arrived"),
        (
            need(sum="opened", at_least="5"),
            "require 1: none of the 2 opened has an amount in USD",
        ),
        (need(single="purchase"), "require 1: none of the 1 purchase names an account or an order"),
        (need(single="deposit", on="friend"), "require 1: none of the 1 deposit belongs to a person"),
        (
            need(single="deposit", when="product = 'payroll'"),
            "require 1: when: it held for none of the 1 deposit that arrived",
        ),
        (
            {"value": {"percent": "1"}},
            "value.percent: none of the 2 opened has an amount in USD",
        ),
        (
            {"value": {"tiers": [{"product": ["savings"], "amount": "1"}]}},
            "value.tiers: none of the 2 opened names one of their products",
        ),
        ({"limits": [{"value": "99.99"}]}, "limits 1: not even one reward fits into it"),
        ({"budget": [{"count": 0}]}, "budget 1: not even one reward fits into it"),
        (
            {"program": {"budget": [{"value": "100.00"}, {"value": "99.99", "per": "month"}]}},
            "budget 2 of program refer: not even one reward fits into it",
        ),
        ({"from": "2027-01-01"}, "from: program refer has ended by then, on 2026-12-31"),
        ({"from": "2025-01-01", "until": "2025-12-31"}, "until: program refer begins later, on 2026-01-01"),
    ],
)
def test_a_rule_that_can_never_pass_is_named_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """Exactly this reason, and no other."""
    assert reasons(**changes) == [reason]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"when": "product = 'checking'"},
        {"when": "amount >= 10", "value": {"amount": "1", "currency": "EUR"}},
        need(single="deposit", at_least="1000.00", after="root", within_days=60),
        need(none="never", until="payout"),
        need(any=[{"single": "never"}, {"single": "deposit"}]),
        need(single=["never", "deposit"]),
        need(single="purchase", on="friend"),
        {"value": {"tiers": [{"product": ["savings"], "amount": "1"}], "amount": "1"}},
        {"limits": [{"value": "100.00"}]},
        {"program": {"budget": [{"value": "0.01", "currency": "EUR"}]}},
    ],
)
def test_a_rule_that_can_pass_is_not_named(changes: dict[str, Any]) -> None:
    """What merely has not come far enough yet is no reason."""
    assert reasons(**changes) == []


def test_every_way_must_be_closed() -> None:
    """An `any` is named with each of its ways, when none is open."""
    assert reasons(**need(any=[{"single": "never"}, {"single": "deposit", "on": "friend"}])) == [
        "require 1: no never has arrived",
        "require 1: none of the 1 deposit belongs to a person",
    ]


def test_nothing_is_said_before_the_first_event() -> None:
    """An empty warehouse is no reason to doubt a rule."""
    assert reasons(events=[], on="never") == []
