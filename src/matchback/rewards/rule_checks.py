"""What a reward rule may say: the checks that the shape of the configuration alone cannot make."""

from __future__ import annotations

from collections.abc import Sequence

from matchback.config import Config, Limit, Program, Requirement, Reward
from matchback.config_terms import GROUPS, PLAIN_KINDS
from matchback.rewards.conditions import NO_CURRENCY, ConditionError, parse_condition
from matchback.rewards.ledger_book import MANUAL
from matchback.rewards.value_checks import amount_problems, value_problems

MAX_LIMITS = 3
MAX_BUDGETS = 2
MAX_REQUIREMENTS = 20
MAX_PARTS = 100
_ANCHORS = ("root", "trigger")


def rule_problems(reward: Reward, config: Config) -> list[str]:
    """Return what is wrong with one rule, all at once; empty when it can be judged."""
    currency = reward.value.currency or config.workspace.currency
    found = value_problems(reward, currency)
    found += _scope_problems(reward, config, currency)
    found += _count_problems(reward)
    for number, item in enumerate(reward.require, start=1):
        found += [
            f"require {number}: {text}" for text in _requirement_problems(item, reward, config, currency)
        ]
    parts = sum(len(way) for item in reward.require if item.kind in GROUPS for way in item.alternatives)
    if len(reward.require) > MAX_REQUIREMENTS or parts > MAX_PARTS:
        found.append(f"require: at most {MAX_REQUIREMENTS} requirements and {MAX_PARTS} parts of any and all")
    for name, limits in (("limits", reward.limits), ("budget", reward.budget)):
        found += _limits_problems(name, limits, reward, currency)
    for number, reversal in enumerate(reward.reversed_by, start=1):
        found += [f"reversed_by {number}: {text}" for text in _anchor_problems(reversal.after, config)]
    return found


def _scope_problems(reward: Reward, config: Config, currency: str) -> list[str]:
    found = _condition_problems(reward.when, currency)
    if reward.until_on is not None and reward.until_on < reward.from_on:
        found.append("until: it lies before from")
    if reward.id == "none":
        found.append('id: "none" is what replaces says of no rule')
    if reward.id == MANUAL:
        found.append('id: "manual" stands for what operators grant by hand')
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


def _condition_problems(text: str | None, currency: str) -> list[str]:
    if text is None:
        return []
    try:
        parse_condition(text, currency)
    except ConditionError as error:
        return [f"when: {error}"]
    return []


def _count_problems(reward: Reward) -> list[str]:
    """Refuse what would leave open which reward an ordinal stands for."""
    said = [name for name in ("every_nth_event", "every_nth_referral", "milestones") if getattr(reward, name)]
    found: list[str] = []
    if len(said) > 1:
        found.append(f"{said[1]}: {said[0]} counts already; write a rule for each")
    if any(number < 1 for number in reward.milestones) or len(set(reward.milestones)) < len(
        reward.milestones
    ):
        found.append("milestones: they are whole numbers from 1 on, each once")
    if reward.counts in ("referrals", "milestones") and (reward.to == "actor" or "event" in reward.once_per):
        found.append(f"{said[0]}: it counts referrals; an actor's events are counted by every_nth_event")
    if reward.counts == "events" and reward.once_per not in (["event"], ["friend", "account"]):
        found.append('once_per: every_nth_event counts each event; leave it out or write ["event"]')
    return found


def program_problems(program: Program, config: Config) -> list[str]:
    """Return what is wrong with the budgets of a program, all at once."""
    found: list[str] = []
    for number, budget in enumerate(program.budget, start=1):
        money = budget.currency or config.workspace.currency
        found += _limit_problems(f"budget {number}", budget, money)
        if budget.currency is not None and budget.value is None:
            found.append(f"budget {number}: currency: only a value has one")
    if len(program.budget) > MAX_BUDGETS:
        found.append(f"budget: a program has at most {MAX_BUDGETS}")
    return found


