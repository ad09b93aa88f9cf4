"""The SQL files: where they stand, what each reads, which parameters it takes, in which order a step runs them.

`sql/<step>/<table>.sql` holds one SELECT and makes the table of its name. The order is derived from what each file
reads, never kept by hand.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_WORD = re.compile(r"\b[a-z_]\w*")
_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_FROM_OF_OTHER_KIND = re.compile(r"\b(?:EXTRACT\s*\(\s*\w+|DISTINCT)\s+FROM\b")
_READ = re.compile(r"\b(?:FROM|JOIN)\s+(?:\w+\.)?(\w+)\b(?!\s*\()")
_NAMED = re.compile(r"\b(\w+)\s+AS\s+\(")


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: its SELECT, the tables that it reads, its parameters, its header's words and its names."""

    step: str
    table: str
    text: str
    header: str
    reads: frozenset[str]
    parameters: frozenset[str]
    words: frozenset[str]  # every name in it: of tables, columns, functions

    def chosen(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the file's own of many parameters."""
        missing = self.parameters - given.keys()
        assert not missing, f"sql/{self.step}/{self.table}.sql needs {sorted(missing)}"
        return {name: given[name] for name in self.parameters}


def sql_folder() -> Path:
    """Return the folder of SQL files: in the wheel inside the package, in a checkout beside `src`."""
    inside = _PACKAGE / "sql"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "sql"


@cache
def sql_file(step: str, table: str) -> SqlFile:
    """Read one SQL file; what it reads is found by its words, in the house's spelling.

    A parser takes a second for all files, in every process; that it finds the same is a test.
    """
    text = (sql_folder() / step / f"{table}.sql").read_text(encoding="utf-8")
    bare = _FROM_OF_OTHER_KIND.sub("", _COMMENT_OR_TEXT.sub("", text))
    reads = frozenset(_READ.findall(bare)) - frozenset(_NAMED.findall(bare))
    header = "\n".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    parameters, words = (frozenset(found.findall(bare)) for found in (_PARAMETER, _WORD))
    return SqlFile(step, table, text, header, reads, parameters, words)


@cache
def step_tables(step: str) -> tuple[str, ...]:
    """Return the tables of a step in the order in which they can be made; ties go by name."""
    names = sorted(path.stem for path in (sql_folder() / step).glob("*.sql"))
    known = set(names)
    graph = {name: sorted((sql_file(step, name).reads & known) - {name}) for name in names}
    sorter: TopologicalSorter[str] = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        raise AssertionError(
            f"the SQL files of {step} read each other in a circle: {error.args[1]}"
        ) from None
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += ready
        sorter.done(*ready)
    return tuple(ordered)


@cache
def kept_tables(step: str) -> frozenset[str]:
    """Return the tables of a step that a file of another step reads; the others are needed while the step runs.

    A simulation asks for no table to be kept: it runs the steps itself, in a copy. Neither does what looks for changes:
    where it is used, more is kept. What posting asks for, it asks while the step runs.
    """
    others = {step, "simulate", "touch", "ledger"}
    files = (path for path in sql_folder().glob("*/*.sql") if path.parent.name not in others)
    read = {table for path in files for table in sql_file(path.parent.name, path.stem).reads}
    return frozenset(read & set(step_tables(step)))


@cache
def tables_behind(step: str, tables: tuple[str, ...]) -> tuple[str, ...]:
    """Return the given tables of a step and all of it that they rest on, in the order in which they can be made."""
    needed = set(tables)
    for table in reversed(step_tables(step)):
        if table in needed:
            needed |= sql_file(step, table).reads
    return tuple(table for table in step_tables(step) if table in needed)


@cache
def tables_resting_on(step: str, tables: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tables of a step that read any of the given ones, at first or at second hand, in their order."""
    changed, found = set(tables), []
    for table in step_tables(step):
        if sql_file(step, table).reads & changed:
            changed.add(table)
            found.append(table)
    return tuple(found)


@cache
def sql_digest() -> str:
    """Return a hash of all SQL files and of the lists beside them: tables made by others than today's are made anew.

    The lists are those that a release brings with it: domains of throw-away addresses, thresholds of tax forms.
    """
    digest = hashlib.sha256()
    lists = sorted((*_PACKAGE.glob("*.txt"), *_PACKAGE.glob("rewards/*.toml")))
    for path in (*sorted(sql_folder().glob("*/*.sql")), *lists):
        digest.update(f"{path.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def schema_digest() -> str:
    """Return a hash of the base tables' definitions, whatever their comments and line breaks."""
    texts = [re.sub(r"--[^\n]*", "", sql_file("schema", name).text) for name in step_tables("schema")]
    return hashlib.sha256("\n".join(" ".join(text.split()) for text in sorted(texts)).encode()).hexdigest()


def quoted_name(identifier: str) -> str:
    """Return the name of a table or column as it stands in a statement."""
    return _quoted(identifier, '"')


def quoted_text(text: str) -> str:
    """Return a text as it stands in a statement."""
    return _quoted(text, "'")


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote
