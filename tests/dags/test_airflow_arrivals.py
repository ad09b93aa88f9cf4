"""A workspace with a calendar and with files that arrive, under a real scheduler and a real triggerer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dags.arriving import FILES, Arrived, run_by_command_line
from dags.small_world import NIGHTS, SmallWorld, outcome_of
from matchback.journal import Journal
from matchback.settling import finished_runs
from servers.sshd import Sshd

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]


@pytest.fixture(scope="module")
def arriving(started: dict[str, Any]) -> Arrived:
    """Two files that arrived, one in the calendar's night."""
    arrived: Arrived = started["arriving"].result()
    return arrived


def test_each_file_starts_one_run_with_nobody_acting(arriving: Arrived) -> None:
    runs = arriving.ended.runs["offline_events"]
    assert [run["run_type"] for run in runs] == ["scheduled", *["asset_triggered"] * len(FILES)]
    assert {run["state"] for dag in arriving.ended.runs.values() for run in dag} == {"success"}
    assert [told["payload"] for told in arriving.told] == [
        {"files": 1, "feeds": {name.partition("/")[0]: 1}} for name in FILES
    ]


def test_each_file_is_taken_in_by_the_run_that_it_started(arriving: Arrived) -> None:
    runs = [run["dag_run_id"] for run in arriving.ended.runs["offline_events"]]
    taken = [
        task["dag_run_id"]
        for task in arriving.ended.tasks["offline_events"]
        if task["task_id"] == "take_in" and task["map_index"] >= 0
    ]
    assert taken == runs[1:]


def test_a_load_whose_supervisor_was_killed_is_tried_again(arriving: Arrived) -> None:
    """It goes on by itself, unheard; what it has written is found."""
    assert arriving.ended.sent == ["arriving.offline_events.load 1: orphan before commit 1"]
    loads = [task for task in arriving.ended.tasks["offline_events"] if task["task_id"] == "load"]
    assert [task["try_number"] for task in loads] == [1, 2, 1]


def test_no_night_of_calendar_or_arrival_is_lost_or_doubled(
    arriving: Arrived, small_world: SmallWorld, sshd: Sshd, tmp_path: Path
) -> None:
    reference = tmp_path / "reference"
    run_by_command_line(small_world, sshd, reference, arriving.nights)
    expected, outcome = outcome_of(reference), arriving.ended.outcome
    assert [name for name in expected.tables if outcome.tables[name] != expected.tables[name]] == []
    assert outcome == expected
    assert outcome.paid
    published = {
        as_of
        for as_of, steps in finished_runs(Journal(arriving.workspace / "var" / "journal"))
        if "publish" in steps and as_of > NIGHTS[-1]
    }
    assert published == set(arriving.nights)
