"""Whether what a workspace says about its contracts can hold: judged at start, before anything is fetched.

Every problem is told at once, with its key in `matchback.toml` and what is allowed there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from matchback.config_contracts import refuse_unfitting
from matchback.config_presets import read_preset
from matchback.config_values import nearest
from matchback.errors import ConfigurationError
from matchback.intake.contracts import Contract, contract_of, feed_contract
from matchback.intake.listing import name_pattern
from matchback.intake.own_model import examine_models

if TYPE_CHECKING:
    from matchback.config import Config, Feed

RESERVED = ("list_on", "record_number", "line_number", "has_placeholder", "attributes", "identity", "file_id")


def refuse_misdeclared(config: Config) -> None:
    """Raise ConfigurationError naming everything that is wrong with the contracts of a configuration."""
    problems = [*_events(config), *_countries(config)]
    for feed in config.feeds:
        own = [*_name_pattern(feed), *_feed(feed)]
        problems += own or _given_words(feed, config)
    if problems:
        raise ConfigurationError(
            f"matchback.toml says {len(problems)} thing{'s' if len(problems) > 1 else ''} about its contracts that "
            "cannot hold:\n" + "\n".join(f"  {problem}" for problem in problems),
            state="Nothing was changed.",
            next_step="Mend the file and run again.",
        )
    examine_models(config)


def _events(config: Config) -> Iterator[str]:
    known = [column.name for column in contract_of("events").columns]
    known += [name for feed in config.feeds if feed.kind == "events" for name in feed.extra_columns]
    for event in config.events:
        for name in event.required:
            if name not in known:
                yield f"events.{event.name}.required: {_unknown(name, 'events', known)}"


def _countries(config: Config) -> Iterator[str]:
    """Name the codes that no phone number belongs to: by a mistyped one every national number would be refused."""
    import phonenumbers

    named = [("workspace", config.workspace.country)]
    named += [(f"feeds.{feed.id}", feed.country) for feed in config.feeds if feed.country is not None]
    for place, country in named:
        if country != "none" and country not in phonenumbers.SUPPORTED_REGIONS:
            yield f"{place}.country: {country} is no country with phone numbers of its own"


def _name_pattern(feed: Feed) -> Iterator[str]:
    """Judge the pattern of the files' names: a date in it is a whole one."""
    place = f"feeds.{feed.id}.pattern"
    try:
        _, form = name_pattern(feed.pattern)
    except ConfigurationError as error:
        yield f"{place}: {error.what}"
        return
    parts = set(re.findall("%.", form))
    if form and not (parts & {"%Y", "%y"} and (parts >= {"%m", "%d"} or "%j" in parts)):
        yield f"{place}: {{date:{form}}} is no whole date; it needs a year, a month and a day, such as %Y%m%d"
    elif other := re.search(r"\{[^}]*\}", re.sub(r"\{date:[^}]+\}", "", feed.pattern)):
        yield f"{place}: {other[0]} means nothing in it; a date is written {{date:%Y%m%d}}"


def _given_words(feed: Feed, config: Config) -> Iterator[str]:
    """Judge the words that the configuration puts into records: the contract refuses none of them.

    Those of a preset are for every catalog: what a workspace does not declare is refused record by record.
    """
    preset = read_preset(feed.preset)["feed"] if feed.preset else {}
    given = {(f"constants.{name}", name, word) for name, word in feed.constants.items()}
    given -= {(f"constants.{name}", name, word) for name, word in preset.get("constants", {}).items()}
    given |= _translations(feed.values) - _translations(preset.get("values", {}))
    for place, name, word in sorted(given):
        reasons = refused_words(feed, config, {name: word})
        if reasons:
            yield f"feeds.{feed.id}.{place}: {word!r} would be refused in every record ({', '.join(reasons)})"


def _translations(values: dict[str, dict[str, str]]) -> set[tuple[str, str, str]]:
    return {
        (f"values.{name}.{theirs}", name, ours)
        for name, words in values.items()
        for theirs, ours in words.items()
    }


