"""A warehouse that does everything twice, on DuckDB and on Spark, and refuses a table in which they differ.

It stands where the cases' own warehouse does, so that the same code gives the rows, orders the files and does what is
Python's work. What is read from it are Spark's rows, and Spark's tables are made from Spark's tables.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from matchback.engines.spark_dialect import spark_query
from matchback.sqlfiles import sql_file
from matchback.warehouse import Warehouse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]


@dataclass
class Spark:
    """One session. A query over rows that it saw before is answered from memory: most cases share most tables."""

    session: SparkSession
    answers: dict[str, pa.Table] = field(default_factory=dict)
    frames: dict[str, DataFrame] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    asked: int = 0

    def answer(self, text: str, parameters: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> pa.Table:
        """Return the rows of a query in DuckDB's dialect over the tables that it reads."""
        prints = {name: fingerprint(table) for name, table in sorted(tables.items())}
        key = fingerprint((text, sorted(parameters.items()), prints))
        self.asked += 1
        if key not in self.answers:
            with self._timed("views"):
                for name, table in tables.items():
                    self._view(name, table, prints[name])
            with self._timed("analysis"):
                frame = self.session.sql(spark_query(text), args=dict(parameters))
            with self._timed("running"):
                self.answers[key] = frame.toArrow()
        return self.answers[key]

    def figures(self) -> str:
        """Return how many queries were asked for and run, and where the time went."""
        parts = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in self.seconds.items())
        return f"Spark: {self.asked:,} queries, {len(self.answers):,} of them different; {parts}"

    def _view(self, name: str, table: pa.Table, content: str) -> None:
        """Let a name mean these rows: in one partition, so that no join or ranking has to bring rows together."""
        if content not in self.frames:
            self.frames[content] = self.session.createDataFrame(table).coalesce(1)
        if self.views.get(name) != content:
            self.frames[content].createOrReplaceTempView(name)
            self.views[name] = content

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[what] = self.seconds.get(what, 0.0) + perf_counter() - start


def fingerprint(content: Any) -> str:
    """Return what two contents have in common only if they are equal; of a table, whatever the order of its rows."""
    if isinstance(content, pa.Table):
        content = (content.schema.names, content.schema.types, sorted(map(repr, content.to_pylist())))
    return hashlib.sha256(repr(content).encode()).hexdigest()


class Twins:
    """The warehouse of the cases on both engines: the part of `Warehouse` that cases and steps' `build` use."""

    def __init__(self, duckdb: Warehouse, spark: Spark) -> None:
        """Start with the tables that the DuckDB one has."""
        self._duckdb, self._spark = duckdb, spark
        self._tables = {name: duckdb.table(name) for name in duckdb.tables()}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = dict(self._tables)
        try:
            with self._duckdb.transaction():
                yield
        except BaseException:
            self._tables = before
            raise

    @property
    def state(self) -> Mapping[str, str]:
        return self._duckdb.state

    def set_state(self, name: str, value: str) -> None:
        self._duckdb.set_state(name, value)

    def append(self, table: str, rows: pa.Table) -> int:
        kept = self._tables[table]
        self._tables[table] = pa.concat_tables([kept, rows.select(kept.schema.names).cast(kept.schema)])
        return self._duckdb.append(table, rows)

    def replace(self, table: str, rows: pa.Table) -> None:
        self._duckdb.replace(table, rows)
        self._tables[table] = rows

    def stage(self, table: str, rows: pa.Table) -> None:
        self._duckdb.stage(table, rows)
        self._tables[table] = rows

    def table(self, table: str) -> pa.Table:
        return self._tables[table]

    def tables(self) -> list[str]:
        return sorted(self._tables)

    def count(self, table: str) -> int:
        return int(self._tables[table].num_rows)

    def build_table(
        self, step: str, table: str, parameters: Mapping[str, Any], *, lasting: Collection[str] = ()
    ) -> None:
        """Make a table on both; which ones last from night to night is a matter of the warehouse's file alone."""
        self._duckdb.build_table(step, table, parameters)
        self._take(f"sql/{step}/{table}.sql", table, self._answer(step, table, parameters))

    def build_expression(self, table: str, expression: exp.Expression) -> None:
        self._duckdb.build_expression(table, expression)
        reads = {node.name: self._tables[node.name] for node in expression.find_all(exp.Table)}
        self._take(
            f"{table} (made from rules)",
            table,
            self._spark.answer(expression.sql(dialect="duckdb"), {}, reads),
        )

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        step, table = query.split("/")
        rows = self._answer(step, table, parameters or {})
        refuse_differences(f"sql/{query}.sql", self._duckdb.arrow(query, parameters), rows)
        return list(rows.to_pylist())

    def _answer(self, step: str, table: str, parameters: Mapping[str, Any]) -> pa.Table:
        file = sql_file(step, table)
        reads = {name: self._tables[name] for name in file.reads}
        return self._spark.answer(file.text, file.chosen(parameters), reads)

    def _take(self, what: str, table: str, rows: pa.Table) -> None:
        refuse_differences(what, self._duckdb.table(table), rows)
        self._tables[table] = rows


def refuse_differences(what: str, duckdb: pa.Table, spark: pa.Table) -> None:
    """Fail unless two tables have the same columns of the same types and, in any order, the same rows."""
    columns = [
        f"{one.name} {one.type} on DuckDB, {other.name} {other.type} on Spark"
        for one, other in zip(duckdb.schema, spark.schema, strict=True)
        if (one.name, one.type) != (other.name, other.type)
    ]
    assert not columns, f"{what}: {columns}"
    mine, others = (
        Counter(repr(tuple(row.values())) for row in table.to_pylist()) for table in (duckdb, spark)
    )
    lines = [f"{what} ({', '.join(duckdb.schema.names)})"]
    lines += [f"  DuckDB only  {row}" for row in (mine - others).elements()]
    lines += [f"  Spark only   {row}" for row in (others - mine).elements()]
    assert mine == others, "\n".join(lines)
