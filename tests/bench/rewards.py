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

from matchback import incremental
from matchback.context import RunContext

from .facts import CONFIG, HISTORY_ENDS, NIGHT, SECRET
from .history import DAY, SEED, Numbers, key
from .recognition import measured, print_files, print_step

NIGHTS_BEFORE = 730
FIRST_DAY = HISTORY_ENDS - timedelta(days=NIGHTS_BEFORE)
NAMES = ("account_opened", "account_qualified", "direct_deposit", "card_purchase", "account_closed")
# What comes after an opening: which name, how many of it for each friend, within how many days.
HAPPENS = ((1, 1.0, 40), (2, 1.5, 80), (2, 1.0, 80), (3, 1.45, 120), (4, 0.05, 300))
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
    """Make a workspace with so many recognized friends, five events each after the opening; return rows by table.

    What the rules promise by then is posted, approved and issued as if every night had done it.
    """
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
    context = open_context(Workspace.at(folder), as_of=HISTORY_ENDS)
    run_steps(context, ("resolve", "recognize"))
    made = _made(friends, night=False)
    with open_writer(context) as writing:
        with writing.writer.transaction("history"):
            for table, columns in made.items():
                writing.writer.replace(table, _filled(columns, writing.writer.table(table).schema))
        with writing.writer.transaction("ledger"):
            _post(writing)
            _note(writing, "0")
    return {table: len(next(iter(columns.values()))) for table, columns in made.items()}


def append_rewarded_night(folder: Path, friends: int) -> dict[str, int]:
    """Let one more day's friends and events come, with what `resolve` and `recognize` would hand on as changed."""
    from matchback.context import open_context
    from matchback.steps import open_writer
    from matchback.workspace import Workspace

    context = open_context(Workspace.at(folder), as_of=NIGHT)
    made = _made(friends, night=True)
    with open_writer(context) as writing, writing.writer.transaction("night"):
        warehouse = writing.writer
        for table, columns in made.items():
            rows = _filled(columns, warehouse.table(table).schema)
            warehouse.append(table, rows)
            if table != "identifiers":
                warehouse.replace(f"changed_{table}", rows)
        _note(writing, "1")
    return {table: len(next(iter(columns.values()))) for table, columns in made.items()}


def _note(writing: RunContext, facts_seq: str) -> None:
    """Leave what `resolve` and `recognize` leave after a night among many facts."""
    writing.writer.set_state("facts_seq", facts_seq)
    for step in ("resolve", "recognize"):
        incremental.note_basis(writing.writer, step, incremental.basis(writing))


def _post(writing: RunContext) -> None:
    """Write the ledger that the rules ask for: one by one, millions of rewards would take hours to post."""
    from matchback import reward
    from matchback.rewards.acceptance import accepted_rules, take_up_terms
    from matchback.rewards.open_ledger import LEDGER, SEAL
    from matchback.sqlfiles import tables_behind

    warehouse, rules = writing.writer, accepted_rules(writing)
    take_up_terms(writing, rules)
    reward.write_rules(warehouse, rules)
    reward.build(warehouse, writing.parameters, tables_behind("reward", ("rewards_due",)))
    columns = "rule_id, rule_version, program, role, beneficiary_id, friend_id, journey_id, event_id, root_event_id, "
    columns += "reward_kind, currency, earned_on, release_on, slot_journey_id, slot_ordinal"
    due = "SELECT HASH(rule_key, role, slot_id, ordinal) >> 1 AS reward_id, amount_minor AS due_minor, "
    due += f"{columns} FROM rewards_due"
    kinds = ("earned", "approved", "issued", "fulfilled")
    steps = "UNION ALL ".join(
        f"SELECT *, {number} AS step, '{kind}' AS entry_kind FROM due "
        f"WHERE {number} = 0 OR release_on <= DATE '{HISTORY_ENDS}' "
        for number, kind in enumerate(kinds)
    )
    numbered = f"SELECT *, ROW_NUMBER() OVER (ORDER BY earned_on, reward_id, step) AS sequence FROM ({steps})"
    warehouse._connection.execute(
        f"WITH due AS ({due}) INSERT INTO {LEDGER} BY NAME "
        f"SELECT HASH(reward_id, step) >> 1 AS entry_id, sequence, reward_id, 1 AS generation, entry_kind, {columns}, "
        "CASE WHEN step = 0 THEN due_minor ELSE 0 END AS amount_minor, earned_on AS effective_on, "
        f"DATE '{HISTORY_ENDS}' AS posted_as_of, CONCAT(entry_kind, ':', sequence) AS caused_by, "
        f"MD5(CAST(sequence AS VARCHAR)) AS chain_hash FROM ({numbered})"
    )
    warehouse.set_state(SEAL, warehouse.checksum(LEDGER))


