"""Evaluating the rules by itself, whole, beside the joins that they need. A process of its own.

Both are made in memory over the warehouse's file, so nothing is kept and nothing is committed. The floor counts and
sums, for every rule, each requirement's events in their window for each recognized friend, and keeps the result.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from matchback.sqlfiles import tables_behind

from .measure import peak_kilobytes, spent, watch_files
from .rewards import RULES

JUDGED = tables_behind("reward", ("rewards_due",))
TIMES = 2


def main(folder: str, as_of: str) -> None:
    """Judge every friend by every rule, then only join; print what each took at its fastest as one line of JSON."""
    from matchback.context import open_context
    from matchback.warehouse import Warehouse
    from matchback.workspace import Workspace

    workspace = Workspace.at(Path(folder))
    parameters = open_context(workspace, as_of=date.fromisoformat(as_of)).parameters
    by_file = watch_files()
    judged: list[dict[str, Any]] = []
    floors: list[float] = []
    with (
        tempfile.TemporaryDirectory() as spill,
        Warehouse.overlaid(workspace.warehouse_path, Path(spill)) as warehouse,
    ):
        for _ in range(TIMES):
            by_file.clear()
            began, start = time.perf_counter(), spent()
            for table in JUDGED:
                warehouse.build_table("reward", table, parameters)
            wall, cpu = time.perf_counter() - began, spent() - start
            judged.append(
                {"cpu": cpu, "wall": wall, "by_file": dict(by_file), "rows": warehouse.count("reward_cases")}
            )
            start = spent()
            for number, statement in enumerate(joins()):
                warehouse._connection.execute(f"CREATE OR REPLACE TEMP TABLE joined_{number} AS {statement}")
            floors.append(spent() - start)
    taken = min(judged, key=lambda one: one["cpu"])
    print(json.dumps({**taken, "floor": min(floors), "rss_mb": peak_kilobytes() / 1024}))


def joins() -> list[str]:
    """Return for each rule the join of its friends, its triggering events and each requirement's events."""
    return [_join(rule.on, rule.events) for rule in RULES]


def _join(on: str, requirements: tuple[tuple[str, int], ...]) -> str:
    columns, joined = "", ""
    for number, (name, days) in enumerate(requirements):
        columns += f", w{number}.events AS events_{number}, w{number}.amount AS amount_{number}"
        columns += f", w{number}.last_on AS last_{number}"
        joined += (
            f" LEFT JOIN (SELECT e.journey_id, COUNT(*) AS events, SUM(e.amount_minor) AS amount, "
            f"MAX(e.occurred_on) AS last_on FROM events AS e INNER JOIN journey_roots AS j USING (journey_id) "
            f"WHERE e.event_name = '{name}' AND e.occurred_on BETWEEN j.root_on AND j.root_on + {days} "
            f"GROUP BY e.journey_id) AS w{number} ON n.journey_id = w{number}.journey_id"
        )
    return (
        "SELECT n.journey_id, n.advocate_id, n.person_id, g.event_id, g.occurred_on, g.amount_minor"
        f"{columns} FROM recognitions AS n LEFT JOIN events AS g ON n.journey_id = g.journey_id "
        f"AND g.event_name = '{on}'{joined}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
