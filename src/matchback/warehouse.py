"""The one runner of SQL: opens the warehouse, holds its lock, and executes the files under `sql/`.

One process writes; readers get published copies. A transaction carries the journal number and a commit counter, so
that a stale or truncated warehouse is noticed when it is opened. No text of a database error ever leaves this module:
it quotes personal data.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from matchback.errors import WarehouseOfAnotherVersion
from matchback.journal import Journal, refuse_older_than, refuse_overtaken
from matchback.publishing.templates import template_path
from matchback.sqlfiles import kept_tables, schema_digest, sql_file, step_tables
from matchback.sqlfiles import quoted_name as _name
from matchback.sqlfiles import quoted_text as _text
from matchback.warehouse_changes import ChangeRunner
from matchback.warehouse_query import Answer, ask
from matchback.warehouse_rows import bound_memory, connect
from matchback.warehouse_selection import selected
from matchback.workspace import Workspace, writer_lock

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from matchback.publishing.dictionary import PublishedTable

_EXPORT = "(STORAGE_VERSION 'v1.0.0')"  # every DuckDB since 1.0 opens it
FEW_ROWS = 1_000_000
# Trying FSST is a third of writing an export and saves nothing on keys, codes and short words; and a commit that is
# written to the file at once need not be written to its log first.
_EXPORT_SETTINGS = "SET disabled_compression_methods = 'fsst'; SET checkpoint_threshold = '1KB'"
_USUAL_SETTINGS = "RESET disabled_compression_methods; RESET checkpoint_threshold"
_ROW_HASH = "CAST(CONCAT('0x', SUBSTR(MD5(CAST(ROW(*COLUMNS(*)) AS VARCHAR)), 1, 15)) AS HUGEINT)"
_HASH = f"CONCAT(COUNT(*), '-', LOWER(TO_HEX(COALESCE(SUM({_ROW_HASH}), 0))))"


class Warehouse(ChangeRunner):
    """One open warehouse. Made by `open` (the only writer), `memory` (tests, scratch) or `read` (published files)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, journal: Journal | None = None) -> None:
        super().__init__(connection)
        self._journal = journal
        self._in_transaction = False
        self._state: dict[str, str] | None = None
        # A long statement would draw its progress bar into what a command prints.
        settings = (
            "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET enable_progress_bar = false"
        )
        self._execute(settings, what="session")

    # --- opening and closing ---------------------------------------------------------------------------------

    @classmethod
    @contextmanager
    def open(
        cls,
        workspace: Workspace,
        journal: Journal | None = None,
        *,
        tell: Callable[[str], None] | None = None,
    ) -> Iterator[Warehouse]:
        """Open the workspace's warehouse as its only writer, making it if there is none.

        A backup is waited for, where somebody can `tell` it. Raises WarehouseLocked when another run writes,
        WarehouseDamaged when the file is older than the journal says.
        """
        workspace.prepare()
        journal = journal or Journal(workspace.journal_dir)
        with writer_lock(workspace, tell=tell):
            if not workspace.warehouse_path.exists():
                refuse_older_than(journal, None)
                _create(workspace.warehouse_path)
            warehouse = cls(connect(workspace.warehouse_path, workspace.staging / "spill"), journal=journal)
            try:
                refuse_older_than(journal, int(warehouse.state.get("commit_number", "0")))
                if warehouse.state.get("schema_version") != schema_digest():
                    raise WarehouseOfAnotherVersion.found()
                yield warehouse
            finally:
                warehouse.close()

    @classmethod
    def memory(cls, *, schema: bool = True) -> Warehouse:
        """Return an empty warehouse in memory, with the base tables unless `schema` is False."""
        warehouse = cls(duckdb.connect(":memory:"))
        if schema:
            warehouse._make_schema()
        return warehouse

    @classmethod
    @contextmanager
    def read(cls, *paths: Path) -> Iterator[Warehouse]:
        """Open a published database read-only; a second path is attached as schema `vault`."""
        connection = duckdb.connect(str(paths[0]), read_only=True)
        try:
            warehouse = cls(connection)
            for path in paths[1:]:
                warehouse._execute(f"ATTACH {_text(str(path))} AS vault (READ_ONLY)", what="attach")
            yield warehouse
        finally:
            connection.close()

    @classmethod
    @contextmanager
    def overlaid(cls, path: Path, spill: Path) -> Iterator[Warehouse]:
        """Open a warehouse's file read-only, under tables in memory: what is made hides what the file has of that name.

        `spill` is where work that memory cannot hold is laid. Once open, the file's name may be removed.
        """
        connection = duckdb.connect(":memory:")
        try:
            warehouse = cls(connection)
            warehouse._execute(f"ATTACH {_text(str(path))} AS kept (READ_ONLY)", what="attach the copy")
            warehouse._execute(f"SET temp_directory = {_text(str(spill))}", what="session")
            bound_memory(connection)
            warehouse._execute("CREATE TABLE state AS FROM kept.main.state", what="state")
            warehouse._execute("SET search_path = 'memory.main,kept.main'", what="session")
            yield warehouse
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""
        self._connection.close()

    # --- transactions and state ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self, label: str = "") -> Iterator[None]:
        """Run a block as one transaction: all of it or nothing. Transactions do not nest.

        Raises WriterOvertaken, and commits nothing, when another writer has committed since this one began.
        """
        assert not self._in_transaction, "transactions do not nest"
        self._execute("BEGIN TRANSACTION", what="begin")
        self._in_transaction = True
        with ExitStack() as deciding:
            try:
                yield
                number = int(self.state.get("commit_number", "0")) + 1
                self.set_state("commit_number", str(number))
                if self._journal is not None:
                    deciding.enter_context(self._journal.deciding())
                    refuse_overtaken(self._journal, number)
                self._execute("COMMIT", what="commit")
            except BaseException:
                self._in_transaction, self._state = False, None
                self._rollback()
                raise
            self._in_transaction = False
            if self._journal is not None:
                self._journal.append("committed", commit=number, label=label)

    @property
    def state(self) -> Mapping[str, str]:
        """The named values of the warehouse: watermarks, journal number, secret fingerprint. Only this writes them."""
        if self._state is None:
            rows = self._execute("SELECT name, value FROM state", what="state").fetchall()
            self._state = {str(name): str(value) for name, value in rows}
        return self._state

    def set_state(self, name: str, value: str) -> None:
        """Set one named value."""
        statement = "INSERT INTO state (name, value) VALUES ($name, $value)"
        if name in self.state:
            statement = "UPDATE state SET value = $value WHERE name = $name"
        self._execute(statement, {"name": name, "value": value}, what="state")
        self._state = {**self.state, name: value}

    def suit_threads(self) -> None:
        """Work in one thread while all tables together are small: sharing the work out costs more than it saves."""
        ((rows,),) = self._execute("SELECT SUM(estimated_size) FROM duckdb_tables()", what="sizes").fetchall()
        self._execute("SET threads = 1" if (rows or 0) < FEW_ROWS else "RESET threads", what="session")

    # --- running SQL files -----------------------------------------------------------------------------------

    def build(
        self,
        step: str,
        parameters: Mapping[str, Any],
        *,
        without: Sequence[str] = (),
        lasting: Collection[str] = (),
    ) -> list[str]:
        """Make every table of a step, in derived order; return their names."""
        names = [name for name in step_tables(step) if name not in without]
        for name in names:
            self.build_table(step, name, parameters, lasting=lasting)
        return names

    def build_table(
        self, step: str, table: str, parameters: Mapping[str, Any], *, lasting: Collection[str] = ()
    ) -> None:
        """Make one table from its file, replacing the former one; temporary if no other step reads it.

        `lasting` names tables that are kept all the same.
        """
        file = sql_file(step, table)
        is_kept = step == "schema" or table in lasting or table in kept_tables(step)
        kind = "TABLE" if is_kept else "TEMP TABLE"
        self._run(file, f"CREATE OR REPLACE {kind} {_name(table)} AS\n{file.text}", parameters)

    def insert(self, step: str, table: str, parameters: Mapping[str, Any], *, into: str | None = None) -> int:
        """Append the rows of a file to a base table by column name; return how many."""
        file = sql_file(step, table)
        cursor = self._run(file, f"INSERT INTO {_name(into or table)} BY NAME\n{file.text}", parameters)
        return int((cursor.fetchone() or (0,))[0])

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run `step/name` and return its rows as dictionaries."""
        file = sql_file(*query.split("/"))
        return _dictionaries(self._run(file, file.text, parameters or {}))

    def query(self, text: str, brought: Mapping[str, Path] | None = None) -> Answer:
        """Run an analyst's own statement on a published database, cut off from files but those that they bring."""
        return ask(self._connection, text, brought or {})

    def arrow(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Run `step/name` and return its rows as an Arrow table (money exact)."""
        file = sql_file(*query.split("/"))
        return self._fetched(file.text, file.chosen(parameters or {}), f"sql/{query}.sql")

    def build_expression(self, table: str, expression: exp.Expression) -> None:
        """Make a table from a checked syntax tree (rule conditions); it is never text of a user."""
        text = expression.sql(dialect="duckdb")
        self._execute(f"CREATE OR REPLACE TABLE {_name(table)} AS\n{text}", what=f"conditions {table}")

    # --- tables ----------------------------------------------------------------------------------------------

    def table(self, table: str) -> pa.Table:
        """Return a whole table as Arrow."""
        return self._fetched(f"SELECT * FROM {_name(table)}", {}, f"table {table}")

    def tables(self) -> list[str]:
        """Return the names of the tables, sorted."""
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
        return sorted(str(row[0]) for row in self._execute(names, what="tables").fetchall())

    def checksum(self, table: str) -> str:
        """Return a sum over all rows of a table that any edit changes; of one release of DuckDB only.

        It is the database's own hash: ten times as fast as one that everybody can compute, and not made against malice.
        """
        total = f"SELECT COUNT(*), SUM(CAST(HASH(rows) AS HUGEINT)) FROM {self._at_home(table)} AS rows"
        ((rows, number),) = self._execute(total, what=f"checksum {table}").fetchall()
        return f"{duckdb.__version__} {rows} {number or 0}"

    def read_whole(self) -> None:
        """Read every value of every table, so that a damaged block of the file is noticed; raises DatabaseFailed."""
        for table in self.tables():
            whole = f"SELECT SUM(HASH(rows)) FROM {_name(table)} AS rows"
            self._execute(whole, what=f"read {table}").fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        cursor = self._execute(f"SELECT COUNT(*) FROM {_name(table)}", what=f"count {table}")
        return int(cursor.fetchall()[0][0])

    def published_hash(self, table: PublishedTable, parameters: Mapping[str, Any]) -> str:
        """Return the order-free hash of the rows that `exporting` would write for a table."""
        file = sql_file(table.step, table.name)
        cursor = self._run(file, f"SELECT {_HASH} FROM {selected(file, table)}", parameters)
        return str(cursor.fetchall()[0][0])

    def exported_hashes(self, tables: Sequence[PublishedTable]) -> dict[str, str]:
        """Return the same hash of each table that `exporting` has written, in one pass."""
        hashes = [f"SELECT {_text(table.name)}, {_HASH} FROM {_exported(table)}" for table in tables]
        return dict(self._execute(" UNION ALL ".join(hashes), what="hash the new version").fetchall())

    @contextmanager
    def exporting(
        self, path: Path, tables: Sequence[PublishedTable], parameters: Mapping[str, Any], templates: Path
    ) -> Iterator[Callable[[PublishedTable], None]]:
        """Make a new database file of tables with comments, and give what fills one; it is whole when the block ends.

        It begins as a copy of an empty one in the folder `templates`: hundreds of comments cost more than the rows.
        """
        template = template_path(templates, path.stem, self._export_basis(tables))
        if not template.exists():
            with self._writing_export(aside := template.with_suffix(".new")):
                for table in tables:
                    self._describe_table(table, parameters)
            os.replace(aside, template)
        shutil.copyfile(template, path)
        with self._writing_export(path):
            yield lambda table: self._fill_table(path.parent, table, parameters)

    @contextmanager
    def reading_export(self) -> Iterator[Warehouse]:
        """Let a block read what `exporting` has written in place of the warehouse's own tables."""
        ((home,),) = self._execute("SELECT CURRENT_CATALOG()", what="session").fetchall()
        self._execute("USE published", what="read the new version")
        try:
            yield self
        finally:
            self._execute(f"USE {_name(home)}", what="session")

    @contextmanager
    def _writing_export(self, path: Path) -> Iterator[None]:
        self._execute(f"ATTACH {_text(str(path))} AS published {_EXPORT}", what="attach the new version")
        try:
            self._execute(f"{_EXPORT_SETTINGS}; BEGIN TRANSACTION", what="begin")
            yield
            self._execute("COMMIT; CHECKPOINT published", what="commit the new version")
        except BaseException:
            self._rollback()
            raise
        finally:
            self._execute(f"{_USUAL_SETTINGS}; DETACH published", what="detach the new version")

    def _export_basis(self, tables: Sequence[PublishedTable]) -> str:
        """Return all that an empty export rests on: words, SQL and the types of the columns that are read."""
        files = [sql_file(table.step, table.name) for table in tables]
        read = sorted({name for file in files for name in file.reads})
        types = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE table_name IN $read ORDER BY ALL"
        columns = self._execute(types, {"read": read}, what="columns").fetchall()
        return repr((duckdb.__version__, _EXPORT, tables, [file.text for file in files], columns))

    def _describe_table(self, table: PublishedTable, parameters: Mapping[str, Any]) -> None:
        file, name = sql_file(table.step, table.name), _exported(table)
        self._run(file, f"CREATE TABLE {name} AS FROM {selected(file, table)} LIMIT 0", parameters)
        comments = [f"COMMENT ON TABLE {name} IS {_text(table.comment)}"]
        for column in table.columns:
            comments.append(f"COMMENT ON COLUMN {name}.{_name(column.name)} IS {_text(column.description)}")
        self._execute("; ".join(comments), what=f"describe {table.name}")

    def _fill_table(self, folder: Path, table: PublishedTable, parameters: Mapping[str, Any]) -> None:
        file, name = sql_file(table.step, table.name), _exported(table)
        self._run(file, f"INSERT INTO {name} FROM {selected(file, table)}", parameters)
        if table.parquet:
            path = _text(str(folder / f"{table.name}.parquet"))
            self._execute(f"COPY {name} TO {path} (FORMAT parquet, COMPRESSION zstd)", what=f"copy {name}")

    # --- inside ----------------------------------------------------------------------------------------------

    def _rollback(self) -> None:
        with contextlib.suppress(duckdb.Error):  # it may have rolled back by itself
            self._connection.execute("ROLLBACK")

    def _make_schema(self) -> None:
        for name in step_tables("schema"):
            self.build_table("schema", name, {})
        self.set_state("schema_version", schema_digest())
        self.set_state("commit_number", "0")


def _create(path: Path) -> None:
    """Make a new warehouse aside and rename it: a crash while DuckDB creates a file leaves it unopenable."""
    aside = path.with_suffix(".new")
    for leftover in (aside, aside.with_name(aside.name + ".wal")):
        leftover.unlink(missing_ok=True)
    connection = connect(aside, None)
    warehouse = Warehouse(connection)
    warehouse._make_schema()
    connection.execute("CHECKPOINT")
    connection.close()
    os.chmod(aside, 0o600)
    os.replace(aside, path)


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _exported(table: PublishedTable) -> str:
    return f"published.main.{_name(table.name)}"
