"""What each reason, ground and state means, in the words of an operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchback.config import Config, Limit, Requirement, RewardValue
from matchback.config_terms import GROUPS

GROUNDS = {
    "COUPON_CODE": "used a coupon of the advocate",
    "SHARE_ID": "came through the advocate's share",
    "SHAREABLE_ID": "came through the advocate's link",
    "ADVOCATE_CODE": "named the advocate's code",
    "ADVOCATE_PARTNER_USER_ID": "named the advocate's member id",
    "ADVOCATE_EMAIL": "named the advocate's email",
    "ADVOCATE_ORDER_ID": "named an order of the advocate",
    "ADVOCATE": "named the advocate",
    "SHARE_RECIPIENT": "was sent a share by the advocate",
    "INCENTIVIZED_SHARE": "was reached by an incentivized share of the advocate",
    "PARTNER_SHARE_ID": "carries the client's own id of the advocate's share",
    "MANUAL": "was assigned to the advocate by an operator",
}
LOST = {
    "lower_tier": "a ground that ranks higher decided",
    "older": "a more recent one of the same rank decided",
    "newer": "an earlier one of the same rank decided",
    "opened_before_share": "it came after the friend's event",
    "out_of_look_back": "it was too long before the friend's event",
    "coupon_expired": "the coupon had expired",
    "coupon_not_yet_valid": "the coupon was not valid yet",
    "coupon_revoked": "the coupon had been revoked",
    "coupon_is_reward": "the coupon is an advocate's own reward, not an offer to friends",
    "coupon_public": "the coupon is public: it is nobody's",
    "coupon_already_used": "the coupon is for one use and was used before",
    "other_program": "it belongs to another program, or another of the group keeps the recognition",
    "self_referral": "nobody refers themselves",
    "test_record": "it is a test record",
    "relationship_holds": "the friend already belongs to an advocate",
}
UNRECOGNIZED = {
    "conflict": "the event came in two versions that contradict each other, so neither counts until a correction comes",
    "no_identifier": "the event names no person: an account or order number alone says nothing about who opened it",
    "placeholder_only": "all that names the person is a placeholder, which is read as missing",
    "no_evidence": "no share, click, coupon or code of any advocate leads to this friend",
    "all_lost": "there were candidates, but none holds",
    "coupon_unknown": "the coupon used was never issued, as far as the coupon files say",
}
INELIGIBLE = {
    "existing_customer": "the friend was a customer before",
    "recent_customer": "the friend became a customer only shortly before",
    "employee": "the friend is an employee",
    "blocked": "the advocate or the friend is blocked",
    "advocate_not_eligible": "the advocate could not refer on that day",
    "advocate_newer_than_friend": "the friend was a customer before the advocate",
    "loop": "the two referred each other",
    "outside_program": "the program did not run on that day",
    "test_record": "it is a test record",
}
DECISION = {
    "waiting": "is still open",
    "met": "is met",
    "failed": "has failed for good",
    "expired": "has expired",
}
REOPENS = ("no_identifier", "placeholder_only", "no_evidence", "all_lost", "coupon_unknown", "conflict")
SO_FAR = "fails so far: evidence or a correction that still comes can change it"
NAMED = {
    "ADVOCATE_CODE": "advocate code",
    "SHARE_ID": "share",
    "SHAREABLE_ID": "link",
    "ADVOCATE_PARTNER_USER_ID": "member id of an advocate",
    "ADVOCATE_EMAIL": "email of an advocate",
}
OUTCOMES = {"passed": "yes ", "failed": "NO  ", "open": "open"}
BASIS = {
    "direct": "",
    "journey": "",
    "relationship": ", through a relationship that was founded earlier",
    "manual": "",
}
CONDITIONS = {
    "value": "its value can be told",
    "tier": "its value can be told",
    "counted": "so many are counted",
    "recognized": "an advocate is recognized",
    "eligible": "the referral is eligible",
    "once_per": "not rewarded before",
    "not_reversed": "nothing takes it back",
    "reviewed": "a person approves it, since a quality rule asks for a look",
    "released": "the pending period is over",
}

WHY = {
    **UNRECOGNIZED,
    **INELIGIBLE,
    "not_judged": "judged later",
    "not_yet": "not yet",
    "window_open": "not over yet",
    "pending_period": "not over yet",
    "deadline_passed": "it is too late now",
    "condition_false": "it is not so",
    "in_review": "nobody has yet",
    "rejected": "a quality rule rejects the referral",
    "event_came": "it came",
    "already_rewarded_friend": "there was a reward for this friend",
    "already_rewarded_account": "there was a reward for this account",
    "already_rewarded_event": "there was a reward for this event, on the account it was corrected from",
    "already_rewarded_ordinal": "it was rewarded before",
    "budget_spent": "the budget is spent",
    "program_budget_spent": "the program's budget is spent",
    "limit_reached": "the limit is reached",
    "no_amount": "there is no amount to take it from",
    "no_milestone_left": "there is no milestone left",
    "no_tier": "no tier of the value applies",
    "not_met": "it is not so",
}


def describe_ground(recognition_type: str, on_event: bool) -> str:
    """Return how the friend is tied to the advocate."""
    if recognition_type in ("SHARE_ID", "SHAREABLE_ID") and not on_event:
        return "clicked the advocate's link earlier"
    return GROUNDS.get(recognition_type, recognition_type)


def fails_so_far(decision: Mapping[str, Any]) -> bool:
    """Return whether a rule failed by nothing but a missing recognition, which may still come, however late."""
    failed = [row for row in decision["conditions"] if row["outcome"] == "failed"]
    return (
        decision["status"] == "failed"
        and bool(failed)
        and all(row["condition"] == "recognized" and row["reason_code"] in REOPENS for row in failed)
    )


def describe_ineligible(config: Config, program_id: str | None, codes: str | None) -> str:
    """Return why a referral of a program is not eligible; one without a list of advocates is not said to have it."""
    has_list = any(program.id == program_id and program.advocates for program in config.programs)
    listed = ", or not on the list of eligible advocates," if has_list else ""
    words = {**INELIGIBLE, "advocate_not_eligible": f"the advocate was not enrolled{listed} on that day"}
    return describe_reasons(codes, words)


def describe_unknown(config: Config, program: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing on the event by which the program looks for an advocate, and that nobody has."""
    orders = {known.id: known.order for known in config.programs}
    read = {ground for tier in orders.get(program["program"], []) for ground in tier}
    return [
        f"the {NAMED[row['recognition_type']]} on the event belongs to no known advocate so far"
        for row in program["named"]
        if not row["is_known"] and row["recognition_type"] in read
    ]


