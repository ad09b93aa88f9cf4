"""The part of `matchback.toml` that holds a program's terms: rewards, their conditions and limits, and payouts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from matchback.config_values import Amount, ConfigModel, Currency, Name


class RewardValue(ConfigModel):
    kind: Literal["cash", "account_credit", "gift_card", "coupon", "points"] = "cash"
    amount: Amount
    currency: Currency | None = None


class Requirement(ConfigModel):
    single: Name | None = None
    count: Name | None = None
    sum: Name | None = None
    none: Name | None = None
    at_least: Amount | None = None
    after: str | None = None
    before: str | None = None
    within_days: int | None = Field(default=None, ge=0)
    until: Literal["payout"] | None = None
    on: Literal["same_account", "friend"] = "same_account"

    @model_validator(mode="after")
    def _one_kind(self) -> Requirement:
        given = [name for name in ("single", "count", "sum", "none") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("names exactly one of single, count, sum, none")
        return self

    @property
    def kind(self) -> str:
        """Which of single, count, sum, none this requirement is."""
        return next(name for name in ("single", "count", "sum", "none") if getattr(self, name) is not None)

    @property
    def event_name(self) -> str:
        """The event that is looked for."""
        return str(getattr(self, self.kind))


class Limit(ConfigModel):
    count: int | None = Field(default=None, ge=0)
    value: Amount | None = None
    per: Literal["day", "month", "calendar_year", "program"] = "calendar_year"
    by: Literal["earned_on", "release_on"] = "earned_on"


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
    value: RewardValue
    require: list[Requirement] = []
    pending_days: int = Field(default=0, ge=0)
    expire_after_days: int | None = Field(default=None, ge=0)
    approve: Literal["auto", "manual"] = "auto"
    limits: list[Limit] = []
    reversed_by: list[ReversingEvent] = []
    before_payment: Literal["void"] = "void"
    after_payment: Literal["clawback", "keep"] = "clawback"
    on_displaced: Literal["keep", "move", "both"] = "keep"
    terms_by: Literal["root", "trigger"] = "root"
    replaces: Name | None = None

    @property
    def former_id(self) -> str | None:
        """The id of the rule that this one replaces; None also where it says that it replaces none."""
        return None if self.replaces == "none" else self.replaces


class Payout(ConfigModel):
    format: Literal["earned-rewards-csv"] = "earned-rewards-csv"
    to: str | None = None
    connection: str | None = None
    minimum: Amount = Decimal("0.00")
    pay_to: Literal["account_id"] = "account_id"
    on: Literal["business_days", "every_day"] = "business_days"
    holidays: list[date] = []
    dual_control: bool = True
