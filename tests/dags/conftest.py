"""The one Airflow of these tests: started once, with a workspace for each scenario that a test asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dags import arriving, faults, sample_scenario, scenarios
from dags.airflow_process import REPOSITORY, Airflow
from dags.small_world import NIGHTS, SmallWorld, make_small_world
from servers.postgres import start_postgres
from servers.s3 import S3Server
from servers.sshd import Sshd

Started = dict[str, Future[Any]]
SCENARIOS: dict[str, Callable[[scenarios.Small], Any]] = {
    "again": scenarios.again,
    "arriving": arriving.arriving,
    "killed": scenarios.killed,
    "stopped": scenarios.stopped,
    "together": scenarios.together,
}


@pytest.fixture(scope="session")
def small_world(sshd: Sshd, s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> SmallWorld:
    """The small bank, its three nights run by the command line."""
    return make_small_world(tmp_path_factory.mktemp("small"), sshd, s3)


def _small_entry(name: str, workspace: Path) -> dict[str, Any]:
    """Return the listing of a small workspace: run by hand and by backfill only, since its last night has passed."""
    return {
        "folder": str(workspace),
        "first_night": NIGHTS[0].isoformat(),
        "last_night": NIGHTS[-1].isoformat(),
        "housekeeping": "",
        "pool": f"{name}_writer",
        "retry_seconds": scenarios.RETRY_SECONDS[name],
        "notify": [
            {
                "class": "file_notifier.FileNotifier",
                "arguments": {"path": f"{workspace}.told", "text": "{message}"},
            }
        ],
    }


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Every scenario that a test asks for, under way: one Airflow serves all, and they wait while others work."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    home = tmp_path_factory.mktemp("airflow")
    plan = home / "faults.json"
    plan.write_text(json.dumps(scenarios.PLAN))
    sent = plan.with_suffix(".sent")
    sent.touch()
    variables = {
        "PYTHONPATH": ":".join(str(REPOSITORY / folder) for folder in ("src", "tests", "tests/dags")),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "tests" / "dags" / "plugins"),
        faults.FAULTS: str(plan),
    }
    entries: dict[str, Any] = {}
    if "by_airflow" in wanted:
        servers = request.getfixturevalue("sshd"), request.getfixturevalue("s3")
        entries["bank"], connections = sample_scenario.listed(home, *servers)
        variables |= connections
    names = sorted(wanted & set(SCENARIOS))
    world: SmallWorld | None = request.getfixturevalue("small_world") if names else None
    if world is not None:
        for name in names:
            workspace = home / name
            entries[name] = _small_entry(name, workspace)
            if name == arriving.NAME:
                arriving.make_workspace(world, request.getfixturevalue("sshd"), workspace)
                entries[name] |= arriving.options()
            else:
                world.copy(1 if name == "again" else 2, workspace)
        variables |= world.environment
    variables["MATCHBACK_WORKSPACES"] = json.dumps(entries)
    postgres = start_postgres(home / "postgres.log")
    airflow = Airflow(home, variables, postgres)
    small = {
        name: scenarios.Small(airflow, name, home / name, sent, variables, world) for name in names if world
    }
    pool = ThreadPoolExecutor(len(entries))
    try:
        watched = [arriving.connection(request.getfixturevalue("sshd"))] if arriving.NAME in names else []
        writers = [f"{name}_writer" for name in names]
        airflow.start(list(entries), writers, watched, triggerer=bool(watched))
        begun: Started = {name: pool.submit(SCENARIOS[name], small[name]) for name in names}
        if "by_airflow" in wanted:
            begun["by_airflow"] = pool.submit(sample_scenario.run, airflow)
        yield begun
    finally:
        airflow.stop()
        postgres.stop()
        pool.shutdown()