def _filled(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    count = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name]).cast(field.type)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def _made(friends: int, *, night: bool) -> dict[str, dict[str, Any]]:
    """Return the columns of every table: of the days before the night, or of the night alone."""
    chance = np.random.default_rng(SEED)
    count = friends + friends // NIGHTS_BEFORE
    numbers, known = np.arange(count), max(friends // 8, 1)
    journeys, persons = key("account", numbers), key("person", numbers)
    start = (FIRST_DAY - EPOCH).days * DAY
    opened = start + chance.integers(0, (NIGHTS_BEFORE + 1) * DAY, count)
    advocates = key("advocate", chance.integers(0, known, count))
    happened = [(0, numbers, opened, np.zeros(count, np.int64))]
    for number, share, most_days in HAPPENS:
        rows = int(count * share)
        who = np.resize(chance.permutation(count), rows)
        later = opened[who] + chance.integers(DAY // 24, most_days * DAY, rows)
        happened.append((number, who, later, chance.integers(1_000, 100_000, rows)))
    name = np.concatenate([np.full(len(who), number) for number, who, _, _ in happened])
    owner, at, amount = (np.concatenate([one[place] for one in happened]) for place in (1, 2, 3))
    event_ids = key("event", np.arange(len(name)))
    tonight = start + NIGHTS_BEFORE * DAY
    chosen = np.flatnonzero((at >= tonight) & (at < tonight + DAY) if night else at < tonight)
    owner, at = owner[chosen], at[chosen]
    events = {
        "event_id": event_ids[chosen],
        "event_name": np.array(NAMES)[name[chosen]],
        "occurred_at": _moments(at),
        "occurred_on": _days(at),
        "person_id": persons[owner],
        "journey_id": journeys[owner],
        "account_key": journeys[owner],
        "amount_minor": amount[chosen],
        "currency": np.full(len(at), "USD"),
        "container": np.full(len(at), "production"),
        "status": np.full(len(at), "active"),
        "owner_rank": np.ones(len(at), np.int32),
    }
    roots = np.flatnonzero(opened >= tonight if night else opened < tonight)
    shared = {
        "program": np.full(len(roots), "refer"),
        "journey_id": journeys[roots],
        "root_event_id": event_ids[roots],
        "person_id": persons[roots],
        "container": np.full(len(roots), "production"),
    }
    moments, days = _moments(opened[roots]), _days(opened[roots])
    recognized = {
        "event_id": event_ids[roots],
        "advocate_id": advocates[roots],
        "eligible": np.full(len(roots), True),
        "quality": np.full(len(roots), "passed"),
        "event_name": np.full(len(roots), NAMES[0]),
        "occurred_at": moments,
        "occurred_on": days,
    }
    people = np.zeros(0, np.int64) if night else np.arange(known)
    accounts = np.concatenate([journeys[roots], key("payto", people)])
    return {
        "identifiers": {
            "identifier_key": accounts,
            "kind": np.full(len(accounts), "account_id"),
            "value": accounts.astype(str),
            "check_bits": accounts,
            "facts_seq": np.zeros(len(accounts), np.int64),
        },
        "advocates": {
            "advocate_id": key("advocate", people),
            "advocate_record_id": people,
            "pay_to_key": key("payto", people),
        },
        "events": events,
        "journey_roots": shared | {"account_key": journeys[roots], "root_at": moments, "root_on": days},
        "recognitions": shared | recognized,
    }


def _moments(at: Numbers) -> Any:
    return at.astype("datetime64[us]")


def _days(at: Numbers) -> Any:
    return (at // DAY).astype("datetime64[D]")


def measure_rewards(folder: Path, friends: int) -> None:
    """Print what judging so many friends by ten rules takes, whole and in a night; the folder is made and removed."""
    rows = make_rewarded(folder, friends)
    said = ", ".join(f"{rows[table]:,} {table}" for table in ("recognitions", "events"))
    print(f"\nRewards: {len(RULES)} rules over {said}. Floor: the joins that the rules need.\n", flush=True)
    judged = measured(folder, "", HISTORY_ENDS, module="judging")
    print_step(f"judging all: {judged['rows']:,} cases", judged, judged["floor"])
    print_files({"reward": judged})
    whole = measured(folder, "reward", HISTORY_ENDS)
    print_step("the step, whole", whole)
    print(f"  {whole['line']}")
    added = append_rewarded_night(folder, friends)
    night = measured(folder, "reward", NIGHT)
    print_step(f"the night: {added['events']:,} events", night)
    print_files({"reward": night})
    print(f"  {night['line']}; {night['step_cpu'] / whole['step_cpu']:.2f} times the whole step\n")
    shutil.rmtree(folder)
