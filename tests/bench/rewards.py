"""Measure the reward step: ten rules over a million recognized friends and five million events that came after.

The tables that `resolve` and `recognize` leave are written by themselves, from one seed, with no other history: the
reward step reads nothing else. The floor is the joins that the rules need and nothing more: each rule's triggering
events beside its recognitions, and each of its requirements' events in their window.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .facts import CONFIG, SECRET
from .history import DAY, SEED, Numbers, key

NIGHTS_BEFORE = 730
NIGHT = date(2026, 11, 7)
FIRST_DAY = NIGHT - timedelta(days=NIGHTS_BEFORE)
EPOCH = date(1970, 1, 1)
AFTER = """
[[events]]
name = "direct_deposit"

[[events]]
name = "card_purchase"

[[events]]
name = "account_closed"
negative = true
"""
RULE = """
[[rewards]]
id = "{id}"
program = "refer"
from = 2000-01-01
to = "{to}"
on = "{on}"
value = {value}
{terms}
"""
CASH = '{{ kind = "cash", amount = "{0}.00", currency = "USD" }}'
DEPOSIT = '{ single = "direct_deposit", at_least = "500.00", after = "root", within_days = 60 }'
DEPOSITS = '{ sum = "direct_deposit", at_least = "800.00", after = "root", within_days = 90 }'
PURCHASES = '{ count = "card_purchase", at_least = 2, after = "root", within_days = 60 }'
OPEN = '{ none = "account_closed", after = "root", within_days = 90 }'
CLOSED = 'reversed_by = [{ event = "account_closed", after = "root", within_days = 180 }]'


@dataclass(frozen=True)
class Rule:
    """A rule as the configuration has it, and the requirements' events as the floor joins them."""

    to: str
    on: str
    value: str
    terms: str
    events: tuple[tuple[str, int], ...] = ()


QUALIFIED = "account_qualified"
RULES = (
    Rule(
        "advocate",
        QUALIFIED,
        CASH.format(100),
        f'require = [{DEPOSIT}]\nlimits = [{{ count = 5, per = "calendar_year" }}]',
        (("direct_deposit", 60),),
    ),
    Rule(
        "friend",
        QUALIFIED,
        CASH.format(50),
        f"require = [{DEPOSIT}, {OPEN}]\npending_days = 90\n{CLOSED}",
        (("direct_deposit", 60), ("account_closed", 90), ("account_closed", 180)),
    ),
    Rule(
        "advocate",
        QUALIFIED,
        CASH.format(25),
        f"require = [{DEPOSITS}]\npending_days = 30",
        (("direct_deposit", 90),),
    ),
    Rule("friend", "account_opened", CASH.format(10), 'once_per = ["friend"]'),
    Rule(
        "advocate",
        "account_opened",
        CASH.format(5),
        f"require = [{PURCHASES}, {OPEN}]\npending_days = 90",
        (("card_purchase", 60), ("account_closed", 90)),
    ),
    Rule("friend", QUALIFIED, CASH.format(75), 'when = "amount >= 500.00"\nonce_per = ["friend", "account"]'),
    Rule("advocate", QUALIFIED, '{ percent = "1.5", currency = "USD", at_most = "40.00" }', ""),
    Rule("advocate", "account_opened", CASH.format(200), "every_nth_referral = 5"),
    Rule("friend", "card_purchase", CASH.format(5), "every_nth_event = 3"),
    Rule(
        "advocate",
        QUALIFIED,
        CASH.format(20),
        f'require = [{{ any = [{PURCHASES}, {DEPOSIT}] }}]\nlimits = [{{ value = "100.00", per = "month" }}]',
        (("card_purchase", 60), ("direct_deposit", 60)),
    ),
)