def _feed(feed: Feed) -> Iterator[str]:
    place = f"feeds.{feed.id}"
    base, whole = contract_of(feed.kind), feed_contract(feed)
    own, every = [column.name for column in base.columns], [column.name for column in whole.columns]
    named: dict[str, Iterable[str]] = {
        "columns": feed.columns.values(),
        "constants": feed.constants.keys(),
        "values": feed.values.keys(),
        "optional": feed.optional,
        "hashed": feed.hashed.keys(),
    }
    for where, names in named.items():
        yield from _unknowns(f"{place}.{where}", names, feed.kind, every)
    for where, used in (("identity", feed.identity or []), ("content", feed.content or [])):
        for name in used:
            if name in feed.extra_columns:
                yield (
                    f"{place}.{where}: {name} is a column of the workspace's own: an attribute, which takes no part in "
                    "what a record is"
                )
        rest = [name for name in used if name not in feed.extra_columns]
        yield from _unknowns(f"{place}.{where}", rest, feed.kind, [*own, "list_on"])
    for name in feed.hashed:
        column = base.column(name)
        if name in every and (column is None or column.identifier not in ("email", "phone")):
            yield f"{place}.hashed.{name}: the column holds neither addresses nor phone numbers"
    for name, extra in feed.extra_columns.items():
        if name in own or name in RESERVED:
            yield f"{place}.extra_columns.{name}: the contract of {feed.kind} has it; tighten it under `checks`"
        if extra.keep and feed.kind != "events":
            yield f"{place}.extra_columns.{name}: keep = true is for feeds of kind events"
        yield from _pattern(f"{place}.extra_columns.{name}", extra.pattern)
    yield from _checks(feed, base, place)


def _checks(feed: Feed, base: Contract, place: str) -> Iterator[str]:
    known = [column.name for column in base.columns]
    for name, checks in feed.checks.items():
        here = f"{place}.checks.{name}"
        column = base.column(name)
        if name in feed.extra_columns:
            yield f"{here}: the column is declared under extra_columns; its checks go there"
            continue
        if column is None:
            yield f"{here}: {_unknown(name, feed.kind, known)}"
            continue
        try:
            refuse_unfitting(checks, column.type)
        except ValueError as problem:
            yield f"{here}: {problem}"
        words = [
            word for word in checks.allowed or () if column.choices and word.lower() not in column.choices
        ]
        if words:
            yield f"{here}.allowed: {words[0]!r} is none of the contract's own words: {', '.join(column.choices)}"
        yield from _pattern(here, checks.pattern)


def _pattern(place: str, pattern: str | None) -> Iterator[str]:
    """Try a pattern on the engine that will use it: it knows less than Python's."""
    import polars as pl
    from polars.exceptions import PolarsError

    if pattern is None:
        return
    try:
        pl.Series([""]).str.contains(f"^(?:{pattern})$")
    except PolarsError:
        yield f"{place}.pattern: is not a regular expression as the checks read it (no look-around, no references)"


def _unknowns(place: str, names: Iterable[str], kind: str, known: list[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{place}: {_unknown(name, kind, known)}"


def _unknown(name: str, kind: str, known: list[str]) -> str:
    return (
        f"there is no column {name!r} in the contract of {kind}.{nearest(name, known)} "
        f"Its columns are: {', '.join(sorted(known))}"
    )


def refused_words(feed: Feed, config: Config, words: dict[str, str]) -> list[str]:
    """Return why a record of this feed would be refused for the given words of its columns alone."""
    import numpy as np
    import polars as pl

    from matchback.intake.record_checks import BlockPlan
    from matchback.intake.records import Block

    alone = feed.model_copy(update={"constants": {}, "values": {}})
    plan = BlockPlan.of({name: name for name in words}, alone, feed_contract(alone), config)
    texts = pl.DataFrame({name: [word] for name, word in words.items()})
    frame = plan.cells(Block(texts, np.array([1]), np.array([1])))
    return [reason for _, column, reason in plan.checks.problems(frame) if column in words]
