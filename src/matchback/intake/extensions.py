"""What a workspace adds to a feed's contract, as checks of its Pandera model: its own columns, and tighter checks.

An addition only ever refuses more. Every failure is a refusal like any other, by record, line, column and reason.
Import this module inside functions only: Pandera is heavy.
"""

from __future__ import annotations

import json
from copy import copy
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandera.polars as pa
import polars as pl

from matchback.config_contracts import bound_of
from matchback.intake.casts import side
from matchback.intake.contract_columns import check, column, printable, row_check, some
from matchback.intake.reasons import as_declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchback.config import Config, Feed, FileFormat
    from matchback.config_contracts import ColumnChecks
    from matchback.intake.contracts import Contract, ContractColumn

NUMBER = r"^-?[0-9]{1,18}(?:\.[0-9]{1,9})?$"
_EXACT = pl.Decimal(38, 9)
NAMED = "@"  # between the reason of a check on whole records and the column that it speaks of


def extended(base: Any, contract: Contract, config: Config, feed: Feed, given: Sequence[str]) -> Any:
    """Return a kind's model with what the workspace adds for this feed; `given` are the columns that files can fill."""
    columns = dict(base.columns)
    for hashed in contract.columns:
        if hashed.name in feed.hashed and hashed.name in columns:
            columns[hashed.name] = column(
                hashed.type,
                hashed.description,
                hashed.example,
                [*printable(), check("not_a_hash", lambda name: pl.col(side(name, "normal")).is_not_null())],
                required=hashed.required,
                identifier=hashed.identifier,
                whose=hashed.whose,
                target=hashed.target,
            )
    for name, checks in feed.checks.items():
        known = contract.column(name)
        if name not in columns or known is None:
            continue  # no record of this file has it, and it is not required
        before = columns[name]
        columns[name] = pa.Column(
            pl.String,
            checks=[*before.checks, *_checks(known, checks)],
            nullable=not known.required,
            required=False,
            description=before.description,
            metadata=before.metadata,
        )
    for known in contract.columns:
        if known.extra and known.name in given:
            own = feed.extra_columns[known.name]
            made = [*_type_checks(known), *_checks(known, own)]
            columns[known.name] = column(
                known.type, known.description, known.example, made, required=known.required
            )
    columns = {name: _as_declared(made, feed.format) for name, made in columns.items()}
    rows = [*base.checks, *_event_checks(contract, config)]
    return pa.DataFrameSchema(columns, checks=rows, name=base.name)


def _as_declared(made: Any, form: FileFormat) -> Any:
    """Return a column whose reasons name the form in which the feed declares its times and amounts."""
    if all(as_declared(rule.name, form) == rule.name for rule in made.checks):
        return made
    found = copy(made)
    found.checks = [copy(rule) for rule in made.checks]
    for rule in found.checks:
        rule.name = as_declared(rule.name, form)
    return found


def attributes(good: pl.DataFrame, contract: Contract) -> pl.Series:
    """Return the kept columns of each record as one JSON object, its keys sorted; NULL where none is given."""
    kept = sorted((column for column in contract.columns if column.kept), key=lambda column: column.name)
    parts = [
        pl.lit(json.dumps(column.name) + ":") + _json(column)
        for column in kept
        if column.name in good.columns
    ]
    if not parts:
        return pl.Series("attributes", [None] * good.height, dtype=pl.String)
    joined = pl.concat_str(parts, separator=",", ignore_nulls=True)
    given = pl.any_horizontal(*[part.is_not_null() for part in parts])
    return good.select(
        pl.when(given).then(pl.lit("{") + joined + pl.lit("}")).alias("attributes")
    ).to_series()


def _json(column: ContractColumn) -> pl.Expr:
    """Return a checked value as JSON: words and dates as text, numbers as they are written, NULL where missing."""
    name = column.name
    if column.type == "choice":
        return pl.col(name).replace_strict(
            {word: json.dumps(word) for word in column.choices}, default=None, return_dtype=pl.String
        )
    if column.type == "flag":
        return pl.col(side(name, "flag")).cast(pl.String)
    if column.type == "date":
        return pl.lit('"') + pl.col(side(name, "on")).cast(pl.String) + pl.lit('"')
    if column.type == "whole":
        return pl.col(side(name, "whole")).cast(pl.String)
    return pl.col(name).str.replace(r"^(-?)0+([0-9])", "${1}${2}")


def _type_checks(known: ContractColumn) -> list[Any]:
    """Return the checks that go with the type of a workspace's own column."""
    if known.type == "text":
        return printable()
    if known.type == "choice":
        return []  # its words are checked as `allowed`
    if known.type == "whole":
        return [check("not_a_whole_number", lambda name: pl.col(side(name, "whole")).is_not_null())]
    if known.type == "number":
        return [check("not_a_number", lambda name: pl.col(name).str.contains(NUMBER))]
    if known.type == "date":
        return [check("not_a_date", lambda name: pl.col(side(name, "on")).is_not_null())]
    assert known.type == "flag"
    return [check("not_a_flag", lambda name: pl.col(side(name, "flag")).is_not_null())]


def _checks(known: ContractColumn, added: ColumnChecks) -> list[Any]:
    """Return the checks of one declaration; a value that is wrong by its type fails that check alone."""
    checks = []
    if added.pattern is not None:
        whole = f"^(?:{added.pattern})$"
        checks.append(check("not_in_pattern", lambda name: pl.col(name).str.contains(whole)))
    if added.allowed is not None:
        words = [word.lower() for word in added.allowed] if _lowered(known) else list(added.allowed)
        checks.append(check("not_one_of", lambda name: pl.col(name).is_in(words)))
    if added.longest is not None:
        longest = added.longest
        checks.append(check("too_long", lambda name: pl.col(name).str.len_chars() <= longest))
    value = _value(known)
    if added.at_least is not None:
        least = _literal(known, added.at_least)
        checks.append(check("out_of_range", lambda name: (value >= least).fill_null(True)))
    if added.at_most is not None:
        most = _literal(known, added.at_most)
        checks.append(check("out_of_range", lambda name: (value <= most).fill_null(True)))
    return checks


def _lowered(known: ContractColumn) -> bool:
    """Tell whether the column's words are read without regard to case, as the closed lists of the contracts are."""
    return known.type == "choice" and not known.extra


def _value(known: ContractColumn) -> pl.Expr:
    """Return what a bound is compared with; NULL where the text is no value of its type."""
    if known.type in ("whole", "id"):
        return pl.col(side(known.name, "whole")).cast(_EXACT)
    if known.type in ("date", "time"):
        return pl.col(side(known.name, "on"))
    number = pl.when(pl.col(known.name).str.contains(NUMBER)).then(pl.col(known.name))
    return number.cast(_EXACT, strict=False)


def _literal(known: ContractColumn, text: str) -> pl.Expr:
    bound = bound_of(text)
    if known.type in ("date", "time"):
        assert isinstance(bound, date)
        return pl.lit(bound)
    assert isinstance(bound, Decimal)
    return pl.lit(text).cast(_EXACT)


def _event_checks(contract: Contract, config: Config) -> list[Any]:
    """Return the checks of what each event requires; a placeholder counts as given where an identifier is required."""
    if contract.kind != "events":
        return []
    checks = []
    for event in config.events:
        is_other = (pl.col("event_name") != event.name).fill_null(True)
        for name in event.required:
            known = contract.column(name)
            if known is None:
                present = pl.lit(False)
            elif known.type == "identifier":
                present = some(name)
            else:
                present = pl.col(name).is_not_null()
            checks.append(row_check(f"missing_for_event{NAMED}{name}", is_other | present))
    return checks
