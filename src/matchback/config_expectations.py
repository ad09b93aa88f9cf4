"""What `expect` of a feed may hold: when its files come, how many, how large, and which surprise stops the night."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from matchback.config_values import ConfigModel, nearest

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Surprise = Literal["missing", "doubled", "empty", "unusual", "columns"]
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_RANGE = re.compile(r"([0-9]{1,12})\.\.([0-9]{1,12})")


class Expectation(ConfigModel):
    """When files are expected, and how large."""

    by: str | None = None
    on: str = "mon-sun"
    from_on: date | None = Field(default=None, alias="from")
    holidays: list[date] = []
    files: int = Field(default=1, ge=1)
    records: str | None = None
    stop_on: list[Surprise] = []

    @field_validator("by")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        if value is not None and not _CLOCK.fullmatch(value):
            raise ValueError('is a local time from "00:00" to "23:59"')
        return value

    @field_validator("on")
    @classmethod
    def _days(cls, value: str) -> str:
        weekdays_of(value)
        return value

    @field_validator("records")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        found = _RANGE.fullmatch(value) if value is not None else None
        if value is not None and (found is None or int(found[1]) > int(found[2])):
            raise ValueError('is a least and a most number of records, such as "100..5000"')
        return value

    @property
    def record_range(self) -> tuple[int, int] | None:
        """The least and the most records of a day, if they are declared."""
        if self.records is None:
            return None
        least, _, most = self.records.partition("..")
        return int(least), int(most)

    def is_expected(self, day: date) -> bool:
        """Tell whether a file is expected for a day."""
        return day.weekday() in weekdays_of(self.on) and day not in self.holidays


def weekdays_of(text: str) -> frozenset[int]:
    """Return the weekdays (Monday is 0) that words such as `mon-sat` or `mon,wed` name; raises ValueError."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        for word in (first, last) if dash else (first,):
            if word not in WEEKDAYS:
                raise ValueError(
                    f"{word!r} is no weekday.{nearest(word, list(WEEKDAYS))} "
                    'Write them as "mon-sat" or "mon,wed,fri"'
                )
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        days |= {(start + step) % 7 for step in range(length + 1)}
    return frozenset(days)
