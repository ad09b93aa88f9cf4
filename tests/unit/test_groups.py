"""Tests of a group run in one worker: the sample, Airflow and the servers are started once, not once a worker."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("guard")
def test_a_group_stays_in_one_worker(request: pytest.FixtureRequest) -> None:
    """A pytest too new for its plug-in drops the group's name, runs the tests anywhere, and says nothing."""
    grouping = bool(request.config.getoption("loadgroup", default=False))
    assert request.node.nodeid.endswith("@guard") is grouping
