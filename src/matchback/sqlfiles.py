"""The SQL files: where they stand, what each reads, which parameters it takes, in which order a step runs them.

`sql/<step>/<table>.sql` holds one SELECT and makes the table of its name. The order is derived from what each file
reads, never kept by hand.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"--[^\n]*")
_TEXT = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: its SELECT, the tables that it reads, its parameters and its header's words."""

    step: str
    table: str
    text: str
    header: str
    reads: frozenset[str]
    parameters: frozenset[str]


def sql_folder() -> Path:
    """Return the folder of SQL files: in the wheel inside the package, in a checkout beside `src`."""
    inside = _PACKAGE / "sql"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "sql"


@cache
def sql_file(step: str, table: str) -> SqlFile:
    """Read and parse one SQL file."""
    import sqlglot
    from sqlglot import exp

    text = (sql_folder() / step / f"{table}.sql").read_text(encoding="utf-8")
    tree = sqlglot.parse_one(text, read="duckdb")
    named = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    reads = {node.name for node in tree.find_all(exp.Table) if node.name and node.name not in named}
    bare = _TEXT.sub("''", _COMMENT.sub("", text))
    header = "\n".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    return SqlFile(step, table, text, header, frozenset(reads), frozenset(_PARAMETER.findall(bare)))


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
def sql_digest() -> str:
    """Return a hash of all SQL files: tables made by other SQL than today's are made anew."""
    digest = hashlib.sha256()
    for path in sorted(sql_folder().glob("*/*.sql")):
        digest.update(f"{path.parent.name}/{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def quoted_name(identifier: str) -> str:
    """Return the name of a table or column as it stands in a statement."""
    return _quoted(identifier, '"')


def quoted_text(text: str) -> str:
    """Return a text as it stands in a statement."""
    return _quoted(text, "'")


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote
