"""Counted rewards through nights of late, cancelled and merged facts and edited rules: no ordinal is paid twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from matchback import reward
from matchback.config import load_config
from matchback.config_tables import write_config_tables
from matchback.context import RunContext
from matchback.journal import Journal
from matchback.rewards.ledger_tables import read_ledger
from matchback.rewards.rules import current_rules
from matchback.rewards.terms import offered_terms
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace

pytestmark = pytest.mark.slow
TOML = """
[workspace]
name = "w"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["opened", "purchase"]

[[events]]
name = "opened"
stage = 3
rewardable = true

[[events]]
name = "purchase"
repeatable = true

[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "*.csv"

[payout]
on = "every_day"

[[rewards]]
id = "purchases"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "purchase"
every_nth_event = {nth}
value = {{ amount = "5.00" }}

[[rewards]]
id = "referrals"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "opened"
every_nth_referral = {nth}
value = {{ amount = "10.00" }}

[[rewards]]
id = "milestones"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "opened"
milestones = {milestones}
value = {{ amount = "50.00" }}
"""
START = date(2026, 3, 1)
ANN, ANNA, FRIENDS, NIGHTS = 1, 2, 6, 6
MILESTONES = {4: [3, 5], 2: [2, 3, 5]}
Rows = list[dict[str, Any]]


@dataclass
class World:
    """What the files have told until now; a journey's number is its friend's, and its root event's in tens."""

    roots: dict[int, date] = field(default_factory=dict)
    purchases: dict[int, tuple[int, date]] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    are_one: bool = False

    def advocate(self, journey: int) -> int:
        """Return whose friend the journey's person is."""
        return ANN if self.are_one or journey % 2 else ANNA

    def tell_more(self, random: Random) -> None:
        """Add some facts of any day, so that many come late, and cancel some."""
        for _ in range(4):
            journey = 100 + random.randrange(FRIENDS)
            self.roots.setdefault(journey, START + timedelta(days=random.randrange(20)))
            day = self.roots[journey] + timedelta(days=random.randrange(20))
            self.purchases[2000 + len(self.purchases)] = journey, day
        if random.random() < 0.5:
            self.cancelled.add(random.choice(sorted(self.purchases)))

    def counted(self, rule: str) -> Counter[tuple[int, int]]:
        """Return how much is counted of each advocate (and friend, where a friend's purchases count)."""
        if rule != "purchases":
            return Counter((self.advocate(journey), 0) for journey in self.roots)
        standing = [journey for key, (journey, _) in self.purchases.items() if key not in self.cancelled]
        return Counter((self.advocate(journey), journey) for journey in standing)

    def write(self, warehouse: Warehouse) -> None:
        """Make the tables that resolve and recognize would have made of it."""
        common = {"container": "production", "program": "refer"}
        roots = [
            {"journey_id": key, "root_event_id": key * 10, "person_id": key, "root_on": on, **common}
            for key, on in self.roots.items()
        ]
        recognized = [
            {
                "event_id": key * 10,
                "journey_id": key,
                "advocate_id": self.advocate(key),
                "person_id": key,
                "eligible": True,
                "quality": "passed",
                **common,
            }
            for key in self.roots
        ]
        events = [_event(key * 10, "opened", key, on) for key, on in self.roots.items()]
        events += [
            _event(key, "purchase", journey, on, "cancelled" if key in self.cancelled else "active")
            for key, (journey, on) in self.purchases.items()
        ]
        aliases = [{"alias": ANNA, "person_id": ANN if self.are_one else ANNA}]
        advocates = [{"advocate_id": key, "pay_to_key": key} for key in (ANN, ANNA)]
        for table, rows in (
            ("journey_roots", roots),
            ("recognitions", recognized),
            ("events", events),
            ("person_aliases", aliases),
            ("advocates", advocates),
        ):
            schema = warehouse.table(table).schema
            full = [{name: row.get(name) for name in schema.names} for row in rows]
            warehouse.replace(table, pa.Table.from_pylist(full, schema=schema))


def _event(key: int, name: str, journey: int, on: date, status: str = "active") -> dict[str, Any]:
    return {
        "event_id": key,
        "event_name": name,
        "journey_id": None if status == "cancelled" else journey,
        "person_id": journey,
        "account_key": journey,
        "occurred_on": on,
        "occurred_at": datetime.combine(on, time(12)),
        "container": "production",
        "status": status,
    }


def made_workspace(folder: Path) -> Workspace:
    """Return a workspace whose warehouse has every table, all empty, and the advocates' accounts in the vault."""
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    terms(folder, 4)
    workspace = Workspace.at(folder)
    config = load_config(workspace.config_path)
    parameters = {"as_of": START, "time_zone": "America/New_York", "currency": "USD"}
    with Warehouse.open(workspace) as warehouse, warehouse.transaction():
        write_config_tables(warehouse, config)
        _build_steps(warehouse, parameters)
        schema = warehouse.table("identifiers").schema
        accounts = [
            {"identifier_key": key, "kind": "account_id", "value": f"30000{key}"} for key in (ANN, ANNA)
        ]
        full = [{name: row.get(name) for name in schema.names} for row in accounts]
        warehouse.append("identifiers", pa.Table.from_pylist(full, schema=schema))
    return workspace


def _build_steps(warehouse: Warehouse, parameters: dict[str, Any]) -> None:
    from matchback import resolve

    resolve.build(warehouse, parameters)
    warehouse.build("recognize", parameters)


def terms(folder: Path, nth: int) -> None:
    """Write the terms: one reward for every so many."""
    (folder / "matchback.toml").write_text(TOML.format(nth=nth, milestones=MILESTONES[nth]))


def issued(warehouse: Warehouse, world: World) -> dict[str, Counter[tuple[int, int]]]:
    """Return how many rewards of each rule each advocate was paid, for each friend or milestone; by today's persons."""
    paid: dict[str, Counter[tuple[int, int]]] = {}
    for row in warehouse.table("rewards").to_pylist():
        if row["was_issued"]:
            owner = ANN if world.are_one else row["beneficiary_id"]
            part = {"purchases": row["friend_id"], "milestones": row["slot_ordinal"]}.get(row["rule_id"], 0)
            paid.setdefault(row["rule_id"], Counter())[owner, part] += 1
    return paid


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_paid_more_than_was_counted(tmp_path: Path, seed: int) -> None:
    """After each night an owner has what the count makes, or what was paid before the count changed under it."""
    random, world = Random(seed), World()
    workspace = made_workspace(tmp_path / "workspace")
    journal, nth = Journal(workspace.journal_dir), 4
    most_paid = 0
    with Warehouse.open(workspace, journal) as warehouse:
        for night in range(NIGHTS):
            world.tell_more(random)
            before = issued(warehouse, world) if night else {}
            if night == 3:
                world.are_one, before = True, issued(warehouse, replace(world, are_one=True))
            if night == 4:
                nth = 2
                terms(workspace.root, nth)
            config = load_config(workspace.config_path)
            accepted = (offered_terms(config, current_rules(config)).hash,)
            context = RunContext(
                workspace, config, journal, date(2026, 5, 1) + timedelta(days=night), f"run{night}",
                warehouse=warehouse, accepted_terms=accepted,
            )  # fmt: skip
            with warehouse.transaction():
                world.write(warehouse)
            reward.run(context)
            for rule, owners in issued(warehouse, world).items():
                counted = world.counted(rule)
                for (owner, part), paid in owners.items():
                    made = (
                        int(counted[owner, 0] >= part)
                        if rule == "milestones"
                        else counted[owner, part] // nth
                    )
                    assert paid <= max(made, before.get(rule, Counter())[owner, part]), (night, rule, owner)
                    most_paid = max(most_paid, paid)
            live = Counter(
                (row["rule_id"], row["slot_journey_id"], row["slot_ordinal"])
                for row in warehouse.table("rewards").to_pylist()
            )
            assert set(live.values()) <= {1}
            for rule in ("purchases", "referrals"):
                given = issued(warehouse, world).get(rule, Counter())
                for pair, number in world.counted(rule).items():
                    assert given[pair] >= number // nth, (night, rule, pair)
        entries = len(read_ledger(warehouse))
        reward.run(context)
        assert len(read_ledger(warehouse)) == entries
    assert most_paid >= 2
