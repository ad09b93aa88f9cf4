"""From checked text to values: times, dates, money, flags and whole numbers, vectorized and without guessing.

Each function returns stages of expressions: one list after the other adds columns to a frame of text columns, so that
all columns of a block go through each stage together. What counts in the end are the side columns, named
`<column>__<what>`: NULL where the text is missing or wrong. The contract's checks look at text and side columns.
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


Stages = list[list[pl.Expr]]
_FACTORS = {places: 10**places for places in range(4)}  # 15 digits before the point leave room for them
_OF_TIMES = ("at", "on", "precision", "written")


def time_stages(column: str, feed_zone: str, program_zone: str, *, ends_day: bool) -> Stages:
    """Make `__at` (UTC, naive), `__on` (date in the program's zone), `__precision` and `__written` (it is a real time).

    A date alone keeps its written date and stands at the last second of the day (`ends_day`) or at its first, in the
    program's zone.
    """
    names = ("day", "groups", "clock", "offset", "date_only", "local", "at")
    day, groups, clock, offset, only, local, at = (side(column, what) for what in names)
    text, written = pl.col(column), pl.col(groups).struct.field("2")
    date = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    taken_apart = [
        pl.when(date.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(date).alias(day),
        text.str.extract_groups(TIME).alias(groups),
        text.str.contains(DATE).alias(only),
    ]
    parts = [
        pl.when(written.str.len_bytes() == 5).then(written + ":00").otherwise(written).alias(clock),
        pl.col(groups).struct.field("3").alias(offset),
    ]
    with_offset = pl.col(local) - pl.duration(minutes=_minutes(pl.col(offset)).fill_null(0))
    # Where another branch decides, the costly ones see no value.
    whole_day = pl.when(pl.col(only)).then(pl.col(day))
    without_offset = pl.when(pl.col(offset).is_null()).then(pl.col(local))
    moment = (
        pl.when(pl.col(only))
        .then(_last_second(whole_day, program_zone) if ends_day else _first_second(whole_day, program_zone))
        .when(pl.col(offset).is_not_null())
        .then(with_offset)
        .otherwise(_utc(without_offset, feed_zone))
    )
    on = pl.when(pl.col(only)).then(pl.col(day)).otherwise(_local_date(pl.col(at), program_zone))
    precision = pl.when(pl.col(only)).then(pl.lit("day")).otherwise(pl.lit("second"))
    is_time = pl.col(day).is_not_null() & (pl.col(only) | pl.col(local).is_not_null())
    told = [
        on.alias(side(column, "on")),
        precision.alias(side(column, "precision")),
        is_time.alias(side(column, "written")),
    ]
    return [taken_apart, parts, [_local_time(day, clock).alias(local)], [moment.alias(at)], told]


def usual_time_stages(column: str, zone: str, program_zone: str) -> Stages:
    """Make the same of times that all are written to the second, `T` between date and clock, and read in one zone."""
    parsed, local, at, on, precision, written = (
        side(column, what) for what in ("parsed", "local", "at", "on", "precision", "written")
    )
    text = pl.col(column).str.slice(0, 19)
    known = pl.col(parsed).dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)
    moment = pl.col(local) if zone == "UTC" else _utc(pl.col(local), zone)
    told = [
        _local_date(pl.col(at), program_zone).alias(on),
        pl.lit("second").alias(precision),
        pl.col(local).is_not_null().alias(written),
    ]
    return [
        [text.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False).alias(parsed)],
        [pl.when(known).then(pl.col(parsed)).alias(local)],
        [moment.alias(at)],
        told,
    ]


def _local_time(day: str, clock: str) -> pl.Expr:
    """Return day and clock as one; a fraction of a second is cut at microseconds."""
    second = (pl.col(day).cast(pl.String) + " " + pl.col(clock).str.slice(0, 8)).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", time_unit="us", strict=False
    )
    fraction = pl.when(pl.col(clock).str.len_bytes() > 8).then(pl.col(clock).str.slice(9, 6))
    return second + pl.duration(
        microseconds=fraction.str.pad_end(6, "0").cast(pl.Int64).fill_null(0), time_unit="us"
    )


def _minutes(offset: pl.Expr) -> pl.Expr:
    digits = offset.str.replace(":", "", literal=True).str.slice(1).str.pad_end(4, "0")
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60
    minutes += digits.str.slice(2, 2).cast(pl.Int64, strict=False)
    return pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)


def _utc(local: pl.Expr, zone: str, ambiguous: str = "earliest") -> pl.Expr:
    zoned = local.dt.replace_time_zone(zone, ambiguous=pl.lit(ambiguous), non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _first_second(day: pl.Expr, zone: str) -> pl.Expr:
    """Return the first second of a day; where the clock skips midnight, the day begins an hour later."""
    midnight = day.cast(pl.Datetime("us"))
    return pl.coalesce(_utc(midnight, zone), _utc(midnight + pl.duration(hours=1), zone))


def _last_second(day: pl.Expr, zone: str) -> pl.Expr:
    end = day.cast(pl.Datetime("us")) + pl.duration(hours=23, minutes=59, seconds=59)
    return pl.coalesce(_utc(end, zone, "latest"), _utc(end - pl.duration(hours=1), zone, "latest"))


def _local_date(at: pl.Expr, zone: str) -> pl.Expr:
    return at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()


def money_stages(column: str, currency: str, default_currency: str) -> Stages:
    """Make `__minor` (whole minor units, NULL with more places than the currency has) and `__currency`.

    `__plain` tells whether the text is an amount at all.
    """
    code = pl.col(currency).fill_null(default_currency)
    text, plain, exponent, places = (
        pl.col(name) for name in (column, *(side(column, what) for what in ("plain", "exponent", "places")))
    )
    others = pl.when(code != default_currency).then(code)
    known = others.replace_strict(EXPONENTS, default=None, return_dtype=pl.UInt32)
    known = pl.when(code == default_currency).then(EXPONENTS.get(default_currency)).otherwise(known)
    after_point = (text.str.len_bytes() - text.str.find(".", literal=True) - 1).fill_null(0)
    digits = pl.when(plain).then(text.str.replace(".", "", literal=True)).cast(pl.Int64, strict=False)
    factor = (exponent - places).replace_strict(_FACTORS, default=None, return_dtype=pl.Int64)
    return [
        [text.str.contains(PLAIN).alias(side(column, "plain")), known.alias(side(column, "exponent"))],
        [pl.when(plain).then(after_point).cast(pl.Int64).alias(side(column, "places"))],
        [
            (digits * factor).alias(side(column, "minor")),
            pl.when(exponent.is_not_null()).then(code).alias(side(column, "currency")),
        ],
    ]


def flag_stages(column: str) -> Stages:
    """Make `__flag`: true or false."""
    value = pl.col(column).str.to_lowercase().replace_strict(FLAGS, default=None, return_dtype=pl.Boolean)
    return [[value.alias(side(column, "flag"))]]


def whole_stages(column: str) -> Stages:
    """Make `__whole`: a whole number without sign, at most 2**63 - 1."""
    plain = pl.when(pl.col(column).str.contains(r"^[0-9]{1,19}$")).then(pl.col(column))
    return [[plain.cast(pl.Int64, strict=False).alias(side(column, "whole"))]]


def side_columns(column: str, kind: str) -> tuple[str, ...]:
    """Return the side columns that stay beside a column of a type."""
    whats = {
        "time": _OF_TIMES,
        "date": _OF_TIMES,
        "money": ("minor", "currency", "plain"),
        "flag": ("flag",),
        "whole": ("whole",),
        "id": ("whole",),
        "identifier": ("normal",),
    }
    return tuple(side(column, what) for what in whats.get(kind, ()))
