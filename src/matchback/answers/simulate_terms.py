"""Other terms to try: those in force, what the command line changes in them, and where two sets of terms differ."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from matchback.config import GROUNDS, Config, EventDeclaration, IdentifiersSection, Program, load_config
from matchback.config_values import nearest
from matchback.errors import ConfigurationError, MatchbackError
from matchback.rewards.acceptance import TERMS_IN_FORCE
from matchback.rewards.rules import Rule, current_rules, rule_from_text
from matchback.rewards.terms import Terms, offered_terms, terms_from_text
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

SWEPT = ("tie_break", "relationship.days", "relationship.mode", "recent_customer_days")
MOST_VALUES = 100
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Edits:
    """What the command line changes in the terms of one program, or another configuration file."""

    program: str | None = None
    look_back: tuple[str, ...] = ()
    tie_break: str | None = None
    without: tuple[str, ...] = ()
    order: str | None = None
    config: Path | None = None

    @property
    def of_program(self) -> bool:
        """Tell whether anything changes a single program."""
        return bool(self.look_back or self.tie_break or self.without or self.order)


@dataclass(frozen=True)
class Judge:
    """A configuration and the rules that it judges by."""

    config: Config
    rules: tuple[Rule, ...]

    @property
    def terms(self) -> Terms:
        """What it promises, as a run compares it."""
        return offered_terms(self.config, self.rules)


def judge_of(config: Config) -> Judge:
    """Return the judge of a configuration; raise ConfigurationError for rules that cannot be."""
    return Judge(config, current_rules(config))


def in_force(workspace: Workspace, config: Config, warehouse: Warehouse, config_hash: str) -> Judge:
    """Return the terms that the published version rests on, also where matchback.toml was changed since.

    Programs, events and caps come from the archived configuration; the rules from the texts that the ledger keeps.
    """
    if config.hash == config_hash:
        return judge_of(config)
    path = workspace.archive / "configurations" / f"{config_hash}.json"
    terms = terms_from_text(warehouse.state.get(TERMS_IN_FORCE))
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        sections = {
            "programs": [Program.model_validate(item) for item in kept["programs"]],
            "events": [EventDeclaration.model_validate(item) for item in kept["events"]],
            "identifiers": IdentifiersSection.model_validate(kept["identifiers"]),
        }
    except (OSError, ValueError, KeyError):
        terms = None
    if terms is None:
        raise MatchbackError(
            "The configuration that the published version rests on cannot be read: nothing to compare with.",
            state="Nothing was changed.",
            next_step="Run once with the terms that are in force:  matchback run",
        )
    texts = {row["rule_version"]: row["text"] for row in warehouse.table("reward_rules").to_pylist()}
    rules = tuple(rule_from_text(texts[version]) for version in terms.rules.values())
    return Judge(config.model_copy(update=sections), rules)


def other_config(workspace: Workspace, config: Config, edits: Edits) -> Config:
    """Return the configuration to try: matchback.toml or another file, with what the command line changes."""
    chosen = load_config(edits.config, workspace.root) if edits.config else config
    if not edits.of_program:
        if edits.program is not None:
            program_of(chosen, edits.program)
        return chosen
    program = program_of(chosen, edits.program)
    values: dict[str, Any] = {}
    if edits.tie_break:
        values["tie_break"] = edits.tie_break
    order = read_order(edits.order) if edits.order else program.order
    for ground in edits.without:
        _refuse_unknown(ground, GROUNDS, "ground", "--without")
        if all(ground not in tier for tier in order):
            raise _usage(f"--without {ground}: this ground is off in program {program.id} already.")
    tiers = [[ground for ground in tier if ground not in edits.without] for tier in order]
    values["order"] = [tier for tier in tiers if tier]
    if edits.look_back:
        given = dict(_look_back(text) for text in edits.look_back)
        values["look_back_days"] = {**program.look_back_days, **given}
    changed = changed_program(program, values)
    for ground in given if edits.look_back else ():
        _refuse_idle(changed, ground)
    return with_program(chosen, changed)


def program_of(config: Config, program: str | None) -> Program:
    """Return the program that the options speak of; one that is not named must be the only one."""
    known = [item.id for item in config.programs]
    if program is None:
        if len(known) == 1:
            return config.programs[0]
        raise _usage(f"Say which program's terms: --program with one of {', '.join(known)}.")
    if program not in known:
        raise _usage(f"There is no program {program!r} in the configuration.{nearest(program, known)}")
    return next(item for item in config.programs if item.id == program)


def changed_program(program: Program, values: Mapping[str, Any]) -> Program:
    """Return a program with other values, checked as those of a file are."""
    try:
        return Program.model_validate({**program.model_dump(by_alias=True), **values})
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in problem['loc'])}: "
            f"{str(problem['msg']).removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise _usage(f"Program {program.id} cannot have these terms: {'; '.join(problems)}.") from None


def with_program(config: Config, program: Program) -> Config:
    """Return a configuration in which one program is replaced."""
    programs = [program if item.id == program.id else item for item in config.programs]
    return config.model_copy(update={"programs": programs})


def swept_configs(config: Config, program_id: str | None, text: str) -> tuple[str, list[tuple[str, Config]]]:
    """Return what `KEY=VALUE,VALUE,...` sweeps over: the key, and each value with its configuration."""
    key, found, listed = text.partition("=")
    values = list(dict.fromkeys(value.strip() for value in listed.split(",")))
    program = program_of(config, program_id)
    look_back = key.removeprefix("look_back_days.")
    known = [*SWEPT, *(f"look_back_days.{name}" for name in ("default", *GROUNDS))]
    _refuse_unknown(key, known, "key to sweep", "--sweep")
    if not found or "" in values or len(values) > MOST_VALUES:
        raise _usage(
            f"--sweep takes KEY=VALUE,VALUE,... with 1 to {MOST_VALUES} values, as in {key}=30,60,90."
        )
    configs = []
    for value in values:
        if look_back != key:
            name, days = _look_back(f"{look_back}={value}")
            changed = changed_program(program, {"look_back_days": {**program.look_back_days, name: days}})
            _refuse_idle(changed, name)
        else:
            section, _, field = key.rpartition(".")
            plain: Any = int(value) if re.fullmatch(r"\d{1,5}", value) else value
            values_of = {**program.relationship.model_dump(), field: plain} if section else plain
            changed = changed_program(program, {section or key: values_of})
        configs.append((value, with_program(config, changed)))
    return key, configs


def read_order(text: str) -> list[list[str]]:
    """Return tiers of grounds: from a TOML file with `order`, or written as GROUND,GROUND/GROUND."""
    path = Path(text)
    if not path.is_file():
        if path.suffix == ".toml":
            raise _usage(f"--order: there is no file {text}.")
        return [[ground.strip() for ground in tier.split(",") if ground.strip()] for tier in text.split("/")]
    try:
        order = tomllib.loads(path.read_text(encoding="utf-8")).get("order")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        order = None
    if not isinstance(order, list):
        raise _usage(
            f'--order: {path.name} holds no tiers. It is TOML:  order = [["COUPON_CODE"], ["SHARE_ID"]]'
        )
    return order


def refuse_other_loading(base: Config, other: Config) -> None:
    """Raise ConfigurationError for what is settled when records are loaded, and so cannot be tried afterwards."""
    pairs = {
        "workspace.time_zone": (base.workspace.time_zone, other.workspace.time_zone),
        "workspace.currency": (base.workspace.currency, other.workspace.currency),
        "identifiers.email": (base.identifiers.email, other.identifiers.email),
        "identifiers.placeholders": (base.identifiers.placeholders, other.identifiers.placeholders),
    }
    fixed = [name for name, (now, then) in pairs.items() if now != then]
    if fixed:
        raise ConfigurationError(
            f"{', '.join(fixed)} cannot be tried on records that are loaded: it is applied when they come in.",
            state="Nothing was simulated.",
            next_step="Leave it as it is in matchback.toml, and simulate the other changes.",
        )


def differences(now: Judge, then: Judge) -> list[dict[str, Any]]:
    """Return each term that differs: its path in the configuration, its value now and then (null: not there)."""
    before, after = _flat(now), _flat(then)
    return [
        {"path": path, "now": before.get(path), "then": after.get(path)}
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _flat(judge: Judge) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for program in judge.config.programs:
        content = program.model_dump(mode="json", by_alias=True, exclude={"id"}, exclude_none=True)
        content["ineligible"] = sorted(set(program.ineligible))
        _flatten(f"programs.{program.id}", content, flat)
    for event in judge.config.events:
        content = event.model_dump(mode="json", include={"subject", "stage", "rewardable"})
        _flatten(f"events.{event.name}", content, flat)
    for rule in judge.rules:
        content = json.loads(rule.text)
        content.pop("id")
        _flatten(f"rewards.{rule.terms.id}", content, flat)
    _flatten("identifiers.max_persons", judge.config.identifiers.max_persons, flat)
    return flat


def _flatten(path: str, value: Any, flat: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name, item in value.items():
            _flatten(f"{path}.{name}", item, flat)
    else:
        flat[path] = value


def _look_back(text: str) -> tuple[str, int]:
    """Return the ground and the days of `GROUND=DAYS`."""
    ground, _, days = text.partition("=")
    _refuse_unknown(ground, ("default", *GROUNDS), "ground", "--look-back")
    if not re.fullmatch(r"\d{1,5}", days) or int(days) > MOST_DAYS:
        raise _usage(
            f"A look-back is a number of days from 0 to {MOST_DAYS:,}, as in {ground}=90, not {days!r}."
        )
    return ground, int(days)


def _refuse_idle(program: Program, ground: str) -> None:
    """Refuse the look-back of a ground that is off: it would decide nothing, and seem to change nothing."""
    on = [name for tier in program.order for name in tier]
    if ground != "default" and all(ground not in (name, name.removesuffix(".click")) for name in on):
        raise _usage(f"{ground} is off in program {program.id}, so its look-back decides nothing.")


def _refuse_unknown(word: str, known: Sequence[str], label: str, option: str) -> None:
    if word not in known:
        raise _usage(
            f"{option}: {word!r} is not a known {label}.{nearest(word, list(known))}",
            f"Known are: {', '.join(known)}.",
        )


def _usage(what: str, next_step: str = "") -> ConfigurationError:
    return ConfigurationError(what, state="Nothing was simulated.", next_step=next_step)
