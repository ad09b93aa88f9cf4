"""What is being made: rows by feed and file day, people, and where each planted case's records came to lie.

A row's keys are the contract's column names; `files` knows under which header each feed's sender writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
HISTORY_DAY = date(2026, 10, 31)
FIRST_NIGHT = date(2026, 11, 1)
NIGHTS = [FIRST_NIGHT + timedelta(days=n) for n in range(7)]
MONTH_ENDS = [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]


def at(text: str, fold: int = 0) -> datetime:
    """Return the instant of a New York wall-clock time such as `2026-08-05T09:30:00` (`fold=1`: its second)."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold).astimezone(UTC)


def file_day(moment: datetime) -> date:
    """Return the day of the file that reports this moment: the next night, or the history drop."""
    local_day = moment.astimezone(ZONE).date()
    return HISTORY_DAY if local_day < HISTORY_DAY else local_day + timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """An invented member or friend."""

    member: str
    email: str
    account: str = ""
    code: str = ""
    link: str = ""
    phone: str = ""
    visitor: str = ""
    first: str = ""
    last: str = ""


@dataclass
class Row:
    """One record to write; `raw` replaces the whole line (a defect), `order` is its place in the file."""

    values: dict[str, object]
    case: str
    order: tuple[str, str]
    raw: str | None = None


@dataclass
class Sample:
    """Everything that will be written."""

    rows: dict[tuple[str, date, str], list[Row]] = field(default_factory=dict)
    eligible: dict[str, tuple[Person, date]] = field(default_factory=dict)
    members: dict[str, tuple[Person, date]] = field(default_factory=dict)

    def add(
        self,
        feed: str,
        day: date,
        order: str,
        case: str = "",
        raw: str | None = None,
        suffix: str = "",
        **values: object,
    ) -> None:
        """Add a record to the feed's file of that day; `order` sorts it among the others."""
        name = str(values.get("partner_event_id") or values.get("share_id") or values.get("account_id") or "")
        row = Row(values=values, case=case, order=(order, name), raw=raw)
        self.rows.setdefault((feed, day, suffix), []).append(row)

    def enroll(self, person: Person, eligible_from: date | None, member_from: date | None) -> None:
        """Put a person on the lists of eligible advocates and of existing members dated on or after a day."""
        if eligible_from is not None:
            self.eligible[person.member] = (person, eligible_from)
        if member_from is not None:
            self.members[person.member] = (person, member_from)
