"""The resolve step as a whole: it depends on no order, breaks no check, and finds the persons that the rules say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matchback import resolve
from matchback.config_tables import _SHAPES, config_table
from matchback.publishing.checks import run_checks
from matchback.sqlfiles import step_tables
from matchback.warehouse import Warehouse
from unit.table_hashes import table_hash

PARAMETERS = {"as_of": date(2026, 11, 7), "time_zone": "America/New_York"}
CAPS = {"phone": 2, "visitor_id": 3}
NAMES = {"partner_user_key": 100, "email_key": 200, "phone_key": 300, "visitor_key": 400}
KINDS = {1: "partner_user_id", 2: "email", 3: "phone", 4: "visitor_id"}
FACT = {
    "file_id": "f1",
    "received_on": date(2026, 11, 1),
    "last_file_id": "f1",
    "last_received_on": date(2026, 11, 1),
    "content_key": 1,
    "container": "production",
}
READ_BY_OTHERS = (
    "events",
    "persons",
    "person_identifiers",
    "person_aliases",
    "identity_collisions",
    "journey_roots",
    "journey_owners",
)
Row = dict[str, Any]


class _RolledBack(Exception):
    """Ends a transaction so that the warehouse is empty again."""


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse.memory()
    made._connection.execute("SET threads = 1")
    for table in _SHAPES:
        made.replace(table, config_table(table, []))
    rows = [{"kind": kind, "max_persons": cap} for kind, cap in CAPS.items()]
    made.replace("config_identifier_caps", config_table("config_identifier_caps", rows))
    events = [
        {"event_name": name, "stage": stage, "rewardable": True}
        for stage, name in enumerate(("account_opened", "account_qualified"))
    ]
    made.replace("config_events", config_table("config_events", events))
    judged = [{"program": "refer", "event_name": event["event_name"]} for event in events]
    made.replace("config_program_events", config_table("config_program_events", judged))
    yield made
    made.close()


@contextmanager
def resolved(warehouse: Warehouse, facts: dict[str, list[Row]]) -> Iterator[None]:
    """Give facts, build the step, and take everything back afterwards."""
    try:
        with warehouse.transaction():
            for table, rows in facts.items():
                schema = warehouse.table(table).schema
                whole = [{name: {**FACT, **row}.get(name) for name in schema.names} for row in rows]
                warehouse.append(table, pa.Table.from_pylist(whole, schema=schema))
            resolve.build(warehouse, PARAMETERS)
            yield
            raise _RolledBack
    except _RolledBack:
        pass


# --- persons -----------------------------------------------------------------------------------------------------

wide_records = st.fixed_dictionaries(
    {name: st.none() | st.integers(base, base + 3) for name, base in NAMES.items()}
)
pairs = st.sampled_from(list(combinations(NAMES, 2))).flatmap(
    lambda names: st.fixed_dictionaries({name: st.integers(NAMES[name], NAMES[name] + 2) for name in names})
)
CHAIN_OF_TWO_MEMBERS: list[dict[str, int | None]] = [
    {"partner_user_key": 100, "visitor_key": 400},
    {"visitor_key": 400, "email_key": 200},
    {"email_key": 200, "phone_key": 300},
    {"phone_key": 300, "partner_user_key": 101},
    {"phone_key": 301, "visitor_key": 401},
    {"email_key": 201, "visitor_key": 401},
]
same_persons = st.lists(st.tuples(st.integers(100, 103), st.integers(100, 103)), max_size=2)


class Sets:
    """Sets of things that are the same."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def find(self, item: int) -> int:
        while self.parent.setdefault(item, item) != item:
            item = self.parent[item]
        return item

    def join(self, left: int, right: int) -> None:
        low, high = sorted((self.find(left), self.find(right)))
        self.parent[high] = low


