"""The typed model of `matchback.toml`: every key that a workspace may hold, and what it means.

Unknown keys are refused with the nearest known one named. Secrets are references, never values.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_origin
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from matchback.config_contracts import read_sources
from matchback.config_expectations import Expectation as Expectation
from matchback.config_feeds import Feed as Feed
from matchback.config_formats import FileFormat as FileFormat
from matchback.config_intake import Intake as Intake
from matchback.config_pairs import half_pairs
from matchback.config_publish import Publish as Publish
from matchback.config_quality import QualityRule as QualityRule
from matchback.config_reports import Reports as Reports
from matchback.config_sources import Transport as Transport
from matchback.config_terms import Limit as Limit
from matchback.config_terms import Payout as Payout
from matchback.config_terms import ProgramBudget as ProgramBudget
from matchback.config_terms import Requirement as Requirement
from matchback.config_terms import ReversingEvent as ReversingEvent
from matchback.config_terms import Reward as Reward
from matchback.config_terms import RewardValue as RewardValue
from matchback.config_values import (
    ConfigModel,
    Country,
    Currency,
    Name,
    TimeZone,
    nearest,
    refuse_twice,
    refuse_unknown,
)
from matchback.errors import ConfigurationError
from matchback.settings import resolve_secret

GROUNDS = (
    "COUPON_CODE",
    "SHARE_ID",
    "SHAREABLE_ID",
    "SHARE_ID.click",
    "SHAREABLE_ID.click",
    "ADVOCATE_CODE",
    "ADVOCATE_PARTNER_USER_ID",
    "ADVOCATE_EMAIL",
    "ADVOCATE_ORDER_ID",
    "ADVOCATE",
    "SHARE_RECIPIENT",
    "INCENTIVIZED_SHARE",
    "PARTNER_SHARE_ID",
)
INELIGIBLE_REASONS = (
    "existing_customer",
    "recent_customer",
    "employee",
    "blocked",
    "advocate_not_eligible",
    "advocate_newer_than_friend",
    "loop",
    "outside_program",
    "test_record",
)
DEFAULT_ORDER: list[list[str]] = [
    ["COUPON_CODE", "ADVOCATE_CODE", "SHARE_ID", "SHAREABLE_ID", "PARTNER_SHARE_ID"],
    ["SHARE_ID.click", "SHAREABLE_ID.click"],
    [
        "ADVOCATE_PARTNER_USER_ID",
        "ADVOCATE_EMAIL",
        "ADVOCATE_ORDER_ID",
        "ADVOCATE",
        "INCENTIVIZED_SHARE",
        "SHARE_RECIPIENT",
    ],
]


class WorkspaceSection(ConfigModel):
    name: Name
    time_zone: TimeZone
    currency: Currency = "USD"
    country: Country = "US"
    id_secret: str

    @field_validator("id_secret")
    @classmethod
    def _reference(cls, value: str) -> str:
        if not value.startswith(("env:", "file:")):
            raise ValueError("is a reference, env:NAME or file:NAME, never the secret itself")
        return value


class IdentifiersSection(ConfigModel):
    placeholders: list[str] = ["0", "null", "n/a", "none", "nil", "unknown", "undefined", "anonymous", "-1"]
    max_persons: dict[Literal["phone", "visitor_id"], int] = {"phone": 2, "visitor_id": 5}
    email: Literal["exact", "lower", "google"] = "lower"


class AdvocateEligibility(ConfigModel):
    audience: Literal["eligible_advocates"] = "eligible_advocates"
    at: Literal["share", "event", "payout"] = "event"


class Relationship(ConfigModel):
    mode: Literal["replaceable", "permanent", "none"] = "replaceable"
    days: int = Field(default=365, ge=0)


class Program(ConfigModel):
    id: Name
    from_on: date = Field(alias="from")
    until_on: date | None = Field(default=None, alias="until")
    events: list[Name]
    advocates: AdvocateEligibility | None = None
    order: list[list[str]] = DEFAULT_ORDER
    tie_break: Literal["latest", "first"] = "latest"
    look_back_days: dict[str, int] = {"default": 365}
    relationship: Relationship = Relationship()
    ineligible: list[str] = ["loop", "employee", "existing_customer"]
    quality: list[QualityRule] = []
    budget: list[ProgramBudget] = []
    exclusive_group: Name | None = None
    recent_customer_days: int | None = None
    explain_days: int | None = None

    @field_validator("order")
    @classmethod
    def _known_grounds(cls, value: list[list[str]]) -> list[list[str]]:
        flat = [ground for tier in value for ground in tier]
        refuse_unknown(flat, GROUNDS, "ground")
        if len(set(flat)) != len(flat):
            raise ValueError("names a ground twice")
        return value

    @field_validator("ineligible")
    @classmethod
    def _known_reasons(cls, value: list[str]) -> list[str]:
        refuse_unknown(value, INELIGIBLE_REASONS, "reason")
        return value

    @field_validator("quality")
    @classmethod
    def _rules_once(cls, value: list[QualityRule]) -> list[QualityRule]:
        refuse_twice([item.rule for item in value], "quality rule")
        return value

    @field_validator("look_back_days")
    @classmethod
    def _known_look_back(cls, value: dict[str, int]) -> dict[str, int]:
        refuse_unknown(value, ("default", *GROUNDS), "ground")
        return {"default": 365, **value}

    def look_back(self, ground: str) -> int:
        """Return the look-back of one ground, in days."""
        plain = ground.removesuffix(".click")
        return self.look_back_days.get(ground, self.look_back_days.get(plain, self.look_back_days["default"]))


class EventDeclaration(ConfigModel):
    name: Name
    subject: Literal["friend", "advocate"] = "friend"
    stage: int = 0
    rewardable: bool = False
    negative: bool = False
    repeatable: bool = False
    required: list[str] = []
    label: str | None = None


class Config(ConfigModel):
    """One workspace's configuration, whole and checked."""

    workspace: WorkspaceSection
    identifiers: IdentifiersSection = IdentifiersSection()
    programs: list[Program]
    events: list[EventDeclaration]
    feeds: list[Feed]
    rewards: list[Reward] = []
    payout: Payout = Payout()
    reports: Reports = Reports()
    publish: Publish = Publish()
    intake: Intake = Intake()
    transport: Transport = Transport()
    _contract_sources: dict[str, str] = PrivateAttr(default_factory=dict)
    _archived_hash: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _references(self) -> Config:
        for label, items in (("program", self.programs), ("feed", self.feeds), ("reward", self.rewards)):
            names = [item.id for item in items]
            refuse_twice(names, label)
        refuse_twice([event.name for event in self.events], "event")
        declared = [event.name for event in self.events]
        for program in self.programs:
            refuse_unknown(program.events, declared, f"event of program {program.id}")
        for reward in self.rewards:
            refuse_unknown([reward.program], [program.id for program in self.programs], "program")
            names = [reward.on, *(name for item in reward.require for name in item.event_names)]
            names += [item.event for item in reward.reversed_by]
            refuse_unknown(names, declared, f"event of reward {reward.id}")
        refuse_unknown(self.reports.funded_events or [], declared, "event of reports.funded_events")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The program's time zone."""
        return ZoneInfo(self.workspace.time_zone)

    @property
    def hash(self) -> str:
        """SHA-256 of the configuration in canonical form: equal meaning, equal hash.

        One that comes from the archive keeps the hash under which it was used, whatever keys were invented since.
        """
        return self._archived_hash or hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """Return the whole configuration as sorted JSON; it holds references, never secrets.

        The texts of the workspace's own contracts stand in it: what they say decides what is loaded.
        """
        content = self.model_dump(mode="json", by_alias=True)
        if self._contract_sources:
            content["contract_sources"] = self._contract_sources
        return json.dumps(content, sort_keys=True, separators=(",", ":"))

    @property
    def contract_sources(self) -> dict[str, str]:
        """The text of every Pandera model that feeds name, by its path in the workspace."""
        return self._contract_sources

    def has_feed(self, feed_id: str) -> bool:
        """Tell whether a feed is declared; files of one that was taken out stay in the history."""
        return any(feed.id == feed_id for feed in self.feeds)

    def feed(self, feed_id: str) -> Feed:
        """Return the feed of this id, or raise ConfigurationError naming the nearest one."""
        for feed in self.feeds:
            if feed.id == feed_id:
                return feed
        known = [feed.id for feed in self.feeds]
        raise ConfigurationError(
            f"There is no feed {feed_id!r} in matchback.toml.{nearest(feed_id, known)}",
            next_step="See the feeds:  matchback feeds list",
        )

    def event(self, name: str) -> EventDeclaration | None:
        """Return the declaration of an event name, if the catalog has it."""
        return next((event for event in self.events if event.name == name), None)

    def id_secret(self, root: Path) -> bytes:
        """Return the secret under which identifiers become keys."""
        return resolve_secret(self.workspace.id_secret, root)


