"""The SQL files in Spark's dialect: sqlglot's translation and, in one place, what it leaves different.

Whatever is repaired here was seen to differ by the Spark lane of the tests, which runs every SQL case on both engines
and compares rows and types. A query that fails there is first of all to be written in the portable subset.
"""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

# The meaning that the files rely on; a session with others would answer otherwise without an error.
SESSION = {
    "spark.sql.ansi.enabled": "true",  # a cast that fails is an error, as in DuckDB, and not NULL
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # our times are UTC without a zone, as DuckDB's TIMESTAMP
}


# DuckDB counts and numbers in BIGINT, Spark in INT: the columns of a table would differ.
_COUNTS = (exp.Extract, exp.Length, exp.StrPosition, exp.Year, exp.Month, exp.Day)
_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile)


@cache
def spark_query(text: str) -> str:
    """Return a DuckDB query of the portable subset as one for Spark; parameters stand as `:name`."""
    tree = sqlglot.parse_one(text, read="duckdb")
    for node in reversed(list(tree.walk())):  # what stands inside before what it stands in
        kind = _duckdb_type(node)
        if isinstance(node, exp.Sub) and _is_days(node):
            days = exp.func("DATEDIFF", node.left.copy(), node.right.copy(), dialect="spark")
            node.replace(exp.cast(days, "BIGINT", dialect="spark"))
        elif kind is not None:
            node.replace(exp.cast(node.copy(), kind, dialect="spark"))
    return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE, comments=False)


def _duckdb_type(node: exp.Expr) -> str | None:
    """Return the type that an expression has on DuckDB, if it has another one on Spark, in Spark's word."""
    if isinstance(node, _COUNTS) or (isinstance(node, exp.Window) and isinstance(node.this, _RANKS)):
        return "BIGINT"
    if isinstance(node, exp.TimestampTrunc):  # Spark's has a zone, whatever is truncated
        return "TIMESTAMP_NTZ"
    return None


def _is_days(node: exp.Sub) -> bool:
    """DATE - DATE is a number of days on DuckDB, an interval on Spark; what is named `_on` is a DATE."""
    return node.left.name.endswith("_on") and node.right.name.endswith("_on")
