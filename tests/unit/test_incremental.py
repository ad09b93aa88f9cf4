"""Building by changes is building whole: night by night, the tables of the two steps are those of one full rebuild.

A machine lets anything happen in a bank of few identifiers, in any order: files, late or early, repeated, corrected
and contradicted; acts of operators; days that pass, nights that break off or are run again. After each night a twin is
built whole from the same facts. `INCREMENTAL_EXAMPLES=200` runs that many banks at random instead of a few that are
always the same.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from matchback import incremental
from matchback.warehouse import Warehouse
from unit.incremental_people import Circle, Happening
from unit.incremental_rows import FEEDS, File, Row, identity_of
from unit.incremental_world import Bank

pytestmark = pytest.mark.slow
FIRST_NIGHT = date(2026, 3, 20)
CIRCLES = 12
WANTED = os.environ.get("INCREMENTAL_EXAMPLES")
seeds = st.integers(0, 1 << 30)


class Nights(RuleBasedStateMachine):
    """Whatever comes in, and whenever: after each night the bank equals its twin."""

    def __init__(self) -> None:
        super().__init__()
        self.bank, self.as_of = Bank(), FIRST_NIGHT
        self.circles: list[Circle] = []
        self.files = self.acts = 0
        self.has_news = False

    def teardown(self) -> None:
        self.bank.close()

    @initialize(seed=seeds, most=st.sampled_from([30, 20, 10]))
    def begin(self, seed: int, most: int) -> None:
        """The first night, which is built whole."""
        self.circles = [Circle(number) for number in range(CIRCLES)]
        self.happen(seed, most, False)
        self._night()

    @rule(seed=seeds, most=st.sampled_from([1, 2, 3, 6]), writes=st.booleans())
    def happen(self, seed: int, most: int, writes: bool) -> None:
        """Files of any kind come, of today, of a past day or of a day to come, and operators act."""
        found = [item for circle in self.circles for item in circle.happen(seed, self.as_of, most)]
        files: dict[tuple[str, str, date], list[Happening]] = defaultdict(list)
        for item in found:
            if item.feed in ("settle", "hand"):
                self._act(item)
            else:
                files[item.feed, item.purpose, item.on].append(item)
        for (feed, purpose, on), items in files.items():
            rows = tuple(item.row for item in items)
            self.bank.deliver(File(self.files, feed, on, rows, purpose, writes))
            self.files += 1
        self.has_news = self.has_news or bool(found)

    @rule(purpose=st.sampled_from(["eligible_advocates", "employees"]), days=st.integers(-3, 1))
    def deliver_an_empty_list(self, purpose: str, days: int) -> None:
        """A whole list without members ends every membership."""
        self.bank.deliver(File(self.files, "audience", self.as_of + timedelta(days), (), purpose))
        self.files, self.has_news = self.files + 1, True

    @precondition(lambda self: self.has_news)
    @rule(days=st.integers(0, 2))
    def sleep(self, days: int) -> None:
        """The next night, or another run on the same day."""
        self.as_of += timedelta(days)
        self._night()

    @rule(days=st.sampled_from([1, 4, 9, 25]))
    def pause(self, days: int) -> None:
        """Days pass without a run."""
        self.as_of += timedelta(days)
        self._night()

    @precondition(lambda self: self.has_news)
    @rule(days=st.sampled_from([0, 1, -2, -6]))
    def break_off(self, days: int) -> None:
        """A night, or one run again, that ends after its first step; the next one mends it."""
        self.bank.night(self.as_of + timedelta(days), ("resolve",))
        self.as_of += timedelta(max(days, 0))

    @rule(days=st.sampled_from([1, 6]))
    def look_back(self, days: int) -> None:
        """A night that is run again as of an earlier day."""
        self._night(self.as_of - timedelta(days))

    def _act(self, act: Happening) -> None:
        self.acts += 1
        names = {"settle": "event_resolved", "hand": "recognition_added"}
        self.bank.act(self.acts, act.on, names[act.feed], act.row)

    def _night(self, as_of: date | None = None) -> None:
        self.bank.night(as_of or self.as_of)
        self.has_news = False
        differences = self.bank.differences()
        assert not differences, differences


def test_a_second_night_is_built_by_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the machine would compare what is built whole with itself."""
    renewed: list[str] = []
    renew = incremental.renew

    def noted(warehouse: Warehouse, step: str, *given: Any) -> list[str]:
        renewed.append(step)
        return renew(warehouse, step, *given)

    monkeypatch.setattr(incremental, "renew", noted)
    bank, circle = Bank(), Circle(0)
    for day in range(2):
        for number, item in enumerate(circle.happen(day, FIRST_NIGHT, 9)):
            if item.feed in FEEDS:
                bank.deliver(File(100 * day + number, item.feed, item.on, (item.row,), item.purpose))
        bank.night(FIRST_NIGHT + timedelta(day))
    assert renewed == ["resolve", "recognize"]
    assert bank.differences() == ""
    bank.close()


# --- what the machine would find late: one root, two programs, two advocates -------------------------------------

BEA, CAL, DAN = 102, 2100, 3100
BEFORE = FIRST_NIGHT - timedelta(9)


def at(name: str, day: date) -> Row:
    return {f"{name}_at": datetime.combine(day, time(15)), f"{name}_on": day}


def an_opening(member: int, days_ago: int, **columns: Any) -> Row:
    plain = {
        "event_name": "account_opened",
        "action": "new",
        "time_precision": "second",
        "has_placeholder": False,
    }
    keys = {"partner_event_key": 600 + member, "account_key": 500 + member, "partner_user_key": member}
    moment = at("occurred", FIRST_NIGHT - timedelta(days_ago))
    return {**plain, **keys, **moment, "container": "production", **columns}


