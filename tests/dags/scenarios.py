"""What happens to the workspaces of the one Airflow that the tests start, all at the same time, and how each ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dags import faults
from dags.airflow_process import Airflow
from dags.small_world import NIGHTS, Outcome, SmallWorld, current_version, outcome_of, run_of
from matchback.journal import Journal
from matchback.settling import settled_through

LAST = NIGHTS[-1]
CHAIN = ("offline_events", "reward_run", "publish_reports")
LOCKED = "is writing to the warehouse"
OVERLAP = "An earlier night of this workspace is still running."
# What befalls the first, second and third try of each task of `killed`: after each, Airflow tries it again.
KILLED = {
    "killed.offline_events.list_files": ["kill before keep 2"],
    "killed.offline_events.take_in": [
        "kill before replace 1",
        "kill after replace 1",
        "kill after file_received 1",
    ],
    "killed.offline_events.load": ["kill before commit 1", "kill after commit 2"],
    "killed.reward_run.resolve": ["kill before commit 1", "kill after commit 1"],
    "killed.reward_run.recognize": ["kill before commit 1", "kill after run_finished 1"],
    "killed.reward_run.reward": ["kill after payout 1", "kill before commit 1", "kill after commit 1"],
    "killed.publish_reports.report": ["kill before commit 1"],
    "killed.publish_reports.publish": ["kill before rename 2", "kill before replace 1", "kill after link 1"],
}
STOPPED = {
    "stopped.offline_events.take_in": ["stop after replace 1"],
    "stopped.offline_events.load": ["stop before commit 1"],
    "stopped.publish_reports.publish": ["stop before link 2"],
}
ORPHANED = {"arriving.offline_events.load": ["orphan before commit 1"]}
PLAN = KILLED | STOPPED | ORPHANED
RETRY_SECONDS = {"killed": 1, "stopped": 8, "together": 8, "again": 4, "arriving": 8}


@dataclass(frozen=True)
class Ended:
    """How one workspace ended: its runs by DAG, every task of them, what came of it."""

    outcome: Outcome
    runs: dict[str, list[dict[str, Any]]]
    tasks: dict[str, list[dict[str, Any]]]
    sent: list[str]  # what befell it: the task, the number of the try, the fault
    told: list[str]  # by the notifier


@dataclass(frozen=True)
class Small:
    """One workspace of the small world in the one Airflow."""

    airflow: Airflow
    name: str
    workspace: Path
    sent: Path  # where `faults` writes down what it has done
    environment: dict[str, str]  # of its tasks
    world: SmallWorld

    def dag(self, name: str) -> str:
        return f"{self.name}.{name}"

    def begin(self) -> None:
        """Start its last night by hand."""
        self.airflow.trigger(self.dag("offline_events"), as_of=LAST.isoformat(), allow_future=True)

    def finish(self, night: date = LAST) -> None:
        """Wait until a night is published and nothing is under way any more."""
        journal = Journal(self.workspace / "var" / "journal")
        self.airflow.wait(lambda: settled_through(journal) == night, 1500, f"{self.name} to be published")
        self.rest()

    def rest(self, after: Ended | None = None) -> None:
        """Wait until nothing is under way; after what was there before, for another publication first."""
        if after is not None:
            self.airflow.wait_for_runs(self.dag(CHAIN[-1]), len(after.runs[CHAIN[-1]]) + 1, 900)
        self.airflow.wait_until_idle([self.dag(name) for name in CHAIN], 900)

    def ended(self) -> Ended:
        runs = {name: self.airflow.runs(self.dag(name)) for name in CHAIN}
        tasks = {
            name: [
                task for run in runs[name] for task in self.airflow.tasks(self.dag(name), run["dag_run_id"])
            ]
            for name in CHAIN
        }
        sent = [line.split(" ", 2)[2] for line in self.sent.read_text().splitlines()]
        mine = [line for line in sent if line.startswith(f"{self.name}.")]
        told = self.workspace.with_name(f"{self.name}.told")
        heard = told.read_text().splitlines() if told.exists() else []
        return Ended(outcome_of(self.workspace), runs, tasks, mine, heard)

    def wait_for_words(self, dag: str, task: str, words: str) -> None:
        """Wait until a try of a task has logged these words."""
        self.airflow.wait(
            lambda: words in self.airflow.log(self.dag(dag), task),
            600,
            f"{task} of {self.name} to say: {words}",
        )

    def stopped_by(self, told: str) -> tuple[int, int]:
        """Wait until a fault has stopped a try; return its process and its supervisor."""
        found: list[str] = []

        def sent() -> bool:
            lines = self.sent.read_text().splitlines() if self.sent.exists() else []
            found.extend(line for line in lines if f" {told}: " in line)
            return bool(found)

        self.airflow.wait(sent, 600, f"{told} to be stopped")
        process, supervisor, *_ = found[0].split()
        return int(process), int(supervisor)


def wake(process: int, supervisor: int) -> None:
    """Let a stopped task do what it still can by itself, and only then its supervisor, which learns that it is late."""
    os.kill(process, signal.SIGCONT)
    try:
        _wait_for(process, quiet_for=4)  # the task waits for its supervisor by now
    finally:
        os.kill(supervisor, signal.SIGCONT)
    _wait_for(process)


def _wait_for(process: int, *, quiet_for: float = float("inf")) -> None:
    """Wait until a process has ended, or has slept for so many seconds without a moment's work."""
    deadline = time.monotonic() + 240
    since, worked = time.monotonic(), -1
    while time.monotonic() < deadline:
        try:
            state, *rest = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return
        if state == "Z":
            return
        now = int(rest[10]) + int(rest[11])  # ticks of the processor, as user and in the kernel
        if state != "S" or now != worked:
            since, worked = time.monotonic(), now
        if time.monotonic() - since > quiet_for:
            return
        time.sleep(0.1)
    raise AssertionError(f"process {process} neither ended nor came to rest")


