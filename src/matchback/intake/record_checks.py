"""From a block of text to checked values: missing cells and placeholders, casts, normal forms, then the contract.

Every record that the contract refuses is reported with every reason, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from matchback.intake.casts import (
    Stages,
    flag_stages,
    money_stages,
    side,
    side_columns,
    time_stages,
    whole_stages,
)
from matchback.intake.contract_checks import ContractChecks
from matchback.intake.identifier_profiles import read_as
from matchback.intake.identifiers import common_form, is_placeholder, placeholder_words, with_careful_forms
from matchback.intake.plain_columns import PlainForm, plain_forms
from matchback.intake.records import Block, Refusal

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.contracts import Contract, ContractColumn

RECORD, LINE, HAS_PLACEHOLDER = "record_number", "line_number", "has_placeholder"
_PLAIN = pl.QueryOptFlags.none(simplify_expression=True)


@dataclass(frozen=True)
class Surroundings:
    """What values mean in this workspace and feed."""

    zone: str
    feed_zone: str
    currency: str
    country: str
    placeholders: tuple[str, ...]
    email_profile: str = "lower"

    def read_as(self, column: ContractColumn) -> str:
        """Return the kind as which a column's identifiers are normalized in this workspace."""
        return read_as(column.identifier, self.email_profile)

    @classmethod
    def of(cls, config: Config, feed: Feed) -> Surroundings:
        """Take them from the configuration."""
        workspace = config.workspace
        return cls(
            zone=workspace.time_zone,
            feed_zone=feed.time_zone or workspace.time_zone,
            currency=feed.currency or workspace.currency,
            country=feed.country or workspace.country,
            placeholders=tuple(config.identifiers.placeholders),
            email_profile=config.identifiers.email,
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


@dataclass(frozen=True)
class PlannedColumn:
    """How the side columns of one column are made: in general, and where all its cells are plain in some form."""

    name: str
    stages: Stages
    placeholder: pl.Expr | None
    forms: tuple[PlainForm, ...]

    @classmethod
    def of(cls, column: ContractColumn, around: Surroundings) -> PlannedColumn:
        """Plan one column."""
        placeholder: pl.Expr | None = None
        words: tuple[str, ...] = ()
        if column.type == "identifier":
            kind = around.read_as(column)
            words = placeholder_words(kind, around.country, around.placeholders)
            placeholder = _is_placeholder(column, around, words)
        forms = plain_forms(column, around, words)
        return cls(column.name, _side_stages(column, around), placeholder, forms)


@dataclass(frozen=True)
class BlockPlan:
    """What is done with every block of a file: made once for all files of a feed with the same columns.

    Each stage adds columns to the frame that the last one left; `kept` are the columns that matter in the end.
    """

    stripped: tuple[pl.Expr, ...]
    texts: tuple[pl.Expr, ...]
    columns: tuple[PlannedColumn, ...]
    kept: tuple[str, ...]
    identifiers: tuple[ContractColumn, ...]
    checks: ContractChecks
    around: Surroundings
    _stages: dict[tuple[int, ...], Stages] = field(default_factory=dict)

    @classmethod
    def of(cls, names: dict[str, str], feed: Feed, contract: Contract, config: Config) -> BlockPlan:
        """Make the plan; `names` maps the file's columns to the contract's."""
        around = Surroundings.of(config, feed)
        model = model_of(contract, config, feed, given_columns(contract, names, feed))
        given = [column for column in contract.columns if column.name in model.columns]
        kept = [column.name for column in contract.columns] + [HAS_PLACEHOLDER]
        kept += [name for column in given for name in side_columns(column.name, column.type)]
        return cls(
            tuple(pl.col(name).str.strip_chars(" \t") for name in names),
            tuple(_cells(names, feed, contract)),
            tuple(PlannedColumn.of(column, around) for column in given),
            tuple(kept),
            tuple(column for column in given if column.type == "identifier"),
            ContractChecks.of(model),
            around,
        )

    def cells(self, block: Block) -> pl.DataFrame:
        """Return a block's records: a text column per column of the contract, with its side columns."""
        return self.read(block)[0]

    def read(self, block: Block) -> tuple[pl.DataFrame, frozenset[tuple[str, str]]]:
        """Return a block's records, and the checks (column, reason) that they pass by the way they are written."""
        texts = block.texts
        if not texts.width:  # constants and defaults alone make the records
            texts = pl.DataFrame({"": block.record_numbers}, schema={"": pl.Int64})
        query = texts.lazy().with_columns(
            pl.lit(None).alias(""), *(() if block.is_stripped else self.stripped)
        )
        frame = query.select(pl.col(""), *self.texts).collect(optimizations=_PLAIN)
        forms = self._forms_of(frame)
        if forms not in self._stages:
            self._stages[forms] = self._stages_for(forms)
        query = frame.lazy()
        for stage in self._stages[forms]:
            query = query.with_columns(*stage)
        frame = query.select(self.kept).collect(optimizations=_PLAIN)
        frame.insert_column(0, pl.Series(LINE, block.line_numbers, dtype=pl.Int64))
        frame.insert_column(0, pl.Series(RECORD, block.record_numbers, dtype=pl.Int64))
        for column in self.identifiers:
            frame = self._with_careful_forms(frame, column.name, self.around.read_as(column))
        passed = {
            (column.name, reason)
            for column, form in zip(self.columns, forms, strict=True)
            if form >= 0
            for reason in column.forms[form].passed
        }
        return frame, frozenset(passed)

    def _forms_of(self, frame: pl.DataFrame) -> tuple[int, ...]:
        """Return for each column the plain form in which all its cells are written; -1: in none."""
        tests = [
            form.is_plain.all().alias(f"{column.name}|{number}")
            for column in self.columns
            for number, form in enumerate(column.forms)
        ]
        holds = frame.select(tests).row(0, named=True) if tests else {}
        return tuple(
            next((n for n in range(len(column.forms)) if holds[f"{column.name}|{n}"]), -1)
            for column in self.columns
        )

    def _stages_for(self, forms: tuple[int, ...]) -> Stages:
        chosen = [
            (column, column.forms[form] if form >= 0 else None)
            for column, form in zip(self.columns, forms, strict=True)
        ]
        placeholders = {
            column.name: form.placeholder if form is not None else column.placeholder
            for column, form in chosen
        }
        sides = [column.stages if form is None else form.stages for column, form in chosen]
        together = [[expr for part in parts for expr in part] for parts in zip_longest(*sides, fillvalue=())]
        return [stage for stage in (*_without_placeholders(placeholders), *together) if stage]

    def _with_careful_forms(self, frame: pl.DataFrame, name: str, kind: str) -> pl.DataFrame:
        """Complete the normal forms; a value that turns out to be a placeholder is missing, text and all."""
        common = side(name, "normal")
        country = self.around.country
        words = placeholder_words(kind, country, self.around.placeholders)
        normal, hidden = with_careful_forms(frame[name], frame[common], kind, country, words)
        if normal is frame[common]:
            return frame
        frame = frame.with_columns(normal.alias(common))
        if hidden is None:
            return frame
        return frame.with_columns(
            pl.when(~hidden).then(pl.col(name)).alias(name),
            (pl.col(HAS_PLACEHOLDER) | hidden).alias(HAS_PLACEHOLDER),
        )


def check_block(block: Block, plan: BlockPlan) -> Checked:
    """Check one block."""
    frame, passed = plan.read(block)
    refusals = list(block.refusals)
    problems = plan.checks.problems(frame, passed)
    if not problems:
        return Checked(frame, frame.clear(), refusals)
    numbers, lines = frame[RECORD].to_list(), frame[LINE].to_list()
    refusals += [Refusal(numbers[row], lines[row], column, reason) for row, column, reason in problems]
    is_bad = np.zeros(frame.height, dtype=bool)
    is_bad[[row for row, _, _ in problems]] = True
    return Checked(frame.filter(~is_bad), frame.filter(is_bad), refusals)


def _cells(names: dict[str, str], feed: Feed, contract: Contract) -> list[pl.Expr]:
    """Return one text per column of the contract, of stripped ones: constants filled in."""
    sources = {target: name for name, target in names.items()}
    columns = []
    for column in contract.columns:
        cell = pl.lit(None, pl.String)
        if column.name in sources:
            text = pl.col(sources[column.name])
            cell = pl.when(text != "").then(text)
            if words := feed.values.get(column.name):
                cell = cell.replace(words)
        given = feed.constants.get(column.name) or column.default
        if given:
            cell = cell.fill_null(given)
        if column.type in ("choice", "flag") and not column.extra:
            cell = cell.str.to_lowercase()
        columns.append(cell.alias(column.name))
    return columns


def _without_placeholders(placeholders: dict[str, pl.Expr | None]) -> Stages:
    """Let placeholders be missing, and note that there was one."""
    found = {name: holds for name, holds in placeholders.items() if holds is not None}
    flags = {name: side(name, "placeholder") for name in found}
    present = [holds.alias(flags[name]) for name, holds in found.items()]
    masked = [pl.when(~pl.col(flag)).then(pl.col(name)).alias(name) for name, flag in flags.items()]
    return [present, [*masked, pl.any_horizontal(pl.lit(False), *flags.values()).alias(HAS_PLACEHOLDER)]]


def _is_placeholder(column: ContractColumn, around: Surroundings, words: tuple[str, ...]) -> pl.Expr:
    """Tell by a text, and where its common form can differ in more than case by that form."""
    kind = around.read_as(column)
    known = is_placeholder(column.name, kind, words)
    if kind == "phone" and len(words) > len(around.placeholders):
        known |= common_form(column.name, kind, around.country).is_in(words).fill_null(False)
    return known


def _side_stages(column: ContractColumn, around: Surroundings) -> Stages:
    name = column.name
    if column.type in ("time", "date"):
        ends_day = column.type == "time" and column.ends_day
        return time_stages(name, around.feed_zone, around.zone, ends_day=ends_day)
    if column.type == "money":
        return money_stages(name, "currency", around.currency)
    if column.type == "flag":
        return flag_stages(name)
    if column.type in ("whole", "id"):
        return whole_stages(name)
    if column.type == "identifier":
        return [[common_form(name, around.read_as(column), around.country).alias(side(name, "normal"))]]
    return []
