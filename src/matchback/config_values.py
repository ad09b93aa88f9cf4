"""What every table of `matchback.toml` is made of: names, money without binary fractions, closed lists of words."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^(?:[A-Z]{2}|none)$")]


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not the name of a time zone, such as America/New_York")
    return value


TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _exact_decimal(value: object) -> object:
    """Money and thresholds are written as text, so that no binary fraction ever enters."""
    if isinstance(value, float):
        raise ValueError('write the amount as text, for example "100.00"')
    return value


Amount = Annotated[Decimal, BeforeValidator(_exact_decimal), Field(ge=0, max_digits=17)]
Percent = Annotated[Decimal, BeforeValidator(_exact_decimal), Field(gt=0, le=10_000, decimal_places=4)]


class ConfigModel(BaseModel):
    """A table of the configuration: it cannot be changed, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def nearest(word: str, known: list[str]) -> str:
    """Return a question that names the nearest known word, empty if none is near."""
    match = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {match[0]!r}?" if match else ""


def refuse_unknown(words: Any, known: Any, label: str) -> None:
    """Raise ValueError at the first word that is not known."""
    for word in words:
        if word not in known:
            raise ValueError(f"{word!r} is not a known {label}.{nearest(word, list(known))}")


def refuse_twice(words: list[str], label: str) -> None:
    """Raise ValueError when a word stands twice."""
    for word in words:
        if words.count(word) > 1:
            raise ValueError(f"the {label} {word!r} is declared twice")
