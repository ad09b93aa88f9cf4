"""Every SQL case holds on Spark, and every table that is made on the way has the rows and types that DuckDB's has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from matchback.warehouse import Warehouse
from spark.twins import Spark, refuse_differences
from sql.cases import Case, last_step, read_cases, run_case
from sql.recognize import test_recognize_cases as recognition
from sql.reward import test_reward_cases as rewards

CASES = list(read_cases())
Until = Callable[[str], Any]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_rule_holds_on_spark(case: Case, twins_until: Until) -> None:
    difference = run_case(case, twins_until(last_step(case)))
    assert not difference, f"{case.name}: {case.why}\n{difference}"


@pytest.mark.parametrize("path", recognition.CASES, ids=[path.stem for path in recognition.CASES])
def test_recognition_holds_on_spark(path: Path, twins_until: Until) -> None:
    twins = twins_until("recognize")
    shapes = {table: twins.table(table).schema for table in twins.tables()}
    recognition.test_recognition_case(twins, shapes, path)


@pytest.mark.parametrize(
    "document", [item[1] for item in rewards.DOCUMENTS], ids=[item[0] for item in rewards.DOCUMENTS]
)
def test_reward_rule_holds_on_spark(document: rewards.Document, twins_until: Until) -> None:
    difference = rewards.difference_of(document, twins_until("reward"))
    assert not difference, f"{document['why']}\n{difference}"


def test_every_case_has_its_place_here() -> None:
    """A new folder of cases with a runner of its own must be run here too."""
    folder = Path(__file__).resolve().parents[1] / "sql"
    counted = len(CASES) + len(recognition.CASES) + len(rewards.DOCUMENTS)
    documents = [
        document
        for path in folder.glob("*/*.yaml")
        if not path.name.startswith("_")
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    assert counted == len(documents) > 200


VALUES = {
    "money": pa.array([Decimal("25.01"), None, Decimal("-0.10")], pa.decimal128(18, 2)),
    "seen_at": pa.array(
        [datetime(2026, 3, 8, 2, 30, 0, 1), None, datetime(2026, 10, 25, 1, 30)], pa.timestamp("us")
    ),
    "day_on": pa.array([date(2026, 3, 8), None, date(1969, 12, 31)], pa.date32()),
    "other_on": pa.array([date(2026, 3, 29), date(2026, 3, 9), date(1970, 1, 1)], pa.date32()),
    "key": pa.array([2**62, None, -1], pa.int64()),
    "word": pa.array(["Zoë\t'", None, ""], pa.string()),
    "is_so": pa.array([True, None, False], pa.bool_()),
}


def test_values_come_through_spark_as_they_went_in(spark: Spark) -> None:
    """What is compared is what Spark holds: money exact, times in UTC to the microsecond whatever zone Java is in."""
    table = pa.table(VALUES)
    refuse_differences(
        "values", table, spark.answer(f"SELECT {', '.join(VALUES)} FROM given", {}, {"given": table})
    )


@pytest.mark.parametrize(
    "expression",
    [
        "ROW_NUMBER() OVER (ORDER BY key NULLS LAST)",
        "RANK() OVER (ORDER BY word DESC NULLS LAST)",
        "NTILE(2) OVER (ORDER BY key NULLS LAST)",
        "EXTRACT(YEAR FROM day_on)",
        "EXTRACT(HOUR FROM seen_at)",
        "LENGTH(word)",
        "STRPOS(word, 'o')",
        "YEAR(day_on)",
        "MONTH(day_on)",
        "DAY(day_on)",
        "DATE_TRUNC('second', seen_at)",
        "DATE_TRUNC('week', day_on)",
        "day_on + 1",
        "day_on - other_on",
        "key // 3",
        "key % 3",
        "CAST(SUM(money) OVER () AS DECIMAL(18, 2))",
        "CAST(SUM(key) OVER () AS BIGINT)",
        "CONCAT(word, 'x')",
        "CAST(seen_at AS DATE)",
    ],
)
def test_an_expression_means_the_same_on_both(spark: Spark, expression: str) -> None:
    """The repairs of the dialect, and what the files use for want of what differs: types and rows."""
    query, given = f"SELECT word, {expression} AS found FROM given", pa.table(VALUES)
    duckdb = Warehouse.memory(schema=False)
    with duckdb.lent("given", given):
        expected = duckdb._fetched(query, {}, "expression")
    duckdb.close()
    refuse_differences(expression, expected, spark.answer(query, {}, {"given": given}))


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("money", pa.array([Decimal("25.02"), None, Decimal("-0.10")], pa.decimal128(18, 2))),
        ("money", pa.array([Decimal("25.01"), None, Decimal("-0.10")], pa.decimal128(19, 2))),
        ("money", pa.array([25.01, None, -0.10])),
        ("key", pa.array([2**62, 0, -1], pa.int64())),
        ("word", pa.array(["Zoë\t'", "", ""], pa.string())),
        (
            "seen_at",
            pa.array([datetime(2026, 3, 8, 2, 30), None, datetime(2026, 10, 25, 1, 30)], pa.timestamp("us")),
        ),
    ],
)
def test_a_difference_is_refused(column: str, other: pa.Array) -> None:
    with pytest.raises(AssertionError, match=r"sql/x\.sql"):
        refuse_differences("sql/x.sql", pa.table(VALUES), pa.table({**VALUES, column: other}))


def test_a_row_too_many_is_refused_and_the_order_of_rows_is_not() -> None:
    table = pa.table(VALUES)
    refuse_differences("sql/x.sql", table, table.take([2, 0, 1]))
    with pytest.raises(AssertionError, match="Spark only"):
        refuse_differences("sql/x.sql", table, pa.concat_tables([table, table.slice(1, 1)]))
