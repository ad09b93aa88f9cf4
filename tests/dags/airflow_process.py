"""A real Airflow on loopback: scheduler, DAG processor and API server, each a process that the test ends."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from servers import ServerProcess, free_port
from servers.postgres import PostgresServer

REPOSITORY = Path(__file__).resolve().parents[2]
DAGS = ("offline_events", "reward_run", "publish_reports", "housekeeping")  # of every workspace
PATIENCE = 180  # seconds that an answer may take on a busy machine
QUIET_LOOKS = 3
ASKED_EVERY = 3  # seconds: several scenarios wait at once, and every answer costs the API server work
PROGRAM = REPOSITORY / ".venv-airflow" / "bin" / "airflow"
PREPARE = """
import json, sys
from airflow.configuration import write_default_airflow_configuration_if_needed
write_default_airflow_configuration_if_needed()  # with its keys, as a command does: else all parts would at once
from airflow.utils.db import upgradedb
from airflow.utils.session import create_session
from airflow.models import Connection, Pool
declared = json.loads(sys.argv[1])
upgradedb()
with create_session() as session:
    session.add_all(Pool(pool=name, **options) for name, options in declared["pools"].items())
    session.add_all(Connection(**connection) for connection in declared["connections"])
"""


@dataclass
class Airflow:
    """One installation with its home in `home`; `environment` is added to what its tasks see.

    Its metadata lie in PostgreSQL, as in production; one that is never started needs none.
    """

    home: Path
    environment: dict[str, str]
    postgres: PostgresServer | None = None
    port: int = field(default_factory=free_port)
    processes: list[ServerProcess] = field(default_factory=list)
    _token: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The whole environment of its processes: nothing of another Airflow, and the loopback interface only."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        return {
            **inherited,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "5",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.postgres.url("psycopg2")
            if self.postgres
            else f"sqlite:///{self.home}/airflow.db",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets_of(self.home),
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "900",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            # Half of a night's tasks wait for the one before: by default, each a second longer than it takes.
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
            # A task that gives no sign of life is given up sooner than after the usual five minutes.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
            # On a busy machine the API server's first answers take longer than the five seconds that a task waits by
            # default: it would be given up before it began, and be tried again a minute later.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            **self.environment,
        }

    def command(self, *arguments: str) -> str:
        """Run one Airflow command and return what it printed."""
        result = subprocess.run(
            [str(PROGRAM), *arguments], env=self.variables, capture_output=True, text=True, cwd=self.home
        )
        assert result.returncode == 0, f"airflow {' '.join(arguments)}:\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def start(
        self,
        workspaces: Sequence[str],
        pools: Sequence[str] = (),
        connections: Sequence[dict[str, Any]] = (),
        *,
        triggerer: bool = False,
    ) -> None:
        """Make the database, the pools and the connections, start the components, and wait until all DAGs are known."""
        self._prepare(pools, connections)
        for name, *arguments in (
            ("api-server", "--host", "127.0.0.1", "--port", str(self.port)),
            ("dag-processor",),
            ("scheduler", "--skip-serve-logs"),
            *([("triggerer", "--skip-serve-logs")] if triggerer else []),
        ):
            command = [str(PROGRAM), name, *arguments]
            self.processes.append(ServerProcess(command, self.home / f"{name}.log", self.variables))
        self.processes[0].wait_for_port(self.port, 120)
        wanted = {f"{workspace}.{dag}" for workspace in workspaces for dag in DAGS}
        self.wait(lambda: wanted <= self.dags(), 120, "all DAGs to be known")

    def _prepare(self, pools: Sequence[str], connections: Sequence[dict[str, Any]]) -> None:
        """Make the database with what its people would put there, in one process: each costs seconds to start."""
        assert PROGRAM.exists(), "The tests need Airflow. Type:  make test"
        delivered = json.loads((REPOSITORY / "dags" / "pools.json").read_text())
        own = {pool: {"slots": 1, "description": "", "include_deferred": False} for pool in pools}
        declared = {"pools": delivered | own, "connections": list(connections)}
        result = subprocess.run(
            [str(PROGRAM.with_name("python")), "-c", PREPARE, json.dumps(declared)],
            env=self.variables,
            capture_output=True,
            text=True,
            cwd=self.home,
        )
        assert result.returncode == 0, result.stdout + result.stderr

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.stop()

    def call(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """Call the REST API and return its answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        url = f"http://127.0.0.1:{self.port}/api/v2/{path}"
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    @property
    def token(self) -> str:
        if self._token is None:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/auth/token", timeout=PATIENCE
            ) as answer:
                self._token = json.load(answer)["access_token"]
        return self._token

    def dags(self) -> set[str]:
        return {dag["dag_id"] for dag in self.call("dags?limit=100")["dags"]}

    def trigger(self, dag_id: str, **parameters: object) -> str:
        """Start a run; return its id."""
        return str(
            self.call(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": parameters})["dag_run_id"]
        )

    def trigger_by_form(self, dag_id: str, **parameters: object) -> None:
        """Start a run as the web page does, which gives it the moment as its logical date."""
        asked = {"logical_date": datetime.now(UTC).isoformat(), "conf": parameters}
        self.call(f"dags/{dag_id}/dagRuns", asked)

    def backfill(self, dag_id: str, first: date, last: date) -> None:
        """Begin a backfill of a range of dates, both included, by the command that the guide gives."""
        dates = ("--from-date", first.isoformat(), "--to-date", f"{last.isoformat()}T23:59")
        self.command("backfill", "create", "--dag-id", dag_id, *dates, "--max-active-runs", "1")

    def call_backfill(
        self, dag_id: str, first: date, last: date, *, at_once: int = 1, again: bool = False
    ) -> None:
        """Begin a backfill as the web page does, which costs no start of a command; `again`: also of what has run."""
        asked = {
            "dag_id": dag_id,
            "from_date": f"{first.isoformat()}T00:00:00Z",
            "to_date": f"{last.isoformat()}T23:59:00Z",
            "max_active_runs": at_once,
            "reprocess_behavior": "completed" if again else "none",
        }
        self.call("backfills", asked)

    def clear(self, dag_id: str, run_id: str) -> None:
        """Let every task of a run that has ended run again."""
        cleared = {"dag_run_id": run_id, "dry_run": False, "only_failed": False, "reset_dag_runs": True}
        self.call(f"dags/{dag_id}/clearTaskInstances", cleared)

    def log(self, dag_id: str, task_id: str) -> str:
        """Return what every try of a task has logged so far, in all runs of its DAG."""
        files = sorted((self.home / "logs" / f"dag_id={dag_id}").rglob(f"task_id={task_id}/**/*.log"))
        return "\n".join(path.read_text(errors="replace") for path in files)

    def refusal(self, dag_id: str, **parameters: object) -> tuple[int, str]:
        """Try to start a run that is refused; return the answer's status and words."""
        with pytest.raises(urllib.error.HTTPError) as refused:
            self.trigger(dag_id, **parameters)
        return refused.value.code, refused.value.read().decode()

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return list(self.call(f"dags/{dag_id}/dagRuns?order_by=start_date")["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return list(self.call(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000")["task_instances"])

    def wait_for_runs(self, dag_id: str, count: int, seconds: float) -> list[dict[str, Any]]:
        """Wait until `count` runs of a DAG have ended; return them."""

        def ended() -> bool:
            return sum(run["state"] in ("success", "failed") for run in self.runs(dag_id)) >= count

        self.wait(ended, seconds, f"{count} runs of {dag_id} to end", every=ASKED_EVERY)
        return self.runs(dag_id)

    def wait_until_idle(self, dag_ids: Sequence[str], seconds: float) -> None:
        """Wait until no run of these DAGs is under way or waits to begin, at several looks in a row.

        Between a task that updates an asset and the run that it wakes, nothing is under way for a moment.
        """
        quiet = 0

        def idle() -> bool:
            nonlocal quiet
            ended = all(run["state"] in ("success", "failed") for dag in dag_ids for run in self.runs(dag))
            quiet = quiet + 1 if ended else 0
            return quiet == QUIET_LOOKS

        self.wait(idle, seconds, f"{', '.join(dag_ids)} to be idle", every=ASKED_EVERY)

    def wait(self, met: Any, seconds: float, what: str, *, every: float = 1) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if met():
                return
            time.sleep(every)
        raise AssertionError(f"waited {seconds:.0f} s for {what}:\n{self.logs()}")

    def logs(self) -> str:
        """Return the ends of the components' and the tasks' logs."""
        files = [process.log for process in self.processes] + sorted((self.home / "logs").rglob("*.log"))
        return "\n".join(f"--- {path}\n{path.read_text(errors='replace')[-1500:]}" for path in files[-30:])


def secrets_of(home: Path) -> str:
    """Return the signing secret of this home, the same for all its processes."""
    path = home / "jwt"
    if not path.exists():
        path.write_text(secrets.token_hex(64))
    return path.read_text()
