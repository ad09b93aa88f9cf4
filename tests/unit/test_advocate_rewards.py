"""Which of their own rewards advocates may hear of: by any id that they ever had, and of friends only who agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from matchback.warehouse import Warehouse
from unit.published_world import make_tables

AS_OF = date(2026, 11, 3)
ANN, FORMER, BOB, JOURNEY = 1, 2, 3, 4
PARAMETERS = {"as_of": AS_OF, "time_zone": "America/New_York", "currency": "USD"}


@pytest.fixture
def world() -> Iterator[Warehouse]:
    """Ann's rewards: one by her former id and one by hers for friend Bob's journey, and one without a journey."""
    warehouse = Warehouse.memory()
    make_tables(warehouse, PARAMETERS)
    give(warehouse, "person_aliases", alias=FORMER, person_id=ANN)
    give(warehouse, "person_aliases", alias=ANN, person_id=ANN)
    give(warehouse, "journeys", journey_id=JOURNEY, person_id=BOB)
    for reward_id, beneficiary, journey in ((11, FORMER, JOURNEY), (12, ANN, JOURNEY), (13, FORMER, None)):
        give(
            warehouse, "rewards", reward_id=reward_id, program="p", rule_id="r", role="advocate", kind="cash",
            beneficiary_id=beneficiary, journey_id=journey, amount_minor=100, currency="USD", state="pending",
        )  # fmt: skip
    warehouse._execute("CREATE SCHEMA vault", what="test")
    for table in ("person_identifiers", "consents"):
        columns = {
            "person_identifiers": "person_id BIGINT, identifier_key BIGINT, is_shared BOOLEAN",
            "consents": "person_id BIGINT, purpose VARCHAR, from_on DATE, until_on DATE",
        }[table]
        warehouse._execute(f"CREATE TABLE vault.{table} ({columns})", what="test")
    yield warehouse
    warehouse.close()


def give(warehouse: Warehouse, table: str, **row: Any) -> None:
    """Append one row; what is not named is NULL."""
    schema = warehouse.table(table).schema
    full = {name: row.get(name) for name in schema.names}
    assert set(row) <= set(full), set(row) - set(full)
    warehouse.append(table, pa.Table.from_pylist([full], schema=schema))


def told(warehouse: Warehouse, *, asks: bool) -> dict[int, bool]:
    """Return of each of Ann's rewards whether it may be confirmed."""
    asked = {
        "advocate_id": ANN,
        "friend_id": None,
        "reward_id": None,
        "as_of": AS_OF,
        "requires_consent": asks,
    }
    rows = warehouse.rows("explain/advocate_rewards", asked)
    return {row["reward_id"]: row["may_be_confirmed"] for row in rows}


def test_rewards_of_a_former_id_are_the_advocates_own(world: Warehouse) -> None:
    """Two ids that turned out to be one person: what was posted to either is hers."""
    assert told(world, asks=False) == {11: True, 12: True, 13: True}


def test_consent_is_asked_of_friends_and_not_where_there_is_none(world: Warehouse) -> None:
    """Nobody stands behind a grant without a journey; Bob is confirmed once he has agreed."""
    assert told(world, asks=True) == {11: False, 12: False, 13: True}
    consent = f"INSERT INTO vault.consents VALUES ({BOB}, 'consent', DATE '2026-11-01', NULL)"
    world._execute(consent, what="test")
    assert told(world, asks=True) == {11: True, 12: True, 13: True}
