"""Rewards granted by hand: checked, warned of, and journaled for the next run; and withdrawn again.

Program and reference name a grant: the same one given twice is one. Nothing but keys, ids, codes and amounts is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matchback.acts import deciding, record_act
from matchback.answers.grant_warnings import (
    Warnings,
    duplicate_warnings,
    limit_warnings,
    person_warnings,
    program_warnings,
    tax_warnings,
)
from matchback.answers.lookup import find_event, identifier_key, kind_of, refuse_other_secret
from matchback.answers.printing import money
from matchback.answers.query import open_published
from matchback.answers.reasons import REASON_CODE, Outcome, check_reason
from matchback.answers.tax import thresholds_reached
from matchback.config_terms import PLAIN_KINDS
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError
from matchback.rewards.conditions import NO_CURRENCY, to_minor
from matchback.rewards.ledger_book import MANUAL
from matchback.rewards.ledger_tables import Keys
from matchback.rewards.rules import current_rules
from matchback.rewards.value_checks import NAMED_KINDS

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

KINDS = ("cash", "account_credit", "gift_card", "coupon", "points", "tier", "badge")
GRANT_ROLES = ("advocate", "friend", "actor")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_OVER = ("declined", "voided", "clawed_back", "expired")
_NEXT = "The next run applies it:  matchback run"


@dataclass(frozen=True)
class Asked:
    """A grant as it is typed: `member` is a member id or an email, which goes no further than its key."""

    member: str = field(repr=False)
    program: str
    reference: str
    kind: str
    role: str
    amount: Decimal | None = None
    currency: str | None = None
    name: str | None = None
    event: str | None = None


@dataclass(frozen=True)
class Plan:
    """A grant that was checked: what would be journaled, what to warn of, and the entry if it stands there already."""

    reward_id: int
    arguments: dict[str, Any]
    reason: str
    warnings: Warnings
    journal_number: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The plan for programs; `journaled` tells whether it stands in the journal."""
        return {
            "journaled": self.journal_number is not None,
            "journal_number": self.journal_number,
            "reward_id": self.reward_id,
            **{name: value for name, value in self.arguments.items() if value is not None},
            "warnings": self.warnings,
        }

    @property
    def warning_words(self) -> str:
        """The warnings, one a line."""
        return "\n".join(
            ["Look at this before you grant it:", *(f"  {item['words']}" for item in self.warnings)]
        )


def plan_grant(context: RunContext, asked: Asked, reason: str) -> Plan:
    """Check a grant against the configuration and what is published; journal nothing.

    Raises ConfigurationError for what cannot be granted, and MatchbackError where the person is not known by one id or
    the reference stands for something else.
    """
    check_reason(reason)
    program, value = _check(context, asked), _value(context, asked)
    key = identifier_key(context.workspace, context.config, kind_of(asked.member), asked.member)
    reward_id = Keys(context.config.id_secret(context.workspace.root)).grant(program, asked.reference)
    with open_published(context.workspace, vault=True) as (_, warehouse):
        refuse_other_secret(warehouse, context.workspace, context.config)
        person_id = _one_person(warehouse.rows("explain/identifier_persons", {"identifier_key": key}))
        event = _event(context, warehouse, asked.event)
        grant = {
            "program": program,
            "role": asked.role,
            "person_id": person_id,
            **event,
            **value,
            "reference": asked.reference,
        }
        standing = _standing(context, reward_id, grant)
        warnings = [] if standing else _warnings(context, warehouse, grant)
    return Plan(reward_id, grant, reason, warnings, standing)


def journal_grant(context: RunContext, plan: Plan) -> Outcome:
    """Journal a plan, unless it stands in the journal already; return words and data."""
    value = money(plan.arguments["amount_minor"], plan.arguments["currency"])
    what = f"reward {plan.reward_id}, {value} {plan.arguments['kind'].replace('_', ' ')}"
    act = {"subject_id": plan.reward_id, "reason_code": plan.reason, **plan.arguments}
    with deciding(context):
        plan = replace(plan, journal_number=_standing(context, plan.reward_id, plan.arguments))
        if plan.journal_number is None:
            number = record_act(context, "reward_granted", **act)
    if plan.journal_number is not None:
        words = f"This grant stands as entry {plan.journal_number} already: {what}. Nothing was journaled."
        return words, plan.data
    words = f"Journaled as entry {number}: {what}. It counts from {context.as_of}.\n{_NEXT}"
    if context.config.payout.dual_control:
        approve = f"matchback rewards approve {plan.reward_id} --reason CODE"
        words += f"\nThen another operator approves it:  {approve}"
    return words, {**plan.data, "journaled": True, "journal_number": number}


