"""The few verbs with which planted cases are told: who shares, clicks, opens, deposits, qualifies, closes.

Ids tell their case: events `VE-` (vendor history), `CR-` (openings), `MS-` (milestones), `FR-` (registrations),
`BR-` (branch slips), `CT-` (certificates), `NM-` (nominations), shares `SH-`, clicks `CK-`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from generator.sample import HISTORY_DAY, MONTH_ENDS, ZONE, Person, Sample, at, file_day

LONG_AGO = MONTH_ENDS[0]
REFER, FAMILY = "refer-a-member", "family-certificate"


def advocate(number: int, first: str, last: str) -> Person:
    """Return the advocate of planted case `number`."""
    return Person(
        member=f"M9000{number:02d}",
        email=f"{first}.{last}@example.org".lower(),
        account=f"38000000{number:02d}",
        code=f"{last.upper()}-{number:02d}",
        link=f"L-90{number:02d}",
        first=first,
        last=last,
    )


def friend(number: int, first: str, last: str, second: int = 0) -> Person:
    """Return the friend of planted case `number`; `second` numbers further friends of one case."""
    return Person(
        member=f"M91{second}0{number:02d}",
        email=f"{first}.{last}@example.net".lower(),
        account=f"310000{second}0{number:02d}",
        visitor=f"v-91{second}0{number:02d}",
        first=first,
        last=last,
    )


class Planter:
    """Adds one case's records to the sample."""

    def __init__(self, sample: Sample, case: str) -> None:
        self.sample = sample
        self.case = case
        self.tag = case.upper()

    def advocate(
        self,
        number: int,
        first: str,
        last: str,
        *,
        eligible_from: date | None = LONG_AGO,
        member_from: date | None = LONG_AGO,
        enrolled_on: date = date(2026, 7, 1),
        since: date | None = date(2019, 3, 11),
        email: str | None = None,
    ) -> Person:
        """Enroll an advocate: on the advocates' file, the lists, and the members' file."""
        person = advocate(number, first, last)
        if email is not None:
            person = replace(person, email=email)
        self.enroll(person, enrolled_on)
        self.sample.enroll(person, eligible_from, member_from)
        if since is not None:
            self.member_since(person, since)
        return person

    def enroll(self, person: Person, enrolled_on: date) -> None:
        """Write the person's record in the advocates' file."""
        self.sample.add(
            "advocates",
            HISTORY_DAY,
            person.member,
            self.case,
            partner_user_id=person.member,
            email=person.email,
            advocate_code=person.code,
            shareable_id=person.link,
            enrolled_on=enrolled_on,
            pay_to_account_id=person.account,
        )

    def member_since(self, person: Person, since: date) -> None:
        """Write the person's record in the members' file."""
        self.sample.add(
            "members",
            HISTORY_DAY,
            person.member,
            self.case,
            partner_user_id=person.member,
            email=person.email,
            customer_since_on=since,
        )

    def share(
        self,
        who: Person,
        when: str,
        *,
        tag: str = "",
        program: str = REFER,
        day: date | None = None,
        suffix: str = "",
        **more: object,
    ) -> str:
        """Write a share and return its id."""
        share_id = f"SH-{self.tag}{tag}"
        values = {
            "share_id": share_id,
            "shareable_id": who.link,
            "advocate_partner_user_id": who.member,
            "program": program,
            "campaign": "fall-2026",
            "channel": "email",
            "promotion_source": "online-banking",
            "shared_at": at(when),
            "incentivized": program == FAMILY,
            **more,
        }
        moment = at(when)
        self.sample.add(
            "shares", day or file_day(moment), moment.isoformat(), self.case, suffix=suffix, **values
        )
        return share_id

    def click(self, when: str, *, tag: str = "", moment: datetime | None = None, **values: object) -> None:
        """Write a click."""
        moment = moment or at(when)
        self.sample.add(
            "clicks",
            file_day(moment),
            moment.isoformat(),
            self.case,
            click_id=f"CK-{self.tag}{tag}",
            clicked_at=moment,
            **values,
        )

    def sent(self, share_id: str, recipient: str, when: str) -> None:
        """Write one recipient of a share."""
        moment = at(when)
        self.sample.add(
            "share-recipients",
            file_day(moment),
            moment.isoformat(),
            self.case,
            share_id=share_id,
            recipient_email=recipient,
            sent_at=moment,
        )

    def coupon(self, code: str, when: str, **values: object) -> str:
        """Write a coupon and return its code; by default a friend offer of refer-a-member for August to December."""
        moment = at(when)
        cells = {
            "coupon_code": code,
            "purpose": "friend_offer",
            "issued_at": moment,
            "valid_from": moment.astimezone(ZONE).date(),
            "valid_until": date(2026, 12, 31),
            "single_use": True,
            "program": REFER,
            **values,
        }
        self.sample.add("coupons", file_day(moment), moment.isoformat(), self.case, **cells)
        return code

    def past(
        self, name: str, when: str, who: Person, *, tag: str = "", own: bool = True, **values: object
    ) -> str:
        """Write an event of the vendor's history and return its id; `own=False` leaves the account number only."""
        event_id = f"VE-{self.tag}{tag}"
        cells: dict[str, object] = {
            "partner_event_id": event_id,
            "event_name": name,
            "event_time": at(when),
            "account_id": who.account,
            "container": "production",
        }
        if own:
            cells |= {"email": who.email, "partner_user_id": who.member}
        opens = name in ("account_opened", "certificate_opened") and own
        if opens and "partner_user_id" not in values and values.get("container") != "test":
            self.joins(who, at(when).astimezone(ZONE).date())
        self.sample.add("vendor-history", HISTORY_DAY, at(when).isoformat(), self.case, **(cells | values))
        return event_id

    def joins(self, who: Person, opened_on: date) -> None:
        """Put a friend on every list of existing members that is dated after the opening."""
        self.sample.members.setdefault(who.member, (who, opened_on + timedelta(days=1)))

    def past_reward(self, who: Person, deposit: str, qualified: str, *, tag: str = "") -> None:
        """Write the deposit of 750.00 and the qualified row (account number only) that a reward asks for."""
        self.past("direct_deposit", deposit, who, tag=f"{tag}-D", amount="750.00", currency="USD", own=False)
        qualifies = {"amount": "250.00", "product": "checking", "currency": "USD"}
        self.past("account_qualified", qualified, who, tag=f"{tag}-Q", own=False, **qualifies)

    def opening(
        self, night: date, on: str, who: Person, *, tag: str = "", **values: object
    ) -> dict[str, object]:
        """Write a row of the nightly openings file (dates without times) and return its cells."""
        cells: dict[str, object] = {
            "event_name": "account_opened",
            "first": who.first,
            "last": who.last,
            "email": who.email,
            "partner_user_id": who.member,
            "account_id": who.account,
            "event_time": date.fromisoformat(on),
            "amount": "100.00",
            "product": "checking",
            "partner_event_id": f"CR-{self.tag}{tag}",
            **values,
        }
        raw = cells.pop("raw", None)
        assert raw is None or isinstance(raw, str)
        self.sample.add("account-openings", night, f"{on}T23:59:59", self.case, raw=raw, **cells)
        if raw is None and str(cells["partner_user_id"]).startswith("M") and "action" not in cells:
            self.joins(who, date.fromisoformat(on))
        return cells

    def milestone(self, name: str, when: str, account: str, *, tag: str = "", **values: object) -> None:
        """Write a row of the nightly milestones (account number only)."""
        moment = at(when)
        self.sample.add(
            "account-milestones",
            file_day(moment),
            moment.isoformat(),
            self.case,
            partner_event_id=f"MS-{self.tag}{tag}",
            event_name=name,
            event_time=moment,
            account_id=account,
            **values,
        )

    def deposit(self, when: str, account: str, amount: str) -> None:
        """Write a nightly direct deposit (no event id)."""
        moment = at(when)
        self.sample.add(
            "direct-deposits",
            file_day(moment),
            moment.isoformat(),
            self.case,
            event_time=moment,
            account_id=account,
            amount=amount,
        )

    def registration(self, when: str, visitor: str, email: str, **values: object) -> None:
        """Write a registration on the landing page."""
        moment = at(when)
        cells: dict[str, object] = {
            "event_name": "friend_registered",
            "partner_event_id": f"FR-{self.tag}",
            "event_time": moment,
            "visitor_id": visitor,
            "email": email,
            **values,
        }
        if file_day(moment) == HISTORY_DAY:
            self.sample.add("vendor-history", HISTORY_DAY, moment.isoformat(), self.case, **cells)
        else:
            self.sample.add("friend-registrations", file_day(moment), moment.isoformat(), self.case, **cells)


def utc(text: str) -> datetime:
    """Return a moment given in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
