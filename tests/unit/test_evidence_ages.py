"""How old earlier evidence was where the advocate is certain: the days that half, most and nearly all of it took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from matchback.answers.simulate_text import ENOUGH_CERTAIN, _ages
from matchback.warehouse import Warehouse

ROOT_ON = date(2026, 11, 1)


def candidate(event: int, ground: str, age_days: int, **more: Any) -> dict[str, Any]:
    """Return a candidate of advocate 7 in one program; it lost, and lies before the event, unless `more` says so."""
    row = {
        "event_id": event,
        "program": "refer",
        "advocate_id": 7,
        "recognition_type": ground,
        "on_event": False,
    }
    row |= {"evidence_on": ROOT_ON - timedelta(age_days), "outcome": "lost"}
    return row | more


def used(event: int, **more: Any) -> dict[str, Any]:
    return candidate(event, "COUPON_CODE", 400, on_event=True, outcome="won", **more)


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    warehouse = Warehouse.memory(schema=False)
    grounds = [
        {"program": "refer", "recognition_type": ground, "on_event": on_event, "look_back_days": days}
        for ground, on_event, days in (
            ("COUPON_CODE", True, 365),
            ("SHARE_ID", False, 200),
            ("SHARE_RECIPIENT", False, 90),
        )
    ]
    warehouse.replace("config_grounds", pa.Table.from_pylist(grounds))
    yield warehouse
    warehouse.close()


def ages(warehouse: Warehouse, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    test_events = {999}
    events = [
        {
            "event_id": event,
            "occurred_on": ROOT_ON,
            "container": "test" if event in test_events else "production",
        }
        for event in sorted({row["event_id"] for row in rows})
    ]
    warehouse.replace("recognition_candidates", pa.Table.from_pylist(rows))
    warehouse.replace("events", pa.Table.from_pylist(events))
    return warehouse.rows("simulate/evidence_ages")


def test_ages_are_those_of_the_advocate_whose_coupon_was_used(warehouse: Warehouse) -> None:
    """One hundred friends clicked 1 to 100 days before; other advocates, later clicks and test rows say nothing."""
    rows = [row for event in range(1, 101) for row in (used(event), candidate(event, "SHARE_ID", event))]
    rows += [candidate(1, "SHARE_ID", 300, advocate_id=8), candidate(2, "SHARE_ID", -3)]
    rows += [used(999), candidate(999, "SHARE_ID", 500)]
    rows += [candidate(5, "SHARE_RECIPIENT", 60)]
    click, message = ages(warehouse, rows)
    assert (click["certain_count"], click["half_days"], click["most_days"], click["nearly_all_days"]) == (
        100,
        50,
        90,
        99,
    )
    assert (message["recognition_type"], message["certain_count"], message["half_days"]) == (
        "SHARE_RECIPIENT",
        1,
        60,
    )


def test_evidence_that_won_by_itself_is_not_certain(warehouse: Warehouse) -> None:
    assert ages(warehouse, [candidate(1, "SHARE_ID", 10, outcome="won")]) == []


def test_a_shorter_look_back_is_named_where_enough_is_certain(warehouse: Warehouse) -> None:
    rows = [row for event in range(1, 101) for row in (used(event), candidate(event, "SHARE_ID", event))]
    found = ages(warehouse, rows)
    assert found[0]["certain_count"] == ENOUGH_CERTAIN
    text = _ages(found)
    assert "--program refer --look-back SHARE_ID.click=99" in text
    assert _ages([found[0] | {"certain_count": ENOUGH_CERTAIN - 1}]) == ""
    assert "--look-back" not in _ages([found[0] | {"look_back_days": 99}])
