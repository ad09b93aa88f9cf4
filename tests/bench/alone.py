"""What DuckDB alone takes: read a CSV file as text, cast it, write the table. A process of its own."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

from .family import Family
from .openings import CASTS


def main(source: str, target: str) -> None:
    """Read, cast and write, and print what it took as one line of JSON."""
    family, began = Family(), time.perf_counter()
    start = family.cpu_seconds()
    connection = duckdb.connect(target)
    with Path(source).open(encoding="utf-8") as stream:
        names = stream.readline().strip().split(",")
    columns = ", ".join(
        f'CAST("{name}" AS {CASTS[name]}) AS "{name}"' if name in CASTS else f'"{name}"' for name in names
    )
    connection.execute(
        f"CREATE TABLE openings AS SELECT {columns} FROM read_csv(?, all_varchar = true, header = true)",
        [source],
    )
    ((rows,),) = connection.execute("SELECT COUNT(*) FROM openings").fetchall()
    connection.close()
    cpu = family.cpu_seconds() - start
    family.stop()
    print(json.dumps({"cpu": cpu, "start": start, "wall": time.perf_counter() - began, "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
