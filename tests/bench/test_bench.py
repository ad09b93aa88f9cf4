"""The made world holds what its truth says, and recognition finds all of it that left a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.floor import floor_cpu_seconds, needed_columns
from bench.quality import judge
from bench.world import AS_OF, Size, make_world
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

SMALL = Size(
    openings=600, qualifications=300, shares=8_000, advocates=500, noise_clicks=1_000, noise_emails=1_000
)


@pytest.mark.slow
def test_recognition_finds_what_left_a_trace(tmp_path: Path) -> None:
    rows = make_world(tmp_path / "world", SMALL)
    assert rows["fact_shares"] == SMALL.shares
    context = open_context(Workspace.at(tmp_path / "world"), as_of=AS_OF)
    run_steps(context, ("pickup", "validate", "load", "resolve", "recognize"))
    _, ways = judge(tmp_path / "world")
    found = {way: (brought, recognized, right) for way, brought, recognized, right in ways}
    for way in ("click", "coupon", "sent", "link"):
        brought, recognized, right = found[way]
        assert brought == recognized == right > 0
    for way in ("alone", "late", "stale", "moved"):
        assert found[way][1] == 0
    assert found["misled"][2] == 0
    assert floor_cpu_seconds("recognize", tmp_path / "world") >= 0


def test_the_floor_scans_what_a_step_reads_and_does_not_make() -> None:
    needed = needed_columns("recognize")
    assert {"events", "shares", "clicks", "coupons"} <= set(needed)
    assert "recognitions" not in needed
    assert "occurred_at" in needed["events"]
