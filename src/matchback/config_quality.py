"""The part of `matchback.toml` that holds a program's quality rules: signs of abuse, and what follows from each.

Every rule gives one observed number for a recognized journey, which one threshold judges. A rule that a program does
not name is not judged there, so a workspace without `quality` knows no verdict but `passed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from matchback.config_values import ConfigModel, nearest

DISPOSABLE_DOMAINS = Path(__file__).with_name("disposable_domains.txt")
MOST_DAYS = 36_500


@dataclass(frozen=True)
class RuleShape:
    """What a rule compares by, from which number on it holds by itself, and over how many days it counts."""

    comparison: Literal["more_than", "less_than"]
    threshold: int
    within_days: int | None = None


RULES: Mapping[str, RuleShape] = {
    "similar_emails": RuleShape("less_than", 1),
    "shared_phone": RuleShape("more_than", 0),
    "shared_device": RuleShape("more_than", 0),
    "advocate_velocity": RuleShape("more_than", 10, within_days=1),
    "referral_cap": RuleShape("more_than", 50, within_days=365),
    "seconds_after_click": RuleShape("less_than", 5),
    "disposable_domain": RuleShape("more_than", 0),
    "coupon_overused": RuleShape("more_than", 25),
    "guessed_series": RuleShape("more_than", 5, within_days=1),
}
_DOMAIN_KEYS = ("domains", "except")

Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Threshold = Annotated[int, Field(ge=0, le=2**31 - 1)]
Domain = Annotated[str, Field(pattern=r"^[^\s@.]+(\.[^\s@.]+)+$")]


class QualityRule(ConfigModel):
    rule: str
    verdict: Literal["review", "rejected"] = "review"
    more_than: Threshold | None = None
    less_than: Threshold | None = None
    within_days: Days | None = None
    domains: list[Domain] = []
    except_domains: list[Domain] = Field(default=[], alias="except")

    @model_validator(mode="before")
    @classmethod
    def _with_thresholds(cls, given: Any) -> Any:
        """Write the rule's own threshold where none is given: a program's terms then hold every number."""
        shape = RULES.get(given["rule"]) if _names_a_rule(given) else None
        if shape is None:
            return given
        other = "less_than" if shape.comparison == "more_than" else "more_than"
        if given.get(other) is not None:
            raise ValueError(f"{given['rule']} is judged by {shape.comparison}, not by {other}")
        if given.get("within_days") is not None and shape.within_days is None:
            raise ValueError(f"{given['rule']} counts over no days: leave within_days out")
        for key in _DOMAIN_KEYS:
            if given.get(key) and given["rule"] != "disposable_domain":
                raise ValueError(f"{given['rule']} reads no domains: leave {key} out")
        return {shape.comparison: shape.threshold, "within_days": shape.within_days, **given}

    @field_validator("rule")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RULES:
            raise ValueError(f"{value!r} is not a known quality rule.{nearest(value, list(RULES))}")
        return value

    @field_validator("domains", "except_domains")
    @classmethod
    def _folded(cls, value: list[str]) -> list[str]:
        return sorted({domain.lower() for domain in value})

    @property
    def comparison(self) -> str:
        """How the observed number is compared: `more_than` or `less_than`."""
        return RULES[self.rule].comparison

    @property
    def threshold(self) -> int:
        """The number that it is compared with."""
        return int(getattr(self, self.comparison))

    def disposable_domains(self) -> list[str]:
        """Return the domains that count as disposable for this rule: the product's, with the workspace's changes."""
        return sorted({*known_disposable_domains(), *self.domains} - set(self.except_domains))

    def terms(self) -> dict[str, Any]:
        """Return the rule as it stands in a program's terms."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def quality_terms(rules: Sequence[QualityRule]) -> list[dict[str, Any]]:
    """Return a program's quality rules as terms; their order does not count."""
    return [rule.terms() for rule in sorted(rules, key=lambda rule: rule.rule)]


@cache
def known_disposable_domains() -> tuple[str, ...]:
    """Return the domains of the product's own list, which names where they are from."""
    lines = DISPOSABLE_DOMAINS.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _names_a_rule(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("rule"), str)