def persons_by_the_rules(records: list[list[int]], same: list[tuple[int, int]]) -> dict[int, int]:
    """Say who is who, by the words of the design and not by the SQL: identifier -> some member of its person."""
    classes, seen = (
        Sets(),
        {item for record in records for item in record} | {item for pair in same for item in pair},
    )
    for left, right in same:
        classes.join(left, right)
    members_of_email: dict[int, set[int]] = defaultdict(set)
    for record in records:
        for email in (item for item in record if item // 100 == 2):
            members_of_email[email] |= {classes.find(item) for item in record if item // 100 == 1}
    strong = {item: classes.find(item) for item in seen if item // 100 == 1}
    shared = {email for email, members in members_of_email.items() if len(members) > 1}
    strong |= {
        item: next(iter(members_of_email[item])) if len(members_of_email[item]) == 1 else item
        for item in seen
        if item // 100 == 2
    }
    carriers: dict[int, set[int]] = defaultdict(set)
    for record in records:
        for weak in (item for item in record if item // 100 > 2):
            carriers[weak] |= {strong[item] for item in record if item // 100 < 3 and item not in shared}
    over = {weak for weak, those in carriers.items() if len(those) > CAPS[KINDS[weak // 100]]}
    apart = {
        weak for weak, those in carriers.items() if len([one for one in those if one // 100 == 1]) > 1
    } | over
    groups = Sets()
    for record in records:
        kept = [item for item in record if item // 100 > 2 and item not in apart]
        for left in kept:
            for right in [
                *kept,
                *(strong[item] for item in record if item // 100 < 3 and item not in shared),
            ]:
                groups.join(left, right)
    members: dict[int, set[int]] = defaultdict(set)
    for item in (item for item in strong.values() if item // 100 == 1):
        members[groups.find(item)].add(item)
    found = {}
    for item in seen:
        start = strong.get(item, item)
        found[item] = start if len(members[groups.find(start)]) > 1 else groups.find(start)
    return {
        item: home for item, home in found.items() if item not in over and not (item in apart and item >= 400)
    }


@given(
    st.lists(wide_records, min_size=1, max_size=5) | st.lists(pairs, min_size=4, max_size=12), same_persons
)
@example(CHAIN_OF_TWO_MEMBERS, [])
@example(CHAIN_OF_TWO_MEMBERS, [(100, 101)])
@settings(max_examples=40, deadline=None, database=None)
def test_persons_are_those_of_the_rules(
    warehouse: Warehouse, records: list[dict[str, int | None]], same: list[tuple[int, int]]
) -> None:
    """Whatever stands together on records, the SQL finds the persons that the rules name."""
    events = [_event(number, record) for number, record in enumerate(records, start=1)]
    persons = [
        {
            "person_record_id": number,
            "partner_user_key": left,
            "same_person_key": right,
            "version_key": number,
        }
        for number, (left, right) in enumerate(same, start=1)
    ]
    plain = [[key for key in record.values() if key is not None] for record in records]
    with resolved(warehouse, {"fact_events": events, "fact_persons": persons}):
        rows = warehouse.table("person_identifiers").to_pylist()
        homes = {row["identifier_key"]: row["person_id"] for row in rows if not row["is_shared"]}
        assert _partition(homes) == _partition(persons_by_the_rules(plain, same))
        assert run_checks(warehouse, PARAMETERS, full=True) == []


def _event(number: int, record: dict[str, int | None]) -> Row:
    moment = datetime(2026, 11, 1, 10) + timedelta(minutes=number)
    return {
        "event_id": number,
        "event_name": "account_opened",
        "action": "new",
        "occurred_at": moment,
        "occurred_on": moment.date(),
        "record_number": number,
        "version_key": number,
        **record,
    }


def _partition(homes: dict[int, int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = defaultdict(set)
    for item, home in homes.items():
        groups[home].add(item)
    return {frozenset(group) for group in groups.values()}


# --- order -------------------------------------------------------------------------------------------------------

days = st.integers(1, 9).map(lambda day: date(2026, 11, day))
versions = st.fixed_dictionaries(
    {
        "event_id": st.integers(1, 3),
        "event_name": st.sampled_from(["account_opened", "account_qualified"]),
        "action": st.sampled_from(["new", "new", "new", "correct", "cancel"]),
        "corrected_at": st.none() | st.just(datetime(2026, 11, 2)),
        "occurred_on": days,
        "received_on": days,
        "file_id": st.sampled_from(["f1", "f2"]),
        "record_number": st.integers(1, 3),
        "content_key": st.integers(1, 2),
        "amount_minor": st.integers(0, 2),
        "account_key": st.none() | st.integers(500, 501),
        "partner_event_key": st.none() | st.integers(600, 601),
        "earlier_event_key": st.none() | st.integers(600, 601),
        "email_key": st.none() | st.integers(200, 201),
        "partner_user_key": st.none() | st.integers(100, 101),
        "container": st.sampled_from(["production", "production", "test"]),
    }
)


def _whole(number: int, version: Row) -> Row:
    return {
        **version,
        "version_key": number,
        "occurred_at": datetime.combine(version["occurred_on"], datetime.min.time()),
        "last_file_id": version["file_id"],
        "last_received_on": version["received_on"],
        "last_record_number": version["record_number"],
    }


@pytest.mark.slow
@given(st.lists(versions, min_size=2, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, database=None)
def test_no_result_depends_on_the_order_of_arrival(
    warehouse: Warehouse, given_versions: list[Row], chance: Any
) -> None:
    """The same facts in any order give the same tables, row for row, and every check holds."""
    rows = [_whole(number, version) for number, version in enumerate(given_versions, start=1)]
    shuffled = chance.sample(rows, len(rows))
    with resolved(warehouse, {"fact_events": rows}):
        first = {table: table_hash(warehouse, table) for table in READ_BY_OTHERS}
        assert run_checks(warehouse, PARAMETERS, full=True) == []
    with resolved(warehouse, {"fact_events": shuffled}):
        assert {table: table_hash(warehouse, table) for table in READ_BY_OTHERS} == first


def test_an_empty_warehouse_resolves_to_empty_tables(warehouse: Warehouse) -> None:
    """The first night of a workspace may bring nothing."""
    with resolved(warehouse, {}):
        assert {table: warehouse.count(table) for table in step_tables("resolve")} == dict.fromkeys(
            step_tables("resolve"), 0
        )
