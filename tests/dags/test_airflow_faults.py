"""Nights that are killed, stopped, run twice or at once under a real Airflow: all end as the command line's."""

from __future__ import annotations

from typing import Any

import pytest

from dags.scenarios import KILLED, OVERLAP, Again, Ended
from dags.small_world import Outcome, SmallWorld, outcome_of

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("airflow")]


@pytest.fixture(scope="module")
def killed(started: dict[str, Any]) -> Ended:
    """A night of which every task was killed, most at two or three points."""
    ended: Ended = started["killed"].result()
    return ended


@pytest.fixture(scope="module")
def stopped(started: dict[str, Any]) -> Ended:
    """A night with three zombies that woke up."""
    ended: Ended = started["stopped"].result()
    return ended


@pytest.fixture(scope="module")
def together(started: dict[str, Any]) -> tuple[Ended, int]:
    """A night by the command line, by hand and by a backfill at once."""
    ended: tuple[Ended, int] = started["together"].result()
    return ended


@pytest.fixture(scope="module")
def again(started: dict[str, Any]) -> Again:
    """Two nights at once, then cleared, then backfilled again."""
    ended: Again = started["again"].result()
    return ended


@pytest.fixture(scope="module")
def expected(small_world: SmallWorld) -> Outcome:
    """What the command line came to, night by night."""
    outcome = outcome_of(small_world.reference)
    assert outcome.tables["recognitions"]
    assert len(outcome.received) == 7
    assert len(outcome.paid) == 1
    assert any(name.endswith(".csv") for name in outcome.payouts)
    return outcome


def assert_equal(outcome: Outcome, expected: Outcome) -> None:
    """Say by name which tables differ."""
    assert sorted(outcome.tables) == sorted(expected.tables)
    assert [name for name in expected.tables if outcome.tables[name] != expected.tables[name]] == []
    assert outcome == expected


def ends(ended: Ended, dag: str) -> dict[tuple[str, int], tuple[str, int]]:
    """Return the state and the number of the last try of each task, by name and map index."""
    return {
        (task["task_id"], task["map_index"]): (task["state"], task["try_number"]) for task in ended.tasks[dag]
    }


def test_a_task_killed_at_any_point_is_tried_again_and_the_night_equals_the_command_lines(
    killed: Ended, expected: Outcome
) -> None:
    assert_equal(killed.outcome, expected)


def test_every_task_was_killed_as_often_as_planned(killed: Ended) -> None:
    planned = [
        f"{task} {number}: {words}" for task, tries in KILLED.items() for number, words in enumerate(tries, 1)
    ]
    assert sorted(killed.sent) == sorted(planned)
    for task, tries in KILLED.items():
        _, dag, name = task.split(".")
        map_index = 0 if name == "take_in" else -1
        assert ends(killed, dag)[name, map_index] == ("success", len(tries) + 1)


def test_a_zombie_that_wakes_up_changes_nothing(stopped: Ended, expected: Outcome) -> None:
    assert_equal(stopped.outcome, expected)


def test_a_task_that_meets_the_zombies_lock_is_tried_until_it_is_free(stopped: Ended) -> None:
    assert ends(stopped, "offline_events")["take_in", 0] == ("success", 2)
    for dag, task in (("offline_events", "load"), ("publish_reports", "publish")):
        state, number = ends(stopped, dag)[task, -1]
        assert state == "success"
        assert number >= 3  # it was stopped, then refused in words


def test_one_night_run_three_times_at_once_is_run_once(
    together: tuple[Ended, int], expected: Outcome
) -> None:
    ended, code = together
    assert code == 0
    assert_equal(ended.outcome, expected)


def test_of_three_that_run_one_night_those_of_airflow_wait_in_words(together: tuple[Ended, int]) -> None:
    ended, _ = together
    runs = ended.runs["offline_events"]
    assert sorted(run["run_type"] for run in runs) == ["backfill", "manual"]
    assert {run["state"] for dag in ended.runs.values() for run in dag} == {"success"}
    assert max(task["try_number"] for task in ended.tasks["offline_events"] if task["task_id"] == "load") > 1


def test_nights_backfilled_at_once_go_one_by_one(again: Again, expected: Outcome) -> None:
    assert OVERLAP in again.log
    assert {run["state"] for dag in again.backfilled.runs.values() for run in dag} == {"success"}
    assert_equal(again.backfilled.outcome, expected)


def test_clearing_a_finished_run_changes_nothing(again: Again, expected: Outcome) -> None:
    assert_equal(again.cleared.outcome, expected)
    runs = again.cleared.runs
    assert len(runs["offline_events"]) == 2
    assert len(runs["publish_reports"]) > len(again.backfilled.runs["publish_reports"])
    assert {run["state"] for dag in runs.values() for run in dag} == {"success"}


def test_backfilling_nights_again_changes_nothing(again: Again, expected: Outcome) -> None:
    assert_equal(again.reprocessed.outcome, expected)
    assert again.last == again.first
    runs = again.reprocessed.runs
    assert len(runs["publish_reports"]) > len(again.cleared.runs["publish_reports"])
    assert {run["state"] for dag in runs.values() for run in dag} == {"success"}


@pytest.mark.parametrize("name", ["killed", "stopped", "again"])
def test_a_refused_record_is_told_once(name: str, request: pytest.FixtureRequest) -> None:
    """Also when the try that loaded it was killed, or slept, before it could tell."""
    ended = request.getfixturevalue(name)
    told = ended.reprocessed.told if isinstance(ended, Again) else ended.told
    refused = [line for line in told if " refused" in line]
    assert refused == [f"Matchback {name}, night of 2026-11-05: 1 record refused. See  matchback files list"]
