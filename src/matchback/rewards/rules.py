"""Reward rules: the program's terms as checked, versioned rows that the SQL of the reward step judges by.

A rule's version is the hash of its canonical form, so that spelling is no change of terms and meaning always is.
Every version ever used is kept with its text: a posted reward is judged only by the version that posted it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from matchback.config import Config, Limit, Program, Requirement, Reward
from matchback.config_terms import GROUPS, PLAIN_KINDS
from matchback.errors import ConfigurationError
from matchback.rewards.conditions import NO_CURRENCY, Condition, minor_digits, parse_condition, to_minor
from matchback.rewards.rule_checks import program_problems, rule_problems
from matchback.rewards.value_checks import NAMED_KINDS

# The first day of a person's tax year where it is not that of the calendar, by ISO 3166 country.
TAX_YEAR_STARTS = {
    "AU": "07-01",
    "BD": "07-01",
    "GB": "04-06",
    "HK": "04-01",
    "IN": "04-01",
    "IR": "03-21",
    "LK": "04-01",
    "MM": "04-01",
    "NZ": "04-01",
    "PK": "07-01",
    "ZA": "03-01",
}

ROLES = {
    "advocate": ("advocate",),
    "friend": ("friend",),
    "both": ("advocate", "friend"),
    "actor": ("actor",),
}


@dataclass(frozen=True)
class Rule:
    """One version of a rule. `key` is the id under which its slots are kept: the first name it ever had."""

    terms: Reward
    version: str
    text: str
    key: str
    condition: Condition | None
    is_current: bool = True

    @property
    def currency(self) -> str:
        """The currency of every threshold, and of the value where it has one."""
        assert self.terms.value.currency is not None
        return self.terms.value.currency

    @property
    def reward_currency(self) -> str:
        """The currency of the value: `XXX`, as ISO 4217 says it, of points, tiers and badges."""
        return NO_CURRENCY if self.terms.value.kind in PLAIN_KINDS else self.currency

    @property
    def amount_minor(self) -> int | None:
        """What the rule promises where no tier says otherwise, in minor units; None where it depends on the event."""
        value = self.terms.value
        if value.kind in NAMED_KINDS:
            return 1
        return None if value.amount is None else to_minor(value.amount, self.reward_currency)

    @property
    def slot_kind(self) -> str:
        """What one case of this rule stands for: a journey, or a single event."""
        each = self.terms.to == "actor" or "event" in self.terms.once_per or self.terms.counts == "events"
        return "event" if each else "journey"


def current_rules(config: Config) -> tuple[Rule, ...]:
    """Return the rules of the configuration, checked; raise ConfigurationError with every problem, one a line."""
    problems = [
        f"  programs.{program.id}: {problem}"
        for program in config.programs
        for problem in program_problems(program, config)
    ]
    rules: list[Rule] = []
    for reward in config.rewards:
        found = rule_problems(reward, config)
        problems += [f"  rewards.{reward.id}: {problem}" for problem in found]
        if not found:
            rules.append(rule_from_text(canonical_text(reward, config)))
    names = {reward.id for reward in config.rewards}
    problems += [
        f"  rewards.{reward.id}: it replaces {reward.replaces!r}, which is still a rule"
        for reward in config.rewards
        if reward.replaces in names
    ]
    problems += [
        f"  rewards.{second.id}: it replaces {second.former_id!r}, as {first.id} does"
        for first, second in combinations(config.rewards, 2)
        if first.former_id == second.former_id is not None and set(ROLES[first.to]) & set(ROLES[second.to])
    ]
    if problems:
        raise ConfigurationError(
            f"The reward rules hold {len(problems)} problem{'s' if len(problems) > 1 else ''}:\n"
            + "\n".join(problems),
            state="No reward was judged.",
            next_step="Mend matchback.toml and run again.",
        )
    return tuple(rules)


def canonical_text(reward: Reward, config: Config) -> str:
    """Return a rule as sorted JSON: every default written out, spelling of amounts and conditions made one.

    Keys that rules got later are left out where they say nothing: the texts of former rules keep their hash.
    """
    content = reward.model_dump(mode="json", by_alias=True, exclude_none=True)
    money = reward.value.currency or config.workspace.currency
    program = next(item for item in config.programs if item.id == reward.program)
    content["value"] = _value_content(reward, money)
    content["once_per"] = _once_per(reward)
    content["milestones"] = sorted(reward.milestones)
    if reward.when is not None:
        content["when"] = parse_condition(reward.when, money).text
    content["require"] = [_requirement_content(item, money) for item in reward.require]
    for name, limits in (("limits", reward.limits), ("budget", reward.budget)):
        own = NO_CURRENCY if reward.value.kind in PLAIN_KINDS else money
        content[name] = [limit_content(limit, own, program, config) for limit in limits]
    if reward.pending_after == "earned":
        del content["pending_after"]
    plain = {name: value for name, value in content.items() if value != []}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def limit_content(limit: Limit, money: str, program: Program, config: Config) -> dict[str, Any]:
    """Return a limit or budget with its amount in the one spelling of a currency, and the day its year begins."""
    content: dict[str, Any] = limit.model_dump(mode="json", exclude_none=True)
    if limit.value is not None:
        content["value"] = _amount_text(limit.value, money)
    if limit.per == "tax_year" and limit.starts is None:
        content["starts"] = TAX_YEAR_STARTS.get(config.workspace.country, "01-01")
    if limit.per == "program_year" and limit.starts is None:
        content["starts"] = f"{program.from_on.month:02}-{min(program.from_on.day, 28):02}"
    return content


def rule_from_text(text: str, *, key: str | None = None, is_current: bool = True) -> Rule:
    """Return the rule of a canonical text, as `reward_rules` keeps it."""
    content = json.loads(text)
    content.setdefault("once_per", [])
    terms = Reward.model_validate(content)
    assert terms.value.currency is not None
    condition = parse_condition(terms.when, terms.value.currency) if terms.when else None
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Rule(terms, version, text, key or terms.former_id or terms.id, condition, is_current)


def judged_rules(
    current: Sequence[Rule], kept: Iterable[Mapping[str, Any]], posted: set[str]
) -> tuple[Rule, ...]:
    """Return every version that judges something: the current ones and those that posted a reward.

    `kept` are the rows of `reward_rules` (rule_version, text), `posted` the versions of posted rewards.
    """
    texts = {str(row["rule_version"]): str(row["text"]) for row in kept}
    texts |= {rule.version: rule.text for rule in current}
    first = first_names(texts.values(), current)
    now = {rule.version for rule in current}
    return tuple(
        rule_from_text(text, key=first[json.loads(text)["id"]], is_current=version in now)
        for version, text in sorted(texts.items())
        if version in now or version in posted
    )


def first_names(kept: Iterable[str], current: Iterable[Rule]) -> dict[str, str]:
    """Return the first name that each rule ever had, by its id; `kept` are the canonical texts of former versions."""
    former: dict[str, str | None] = {}
    for text in kept:
        terms = rule_from_text(text).terms
        former[terms.id] = terms.former_id or former.get(terms.id)
    former |= {rule.terms.id: rule.terms.former_id for rule in current}
    return {name: _first_name(name, former) for name in former}


def _value_content(reward: Reward, money: str) -> dict[str, Any]:
    value = reward.value
    content: dict[str, Any] = value.model_dump(mode="json", exclude_none=True)
    content["currency"] = money
    own = NO_CURRENCY if value.kind in PLAIN_KINDS else money
    for name in ("amount", "at_most"):
        if name in content:
            content[name] = _amount_text(getattr(value, name), own)
    for number, tier in enumerate(value.tiers):
        content["tiers"][number]["amount"] = _amount_text(tier.amount, own)
        if tier.product is not None:
            content["tiers"][number]["product"] = sorted(set(tier.product))
    if value.percent is None:
        del content["of"], content["rounding"]
    else:
        content["percent"] = f"{value.percent.normalize():f}"
    if not value.tiers:
        del content["tiers"]
    return content


def _requirement_content(item: Requirement, money: str) -> dict[str, Any]:
    if item.kind in GROUPS:
        return {item.kind: [_requirement_content(part, money) for part in item.any or item.all or []]}
    content: dict[str, Any] = item.model_dump(mode="json", exclude_none=True)
    names = sorted(set(item.event_names))
    content[item.kind] = names[0] if len(names) == 1 else names
    if item.when is not None:
        content["when"] = parse_condition(item.when, money).text
    if item.at_least is not None:
        whole = item.kind == "count"
        content["at_least"] = str(int(item.at_least)) if whole else _amount_text(item.at_least, money)
    return content


def _once_per(reward: Reward) -> list[str]:
    """Return once_per as it is meant: an actor is rewarded for each event by default, and where events are counted."""
    if reward.counts == "events" or (reward.to == "actor" and "once_per" not in reward.model_fields_set):
        return ["event"]
    return sorted(set(reward.once_per))


def _amount_text(amount: Decimal, currency: str) -> str:
    return f"{amount:.{minor_digits(currency)}f}"


def _first_name(name: str, former: Mapping[str, str | None]) -> str:
    seen = {name}
    while (earlier := former.get(name)) and earlier not in seen:
        seen.add(earlier)
        name = earlier
    return name