def killed(small: Small) -> Ended:
    """A night of which every task is killed, most at two or three points."""
    small.begin()
    small.finish()
    return small.ended()


def stopped(small: Small) -> Ended:
    """A night with three zombies: each wakes up after Airflow has given it up and tried its task again."""
    small.begin()
    intake = small.stopped_by("stopped.offline_events.take_in 1")
    load = small.stopped_by("stopped.offline_events.load 1")
    small.wait_for_words("offline_events", "load", LOCKED)
    wake(*load)
    publish = small.stopped_by("stopped.publish_reports.publish 1")
    small.wait_for_words("publish_reports", "publish", LOCKED)
    wake(*publish)
    small.finish()
    wake(*intake)
    return small.ended()


def together(small: Small) -> tuple[Ended, int]:
    """One night by the command line, by hand and by a backfill at once; also the command line's exit code."""
    program = [sys.executable, str(Path(faults.__file__)), "stop before commit 1"]
    command = subprocess.Popen(
        [*program, *run_of(LAST), "--workspace", str(small.workspace)],
        env={**os.environ, **small.environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        small.stopped_by("command line")
        small.begin()
        small.airflow.call_backfill(small.dag("offline_events"), LAST, LAST)
        small.wait_for_words("offline_events", "load", LOCKED)
        os.kill(command.pid, signal.SIGCONT)
        code = command.wait(300)
    finally:
        command.kill()
        command.wait()
    small.airflow.wait_for_runs(small.dag("offline_events"), 2, 900)
    small.finish()
    return small.ended(), code


@dataclass(frozen=True)
class Again:
    """What two nights that ran at once came to, and what was left of it when they ran again."""

    backfilled: Ended
    first: str  # the version that was published
    cleared: Ended
    reprocessed: Ended
    last: str
    log: str


def again(small: Small) -> Again:
    """Two nights backfilled at once; then the last one cleared; then both backfilled once more."""
    dag = small.dag("offline_events")
    small.airflow.call_backfill(dag, NIGHTS[1], LAST, at_once=2)
    small.airflow.wait_for_runs(dag, 2, 900)
    small.finish()
    backfilled, first = small.ended(), current_version(small.workspace)
    small.airflow.clear(dag, backfilled.runs["offline_events"][-1]["dag_run_id"])
    small.rest(backfilled)
    cleared = small.ended()
    small.airflow.call_backfill(dag, NIGHTS[1], LAST, again=True)
    small.rest(cleared)
    log = small.airflow.log(dag, "list_files")
    return Again(backfilled, first, cleared, small.ended(), current_version(small.workspace), log)
