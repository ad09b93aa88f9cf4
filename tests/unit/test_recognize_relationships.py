"""Relationships by windows and pointers are what following each friend turn by turn would give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback import resolve
from matchback.config_tables import _SHAPES, config_table
from matchback.warehouse import Warehouse

START = date(2026, 1, 1)
TABLES = ("relationship_turns", "relationship_founders", "turn_decisions", "root_decisions", "relationships")
MODES = {"r0": ("replaceable", 0), "r10": ("replaceable", 10), "p": ("permanent", 10), "n": ("none", 10)}
GROUNDS = {
    "used": ("SHARE_ID", True),
    "earlier": ("SHARE_ID", False),
    "support": ("MANUAL", True),
}


@dataclass(frozen=True)
class Turn:
    """One root of one friend: its day, the ground of its winner (None: nobody) and the advocate."""

    day: int
    ground: str | None
    advocate: int
    owned_by_advocate: int | None


@dataclass(frozen=True)
class Founder:
    """The relationship that holds while the turns are followed."""

    index: int
    day: int
    advocate: int


TURNS = st.builds(
    Turn,
    day=st.integers(0, 40),
    ground=st.sampled_from([None, "earlier", "used", "support"]),
    advocate=st.integers(1, 3),
    owned_by_advocate=st.sampled_from([None, None, None, 1, 2, 3]),
)


def followed(turns: list[Turn], mode: str, days: int) -> list[tuple[str, int, int | None] | None]:
    """Return basis, advocate and founding turn of each turn, by following them one by one."""
    found: list[tuple[str, int, int | None] | None] = []
    founder: Founder | None = None
    for index, turn in enumerate(turns):
        basis = {None: None, "support": "manual"}.get(turn.ground, "direct")
        replaces = (
            mode == "none" or turn.ground == "support" or (mode == "replaceable" and turn.ground == "used")
        )
        holds = (
            mode != "none" and founder is not None and (mode == "permanent" or turn.day <= founder.day + days)
        )
        if basis and (replaces or not holds):
            founder = Founder(index, turn.day, turn.advocate)
            found.append((basis, turn.advocate, None))
        elif holds and founder is not None and founder.advocate != turn.owned_by_advocate:
            found.append(("relationship", founder.advocate, founder.index))
        else:
            found.append((basis, turn.advocate, None) if basis else None)
    return found


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    made = Warehouse.memory()
    made._connection.execute("SET threads = 1")  # the tables are tiny
    for name in _SHAPES:
        made.replace(name, config_table(name, []))
    parameters = {"as_of": date(2026, 12, 31), "time_zone": "America/New_York", "currency": "USD"}
    resolve.build(made, parameters)
    made.build("recognize", parameters)
    return made


@settings(max_examples=15, deadline=None)
@given(friends=st.lists(st.tuples(st.sampled_from(sorted(MODES)), st.lists(TURNS, max_size=8)), max_size=15))
def test_windows_equal_following_turn_by_turn(
    warehouse: Warehouse, friends: list[tuple[str, list[Turn]]]
) -> None:
    """For any sequence of roots and grounds, in every mode."""
    roots, candidates, owners, expected = [], [], [], {}
    for number, (program, unordered) in enumerate(friends, start=1):
        turns = sorted(unordered, key=lambda turn: turn.day)
        for index, outcome in enumerate(followed(turns, *MODES[program])):
            root = number * 100 + index
            if outcome is not None:
                basis, advocate, founder = outcome
                expected[root] = (basis, advocate, None if founder is None else number * 100 + founder)
        for index, turn in enumerate(turns):
            roots.append(_root(number, index, program, turn))
            if turn.ground is not None:
                candidates.append(_candidate(number, index, program, turn))
            if turn.owned_by_advocate is not None:
                owners.append({"journey_id": number * 100 + index, "person_id": turn.owned_by_advocate})
    for table, rows in (
        ("judged_roots", roots),
        ("ranked_candidates", candidates),
        ("journey_owners", owners),
    ):
        warehouse.stage(table, pa.Table.from_pylist(rows, schema=warehouse.table(table).schema))
    for table in TABLES:
        warehouse.build_table("recognize", table, {})
    found = {
        row["root_event_id"]: (row["basis"], row["advocate_id"], row["via_event_id"])
        for row in warehouse.table("root_decisions").to_pylist()
    }
    assert found == expected
    assert warehouse.rows("check/recognized_relationships_hold_one_at_a_time") == []


def _root(friend: int, index: int, program: str, turn: Turn) -> dict[str, object]:
    mode, days = MODES[program]
    on = START + timedelta(days=turn.day)
    return {
        "journey_id": friend * 100 + index,
        "program": program,
        "root_event_id": friend * 100 + index,
        "person_id": friend * 10_000,
        "friend_key": friend * 10_000,
        "root_at": datetime(on.year, on.month, on.day) + timedelta(seconds=index),
        "root_on": on,
        "container": "production",
        "relationship_mode": mode,
        "relationship_days": days,
    }


def _candidate(friend: int, index: int, program: str, turn: Turn) -> dict[str, object]:
    recognition_type, on_event = GROUNDS[turn.ground or ""]
    return {
        "root_event_id": friend * 100 + index,
        "program": program,
        "journey_id": friend * 100 + index,
        "recognition_type": recognition_type,
        "on_event": on_event,
        "advocate_id": turn.advocate,
        "is_winner": True,
    }
