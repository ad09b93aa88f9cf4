"""Start a local Airflow on a copy of the sample, or on a workspace of your own: `make airflow`.

    python sample_data/run_airflow.py build/airflow --port 8080

All of it lies in one folder and is heard on this machine only. It runs until Ctrl-C; started again, it goes on.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType

from local_airflow import LOOPBACK, REPOSITORY, ComponentEnded, LocalAirflow
from run_sample import FIRST, LAST, copy_sample

NIGHTS = f"0 6 1-{LAST.day} {LAST.month} *"  # those of the sample after its first
DAGS = ("offline_events", "reward_run", "publish_reports", "housekeeping")
PARTS = {"metadatabase", "dag_processor", "scheduler", "triggerer"}
PATIENCE = 300.0  # seconds: a start takes about 50 on two cores
BETWEEN_LOOKS = 1.0  # seconds


class CannotStart(Exception):
    """What stands in the way, in words."""


@dataclass(frozen=True)
class Shown:
    """The workspace that Airflow shows: its name there, its folder, and the night to begin with, if there is one.

    `schedule` says which nights a backfill may take; empty: none.
    """

    name: str
    folder: Path
    schedule: str
    night: date | None

    @property
    def listed(self) -> str:
        """Return the value of MATCHBACK_WORKSPACES.

        Nothing shall start by itself: Airflow begins at once with a schedule's newest moment, unless that lies before
        the first night. (A last night would do it too, but Airflow then leaves out what is triggered by hand.)
        """
        said = {
            "folder": str(self.folder),
            "schedule": self.schedule,
            "first_night": datetime.now(UTC).date().isoformat(),
            "housekeeping": "",
        }
        return json.dumps({self.name: said})


def main(arguments: list[str]) -> int:
    """Run Airflow until it is asked to end; return the exit code."""
    said = _parsed(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _interrupt)
    try:
        with _alone(said.home.resolve()) as home:
            _refuse_taken(said.port)
            shown = _shown(said)
            variables = {"MATCHBACK_WORKSPACES": shown.listed}
            _run(
                shown,
                LocalAirflow(home / "home", said.port, _secret(home / "home" / "jwt_secret"), variables),
            )
    except KeyboardInterrupt:
        return 0
    except (CannotStart, ComponentEnded) as error:
        print(error, file=sys.stderr)
    return 1


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path, help="the folder of all that it keeps")
    parser.add_argument("--port", type=int, default=8080, help="of the web page; 8080")
    parser.add_argument(
        "--workspace", type=Path, help="a workspace of your own instead of a copy of the sample"
    )
    parser.add_argument("--night", type=date.fromisoformat, help="the night that it begins with")
    return parser.parse_args(arguments)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Make the folder, and hold it: two of them would share one database."""
    (folder / "home").mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"An Airflow runs in {_short(folder)} already. End it first, with Ctrl-C."
            ) from None
        yield folder


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as Airflow will: one that has just ended
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} of {LOOPBACK} cannot be had: {error.strerror}.\n"
                f"Choose another one:  make airflow PORT={port + 1}"
            ) from None


def _secret(path: Path) -> str:
    """Return what the components sign their tokens with; made once, for nobody else to read."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(64))
    return path.read_text()


def _shown(said: argparse.Namespace) -> Shown:
    if said.workspace is None:
        folder = copy_sample(said.home / "sample").root.resolve()
        return Shown("sample", folder, NIGHTS, said.night or FIRST)
    folder = said.workspace.resolve()
    if not (folder / "matchback.toml").is_file():
        raise CannotStart(f"{said.workspace} is no workspace: there is no matchback.toml in it.")
    name = re.sub(r"[^a-z0-9_-]+", "-", folder.name.lower()).strip("-_0123456789")[:40] or "workspace"
    return Shown(name, folder, "", said.night)


def _run(shown: Shown, airflow: LocalAirflow) -> None:
    began = time.monotonic()
    try:
        print("Airflow is starting; that takes about a minute.", flush=True)
        airflow.start()
        _wait(airflow, began, "its parts", lambda: airflow.healthy() >= PARTS)
        _make_pools(airflow)
        _wait(airflow, began, "the DAGs", lambda: _dags_are_known(airflow, shown))
        triggered = _begin(airflow, shown)
        print(_words(airflow, shown, triggered), flush=True)
        while True:
            airflow.refuse_ended()
            time.sleep(BETWEEN_LOOKS)
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        print("\nStopping Airflow; a task that is cut off now is tried again.", flush=True)
        airflow.stop()


def _wait(airflow: LocalAirflow, began: float, what: str, met: Callable[[], bool]) -> None:
    """Wait until something is met, while every component lives."""
    while not _holds(met):
        airflow.refuse_ended()
        if time.monotonic() - began > PATIENCE:
            raise CannotStart(
                f"Airflow did not bring up {what} in {PATIENCE:.0f} s. Its logs: {_short(airflow.home)}/*.log"
            )
        time.sleep(BETWEEN_LOOKS)
    print(f"  {time.monotonic() - began:3.0f} s  {what} are up", flush=True)


def _holds(met: Callable[[], bool]) -> bool:
    try:
        return met()
    except OSError:  # nobody answers yet
        return False


def _make_pools(airflow: LocalAirflow) -> None:
    known = {pool["name"] for pool in airflow.call("pools")["pools"]}
    for name, pool in json.loads((REPOSITORY / "dags" / "pools.json").read_text()).items():
        if name not in known:
            airflow.call("pools", {"name": name, **pool})


def _dags_are_known(airflow: LocalAirflow, shown: Shown) -> bool:
    known = {dag["dag_id"] for dag in airflow.call("dags?limit=100")["dags"]}
    return known >= {f"{shown.name}.{dag}" for dag in DAGS}


def _begin(airflow: LocalAirflow, shown: Shown) -> bool:
    """Trigger the night to begin with, if there is one and nothing has run yet; return whether it was."""
    runs = f"dags/{shown.name}.offline_events/dagRuns"
    if shown.night is None or airflow.call(f"{runs}?limit=1")["total_entries"]:
        return False
    conf = {"as_of": shown.night.isoformat(), "allow_future": shown.night > datetime.now(UTC).date()}
    # With the moment, as the form gives it.
    airflow.call(runs, {"logical_date": datetime.now(UTC).isoformat(), "conf": conf})
    return True


def _words(airflow: LocalAirflow, shown: Shown, triggered: bool) -> str:
    """Say where it is, and what to click."""
    dag = f"{airflow.address}/dags/{shown.name}.offline_events"
    published = _short(shown.folder / "var" / "published" / "current" / "report.html")
    many = "give the night as the as-of date"
    if shown.schedule:
        many += f", from {FIRST + timedelta(days=1)} on;  several at once: Backfill, through {LAST}"
    said = [
        "",
        f"Airflow    {airflow.address}   no login, and heard on this machine only",
        f"Workspace  {_short(shown.folder)}",
    ]
    if triggered:
        said.append(f"Running    the night of {shown.night}, a minute or two: {dag}")
    said += [
        "",
        f"Next       {dag}  >  Trigger",
        f"           {many}",
        f"           afterwards:  {published}",
        "Stop       Ctrl-C; started again, it goes on.  make clean  removes it all.",
    ]
    return "\n".join(said)


def _short(path: Path) -> str:
    """Return a path as one would type it from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
