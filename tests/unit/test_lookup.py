"""What an operator types finds what load keyed: one normalization for every kind of identifier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from matchback.answers.explain import PERSON_KINDS, RECORD_KINDS
from matchback.answers.lookup import WORDS, hash_keys, identifier_key
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.intake.hashed_lists import hash_of
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in

COLUMNS = {
    "email": "email_key",
    "phone": "phone_key",
    "partner_user_id": "partner_user_key",
    "account_id": "account_key",
    "order_id": "order_key",
    "coupon_code": "coupon_key",
    "partner_event_id": "partner_event_key",
}
PLACEHOLDERS = '\n[identifiers]\nplaceholders = ["n/a", "(212) 555-0100", "Zoë-1"]\n'


@dataclass(frozen=True)
class Kind:
    """An identifier as it is delivered; how else it may be typed; and what is another one."""

    name: str
    delivered: str
    same: tuple[str, ...]
    other: tuple[str, ...]


KINDS = (
    Kind("email", "Finn@Example.NET", ("finn@example.net", " FINN@example.net "), ("f.inn@example.net",)),
    Kind("phone", "+1 207-555-0142", ("(207) 555-0142", "2075550142"), ("+1 207-555-0143",)),
    Kind("partner_user_id", "mEm-01", ("\tmEm-01",), ("MEM-01", "mem-01", "mEm-1")),
    Kind("account_id", "00aC7", (" 00aC7",), ("00AC7", "aC7")),
    Kind("order_id", "App-9x", ("App-9x ",), ("APP-9X", "app-9x")),
    Kind("order_id", "App-e\u0301", ("App-\u00e9",), ("App-e",)),
    Kind("coupon_code", "Save-ß1", ("save-ss1", "SAVE-SS1"), ("SAVE1",)),
    Kind("partner_event_id", "Ev-1", (" Ev-1",), ("ev-1", "EV-1")),
)


def world_of(root: Path) -> RunContext:
    return make_world(root, PLACEHOLDERS + EVENTS_FEED + 'identity = ["event_name", "event_time"]\n')


def test_every_kind_that_can_be_asked_about_is_tried() -> None:
    assert {*PERSON_KINDS.values(), *RECORD_KINDS.values(), "partner_event_id"} == set(COLUMNS) == set(WORDS)
    assert {kind.name for kind in KINDS} == set(COLUMNS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name}-{kind.delivered}")
def test_what_is_typed_finds_what_load_keyed_and_nothing_else(tmp_path: Path, kind: Kind) -> None:
    context = world_of(tmp_path)
    spare = "partner_user_id" if kind.name == "email" else "email"
    put(
        context,
        "events_20261107.csv",
        f"event_name,event_time,{spare},{kind.name}\naccount_opened,2026-11-06,spare@example.com,{kind.delivered}\n",
    )
    (event,) = table(take_in(context), "fact_events")

    def key(text: str) -> int:
        return identifier_key(context.workspace, context.config, kind.name, text)

    assert event[COLUMNS[kind.name]] is not None
    assert {key(text) for text in (kind.delivered, *kind.same)} == {event[COLUMNS[kind.name]]}
    assert event[COLUMNS[kind.name]] not in {key(text) for text in kind.other}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("order_id", "N/A"),
        ("phone", "+1 212 555 0100"),  # declared as a placeholder in another writing
        ("coupon_code", "ZOE\u0308-1"),
        ("email", "no-reply@example.com"),
    ],
)
def test_a_placeholder_is_none_for_load_and_for_who_asks(tmp_path: Path, kind: str, text: str) -> None:
    context = world_of(tmp_path)
    put(
        context,
        "events_20261107.csv",
        f"event_name,event_time,partner_user_id,{kind}\naccount_opened,2026-11-06,M1,{text}\n",
    )
    (event,) = table(take_in(context), "fact_events")
    assert event[COLUMNS[kind]] is None
    with pytest.raises(ConfigurationError, match="is a placeholder, not"):
        identifier_key(context.workspace, context.config, kind, text)


@pytest.mark.parametrize(
    ("kind", "typed", "declared", "column", "value"),
    [
        ("email", "Finn@Example.NET", 'hashed = { email = "sha256" }', "email", "finn@example.net"),
        ("phone", "(207) 555-0142", 'hashed = { phone = "md5" }', "phone", "+12075550142"),
        ("phone", "(207) 555-0142", 'hashed = { phone = "md5" }', "phone", "12075550142"),
        (
            "email",
            "F.inn+bank@gmail.com",
            'hashed = { email = "sha1", advocate_email = "md5" }\nhashed_profile = "google"',
            "advocate_email",
            "finn@gmail.com",
        ),
    ],
)
def test_an_address_is_found_where_only_its_hash_came(
    tmp_path: Path, kind: str, typed: str, declared: str, column: str, value: str
) -> None:
    """Support types the address that the customer gives; the bank may have sent nothing but its hash."""
    context = make_world(tmp_path, f"{EVENTS_FEED}{declared}\n")
    hashed = hash_of(value, f"{kind}_{context.config.feed('events').hashed[column]}")
    row = f"account_opened,2026-11-05T10:00:00-05:00,A1,{hashed}"
    put(context, "events_20261107.csv", f"event_name,event_time,account_id,{column}\n{row}\n")
    take_in(context)
    (event,) = table(context, "fact_events")
    assert event[f"{column}_key"] in hash_keys(context.workspace, context.config, kind, typed)
    assert event[f"{column}_key"] not in hash_keys(context.workspace, context.config, kind, typed + "1")
