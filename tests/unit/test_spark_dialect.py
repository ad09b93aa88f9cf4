"""What the translation to Spark's dialect repairs; that the rows are equal is shown by `make test-spark`."""

from __future__ import annotations

import pytest

from matchback.engines.spark_dialect import spark_query


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        (
            "SELECT ROW_NUMBER() OVER (ORDER BY a NULLS LAST) AS place FROM t",
            "SELECT CAST(ROW_NUMBER() OVER (ORDER BY a NULLS LAST) AS BIGINT) AS place FROM t",
        ),
        (
            "SELECT RANK() OVER (PARTITION BY b ORDER BY a DESC NULLS LAST) AS place FROM t",
            "SELECT CAST(RANK() OVER (PARTITION BY b ORDER BY a DESC) AS BIGINT) AS place FROM t",
        ),
        (
            "SELECT EXTRACT(YEAR FROM a) AS y FROM t",
            "SELECT CAST(EXTRACT(YEAR FROM a) AS BIGINT) AS y FROM t",
        ),
        (
            "SELECT a_on - b_on AS days FROM t",
            "SELECT CAST(DATEDIFF(a_on, b_on) AS BIGINT) AS days FROM t",
        ),
        ("SELECT LENGTH(a) AS n FROM t", "SELECT CAST(LENGTH(a) AS BIGINT) AS n FROM t"),
        (
            "SELECT ROW_NUMBER() OVER (ORDER BY LENGTH(a) NULLS LAST) AS n FROM t",
            "SELECT CAST(ROW_NUMBER() OVER (ORDER BY CAST(LENGTH(a) AS BIGINT) NULLS LAST) AS BIGINT) AS n FROM t",
        ),
        (
            "SELECT DATE_TRUNC('second', a) AS b FROM t",
            "SELECT CAST(DATE_TRUNC('SECOND', a) AS TIMESTAMP_NTZ) AS b FROM t",
        ),
        (
            "SELECT MIN(a) OVER (PARTITION BY b) AS c FROM t",
            "SELECT MIN(a) OVER (PARTITION BY b) AS c FROM t",
        ),
        ("SELECT a FROM t WHERE b <= $as_of -- why", "SELECT a FROM t WHERE b <= :as_of"),
        ("SELECT CAST(a AS TIMESTAMP) AS b FROM t", "SELECT CAST(a AS TIMESTAMP_NTZ) AS b FROM t"),
    ],
)
def test_a_query_for_spark(text: str, translated: str) -> None:
    assert spark_query(text) == translated
