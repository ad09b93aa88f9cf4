"""Measure the intake, each step in a process of its own, recognition over a long history, rewards, and reports.

python -m tests.bench [intake | steps | recognition | rewards | reports] [--folder FOLDER] [--gigabytes N] [--size S|M]
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
from .history import SIZES
from .intake import GIGABYTES, RECORDS, bound, compare
from .quality import judge
from .recognition import measure_recognition
from .reports import measure_reports, remove
from .rewards import measure_rewards
from .world import AS_OF, Size, make_world

REPOSITORY = Path(__file__).resolve().parents[2]
INTAKE = ("pickup", "validate", "load")
PARTS = ("intake", "steps", "recognition", "rewards", "reports")


def main() -> int:
    """Run the whole measurement; what takes longest comes last."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("part", nargs="?", choices=PARTS, help="one part only")
    arguments.add_argument("--folder", default="build/bench", type=Path)
    arguments.add_argument("--gigabytes", type=float, default=GIGABYTES)
    arguments.add_argument("--size", choices=SIZES, default="S")
    arguments.add_argument("--keep", action="store_true", help="keep the history of the reports")
    arguments.add_argument(
        "--again", action="store_true", help="measure reports over the history that was kept"
    )
    chosen = arguments.parse_args()
    parts = [chosen.part] if chosen.part else PARTS
    folder = chosen.folder.resolve()
    if "intake" in parts:
        compare(RECORDS)
    if "steps" in parts:
        measure_steps(folder / "steps")
    if "recognition" in parts:
        measure_recognition(folder / "recognition", chosen.size)
    if "rewards" in parts:
        measure_rewards(folder / "rewards", SIZES[chosen.size].events)
    if "reports" in parts:
        measure_reports(folder / "reports", chosen.size, again=chosen.again)
        if not chosen.keep:
            remove(folder / "reports")
    if "intake" in parts and chosen.gigabytes:
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
        [sys.executable, "-m", "tests.bench.measure", str(folder), step, AS_OF.isoformat()],
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