def _limits_problems(name: str, limits: Sequence[Limit], reward: Reward, currency: str) -> list[str]:
    found: list[str] = []
    money = NO_CURRENCY if reward.value.kind in PLAIN_KINDS else currency
    for number, limit in enumerate(limits, start=1):
        found += _limit_problems(f"{name} {number}", limit, money)
    most = MAX_LIMITS if name == "limits" else MAX_BUDGETS
    if len(limits) > most:
        found.append(f"{name}: a rule has at most {most}")
    return found


def _limit_problems(name: str, limit: Limit, money: str) -> list[str]:
    found: list[str] = []
    if (limit.count is None) == (limit.value is None):
        found.append(f"{name}: name exactly one of count, value")
    elif limit.value is not None:
        found += amount_problems(f"{name}: value", limit.value, money)
    if limit.starts is not None and limit.per not in ("tax_year", "program_year"):
        found.append(f"{name}: starts: only a tax_year or a program_year has a first day")
    return found


def _requirement_problems(item: Requirement, reward: Reward, config: Config, currency: str) -> list[str]:
    if item.kind in GROUPS:
        return _group_problems(item, reward, config, currency)
    found = _anchor_problems(item.after, config) if item.after is not None else []
    found += _condition_problems(item.when, currency)
    if item.before not in (None, *_ANCHORS):
        found.append('before: it can only be "trigger" or "root"')
    if item.within_days is not None and item.after is None and item.before is None:
        found.append("within_days: it needs after or before to count from")
    if item.on == "advocate" and reward.to == "actor":
        found.append("on: an actor has no advocate")
    if item.on == "advocate" and item.after not in (None, "root"):
        found.append('on: of the advocate, after can only be "root", the friend\'s first event')
    if item.kind == "none":
        found += _none_problems(item, reward)
    elif item.until is not None:
        found.append('until: only a requirement of "none" can last until "payout"')
    elif item.kind == "count":
        if item.at_least is None or item.at_least != item.at_least.to_integral_value() or item.at_least < 1:
            found.append("at_least: a count is a whole number from 1 on")
    elif item.at_least is not None:
        found += amount_problems("at_least", item.at_least, currency)
    elif item.kind == "sum":
        found.append("at_least: a sum needs an amount")
    return found


def _group_problems(item: Requirement, reward: Reward, config: Config, currency: str) -> list[str]:
    """Refuse groups deeper than any of all, and what would apply to no part; `none` stands by itself."""
    beside = [
        name
        for name, field in type(item).model_fields.items()
        if name != item.kind and getattr(item, name) != field.default
    ]
    found = [f"{name}: it belongs into the parts of {item.kind}" for name in beside]
    parts = item.any or item.all or []
    for number, part in enumerate(parts, start=1):
        if part.kind in GROUPS and (part.kind, item.kind) != ("all", "any"):
            found.append(f"{item.kind} {number}: {part.kind} does not stand within {item.kind}")
        elif part.kind == "none":
            found.append(f"{item.kind} {number}: none is a requirement of its own")
        else:
            problems = _requirement_problems(part, reward, config, currency)
            found += [f"{item.kind} {number}: {text}" for text in problems]
    return found


def _none_problems(item: Requirement, reward: Reward) -> list[str]:
    """Refuse a `none` window that could still be open when the reward is released."""
    if item.at_least is not None:
        return ["at_least: a requirement of none has no amount"]
    if item.until == "payout" or item.before in _ANCHORS:
        return []
    if item.within_days is None:
        return ['within_days: the window of none never ends; give it, or until = "payout"']
    if item.after not in ("root", reward.on):
        return [f'after: {item.after!r} may come after the release; use until = "payout"']
    if reward.pending_after == "root" and item.after != "root":
        return [
            f"after: {item.after!r} may come later than the pending days, which pending_after counts from the root"
        ]
    if reward.pending_days < item.within_days:
        pending = f"{reward.pending_days} pending days could release the reward"
        window = f"before the window of {item.within_days} days after {item.after} ends"
        return [f'within_days: {pending} {window}; raise pending_days or use until = "payout"']
    return []


def _anchor_problems(anchor: str, config: Config) -> list[str]:
    if anchor == "root" or config.event(anchor) is not None:
        return []
    return [f'after: {anchor!r} is neither "root" nor an event of the catalog']
