"""Measure the intake by itself; make the world, run each step in a process of its own, and judge recognition.

python -m tests.bench [FOLDER] [--gigabytes N]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from matchback.steps import STEPS

from .floor import floor_cpu_seconds
from .intake import GIGABYTES, RECORDS, bound, compare
from .quality import judge
from .world import AS_OF, Size, make_world

REPOSITORY = Path(__file__).resolve().parents[2]
INTAKE = ("pickup", "validate", "load")


def main() -> int:
    """Run the whole measurement; what takes longest comes last."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", nargs="?", default="build/bench", type=Path)
    arguments.add_argument("--gigabytes", type=float, default=GIGABYTES)
    chosen = arguments.parse_args()
    compare(RECORDS)
    measure_steps(chosen.folder.resolve())
    if chosen.gigabytes:
        bound(chosen.gigabytes)
    return 0


def measure_steps(folder: Path) -> None:
    """Print what each step takes on the made world, and how right recognition is."""
    size = Size()
    began = time.perf_counter()
    rows = make_world(folder, size)
    history = sum(rows.values())
    print(
        f"\nWorld: {size.events:,} events in 2 CSV files for the intake; appended as history: "
        + ", ".join(f"{count:,} {table.removeprefix('fact_')}" for table, count in rows.items())
        + f". Made in {time.perf_counter() - began:.0f} s. As of {AS_OF}.\n"
    )
    print(
        f"{'step':<10}{'records':>12}{'wall s':>9}{'records/s':>12}{'CPU s':>8}{'peak MB':>9}{'floor s':>9}{'ratio':>8}"
    )
    for step in STEPS:
        measured = measure(folder, step)
        records = size.events if step in INTAKE else size.events + history
        floor = floor_cpu_seconds(step, folder)
        print(
            f"{step:<10}{records:>12,}{measured['wall']:>9.2f}{records / measured['wall']:>12,.0f}"
            f"{measured['cpu']:>8.2f}{measured['rss_mb']:>9.0f}{floor:>9.3f}"
            f"{measured['cpu'] / max(floor, 0.001):>8.0f}",
            flush=True,
        )
    total, ways = judge(folder)
    print(
        f"\nRecognition of {size.openings:,} openings: precision {total.precision:.4f}, recall {total.recall:.4f} "
        f"({total.brought:,} brought, {total.recognized:,} recognized, {total.right:,} rightly)\n"
    )
    print(f"{'friends came by':<18}{'brought':>9}{'recognized':>12}{'rightly':>9}")
    for way, brought, recognized, right in ways:
        print(f"{way:<18}{brought:>9,}{recognized:>12,}{right:>9,}")
    print(
        "\nNo record can tell the truth of `moved` (another address) and `misled` (a stranger's link clicked last)."
    )
    print(
        "\nCPU s and peak MB are of the whole process, start-up and imports included. The floor is\n"
        "the CPU time of hashing the files (intake) or of scanning the columns that the step's SQL names (the others)."
    )


def measure(folder: Path, step: str) -> dict[str, Any]:
    """Run one step in a process of its own; return what it took."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.measure", str(folder), step],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{step} failed:\n{result.stderr}")
    measured: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return measured


if __name__ == "__main__":
    sys.exit(main())
