"""The vocabulary of the contracts: kinds of columns, each with the checks that go with it.

Every check is named by the reason code that it gives. It looks at the text and at the side columns that `casts` and
`identifiers` put beside it (`event_time__at`, `email__normal`). Pandera is heavy: import this inside functions only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl

from matchback.intake.casts import side
from matchback.intake.currencies import EXPONENTS

NOT_PRINTABLE = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
SPREADSHEET_NUMBER = r"^(?:[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}|[0-9]+\.0)$"
LONGEST = 256
MOST_WHOLE_DIGITS = 12  # the published tables hold 14 before the point; two are left for sums
_AMOUNT_FITS = rf"^-?0*[0-9]{{1,{MOST_WHOLE_DIGITS}}}(?:\.|$)"


@dataclass(frozen=True)
class Rule:
    """A check that Pandera can run, and that can be asked for its expression: so all of a model's run in one pass."""

    holds: Callable[[str], pl.Expr]

    def expression(self, name: str) -> pl.Expr:
        """Return what is true of the good records."""
        return self.holds(name)

    def __call__(self, data: Any) -> Any:
        return data.lazyframe.select(self.expression(getattr(data, "key", "")))


def check(reason: str, holds: Callable[[str], pl.Expr]) -> Any:
    """Make a check of one column; a missing cell always passes (`nullable` decides about it)."""
    rule = Rule(lambda name: pl.col(name).is_null() | holds(name).fill_null(False))
    return pa.Check(rule, name=reason, error=reason)


def row_check(reason: str, holds: pl.Expr) -> Any:
    return pa.Check(Rule(lambda _: holds.fill_null(False)), name=reason, error=reason)


def column(
    kind: str, description: str, example: str, checks: list[Any], *, required: bool = False, **metadata: Any
) -> Any:
    return pa.Column(
        pl.String,
        checks=checks,
        nullable=not required,
        required=False,
        description=description,
        metadata={"matchback": {"type": kind, "example": example, **metadata}},
    )


def printable() -> list[Any]:
    return [
        check("not_printable", lambda name: ~pl.col(name).str.contains(NOT_PRINTABLE)),
        check("too_long", lambda name: pl.col(name).str.len_chars() <= LONGEST),
    ]


def identifier(
    kind: str, whose: str, target: str, description: str, example: str, *, required: bool = False
) -> Any:
    wrong = {"email": "not_an_email", "phone": "not_a_phone"}.get(kind, "not_printable")
    checks = printable()
    if kind not in ("email", "phone"):
        checks.append(
            check("spreadsheet_number", lambda name: ~pl.col(name).str.contains(SPREADSHEET_NUMBER))
        )
    checks.append(check(wrong, lambda name: pl.col(side(name, "normal")).is_not_null()))
    return column(
        "identifier",
        description,
        example,
        checks,
        required=required,
        identifier=kind,
        whose=whose,
        target=target,
    )


def text(description: str, example: str, *, required: bool = False) -> Any:
    return column("text", description, example, printable(), required=required)


def choice(words: tuple[str, ...], description: str, *, default: str = "", required: bool = False) -> Any:
    return column(
        "choice",
        description,
        words[0],
        [check("not_one_of", lambda name: pl.col(name).is_in(words))],
        required=required,
        choices=words,
        default=default,
    )


def time(stem: str, description: str, example: str, *, required: bool = False, ends_day: bool = False) -> Any:
    checks = [
        check("not_a_timestamp", lambda name: pl.col(side(name, "written"))),
        check(
            "nonexistent_time",
            lambda name: ~pl.col(side(name, "written")) | pl.col(side(name, "at")).is_not_null(),
        ),
    ]
    return column("time", description, example, checks, required=required, stem=stem, ends_day=ends_day)


def date(description: str, example: str, *, required: bool = False) -> Any:
    checks = [check("not_a_date", lambda name: pl.col(side(name, "on")).is_not_null())]
    return column("date", description, example, checks, required=required)


def money(description: str, example: str, *, required: bool = False) -> Any:
    checks = [
        check("not_money", lambda name: pl.col(side(name, "plain"))),
        check(
            "amount_too_large",
            lambda name: ~pl.col(side(name, "plain")) | pl.col(name).str.contains(_AMOUNT_FITS),
        ),
        check(
            "too_many_decimals",
            lambda name: (
                ~pl.col(side(name, "plain"))
                | pl.col(side(name, "currency")).is_null()
                | pl.col(side(name, "minor")).is_not_null()
            ),
        ),
    ]
    return column("money", description, example, checks, required=required)


def currency() -> Any:
    checks = [check("unknown_currency", lambda name: pl.col(name).is_in(list(EXPONENTS)))]
    return column("currency", "ISO 4217 code of the amount; the feed's currency where empty.", "USD", checks)


def flag(description: str, *, default: str = "false") -> Any:
    checks = [check("not_a_flag", lambda name: pl.col(side(name, "flag")).is_not_null())]
    return column("flag", description, "true", checks, default=default)


def whole(description: str, example: str, *, required: bool = False, largest: int = 2**63 - 1) -> Any:
    checks = [check("not_a_whole_number", lambda name: pl.col(side(name, "whole")) <= largest)]
    kind = "whole" if largest < 2**31 else "id"
    return column(kind, description, example, checks, required=required)


def own_identifiers(required: bool = False) -> dict[str, Any]:
    return {
        "email": identifier("email", "own", "email_key", "Email address of the person.", "ann@example.com"),
        "phone": identifier("phone", "own", "phone_key", "Phone number of the person.", "(215) 555-0142"),
        "partner_user_id": identifier(
            "partner_user_id",
            "own",
            "partner_user_key",
            "The sender's own id of the person: member id, customer id.",
            "M100234",
            required=required,
        ),
    }


def advocate_identifiers() -> dict[str, Any]:
    return {
        "advocate_partner_user_id": identifier(
            "partner_user_id",
            "advocate",
            "advocate_partner_user_key",
            "Member id of the advocate.",
            "M100002",
        ),
        "advocate_email": identifier(
            "email", "advocate", "advocate_email_key", "Email address of the advocate.", "bo@example.com"
        ),
        "advocate_code": identifier(
            "advocate_code",
            "advocate",
            "advocate_code_key",
            "The advocate's own code, as people type it.",
            "BO-LEE",
        ),
    }


def reference(kind: str, target: str, description: str, example: str, *, required: bool = False) -> Any:
    return identifier(kind, "reference", target, description, example, required=required)


def container() -> Any:
    return choice(("production", "test"), "Test rows never win, count or pay.", default="production")


def some(*columns: str) -> pl.Expr:
    """Tell whether one of the columns is given; a placeholder counts as given (and matches nobody)."""
    return pl.any_horizontal(*[pl.col(name).is_not_null() for name in columns]) | pl.col("has_placeholder")
