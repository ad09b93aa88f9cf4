"""What `[[feeds]]` may hold: where a sender's files are, how they are written and what becomes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from matchback.config_contracts import ColumnChecks, ExtraColumn, refuse_odd_model, refuse_odd_names
from matchback.config_expectations import Expectation, HoldTests
from matchback.config_formats import PLACE, FileFormat
from matchback.config_presets import with_preset
from matchback.config_sources import Ready
from matchback.config_values import ConfigModel, Country, Currency, Name, TimeZone

NAMELESS_FEEDS = ("approvals", "fulfillments", "costs")
NAMED_ALONE = ("audience", "emails", "persons")  # such a record is no more than that it names somebody
LIST_CHANGES = ("add", "remove")
FeedKind = Literal[
    "events",
    "shares",
    "clicks",
    "emails",
    "coupons",
    "advocates",
    "persons",
    "audience",
    "approvals",
    "fulfillments",
    "costs",
]


class AfterPickup(ConfigModel):
    move_to: str | None = None
    delete: bool = False
    results_to: str | None = None

    @model_validator(mode="after")
    def _one_end(self) -> AfterPickup:
        if self.move_to and self.delete:
            raise ValueError("move_to and delete: a file is moved or deleted, not both")
        return self


class Feed(ConfigModel):
    id: Name
    preset: str | None = None
    kind: FeedKind
    source: str
    connection: str | None = None
    pattern: str
    folders_below: int = Field(default=0, ge=0, le=8)
    format: FileFormat = FileFormat()
    time_zone: TimeZone | None = None
    currency: Currency | None = None
    country: Country | None = None
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    optional: list[str] = []
    ignore: list[str] = []
    hashed: dict[str, Literal["md5", "sha1", "sha256"]] = {}
    hashed_profile: Literal["exact", "lower", "google"] | None = None
    identity: list[str] | None = None
    content: list[str] | None = None
    scope: Literal["workspace", "feed"] = "workspace"
    delivery: Literal["new", "window", "full", "add", "remove"] = "new"
    max_shrink: str | None = None
    custom_events: bool = False
    quiet_seconds: float | None = Field(default=None, ge=0, le=3600)
    ready: Ready | None = None
    refuse_file_above: str = "5%"
    after: AfterPickup = AfterPickup()
    expect: Expectation | None = None
    hold_tests: HoldTests = HoldTests()
    extra_columns: dict[str, ExtraColumn] = {}
    checks: dict[str, ColumnChecks] = {}
    contract: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_preset(cls, data: Any) -> Any:
        return with_preset(data)

    @field_validator("refuse_file_above", "max_shrink")
    @classmethod
    def _percentage(cls, value: str | None) -> str | None:
        if value is None:
            return None
        text = value.removesuffix("%")
        if not value.endswith("%") or not text.replace(".", "", 1).isdigit() or Decimal(text) > 100:
            raise ValueError('is a percentage from "0%" to "100%"')
        return value

    @field_validator("extra_columns")
    @classmethod
    def _column_names(cls, value: dict[str, ExtraColumn]) -> dict[str, ExtraColumn]:
        return refuse_odd_names(value)

    @field_validator("contract")
    @classmethod
    def _model_reference(cls, value: str | None) -> str | None:
        return refuse_odd_model(value)

    @model_validator(mode="after")
    def _what_lies_below_stays(self) -> Feed:
        if self.folders_below and (self.ready or self.after != AfterPickup()):
            raise ValueError(
                "folders_below: files of folders below stay where they are, without ready, move_to, delete and "
                "results_to"
            )
        return self

    @model_validator(mode="after")
    def _hashes_where_they_match(self) -> Feed:
        if self.hashed and self.kind in NAMELESS_FEEDS:
            raise ValueError(f"hashed: feeds of kind {self.kind} name nobody by an address or number")
        if self.hashed_profile is not None and not self.hashed:
            raise ValueError("hashed_profile: says how hashed addresses were written; no column is `hashed`")
        told_apart = [name for name in self.identity or () if name in self.hashed]
        if told_apart and self.kind not in NAMED_ALONE:
            raise ValueError(
                f"identity: {told_apart[0]} is hashed here; a record that comes once with the hash and once with the "
                "address itself would be two. Tell records apart by an id"
            )
        return self

    @model_validator(mode="after")
    def _lists(self) -> Feed:
        if self.kind != "audience" and self.delivery in LIST_CHANGES:
            raise ValueError(f'delivery = "{self.delivery}" is for feeds of kind audience')
        if self.max_shrink is not None and (self.kind != "audience" or self.delivery in LIST_CHANGES):
            raise ValueError("max_shrink is for audience feeds that deliver whole lists")
        if self.kind != "audience" and self._claims_members():
            raise ValueError(
                "format.trailer: {members} is for feeds of kind audience; others count {records}"
            )
        return self

    def _claims_members(self) -> bool:
        return any(name == "members" for name, _ in PLACE.findall(self.format.trailer or ""))

    @property
    def refuse_above_share(self) -> Decimal:
        """Share of refused records above which the whole file is refused, 0 to 1."""
        return Decimal(self.refuse_file_above.removesuffix("%")) / 100


def list_change(feed: Feed) -> str | None:
    """Return how an audience feed's lists change the standing one: add or remove; None where each replaces it."""
    return feed.delivery if feed.kind == "audience" and feed.delivery in LIST_CHANGES else None