def load_config(path: Path, root: Path | None = None) -> Config:
    """Read and check `matchback.toml`; raise ConfigurationError with every problem, one a line.

    `root` is the workspace where the file stands elsewhere: its own contracts are read from there.
    """
    try:
        text = path.read_bytes()
    except OSError:
        raise ConfigurationError(
            f"There is no readable {path.name} in {path.parent}.",
            next_step="Name one with --workspace DIR or MATCHBACK_WORKSPACE, or try the sample:  make run",
        ) from None
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}.", next_step="Mend the file and run again."
        ) from None
    return config_of(content, path, root or path.parent)


def config_of(content: dict[str, Any], path: Path, root: Path) -> Config:
    """Return the configuration of a file's content, checked; `path` is what its problems are told of."""
    try:
        config = Config.model_validate(content)
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors()]
        raise ConfigurationError(
            f"{path} holds {len(problems)} problem{'s' if len(problems) > 1 else ''}:\n"
            + "\n".join(problems),
            next_step="Mend the file and run again.",
        ) from None
    if problems := half_pairs(config.programs):
        raise ConfigurationError(
            f"{path} holds {len(problems)} problem{'s' if len(problems) > 1 else ''}:\n"
            + "\n".join(problems),
            next_step="Mend the file and run again.",
        )
    named = {feed.id: feed.contract for feed in config.feeds if feed.contract is not None}
    config._contract_sources.update(read_sources(named, root))
    return config


def restored_config(content: dict[str, Any], config_hash: str) -> Config:
    """Return a configuration from what the archive keeps of it; raises pydantic's ValidationError."""
    sources = content.get("contract_sources", {})
    config = Config.model_validate(
        {key: value for key, value in content.items() if key != "contract_sources"}
    )
    config._contract_sources.update(sources)
    config._archived_hash = config_hash
    return config


def _describe(problem: Any) -> str:
    location = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"  {location}: unknown key.{nearest(str(problem['loc'][-1]), _keys_beside(problem['loc']))}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"  {location}: {message}"


def _keys_beside(location: tuple[Any, ...]) -> list[str]:
    model: Any = Config
    by_name: Any = False
    for part in location[:-1]:
        if isinstance(part, int) or by_name:
            by_name = False
            continue
        field = next(
            (field for name, field in model.model_fields.items() if part in (name, field.alias)),
            None,
        )
        annotation: Any = field.annotation if field is not None else None
        inner = _inner_model(annotation)
        if inner is None:
            return []
        model = inner
        by_name = get_origin(annotation) is dict  # the next part is a name that the workspace chose
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
