"""The floor of a step: the least that any implementation must do, measured in the same run.

For the intake steps: read the files' bytes once and take their SHA-256. For the others: scan every column that the
step's SQL names, of every table that it reads and does not make itself. What is scanned is hashed and folded with
BIT_XOR: a MAX would be answered from statistics, without reading anything.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

SQL = Path(__file__).resolve().parents[2] / "sql"
INTAKE = ("pickup", "validate", "load")
TIMES = 3


def floor_cpu_seconds(step: str, folder: Path) -> float:
    """Return the CPU seconds of a step's floor."""
    if step in INTAKE:
        return _hash_files(folder / "inbox")
    return scan_cpu_seconds(folder, needed_columns(step))


def needed_columns(step: str, tables: Sequence[str] = ()) -> dict[str, set[str]]:
    """Return the tables that a step reads and does not make, each with every column name that its SQL mentions.

    With `tables`, of these tables of the step only.
    """
    files = sorted((SQL / step).glob("*.sql"))
    made = set() if step == "publish" else {path.stem for path in files}  # it copies tables under their names
    files = [path for path in files if not tables or path.stem in tables]
    needed: dict[str, set[str]] = {}
    for path in files:
        tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
        columns = {column.name for column in tree.find_all(exp.Column)}
        for table in tree.find_all(exp.Table):
            if table.name not in made:
                needed.setdefault(table.name, set()).update(columns)
    return needed


def _hash_files(inbox: Path) -> float:
    began = time.process_time()
    for path in sorted(inbox.rglob("*.csv")):
        hashlib.sha256(path.read_bytes()).hexdigest()
    return time.process_time() - began


def scan_cpu_seconds(folder: Path, needed: dict[str, set[str]]) -> float:
    """Return the CPU seconds of reading the named columns of a workspace's warehouse once, at its fastest."""
    connection = duckdb.connect(str(folder / "var" / "warehouse.duckdb"), read_only=True)
    held: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
    ).fetchall():
        held.setdefault(table, []).append(column)
    wanted = {
        table: ", ".join(f'BIT_XOR(HASH("{column}"))' for column in held.get(table, []) if column in columns)
        for table, columns in sorted(needed.items())
    }
    taken = []
    for _ in range(TIMES):
        began = time.process_time()
        for table, folded in wanted.items():
            if folded:
                connection.execute(f'SELECT {folded} FROM "{table}"').fetchall()
        taken.append(time.process_time() - began)
    connection.close()
    return min(taken)
