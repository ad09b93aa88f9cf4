"""Terms: what the rules and programs of a configuration promise, compared with what was in force before.

The reward step asks here before it judges. Changed terms stop it until their hash is accepted; a rule that would pay
again what another one paid under a former name stops it until it says which of the two is meant.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchback.config import Config, Program
from matchback.config_quality import quality_terms
from matchback.errors import ConfigurationError
from matchback.rewards.program_budgets import budget_terms
from matchback.rewards.rules import ROLES, Rule, first_names, rule_from_text

_NOT_TERMS = {"id", "explain_days"}


@dataclass(frozen=True)
class Terms:
    """A set of terms: the version of each rule, and what each program says, by their ids."""

    rules: Mapping[str, str]
    programs: Mapping[str, Mapping[str, Any]]

    @property
    def hash(self) -> str:
        """What `--accept-terms` names."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]

    def text(self) -> str:
        """Return the terms as sorted JSON, as the warehouse keeps them."""
        content = {"rules": dict(self.rules), "programs": dict(self.programs)}
        return json.dumps(content, sort_keys=True, separators=(",", ":"))


def offered_terms(config: Config, rules: Sequence[Rule]) -> Terms:
    """Return the terms of a configuration."""
    return Terms(
        {rule.terms.id: rule.version for rule in rules},
        {program.id: _program_terms(program, config) for program in config.programs},
    )


def terms_from_text(text: str | None) -> Terms | None:
    """Return the terms that the warehouse kept; None before the first ones."""
    if text is None:
        return None
    content = json.loads(text)
    return Terms(content["rules"], content["programs"])


def refuse_changed_terms(offered: Terms, in_force: Terms | None, accepted: Iterable[str]) -> None:
    """Raise ConfigurationError if the terms differ from those in force and nobody accepted them.

    The first terms ever (`in_force` is None) are accepted by themselves.
    """
    if in_force is None or offered == in_force or offered.hash in set(accepted):
        return
    changes = _changes("rewards", in_force.rules, offered.rules)
    changes += _changes("programs", in_force.programs, offered.programs)
    advice = ["What was promised stays under its own rule; the new rules judge what is not posted yet."]
    if in_force.programs != offered.programs:
        advice.append(
            "A program's terms judge every event, past ones too: a reward that was published as earned and is not paid "
            "yet goes\nif the new terms do not promise it."
        )
    advice.append(
        "See whom and what they would change, without changing anything:  matchback simulate recognition"
    )
    advice.append(
        "Compare them with the program's legal terms, then accept them:  "
        f"matchback run --accept-terms {offered.hash}"
    )
    raise ConfigurationError(
        "The terms are not those that were in force:\n" + "\n".join(changes),
        state="No reward was judged or posted under the new terms.",
        next_step="\n".join(advice),
    )


def refuse_second_payment(
    rules: Sequence[Rule], kept: Sequence[Mapping[str, Any]], posted: Counter[str]
) -> None:
    """Raise ConfigurationError if a rule could pay again what was paid under another name; no hash accepts that.

    `kept` are the rows of `reward_rules` (rule_id, rule_version, text), `posted` counts the posted rewards by
    rule_version. A rule without posted rewards that promises the same to the same as a gone rule with some must say
    whether it replaces that rule; what a rule with posted rewards said about that can no longer change.
    """
    texts = {str(row["rule_version"]): json.loads(str(row["text"])) for row in kept}
    rewards: Counter[str] = Counter()
    for version, number in posted.items():
        rewards[texts[version]["id"]] += number
    last = {text["id"]: text for text in texts.values() if rewards[text["id"]]}
    current = {rule.terms.id for rule in rules}
    taken_over = {
        (_former_name(text), role)
        for text in texts.values()
        if rewards[text["id"]]
        for role in ROLES[text["to"]]
    }
    gone = [text for name, text in sorted(last.items()) if name not in current]
    first = first_names((str(row["text"]) for row in kept), rules)
    problems = _changed_counts(rules, texts, posted, first)
    for rule in rules:
        name, former = rule.terms.id, rule.terms.former_id
        if rewards[name]:
            said = {
                _former_name(text)
                for version, text in texts.items()
                if posted[version] and text["id"] == name
            }
            if former not in said:
                problems.append(_changed_name(name, former, said, rewards[name]))
        elif rule.terms.replaces != "none":
            rivals = [text for text in gone if _is_same_promise(rule, text, taken_over)]
            if rivals and first[name] not in {first[text["id"]] for text in rivals}:
                problems += [_second_payment(rule, text["id"], rewards[text["id"]]) for text in rivals]
    if problems:
        raise ConfigurationError(
            "The reward rules would pay again what was paid before:\n" + "\n".join(problems),
            state="No reward was judged or posted; --accept-terms does not change that.",
            next_step='Write in the new rule  replaces = "<the gone rule>"  if it is the same promise under a new name:'
            ' nobody is paid twice.\nWrite  replaces = "none"  if it is a promise of its own, which the same friends '
            "and accounts can earn again.",
        )


def _changed_counts(
    rules: Sequence[Rule],
    texts: Mapping[str, Mapping[str, Any]],
    posted: Counter[str],
    first: Mapping[str, str],
) -> list[str]:
    """Return the rules that count something else than when they posted: neither way would know what was paid."""
    problems: list[str] = []
    for rule in rules:
        then: Counter[str] = Counter()
        for version, text in texts.items():
            if posted[version] and first[text["id"]] == first[rule.terms.id]:
                then[rule_from_text(json.dumps(text)).terms.counts or "nothing"] += posted[version]
        now = rule.terms.counts or "nothing"
        problems += [
            f"  rewards.{rule.terms.id}: it counts {now} now; when it posted {number:,} "
            f"reward{'' if number == 1 else 's'}, it counted {counted}. Write it as it was, or give it an id of its own"
            for counted, number in sorted(then.items())
            if counted != now
        ]
    return problems


def _program_terms(program: Program, config: Config) -> dict[str, Any]:
    """Return what a program says that can change who is recognized or eligible; the order of sets does not count."""
    content = program.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=_NOT_TERMS)
    content["ineligible"] = sorted(set(program.ineligible))
    content["quality"] = quality_terms(program.quality)
    if not content["quality"]:
        del content["quality"]  # terms that were accepted before there were such rules say the same
    content["budget"] = budget_terms(program, config)
    if not content["budget"]:
        del content["budget"]
    stages = {event.name: (event.subject, event.stage, event.rewardable) for event in config.events}
    content["events"] = {name: list(stages[name]) for name in sorted(program.events)}
    return content


def _changes(section: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    lines = [f"  {section}.{name}: new" for name in sorted(now.keys() - before.keys())]
    lines += [f"  {section}.{name}: gone" for name in sorted(before.keys() - now.keys())]
    for name in sorted(now.keys() & before.keys()):
        old, new = before[name], now[name]
        if old == new:
            continue
        keys = ""
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            keys = " in " + ", ".join(
                key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)
            )
        lines.append(f"  {section}.{name}: changed{keys}")
    return lines


def _former_name(text: Mapping[str, Any]) -> str | None:
    former = text.get("replaces")
    return None if former is None or former == "none" else str(former)


def _is_same_promise(rule: Rule, text: Mapping[str, Any], taken_over: set[tuple[str | None, str]]) -> bool:
    terms = rule.terms
    roles = {role for role in ROLES[text["to"]] if (text["id"], role) not in taken_over}
    return bool(roles & set(ROLES[terms.to])) and (terms.program, terms.on) == (text["program"], text["on"])


def _second_payment(rule: Rule, gone: str, rewards: int) -> str:
    return (
        f"  rewards.{rule.terms.id}: new, to the {rule.terms.to} on {rule.terms.on} of {rule.terms.program}, as was "
        f"{gone!r}, which is gone\n    and has posted {rewards:,} reward{'' if rewards == 1 else 's'}: the same would "
        "be paid again"
    )


def _changed_name(name: str, former: str | None, said: Iterable[str | None], rewards: int) -> str:
    now = "no rule" if former is None else repr(former)
    then = ", ".join(sorted("no rule" if item is None else repr(item) for item in said))
    return (
        f"  rewards.{name}: it replaces {now} now; when it posted its {rewards:,} "
        f"reward{'' if rewards == 1 else 's'}, it replaced {then}. Write it as it was"
    )
