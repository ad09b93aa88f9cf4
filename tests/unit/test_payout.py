"""Payout files: whose rewards go out, on which days, in exactly which bytes."""

from __future__ import annotations

import json
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from matchback.config import Payout
from matchback.rewards.ledger_book import Book, Grant, Head, RewardState
from matchback.rewards.payout import (
    HEADER,
    PayoutFile,
    PayTo,
    amount_text,
    is_payout_day,
    plan_file,
    plan_lines,
    quoted,
    render_file,
    write_file,
)
from matchback.rewards.payout_numbers import choose_number, file_states, withdraw_unrecorded

MONDAY = date(2026, 11, 2)


def approved(
    reward_id: int, amount_minor: int = 10000, currency: str = "USD", day: int = 1, kind: str = "cash"
) -> RewardState:
    """Return an approved reward."""
    book = Book([], Head(), MONDAY, lambda *parts: hash(parts) & 0xFFFF)
    grant = Grant(
        reward_id=reward_id,
        rule_id="advocate-100",
        rule_version="v1",
        program="refer-a-member",
        role="advocate",
        beneficiary_id=7,
        friend_id=8,
        journey_id=9,
        event_id=10,
        root_event_id=11,
        reward_kind=kind,
        amount_minor=amount_minor,
        currency=currency,
        earned_on=date(2026, 10, day),
        release_on=date(2026, 10, day),
    )
    state = book.grant(grant, "event:10", 1)
    book.post(state, "approved", "release", date(2026, 10, day))
    return state


@pytest.mark.parametrize(
    ("on", "day", "expected"),
    [
        ("business_days", date(2026, 11, 6), True),
        ("business_days", date(2026, 11, 7), False),
        ("business_days", date(2026, 11, 8), False),
        ("business_days", date(2026, 11, 9), True),
        ("business_days", date(2026, 11, 26), False),
        ("every_day", date(2026, 11, 8), True),
        ("every_day", date(2026, 11, 26), True),
    ],
)
def test_files_are_made_on_business_days(on: Any, day: date, expected: bool) -> None:
    """Saturday, Sunday and a declared holiday wait for the next business day."""
    assert is_payout_day(Payout(on=on, holidays=[date(2026, 11, 26)]), day) is expected


def test_lines_stand_in_the_order_of_the_days_earned() -> None:
    """The order never depends on the order in which rewards were found."""
    states = [approved(5, day=3), approved(3, day=2), approved(4, day=2)]
    accounts = {number: PayTo(number, None) for number in (3, 4, 5)}
    lines, findings = plan_lines(states, accounts, Payout())
    assert [(line.line_number, line.reward_id) for line in lines] == [(1, 3), (2, 4), (3, 5)]
    assert findings == []


def test_reward_without_an_account_is_blocked_and_said_so() -> None:
    """Neither a missing row nor a missing key is paid to nobody."""
    lines, findings = plan_lines([approved(1), approved(2)], {1: PayTo(None, 4)}, Payout())
    assert lines == []
    assert [(item.reward_id, item.finding) for item in findings] == [
        (1, "payout_without_account"),
        (2, "payout_without_account"),
    ]


@pytest.mark.parametrize(("amount", "paid"), [(999, False), (1000, True)])
def test_minimum_is_inclusive(amount: int, paid: bool) -> None:
    """What lies below the minimum waits, and says so."""
    lines, findings = plan_lines([approved(1, amount)], {1: PayTo(5, None)}, Payout(minimum=Decimal("10.00")))
    assert (len(lines) == 1, [item.finding for item in findings]) == (
        paid,
        [] if paid else ["payout_below_minimum"],
    )


def test_minimum_counts_per_account_and_currency() -> None:
    """Two small rewards of one account go out together; another currency does not help."""
    accounts = {number: PayTo(5, None) for number in (1, 2, 3)}
    states = [approved(1, 500), approved(2, 500), approved(3, 500, "EUR")]
    lines, findings = plan_lines(states, accounts, Payout(minimum=Decimal("10.00")))
    assert [line.reward_id for line in lines] == [1, 2]
    assert [item.reward_id for item in findings] == [3]


