"""Each ground and each reason of the closed lists has a SQL case in which it stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from matchback.answers.explain_words import GROUNDS as TYPES
from matchback.answers.explain_words import INELIGIBLE, LOST, UNRECOGNIZED
from matchback.config import GROUNDS, INELIGIBLE_REASONS

CASES = Path(__file__).resolve().parents[1] / "sql"
EARLIER = ("SHARE_ID.click", "SHAREABLE_ID.click", "SHARE_RECIPIENT")  # what the friend did or got before
BOTH_WAYS = "INCENTIVIZED_SHARE"  # used on the event, or earlier
PLACES = [(ground.removesuffix(".click"), ground not in EARLIER) for ground in GROUNDS]
PLACES += [(BOTH_WAYS, False), ("MANUAL", True)]
TIMED = [  # those whose evidence has a time of its own
    ("COUPON_CODE", True),
    ("SHARE_ID", True),
    ("PARTNER_SHARE_ID", True),
    ("ADVOCATE_ORDER_ID", True),
    ("SHARE_ID", False),
    ("SHAREABLE_ID", False),
    ("SHARE_RECIPIENT", False),
]
COLLISIONS = [
    ("email", "shared"),
    ("phone", "shared"),
    ("phone", "over_cap"),
    ("phone", "joins_members"),
    ("visitor_id", "ambiguous"),
    ("visitor_id", "over_cap"),
    ("visitor_id", "joins_members"),
]

Row = dict[str, Any]


@cache
def expected(step: str, table: str) -> tuple[Row, ...]:
    """Return all rows of a table that the cases of a step expect."""
    return tuple(row for document in _documents(step) for row in document["expect"].get(table, []))


def _documents(step: str) -> Iterator[dict[str, Any]]:
    for path in sorted((CASES / step).glob("*.yaml")):
        if not path.name.startswith("_"):
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def places(outcome: str, reason_code: str | None = None) -> set[tuple[str, bool]]:
    """Return the grounds, and whether each was used on the event, of the candidates that came out so."""
    rows = [row for row in expected("recognize", "recognition_candidates") if row.get("outcome") == outcome]
    found = [row for row in rows if row.get("reason_code") == reason_code]
    return {
        (row["recognition_type"], row["on_event"])
        for row in found
        if {"recognition_type", "on_event"} <= row.keys()
    }


def test_the_lists_are_those_of_the_words() -> None:
    """What is counted here is all there is: the lists of the configuration and of the words are the same."""
    assert {name for name, _ in PLACES} == set(TYPES)
    assert set(INELIGIBLE_REASONS) == set(INELIGIBLE)


@pytest.mark.parametrize(
    "place", PLACES, ids=[f"{name}-{'used' if used else 'earlier'}" for name, used in PLACES]
)
def test_each_ground_recognizes_in_some_case(place: tuple[str, bool]) -> None:
    recognized = {
        (row.get("recognition_type"), row.get("on_event")) for row in expected("recognize", "recognitions")
    }
    assert place in recognized | places("won")


@pytest.mark.parametrize(
    "place", TIMED, ids=[f"{name}-{'used' if used else 'earlier'}" for name, used in TIMED]
)
def test_each_timed_ground_can_come_too_late(place: tuple[str, bool]) -> None:
    assert place in places("lost", "opened_before_share")


@pytest.mark.parametrize("reason", LOST)
def test_each_losing_reason_is_given_in_some_case(reason: str) -> None:
    assert reason in {row.get("reason_code") for row in expected("recognize", "recognition_candidates")}


@pytest.mark.parametrize("reason", INELIGIBLE_REASONS)
def test_each_reason_of_ineligibility_stands_alone_in_some_case(reason: str) -> None:
    """Beside others, a reason may be there by mistake."""
    assert reason in {row.get("ineligible_reason") for row in expected("recognize", "recognitions")}


@pytest.mark.parametrize("reason", UNRECOGNIZED)
def test_each_reason_without_recognition_is_given_in_some_case(reason: str) -> None:
    assert reason in {row.get("reason_code") for row in expected("recognize", "unrecognized_events")}


@pytest.mark.parametrize("basis", ["direct", "journey", "relationship", "manual"])
def test_each_basis_stands_in_some_case(basis: str) -> None:
    assert basis in {row.get("basis") for row in expected("recognize", "recognitions")}


@pytest.mark.parametrize("collision", COLLISIONS, ids=["-".join(item) for item in COLLISIONS])
def test_each_collision_is_reported_in_some_case(collision: tuple[str, str]) -> None:
    rows = expected("resolve", "identity_collisions")
    assert collision in {(row.get("kind"), row.get("reason_code")) for row in rows}
