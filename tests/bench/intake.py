"""The intake by itself: one file of 1,000,000 openings against DuckDB alone, and a file far larger than memory.

python -m tests.bench.intake [--records N] [--gigabytes N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .family import Family
from .openings import AS_OF, FILE, make_workspace, write_openings

REPOSITORY = Path(__file__).resolve().parents[2]
RECORDS, GIGABYTES = 1_000_000, 5.0
STEPS = ("pickup", "validate", "load")
REMARK_BYTES = 160
NEEDED_TIMES = 6  # of a file: itself, the archive, staging, the warehouse, its results twice
TARGET = 3.0


def main() -> int:
    """Run both measurements in a temporary folder, which is removed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--records", type=int, default=RECORDS)
    arguments.add_argument("--gigabytes", type=float, default=GIGABYTES)
    chosen = arguments.parse_args()
    compare(chosen.records)
    if chosen.gigabytes:
        bound(chosen.gigabytes)
    return 0


def compare(records: int) -> float:
    """Print what validating and loading cost against DuckDB alone, in CPU seconds; return the ratio."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        source = make_workspace(Path(folder) / "world")
        write_openings(source, records=records)
        size = source.stat().st_size
        copy = shutil.copyfile(source, Path(folder) / "copy.csv")  # the intake takes its own away
        before = _run("alone", str(copy), str(Path(folder) / "before.duckdb"))
        ours = _run("intake", str(Path(folder) / "world"))
        after = _run("alone", str(copy), str(Path(folder) / "after.duckdb"))
        assert before["rows"] == after["rows"] == records
        _refuse_wrong(ours, Path(folder) / "world", records)
    print(f"\nIntake of {records:,} account openings in one CSV file of {size / 1e6:,.0f} MB\n")
    print(f"{'':<34}{'CPU s':>8}{'wall s':>9}{'peak MB':>9}")
    for name in ("start", *STEPS):
        _print_phase(name, ours["phases"][name])
    # A machine that others use runs slower at times: DuckDB goes before and after, and counts as their mean.
    alone = {name: (before[name] + after[name]) / 2 for name in ("cpu", "wall", "start")}
    cpu = sum(ours["phases"][name]["cpu"] for name in ("validate", "load"))
    print(f"{'DuckDB alone: read, cast, write':<34}{alone['cpu']:>8.2f}{alone['wall']:>9.2f}")
    ratio = float(cpu / alone["cpu"])
    print(f"\nvalidate and load / DuckDB alone: {ratio:.2f} (target: {TARGET:.0f} at most)")
    with_start = (cpu + ours["phases"]["start"]["cpu"]) / (alone["cpu"] + alone["start"])
    print(f"with the start of the processes on both sides: {with_start:.2f}")
    return ratio


def bound(gigabytes: float) -> int | None:
    """Print the most memory that a large file takes against the setting; return it in bytes."""
    size = int(gigabytes * 1e9)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        free = shutil.disk_usage(folder).free
        if free < NEEDED_TIMES * size:
            print(
                f"\nA file of {gigabytes:g} GB was not measured: {folder} has {free / 1e9:.0f} GB free, of which"
            )
            print(f"it needs {NEEDED_TIMES * size / 1e9:.0f} GB. A smaller one:  make bench GB=1")
            return None
        source = make_workspace(Path(folder) / "world")
        records = write_openings(source, size=size, remark_bytes=REMARK_BYTES)
        print(f"\nIntake of {records:,} openings in one CSV file of {source.stat().st_size / 1e9:.2f} GB\n")
        print(f"{'':<34}{'CPU s':>8}{'wall s':>9}{'peak MB':>9}", flush=True)
        ours = _run("intake", str(Path(folder) / "world"))
        _refuse_wrong(ours, Path(folder) / "world", records)
    for name in ("start", *STEPS):
        _print_phase(name, ours["phases"][name])
    peak: int = max(phase["peak"] for phase in ours["phases"].values())
    setting = ours["memory_mb"] << 20
    within = "within" if peak <= setting else "ABOVE"
    print(f"\nPeak memory of all processes: {peak >> 20:,} MB, {within} the setting of {setting >> 20:,} MB")
    return peak


def _print_phase(name: str, phase: dict[str, float]) -> None:
    words = {"start": "start, and a file of 1 record", "load": "load, results file included"}
    print(
        f"{words.get(name, name):<34}{phase['cpu']:>8.2f}{phase['wall']:>9.2f}{phase['peak'] / 2**20:>9.0f}"
    )


def _run(module: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    if module == "intake":
        command = [sys.executable, "-c", f"from tests.bench.intake import steps; steps({arguments[0]!r})"]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{module} failed:\n{result.stderr}")
    measured: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return measured


def steps(folder: str) -> None:
    """Take the file in, and print what each step took as one line of JSON; the process is this one's own."""
    family, began = Family(), time.perf_counter()
    from matchback.context import open_context
    from matchback.progress import QuietProgress
    from matchback.steps import run_steps
    from matchback.workspace import Workspace

    class Noting(QuietProgress):
        def note(self, text: str) -> None:
            notes.append(text)

    notes: list[str] = []
    context = open_context(Workspace.at(Path(folder)), as_of=AS_OF, progress=Noting())
    source = Path(folder) / "inbox" / FILE
    source.rename(source.with_suffix(".later"))
    run_steps(context, STEPS)
    source.with_suffix(".later").rename(source)
    phases, counts = {"start": _phase(family, 0.0, began)}, {}
    for step in STEPS:
        spent, began = family.cpu_seconds(), time.perf_counter()
        (summary,) = run_steps(context, (step,))
        phases[step] = _phase(family, spent, began)
        counts[step] = summary.counts
    family.stop()
    memory_mb = context.config.intake.memory_mb
    print(json.dumps({"phases": phases, "counts": counts, "notes": notes, "memory_mb": memory_mb}))


def _phase(family: Family, spent: float, began: float) -> dict[str, float]:
    return {
        "cpu": family.cpu_seconds() - spent,
        "wall": time.perf_counter() - began,
        "peak": family.take_peak(),
    }


def _refuse_wrong(ours: dict[str, Any], world: Path, records: int) -> None:
    """A measurement of work that was not done says nothing."""
    if ours["counts"]["load"].get("accepted") != records:
        raise SystemExit("\n".join([f"Not every record was accepted: {ours['counts']}", *ours["notes"]]))
    results = world / "inbox" / "results" / f"{FILE}.results.csv"
    with results.open("rb") as stream:
        assert sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) == records + 1


if __name__ == "__main__":
    sys.exit(main())