def two_nights(bank: Bank, first: tuple[Row, ...], second: Row) -> str:
    """Return the differences after a second night; Cal's coupon counts in one program, Dan's share in another."""
    coupon = {
        "coupon_key": 700,
        "purpose": "friend_offer",
        "advocate_partner_user_key": CAL,
        "program": "refer",
    }
    share = {"share_key": 800, "advocate_partner_user_key": DAN, "program": "loans", "incentivized": False}
    files = {
        "coupons": (coupon | {"single_use": False} | at("issued", BEFORE),),
        "shares": (share | {"container": "production"} | at("shared", BEFORE),),
        "persons": ({"partner_user_key": CAL, "customer_since_on": date(2026, 1, 1)},),
        "events": first,
    }
    for number, (feed, rows) in enumerate(files.items()):
        bank.deliver(File(number, feed, FIRST_NIGHT, rows))
    bank.night(FIRST_NIGHT)
    bank.deliver(File(9, "events", FIRST_NIGHT + timedelta(1), (second,)))
    bank.night(FIRST_NIGHT + timedelta(1))
    return bank.differences()


def test_referrals_are_counted_in_each_program_apart() -> None:
    """A new referral of Cal's in one program leaves Dan's count at Bea's root in the other as it was."""
    bank = Bank()
    both = an_opening(BEA, 1, share_key=800, coupon_key=700)
    first = (an_opening(101, 2, share_key=800), both)
    assert two_nights(bank, first, an_opening(103, 0, coupon_key=700)) == ""
    rows = bank.kept.writer.table("recognition_quality").to_pylist()
    counts = {
        row["program"]: row["observed"]
        for row in rows
        if row["event_id"] == identity_of("events", both) and row["rule"] == "referral_cap"
    }
    assert counts == {"refer": 1, "loans": 2}
    bank.close()


@pytest.mark.parametrize("days_ago", [0, 5])
def test_loops_are_judged_in_each_program_apart(days_ago: int) -> None:
    """That Cal names Bea in one program does not make forgotten that Dan did in the other; who did first, decides."""
    bank = Bank()
    both = an_opening(BEA, 1, share_key=800, coupon_key=700)
    first = (an_opening(DAN, 2, advocate_partner_user_key=BEA), both)
    assert two_nights(bank, first, an_opening(CAL, days_ago, advocate_partner_user_key=BEA)) == ""
    rows = bank.kept.writer.table("recognitions").to_pylist()
    mine = [row for row in rows if row["event_id"] == identity_of("events", both)]
    in_loop = {row["program"] for row in mine if "loop" in (row["ineligible_reason"] or "")}
    assert in_loop == ({"loans"} if days_ago == 0 else {"loans", "refer"})
    bank.close()


# --- what one arm of a touch file alone finds -------------------------------------------------------------------


def added(bank: Bank, table: str, column: str) -> list[Any]:
    return sorted(str(row[column]) for row in bank.kept.writer.table(table).to_pylist())


def test_an_owner_by_phone_is_found_when_the_phone_becomes_shared() -> None:
    """Bea's event stays Bea's by her member id; that its phone is Cal's too gives its journey another owner."""
    bank = Bank()
    bank.deliver(File(0, "events", FIRST_NIGHT, (an_opening(BEA, 1, phone_key=300),)))
    bank.night(FIRST_NIGHT)
    assert len(added(bank, "journey_owners", "person_id")) == 1
    another = {"partner_user_key": CAL, "phone_key": 300}
    bank.deliver(File(1, "persons", FIRST_NIGHT + timedelta(1), (another,)))
    bank.night(FIRST_NIGHT + timedelta(1))
    assert bank.differences() == ""
    assert len(added(bank, "journey_owners", "person_id")) == 2
    bank.close()


@pytest.mark.parametrize(
    ("loaded_first", "received"), [(False, 0), (True, 1)], ids=["loaded since", "received since"]
)
def test_an_empty_list_ends_memberships(loaded_first: bool, received: int) -> None:
    """An empty list is in no table of members, so only its file tells of it."""
    bank = Bank()
    member = {"partner_user_key": BEA, "purpose": "employees", "list_on": BEFORE}
    bank.deliver(File(0, "audience", BEFORE, (member,), "employees"))
    empty = File(1, "audience", FIRST_NIGHT + timedelta(received), (), "employees")
    if loaded_first:
        bank.deliver(empty)
    bank.night(FIRST_NIGHT)
    if not loaded_first:
        bank.deliver(empty)
    bank.night(FIRST_NIGHT + timedelta(received))
    assert bank.differences() == ""
    assert added(bank, "memberships", "until_on") != ["None"]
    bank.close()


def test_a_carrier_who_is_merged_carries_under_the_new_person() -> None:
    """The shared address and its carriers stay; who one of the carriers is, does not."""
    bank = Bank()
    both = tuple({"partner_user_key": member, "email_key": 202} for member in (BEA, CAL))
    bank.deliver(File(0, "persons", FIRST_NIGHT, both))
    bank.night(FIRST_NIGHT)
    before = added(bank, "person_identifiers", "person_id")
    merged = {"partner_user_key": CAL, "same_person_key": DAN}
    bank.deliver(File(1, "persons", FIRST_NIGHT + timedelta(1), (merged,)))
    bank.night(FIRST_NIGHT + timedelta(1))
    assert bank.differences() == ""
    assert added(bank, "person_identifiers", "person_id") != before
    bank.close()


TestNights = Nights.TestCase
TestNights.settings = settings(
    max_examples=int(WANTED or 2),
    stateful_step_count=25 if WANTED else 10,
    derandomize=not WANTED,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
