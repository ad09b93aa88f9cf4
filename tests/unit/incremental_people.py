"""What happens among people who share few identifiers: every kind of record, at random but the same for one seed.

A circle is a handful of people with identifiers of their own; what happens in one never touches another, save through
the lists that hold members of all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from unit.incremental_rows import CIRCLE, Row, identity_of, version_of

ZONE = ZoneInfo("America/New_York")
DAYS = (0, 0, -1, -1, -2, -3, -5, -8, -9, -12, -20, -30, 1, 3)
CLOCKS = ("15:00:00", "15:00:01", "16:00:00", "03:30:00")  # the last is the day before where the bank is
RECEIVED = (0, 0, 0, 0, 0, 0, -4, 1, 3)
PURPOSES = ("eligible_advocates", "existing_customers", "employees", "blocked")
KINDS = {"events": 5, "shares": 3, "emails": 3, "clicks": 3, "coupons": 1, "advocates": 2, "persons": 1}
FEEDS = {
    **KINDS,
    "audience": 1,
    "audience-add": 1,
    "audience-remove": 1,
    "again": 2,
    "correct": 3,
    "settle": 1,
    "hand": 1,
}
PROGRAMS = ("refer", "family", "loans")
NAMES = ("account_opened",) * 4 + ("account_qualified",) * 2 + ("friend_registered", "account_closed")
GROUNDS: tuple[tuple[str, ...], ...] = (
    (), (), ("coupon_key",), ("share_key",), ("advocate_code_key",), ("shareable_key",), ("partner_share_key",),
    ("advocate_partner_user_key",), ("advocate_email_key",), ("advocate_order_key",), ("advocate_person_id",),
    ("coupon_key", "advocate_partner_user_key", "share_key"),
)  # fmt: skip
JOURNEYS: tuple[tuple[str, ...], ...] = (
    (), ("account_key",), ("account_key",), ("account_key",), ("order_key",), ("earlier_event_key",),
    ("account_key", "order_key"),
)  # fmt: skip
WHOSE: tuple[tuple[str, ...], ...] = (
    ("partner_user_key",), ("email_key",), ("partner_user_key", "email_key"), ("email_key", "visitor_key"),
    ("phone_key", "visitor_key"), ("partner_user_key", "phone_key"), ("partner_user_key", "visitor_key"),
    ("partner_user_key", "email_key", "phone_key", "visitor_key"), (),
)  # fmt: skip
POOLS: dict[str, Iterable[int]] = {
    "partner_user_key": range(100, 106),
    "same_person_key": range(100, 106),
    "advocate_partner_user_key": range(100, 103),
    "email_key": (200, 200, 201, 202, 203, 204, 250, 251, 252, 253, 254),
    "advocate_email_key": (200, 200, 201, 202, 250, 252),
    "recipient_email_key": (200, 201, 202, 203, 204, 250, 251, 252, 253, 254),
    "issued_to_email_key": (200, 201, 250),
    "phone_key": (300, 301, 302, 350),
    "recipient_phone_key": (300, 301, 350),
    "visitor_key": range(400, 403),
    "account_key": range(500, 505),
    "pay_to_key": range(500, 502),
    "order_key": range(550, 552),
    "advocate_order_key": range(550, 552),
    "partner_event_key": range(600, 609),
    "earlier_event_key": range(600, 609),
    "coupon_key": range(700, 704),
    "advocate_code_key": range(750, 752),
    "share_key": range(800, 806),
    "shareable_key": range(850, 852),
    "partner_share_key": range(870, 872),
    "click_key": range(900, 912),
    "advocate_person_id": (100, 101, 200, 300, 400),
}


@dataclass(frozen=True)
class Happening:
    """A record of a feed that comes on some day, as a member of a list if it is one; or an act of an operator."""

    feed: str
    on: date
    row: Row
    purpose: str = ""


class Circle:
    """A handful of people, and what has been told of them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.events: list[Row] = []
        self.told: list[Happening] = []

    def happen(self, seed: int, today: date, most: int) -> list[Happening]:
        """Return what is told of these people today: at most that many records and acts."""
        self.chance, self.today, self.seed = random.Random(f"{seed}|{self.number}"), today, seed
        kinds = self.chance.choices(list(FEEDS), list(FEEDS.values()), k=self.chance.randint(0, most))
        return [happening for kind in kinds for happening in self._happenings(kind)]

    def _happenings(self, kind: str) -> list[Happening]:
        of_all = random.Random(f"{self.seed}|{kind}")  # what comes of a kind, comes in one file
        on, purpose = self.today + timedelta(of_all.choice(RECEIVED)), of_all.choice(PURPOSES)
        if kind in KINDS:
            row = MAKERS[kind](self)
            found = Happening(kind, on, row)
            self.events += [row] if kind == "events" else []
        elif kind.startswith("audience"):
            change = kind.partition("-")[2] or None
            named = self.chance.choice(WHOSE[:6])
            row = self.keys(*(name for name in named if name != "visitor_key"))
            row |= {"purpose": purpose, "list_on": on, "list_change": change}
            found = Happening(kind, on, row, purpose)
        elif kind == "again" and self.told:
            former = self.chance.choice(self.told)
            is_listed = former.purpose or former.feed in ("settle", "hand")
            found = former if is_listed else Happening(former.feed, on, former.row)
        elif kind == "correct" and self.events:
            found = Happening("events", self.today, self._corrected(self.chance.choice(self.events)))
            self.events.append(found.row)
        elif kind in ("settle", "hand") and self.events:
            found = Happening(kind, on, self._arguments(kind, self.chance.choice(self.events)))
        else:
            return []
        self.told.append(found)
        return [found]

    def _corrected(self, former: Row) -> Row:
        """Return an event's identity with other content, as a correction, a cancellation or a conflict."""
        action = self.chance.choice(("correct", "cancel", "new"))
        told = ("event_name", "account_key", "partner_user_key", "partner_event_key")
        row = (
            dict(former) if action == "cancel" else an_event(self) | {name: former.get(name) for name in told}
        )
        row = {name: value for name, value in row.items() if value is not None} | {"action": action}
        if action != "new":
            row["corrected_at"] = datetime.combine(self.today - timedelta(self.chance.randint(0, 2)), time())
        return row

    def _arguments(self, kind: str, event: Row) -> Row:
        found: Row = {"event_id": identity_of("events", event)}
        if kind == "settle":
            return found | {"version_key": version_of(event)}
        whom = self.chance.choice((100, 101, 200, 300, 254)) + self.number * CIRCLE
        return found | {"advocate_id": whom, "program": self.chance.choice((None, *PROGRAMS))}

    # --- columns ---------------------------------------------------------------------------------------------

    def keys(self, *names: str) -> Row:
        return {name: self.chance.choice(list(POOLS[name])) + self.number * CIRCLE for name in names}

    def perhaps(self, *names: str) -> Row:
        return self.keys(*(name for name in names if self.chance.random() < 0.4))

    def day(self) -> date:
        return self.today + timedelta(self.chance.choice(DAYS))

    def perhaps_day(self) -> date | None:
        return self.day() if self.chance.random() < 0.4 else None

    def moment(self, name: str) -> Row:
        at = datetime.combine(self.day(), time.fromisoformat(self.chance.choice(CLOCKS)))
        return {f"{name}_at": at, f"{name}_on": at.replace(tzinfo=UTC).astimezone(ZONE).date()}

    def container(self) -> Row:
        return {"container": "test" if self.chance.random() < 0.1 else "production"}

    def perhaps_program(self) -> Row:
        return {"program": self.chance.choice(PROGRAMS)} if self.chance.random() < 0.2 else {}