def test_barred_reward_waits_with_its_finding() -> None:
    """What must not go out now is named, with the reason."""
    lines, findings = plan_lines(
        [approved(1)], {1: PayTo(5, None)}, Payout(), barred={1: "payout_needs_another_operator"}
    )
    assert (lines, findings[0].finding) == ([], "payout_needs_another_operator")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("test@example.com", "test@example.com"),
        ("johnrichardsdoe@example.com", '"johnrichardsdoe@example.com"'),
        ("coupon1,coupon2", '"coupon1,coupon2"'),
        ("United States", '"United States"'),
        ("refer-a-friend", "refer-a-friend"),
        ("test+1@example.com", '"test+1@example.com"'),
        ('say "hi"', '"say ""hi"""'),
        ("a" * 24, "a" * 24),
        ("a" * 25, '"' + "a" * 25 + '"'),
        ("", ""),
        ("-5.00", "-5.00"),
    ],
)
def test_quoting_follows_the_published_rule(value: str, written: str) -> None:
    """Quoted is what holds a comma or a sign below it, or is longer than 24 signs."""
    assert quoted(value) == written


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(10000, "USD", "100.00"), (5, "USD", "0.05"), (500, "JPY", "500"), (1, "KWD", "0.001")],
)
def test_amounts_have_the_places_of_their_currency(minor: int, currency: str, text: str) -> None:
    """Money is written without a float."""
    assert amount_text(minor, currency) == text


def test_file_has_the_earned_rewards_layout() -> None:
    """The header as published, one line per reward, names empty, the account from the vault."""
    row = {
        "reward_id": 4611686018427387904,
        "earned_on": date(2026, 10, 1),
        "program": "refer-a-member",
        "reward_name": "advocate-100",
        "reward_kind": "cash",
        "amount_minor": 10000,
        "currency": "USD",
        "account_number": "545413",
        "email": None,
    }
    content = render_file([row]).decode()
    assert content.splitlines()[0] == ",".join(HEADER)
    assert content.splitlines()[1] == (
        "4611686018427387904,2026-10-01,refer-a-member,,,,545413,100.00,USD,advocate-100,cash"
    )


@pytest.mark.parametrize(
    ("kind", "amount", "currency", "name", "told"),
    [
        ("points", 500, "XXX", "advocate-points", "500,POINTS,advocate-points,points"),
        ("badge", 1, "XXX", "Gold Member", '1,BADGE,"Gold Member",badge'),
        ("tier", 1, "XXX", "Silver", "1,TIER,Silver,tier"),
        ("coupon", 500, "JPY", "advocate-coupon", "500,JPY,advocate-coupon,coupon"),
    ],
)
def test_what_has_no_currency_says_what_it_counts(
    kind: str, amount: int, currency: str, name: str, told: str
) -> None:
    """Points, tiers and badges name themselves as the type of their face value: no receiver knows the code XXX."""
    row = {
        "reward_id": 1, "earned_on": date(2026, 10, 1), "program": "p", "account_number": "545413", "email": None,
        "reward_name": name, "reward_kind": kind, "amount_minor": amount, "currency": currency,
    }  # fmt: skip
    assert render_file([row]).decode().splitlines()[1] == f"1,2026-10-01,p,,,,545413,{told}"


def test_written_file_is_numbered_hashed_private_and_repeatable(tmp_path: Path) -> None:
    """Writing again gives the same bytes; totals stand beside it, to the cent and per currency."""
    states = [approved(1), approved(2, 550), approved(3, 700, "EUR")]
    accounts = {number: PayTo(number, None) for number in (1, 2, 3)}
    lines, _ = plan_lines(states, accounts, Payout())
    first = plan_file(tmp_path / "payouts", 7, MONDAY, lines, b"content\n")
    assert not first.path.exists()
    write_file(first, b"content\n")
    write_file(first, b"content\n")
    assert first.path.name == "earned-rewards-000007.csv"
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    totals = json.loads(first.path.with_suffix(".totals.json").read_text())
    assert totals["totals"] == {"EUR": "7.00", "USD": "105.50"}
    assert (totals["payout_number"], totals["lines"], totals["sha256"]) == (7, 3, first.file_hash)
    assert sorted(path.name for path in first.path.parent.iterdir()) == [
        "earned-rewards-000007.csv",
        "earned-rewards-000007.totals.json",
    ]


