"""Reward rules as rows: the small tables by which the SQL of the reward step judges every rule version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matchback.config import Limit, Requirement
from matchback.config_terms import GROUPS, ValueTier
from matchback.rewards.conditions import NO_CURRENCY, Condition, minor_digits, parse_condition, to_minor
from matchback.rewards.rules import ROLES, Rule

if TYPE_CHECKING:
    import pyarrow as pa

_PERIOD_ORDER = ("day", "month", "calendar_year", "tax_year", "program_year", "program")
_BUDGETS_FROM = 3  # behind the limits, of which a rule has three at most
_PARTS_FROM = 20  # the parts of `any` and `all` are numbered behind the requirements themselves
_MILLIONTHS_OF_A_PERCENT = 10_000


def rule_tables(rules: Sequence[Rule]) -> dict[str, pa.Table]:
    """Return the rules as the tables that the SQL reads: terms, roles, requirements, tiers, limits, reversals."""
    import pyarrow as pa

    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SHAPES}
    for rule in rules:
        rows["rule_terms"].append(_terms_row(rule))
        rows["rule_roles"] += [{"rule_version": rule.version, "role": role} for role in ROLES[rule.terms.to]]
        parts = list(rule_parts(rule))
        rows["rule_requirements"] += [_requirement_row(rule, part) for part in parts]
        rows["rule_requirement_events"] += [
            {"rule_version": rule.version, "position": part.position, "event_name": name}
            for part in parts
            for name in sorted(set(part.item.event_names))
        ]
        rows["rule_tiers"] += _tier_rows(rule)
        rows["rule_milestones"] += [
            {"rule_version": rule.version, "milestone": number} for number in rule.terms.milestones
        ]
        rows["rule_limits"] += _limit_rows(rule)
        rows["rule_reversals"] += _reversal_rows(rule)
    types = {"s": pa.string(), "i": pa.int32(), "b": pa.int64(), "d": pa.date32(), "t": pa.bool_()}
    return {
        name: pa.Table.from_pylist(
            rows[name], schema=pa.schema([(column, types[kind]) for column, kind in shape.items()])
        )
        for name, shape in _SHAPES.items()
    }


_SHAPES: dict[str, dict[str, str]] = {
    "rule_terms": {
        "rule_version": "s",
        "rule_id": "s",
        "rule_key": "s",
        "program": "s",
        "from_on": "d",
        "until_on": "d",
        "terms_by": "s",
        "event_name": "s",
        "slot_kind": "s",
        "once_per_friend": "t",
        "once_per_account": "t",
        "condition_text": "s",
        "condition_uses_amount": "t",
        "counts": "s",
        "every_nth": "i",
        "reward_kind": "s",
        "reward_name": "s",
        "amount_minor": "b",
        "reward_currency": "s",
        "rate": "b",
        "rate_divisor": "b",
        "rate_of": "s",
        "rounding": "s",
        "most_minor": "b",
        "has_tiers": "t",
        "has_referral_tiers": "t",
        "currency": "s",
        "minor_digits": "i",
        "pending_days": "i",
        "root_pending_days": "i",
        "expire_after_days": "i",
        "approve": "s",
        "after_payment": "s",
        "on_displaced": "s",
        "is_current": "t",
    },
    "rule_roles": {"rule_version": "s", "role": "s"},
    "rule_requirements": {
        "rule_version": "s",
        "position": "i",
        "group_position": "i",
        "alternative": "i",
        "condition": "s",
        "kind": "s",
        "has_condition": "t",
        "at_least_minor": "b",
        "at_least_count": "b",
        "after_name": "s",
        "before_name": "s",
        "within_days": "i",
        "until_payout": "t",
        "on_whom": "s",
    },
    "rule_requirement_events": {"rule_version": "s", "position": "i", "event_name": "s"},
    "rule_tiers": {
        "rule_version": "s",
        "position": "i",
        "product": "s",
        "from_referral": "i",
        "amount_minor": "b",
    },
    "rule_milestones": {"rule_version": "s", "milestone": "i"},
    "rule_limits": {
        "rule_version": "s",
        "position": "i",
        "level": "i",
        "is_budget": "t",
        "condition": "s",
        "measure": "s",
        "max_count": "b",
        "max_value_minor": "b",
        "per": "s",
        "starts_on": "i",
        "by_date": "s",
    },
    "rule_reversals": {
        "rule_version": "s",
        "position": "i",
        "event_name": "s",
        "after_name": "s",
        "within_days": "i",
        "on_whom": "s",
    },
}


@dataclass(frozen=True)
class RulePart:
    """One event that is looked for: a requirement, or a part of one."""

    position: int
    group_position: int
    alternative: int  # 0 where nothing can stand for it
    condition: str
    item: Requirement


def rule_conditions(rule: Rule) -> Iterator[tuple[str, int, list[str], Condition]]:
    """Yield the conditions of a rule as (rule_version, position, event_names, condition); the trigger's is 0."""
    if rule.condition is not None:
        yield rule.version, 0, [rule.terms.on], rule.condition
    for part in rule_parts(rule):
        if part.item.when is not None:
            condition = parse_condition(part.item.when, rule.currency)
            yield rule.version, part.position, sorted(set(part.item.event_names)), condition


def rule_parts(rule: Rule) -> Iterator[RulePart]:
    number = _PARTS_FROM
    for position, item in enumerate(rule.terms.require, start=1):
        if item.kind not in GROUPS:
            yield RulePart(position, position, 0, f"require_{position}", item)
            continue
        first = number
        for alternative, way in enumerate(item.alternatives, start=1):
            for leaf in way:
                number += 1
                yield RulePart(number, position, alternative, f"require_{position}_{number - first}", leaf)


