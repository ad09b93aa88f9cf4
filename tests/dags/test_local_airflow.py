"""`make airflow`: a local Airflow comes up ready to click, is heard on this machine only, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dags.worlds import REPOSITORY
from servers import free_port
from servers.guardian import descendants

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]

PROGRAM = "affinity"
DAGS = ("housekeeping", "offline_events", "publish_reports", "reward_run")
LISTENING = "0A"  # in /proc/net/tcp
LOOPBACK = "0100007F"


@dataclass
class Started:
    """One `make airflow` with its state in `state`; what it says goes to `said`."""

    state: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        return _output(self.state).read_text()

    def wait(self, met: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}:\n{self.said}"
            time.sleep(0.5)

    def call(self, path: str) -> Any:
        """Call the REST API, which asks for no login here, and return its answer."""
        address = f"http://127.0.0.1:{self.port}"
        with urllib.request.urlopen(f"{address}/auth/token", timeout=120) as answer:
            token = json.load(answer)["access_token"]
        request = urllib.request.Request(
            f"{address}/api/v2/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def runs(self, dag: str) -> list[dict[str, Any]]:
        return list(self.call(f"dags/{PROGRAM}.{dag}/dagRuns")["dag_runs"])


def _output(state: Path) -> Path:
    return state.with_name("said.txt")


def start(workspace: Path, state: Path, port: int, night: str) -> Started:
    command = [
        "make",
        "airflow",
        f"WORKSPACE={workspace}",
        f"STATE={state}",
        f"PORT={port}",
        f"AS_OF={night}",
    ]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    with _output(state).open("wb") as output:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=own, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Started(state, port, process)


def living(process_ids: set[int]) -> set[int]:
    """Return those that have not ended; of them, what nobody has taken notice of yet has ended too."""
    found = set()
    for process_id in process_ids:
        with suppress(OSError):
            stat = Path(f"/proc/{process_id}/stat").read_text(errors="replace").rpartition(")")[2]
            found |= {process_id} if stat.split()[0] != "Z" else set()
    return found


def heard_at(process_ids: set[int]) -> set[tuple[str, int]]:
    """Return the addresses, as the kernel writes them, and the ports at which these processes listen."""
    sockets = set()
    for process_id in process_ids:
        for descriptor in Path(f"/proc/{process_id}/fd").glob("*"):
            with suppress(OSError):
                sockets.add(os.readlink(descriptor))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and f"socket:[{fields[9]}]" in sockets:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local") / PROGRAM
    subprocess.run(
        [REPOSITORY / ".venv" / "bin" / "matchback", "init", "--program", PROGRAM, folder],
        check=True,
        capture_output=True,
    )
    return folder


@dataclass(frozen=True)
class Seen:
    """What an Airflow that has been ended was like."""

    started: Started
    parts: dict[str, str]
    dags: list[str]
    paused: set[bool]
    runs: dict[str, list[dict[str, Any]]]
    heard: set[tuple[str, int]]
    second: subprocess.CompletedProcess[str]
    same_port: subprocess.CompletedProcess[str]
    left: set[int]


@pytest.fixture(scope="module")
def seen(workspace: Path) -> Iterator[Seen]:
    """Start it for its first night, look at it, and end it as a service manager would."""
    state = workspace.with_name("state")
    night = max(path.stem[-8:] for path in (workspace / "inbox").rglob("*.csv"))
    started = start(workspace, state, free_port(), f"{night[:4]}-{night[4:6]}-{night[6:]}")
    everyone: set[int] = set()
    try:
        started.wait(lambda: "Stop  " in started.said or started.process.poll() is not None, 600, "a start")
        assert started.process.poll() is None, started.said
        everyone = descendants(started.process.pid)
        report = workspace / "var" / "published" / "current" / "report.html"
        started.wait(report.is_file, 900, "the night to be published")
        everyone |= descendants(started.process.pid)
        health = started.call("monitor/health")
        dags = started.call("dags")["dags"]
        looks = Seen(
            started,
            {name: said["status"] for name, said in health.items()},
            sorted(dag["dag_id"] for dag in dags),
            {dag["is_paused"] for dag in dags},
            {dag: started.runs(dag) for dag in DAGS},
            heard_at(everyone),
            command(state, free_port()),
            command(state.with_name("other"), started.port),
            everyone,
        )
        started.process.send_signal(signal.SIGTERM)
        started.process.wait(60)
        yield looks
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(60)
        for process_id in living(everyone):
            os.kill(process_id, signal.SIGKILL)


def command(state: Path, port: int) -> subprocess.CompletedProcess[str]:
    """Run the program that the target runs, where it cannot start."""
    program = REPOSITORY / ".venv-airflow" / "bin" / "python"
    script = REPOSITORY / "sample_data" / "run_airflow.py"
    return subprocess.run(
        [program, script, state, "--port", str(port)], capture_output=True, text=True, timeout=60
    )


def test_every_part_is_well_and_every_dag_is_ready_to_click(seen: Seen) -> None:
    assert seen.parts == dict.fromkeys(("metadatabase", "scheduler", "triggerer", "dag_processor"), "healthy")
    assert seen.dags == [f"{PROGRAM}.{dag}" for dag in DAGS]
    assert seen.paused == {False}
    assert f"http://127.0.0.1:{seen.started.port}" in seen.started.said


def test_its_first_night_runs_by_itself_through_its_publication(seen: Seen, workspace: Path) -> None:
    states = {dag: [run["state"] for run in runs] for dag, runs in seen.runs.items()}
    assert states["housekeeping"] == []
    assert states["offline_events"] == states["reward_run"] == ["success"]
    assert [run["run_type"] for run in seen.runs["offline_events"]] == ["manual"]
    assert len(states["publish_reports"]) == 1
    assert (workspace / "var" / "published" / "current" / "report.html").is_file()


def test_it_is_heard_on_this_machine_only(seen: Seen) -> None:
    assert seen.heard == {(LOOPBACK, seen.started.port)}


def test_what_it_signs_with_is_for_its_user_only(seen: Seen) -> None:
    home = seen.started.state / "home"
    assert oct(home.stat().st_mode)[-3:] == "700"
    assert oct((home / "jwt_secret").stat().st_mode)[-3:] == "600"


def test_two_of_them_share_neither_folder_nor_port(seen: Seen) -> None:
    assert (seen.second.returncode, seen.second.stdout) == (1, "")
    assert seen.second.stderr == (
        f"An Airflow runs in {seen.started.state} already. End it first, with Ctrl-C.\n"
    )
    assert (seen.same_port.returncode, seen.same_port.stdout) == (1, "")
    assert seen.same_port.stderr == (
        f"Port {seen.started.port} of 127.0.0.1 cannot be had: Address already in use.\n"
        f"Choose another one:  make airflow PORT={seen.started.port + 1}\n"
    )


def test_ended_it_leaves_no_process(seen: Seen) -> None:
    assert len(seen.left) > 6
    seen.started.wait(lambda: not living(seen.left), 10, "everything to end")
    assert "Stopping Airflow" in seen.started.said


def test_a_part_that_ends_by_itself_ends_all_and_is_named(seen: Seen, workspace: Path) -> None:
    """Started again on what the first one left, with its database as it is."""
    database = (seen.started.state / "home" / "airflow.db").stat().st_ino
    again = start(workspace, seen.started.state, free_port(), "2026-11-21")
    everyone: set[int] = set()

    def triggerers() -> list[int]:
        everyone.update(descendants(again.process.pid))
        return [
            process_id
            for process_id in sorted(living(everyone))
            if b"triggerer" in Path(f"/proc/{process_id}/cmdline").read_bytes()
        ]

    try:
        again.wait(lambda: bool(triggerers()) or again.process.poll() is not None, 60, "the triggerer")
        os.kill(triggerers()[0], signal.SIGKILL)
        assert again.process.wait(60) == 2, again.said  # make's own, for a target that failed
        assert "Airflow's triggerer has ended by itself (exit code -9):" in again.said
        assert "All of it: " in again.said
        again.wait(lambda: not living(everyone), 10, "everything to end")
    finally:
        if again.process.poll() is None:
            again.process.terminate()
            again.process.wait(60)
    assert (seen.started.state / "home" / "airflow.db").stat().st_ino == database


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    program = REPOSITORY / ".venv-airflow" / "bin" / "python"
    script = REPOSITORY / "sample_data" / "run_airflow.py"
    refused = subprocess.run(
        [program, script, tmp_path / "state", "--port", str(free_port()), "--workspace", tmp_path],
        capture_output=True,
        text=True,
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"{tmp_path} is no workspace: there is no matchback.toml in it.\n"
