"""The part of the runner that takes rows in: statements on one connection, and rows lent, kept, appended and deleted.

Only `warehouse` uses it. No text of a database error leaves it: it quotes personal data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from matchback.errors import DatabaseFailed, WarehouseDamaged, WarehouseLocked
from matchback.settings import database_megabytes, wants_debug
from matchback.sqlfiles import SqlFile, sql_file
from matchback.sqlfiles import quoted_name as _name
from matchback.sqlfiles import quoted_text as _text

if TYPE_CHECKING:
    import pyarrow as pa

STORAGE_VERSION = "v1.5.0"
ROWS_AT_ONCE = 1 << 16
# Lent rows have no count, and are taken for one row: a join would hold all of them, whatever stands on its other side.
LENT_ROWS = "'join_order,build_side_probe_side'"


class Runner:
    """Runs statements on one connection, and takes rows in."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def append(self, table: str, rows: pa.Table) -> int:
        """Append Arrow rows to a table by column name; return how many."""
        if rows.num_rows == 0:
            return 0
        with self.lent("arrow_rows", rows):
            self._execute(
                f"INSERT INTO {_name(table)} BY NAME SELECT * FROM arrow_rows", what=f"append {table}"
            )
        return int(rows.num_rows)

    def replace(self, table: str, rows: pa.Table) -> None:
        """Make a table from Arrow rows, replacing the former one."""
        self._make(f"TABLE {_name(table)}", rows)

    def stage(self, table: str, rows: pa.Table) -> None:
        """Make a temporary table from Arrow rows; SQL files may read it in this session."""
        self._make(f"TEMP TABLE {_name(table)}", rows)

    def _make(self, table: str, rows: pa.Table) -> None:
        with self.lent("arrow_rows", rows):
            self._execute(f"CREATE OR REPLACE {table} AS SELECT * FROM arrow_rows", what=f"make {table}")

    @contextmanager
    def lent(self, name: str, rows: Any) -> Iterator[None]:
        """Let SQL files read Arrow rows under a name, uncopied: a table, or what gives a stream of them each time."""
        self._connection.register(name, rows)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def keep(self, query: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> int:
        """Run `step/name` into a temporary table that SQL files may read; return how many rows it has."""
        file = sql_file(*query.split("/"))
        statement = f"CREATE OR REPLACE TEMP TABLE {_name(name or file.table)} AS\n{file.text}"
        return int(self._run(file, statement, parameters or {}).fetchall()[0][0])

    def stream(self, query: str, parameters: Mapping[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Run `step/name` and yield its rows in their order; nothing else is run before the last was taken."""
        file = sql_file(*query.split("/"))
        try:
            self._connection.fetchall()
            chosen = file.chosen(parameters or {}) or None
            yield from self._connection.sql(file.text, params=chosen).to_arrow_reader(ROWS_AT_ONCE)
        except duckdb.Error as error:
            raise DatabaseFailed.at(f"sql/{query}.sql", error) from (error if wants_debug() else None)

    @contextmanager
    def within(self, megabytes: int) -> Iterator[None]:
        """Hold memory in bounds while a block takes rows in, in one thread; the order of their arrival is not kept."""
        settings = {"memory_limit": f"'{megabytes}MB'", "preserve_insertion_order": "false", "threads": "1"}
        settings["disabled_optimizers"] = LENT_ROWS
        self._execute("; ".join(f"SET {name} = {value}" for name, value in settings.items()), what="session")
        try:
            yield
        finally:
            self._execute("; ".join(f"RESET {name}" for name in settings), what="session")
            bound_memory(self._connection)

    def use_all_threads(self) -> None:
        """Share work out: for many rows it is worth its cost."""
        self._execute("RESET threads", what="session")

    @contextmanager
    def texts_packed(self) -> Iterator[None]:
        """Write many different texts in half the time that trying how to pack them takes, to nearly the same size."""
        self._execute("SET force_compression = 'zstd'", what="session")
        try:
            yield
        finally:
            self._execute("RESET force_compression", what="session")

    def add(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append a few rows that hold the same columns."""
        if not rows:
            return
        marks = [", ".join(f"${name}_{number}" for name in row) for number, row in enumerate(rows)]
        values = {f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in row}
        statement = f"INSERT INTO {_name(table)} ({', '.join(_name(name) for name in rows[0])})"
        self._execute(f"{statement} VALUES ({'), ('.join(marks)})", values, what=f"append {table}")

    def append_lent(
        self,
        table: str,
        source: str,
        columns: Mapping[str, str],
        values: Mapping[str, Any],
        *,
        but: str = "",
        beside: tuple[str, Mapping[str, str]] | None = None,
    ) -> int:
        """Append rows of a lent source; return how many.

        `columns` gives its column for each of the table's, `values` one value for all rows. Left out are the record
        numbers of the kept table `but`. Of `beside`, another one, the first record number of each row says which of the
        source's rows it goes with; its own columns follow.
        """
        kept, more = beside or ("", {})
        made = {name: f"mine.{_name(column)}" for name, column in columns.items()}
        made |= {name: f"beside.{_name(column)}" for name, column in more.items()}
        made |= {name: f"${name}" for name in values}
        statement = f"INSERT INTO {_name(table)} ({', '.join(_name(name) for name in made)})"
        statement += f" SELECT {', '.join(made.values())} FROM {_name(source)} AS mine"
        if but:
            statement += f" ANTI JOIN {_name(but)} AS but ON mine.record_number = but.record_number"
        if kept:
            statement += (
                f" INNER JOIN {_name(kept)} AS beside ON mine.record_number = beside.first_record_number"
            )
        return int(self._execute(statement, values, what=f"append {table}").fetchall()[0][0])

    def delete(self, table: str, where: Mapping[str, Any]) -> None:
        """Delete the rows whose columns equal the given values (never used on the ledger)."""
        assert table not in ("reward_entries",), "the ledger is append-only"
        clause = " AND ".join(f"{_name(column)} = ${column}" for column in where)
        self._execute(f"DELETE FROM {_name(table)} WHERE {clause}", dict(where), what=f"delete {table}")

    def delete_matching(self, table: str, staged: str, columns: Mapping[str, str]) -> None:
        """Delete the rows that a staged table names; `columns` gives its column for each of the table's."""
        assert table not in ("reward_entries",), "the ledger is append-only"
        pairs = [f"{_name(table)}.{_name(mine)} = staged.{_name(own)}" for mine, own in columns.items()]
        statement = f"DELETE FROM {_name(table)} USING {_name(staged)} AS staged WHERE {' AND '.join(pairs)}"
        self._execute(statement, what=f"delete {table}")

    # --- inside ----------------------------------------------------------------------------------------------

    def _run(self, file: SqlFile, statement: str, parameters: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        return self._execute(statement, file.chosen(parameters), what=f"sql/{file.step}/{file.table}.sql")

    def _execute(
        self, statement: str, parameters: Mapping[str, Any] | None = None, *, what: str
    ) -> duckdb.DuckDBPyConnection:
        try:
            if parameters:
                return self._connection.execute(statement, dict(parameters))
            return self._connection.execute(statement)
        except duckdb.Error as error:
            raise DatabaseFailed.at(what, error) from (error if wants_debug() else None)

    def _fetched(self, query: str, parameters: Mapping[str, Any], what: str) -> pa.Table:
        try:
            self._connection.fetchall()  # what the last statement left unread would stand in the way
            return self._connection.sql(query, params=dict(parameters) or None).to_arrow_table()
        except duckdb.Error as error:
            raise DatabaseFailed.at(what, error) from (error if wants_debug() else None)


def bound_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Hold a connection in the memory that the machine's owner allows; where nothing is said, 80% of the machine's."""
    megabytes = database_megabytes()
    if megabytes is not None:
        connection.execute(f"SET memory_limit = '{megabytes}MB'")


def connect(path: Path, spill: Path | None) -> duckdb.DuckDBPyConnection:
    """Open a warehouse's file for writing; `spill` is where work that memory cannot hold is laid.

    Raises WarehouseLocked or WarehouseDamaged.
    """
    connection = duckdb.connect(":memory:")
    target = _text(str(path))
    try:
        connection.execute(f"ATTACH {target} AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE warehouse")
        if spill is not None:
            connection.execute(f"SET temp_directory = {_text(str(spill))}")
        bound_memory(connection)
    except duckdb.IOException as error:
        connection.close()
        is_locked = "lock" in str(error).lower()
        raise (WarehouseLocked.elsewhere() if is_locked else WarehouseDamaged.unopenable()) from None
    return connection
