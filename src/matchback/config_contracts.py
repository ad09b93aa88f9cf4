"""What a workspace may add to the contract of a feed: columns of its own, tighter checks, a Pandera model."""

from __future__ import annotations

import ast
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from typing import Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from matchback.config_values import ConfigModel, nearest
from matchback.errors import ConfigurationError

KEPT_TYPES = ("choice", "whole", "number", "date", "flag")
_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MODEL = re.compile(r"(?P<path>[A-Za-z0-9_./-]+\.py):(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_T = TypeVar("_T")


class ColumnChecks(ConfigModel):
    """Checks that a workspace adds to a column; they only ever refuse more."""

    required: bool = False
    pattern: str | None = None
    allowed: list[str] | None = Field(default=None, min_length=1)
    at_least: str | None = None
    at_most: str | None = None
    longest: int | None = Field(default=None, ge=1, le=256)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            re.compile(value)
        except re.error:
            raise ValueError("is not a regular expression, such as [A-Z]{2}[0-9]{4}") from None
        if "(?=" in value or "(?!" in value or "(?<" in value or re.search(r"\\[1-9]", value):
            raise ValueError("uses look-around or a back-reference; neither is supported")
        return value

    @field_validator("at_least", "at_most")
    @classmethod
    def _bound(cls, value: str | None) -> str | None:
        if value is not None:
            bound_of(value)
        return value

    @model_validator(mode="after")
    def _bounds_in_order(self) -> ColumnChecks:
        if self.at_least is None or self.at_most is None:
            return self
        low, high = bound_of(self.at_least), bound_of(self.at_most)
        if type(low) is not type(high):
            raise ValueError("at_least and at_most are of two kinds: two numbers, or two dates")
        if low > high:  # type: ignore[operator]  # both are of one kind
            raise ValueError("at_least is greater than at_most: every record would be refused")
        return self


class ExtraColumn(ColumnChecks):
    """A column that the feed's kind does not have."""

    type: Literal["text", "choice", "whole", "number", "date", "flag"]
    description: str
    example: str | None = None
    keep: bool = False

    @model_validator(mode="after")
    def _fits_its_type(self) -> ExtraColumn:
        if self.type == "choice" and not self.allowed:
            raise ValueError('type "choice" needs `allowed`, the list of its words')
        refuse_unfitting(self, self.type)
        if self.keep and self.type not in KEPT_TYPES:
            raise ValueError(
                "keep = true needs a type that holds nobody's personal data: " + ", ".join(KEPT_TYPES)
            )
        return self


def refuse_unfitting(checks: ColumnChecks, kind: str) -> None:
    """Raise ValueError when a check does not go with a column's type."""
    if kind not in ("text", "choice", "currency", "identifier") and (
        checks.pattern or checks.allowed or checks.longest
    ):
        raise ValueError(f"pattern, allowed and longest are for text; the column is of type {kind}")
    if kind == "identifier" and checks.allowed:
        raise ValueError("allowed is not for identifiers: the configuration would hold them; take a pattern")
    bounds = [bound_of(text) for text in (checks.at_least, checks.at_most) if text is not None]
    if not bounds:
        return
    if kind in ("date", "time"):
        if not all(isinstance(bound, date) for bound in bounds):
            raise ValueError(f'a bound of a {kind} is a date, such as "2026-01-31"')
    elif kind in ("whole", "id", "number", "money"):
        if not all(isinstance(bound, Decimal) for bound in bounds):
            raise ValueError(f'a bound of type {kind} is a number as text, such as "100.00"')
    else:
        raise ValueError("at_least and at_most are for numbers, amounts, dates and times")


def bound_of(text: str) -> Decimal | date:
    """Return a bound as the number or the date that it is; raises ValueError."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else Decimal(text)
    except (ValueError, InvalidOperation):
        raise ValueError('is neither a number, such as "100.00", nor a date, such as "2026-01-31"') from None


def refuse_odd_names(columns: dict[str, _T]) -> dict[str, _T]:
    """Raise ValueError when a column is not named as columns are."""
    for name in columns:
        if not _COLUMN_NAME.fullmatch(name) or "__" in name:
            raise ValueError(
                f"{name!r} is not a column name: lower-case letters, digits and single underscores. "
                "The sender's own heading goes under `columns`"
            )
    return columns


def model_place(reference: str) -> tuple[PurePosixPath, str]:
    """Return the file and the class that `contract` names."""
    found = _MODEL.fullmatch(reference)
    assert found, "checked when the configuration is read"
    return PurePosixPath(found["path"]), found["name"]


def refuse_odd_model(reference: str | None) -> str | None:
    """Raise ValueError when a reference to a model does not name a file below the workspace and a class."""
    if reference is None:
        return None
    found = _MODEL.fullmatch(reference)
    if not found:
        raise ValueError(
            'is a Python file of the workspace and a class in it: "contracts/openings.py:Openings"'
        )
    path = PurePosixPath(found["path"])
    if path.is_absolute() or ".." in path.parts or path.parts[0] == "var":
        raise ValueError("is a path below the workspace, and not in var/")
    return reference


def read_sources(references: dict[str, str], root: Path) -> dict[str, str]:
    """Return the text of every model that feeds name, by its path; `references` holds them by feed.

    Raises ConfigurationError when one is not a readable Python file of the workspace, or lacks the class.
    """
    sources = {}
    for feed_id, reference in references.items():
        path, name = model_place(reference)
        where = f"matchback.toml: feeds.{feed_id}.contract names {path}"
        file = (root / path).resolve()
        if not file.is_relative_to(root.resolve()) or not file.is_file():
            raise ConfigurationError(f"{where}, which is not a file of the workspace.")
        try:
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (OSError, UnicodeDecodeError, ValueError):
            raise ConfigurationError(f"{where}, which cannot be read as UTF-8 text.") from None
        except SyntaxError as error:
            raise ConfigurationError(f"{where}, which is no Python: line {error.lineno}.") from None
        names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        names += [
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        if name not in names:
            raise ConfigurationError(f"{where}, which has no class {name}.{nearest(name, names)}")
        sources[str(path)] = text
    return sources