def withdraw_grants(context: RunContext, reward_ids: Sequence[int], reason: str) -> Outcome:
    """Journal that grants are withdrawn, all of them or none: before the payment voided, after it clawed back."""
    check_reason(reason)
    given = {act["subject_id"] for act in _acts(context, "reward_granted").values()}
    gone = {act["subject_id"]: number for number, act in _acts(context, "reward_withdrawn").items()}
    with open_published(context.workspace) as (_, warehouse):
        states = {row["reward_id"]: row["state"] for row in warehouse.rows("explain/decidable_rewards")}
    wanted = list(dict.fromkeys(reward_ids))
    refused = [
        f"  {reward_id}: {'not granted by hand' if reward_id not in given else states[reward_id]}"
        for reward_id in wanted
        if reward_id not in gone and (reward_id not in given or states.get(reward_id) in _OVER)
    ]
    if refused:
        raise MatchbackError(
            "These rewards cannot be withdrawn:\n" + "\n".join(refused),
            state="Nothing was journaled.",
            next_step="What a rule promises is declined instead:  matchback rewards decline ID --reason CODE",
        )
    fresh = [reward_id for reward_id in wanted if reward_id not in gone]
    numbers = [
        record_act(context, "reward_withdrawn", subject_id=reward_id, reason_code=reason)
        for reward_id in fresh
    ]
    words = [f"Journaled {len(numbers)} as withdrawn from {context.as_of}."]
    words += [f"{len(wanted) - len(fresh)} stood so already."] if len(fresh) < len(wanted) else []
    return "\n".join([*words, *([_NEXT] if numbers else [])]), {
        "journal_numbers": numbers,
        "reward_ids": wanted,
        "act": "reward_withdrawn",
    }


def _check(context: RunContext, asked: Asked) -> str:
    programs = [known.id for known in context.config.programs]
    if asked.program not in programs:
        raise ConfigurationError(
            f"There is no program {asked.program}.", next_step=f"The programs are: {', '.join(programs)}."
        )
    if not REASON_CODE.fullmatch(asked.reference):
        raise ConfigurationError("--reference is a short code of letters, digits, _ and -.")
    return asked.program


def _value(context: RunContext, asked: Asked) -> dict[str, Any]:
    """Return kind, name, amount_minor and currency, held to what a rule of this kind may say."""
    named, plain = asked.kind in NAMED_KINDS, asked.kind in PLAIN_KINDS
    problem = None
    if named != (asked.name is not None):
        problem = (
            f"A {asked.kind} needs --name." if named else f"--name belongs to {' and '.join(NAMED_KINDS)}."
        )
    elif asked.name is not None and not _NAME.fullmatch(asked.name):
        problem = "--name is up to 64 letters, digits, blanks, dots, _ and -."
    elif named and asked.amount is not None:
        problem = f"A {asked.kind} has a name and no amount."
    elif not named and (asked.amount is None or asked.amount <= 0):
        problem = "--amount is missing, or not above 0."
    elif plain and asked.currency is not None:
        problem = f"{asked.kind} have no currency."
    elif asked.currency is not None and not _CURRENCY.fullmatch(asked.currency):
        problem = "--currency is a code of three capital letters, such as USD."
    if problem is not None:
        raise ConfigurationError(problem, state="Nothing was journaled.")
    currency = NO_CURRENCY if plain else asked.currency or context.config.workspace.currency
    try:
        minor = 1 if asked.amount is None else to_minor(asked.amount, currency)
    except ValueError as error:
        raise ConfigurationError(f"--amount: {error}.", state="Nothing was journaled.") from None
    return {"kind": asked.kind, "name": asked.name, "amount_minor": minor, "currency": currency}


