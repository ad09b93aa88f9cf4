"""The sample by a real Airflow, from a real sshd and S3 server: a dry run, a night by hand, a backfill, an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dags.airflow_process import Airflow
from dags.worlds import NIGHTS, copy_of_sample, record_acts, spread_over_servers
from matchback.journal import Journal
from matchback.settling import settled_through
from servers.s3 import S3Server
from servers.sshd import Sshd

MISTYPED = "2126-11-08"
EVENTS = "bank.offline_events"
FOLLOWING = ("bank.reward_run", "bank.publish_reports")
HOUSEKEEPING = "bank.housekeeping"
BACKUP = "bank.backup"
HAND, *BACKFILLED, LAST = NIGHTS


@dataclass(frozen=True)
class Ran:
    """What the sample's nights left: their runs by DAG, in their order, each run's tasks, and the logs."""

    home: Path
    workspace: Path
    runs: dict[str, list[dict[str, Any]]]
    tasks: dict[str, list[dict[str, Any]]]
    logs: str
    told: list[str]  # by the notifier
    metadata: bytes  # all that Airflow's database held
    received_by_dry_run: int
    refused: tuple[int, str]  # an as-of date that is no day

    def states(self, dag_id: str) -> list[str]:
        return [run["state"] for run in self.runs[dag_id]]


def listed(home: Path, sshd: Sshd, s3: S3Server) -> tuple[dict[str, Any], dict[str, str]]:
    """Make the workspace; return how it is listed, scheduled nightly until its last night, and its connections."""
    workspace = copy_of_sample(home / "bank")
    notifier = {"path": str(home / "told.txt"), "text": "told: {message}"}
    entry = {
        "folder": str(workspace),
        "last_night": NIGHTS[-1].isoformat(),  # which has passed
        "housekeeping": "",
        "backup": str(home / "backups"),
        "notify": [{"class": "file_notifier.FileNotifier", "arguments": notifier}],
    }
    return entry, spread_over_servers(workspace, sshd, s3)


def run(airflow: Airflow) -> Ran:
    """Run its nights, a dry one and one with a mistyped date among them; before the last one, an operator acts."""
    workspace = airflow.home / "bank"
    journal = Journal(workspace / "var" / "journal")
    refused = airflow.refusal(EVENTS, as_of="2026-11-31")
    airflow.trigger(EVENTS, as_of=HAND.isoformat(), dry_run=True)
    airflow.wait_for_runs(EVENTS, 1, 1500)
    received = len(journal.entries(kind="file_received"))
    airflow.trigger_by_form(EVENTS, as_of=HAND.isoformat())
    _finish(airflow, journal, 2, HAND)
    airflow.backfill(EVENTS, BACKFILLED[0], BACKFILLED[-1])
    _finish(airflow, journal, len(NIGHTS), BACKFILLED[-1])
    record_acts(workspace, LAST)
    airflow.trigger(EVENTS, as_of=LAST.isoformat())
    _finish(airflow, journal, len(NIGHTS) + 1, LAST)
    airflow.trigger(EVENTS, as_of=MISTYPED)
    airflow.trigger(BACKUP)
    airflow.wait_for_runs(EVENTS, len(NIGHTS) + 2, 1500)
    airflow.wait_for_runs(BACKUP, 1, 1500)
    airflow.trigger(HOUSEKEEPING)
    airflow.wait_for_runs(HOUSEKEEPING, 1, 1500)
    runs = {dag: airflow.runs(dag) for dag in (EVENTS, *FOLLOWING, BACKUP, HOUSEKEEPING)}
    tasks = {run["dag_run_id"]: airflow.tasks(dag, run["dag_run_id"]) for dag in runs for run in runs[dag]}
    told = (airflow.home / "told.txt").read_text().splitlines()
    assert airflow.postgres is not None
    kept = airflow.postgres.dump()
    return Ran(airflow.home, workspace, runs, tasks, airflow.logs(), told, kept, received, refused)


def _finish(airflow: Airflow, journal: Journal, count: int, night: date) -> None:
    """Wait until so many loads have ended, and everything that they woke, through the publication of a night."""
    airflow.wait_for_runs(EVENTS, count, 3000)
    airflow.wait(lambda: settled_through(journal) == night, 1200, f"the night of {night} to be published")
    airflow.wait_until_idle(FOLLOWING, 1500)
