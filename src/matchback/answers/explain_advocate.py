"""Explain for the advocate's ears: what a support agent may read to an advocate, and nothing about a friend.

The answer is put together anew from the advocate's own shares, the advocate's own rewards and the program's terms. It
never starts from the full answer, so that nothing can be forgotten in it. Whatever is not the advocate's own sounds
alike: a friend who never came, one whom another advocate brought, one who failed the terms and one who opted out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from matchback.answers.explain_words import describe_condition, describe_value
from matchback.answers.lookup import id_in, kind_of
from matchback.answers.printing import count, money
from matchback.config import Config, Reward
from matchback.config_terms import PLAIN_KINDS
from matchback.errors import ConfigurationError, MatchbackError
from matchback.rewards.conditions import NO_CURRENCY
from matchback.rewards.program_budgets import budgets_over

if TYPE_CHECKING:
    from matchback.answers.explain import Question, Search

Data = dict[str, Any]
AUDIENCES = ("staff", "advocate")
OF_THE_FRIEND = ("event", "account", "order", "coupon")
TOLD = ("reward_id", "program", "rule_id", "kind", "amount_minor", "currency", "state", "sent_on")
NOTHING = (
    "No reward of this referral can be told. A reward is earned when all that the terms below ask for has happened and "
    "was reported. Whether and how another person deals with us cannot be said."
)
STATES = {
    "pending": "is granted and goes out after the pending period of the terms",
    "approved": "is approved and goes out with the next payout",
    "issued": "was sent",
    "fulfilled": "was paid",
    "redeemed": "was redeemed",
    "failed": "was sent and could not be paid; it is being looked into",
    "expired": "was sent and expired unused",
    "declined": "was declined under the program's terms",
    "voided": "was taken back before it was sent, under the program's terms",
    "clawed_back": "was sent and later taken back, under the program's terms",
}


def answer_advocate(search: Search, question: Question) -> Data:
    """Return what may be told to the advocate whom a question names; raise ConfigurationError if it names none."""
    as_of = search.as_of
    if question.kind in OF_THE_FRIEND:
        raise ConfigurationError(
            f"--{question.kind} asks about a friend's deeds, of which an advocate is told nothing.",
            next_step="Name the advocate:  matchback explain --audience advocate --advocate ID --friend -",
        )
    if question.kind == "reward":
        rewards = _one_reward(search, question.value, as_of)
        shares = []
    else:
        advocate_id = _advocate(search, question)
        rewards = _rewards(search, question, advocate_id, as_of)
        parameters = {"person_id": advocate_id}
        shares = (
            [] if question.kind == "pair" else search.warehouse.rows("explain/advocate_shares", parameters)
        )
    return {
        "audience": "advocate",
        "asked": question.kind,
        "as_of": as_of,
        "shares": shares,
        "rewards": [{name: reward[name] for name in TOLD} for reward in rewards],
        "terms": [_terms(search.config, rule) for rule in _rules_in_force(search.config, as_of)],
    }


def tell_advocate(data: Data) -> str:
    """Return the answer in words that may be read out."""
    lines = [
        f"As of {data['as_of']}, for the advocate: what stands below may be read out. It says nothing about a friend.",
        "",
    ]
    for row in data["shares"]:
        program = f" in {row['program']}" if row["program"] else ""
        lines.append(
            f"Shared {count(row['share_count'], 'time')}{program}, from {row['first_on']} to {row['last_on']}."
        )
    for reward in data["rewards"]:
        sent = f" It went out on {reward['sent_on']}." if reward["sent_on"] else ""
        lines.append(
            f"A reward of {money(reward['amount_minor'], reward['currency'])} ({reward['kind'].replace('_', ' ')}) of "
            f"{reward['program']} {STATES[reward['state']]}.{sent} [reward {reward['reward_id']}]"
        )
    if not data["rewards"]:
        lines.append(NOTHING)
    lines += ["", "What the terms ask for:"]
    for rule in data["terms"]:
        kind = rule["kind"].replace("_", " ")
        lines.append(f"  {rule['program']}: {rule['amount']} {rule['currency']} ({kind}) for the advocate")
        lines += [f"    - {words}" for words in rule["asks"]]
    return "\n".join(lines)


def _advocate(search: Search, question: Question) -> int | None:
    """Return the one person whom the question names as the advocate; None when nobody is known."""
    kind = question.kind if question.kind != "pair" else kind_of(question.value)
    people = search.people(kind, question.value)
    carriers = [row["person_id"] for row in people if row["is_shared"]]
    found = carriers or [row["person_id"] for row in people]
    if len(found) > 1:
        raise MatchbackError(
            "Several members carry this identifier, and none may hear of the other's rewards.",
            next_step="Name the advocate by member id:  matchback explain --audience advocate --partner-user-id ID",
        )
    return found[0] if found else None


def _rewards(search: Search, question: Question, advocate_id: int | None, as_of: date) -> list[Data]:
    """Return the rewards that may be told: of one friend only those that may be confirmed.

    Of all friends together also those already sent, which are the advocate's own receipts and name nobody.
    """
    if advocate_id is None:
        return []
    if question.kind != "pair":
        rows = _read(search, as_of, advocate_id=advocate_id)
        return [row for row in rows if row["may_be_confirmed"] or row["sent_on"] is not None]
    friend = _friend(search, question, as_of)
    if friend is None:
        return []
    rows = _read(search, as_of, advocate_id=advocate_id, friend_id=friend)
    return [row for row in rows if row["may_be_confirmed"]]


def _friend(search: Search, question: Question, as_of: date) -> int | None:
    """Return the one person whom the question names as the friend; None if several might be meant or one opted out."""
    people = search.everybody(question.friend)
    carriers = [row["person_id"] for row in people if row["is_shared"]]
    found = list(dict.fromkeys(carriers or [row["person_id"] for row in people]))
    for person_id in dict.fromkeys(row["person_id"] for row in people):
        parameters = {"person_id": person_id, "as_of": as_of}
        if search.warehouse.rows("explain/person_consent", parameters)[0]["opted_out"]:
            return None
    return found[0] if len(found) == 1 else None


def _one_reward(search: Search, text: str, as_of: date) -> list[Data]:
    reward_id = id_in(text) or 0
    rows = [
        row
        for owner in search.warehouse.rows("explain/reward_beneficiary", {"reward_id": reward_id})
        for row in _read(search, as_of, advocate_id=owner["beneficiary_id"], reward_id=reward_id)
        if row["may_be_confirmed"]
    ]
    if not rows:
        raise MatchbackError("No reward of this id may be told to an advocate.")
    return rows


def _read(search: Search, as_of: date, **of: int) -> list[Data]:
    nothing = {"friend_id": None, "reward_id": None}
    asks = any(feed.constants.get("purpose") == "consent" for feed in search.config.feeds)
    parameters = {**nothing, **of, "as_of": as_of, "requires_consent": asks}
    return search.warehouse.rows("explain/advocate_rewards", parameters)


def _rules_in_force(config: Config, as_of: date) -> list[Reward]:
    """The rules for advocates on a day: alike for everybody who asks."""
    return [
        rule
        for rule in config.rewards
        if rule.to in ("advocate", "both")
        and rule.from_on <= as_of
        and (rule.until_on is None or as_of <= rule.until_on)
    ]


def _terms(config: Config, rule: Reward) -> Data:
    conditions = ["trigger", *(["when"] if rule.when else [])]
    conditions += [f"require_{number}" for number, _ in enumerate(rule.require, start=1)]
    conditions += [f"limit_{number}" for number, _ in enumerate(rule.limits, start=1)]
    conditions += [f"budget_{number}" for number, _ in enumerate(rule.budget, start=1)]
    program = next(known for known in config.programs if known.id == rule.program)
    plain = rule.value.kind in PLAIN_KINDS
    currency = NO_CURRENCY if plain else rule.value.currency or config.workspace.currency
    conditions += [f"program_budget_{number}" for number, _ in budgets_over(program, currency, config)]
    asks = [describe_condition(config, rule.id, condition) for condition in conditions]
    if rule.pending_days:
        since = " after the first event" if rule.pending_after == "root" else ""
        asks.append(f"{count(rule.pending_days, 'day')} pass{since} before it is sent")
    return {
        "program": rule.program,
        "rule_id": rule.id,
        "kind": rule.value.kind,
        "amount": describe_value(rule.value),
        "currency": rule.value.currency or config.workspace.currency,
        "asks": asks,
    }