def _one_person(rows: Sequence[Mapping[str, Any]]) -> int:
    persons = [row["person_id"] for row in rows if row["person_id"] is not None]
    if len(persons) == 1:
        return int(persons[0])
    raise MatchbackError(
        f"{'Several persons share' if persons else 'Nobody is known by'} this identifier, so nothing was journaled.",
        next_step="Name the person by member id."
        if persons
        else "Check it, or load the person's record first.",
    )


def _event(context: RunContext, warehouse: Warehouse, event: str | None) -> dict[str, Any]:
    if event is None:
        return {"journey_id": None, "event_id": None}
    found = find_event(warehouse, context.workspace, context.config, event)
    if found["status"] != "active" or found["container"] == "test":
        what = "is a test" if found["container"] == "test" else f"is in state {found['status']}"
        raise MatchbackError(f"This event {what}: nothing is granted for it. Nothing was journaled.")
    return {"journey_id": found["journey_id"], "event_id": found["event_id"]}


def _standing(context: RunContext, reward_id: int, grant: Mapping[str, Any]) -> int | None:
    """Return the entry that says the same already; raise MatchbackError if the reference stands for something else."""
    withdrawn = [n for n, act in _acts(context, "reward_withdrawn").items() if act["subject_id"] == reward_id]
    for number, act in _acts(context, "reward_granted").items():
        if act["subject_id"] != reward_id:
            continue
        what = f"for another grant, entry {number}" if act["arguments"] != grant else ""
        what = f"for a grant that entry {withdrawn[0]} withdrew" if withdrawn else what
        if what:
            raise MatchbackError(
                f"This reference was used {what}. Nothing was journaled.",
                next_step="If this is one more reward, give it a reference of its own.",
            )
        return number
    return None


def _warnings(context: RunContext, warehouse: Warehouse, grant: Mapping[str, Any]) -> Warnings:
    parameters = {"program": grant["program"], "person_id": grant["person_id"]}
    mine = warehouse.rows("explain/person_program_rewards", parameters)
    days = warehouse.rows("explain/program_reward_days", {"program": grant["program"]})
    known = {row["reward_id"] for row in warehouse.rows("explain/decidable_rewards")}
    waiting = _waiting(context, grant["program"], known)
    mine += [row for row in waiting if row["person_id"] == grant["person_id"]]
    person = warehouse.rows("explain/person", {"person_id": grant["person_id"]})
    program = next(known for known in context.config.programs if known.id == grant["program"])
    of_journey: list[int] = []
    if grant["journey_id"] is not None:
        journey = {"journey_id": grant["journey_id"]}
        of_journey += [row["person_id"] for row in warehouse.rows("explain/journey_programs", journey)]
        of_journey += [row["advocate_id"] for row in warehouse.rows("explain/journey_recognitions", journey)]
    reached = thresholds_reached(
        context, [{**grant, "state": "pending"}], warehouse.rows("explain/tax_totals")
    )
    return [
        *duplicate_warnings(grant, mine, context.as_of),
        *limit_warnings(current_rules(context.config), grant, mine, [*days, *waiting], context.as_of),
        *program_warnings(program, context.config, grant, [*days, *waiting], context.as_of),
        *tax_warnings(reached),
        *person_warnings(grant, person[0] if person else None, of_journey),
    ]


def _waiting(context: RunContext, program: str, known: set[int]) -> list[dict[str, Any]]:
    """Return the grants that are journaled and that no run has applied yet, as rewards."""
    gone = {act["subject_id"] for act in _acts(context, "reward_withdrawn").values()}
    found: dict[int, dict[str, Any]] = {}
    for act in _acts(context, "reward_granted").values():
        on, reward_id = act["acted_on"], act["subject_id"]
        if act["arguments"]["program"] == program and reward_id not in known | gone | found.keys():
            days = {"earned_on": _day(on), "release_on": _day(on)}
            found[reward_id] = {
                **act["arguments"], "reward_id": reward_id, "rule_id": MANUAL, "state": "pending", **days
            }  # fmt: skip
    return list(found.values())


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


def _acts(context: RunContext, act: str) -> dict[int, dict[str, Any]]:
    """Return the journaled acts of one name, by number and in order."""
    entries = context.journal.entries(kind="act")
    return {entry.number: entry.body for entry in entries if entry.body["act"] == act}