def describe_reasons(codes: str | None, words: dict[str, str]) -> str:
    """Return the meaning of one code, or of several with commas between."""
    parts = [code.strip() for code in (codes or "").split(",") if code.strip()]
    return "; ".join(f"{words.get(code, code.replace('_', ' '))} ({code})" for code in parts)


def describe_condition(config: Config, rule_id: str, condition: str) -> str:
    """Return what a condition of a rule asks for, from the rule in the configuration."""
    rule = next((reward for reward in config.rewards if reward.id == rule_id), None)
    if condition in CONDITIONS or rule is None:
        return CONDITIONS.get(condition, condition)
    if condition == "trigger":
        return f"{_label(config, rule.on)} arrived"
    if condition == "when":
        return str(rule.when)
    name, *numbers = condition.removeprefix("program_").split("_")
    if not numbers or not all(number.isdecimal() for number in numbers):
        return condition
    position, *parts = (int(number) - 1 for number in numbers)
    if name == "require" and position < len(rule.require):
        item = rule.require[position]
        leaves = [part for way in item.alternatives for part in way]
        if not parts:
            return _requirement(config, item)
        return f"one way: {_requirement(config, leaves[parts[0]])}" if parts[0] < len(leaves) else condition
    if name == "limit" and position < len(rule.limits):
        return _limit(rule.limits[position], "person and ")
    if condition.startswith("program_"):
        return _program_budget(config, rule.program, position) or condition
    if name == "budget" and position < len(rule.budget):
        return _limit(rule.budget[position], "") + " for all together"
    return condition


def _label(config: Config, name: str) -> str:
    event = config.event(name)
    return f"'{event.label}'" if event and event.label else name


def _requirement(config: Config, requirement: Requirement) -> str:
    if requirement.kind in GROUPS:
        joint = " and " if requirement.all else ", or "
        return joint.join(_requirement(config, part) for part in requirement.any or requirement.all or [])
    event = " or ".join(_label(config, name) for name in requirement.event_names)
    least = requirement.at_least
    what = {
        "single": f"one {event}" + (f" of at least {least}" if least is not None else ""),
        "sum": f"{event} of together at least {least}",
        "count": f"at least {least or 1} {event}",
        "none": f"no {event}",
    }[requirement.kind]
    parts = [what]
    if requirement.within_days is not None:
        parts.append(f"within {requirement.within_days} days")
    if requirement.after:
        anchor = "the first event" if requirement.after == "root" else _label(config, requirement.after)
        parts.append(f"after {anchor}")
    if requirement.before:
        anchor = "the trigger" if requirement.before == "trigger" else "the friend's first event"
        parts.append(f"before {anchor}")
    if requirement.until:
        parts.append(f"until {requirement.until}")
    if requirement.when:
        parts.append(f"where {requirement.when}")
    parts.append("on the same account" if requirement.on == "same_account" else f"by the {requirement.on}")
    return " ".join(parts)


def _program_budget(config: Config, program_id: str, position: int) -> str | None:
    budgets = next((known.budget for known in config.programs if known.id == program_id), [])
    if position >= len(budgets):
        return None
    return f"the program's budget: {_limit(budgets[position], '')} for all of its rules together"


def _limit(limit: Limit, whom: str) -> str:
    most = f"{limit.count} rewards" if limit.count is not None else f"{limit.value} in value"
    return f"at most {most} per {whom}{limit.per.replace('_', ' ')}"


def describe_value(value: RewardValue) -> str:
    """Return what a rule's value is, without its kind: an amount, tiers, a share of an amount, or a name."""
    if value.percent is not None:
        return f"{value.percent:f}% of the {'sum' if value.of == 'sum' else 'amount'}"
    if value.name is not None and value.amount is None:
        return value.name
    amounts = sorted({tier.amount for tier in value.tiers} | ({value.amount} if value.amount else set()))
    return str(amounts[0]) if len(amounts) == 1 else f"{amounts[0]} to {amounts[-1]}"
