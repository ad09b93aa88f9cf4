"""Both DAGs, as Airflow reads them and as a real Airflow runs them on the sample."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dags.airflow_process import PROGRAM, REPOSITORY, Airflow
from dags.worlds import copy_of_sample, published_tables, run_by_command_line, spread_over_servers
from servers.s3 import S3Server
from servers.sshd import Sshd

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]

NIGHTS = (date(2026, 10, 31), date(2026, 11, 2))
HEAVY = ("pandera", "polars", "pandas", "pyarrow", "scipy", "altair", "duckdb")
READ_DAGS = f"""
import json, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag({str(REPOSITORY / "dags")!r})
tasks = {{name: sorted(dag.task_ids) for name, dag in bag.dags.items()}}
loaded = sorted(set({HEAVY!r}) & (set(sys.modules) - before))
print(json.dumps({{"errors": bag.import_errors, "tasks": tasks, "loaded": loaded}}))
"""


@pytest.fixture(scope="module")
def as_read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of the folder of DAGs."""
    airflow = Airflow(tmp_path_factory.mktemp("airflow-read"), {})
    result = subprocess.run(
        [str(PROGRAM.with_name("python")), "-c", READ_DAGS],
        env=airflow.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer


def test_airflow_reads_both_dags(as_read: dict[str, Any]) -> None:
    assert as_read["errors"] == {}
    steps = ["publish", "recognize", "report", "resolve", "reward"]
    assert as_read["tasks"] == {
        "offline_events": ["every_file_was_taken_in", "list_files", "load", "take_in"],
        "reward_run": ["choose_nights", *(f"one_night.{step}" for step in steps)],
    }


def test_reading_the_dags_loads_no_heavy_library(as_read: dict[str, Any]) -> None:
    assert as_read["loaded"] == []


@pytest.fixture(scope="module")
def by_airflow(
    sshd: Sshd, s3: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Airflow, Path]]:
    """The sample's first nights, run by a real Airflow that picks files up from a real sshd and a real S3 server."""
    home = tmp_path_factory.mktemp("airflow")
    workspace = copy_of_sample(home / "workspace")
    connections = spread_over_servers(workspace, sshd, s3)
    airflow = Airflow(home, {"MATCHBACK_WORKSPACE": str(workspace), "MATCHBACK_SCHEDULE": "", **connections})
    try:
        airflow.start()
        for count, night in enumerate(NIGHTS, start=1):
            airflow.trigger("offline_events", as_of=night.isoformat())
            airflow.wait_for_runs("offline_events", count, 900)
            airflow.wait_for_runs("reward_run", count, 600)
        yield airflow, workspace
    finally:
        airflow.stop()


def test_every_run_of_both_dags_succeeds(by_airflow: tuple[Airflow, Path]) -> None:
    airflow, _ = by_airflow
    states = {dag: [run["state"] for run in airflow.runs(dag)] for dag in ("offline_events", "reward_run")}
    assert states == {"offline_events": ["success"] * 2, "reward_run": ["success"] * 2}, airflow.logs()


def test_the_load_wakes_the_rewards(by_airflow: tuple[Airflow, Path]) -> None:
    airflow, _ = by_airflow
    assert [run["run_type"] for run in airflow.runs("reward_run")] == ["asset_triggered"] * 2


def test_one_task_takes_in_one_file(by_airflow: tuple[Airflow, Path]) -> None:
    airflow, workspace = by_airflow
    taken = [
        task
        for run in airflow.runs("offline_events")
        for task in airflow.tasks("offline_events", run["dag_run_id"])
        if task["task_id"] == "take_in"
    ]
    files = published_tables(workspace)["files"]
    assert len(taken) == len(files) > 20
    assert {task["try_number"] for task in taken} == {1}
    assert all(len(task["rendered_map_index"].split()) == 3 for task in taken)


def test_tasks_hand_over_no_file_names(by_airflow: tuple[Airflow, Path]) -> None:
    airflow, workspace = by_airflow
    database = (airflow.home / "airflow.db").read_bytes()
    delivered = [path for path in (workspace / "inbox").rglob("*") if path.is_file()]
    assert delivered
    assert [path.name for path in delivered if path.name.encode() in database] == []


def test_results_go_back_to_the_source(by_airflow: tuple[Airflow, Path], s3: S3Server) -> None:
    import s3fs

    _, workspace = by_airflow
    assert list((workspace / "remote").rglob("*.results.csv"))
    store = s3fs.S3FileSystem(**s3.options, use_listings_cache=False)
    assert [name for name in store.find("bank") if name.endswith(".results.csv")]


def test_the_published_tables_equal_the_command_lines(
    by_airflow: tuple[Airflow, Path], tmp_path: Path
) -> None:
    _, workspace = by_airflow
    reference = copy_of_sample(tmp_path / "reference")
    run_by_command_line(reference, NIGHTS)
    expected, actual = published_tables(reference), published_tables(workspace)
    assert sorted(actual) == sorted(expected)
    assert [name for name in expected if actual[name] != expected[name]] == []
    assert expected["recognitions"]
