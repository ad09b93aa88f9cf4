"""The recognition join by itself: every candidate of every root, ranked, from the tables that `resolve` left.

A process of its own. The tables are made in memory over the warehouse's file, so nothing is kept and nothing is
committed: what it takes is the join's own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from matchback.sqlfiles import tables_behind

from .measure import peak_kilobytes, spent, watch_files

JOIN = tables_behind("recognize", ("ranked_candidates",))
TIMES = 3


def main(folder: str, as_of: str) -> None:
    """Make the tables, a few times; print what the fastest took as one line of JSON."""
    from datetime import date

    from matchback.context import open_context
    from matchback.warehouse import Warehouse
    from matchback.workspace import Workspace

    workspace = Workspace.at(Path(folder))
    parameters = open_context(workspace, as_of=date.fromisoformat(as_of)).parameters
    taken: list[dict[str, Any]] = []
    by_file = watch_files()
    with (
        tempfile.TemporaryDirectory() as spill,
        Warehouse.overlaid(workspace.warehouse_path, Path(spill)) as warehouse,
    ):
        for _ in range(TIMES):
            by_file.clear()
            began, start = time.perf_counter(), spent()
            for table in JOIN:
                warehouse.build_table("recognize", table, parameters)
            wall, cpu = time.perf_counter() - began, spent() - start
            taken.append({"cpu": cpu, "wall": wall, "by_file": dict(by_file)})
    print(json.dumps({**min(taken, key=lambda one: one["cpu"]), "rss_mb": peak_kilobytes() / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
