"""Both DAGs, as Airflow reads them and as a real Airflow runs them on the sample."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dags.airflow_process import PROGRAM, REPOSITORY, Airflow
from dags.worlds import (
    NIGHTS,
    copy_of_sample,
    payout_files,
    published_tables,
    record_acts,
    run_by_command_line,
    spread_over_servers,
)
from servers.s3 import S3Server
from servers.sshd import Sshd

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]

MISTYPED = "2126-11-08"
HEAVY = ("pandera", "polars", "pandas", "pyarrow", "scipy", "duckdb")
READ_DAGS = f"""
import json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
before = set(sys.modules)
folder = {str(REPOSITORY / "dags")!r}
bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="dags-folder")
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


@dataclass(frozen=True)
class Ran:
    """What an Airflow that has been stopped left: its runs by DAG, in their order, each run's tasks, and its logs."""

    home: Path
    workspace: Path
    runs: dict[str, list[dict[str, Any]]]
    tasks: dict[str, list[dict[str, Any]]]
    logs: str

    def states(self, dag_id: str) -> list[str]:
        return [run["state"] for run in self.runs[dag_id]]


@pytest.fixture(scope="module")
def by_airflow(sshd: Sshd, s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The whole sample, run by a real Airflow that picks files up from a real sshd and a real S3 server."""
    home = tmp_path_factory.mktemp("airflow")
    workspace = copy_of_sample(home / "workspace")
    connections = spread_over_servers(workspace, sshd, s3)
    airflow = Airflow(home, {"MATCHBACK_WORKSPACE": str(workspace), "MATCHBACK_SCHEDULE": "", **connections})
    try:
        airflow.start()
        for count, night in enumerate(NIGHTS, start=1):
            record_acts(workspace, night)
            airflow.trigger("offline_events", as_of=night.isoformat(), allow_future=True)
            airflow.wait_for_runs("offline_events", count, 900)
            airflow.wait_for_runs("reward_run", count, 600)
        airflow.trigger("offline_events", as_of=MISTYPED)
        airflow.wait_for_runs("offline_events", len(NIGHTS) + 1, 300)
        runs = {dag: airflow.runs(dag) for dag in ("offline_events", "reward_run")}
        tasks = {
            run["dag_run_id"]: airflow.tasks(dag, run["dag_run_id"]) for dag in runs for run in runs[dag]
        }
        return Ran(home, workspace, runs, tasks, airflow.logs())
    finally:
        airflow.stop()


def test_every_run_of_both_dags_succeeds(by_airflow: Ran) -> None:
    assert by_airflow.states("offline_events") == [*["success"] * len(NIGHTS), "failed"], by_airflow.logs
    assert by_airflow.states("reward_run") == ["success"] * len(NIGHTS), by_airflow.logs


def test_the_load_wakes_the_rewards(by_airflow: Ran) -> None:
    assert {run["run_type"] for run in by_airflow.runs["reward_run"]} == {"asset_triggered"}


def test_a_day_after_today_fails_at_once_and_changes_nothing(by_airflow: Ran) -> None:
    run_id = by_airflow.runs["offline_events"][-1]["dag_run_id"]
    tried = {task["task_id"]: (task["state"], task["try_number"]) for task in by_airflow.tasks[run_id]}
    assert tried == {
        "list_files": ("failed", 1),
        "take_in": ("upstream_failed", 0),
        "load": ("failed", 1),
        "every_file_was_taken_in": ("upstream_failed", 0),
    }
    said = [path.read_text() for path in (by_airflow.home / "logs").rglob(f"run_id={run_id}/**/*.log")]
    assert [f"as_of {MISTYPED} is later than today" in text for text in said] == [True, True]
    assert MISTYPED not in (by_airflow.workspace / "var" / "journal" / "journal.jsonl").read_text()


def test_one_task_takes_in_one_file(by_airflow: Ran) -> None:
    tasks = [
        task for run in by_airflow.runs["offline_events"][:-1] for task in by_airflow.tasks[run["dag_run_id"]]
    ]
    taken = [task for task in tasks if task["task_id"] == "take_in"]
    files = published_tables(by_airflow.workspace)["files"]
    assert len(taken) == len(files) > 100
    assert {task["try_number"] for task in taken} == {1}
    assert all(len(task["rendered_map_index"].split()) == 3 for task in taken)


def test_tasks_hand_over_no_file_names(by_airflow: Ran) -> None:
    database = b"".join(path.read_bytes() for path in by_airflow.home.glob("airflow.db*"))
    delivered = [path for path in (by_airflow.workspace / "inbox").rglob("*") if path.is_file()]
    assert delivered
    assert [path.name for path in delivered if path.name.encode() in database] == []


def test_results_go_back_to_the_source(by_airflow: Ran, s3: S3Server) -> None:
    import s3fs

    assert list((by_airflow.workspace / "remote").rglob("*.results.csv"))
    store = s3fs.S3FileSystem(**s3.options, use_listings_cache=False)
    assert [name for name in store.find("bank") if name.endswith(".results.csv")]


def test_the_published_tables_equal_the_command_lines(by_airflow: Ran, tmp_path: Path) -> None:
    reference = copy_of_sample(tmp_path / "reference")
    run_by_command_line(reference)
    expected, actual = published_tables(reference), published_tables(by_airflow.workspace)
    assert sorted(actual) == sorted(expected)
    assert [name for name in expected if actual[name] != expected[name]] == []
    assert expected["recognitions"]
    assert payout_files(by_airflow.workspace) == payout_files(reference) != {}
