"""From a block of text to checked values: missing cells and placeholders, casts, normal forms, then the contract.

Every record that the contract refuses is reported with every reason, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from matchback.intake.casts import cast_flag, cast_money, cast_time, cast_whole, side
from matchback.intake.identifiers import are_placeholders, is_placeholder, normalize
from matchback.intake.records import Block, Refusal

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.contracts import Contract

RECORD, LINE = "record_number", "line_number"


@dataclass(frozen=True)
class Surroundings:
    """What values mean in this workspace and feed."""

    zone: str
    feed_zone: str
    currency: str
    country: str
    placeholders: tuple[str, ...]

    @classmethod
    def of(cls, config: Config, feed: Feed) -> Surroundings:
        """Take them from the configuration."""
        workspace = config.workspace
        return cls(
            zone=workspace.time_zone,
            feed_zone=feed.time_zone or workspace.time_zone,
            currency=feed.currency or workspace.currency,
            country=workspace.country,
            placeholders=tuple(config.identifiers.placeholders),
        )


@dataclass(frozen=True)
class Checked:
    """A block after its checks: the good records with their side columns, and the refusals."""

    good: pl.DataFrame
    bad: pl.DataFrame
    refusals: list[Refusal]


def given_columns(contract: Contract, names: dict[str, str], feed: Feed) -> tuple[str, ...]:
    """Return the columns of the contract that this file can fill at all; the others are missing in every record."""
    filled = {*names.values(), *feed.constants}
    return tuple(
        column.name
        for column in contract.columns
        if column.name in filled or column.default or column.required
    )


def model_of(contract: Contract, config: Config, feed: Feed, given: tuple[str, ...]) -> Any:
    """Build the Pandera model of a feed: its contract with what the workspace adds, over the given columns."""
    from matchback.intake.contract_models import Rules, model
    from matchback.intake.extensions import extended

    rules = Rules(tuple(event.name for event in config.events), feed.custom_events)
    base = model(contract.kind, rules, tuple(name for name in given if name not in feed.extra_columns))
    return extended(base, contract, config, feed, given)


def check_block(
    block: Block, names: dict[str, str], feed: Feed, contract: Contract, around: Surroundings, model: Any
) -> Checked:
    """Check one block; `names` maps the file's columns to the contract's."""
    frame = _cells(block, names, feed, contract, around)
    frame = _side_columns(frame, contract, around, tuple(model.columns))
    problems = _problems(frame, model)
    refusals = list(block.refusals)
    numbers, lines = frame[RECORD].to_list(), frame[LINE].to_list()
    refusals += [Refusal(numbers[row], lines[row], column, reason) for row, column, reason in problems]
    bad_rows = sorted({row for row, _, _ in problems})
    is_bad = pl.Series("bad", [False], dtype=pl.Boolean).new_from_index(0, frame.height)
    if bad_rows:
        is_bad = is_bad.scatter(bad_rows, True)
    return Checked(frame.filter(~is_bad), frame.filter(is_bad), refusals)


def _cells(
    block: Block, names: dict[str, str], feed: Feed, contract: Contract, around: Surroundings
) -> pl.DataFrame:
    """Return one text column per column of the contract: stripped, constants filled in, placeholders missing."""
    columns: list[pl.Expr] = []
    for column in contract.columns:
        source = next((name for name, target in names.items() if target == column.name), None)
        cell = pl.lit(None, pl.String)
        if source is not None:
            stripped = pl.col(source).str.strip_chars(" \t")
            cell = pl.when(stripped != "").then(stripped)
        given = feed.constants.get(column.name) or column.default
        if given:
            cell = cell.fill_null(given)
        if column.type in ("choice", "flag") and not column.extra:
            cell = cell.str.to_lowercase()
        columns.append(cell.alias(column.name))
    frame = (
        block.texts.select(columns)
        if block.texts.width
        else pl.DataFrame(schema=dict.fromkeys([column.name for column in contract.columns], pl.String))
    )
    frame = frame.with_columns(
        pl.Series(RECORD, block.record_numbers, dtype=pl.Int64),
        pl.Series(LINE, block.line_numbers, dtype=pl.Int64),
    )
    identifiers = [column for column in contract.columns if column.type == "identifier"]
    present = [is_placeholder(column.name, column.identifier, around.placeholders) for column in identifiers]
    flag = pl.any_horizontal(*present) if present else pl.lit(False)
    masked = [
        pl.when(~placeholder).then(pl.col(column.name)).alias(column.name)
        for column, placeholder in zip(identifiers, present, strict=True)
    ]
    return frame.with_columns(*masked, flag.alias("has_placeholder"))


def _side_columns(
    frame: pl.DataFrame, contract: Contract, around: Surroundings, given: tuple[str, ...]
) -> pl.DataFrame:
    for column in contract.columns:
        name = column.name
        if name not in given:
            continue
        if column.type == "time":
            frame = cast_time(frame, name, around.feed_zone, around.zone, ends_day=column.ends_day)
        elif column.type == "date":
            frame = cast_time(frame, name, around.feed_zone, around.zone, ends_day=False)
        elif column.type == "money":
            frame = cast_money(frame, name, "currency", around.currency)
        elif column.type == "flag":
            frame = cast_flag(frame, name)
        elif column.type in ("whole", "id"):
            frame = cast_whole(frame, name)
        elif column.type == "identifier":
            frame = _with_normal(frame, name, column.identifier, around)
    return frame


def _with_normal(frame: pl.DataFrame, name: str, kind: str, around: Surroundings) -> pl.DataFrame:
    """Add the normalized identifier; one that turns out to be a placeholder is missing, text and all."""
    normal = normalize(frame[name], kind, around.country).alias(side(name, "normal"))
    frame = frame.with_columns(normal)
    hidden = are_placeholders(frame[name], normal, kind, around.country, around.placeholders)
    if not hidden.any():
        return frame
    return frame.with_columns(
        *[pl.when(~hidden).then(pl.col(masked)).alias(masked) for masked in (name, side(name, "normal"))],
        (pl.col("has_placeholder") | hidden).alias("has_placeholder"),
    )


def _problems(frame: pl.DataFrame, model: Any) -> list[tuple[int, str, str]]:
    """Validate with Pandera; return (row, column, reason code) of every failure. Its own words are never shown."""
    from pandera.errors import SchemaErrors

    if frame.height == 0:
        return []
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases.select("index", "column", "check", "schema_context")
        problems = set()
        for index, column, check, context in cases.iter_rows():
            assert index is not None, f"the contract {model.name} is wrong at {column}: {check}"
            reason, _, named = check.partition("@")  # a check on whole records can name a column
            if reason == "not_nullable":
                reason = "missing"
            problems.add((int(index), column if context == "Column" else named, reason))
        return sorted(problems)
    return []
