"""Measure what analysts read: all reports over a long history, its publication, and each worked question.

The floor of the reports is one scan of the columns that they read. A question is asked of the published version as
`matchback query` asks it, in a process that has the file open: the median of five, by the wall clock.
"""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path

from .facts import HISTORY_ENDS, make_history
from .floor import floor_cpu_seconds
from .history import SIZES
from .recognition import measured, print_files, print_step

BEFORE = ("resolve", "recognize", "reward")
TIMES = 5
QUESTION_SECONDS = 0.2
RULES = """
[[rewards]]
id = "advocate-50"
program = "refer"
from = 2000-01-01
to = "advocate"
on = "account_opened"
value = { kind = "cash", amount = "50.00", currency = "USD" }
pending_days = 30
limits = [{ count = 5, per = "calendar_year" }]

[[rewards]]
id = "friend-25"
program = "refer"
from = 2000-01-01
to = "friend"
on = "account_opened"
value = { kind = "account_credit", amount = "25.00", currency = "USD" }
require = [{ count = "account_qualified", at_least = 1, after = "root", within_days = 60, on = "friend" }]
"""


def measure_reports(folder: Path, name: str, *, again: bool = False) -> None:
    """Print what the reports and the questions take at one size; with `again`, over the history of the run before."""
    if not again:
        rows = make_history(folder, SIZES[name])
        with (folder / "matchback.toml").open("a", encoding="utf-8") as config:
            config.write(RULES)
        print(f"\nReports, size {name}: " + ", ".join(f"{count:,} {kind}" for kind, count in rows.items()))
        for step in BEFORE:
            print_step(f"{name}: {step}, all", measured(folder, step, HISTORY_ENDS))
    made = measured(folder, "report", HISTORY_ENDS)
    print_step(f"{name}: all reports", made, floor_cpu_seconds("report", folder))
    print_files({"report": made})
    print_step(f"{name}: publish", measured(folder, "publish", HISTORY_ENDS))
    print_questions(folder)


def print_questions(folder: Path) -> None:
    """Print the seconds that each worked question takes on the published version."""
    from matchback.answers.query import open_published
    from matchback.answers.questions import worked_questions
    from matchback.workspace import Workspace

    print(f"\n{'question':<36}{'seconds':>9}{'rows':>8}")
    slow = 0
    for question in worked_questions():
        if question.takes_members:
            continue
        taken, rows = [], 0
        for _ in range(TIMES):
            with open_published(Workspace.at(folder)) as (_, warehouse):
                began = time.perf_counter()
                rows = len(warehouse.query(question.sql).dictionaries())
                taken.append(time.perf_counter() - began)
        seconds = statistics.median(taken)
        slow += seconds > QUESTION_SECONDS
        print(f"{question.name:<36}{seconds:>9.3f}{rows:>8,}", flush=True)
    print(f"{slow} of them take more than {QUESTION_SECONDS} s.\n")


def remove(folder: Path) -> None:
    """Remove a measured workspace; its published versions are read-only."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)
