"""Runs all checks of a contract's model over a block in one pass, and says which record fails which.

The model is Pandera's, and so is the meaning: equal to `model.validate(frame, lazy=True)`, which calls the engine
several times for each check (5 ms of CPU a column and file, measured). A check that cannot be asked for its expression
goes through Pandera itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from matchback.intake.contract_columns import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

Problem = tuple[int, str, str]


@dataclass(frozen=True)
class ContractChecks:
    """The checks of one model: what holds of good records, with the column and the reason code of each."""

    model: Any
    passes: tuple[pl.Expr, ...]
    names: tuple[tuple[str, str], ...]
    at_once: bool

    @classmethod
    def of(cls, model: Any) -> ContractChecks:
        """Ask a model for its checks."""
        found = list(_rules(model))
        at_once = all(rule is not None for _, _, _, rule in found)
        passes = tuple(
            rule.alias(str(number)) for number, (_, _, _, rule) in enumerate(found) if rule is not None
        )
        return cls(model, passes, tuple((column, reason) for _, column, reason, _ in found), at_once)

    def problems(
        self, frame: pl.DataFrame, passed: frozenset[tuple[str, str]] = frozenset()
    ) -> list[Problem]:
        """Return (row, column, reason code) of every failure, sorted; a check on whole records can name no column.

        The checks (column, reason) that are known to be `passed` are not made.
        """
        if frame.height == 0:
            return []
        if not self.at_once:
            return validated(frame, self.model)
        asked = [number for number, name in enumerate(self.names) if name not in passed]
        verdicts = frame.select([self.passes[number].all() for number in asked])
        failed = [number for number, holds in zip(asked, verdicts.row(0), strict=True) if not holds]
        if not failed:
            return []
        cells = frame.select([(~self.passes[number]).arg_true().implode() for number in failed])
        problems = {
            (int(row), *self.names[number])
            for number, rows in zip(failed, cells.row(0), strict=True)
            for row in rows
        }
        return sorted(problems)


def _rules(model: Any) -> Iterator[tuple[str, str, str, pl.Expr | None]]:
    for name, column in model.columns.items():
        if not column.nullable:
            yield name, name, "missing", pl.col(name).is_not_null()
        for check in column.checks:
            yield name, name, check.name, _expression(check, name)
    for check in model.checks:
        reason, column = _reason(check.name)
        yield "", column, reason, _expression(check, "")


def _expression(check: Any, name: str) -> pl.Expr | None:
    rule = check._check_fn
    return rule.expression(name) if isinstance(rule, Rule) else None


def _reason(name: str) -> tuple[str, str]:
    reason, _, column = name.partition("@")  # a check on whole records can name a column
    return ("missing" if reason == "not_nullable" else reason), column


def validated(frame: pl.DataFrame, model: Any) -> list[Problem]:
    """Validate with Pandera; its own words are never shown."""
    from pandera.errors import SchemaErrors

    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases.select("index", "column", "check", "schema_context")
        problems = set()
        for index, column, check, context in cases.iter_rows():
            assert index is not None, f"the contract {model.name} is wrong at {column}: {check}"
            reason, named = _reason(check)
            problems.add((int(index), column if context == "Column" else named, reason))
        return sorted(problems)
    return []
