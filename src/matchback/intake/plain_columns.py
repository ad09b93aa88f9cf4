"""Columns of a block whose every cell is written in the most usual way: what is then known of them without a look.

Ids of letters and digits, addresses as everybody has them, instants in UTC or local times to the second: for these the
same values come from a few expressions, and some checks cannot fail. A block is asked once; one odd cell, and the whole
column goes the general way. Property tests prove both ways equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from matchback.intake.casts import Stages, side, usual_time_stages
from matchback.intake.identifier_profiles import EMAIL_PROFILES, PROFILES
from matchback.intake.identifiers import is_common_address, is_usual_placeholder

if TYPE_CHECKING:
    from matchback.intake.contracts import ContractColumn
    from matchback.intake.record_checks import Surroundings

PLAIN_ID = r"^[A-Za-z0-9_-]+$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
INSTANT, LOCAL = _TIME + "Z$", _TIME + "$"


@dataclass(frozen=True)
class PlainForm:
    """One usual way of writing a column: `is_plain` tells it of a cell that is there, `stages` give its side columns.

    `placeholder` tells which cells stand for nothing; `passed` names the reasons for which no such cell is refused.
    """

    is_plain: pl.Expr
    stages: Stages
    placeholder: pl.Expr | None = None
    passed: tuple[str, ...] = ()


def plain_forms(
    column: ContractColumn, around: Surroundings, words: tuple[str, ...]
) -> tuple[PlainForm, ...]:
    """Return the usual ways of writing a column; `words` are what stands for nothing in one of its kind."""
    text = pl.col(column.name)
    if column.type == "time":
        zones = ((INSTANT, "UTC"), (LOCAL, around.feed_zone))
        return tuple(
            PlainForm(text.str.contains(form), usual_time_stages(column.name, zone, around.zone))
            for form, zone in zones
        )
    if column.type != "identifier":
        return ()
    kind = around.read_as(column)
    normal = {"exact_1": text, "code_1": text.str.to_uppercase()}.get(PROFILES[kind])
    if PROFILES[kind] == EMAIL_PROFILES["lower"]:
        passed = ("not_printable", "not_an_email")
        is_plain, normal = is_common_address(text), text.str.to_lowercase()
    elif normal is not None:
        passed = ("not_printable", "spreadsheet_number")
        is_plain = text.str.contains(PLAIN_ID)
    else:
        return ()
    stages = [[normal.alias(side(column.name, "normal"))]]
    return (PlainForm(is_plain, stages, is_usual_placeholder(text, kind, words), passed),)
