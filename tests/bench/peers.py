"""The same recognition job in polars and pandas: the same tables, as Parquet, and the same winners, row for row."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from .floor import needed_columns
from .join import JOIN

REPOSITORY = Path(__file__).resolve().parents[2]
PEERS = ("polars", "pandas")
WINNER = "event_id, program, advocate_id, recognition_type, on_event"


def export(folder: Path, target: Path) -> None:
    """Write the columns that the join reads as Parquet, and the product's winners."""
    target.mkdir(exist_ok=True)
    connection = duckdb.connect(str(folder / "var" / "warehouse.duckdb"), read_only=True)
    held: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_name NOT LIKE 'config%'"
    ).fetchall():
        held.setdefault(table, []).append(column)
    for table, needed in needed_columns("recognize", JOIN).items():
        if wanted := [column for column in held.get(table, []) if column in needed]:
            connection.execute(
                f"COPY (SELECT {', '.join(wanted)} FROM {table}) TO '{target}/{table}.parquet'"
            )
    won = "outcome = 'won' OR reason_code = 'relationship_holds'"  # what the peers do not know of comes after the join
    connection.execute(
        f"COPY (SELECT {WINNER} FROM recognition_candidates WHERE {won}) TO '{target}/winners.parquet'"
    )
    connection.close()


def run_peer(peer: str, target: Path) -> dict[str, Any]:
    """Run one peer in a process of its own; return what it took and how many of its rows differ from the product's."""
    winners = target / f"winners_{peer}.parquet"
    result = subprocess.run(
        [sys.executable, "-m", f"tests.bench.peer_{peer}", str(target), str(winners)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{peer} failed:\n{result.stderr}")
    taken: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return taken | dict(zip(("missing", "surplus"), different_rows(target, winners), strict=True))


def different_rows(target: Path, winners: Path) -> tuple[int, int]:
    """Return how many winners only the product has, and how many only the peer has."""
    mine = f"SELECT {WINNER} FROM '{target}/winners.parquet'"
    theirs = f"SELECT {WINNER.replace('event_id', 'root_event_id', 1)} FROM '{winners}'"
    missing, surplus = (
        duckdb.execute(f"SELECT COUNT(*) FROM ({left} EXCEPT ALL {right})").fetchall()[0][0]
        for left, right in ((mine, theirs), (theirs, mine))
    )
    return missing, surplus
