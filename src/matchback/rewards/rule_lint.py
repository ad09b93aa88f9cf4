"""Rules that can never pass, with the events and columns that really arrive: what `doctor` and operators are told.

A rule may be well formed and still wait for ever: for an event that no feed brings, a product that no record names, an
amount in another currency. Nothing is refused for it, since a file may bring it tomorrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchback.config import Config, Requirement
from matchback.rewards.program_budgets import budgets_over
from matchback.rewards.rule_tables import rule_parts
from matchback.rewards.rules import Rule, current_rules

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Held = Mapping[tuple[str, int], tuple[int, int]]


@dataclass
class Arrived:
    """The active events of one name: how many, by currency of their amount and by product, and what else they name."""

    events: int = 0
    persons: int = 0
    accounts: int = 0
    currencies: Counter[str] = field(default_factory=Counter)
    products: Counter[str] = field(default_factory=Counter)

    def take(self, row: Mapping[str, Any]) -> None:
        """Add a row of sql/terms/arrived_events."""
        self.events += row["events"]
        self.persons += row["persons"]
        self.accounts += row["accounts"]
        if row["currency"] is not None:
            self.currencies[row["currency"]] += row["events"]
        if row["product"] is not None:
            self.products[row["product"]] += row["events"]


def rules_that_never_pass(config: Config, warehouse: Warehouse) -> list[tuple[str, str]]:
    """Return (rule id, why it cannot pass) for each reason found; nothing before the first event has arrived."""
    arrived: dict[str, Arrived] = {}
    for row in warehouse.rows("terms/arrived_events"):
        arrived.setdefault(row["event_name"], Arrived()).take(row)
    if not arrived:
        return []
    held = {
        (row["rule_version"], row["position"]): (row["events"], row["held"])
        for row in warehouse.rows("terms/held_conditions")
    }
    return [
        (rule.terms.id, reason)
        for rule in current_rules(config)
        for reason in [*_dates(rule, config), *_limits(rule, config), *never_passing(rule, arrived, held)]
    ]


def never_passing(rule: Rule, arrived: Mapping[str, Arrived], held: Held) -> Iterator[str]:
    """Yield why a rule cannot pass with the events that arrived: key first, then what is missing."""
    terms = rule.terms
    trigger = arrived.get(terms.on)
    if trigger is None:
        yield f"on: no {terms.on} has arrived"
    else:
        yield from _condition("when", rule, 0, trigger, [terms.on], held)
        yield from _value(rule, trigger)
    ways: dict[int, dict[int, list[str]]] = {}
    for part in rule_parts(rule):
        found = ways.setdefault(part.group_position, {}).setdefault(part.alternative, [])
        if part.item.kind != "none":
            found += _requirement(rule, part.position, part.item, arrived, held)
    for number, alternatives in ways.items():
        if all(alternatives.values()):
            yield from (f"require {number}: {reason}" for found in alternatives.values() for reason in found)


def _requirement(
    rule: Rule, position: int, item: Requirement, arrived: Mapping[str, Arrived], held: Held
) -> Iterator[str]:
    names = item.event_names
    came = [arrived[name] for name in names if name in arrived]
    words = " or ".join(names)
    if not came:
        yield f"no {words} has arrived"
        return
    events = sum(one.events for one in came)
    if item.after not in (None, "root") and item.after not in arrived:
        yield f"after: no {item.after} has arrived"
    needs_amount = item.kind == "sum" or (item.kind == "single" and item.at_least is not None)
    if needs_amount and not any(one.currencies[rule.currency] for one in came):
        yield f"none of the {events:,} {words} has an amount in {rule.currency}"
    if item.on == "same_account":
        if rule.terms.on not in names and not any(one.accounts for one in came):
            yield f"none of the {events:,} {words} names an account or an order"
    elif not any(one.persons for one in came):
        yield f"none of the {events:,} {words} belongs to a person"
    for one in came[:1]:
        yield from _condition("when", rule, position, one, names, held)


def _condition(
    key: str, rule: Rule, position: int, came: Arrived, names: Sequence[str], held: Held
) -> Iterator[str]:
    """Yield that a condition held for no event, and which of its columns never comes."""
    events, passed = held.get((rule.version, position), (0, 0))
    if not events or passed:
        return
    text = rule.terms.when if position == 0 else None
    lacking = []
    if (
        text
        and rule.condition is not None
        and rule.condition.uses_amount
        and not came.currencies[rule.currency]
    ):
        lacking.append(f"none has an amount in {rule.currency}")
    if text and "product" in text and not came.products:
        lacking.append("none names a product")
    tail = f": {', '.join(lacking)}" if lacking else ""
    yield f"{key}: it held for none of the {events:,} {' or '.join(names)} that arrived{tail}"


def _value(rule: Rule, trigger: Arrived) -> Iterator[str]:
    value, on = rule.terms.value, rule.terms.on
    if value.percent is not None and value.of == "trigger" and not trigger.currencies[rule.currency]:
        yield f"value.percent: none of the {trigger.events:,} {on} has an amount in {rule.currency}"
    if value.tiers and value.amount is None:
        named = {product for tier in value.tiers for product in tier.product or [""]}
        if "" not in named and not named & trigger.products.keys():
            yield f"value.tiers: none of the {trigger.events:,} {on} names one of their products"


def _limits(rule: Rule, config: Config) -> Iterator[str]:
    """Yield the limits and budgets into which not even one reward fits."""
    value = rule.terms.value
    amounts = [tier.amount for tier in value.tiers] + ([] if value.amount is None else [value.amount])
    least = min(amounts, default=None)
    for name, limits in (("limits", rule.terms.limits), ("budget", rule.terms.budget)):
        for number, limit in enumerate(limits, start=1):
            too_small = limit.value is not None and least is not None and limit.value < least
            if limit.count == 0 or too_small:
                yield f"{name} {number}: not even one reward fits into it"
    program = next(item for item in config.programs if item.id == rule.terms.program)
    for number, budget in budgets_over(program, rule.reward_currency, config):
        if budget.count == 0 or (budget.value is not None and least is not None and budget.value < least):
            yield f"budget {number} of program {program.id}: not even one reward fits into it"


def _dates(rule: Rule, config: Config) -> Iterator[str]:
    program = next(item for item in config.programs if item.id == rule.terms.program)
    if program.until_on is not None and rule.terms.from_on > program.until_on:
        yield f"from: program {program.id} has ended by then, on {program.until_on}"
    if rule.terms.until_on is not None and rule.terms.until_on < program.from_on:
        yield f"until: program {program.id} begins later, on {program.from_on}"
