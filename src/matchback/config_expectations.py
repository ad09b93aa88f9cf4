"""What `expect` and `hold_tests` of a feed may hold: which files are expected of it, and which are none of its own."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from matchback.config_values import ConfigModel, nearest

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Surprise = Literal["missing", "doubled", "empty", "unusual", "columns"]
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_RANGE = re.compile(r"([0-9]{1,12})\.\.([0-9]{1,12})")
_WORD = re.compile(r"[A-Za-z]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)%")


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


class HoldTests(ConfigModel):
    """What marks a test file among the real ones; such a file waits for an operator."""

    names: list[str] = ["test"]
    domains: list[str] = []
    share: str = "50%"

    @field_validator("names")
    @classmethod
    def _plain_words(cls, value: list[str]) -> list[str]:
        if not all(_WORD.fullmatch(word) for word in value):
            raise ValueError('are words of letters alone, such as "test"')
        return value

    @field_validator("domains")
    @classmethod
    def _plain_domains(cls, value: list[str]) -> list[str]:
        if not all(_DOMAIN.fullmatch(domain) for domain in value):
            raise ValueError('are domains without the at sign, such as "example.com" or "test"')
        return value

    @field_validator("share")
    @classmethod
    def _percentage(cls, value: str) -> str:
        found = _SHARE.fullmatch(value)
        if found is None or not 0 < Decimal(found[1]) <= 100:
            raise ValueError('is a percentage above 0, up to "100%"')
        return value

    @property
    def share_of_addresses(self) -> Decimal:
        """Share of a file's addresses, above 0 and up to 1, at which it is a test."""
        return Decimal(self.share.removesuffix("%")) / 100


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