def test_totals_never_add_up_what_has_no_currency(tmp_path: Path) -> None:
    """Points, tiers and badges stand apart, by the types that the lines of the file say."""
    states = [
        approved(1),
        approved(2, 500, "XXX", kind="points"),
        approved(3, 250, "XXX", kind="points"),
        approved(4, 1, "XXX", kind="badge"),
    ]
    lines, _ = plan_lines(states, {number: PayTo(number, None) for number in range(1, 5)}, Payout())
    file = plan_file(tmp_path, 1, MONDAY, lines, b"content\n")
    write_file(file, b"content\n")
    totals = json.loads(file.path.with_suffix(".totals.json").read_text())["totals"]
    assert totals == {"BADGE": "1", "POINTS": "750", "USD": "100.00"}


def journaled(file: PayoutFile) -> dict[str, Any]:
    """Return what the journal says of a payout file."""
    return {
        "number": file.number,
        "issued_on": file.issued_on.isoformat(),
        "lines": len(file.lines),
        "totals": file.totals,
        "file_hash": file.file_hash,
    }


def test_totals_beside_an_intact_file_must_be_its_own(tmp_path: Path) -> None:
    """Whoever pays compares with them; ones that were put away are no fault."""
    lines, _ = plan_lines([approved(1), approved(2, 550)], {1: PayTo(1, None), 2: PayTo(2, None)}, Payout())
    file = plan_file(tmp_path, 7, MONDAY, lines, b"content\n")
    write_file(file, b"content\n")
    beside = file.path.with_suffix(".totals.json")
    made = beside.read_bytes()

    def state(body: dict[str, Any]) -> str:
        return file_states(tmp_path, {7: file.file_hash}, [body])[7]

    assert state(journaled(file)) == "as issued"
    beside.write_bytes(made.replace(b"105.50", b"105.51"))
    assert state(journaled(file)) == "totals changed"
    assert state({**journaled(file), "file_hash": "another"}) == "as issued", "nothing to compare with"
    beside.write_bytes(made + b"\n")
    assert state(journaled(file)) == "totals changed"
    file.path.write_bytes(b"other\n")
    assert state(journaled(file)) == "changed"
    file.path.write_bytes(b"content\n")
    beside.unlink()
    assert state(journaled(file)) == "as issued"


BEGUN = {"number": 3, "issued_on": "2026-11-02", "file_hash": "aa"}


@pytest.mark.parametrize(
    ("journaled", "issued_on", "file_hash", "number"),
    [
        ([], MONDAY, "aa", 3),
        ([BEGUN], MONDAY, "aa", 3),
        ([BEGUN], MONDAY, "bb", 4),
        ([BEGUN], date(2026, 11, 3), "aa", 4),
        ([BEGUN, {**BEGUN, "number": 4, "file_hash": "bb"}], MONDAY, "cc", 5),
        ([BEGUN, {**BEGUN, "number": 4, "file_hash": "bb"}], MONDAY, "bb", 4),
    ],
)
def test_number_never_stands_for_other_content(
    journaled: list[dict[str, Any]], issued_on: date, file_hash: str, number: int
) -> None:
    """Numbers 1 and 2 are recorded: a number that was begun is taken up by the same content of the same day alone."""
    assert choose_number([1, 2], journaled, issued_on, file_hash) == number


def test_only_files_that_nothing_records_are_withdrawn(tmp_path: Path) -> None:
    """The file and its totals go together; a recorded one stays, whatever its bytes."""
    for name in (
        "earned-rewards-000001.csv",
        "earned-rewards-000002.csv",
        "earned-rewards-000002.totals.json",
    ):
        (tmp_path / name).write_text("content")
    withdraw_unrecorded(tmp_path, {1})
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "earned-rewards-000001.csv",
        "earned-rewards-000002.csv.withdrawn",
        "earned-rewards-000002.totals.json.withdrawn",
    ]
