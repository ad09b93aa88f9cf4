"""The reference of `explain --json` is what its shape says now, and a name that it does not hold is noticed."""

from __future__ import annotations

from pathlib import Path

from matchback.answers.explain_reference import explain_reference, strangers


def test_the_reference_is_current(repository: Path) -> None:
    assert (repository / "docs/reference/explain-json.md").read_text() == explain_reference()


def test_a_name_that_the_shape_does_not_hold_is_noticed() -> None:
    row = {"what": "click", "surprise": 1}
    data = {"audience": "staff", "timelines": [{"rows": [row], "person_ids": [1]}], "coupon": None}
    assert strangers(data) == {("timelines[].rows[]", "surprise")}


def test_an_advocates_answer_may_not_hold_what_a_staffs_may() -> None:
    assert strangers({"audience": "advocate", "journeys": [{"journey_id": 1}]}) == {
        ("journeys[]", "journey_id")
    }
