"""An Airflow of this checkout's own: its database, its four components and their end, on the loopback interface only.

Nothing of another installation is read: every setting that differs from Airflow's defaults stands in `settings`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).with_name("airflow")
LOOPBACK = "127.0.0.1"
LAST_LINES = 15  # of the log of a component that ended
TIME_TO_END = 10.0  # seconds; one that waits for a task is not waited for longer
TIME_TO_ANSWER = (
    120.0  # seconds; more than one is much, but a first start shares its processors with the DAGs
)
# The scheduler and the triggerer would show their logs to every interface, and nothing could forbid it.
COMPONENTS = {
    "api-server": ("--host", LOOPBACK),
    "dag-processor": (),
    "scheduler": ("--skip-serve-logs",),
    "triggerer": ("--skip-serve-logs",),
}


class ComponentEnded(Exception):
    """A part of Airflow has ended by itself; says which, and the end of its log."""


class LocalAirflow:
    """One installation with its state in `home`; `variables` is what its tasks see beside this process's own."""

    def __init__(self, home: Path, port: int, secret: str, variables: dict[str, str]) -> None:
        self.home = home
        self.port = port
        self.address = f"http://{LOOPBACK}:{port}"
        # Whoever reads another installation's settings would write into its database.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("AIRFLOW") or name.startswith("AIRFLOW_CONN_")
        }
        self._variables = inherited | self._settings(secret) | variables
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._token = ""

    def _settings(self, secret: str) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "3",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            # Follows the port, or else the tasks would report to whatever listens on Airflow's own, 8080.
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db?timeout=120",
            "AIRFLOW__API__HOST": LOOPBACK,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secret,
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            # On a busy machine the API server needs longer for its first answers than Airflow's tasks wait by default.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "20",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        }

    def start(self) -> None:
        """Make the database if this version has not yet, and start the components; none is ready when this returns."""
        made = self.home / "made_by_version"
        if not made.exists() or made.read_text() != version("apache-airflow"):
            self._run("db", "migrate")
            made.write_text(version("apache-airflow"))
        for name, options in COMPONENTS.items():
            with self._log(name).open("wb") as log:
                self._processes[name] = subprocess.Popen(
                    [PROGRAM, name, *options],
                    env=self._variables,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for the one that started it, which ends all in order
                )

    def refuse_ended(self) -> None:
        """Raise ComponentEnded for a component that is no more."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise ComponentEnded(
                    f"Airflow's {name} has ended by itself (exit code {process.returncode}):\n"
                    f"{self._end_of_log(name)}"
                )

    def healthy(self) -> set[str]:
        """Return the parts that say that they are well. Raises OSError while none can be asked."""
        parts = self._ask("monitor/health")
        return {name for name, said in parts.items() if said.get("status") == "healthy"}

    def stop(self) -> None:
        """End every component with all that it started: ask first, then insist."""
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        self._wait_for_end(TIME_TO_END)
        for process_id in self._left():
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        self._wait_for_end(5.0)

    def _wait_for_end(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._left() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _left(self) -> set[int]:
        """Return the living processes of the components' sessions: tasks have process groups of their own."""
        sessions = {str(process.pid) for process in self._processes.values()}
        left = {process.pid for process in self._processes.values() if process.poll() is None}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, _, _, session, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
                if session in sessions and state != "Z":
                    left.add(int(stat.parent.name))
        return left

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the REST API as the administrator that everybody is here; return its answer."""
        if not self._token:
            self._token = self._open(f"{self.address}/auth/token")["access_token"]
        return self._ask(path, body)

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._open(f"{self.address}/api/v2/{path}", body)

    def _open(self, address: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 (ours, on loopback)
        with urllib.request.urlopen(request, timeout=TIME_TO_ANSWER) as answer:  # noqa: S310
            return json.load(answer)

    def _run(self, *arguments: str) -> None:
        with self._log(arguments[0]).open("wb") as log:
            ended = subprocess.run(
                [PROGRAM, *arguments], env=self._variables, stdout=log, stderr=subprocess.STDOUT
            )
        if ended.returncode != 0:
            command = " ".join(("airflow", *arguments))
            raise ComponentEnded(
                f"{command} failed (exit code {ended.returncode}):\n{self._end_of_log(arguments[0])}"
            )

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def _end_of_log(self, name: str) -> str:
        lines = self._log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join(["  " + line for line in lines] + [f"All of it: {self._log(name)}"])
