"""The part of `matchback.toml` that holds a program's terms: rewards, their conditions and limits, and payouts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from matchback.config_values import Amount, ConfigModel, Currency, Name, Percent

PLAIN_KINDS = ("points", "tier", "badge")  # they have no currency


class ValueTier(ConfigModel):
    product: list[str] | None = Field(default=None, min_length=1)
    from_referral: int | None = Field(default=None, ge=1)
    amount: Amount


class RewardValue(ConfigModel):
    kind: Literal["cash", "account_credit", "gift_card", "coupon", "points", "tier", "badge"] = "cash"
    amount: Amount | None = None
    currency: Currency | None = None
    name: Name | None = None
    tiers: list[ValueTier] = []
    percent: Percent | None = None
    of: Literal["trigger", "sum"] = "trigger"
    rounding: Literal["half_up", "half_even", "down"] = "half_up"
    at_most: Amount | None = None


class Requirement(ConfigModel):
    single: Name | list[Name] | None = None
    count: Name | list[Name] | None = None
    sum: Name | list[Name] | None = None
    none: Name | list[Name] | None = None
    any: list[Requirement] | None = Field(default=None, min_length=2)
    all: list[Requirement] | None = Field(default=None, min_length=2)
    when: str | None = None
    at_least: Amount | None = None
    after: str | None = None
    before: str | None = None
    within_days: int | None = Field(default=None, ge=0)
    until: Literal["payout"] | None = None
    on: Literal["same_account", "friend", "advocate"] = "same_account"

    @model_validator(mode="after")
    def _one_kind(self) -> Requirement:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"names exactly one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """Which of single, count, sum, none, any, all this requirement is."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @property
    def event_names(self) -> list[str]:
        """The events that are looked for; of `any` and `all` those of their parts."""
        named = getattr(self, self.kind)
        if self.kind in GROUPS:
            return [name for part in named for name in part.event_names]
        return [named] if isinstance(named, str) else list(named)

    @property
    def alternatives(self) -> list[list[Requirement]]:
        """The ways to fulfill this requirement: one of these, and of it every part."""
        return [item.all or [item] for item in self.any] if self.any else [self.all or [self]]


KINDS = ("single", "count", "sum", "none", "any", "all")
GROUPS = ("any", "all")
DayOfYear = Annotated[str, Field(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$")]


class Limit(ConfigModel):
    count: int | None = Field(default=None, ge=0)
    value: Amount | None = None
    per: Literal["day", "month", "calendar_year", "tax_year", "program_year", "program"] = "calendar_year"
    starts: DayOfYear | None = None
    by: Literal["earned_on", "release_on"] = "earned_on"


class Budget(Limit):
    per: Literal["day", "month", "calendar_year", "tax_year", "program_year", "program"] = "program"


class ProgramBudget(Budget):
    currency: Currency | None = None


class ReversingEvent(ConfigModel):
    event: Name
    after: str = "root"
    within_days: int | None = Field(default=None, ge=0)
    on: Literal["same_account", "friend"] = "same_account"


class Reward(ConfigModel):
    id: Name
    program: Name
    from_on: date = Field(alias="from")
    until_on: date | None = Field(default=None, alias="until")
    to: Literal["advocate", "friend", "both", "actor"]
    on: Name
    once_per: list[Literal["friend", "account", "event"]] = ["friend", "account"]
    when: str | None = None
    every_nth_event: int | None = Field(default=None, ge=1)
    every_nth_referral: int | None = Field(default=None, ge=1)
    milestones: list[int] = []
    value: RewardValue
    require: list[Requirement] = []
    pending_days: int = Field(default=0, ge=0)
    pending_after: Literal["earned", "root"] = "earned"
    expire_after_days: int | None = Field(default=None, ge=0)
    approve: Literal["auto", "manual"] = "auto"
    limits: list[Limit] = []
    budget: list[Budget] = []
    reversed_by: list[ReversingEvent] = []
    before_payment: Literal["void"] = "void"
    after_payment: Literal["clawback", "keep"] = "clawback"
    on_displaced: Literal["keep", "move", "both"] = "keep"
    terms_by: Literal["root", "trigger"] = "root"
    replaces: Name | None = None

    @property
    def counts(self) -> Literal["events", "referrals", "milestones"] | None:
        """What is counted towards one reward: None where each referral or event earns one."""
        if self.every_nth_event is not None:
            return "events"
        if self.every_nth_referral is not None:
            return "referrals"
        return "milestones" if self.milestones else None

    @property
    def former_id(self) -> str | None:
        """The id of the rule that this one replaces; None also where it says that it replaces none."""
        return None if self.replaces == "none" else self.replaces


TaxForm = Literal["1099-MISC", "1099-NEC", "1099-INT", "none"]


class TaxForms(ConfigModel):
    advocate: TaxForm = "1099-MISC"
    friend: TaxForm = "1099-INT"
    actor: TaxForm = "1099-MISC"


class Payout(ConfigModel):
    format: Literal["earned-rewards-csv"] = "earned-rewards-csv"
    to: str | None = None
    connection: str | None = None
    minimum: Amount = Decimal("0.00")
    pay_to: Literal["account_id"] = "account_id"
    on: Literal["business_days", "every_day"] = "business_days"
    holidays: list[date] = []
    dual_control: bool = True
    answer_within_days: int = Field(default=10, ge=0)
    tax_forms: TaxForms = TaxForms()