def make_rewarded(folder: Path, friends: int) -> dict[str, int]:
    """Make a workspace with so many recognized friends, five events each after the opening; return rows by table."""
    from matchback.context import open_context
    from matchback.steps import open_writer, run_steps
    from matchback.workspace import Workspace

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    rules = "".join(
        RULE.format(id=f"rule-{number}", to=rule.to, on=rule.on, value=rule.value, terms=rule.terms)
        for number, rule in enumerate(RULES)
    )
    (folder / "matchback.toml").write_text(CONFIG.lstrip() + AFTER + rules, encoding="utf-8")
    (folder / "id_secret.txt").write_bytes(SECRET)
    context = open_context(Workspace.at(folder), as_of=NIGHT - timedelta(days=1))
    run_steps(context, ("resolve", "recognize"))
    made = _made(friends)
    with open_writer(context) as writing, writing.writer.transaction("history"):
        for table, columns in made.items():
            schema = writing.writer.table(table).schema
            writing.writer.replace(table, _filled(columns, schema))
    return {table: len(next(iter(columns.values()))) for table, columns in made.items()}


def _filled(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    count = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name]).cast(field.type)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def _made(friends: int) -> dict[str, dict[str, Any]]:
    chance = np.random.default_rng(SEED)
    numbers = np.arange(friends)
    journeys, persons = key("account", numbers), key("person", numbers)
    known = max(friends // 8, 1)
    advocates = key("advocate", chance.integers(0, known, friends))
    start = (FIRST_DAY - EPOCH).days * DAY
    opened = start + chance.integers(0, NIGHTS_BEFORE * DAY, friends)
    names, owners, times, amounts = [np.full(friends, 0)], [numbers], [opened], [np.zeros(friends, np.int64)]
    for name, share, most_days in ((1, 1.0, 40), (2, 1.5, 80), (2, 1.0, 80), (3, 1.45, 120), (4, 0.05, 300)):
        count = int(friends * share)
        who = np.resize(chance.permutation(friends), count)
        names.append(np.full(count, name))
        owners.append(who)
        times.append(opened[who] + chance.integers(DAY // 24, most_days * DAY, count))
        amounts.append(chance.integers(1_000, 100_000, count) if name < 4 else np.zeros(count, np.int64))
    name, owner, at, amount = (np.concatenate(one) for one in (names, owners, times, amounts))
    catalog = np.array(["account_opened", QUALIFIED, "direct_deposit", "card_purchase", "account_closed"])
    event_ids = key("event", np.arange(len(name)))
    events = {
        "event_id": event_ids,
        "event_name": catalog[name],
        "occurred_at": _moments(at),
        "occurred_on": _days(at),
        "person_id": persons[owner],
        "journey_id": journeys[owner],
        "account_key": journeys[owner],
        "amount_minor": amount,
        "currency": ["USD"] * len(name),
        "container": ["production"] * len(name),
        "status": ["active"] * len(name),
        "owner_rank": np.ones(len(name), np.int32),
    }
    kept = np.sort(np.flatnonzero(at < start + NIGHTS_BEFORE * DAY))
    events = {
        column: [values[i] for i in kept] if isinstance(values, list) else values[kept]
        for column, values in events.items()
    }
    program = ["refer"] * friends
    roots = event_ids[:friends]
    shared = {
        "program": program,
        "journey_id": journeys,
        "root_event_id": roots,
        "person_id": persons,
        "container": ["production"] * friends,
    }
    recognitions = shared | {
        "event_id": roots,
        "advocate_id": advocates,
        "eligible": np.full(friends, True),
        "quality": ["passed"] * friends,
        "event_name": ["account_opened"] * friends,
        "occurred_at": _moments(opened),
        "occurred_on": _days(opened),
    }
    accounts = np.concatenate([journeys, key("payto", np.arange(known))])
    return {
        "identifiers": {
            "identifier_key": accounts,
            "kind": ["account"] * len(accounts),
            "value": [f"{number:010d}" for number in range(len(accounts))],
            "check_bits": accounts,
            "facts_seq": np.zeros(len(accounts), np.int64),
        },
        "advocates": {
            "advocate_id": key("advocate", np.arange(known)),
            "advocate_record_id": np.arange(known),
            "pay_to_key": key("payto", np.arange(known)),
        },
        "events": events,
        "journey_roots": shared
        | {"account_key": journeys, "root_at": _moments(opened), "root_on": _days(opened)},
        "recognitions": recognitions,
    }


def _moments(at: Numbers) -> Any:
    return at.astype("datetime64[us]")


def _days(at: Numbers) -> Any:
    return (at // DAY).astype("datetime64[D]")
