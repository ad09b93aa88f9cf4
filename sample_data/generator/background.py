"""The crowd: members who share, friends who come or do not, all of it simple, so that no planted case is touched.

Each advocate of the crowd brings at most three friends; each friend opens one account.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from generator.people import crowd_friend, crowd_member, stranger
from generator.sample import FIRST_NIGHT, HISTORY_DAY, MONTH_ENDS, NIGHTS, ZONE, Person, Sample, file_day

START = date(2026, 8, 1)
LAST_DAY = NIGHTS[-1] - timedelta(days=1)
REFER, FAMILY = "refer-a-member", "family-certificate"
MEMBERS = 600
SHARES = 7_960
VENDOR_OPENINGS = 940
CHANNELS = ("email", "email", "sms", "facebook", "copied-link", "qr-code")
SOURCES = ("online-banking", "mobile-app", "statement-insert", "branch-poster")
CAMPAIGNS = {REFER: ("summer-2026", "fall-2026"), FAMILY: ("family-fall-2026",)}


class Crowd:
    """Makes the background with one seeded source of chance."""

    def __init__(self, sample: Sample, seed: int) -> None:
        self.sample = sample
        self.chance = random.Random(seed)
        self.members = [crowd_member(self.chance, number) for number in range(MEMBERS)]
        self.brought: dict[str, int] = {}
        self.shares: list[tuple[str, Person, datetime, str]] = []
        self.friends = 0
        self.numbers: dict[str, int] = {}

    def make(self) -> None:
        """Add the whole background to the sample."""
        self._enroll()
        self._share()
        for number in range(VENDOR_OPENINGS):
            on = START + timedelta(days=2 + number * 88 // VENDOR_OPENINGS)
            self._journey("vendor-history", min(on, HISTORY_DAY - timedelta(days=1)))
        for night in NIGHTS:
            before = night - timedelta(days=1)
            for _ in range(30 if before.weekday() < 5 else 20):
                self._journey("account-openings", before)
            for _ in range(2):
                self._branch_slip(night, before)
            for _ in range(2):
                self._certificate(before)
                self._nomination(before)
            for _ in range(10):
                self._registration_only(before)
        self._core_export()
        for number in range(45):
            on = date(2026, 9, 16) + timedelta(days=number % 44)
            self._certificate(on)
            self._nomination(on)
        for _ in range(220):
            self._registration_only(START + timedelta(days=self.chance.randrange(90)))
        self._idle_clicks(2_600)

    # -- members ------------------------------------------------------------------------------------------------

    def _enroll(self) -> None:
        for person in self.members:
            since = date(2012, 1, 1) + timedelta(days=self.chance.randrange(4_700))
            cells = {"partner_user_id": person.member, "email": person.email}
            self.sample.enroll(person, MONTH_ENDS[0], MONTH_ENDS[0])
            self.sample.add("members", HISTORY_DAY, person.member, **cells, customer_since_on=since)
            self.sample.add(
                "advocates",
                HISTORY_DAY,
                person.member,
                **cells,
                phone=person.phone,
                advocate_code=person.code,
                shareable_id=person.link,
                enrolled_on=date(2026, 7, 1) + timedelta(days=self.chance.randrange(28)),
                pay_to_account_id=person.account,
            )
        for day in (MONTH_ENDS[0], HISTORY_DAY):
            for number in range(24):
                cells = {"partner_user_id": f"M8000{number:02d}", "email": f"staff{number:02d}@example.com"}
                self.sample.add("employees", day, str(cells["partner_user_id"]), **cells)
            self.sample.add(
                "blocked", day, "M700001", partner_user_id="M700001", email="blocked.one@example.com"
            )
        for day in (date(2026, 9, 30), HISTORY_DAY, date(2026, 11, 4)):
            for number in range(40):
                self.sample.add("opt-outs", day, f"{number:03d}", email=f"quiet.{number:03d}@example.com")

    def _share(self) -> None:
        for _ in range(SHARES):
            who = self.chance.choice(self.members)
            moment = self._moment(START + timedelta(days=self.chance.randrange((LAST_DAY - START).days + 1)))
            late = moment.astimezone(ZONE).date() >= date(2026, 9, 10)
            program = FAMILY if late and self.chance.random() < 0.15 else REFER
            share_id = f"S-{self._next('share'):06d}"
            channel = self.chance.choice(CHANNELS)
            self.sample.add(
                "shares",
                file_day(moment),
                moment.isoformat(),
                share_id=share_id,
                shareable_id=who.link,
                advocate_partner_user_id=who.member,
                program=program,
                campaign=self.chance.choice(CAMPAIGNS[program]),
                channel=channel,
                promotion_source=self.chance.choice(SOURCES),
                shared_at=moment,
                incentivized=program == FAMILY,
            )
            self.shares.append((share_id, who, moment, program))
            if channel == "email" and self.chance.random() < 0.9:
                self._send(
                    share_id, stranger(self.chance, self._next("stranger")), moment + timedelta(seconds=20)
                )

    # -- friends ------------------------------------------------------------------------------------------------

    def _journey(self, feed: str, on: date) -> Person:
        who = self._new_friend(on)
        cells: dict[str, object] = {}
        if self.chance.random() < 0.5:
            kinds = ("click", "visit", "share", "link", "coupon", "recipient", "code")
            kind = self.chance.choices(kinds, (34, 26, 9, 8, 26, 4, 1))[0]
            if feed == "account-openings" and kind == "link":
                kind = "share"
            cells = self._refer(kind, who, on)
        self._open(feed, who, on, cells)
        self._milestones(who, on)
        return who

    def _refer(self, kind: str, who: Person, on: date) -> dict[str, object]:
        share_id, advocate, shared_at = self._share_before(on, REFER)
        moment = self._between(shared_at, on)
        if kind == "click":
            self._click(moment, share_id=share_id, email=who.email)
        elif kind == "visit":
            self._click(moment, share_id=share_id, visitor_id=who.visitor)
            self._register(moment + timedelta(seconds=90), who.visitor, who.email, share_id)
        elif kind == "recipient":
            self._send(share_id, who.email, shared_at + timedelta(seconds=20))
        elif kind == "coupon":
            return {"coupon_code": self._coupon(share_id, advocate, shared_at, REFER)}
        elif kind == "code":
            return {"advocate_code": advocate.code}
        elif kind == "link":
            return {"shareable_id": advocate.link}
        else:
            return {"share_id": share_id}
        return {}

    def _open(self, feed: str, who: Person, on: date, cells: dict[str, object]) -> None:
        product = self.chance.choice(("checking", "savings"))
        own = {"email": who.email, "partner_user_id": who.member, "account_id": who.account}
        amount = f"{self.chance.randrange(25, 900)}.{self.chance.randrange(100):02d}"
        values: dict[str, object] = {
            "event_name": "account_opened",
            **own,
            "product": product,
            "amount": amount,
        }
        if feed == "vendor-history":
            moment = self._moment(on)
            if "coupon_code" not in cells and "share_id" not in cells:
                moment = max(moment, datetime.combine(on, time(21, 30), ZONE).astimezone(UTC))
            values |= {
                "partner_event_id": f"VE-{self._next('event'):06d}",
                "event_time": moment,
                "currency": "USD",
            }
            self.sample.add(feed, HISTORY_DAY, moment.isoformat(), container="production", **values, **cells)
            return
        note = self.chance.choice(("", "", "", 'Goes by "Lee"', "Walk-in, no appointment"))
        values |= {"partner_event_id": f"CR-{self._next('core'):06d}", "event_time": on, "first": who.first}
        self.sample.add(
            feed, on + timedelta(days=1), f"{on}T23:59:59", last=who.last, note=note, **values, **cells
        )

    def _milestones(self, who: Person, on: date) -> None:
        if self.chance.random() < 0.55:
            day = on + timedelta(days=self.chance.randrange(3, 25))
            self._report("direct_deposit", day, who, f"{self.chance.randrange(500, 1900)}.00")
            if self.chance.random() < 0.4:
                self._report(
                    "direct_deposit", day + timedelta(days=14), who, f"{self.chance.randrange(90, 900)}.50"
                )
        if self.chance.random() < 0.45:
            day = on + timedelta(days=self.chance.randrange(5, 32))
            self._report("account_qualified", day, who, f"{self.chance.randrange(100, 2500)}.00")
        elif self.chance.random() < 0.03:
            self._report("account_closed", on + timedelta(days=40), who, None)

    def _report(self, name: str, on: date, who: Person, amount: str | None) -> None:
        if on > LAST_DAY:
            return
        moment = self._moment(on)
        own = {"partner_user_id": who.member} if self.chance.random() < 0.4 else {}
        cells: dict[str, object] = {"event_time": moment, "account_id": who.account, "amount": amount}
        if name == "account_qualified":
            cells["product"] = self.chance.choice(("checking", "savings"))
        if file_day(moment) == HISTORY_DAY:
            cells |= {
                "partner_event_id": f"VE-{self._next('event'):06d}",
                "currency": "USD" if amount else "",
            }
            self.sample.add(
                "vendor-history",
                HISTORY_DAY,
                moment.isoformat(),
                event_name=name,
                container="production",
                **cells,
                **own,
            )
        elif name == "direct_deposit":
            self.sample.add("direct-deposits", file_day(moment), moment.isoformat(), **cells)
        else:
            cells["partner_event_id"] = f"MS-{self._next('milestone'):06d}"
            self.sample.add(
                "account-milestones", file_day(moment), moment.isoformat(), event_name=name, **cells, **own
            )

    def _core_export(self) -> None:
        """The cumulative export: accounts that no other file opens, their balances new every night."""
        opened: list[tuple[Person, date, str]] = []
        for number in range(110):
            on = date(2026, 10, 19) + timedelta(days=number * 19 // 110)
            who = self._new_friend(on)
            if self.chance.random() < 0.5:
                self._refer(self.chance.choices(("click", "visit", "recipient"), (60, 32, 8))[0], who, on)
            opened.append((who, on, self.chance.choice(("CHECKING", "SAVINGS"))))
            self._milestones(who, on)
        for night in NIGHTS:
            for who, on, product in opened:
                if on < night:
                    self.sample.add(
                        "core-export",
                        night,
                        f"{on}T23:59:59{who.account}",
                        event_name="account_opened",
                        first=who.first.upper(),
                        last=who.last.upper(),
                        email=who.email.upper(),
                        account_id=who.account,
                        event_time=on,
                        amount=f"{self.chance.randrange(100, 4000)}.{self.chance.randrange(100):02d}",
                        product=product,
                        partner_user_id=who.member,
                    )

    def _branch_slip(self, night: date, on: date) -> None:
        who, (_, advocate, _) = self._new_friend(on), self._share_before(on, REFER)
        when = f"{on} {self.chance.randrange(9, 17):02d}:{self.chance.randrange(60):02d}:00"
        self.sample.add(
            "branch-referrals",
            night,
            when,
            partner_event_id=f"BR-{self._next('slip'):05d}",
            recorder=f"M8000{self.chance.randrange(24):02d}",
            advocate_partner_user_id=advocate.member,
            email=who.email,
            account_id=who.account,
            event_time=when,
        )

    def _certificate(self, on: date) -> None:
        who = self._new_friend(on)
        moment = datetime.combine(on, time(21, self.chance.randrange(30, 60)), ZONE).astimezone(UTC)
        cells: dict[str, object] = {
            "partner_event_id": f"CT-{self._next('certificate'):05d}",
            "event_time": moment,
            "partner_user_id": who.member,
            "email": who.email,
            "account_id": who.account,
            "amount": f"{self.chance.randrange(3, 50) * 100}.00",
        }
        if self.chance.random() < 0.5:
            share_id, advocate, shared_at = self._share_before(on, FAMILY)
            if self.chance.random() < 0.7:
                self._click(self._between(shared_at, on), share_id=share_id, email=who.email)
            else:
                cells["coupon_code"] = self._coupon(share_id, advocate, shared_at, FAMILY)
        if file_day(moment) == HISTORY_DAY:
            cells |= {"event_name": "certificate_opened", "currency": "USD", "container": "production"}
            self.sample.add("vendor-history", HISTORY_DAY, moment.isoformat(), product="certificate", **cells)
        else:
            self.sample.add("certificates", file_day(moment), moment.isoformat(), **cells)

    def _nomination(self, on: date) -> None:
        who = self.members[self._next("nomination") * 7 % MEMBERS]
        moment = self._moment(on)
        self.sample.add(
            "nominations",
            max(file_day(moment), HISTORY_DAY),
            moment.isoformat(),
            partner_event_id=f"NM-{self._next('nominated'):05d}",
            event_time=moment,
            partner_user_id=who.member,
            email=who.email,
            neighbor="Neighbor of " + who.first,
        )

    def _registration_only(self, on: date) -> None:
        number = self._next("looker")
        self._register(self._moment(on), f"v-3{number:05d}", f"looker.{number}@example.org", "")

    def _idle_clicks(self, count: int) -> None:
        for _ in range(count):
            share_id, who, shared_at, _ = self.chance.choice(self.shares)
            moment = shared_at + timedelta(minutes=self.chance.randrange(2, 9_000))
            if moment.astimezone(ZONE).date() > LAST_DAY:
                continue
            target = {"shareable_id": who.link} if self.chance.random() < 0.3 else {"share_id": share_id}
            self._click(moment, visitor_id=f"v-4{self._next('visitor'):05d}", **target)

    # -- the small acts -----------------------------------------------------------------------------------------

    def _new_friend(self, on: date) -> Person:
        who = crowd_friend(self.chance, self.friends)
        self.friends += 1
        self.sample.members[who.member] = (who, on + timedelta(days=1))
        return who

    def _share_before(self, on: date, program: str) -> tuple[str, Person, datetime]:
        """Return a share of 1 to 40 days before, by an advocate who has brought fewer than three."""
        while True:
            share_id, who, moment, of = self.chance.choice(self.shares)
            days = (on - moment.astimezone(ZONE).date()).days
            if of == program and 1 <= days <= 40 and self.brought.get(who.member, 0) < 3:
                self.brought[who.member] = self.brought.get(who.member, 0) + 1
                return share_id, who, moment

    def _click(self, moment: datetime, **cells: object) -> None:
        click_id = f"K-{self._next('click'):06d}"
        self.sample.add(
            "clicks", file_day(moment), moment.isoformat(), click_id=click_id, clicked_at=moment, **cells
        )

    def _send(self, share_id: str, recipient: str, moment: datetime) -> None:
        cells = {"share_id": share_id, "recipient_email": recipient, "sent_at": moment}
        self.sample.add("share-recipients", file_day(moment), moment.isoformat(), **cells)

    def _coupon(self, share_id: str, who: Person, moment: datetime, program: str) -> str:
        code = f"HLC-{who.last[:4].upper()}-{self._next('coupon'):05d}"
        issued = moment + timedelta(seconds=5)
        self.sample.add(
            "coupons",
            file_day(issued),
            issued.isoformat(),
            coupon_code=code,
            purpose="friend_offer",
            share_id=share_id,
            advocate_partner_user_id=who.member,
            issued_at=issued,
            valid_from=issued.astimezone(ZONE).date(),
            valid_until=date(2026, 12, 31),
            single_use=True,
            program=program,
        )
        return code

    def _register(self, moment: datetime, visitor: str, email: str, share_id: str) -> None:
        day = file_day(moment)
        cells = {
            "event_name": "friend_registered",
            "event_time": moment,
            "visitor_id": visitor,
            "email": email,
        }
        event_id = f"FR-{self._next('registration'):05d}"
        feed = "vendor-history" if day < FIRST_NIGHT else "friend-registrations"
        self.sample.add(feed, day, moment.isoformat(), partner_event_id=event_id, share_id=share_id, **cells)

    # -- chance -------------------------------------------------------------------------------------------------

    def _moment(self, on: date) -> datetime:
        """Return a moment between 8:00 and 21:00 of a local day."""
        seconds = self.chance.randrange(8 * 3600, 21 * 3600)
        return (datetime.combine(on, time(0), ZONE) + timedelta(seconds=seconds)).astimezone(UTC)

    def _between(self, after: datetime, on: date) -> datetime:
        """Return a moment after a share and before the evening of the opening's day."""
        until = datetime.combine(on, time(20, 45), ZONE).astimezone(UTC)
        return after + timedelta(seconds=self.chance.randrange(60, int((until - after).total_seconds())))

    def _next(self, kind: str) -> int:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.numbers[kind]
