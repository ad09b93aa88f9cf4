"""Turns amounts and times that a feed declares to be written otherwise into the contract's writing, never by guess.

A value that is not written as declared is marked, so that the contract refuses it: under a decimal comma, `1.234` must
not pass as one and a bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.contracts import Contract

_MARK = "!"
_CLOCK = r"((?:[T ][0-9]{2}:[0-9]{2}.*)?)"
_DATES = {
    "day_first": (rf"^([0-9]{{1,2}})[./-]([0-9]{{1,2}})[./-]([0-9]{{4}}){_CLOCK}$", (3, 2, 1)),
    "month_first": (rf"^([0-9]{{1,2}})[./-]([0-9]{{1,2}})[./-]([0-9]{{4}}){_CLOCK}$", (3, 1, 2)),
    "compact": (rf"^([0-9]{{4}})([0-9]{{2}})([0-9]{{2}}){_CLOCK}$", (1, 2, 3)),
}
_EPOCHS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000}
_LONGEST_EPOCH = 13


class WrittenValues:
    """What a feed declares of amounts and times, for the columns of one file."""

    def __init__(self, header: Sequence[str], feed: Feed, contract: Contract) -> None:
        form = feed.format
        self._decimal, self._thousands, self._times = form.decimal, form.thousands, form.times
        kinds = {}
        for name in header:
            column = contract.column(feed.columns.get(name) or name)
            if column is not None:
                kinds[name] = column.type
        odd_money, odd_times = self._decimal != "." or bool(self._thousands), self._times != "iso"
        self._money = [name for name, kind in kinds.items() if kind == "money" and odd_money]
        self._moments = [name for name, kind in kinds.items() if kind in ("time", "date") and odd_times]

    def rewrite(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the texts as the contract writes them."""
        found = [
            *(self._amount(name) for name in self._money if name in texts.columns),
            *(self._moment(name) for name in self._moments if name in texts.columns),
        ]
        return texts.with_columns(found) if found else texts

    def _amount(self, name: str) -> pl.Expr:
        text = pl.col(name).str.strip_chars(" \t")
        point, group = f"[{self._decimal}]", f"[{self._thousands}]"
        grouped = rf"^-?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?$" if self._thousands else r"^\b$"
        fits = text.str.contains(rf"^-?[0-9]+(?:{point}[0-9]+)?$") | text.str.contains(grouped)
        plain = text.str.replace_all(self._thousands, "", literal=True) if self._thousands else text
        return _or_marked(name, fits, plain.str.replace(self._decimal, ".", literal=True))

    def _moment(self, name: str) -> pl.Expr:
        text = pl.col(name).str.strip_chars(" \t")
        if self._times in _EPOCHS:
            fits = text.str.contains(rf"^[0-9]{{1,{_LONGEST_EPOCH}}}$")
            since = pl.when(fits).then(text).cast(pl.Int64) * _EPOCHS[self._times]
            return _or_marked(name, fits, since.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
        pattern, (year, month, day) = _DATES[self._times]
        parts = [text.str.extract(pattern, place).str.pad_start(2, "0") for place in (year, month, day)]
        clock = text.str.extract(pattern, 4)
        return _or_marked(name, text.str.contains(pattern), pl.concat_str([*_dashed(parts), clock]))


def _dashed(parts: list[pl.Expr]) -> list[pl.Expr]:
    year, month, day = parts
    return [year, pl.lit("-"), month, pl.lit("-"), day]


def _or_marked(name: str, fits: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Take the value where the text fits, mark it where it does not, and leave empty cells empty."""
    text = pl.col(name)
    empty = text.is_null() | (text.str.strip_chars(" \t") == "")
    return pl.when(empty).then(text).when(fits).then(value).otherwise(pl.lit(_MARK) + text).alias(name)