def _terms_row(rule: Rule) -> dict[str, Any]:
    terms, value = rule.terms, rule.terms.value
    return {
        "rule_version": rule.version,
        "rule_id": terms.id,
        "rule_key": rule.key,
        "program": terms.program,
        "from_on": terms.from_on,
        "until_on": terms.until_on,
        "terms_by": terms.terms_by,
        "event_name": terms.on,
        "slot_kind": rule.slot_kind,
        "once_per_friend": "friend" in terms.once_per,
        "once_per_account": "account" in terms.once_per,
        "condition_text": terms.when,
        "condition_uses_amount": rule.condition is not None and rule.condition.uses_amount,
        "counts": terms.counts,
        "every_nth": terms.every_nth_event or terms.every_nth_referral,
        "reward_kind": value.kind,
        "reward_name": value.name,
        "amount_minor": rule.amount_minor,
        "reward_currency": rule.reward_currency,
        **_rate(rule),
        "has_tiers": bool(value.tiers),
        "has_referral_tiers": any(tier.from_referral is not None for tier in value.tiers),
        "currency": rule.currency,
        "minor_digits": minor_digits(rule.currency),
        "pending_days": 0 if terms.pending_after == "root" else terms.pending_days,
        "root_pending_days": terms.pending_days if terms.pending_after == "root" else None,
        "expire_after_days": terms.expire_after_days,
        "approve": terms.approve,
        "after_payment": terms.after_payment,
        "on_displaced": terms.on_displaced,
        "is_current": rule.is_current,
    }


def _rate(rule: Rule) -> dict[str, Any]:
    """Return a percentage as whole numbers: the value in minor units is amount_minor × rate ÷ rate_divisor, rounded."""
    value = rule.terms.value
    if value.percent is None:
        return dict.fromkeys(("rate", "rate_divisor", "rate_of", "rounding", "most_minor"))
    digits = minor_digits(rule.currency) - minor_digits(rule.reward_currency)
    most = value.at_most
    return {
        "rate": int(value.percent * _MILLIONTHS_OF_A_PERCENT),
        "rate_divisor": 1_000_000 * 10**digits,
        "rate_of": value.of,
        "rounding": value.rounding,
        "most_minor": None if most is None else to_minor(most, rule.reward_currency),
    }


def _tier_rows(rule: Rule) -> list[dict[str, Any]]:
    return [
        {
            "rule_version": rule.version,
            "position": position,
            "product": product,
            "from_referral": tier.from_referral,
            "amount_minor": to_minor(tier.amount, rule.reward_currency),
        }
        for position, tier in enumerate(rule.terms.value.tiers, start=1)
        for product in _products(tier)
    ]


def _products(tier: ValueTier) -> list[str] | list[None]:
    return [None] if tier.product is None else sorted(set(tier.product))


def _requirement_row(rule: Rule, part: RulePart) -> dict[str, Any]:
    item = part.item
    is_count = item.kind == "count"
    minor = None if item.at_least is None or is_count else to_minor(item.at_least, rule.currency)
    return {
        "rule_version": rule.version,
        "position": part.position,
        "group_position": part.group_position,
        "alternative": part.alternative,
        "condition": part.condition,
        "kind": item.kind,
        "has_condition": item.when is not None,
        "at_least_minor": minor,
        "at_least_count": (1 if item.at_least is None else int(item.at_least)) if is_count else None,
        "after_name": item.after,
        "before_name": item.before,
        "within_days": item.within_days,
        "until_payout": item.until == "payout",
        "on_whom": item.on,
    }


def _limit_rows(rule: Rule) -> list[dict[str, Any]]:
    """Return a rule's limits, and its budgets behind them.

    `level` puts the shorter periods first, since they are filled first; what limits a person comes before what limits
    all together.
    """
    rows: list[dict[str, Any]] = []
    for is_budget, limits in ((False, rule.terms.limits), (True, rule.terms.budget)):
        levels = period_levels(limits)
        rows += [
            {
                "rule_version": rule.version,
                "position": position + (_BUDGETS_FROM if is_budget else 0),
                "level": levels[position] + (_BUDGETS_FROM if is_budget else 0),
                "is_budget": is_budget,
                "condition": f"{'budget' if is_budget else 'limit'}_{position}",
                "measure": "count" if limit.value is None or rule.reward_currency == NO_CURRENCY else "money",
                "max_count": limit.count,
                "max_value_minor": _minor(limit.value, rule.reward_currency),
                "per": limit.per,
                "starts_on": int((limit.starts or "01-01").replace("-", "")),
                "by_date": limit.by,
            }
            for position, limit in enumerate(limits, start=1)
        ]
    return rows


def period_levels(limits: Sequence[Limit]) -> dict[int, int]:
    """Return the rank in which each of these is filled, by its number in the file: shorter periods first."""
    numbered = list(enumerate(limits, start=1))
    ordered = sorted(numbered, key=lambda pair: (_PERIOD_ORDER.index(pair[1].per), pair[0]))
    return {position: level for level, (position, _) in enumerate(ordered, start=1)}


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)


def _reversal_rows(rule: Rule) -> list[dict[str, Any]]:
    return [
        {
            "rule_version": rule.version,
            "position": position,
            "event_name": item.event,
            "after_name": item.after,
            "within_days": item.within_days,
            "on_whom": item.on,
        }
        for position, item in enumerate(rule.terms.reversed_by, start=1)
    ]
