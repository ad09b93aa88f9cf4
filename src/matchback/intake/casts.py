"""From checked text to values: times, dates, money, flags and whole numbers, vectorized and without guessing.

Each function takes a frame of text columns and returns it with side columns beside the text, named `<column>__<what>`;
a side column is NULL where the text is missing or wrong. The contract's checks look at text and side column together.
A time without an offset is read in the feed's zone: one that the clock skips is wrong, of one that it repeats the first
is taken.
"""

from __future__ import annotations

import polars as pl

from matchback.intake.currencies import EXPONENTS
from matchback.intake.money_scan import PLAIN

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?)"
    r" ?(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]|[+-](?:0[0-9]|1[0-4]))?$"
)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}


def side(column: str, what: str) -> str:
    """Return the name of a side column."""
    return f"{column}__{what}"


def cast_time(
    frame: pl.DataFrame, column: str, feed_zone: str, program_zone: str, *, ends_day: bool
) -> pl.DataFrame:
    """Add `__at` (UTC, naive), `__on` (date in the program's zone), `__precision` and `__written` (it is a real time).

    A date alone keeps its written date and stands at the last second of the day (`ends_day`) or at its first, in the
    program's zone.
    """
    text = pl.col(column)
    date_only = text.str.contains(DATE)
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    day = pl.when(day.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(day)
    clock = text.str.extract(TIME, 2)
    clock = pl.when(clock.str.len_bytes() == 5).then(clock + ":00").otherwise(clock)
    offset = text.str.extract(TIME, 3)
    frame = frame.with_columns(
        day.alias(side(column, "day")),
        clock.alias("__clock"),
        offset.alias("__offset"),
        date_only.alias("__date_only"),
    )
    local = (pl.col(side(column, "day")).cast(pl.String) + " " + pl.col("__clock")).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
    )
    frame = frame.with_columns(local.alias("__local"))
    digits = pl.col("__offset").str.replace_all(r"[^0-9]", "").str.pad_end(4, "0")
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60
    minutes += digits.str.slice(2, 2).cast(pl.Int64, strict=False)
    minutes = pl.when(pl.col("__offset").str.starts_with("-")).then(-minutes).otherwise(minutes)
    with_offset = pl.col("__local") - pl.duration(minutes=minutes.fill_null(0))
    whole_day = (
        _last_second(side(column, "day"), program_zone)
        if ends_day
        else _first_second(side(column, "day"), program_zone)
    )
    at = (
        pl.when(pl.col("__date_only"))
        .then(whole_day)
        .when(pl.col("__offset").is_not_null())
        .then(with_offset)
        .otherwise(_utc(pl.col("__local"), feed_zone))
    )
    frame = frame.with_columns(at.alias(side(column, "at")))
    on = (
        pl.when(pl.col("__date_only"))
        .then(pl.col(side(column, "day")))
        .otherwise(_local_date(pl.col(side(column, "at")), program_zone))
    )
    written = pl.col(side(column, "day")).is_not_null() & (
        pl.col("__date_only") | pl.col("__local").is_not_null()
    )
    precision = pl.when(pl.col("__date_only")).then(pl.lit("day")).otherwise(pl.lit("second"))
    return frame.with_columns(
        on.alias(side(column, "on")),
        precision.alias(side(column, "precision")),
        written.alias(side(column, "written")),
    ).drop("__clock", "__offset", "__date_only", "__local", side(column, "day"))


def _utc(local: pl.Expr, zone: str, ambiguous: str = "earliest") -> pl.Expr:
    zoned = local.dt.replace_time_zone(zone, ambiguous=pl.lit(ambiguous), non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _first_second(day: str, zone: str) -> pl.Expr:
    """Return the first second of a day; where the clock skips midnight, the day begins an hour later."""
    midnight = pl.col(day).cast(pl.Datetime("us"))
    return pl.coalesce(_utc(midnight, zone), _utc(midnight + pl.duration(hours=1), zone))


def _last_second(day: str, zone: str) -> pl.Expr:
    end = pl.col(day).cast(pl.Datetime("us")) + pl.duration(hours=23, minutes=59, seconds=59)
    return pl.coalesce(_utc(end, zone, "latest"), _utc(end - pl.duration(hours=1), zone, "latest"))


def _local_date(at: pl.Expr, zone: str) -> pl.Expr:
    return at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()


def cast_money(frame: pl.DataFrame, column: str, currency: str, default_currency: str) -> pl.DataFrame:
    """Add `__minor` (whole minor units, NULL with more places than the currency has) and `__currency`.

    `__plain` tells whether the text is an amount at all.
    """
    code = pl.col(currency).fill_null(default_currency)
    text = pl.col(column)
    plain = text.str.contains(PLAIN)
    places = pl.when(plain).then(text.str.extract(r"\.([0-9]+)$", 1).str.len_bytes().fill_null(0))
    exponent = code.replace_strict(EXPONENTS, default=None, return_dtype=pl.UInt32)
    digits = pl.when(plain).then(text.str.replace(".", "", literal=True))
    shifted = pl.coalesce(
        pl.when(exponent - places.cast(pl.Int64) == missing).then(digits + "0" * missing)
        for missing in range(4)
    )
    return frame.with_columns(
        shifted.cast(pl.Int64, strict=False).alias(side(column, "minor")),
        pl.when(exponent.is_not_null()).then(code).alias(side(column, "currency")),
        plain.alias(side(column, "plain")),
    )


def cast_flag(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add `__flag`: true or false."""
    value = pl.col(column).str.to_lowercase().replace_strict(FLAGS, default=None, return_dtype=pl.Boolean)
    return frame.with_columns(value.alias(side(column, "flag")))


def cast_whole(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add `__whole`: a whole number without sign, at most 2**63 - 1."""
    plain = pl.when(pl.col(column).str.contains(r"^[0-9]{1,19}$")).then(pl.col(column))
    return frame.with_columns(plain.cast(pl.Int64, strict=False).alias(side(column, "whole")))
