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


@cache
def spark_query(text: str) -> str:
    """Return a DuckDB query of the portable subset as one for Spark; parameters stand as `:name`."""
    tree = sqlglot.parse_one(text, read="duckdb").transform(_widened)
    return tree.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE, comments=False)


def _widened(node: exp.Expr) -> exp.Expr:
    """DuckDB numbers rows and takes dates apart in BIGINT, Spark in INT: the columns of a table would differ."""
    is_rank = isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber | exp.Rank | exp.DenseRank)
    if is_rank or isinstance(node, exp.Extract):
        return exp.cast(node, exp.DataType.Type.BIGINT, copy=False)
    return node
