"""Simulations on the sample: the guide's real output, no difference without a change, and the far ends of the terms."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from end_to_end.conftest import SampleRun
from end_to_end.simulating_guide import COMMANDS, printed, quoted
from matchback.answers.simulate import Scope, simulate_recognition, sweep_recognition
from matchback.answers.simulate_terms import Edits
from matchback.progress import QuietProgress
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

PROGRAM = "refer-a-member"
MOST_CPU_SECONDS = 30.0  # measured: under 6 on two busy cores


def tried(run: SampleRun, **edits: Any) -> dict[str, Any]:
    return simulate_recognition(
        Workspace.at(run.workspace), Edits(program=PROGRAM, **edits), Scope(), QuietProgress()
    )


def difference(data: dict[str, Any]) -> list[int]:
    """Return all that differs, in recognitions and in money."""
    totals = data["recognitions"]
    return [
        totals["then_count"] - totals["now_count"],
        *(
            totals[name]
            for name in ("gained", "lost", "changed_advocate", "changed_eligibility", "changed_ground")
        ),
        *(row["then_minor"] - row["now_minor"] for row in data["rewards"]),
        *(row["gained"] + row["lost"] + row["changed_beneficiary"] for row in data["rewards"]),
    ]


def without_hash(text: str) -> str:
    """Leave out the hash of terms: it changes with every key that a program can have."""
    return re.sub(r"--accept-terms [0-9a-f]{16}", "--accept-terms HASH", text)


def test_the_guide_quotes_every_command() -> None:
    assert set(quoted()) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_guide_shows_what_is_printed(sample_run: SampleRun, name: str) -> None:
    assert without_hash(quoted()[name]) == without_hash(printed(name, sample_run.workspace))


def test_the_terms_in_force_give_what_was_published(sample_run: SampleRun) -> None:
    data = tried(sample_run)
    assert data["recognitions"]["now_count"] > 900
    assert set(difference(data)) == {0}


def test_deriving_everything_anew_under_the_same_terms_differs_in_nothing(sample_run: SampleRun) -> None:
    """The first value changes every table that rests on the terms; the second makes them as the nights made them."""
    workspace = Workspace.at(sample_run.workspace)
    edits = Edits(program=PROGRAM)
    sweep = "look_back_days.SHARE_RECIPIENT=0,90"
    data = sweep_recognition(workspace, edits, Scope(), QuietProgress(), sweep)
    none, same = data["values"]
    assert none["recognitions"]["lost"] > 0
    assert set(difference(same)) == {0}


def test_with_every_ground_off_only_support_recognizes(sample_run: SampleRun) -> None:
    started = time.process_time()
    data = tried(sample_run, order="/")
    assert time.process_time() - started < MOST_CPU_SECONDS
    left = [row for row in data["grounds"] if row["program"] == PROGRAM and row["then_count"]]
    assert [row["recognition_type"] for row in left] == ["MANUAL"]
    rewards = [row for row in data["rewards"] if row["program"] == PROGRAM]
    assert all(row["lost_stays"] + row["lost_voided"] == row["lost"] > 0 for row in rewards)
    others = [row for row in data["programs"] if row["program"] != PROGRAM]
    assert [row["changed_journeys"] for row in others] == [0]


def test_a_look_back_of_no_days_leaves_only_what_happened_on_the_day(sample_run: SampleRun) -> None:
    """Codes and members named on the form have no age, so they lose nobody; an earlier share counts no more."""
    data = tried(sample_run, look_back=("default=0", "SHARE_RECIPIENT=0"))
    counts = {
        row["recognition_type"]: row
        for row in data["grounds"]
        if row["program"] == PROGRAM and row["on_event"]
    }
    for name in ("ADVOCATE_CODE", "ADVOCATE_PARTNER_USER_ID", "SHAREABLE_ID", "MANUAL"):
        assert counts[name]["then_count"] >= counts[name]["now_count"] > 0
    earlier = [row for row in data["grounds"] if row["recognition_type"] == "SHARE_RECIPIENT"]
    assert all(row["then_count"] < row["now_count"] for row in earlier)
