"""An analyst's own statement on the published version: read-only, cut off from other files, streamed.

A part of the runner: the analyst's text is the only SQL that is not one of ours. Tables that the analyst brings along
are read first; then the connection is locked, and no statement can read or write a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from matchback.errors import ConfigurationError, MatchbackError
from matchback.settings import wants_debug
from matchback.sqlfiles import quoted_name, quoted_text

BATCH = 10_000
_PATTERN = re.compile(r"[\[*?]")
_TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_NOT_UNDERSTOOD = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


@dataclass(frozen=True)
class Answer:
    """What a statement gives: its column names, each once, and its rows as they are read."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    def dictionaries(self) -> list[dict[str, Any]]:
        """Return all rows at once."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def ask(connection: duckdb.DuckDBPyConnection, text: str, brought: Mapping[str, Path]) -> Answer:
    """Run a statement; `brought` are files of the analyst's own, to be read as tables of those names."""
    for name, path in brought.items():
        _bring(connection, name, path)
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    try:
        if not connection.extract_statements(text):
            raise ConfigurationError(
                "There is no statement in the query.",
                next_step='Such as:  matchback query "SELECT label, COUNT(*) FROM recognitions GROUP BY label"',
            )
        cursor = connection.execute(text)
    except duckdb.Error as error:
        raise _refused(error) from (error if wants_debug() else None)
    except RuntimeError as error:
        raise _interrupted(error) from None
    return Answer(_unique([column[0] for column in cursor.description or []]), _rows(cursor))


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while True:
        try:
            rows = cursor.fetchmany(BATCH)
        except duckdb.Error as error:
            raise _refused(error) from (error if wants_debug() else None)
        except RuntimeError as error:
            raise _interrupted(error) from None
        if not rows:
            return
        yield from rows


def _interrupted(error: RuntimeError) -> BaseException:
    """Return what Python says of Ctrl-C: the database, when it notices first, only says that it was interrupted."""
    return KeyboardInterrupt() if "interrupted" in str(error) else error


def _refused(error: duckdb.Error) -> MatchbackError:
    if isinstance(error, _NOT_UNDERSTOOD):
        # These quote the analyst's own words and published column names, never a record.
        return MatchbackError(f"The query was not understood.\n{error}")
    return MatchbackError(
        f"The query failed ({type(error).__name__}).",
        state="The published version is read-only and stands alone: a query cannot write or read other files.",
    )


def _bring(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    if not _TABLE_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot name a table: small letters, digits and _, beginning with a letter.",
            next_step="Such as:  matchback query --with members=members.csv ...",
        )
    if not path.is_file():
        raise ConfigurationError(f"There is no file {path} to read as {name}.")
    readers = {".csv": "read_csv({}, header = true, all_varchar = true)", ".parquet": "read_parquet({})"}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ConfigurationError(f"{path.name} is neither .csv nor .parquet, so it cannot be read as {name}.")
    exactly = _PATTERN.sub(r"[\g<0>]", str(path))  # a file's own [, * or ? is no pattern of other files
    source = reader.format(quoted_text(exactly))
    if connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = $name", {"name": name}
    ).fetchall():
        raise ConfigurationError(f"{name} is a published table already; give {path.name} another name.")
    try:
        connection.execute(f"CREATE TEMP TABLE {quoted_name(name)} AS FROM {source}")
    except duckdb.Error as error:
        # The error quotes the file's lines, which can hold anything.
        raise MatchbackError(
            f"{path.name} could not be read as a table ({type(error).__name__}).",
            next_step="A CSV file needs a header line and the same number of columns in every line.",
        ) from (error if wants_debug() else None)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which none stands twice: the second `label` is `label_2`."""
    found: list[str] = []
    for name in names:
        free, number = name, 1
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return tuple(found)
