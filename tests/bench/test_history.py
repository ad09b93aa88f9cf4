"""A made history is resolved and recognized as real nights are; polars and pandas find the same winners in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.facts import HISTORY_ENDS, NIGHT, append_night, make_history
from bench.history import History, Size, key
from bench.peers import PEERS, export, run_peer
from bench.truth import ADDED, judge
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

SMALL = Size(events=2_000, shares=6_000, clicks=10_000, days=60, night_events=500)


def test_a_history_is_as_large_as_asked_and_the_same_every_time() -> None:
    history, again = History(SMALL), History(SMALL)
    assert len(history.shares) == SMALL.shares
    assert len(history.clicks) == SMALL.clicks
    assert (history.openings["coupon"] == again.openings["coupon"]).all()
    assert set(key("share", history.coupons["share"])).isdisjoint(key("coupon", history.coupons["share"]))
    assert max(history.shares["at"].max(), history.opened_at.max()) < (SMALL.days + 1) * 86_400_000_000


@pytest.mark.slow
def test_peers_find_the_same_winners_and_each_ground_adds_to_recall(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    rows = make_history(folder, SMALL)
    assert rows["events"] == SMALL.events
    workspace = Workspace.at(folder)
    run_steps(open_context(workspace, as_of=HISTORY_ENDS), ("resolve", "recognize"))
    assert append_night(folder, SMALL)["events"] == SMALL.night_events
    *_, recognized = run_steps(open_context(workspace, as_of=NIGHT), ("resolve", "recognize"))
    assert recognized.counts["recognized"] + recognized.counts["unrecognized"] == (
        SMALL.events + SMALL.night_events
    )
    export(folder, tmp_path / "parquet")
    for peer in PEERS:
        found = run_peer(peer, tmp_path / "parquet")
        assert found["rows"] > 0
        assert found["missing"] == found["surplus"] == 0
    recalls = [found.recall for _, found in judge(folder, (ADDED[0], *ADDED[-2:]))]
    assert recalls == sorted(set(recalls))
