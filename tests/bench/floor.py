"""The floor of a step: the least that any implementation must do, measured in the same run.

For the intake steps: read the files' bytes once and take their SHA-256. For the others: scan every column that the
step's SQL names, of every table that it reads and does not make itself.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

SQL = Path(__file__).resolve().parents[2] / "sql"
INTAKE = ("pickup", "validate", "load")


def floor_cpu_seconds(step: str, folder: Path) -> float:
    """Return the CPU seconds of a step's floor."""
    if step in INTAKE:
        return _hash_files(folder / "inbox")
    return _scan(folder / "var" / "warehouse.duckdb", needed_columns(step))


def needed_columns(step: str) -> dict[str, set[str]]:
    """Return the tables that a step reads and does not make, each with every column name that its SQL mentions."""
    files = sorted((SQL / step).glob("*.sql"))
    made = set() if step == "publish" else {path.stem for path in files}  # it copies tables under their names
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


def _scan(database: Path, needed: dict[str, set[str]]) -> float:
    connection = duckdb.connect(str(database), read_only=True)
    held: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
    ).fetchall():
        held.setdefault(table, []).append(column)
    began = time.process_time()
    for table, columns in sorted(needed.items()):
        wanted = [column for column in held.get(table, []) if column in columns]
        if wanted:
            sums = ", ".join(f'MAX("{column}")' for column in wanted)
            connection.execute(f'SELECT {sums} FROM "{table}"').fetchall()
    spent = time.process_time() - began
    connection.close()
    return spent
