"""Files that arrive at a real sshd while a calendar runs too: the triggerer sees them, and nobody else acts."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dags.scenarios import Ended, Small
from dags.small_world import NIGHTS, SmallWorld, run_of
from dags.worlds import matchback
from matchback.journal import Journal
from matchback.settling import finished_runs
from servers.sshd import Sshd

NAME = "arriving"
CONNECTION = "arriving_sftp"
ZONE = ZoneInfo("America/New_York")  # of the bank
LOOK_SECONDS = 5
FILES = (f"openings/openings_{NIGHTS[-1]:%Y%m%d}.csv", f"deposits/deposits_{NIGHTS[-1]:%Y%m%d}.csv")


@dataclass(frozen=True)
class Arrived:
    """How it ended, and what the runs that files started were told, in their order."""

    workspace: Path
    ended: Ended
    told: list[dict[str, Any]]
    nights: list[date]  # of the runs, in their order


def make_workspace(world: SmallWorld, sshd: Sshd, workspace: Path) -> None:
    """Copy a workspace of two nights; its feeds' folders are its own now, empty, and all of them on the server."""
    world.copy(len(NIGHTS) - 1, workspace)
    places = _places(workspace)
    configuration = workspace / "matchback.toml"
    lines = []
    for line in configuration.read_text().splitlines():
        if line.startswith("connection = "):
            continue
        lines.append(line)
        if line.startswith("source = "):
            folder = places / line.rstrip('"').rpartition("/")[2]
            folder.mkdir(parents=True, exist_ok=True)
            lines[-1:] = [f'source = "{sshd.url(folder)}"', f'connection = "{CONNECTION}"']
    configuration.write_text("\n".join(lines) + "\n")


def _places(workspace: Path) -> Path:
    return workspace.with_name(f"{workspace.name}.places")


def options() -> dict[str, Any]:
    """How it is listed: a calendar that was due 23 hours ago fires once, when Airflow starts, and not for an hour.

    Mostly that is the day before: the files come while its night is on, and may be posted with theirs only.
    """
    now = datetime.now(UTC)
    return {
        "schedule": f"{now.minute} {(now.hour + 1) % 24} * * *",
        "last_night": "",
        "arrival": LOOK_SECONDS,
    }


def connection(sshd: Sshd) -> dict[str, Any]:
    """The connection as Airflow's database keeps it: the triggerer has to ask for it."""
    host_key = (sshd.folder / "known_hosts").read_text().splitlines()[0].partition(" ")[2]
    private = (sshd.folder / "client_key").read_text()
    return {
        "conn_id": CONNECTION,
        "conn_type": "sftp",
        "host": "127.0.0.1",
        "port": sshd.port,
        "login": sshd.user,
        "extra": json.dumps({"host_key": host_key, "private_key": private}),
    }


def arriving(small: Small) -> Arrived:
    """Two files arrive: one while the calendar's night goes on, one while the first one's does.

    The supervisor of the first load that commits is killed right before it does; the task itself goes on.
    """
    events = small.dag("offline_events")
    for number, name in enumerate(FILES):

        def listed(number: int = number) -> bool:
            runs = small.airflow.runs(events)
            tasks = small.airflow.tasks(events, runs[number]["dag_run_id"]) if len(runs) > number else []
            return ("list_files", "success") in [(task["task_id"], task["state"]) for task in tasks]

        small.airflow.wait(listed, 600, f"run {number + 1} of {events} to look for files")
        _drop(small.world.inbox / name, _places(small.workspace) / name)
    small.airflow.wait_for_runs(events, len(FILES) + 1, 900)
    nights = [_night(run) for run in small.airflow.runs(events)]
    small.airflow.wait(lambda: _is_published(small.workspace), 900, "what was loaded last to be published")
    small.rest()
    ended = small.ended()
    woken = [run for run in ended.runs["offline_events"] if run["run_type"] == "asset_triggered"]
    told = [
        event["extra"]
        for run in woken
        for event in small.airflow.call(f"dags/{events}/dagRuns/{run['dag_run_id']}/upstreamAssetEvents")[
            "asset_events"
        ]
    ]
    return Arrived(small.workspace, ended, told, nights)


def run_by_command_line(world: SmallWorld, sshd: Sshd, workspace: Path, nights: list[date]) -> None:
    """Run the same nights: before each but the first, one of the files arrives."""
    make_workspace(world, sshd, workspace)
    options = {f"MATCHBACK_CONNECTION_{CONNECTION.upper()}": json.dumps(sshd.options)}
    for night, name in zip(nights, ("", *FILES), strict=True):
        if name:
            _drop(world.inbox / name, _places(workspace) / name)
        matchback(workspace, *run_of(night), **options)


def _drop(file: Path, target: Path) -> None:
    """Deliver a file as senders do: under another name, until it is whole."""
    part = shutil.copy(file, target.with_suffix(".part"))
    Path(part).rename(target)


def _is_published(workspace: Path) -> bool:
    """Tell whether a night was published after the last load: both files' nights are of one day."""
    ended = [steps for _, steps in finished_runs(Journal(workspace / "var" / "journal"))]
    last = {step: max(n for n, steps in enumerate(ended) if step in steps) for step in ("load", "publish")}
    return last["publish"] > last["load"]


def _night(run: dict[str, Any]) -> date:
    moment = datetime.fromisoformat(run["logical_date"] or run["run_after"])
    return moment.astimezone(ZONE).date()
