"""What the value of a reward rule may say: a fixed amount, tiers, or a percentage; with or without a currency."""

from __future__ import annotations

from decimal import Decimal

from matchback.config import Reward
from matchback.config_terms import PLAIN_KINDS
from matchback.rewards.conditions import NO_CURRENCY, to_minor

NAMED_KINDS = ("tier", "badge")


def value_problems(reward: Reward, currency: str) -> list[str]:
    """Return what is wrong with the value of a rule, each with its key."""
    value = reward.value
    money = NO_CURRENCY if value.kind in PLAIN_KINDS else currency
    found: list[str] = []
    if value.kind in PLAIN_KINDS and value.currency is not None:
        found.append(f"value.currency: {value.kind} have no currency")
    if value.kind in NAMED_KINDS:
        if value.name is None:
            found.append(f"value.name: a {value.kind} needs one")
        if value.amount is not None or value.tiers or value.percent is not None:
            found.append(f"value: a {value.kind} has a name and no amount")
        return found
    if value.percent is not None:
        return found + _percent_problems(reward, money)
    if value.amount is None and not value.tiers:
        found.append("value.amount: it is missing; or write tiers or percent")
    if value.amount is not None:
        found += amount_problems("value.amount", value.amount, money)
    if value.at_most is not None:
        found.append("value.at_most: only a percentage has a maximum")
    if (value.of, value.rounding) != ("trigger", "half_up"):
        found.append("value: of and rounding belong to a percentage")
    return found + _tier_problems(reward, money)


def amount_problems(name: str, amount: Decimal, currency: str) -> list[str]:
    """Return why an amount cannot be one of a currency, if it cannot."""
    try:
        to_minor(amount, currency)
    except ValueError as error:
        return [f"{name}: {error}"]
    return []


def _percent_problems(reward: Reward, money: str) -> list[str]:
    value = reward.value
    found: list[str] = []
    if value.amount is not None or value.tiers:
        found.append("value: percent stands alone, without amount and tiers")
    if value.at_most is not None:
        found += amount_problems("value.at_most", value.at_most, money)
    if value.of == "sum" and len([item for item in reward.require if item.kind == "sum"]) != 1:
        found.append("value.of: of the sum, a rule has exactly one requirement of sum")
    return found


def _tier_problems(reward: Reward, money: str) -> list[str]:
    tiers, found = reward.value.tiers, []
    for number, tier in enumerate(tiers, start=1):
        name = f"value.tiers {number}"
        found += amount_problems(f"{name}: amount", tier.amount, money)
        if tier.product is None and tier.from_referral is None:
            found.append(f"{name}: name a product, from_referral, or both")
        if tier.from_referral is not None and (reward.to == "actor" or reward.counts == "events"):
            found.append(f"{name}: from_referral counts referrals, and this rule rewards events")
    meant = [(product, tier.from_referral) for tier in tiers for product in sorted(set(tier.product or [""]))]
    if len(set(meant)) < len(meant):
        found.append("value.tiers: two of them apply to the same")
    return found
