"""What a reward rule may say: the checks that the shape of the configuration alone cannot make."""

from __future__ import annotations

from decimal import Decimal

from matchback.config import Config, Requirement, Reward
from matchback.rewards.conditions import ConditionError, parse_condition, to_minor

MAX_LIMITS = 3


def rule_problems(reward: Reward, config: Config) -> list[str]:
    """Return what is wrong with one rule, all at once; empty when it can be judged."""
    currency = reward.value.currency or config.workspace.currency
    found = _value_problems(reward, config, currency)
    for number, item in enumerate(reward.require, start=1):
        found += [
            f"require {number}: {text}" for text in _requirement_problems(item, reward, config, currency)
        ]
    for number, limit in enumerate(reward.limits, start=1):
        if (limit.count is None) == (limit.value is None):
            found.append(f"limits {number}: name exactly one of count, value")
        elif limit.value is not None:
            found += _amount_problems(f"limits {number}: value", limit.value, currency)
    if len(reward.limits) > MAX_LIMITS:
        found.append(f"limits: a rule has at most {MAX_LIMITS}")
    for number, reversal in enumerate(reward.reversed_by, start=1):
        found += [f"reversed_by {number}: {text}" for text in _anchor_problems(reversal.after, config)]
    return found


def _value_problems(reward: Reward, config: Config, currency: str) -> list[str]:
    found = _amount_problems("value.amount", reward.value.amount, currency)
    if reward.when is not None:
        try:
            parse_condition(reward.when, currency)
        except ConditionError as error:
            found.append(f"when: {error}")
    if reward.until_on is not None and reward.until_on < reward.from_on:
        found.append("until: it lies before from")
    if reward.id == "none":
        found.append('id: "none" is what replaces says of no rule')
    if reward.to != "actor" and "event" in reward.once_per and len(reward.once_per) > 1:
        found.append('once_per: "event" stands alone')
    if reward.on_displaced == "both":
        found.append(
            'on_displaced: "both" would pay one referral twice past every limit; write "keep" or "move"'
        )
    program = next(item for item in config.programs if item.id == reward.program)
    if reward.to == "actor" and reward.on not in program.events:
        found.append(f"on: {reward.on!r} is not among the events that program {program.id!r} judges")
    return found


def _requirement_problems(item: Requirement, reward: Reward, config: Config, currency: str) -> list[str]:
    found = _anchor_problems(item.after, config) if item.after is not None else []
    if item.before not in (None, "trigger"):
        found.append('before: it can only be "trigger"')
    if item.within_days is not None and item.after is None and item.before is None:
        found.append("within_days: it needs after or before to count from")
    if item.kind == "none":
        found += _none_problems(item, reward)
    elif item.until is not None:
        found.append('until: only a requirement of "none" can last until "payout"')
    elif item.kind == "count":
        if item.at_least is None or item.at_least != item.at_least.to_integral_value() or item.at_least < 1:
            found.append("at_least: a count is a whole number from 1 on")
    elif item.at_least is not None:
        found += _amount_problems("at_least", item.at_least, currency)
    elif item.kind == "sum":
        found.append("at_least: a sum needs an amount")
    return found


def _none_problems(item: Requirement, reward: Reward) -> list[str]:
    """Refuse a `none` window that could still be open when the reward is released."""
    if item.at_least is not None:
        return ["at_least: a requirement of none has no amount"]
    if item.until == "payout" or item.before == "trigger":
        return []
    if item.within_days is None:
        return ['within_days: the window of none never ends; give it, or until = "payout"']
    if item.after not in ("root", reward.on):
        return [f'after: {item.after!r} may come after the release; use until = "payout"']
    if reward.pending_days < item.within_days:
        pending = f"{reward.pending_days} pending days could release the reward"
        window = f"before the window of {item.within_days} days after {item.after} ends"
        return [f'within_days: {pending} {window}; raise pending_days or use until = "payout"']
    return []


def _anchor_problems(anchor: str, config: Config) -> list[str]:
    if anchor == "root" or config.event(anchor) is not None:
        return []
    return [f'after: {anchor!r} is neither "root" nor an event of the catalog']


def _amount_problems(name: str, amount: Decimal, currency: str) -> list[str]:
    try:
        to_minor(amount, currency)
    except ValueError as error:
        return [f"{name}: {error}"]
    return []
