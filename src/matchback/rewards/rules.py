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

from matchback.config import Config, Reward
from matchback.errors import ConfigurationError
from matchback.rewards.conditions import Condition, minor_digits, parse_condition, to_minor
from matchback.rewards.rule_checks import rule_problems

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
        """The currency of the value and of every threshold."""
        assert self.terms.value.currency is not None
        return self.terms.value.currency

    @property
    def amount_minor(self) -> int:
        """What the rule promises, in minor units."""
        return to_minor(self.terms.value.amount, self.currency)

    @property
    def slot_kind(self) -> str:
        """What one reward of this rule stands for: a journey, or a single event."""
        return "event" if self.terms.to == "actor" or "event" in self.terms.once_per else "journey"


def current_rules(config: Config) -> tuple[Rule, ...]:
    """Return the rules of the configuration, checked; raise ConfigurationError with every problem, one a line."""
    currency = config.workspace.currency
    problems: list[str] = []
    rules: list[Rule] = []
    for reward in config.rewards:
        found = rule_problems(reward, config)
        problems += [f"  rewards.{reward.id}: {problem}" for problem in found]
        if not found:
            rules.append(rule_from_text(canonical_text(reward, currency)))
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


def canonical_text(reward: Reward, currency: str) -> str:
    """Return a rule as sorted JSON: every default written out, spelling of amounts and conditions made one."""
    content = reward.model_dump(mode="json", by_alias=True, exclude_none=True)
    content["value"]["currency"] = reward.value.currency or currency
    money = content["value"]["currency"]
    content["value"]["amount"] = _amount_text(reward.value.amount, money)
    content["once_per"] = _once_per(reward)
    if reward.when is not None:
        content["when"] = parse_condition(reward.when, money).text
    for number, requirement in enumerate(reward.require):
        if requirement.at_least is not None:
            whole = requirement.kind == "count"
            at_least = requirement.at_least
            content["require"][number]["at_least"] = (
                str(int(at_least)) if whole else _amount_text(at_least, money)
            )
    for number, limit in enumerate(reward.limits):
        if limit.value is not None:
            content["limits"][number]["value"] = _amount_text(limit.value, money)
    plain = {name: value for name, value in content.items() if value != []}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


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


def _once_per(reward: Reward) -> list[str]:
    """Return once_per as it is meant: by default an actor is rewarded for each event."""
    if reward.to == "actor" and "once_per" not in reward.model_fields_set:
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
