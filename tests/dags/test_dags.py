"""The DAGs as a real Airflow runs them on the sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dags.sample_scenario import BACKFILLED, BACKUP, EVENTS, FOLLOWING, HOUSEKEEPING, MISTYPED, Ran
from dags.worlds import NIGHTS, copy_of_sample, payout_files, published_tables, run_by_command_line
from matchback.backup_manifest import verify_backups
from matchback.journal import Journal
from matchback.progress import QuietProgress
from matchback.settling import finished_runs
from servers.s3 import S3Server

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]
LATE = (
    "is late since today; 1 expected day lacks its files, from 2026-10-31 on. See  matchback feeds calendar"
)
TOLD = (
    f"2026-10-31: feed account-openings {LATE}",
    f"2026-10-31: feed core-export {LATE}",
    "2026-11-05: 1 record refused. See  matchback files list",
)


@pytest.fixture(scope="module")
def by_airflow(started: dict[str, Any]) -> Ran:
    """The sample by a real Airflow, from a real sshd and a real S3 server: a dry run, a night, a backfill."""
    ran: Ran = started["by_airflow"].result()
    return ran


def test_every_run_succeeds_but_the_refused_one(by_airflow: Ran) -> None:
    assert by_airflow.states(EVENTS) == [*["success"] * (len(NIGHTS) + 1), "failed"], by_airflow.logs
    for dag in (*FOLLOWING, BACKUP, HOUSEKEEPING):
        assert set(by_airflow.states(dag)) == {"success"}, by_airflow.logs


def test_a_backup_of_the_last_night_is_made_and_holds(by_airflow: Ran) -> None:
    verified = verify_backups(by_airflow.home / "backups", QuietProgress())
    assert list(verified.backups) == [f"0001-{NIGHTS[-1]}"]
    assert verified.holds


def test_the_load_wakes_the_rewards_and_they_the_publication(by_airflow: Ran) -> None:
    for dag in FOLLOWING:
        assert {run["run_type"] for run in by_airflow.runs[dag]} == {"asset_triggered"}


def test_a_backfill_finishes_each_night_before_the_next_is_loaded(by_airflow: Ran) -> None:
    kinds = [run["run_type"] for run in by_airflow.runs[EVENTS]]
    assert kinds == ["manual"] * 2 + ["backfill"] * len(BACKFILLED) + ["manual"] * 2
    loaded, published = list[date](), list[date]()
    for as_of, steps in finished_runs(Journal(by_airflow.workspace / "var" / "journal")):
        if "load" in steps:
            assert published == loaded
            loaded.append(as_of)
        if "publish" in steps and as_of not in published:
            published.append(as_of)
    assert loaded == published == list(NIGHTS)


def test_a_dry_run_receives_and_wakes_nothing(by_airflow: Ran) -> None:
    tasks = by_airflow.tasks[by_airflow.runs[EVENTS][0]["dag_run_id"]]
    states = {task["task_id"]: task["state"] for task in tasks}
    skipped = dict.fromkeys(("take_in", "load"), "skipped")
    assert states == {
        "list_files": "success",
        "every_file_was_taken_in": states["every_file_was_taken_in"],
        **skipped,
    }
    assert by_airflow.received_by_dry_run == 0


def test_a_form_with_a_day_that_is_none_is_refused(by_airflow: Ran) -> None:
    status, words = by_airflow.refused
    assert status == 400
    assert "as_of" in words and "is not a 'date'" in words


def test_what_failed_was_refused_or_is_late_is_told_once_in_ids_and_counts(by_airflow: Ran) -> None:
    """And nothing else is told: on the first night two feeds have never come, on the last one a record is refused."""
    run_id = by_airflow.runs[EVENTS][-1]["dag_run_id"]
    failed = [
        f"told: Matchback bank: {task} of {EVENTS} failed (ConfigurationError) at try 1, run {run_id}. "
        "Its log says what to do."
        for task in ("list_files", "load")
    ]
    held_back = [f"told: Matchback bank, night of {words}" for words in TOLD]
    assert sorted(by_airflow.told) == sorted([*failed, *held_back])


def test_what_the_operator_added_stands_in_the_recognitions(by_airflow: Ran) -> None:
    recognitions = published_tables(by_airflow.workspace)["recognitions"]
    assert [row for row in recognitions if "MANUAL" in row]


def test_a_day_after_today_fails_at_once_and_changes_nothing(by_airflow: Ran) -> None:
    run_id = by_airflow.runs[EVENTS][-1]["dag_run_id"]
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
    tasks = [task for run in by_airflow.runs[EVENTS] for task in by_airflow.tasks[run["dag_run_id"]]]
    taken = [task for task in tasks if task["task_id"] == "take_in" and task["map_index"] >= 0]
    files = published_tables(by_airflow.workspace)["files"]
    assert len(taken) == len(files) > 40
    assert {task["try_number"] for task in taken} == {1}
    assert all(len(task["rendered_map_index"].split()) == 3 for task in taken)


def test_tasks_hand_over_no_file_names(by_airflow: Ran) -> None:
    assert EVENTS.encode() in by_airflow.metadata
    delivered = [path for path in (by_airflow.workspace / "inbox").rglob("*") if path.is_file()]
    assert delivered
    told = "\n".join(by_airflow.told).encode()
    assert [path.name for path in delivered if path.name.encode() in by_airflow.metadata + told] == []


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
