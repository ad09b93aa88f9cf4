"""Measure persons and recognition: a whole history, one night after it, a denser history, and more years of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from .facts import HISTORY_ENDS, NIGHT, append_night, make_history
from .floor import floor_cpu_seconds, needed_columns, scan_cpu_seconds
from .history import SIZES, Size
from .join import JOIN
from .peers import PEERS, export, run_peer
from .truth import ADDED, LOOK_BACKS, TERMS, calibrated, print_table

REPOSITORY = Path(__file__).resolve().parents[2]
STEPS = ("resolve", "recognize")
DENSER, LONGER = 10, 4
FILES_SHOWN = 12


@dataclass(frozen=True)
class Measured:
    """A history and what was measured on it: steps over the whole of it, and over one night after it."""

    name: str
    rows: dict[str, int]
    whole: dict[str, dict[str, Any]]
    night: dict[str, dict[str, Any]]


def measure_recognition(folder: Path, name: str) -> None:
    """Print everything about persons and recognition at one size; the folder is made and removed."""
    size = SIZES[name]
    thin = replace(
        size, events=size.events // DENSER, shares=size.shares // DENSER, clicks=size.clicks // DENSER
    )
    long = replace(
        thin,
        events=thin.events * LONGER,
        shares=thin.shares * LONGER,
        clicks=thin.clicks * LONGER,
        days=thin.days * LONGER,
    )
    print(f"\nPersons and recognition, size {name}. CPU s are of the step; floor: one scan of its columns.\n")
    measured = [measure_history(folder, name, size, whole=True)]
    for label, other in ((f"{name}/10", thin), (f"{name}/10, {LONGER} times the years", long)):
        measured.append(measure_history(folder, label, other))
    print_growth(measured)
    shutil.rmtree(folder)


def measure_history(folder: Path, name: str, size: Size, *, whole: bool = False) -> Measured:
    """Make a history, build it, add a night; with `whole`, measure the join, the peers and the truth on it besides."""
    rows = make_history(folder, size)
    print(f"{name}: " + ", ".join(f"{count:,} {kind}" for kind, count in rows.items()), flush=True)
    built = {step: measured(folder, step, HISTORY_ENDS) for step in STEPS}
    for step in STEPS:
        print_step(f"{name}: {step}, all", built[step], floor_cpu_seconds(step, folder))
    if whole:
        print_files(built)
        measure_join(folder)
    added = append_night(folder, size)
    print(f"{name}, the night: " + ", ".join(f"{count:,} {kind}" for kind, count in added.items() if count))
    night = {step: measured(folder, step, NIGHT) for step in STEPS}
    for step in STEPS:
        print_step(f"{name}: {step}, the night", night[step])
    print_night_join(name, night["recognize"]["by_file"])
    if whole:
        print_files(night)
        for title, models in (
            ("grounds", ADDED),
            ("look-back", LOOK_BACKS),
            ("other terms", (*TERMS, *calibrated(folder))),
        ):
            print_table(title, folder, models)
        print()
    return Measured(name, rows, built, night)


def measure_join(folder: Path) -> None:
    """Print what the candidates and their ranking take beside the floor, and what polars and pandas take."""
    joined = measured(folder, "", HISTORY_ENDS, module="join")
    floor = scan_cpu_seconds(folder, needed_columns("recognize", JOIN))
    print_step("the recognition join alone", joined, floor)
    target = folder / "parquet"
    export(folder, target)
    for peer in PEERS:
        taken = run_peer(peer, target)
        print_step(f"the same join in {peer}", taken)
        print(
            f"  {taken['cpu'] / joined['cpu']:.1f} times the CPU; of {taken['rows']:,} winners "
            f"{taken['missing']:,} are missing and {taken['surplus']:,} surplus"
        )
    shutil.rmtree(target)


def print_night_join(name: str, by_file: dict[str, float]) -> None:
    """Print what of the night's recognition is the join: its roots found, and every candidate of them ranked."""
    files = ("touch/judged_roots", "touch/ranked_candidates", *(f"recognize/{table}" for table in JOIN))
    taken = sum(by_file.get(file, 0.0) for file in files)
    print(f"{name + ', the night: its join alone':<44}{taken:>9.2f} CPU s", flush=True)


def measured(folder: Path, step: str, as_of: date, *, module: str = "measure") -> dict[str, Any]:
    """Run a measured process; return what it took."""
    arguments = [str(folder), *([step] if step else []), as_of.isoformat()]
    result = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{step or module} failed:\n{result.stderr}")
    taken: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return taken


def print_step(name: str, taken: dict[str, Any], floor: float | None = None) -> None:
    """Print one line: CPU seconds, wall, peak memory, and the floor where there is one."""
    cpu = taken.get("step_cpu", taken["cpu"])
    line = f"{name:<44}{cpu:>9.2f} CPU s{taken['wall']:>9.1f} s{taken['rss_mb']:>8,.0f} MB"
    print(line + (f"   floor {floor:.3f}, ratio {cpu / floor:.1f}" if floor else ""), flush=True)


def print_files(taken: dict[str, dict[str, Any]]) -> None:
    """Print the SQL files that take most."""
    for step, one in taken.items():
        most = sorted(one["by_file"].items(), key=lambda item: -item[1])[:FILES_SHOWN]
        print(f"  {step}: " + ", ".join(f"{file.removeprefix(step + '/')} {cpu:.2f}" for file, cpu in most))


def print_growth(histories: list[Measured]) -> None:
    """Print how a night's cost grows with the history behind it."""
    first, thin, long = (sum(one.night[step]["step_cpu"] for step in STEPS) for one in histories)
    print(f"\nA night of the same size, resolve and recognize: {first:.2f} CPU s after {histories[0].name}.")
    print(f"  {DENSER} times denser history: {first / thin:.2f} times the cost ({thin:.2f} CPU s).")
    print(
        f"  {LONGER} times the years at the same daily rate: {long / thin:.2f} times the cost ({long:.2f} CPU s)."
    )
