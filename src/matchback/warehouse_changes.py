"""The part of the runner that renews tables in part: for the units that a change can touch, and no others.

Only `warehouse` uses it. A table is never described twice: the same SELECT that makes it whole makes the rows of the
touched units, while temporary tables of its inputs' names hold the touched rows alone and hide the whole ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matchback.incremental_parts import CHANGED, Unit
from matchback.sqlfiles import quoted_name as _name
from matchback.sqlfiles import sql_file
from matchback.warehouse_rows import Runner

if TYPE_CHECKING:
    import duckdb

TOUCHED = "touched"


class ChangeRunner(Runner):
    """Renews tables in part, and tells which of their rows changed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._home: str | None = None  # the database of what lasts; temporary tables hide its own

    def touch(self, table: str, columns: int, parameters: Mapping[str, Any]) -> int:
        """Run `touch/table`, which has so many columns, into the table `touched`; return how many units it names."""
        file = sql_file("touch", table)
        named = ", ".join(f"unit_{number}" for number in range(columns))
        statement = (
            f"CREATE OR REPLACE TEMP TABLE {TOUCHED} AS SELECT * FROM (\n{file.text}\n) AS units({named})"
        )
        return int(self._run(file, statement, parameters).fetchall()[0][0])

    def cut(self, table: str, choices: Sequence[Unit], words: frozenset[str] | None = None) -> None:
        """Let the touched rows of a table stand for the whole: those of which one choice of columns names a unit.

        Of its columns, those are copied that are among the words of what reads it (None: all). A view would read no
        more, but anew for each query: it made `recognize` a quarter slower.
        """
        wanted = None if words is None else words.union(*choices)
        held = self._columns_of(table)
        listed = ", ".join(_name(name) for name in held if wanted is None or name in wanted)
        selects: list[str] = []
        for number, columns in enumerate(choices):
            # A row that an earlier choice has brought already must not come twice.
            before = "".join(f" ANTI JOIN {TOUCHED} ON {_pairs(choice)}" for choice in choices[:number])
            rows = f"SELECT {listed} FROM {self._at_home(table)} AS mine SEMI JOIN {TOUCHED} ON {_pairs(columns)}"
            selects.append(f"SELECT mine.* FROM ({rows}) AS mine{before}" if before else rows)
        text = " UNION ALL ".join(selects)
        self._execute(f"CREATE OR REPLACE TEMP TABLE {_name(table)} AS {text}", what=f"cut {table}")

    def uncut(self, tables: Sequence[str]) -> None:
        """Let whole tables stand again, and drop temporary ones."""
        drops = "; ".join(f"DROP TABLE IF EXISTS temp.main.{_name(table)}" for table in tables)
        if drops:
            self._execute(drops, what="drop temporary tables")

    def rename_temporary(self, names: Mapping[str, str]) -> None:
        """Give temporary tables other names, so that the whole ones of their names stand again, or stand no more."""
        for table, name in names.items():
            self._execute(
                f"ALTER TABLE temp.main.{_name(table)} RENAME TO {_name(name)}", what=f"rename {table}"
            )

    def make_helper(self, step: str, table: str, parameters: Mapping[str, Any]) -> None:
        """Make a table that only its own step reads, from inputs that are cut."""
        file = sql_file(step, table)
        self._run(file, f"CREATE OR REPLACE TEMP TABLE {_name(table)} AS\n{file.text}", parameters)

    def renew(
        self,
        step: str,
        table: str,
        unit: Unit,
        parameters: Mapping[str, Any],
        *,
        stands_for_whole: bool = False,
    ) -> int:
        """Renew the rows of the touched units; leave the changed ones, old and new, in `changed_<table>`.

        Returns how many units changed. A unit is compared by its number of rows and the sum of their 64-bit hashes.
        If what follows reads the table cut, the renewed rows stand for the whole.
        """
        file, home, unit_columns = sql_file(step, table), self._at_home(table), _listed(unit)
        columns = self._columns_of(table)
        self._run(file, f"CREATE OR REPLACE TEMP TABLE renewed AS\n{file.text}", parameters)
        touched = f"SEMI JOIN {TOUCHED} ON {_pairs(unit)}"
        former = f"SELECT mine.*, mine.rowid AS former_row FROM {home} AS mine {touched}"
        self._execute(f"CREATE OR REPLACE TEMP TABLE former AS {former}", what=f"former {table}")
        row = f"CAST(HASH({_listed(columns)}) AS HUGEINT)"
        rows = f"SELECT {unit_columns}, {row} AS hash, 1 AS one FROM former"
        rows += f" UNION ALL SELECT {unit_columns}, -{row}, -1 FROM renewed AS mine {touched}"
        changed = f"SELECT {unit_columns} FROM ({rows}) GROUP BY ALL HAVING SUM(one) <> 0 OR SUM(hash) <> 0"
        statement = f"CREATE OR REPLACE TEMP TABLE changed_units AS {changed}"
        count = int(self._execute(statement, what=f"compare {table}").fetchall()[0][0])
        if count:
            same = " AND ".join(f"mine.{_name(name)} = changed_units.{_name(name)}" for name in unit)
            were, are = (
                f"SELECT {_listed(columns)} FROM {rows} AS mine SEMI JOIN changed_units ON {same}"
                for rows in ("former", "renewed")
            )
            gone = f"SELECT former_row FROM former AS mine SEMI JOIN changed_units ON {same}"
            statements = (
                f"CREATE OR REPLACE TEMP TABLE {_name(CHANGED + table)} AS {were} UNION ALL {are}",
                f"DELETE FROM {home} WHERE rowid IN ({gone})",
                f"INSERT INTO {home} {are}",
            )
            for statement in statements:
                self._execute(statement, what=f"renew {table}")
        if stands_for_whole:
            cut = (
                f"CREATE OR REPLACE TEMP TABLE {_name(table)} AS SELECT mine.* FROM renewed AS mine {touched}"
            )
            self._execute(cut, what=f"cut {table}")
        self.uncut(("renewed", "former", "changed_units"))
        return count

    def renew_whole(self, step: str, table: str, parameters: Mapping[str, Any]) -> int:
        """Make a whole table anew; leave the rows that changed in `changed_<table>`; return how many."""
        file, home = sql_file(step, table), self._at_home(table)
        self._run(file, f"CREATE OR REPLACE TEMP TABLE renewed AS\n{file.text}", parameters)
        changed = f"(FROM {home} EXCEPT FROM renewed) UNION ALL (FROM renewed EXCEPT FROM {home})"
        statement = f"CREATE OR REPLACE TEMP TABLE {_name(CHANGED + table)} AS {changed}"
        count = int(self._execute(statement, what=f"compare {table}").fetchall()[0][0])
        if count:
            self._execute(f"CREATE OR REPLACE TABLE {home} AS FROM renewed", what=f"renew {table}")
            self.uncut(("renewed",))
        else:
            self.uncut(("renewed", CHANGED + table))
        return count

    def expect_changes(self, table: str) -> None:
        """Make an empty table of changes, for queries that ask for them."""
        statement = f"CREATE TEMP TABLE {_name(CHANGED + table)} AS FROM {self._at_home(table)} LIMIT 0"
        self._execute(statement, what=f"changes of {table}")

    def handed_changes(self) -> set[str]:
        """Return the tables of which an earlier step has handed changes on."""
        names = (
            "SELECT table_name FROM duckdb_tables() WHERE STARTS_WITH(table_name, $prefix) AND NOT temporary"
        )
        found = self._execute(names, {"prefix": CHANGED}, what="changes").fetchall()
        return {str(name).removeprefix(CHANGED) for (name,) in found}

    def hand_on_changes(self, tables: Sequence[str]) -> None:
        """Keep changes of this run for a later step, after those that it has not taken up yet."""
        for table in tables:
            temporary, home = f"temp.main.{_name(CHANGED + table)}", self._at_home(CHANGED + table)
            self._execute(f"CREATE TABLE IF NOT EXISTS {home} AS FROM {temporary} LIMIT 0", what="changes")
            self._execute(f"INSERT INTO {home} FROM {temporary}", what="changes")

    def forget_changes(self, tables: Sequence[str]) -> None:
        """Drop what was handed on: it has been taken up, or nothing can be made of it any more."""
        for table in tables:
            self._execute(f"DROP TABLE IF EXISTS {self._at_home(CHANGED + table)}", what="changes")

    def rows_of_facts(self) -> int:
        """Return about how many rows all fact tables have together."""
        sizes = "SELECT COALESCE(SUM(estimated_size), 0) FROM duckdb_tables() WHERE table_name LIKE 'fact_%'"
        return int(self._execute(sizes, what="sizes").fetchall()[0][0])

    # --- inside ----------------------------------------------------------------------------------------------

    def _columns_of(self, table: str) -> list[str]:
        described = self._execute(
            f"FROM {self._at_home(table)} LIMIT 0", what=f"columns of {table}"
        ).description
        return [str(column[0]) for column in described]

    def _at_home(self, table: str) -> str:
        if self._home is None:
            ((self._home,),) = self._execute("SELECT CURRENT_CATALOG()", what="session").fetchall()
        return f"{_name(str(self._home))}.main.{_name(table)}"


def _pairs(columns: Unit) -> str:
    """Return the condition that the columns of `mine` name a touched unit."""
    return " AND ".join(
        f"mine.{_name(name)} = {TOUCHED}.unit_{number}" for number, name in enumerate(columns)
    )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(_name(name) for name in columns)
