"""Reward rules as rows: the small tables by which the SQL of the reward step judges every rule version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matchback.config import Requirement
from matchback.rewards.conditions import minor_digits, to_minor
from matchback.rewards.rules import ROLES, Rule

if TYPE_CHECKING:
    import pyarrow as pa

_PERIOD_ORDER = ("day", "month", "calendar_year", "program")


def rule_tables(rules: Sequence[Rule]) -> dict[str, pa.Table]:
    """Return the rules as the tables that the SQL reads: terms, roles, requirements, limits, reversals."""
    import pyarrow as pa

    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SHAPES}
    for rule in rules:
        rows["rule_terms"].append(_terms_row(rule))
        rows["rule_roles"] += [{"rule_version": rule.version, "role": role} for role in ROLES[rule.terms.to]]
        rows["rule_requirements"] += [
            _requirement_row(rule, position, item)
            for position, item in enumerate(rule.terms.require, start=1)
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
        "reward_kind": "s",
        "amount_minor": "b",
        "currency": "s",
        "minor_digits": "i",
        "pending_days": "i",
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
        "kind": "s",
        "event_name": "s",
        "at_least_minor": "b",
        "at_least_count": "b",
        "after_name": "s",
        "before_trigger": "t",
        "within_days": "i",
        "until_payout": "t",
        "on_whom": "s",
    },
    "rule_limits": {
        "rule_version": "s",
        "position": "i",
        "level": "i",
        "max_count": "b",
        "max_value_minor": "b",
        "per": "s",
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


def _terms_row(rule: Rule) -> dict[str, Any]:
    terms = rule.terms
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
        "reward_kind": terms.value.kind,
        "amount_minor": rule.amount_minor,
        "currency": rule.currency,
        "minor_digits": minor_digits(rule.currency),
        "pending_days": terms.pending_days,
        "expire_after_days": terms.expire_after_days,
        "approve": terms.approve,
        "after_payment": terms.after_payment,
        "on_displaced": terms.on_displaced,
        "is_current": rule.is_current,
    }


def _requirement_row(rule: Rule, position: int, item: Requirement) -> dict[str, Any]:
    is_count = item.kind == "count"
    minor = None if item.at_least is None or is_count else to_minor(item.at_least, rule.currency)
    return {
        "rule_version": rule.version,
        "position": position,
        "kind": item.kind,
        "event_name": item.event_name,
        "at_least_minor": minor,
        "at_least_count": (1 if item.at_least is None else int(item.at_least)) if is_count else None,
        "after_name": item.after,
        "before_trigger": item.before is not None,
        "within_days": item.within_days,
        "until_payout": item.until == "payout",
        "on_whom": item.on,
    }


def _limit_rows(rule: Rule) -> list[dict[str, Any]]:
    """Return a rule's limits; `level` puts the shorter periods first, since they are filled first."""
    numbered = list(enumerate(rule.terms.limits, start=1))
    ordered = sorted(numbered, key=lambda pair: (_PERIOD_ORDER.index(pair[1].per), pair[0]))
    levels = {position: level for level, (position, _) in enumerate(ordered, start=1)}
    return [
        {
            "rule_version": rule.version,
            "position": position,
            "level": levels[position],
            "max_count": limit.count,
            "max_value_minor": None if limit.value is None else to_minor(limit.value, rule.currency),
            "per": limit.per,
            "by_date": limit.by,
        }
        for position, limit in numbered
    ]


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