def an_event(circle: Circle) -> Row:
    chance = circle.chance
    columns = [*chance.choice(WHOSE), *chance.choice(JOURNEYS), *chance.choice(GROUNDS)]
    asides: list[Row] = [{}, {}, {}, {"owner_rank": 1}, {"product": "a"}, {"has_placeholder": True}]
    asides += [{"amount_minor": chance.randint(1, 3), "currency": "USD"}]
    plain = {
        "event_name": chance.choice(NAMES),
        "action": "new",
        "time_precision": "second",
        "has_placeholder": False,
    }
    keys = circle.keys(*columns) | circle.perhaps("partner_event_key")
    return (
        plain
        | keys
        | circle.moment("occurred")
        | circle.container()
        | circle.perhaps_program()
        | chance.choice(asides)
    )


def a_share(circle: Circle) -> Row:
    named = circle.chance.choice(
        ("advocate_partner_user_key",) * 3 + ("advocate_email_key", "advocate_code_key", "shareable_key")
    )
    row = circle.keys("share_key", named) | circle.perhaps("shareable_key", "partner_share_key")
    row |= {"incentivized": circle.chance.random() < 0.3, "channel": circle.chance.choice("xy")}
    return row | circle.moment("shared") | circle.container() | circle.perhaps_program()


def a_click(circle: Circle) -> Row:
    link = circle.chance.choice(("share_key", "share_key", "shareable_key"))
    row = circle.keys("click_key", link, circle.chance.choice(("visitor_key", "email_key")))
    return row | circle.perhaps("visitor_key") | circle.moment("clicked") | circle.container()


def a_sending(circle: Circle) -> Row:
    to = circle.chance.choice(("recipient_email_key",) * 3 + ("recipient_phone_key",))
    return circle.keys("share_key", to) | circle.moment("sent") | circle.container()


def a_coupon(circle: Circle) -> Row:
    row = circle.keys("coupon_key") | circle.perhaps(
        "share_key", "advocate_partner_user_key", "advocate_email_key"
    )
    row |= circle.perhaps("advocate_code_key", "issued_to_email_key") | circle.moment("issued")
    row |= {"purpose": circle.chance.choice(("friend_offer",) * 4 + ("public", "advocate_reward"))}
    row |= {"single_use": circle.chance.random() < 0.5, "valid_until": circle.perhaps_day()}
    return row | {"revoked_on": circle.perhaps_day()} | circle.perhaps_program()


def an_advocate(circle: Circle) -> Row:
    row = circle.keys("advocate_partner_user_key")
    row = {"partner_user_key": row["advocate_partner_user_key"], "enrolled_on": circle.perhaps_day()}
    row |= circle.perhaps("email_key", "phone_key", "advocate_code_key", "shareable_key", "pay_to_key")
    return row | {"left_on": circle.perhaps_day()}


def a_customer(circle: Circle) -> Row:
    row = circle.keys("partner_user_key") | circle.perhaps("email_key", "phone_key", "same_person_key")
    return row | {"customer_since_on": circle.perhaps_day()}


MAKERS: dict[str, Callable[[Circle], Row]] = {
    "events": an_event,
    "shares": a_share,
    "clicks": a_click,
    "emails": a_sending,
    "coupons": a_coupon,
    "advocates": an_advocate,
    "persons": a_customer,
}
