"""The sample's nights replayed: every planted defect, act, payout and held file comes out the same again."""

from __future__ import annotations

import pytest

from end_to_end.conftest import SampleRun
from matchback.answers.replay import replay
from matchback.progress import QuietProgress
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


def test_the_sample_replays_to_the_last_row(sample_run: SampleRun) -> None:
    found = replay(Workspace.at(sample_run.workspace), QuietProgress())
    assert [table.row() for table in found.tables if not table.equal] == []
    assert (found.differences, found.damaged, found.notes) == ([], [], [])
    assert len(found.nights) == 8
    assert found.payouts >= 5
    rows = {table.table: table.rows or 0 for table in found.tables}
    assert (
        min(rows[name] for name in ("operator_acts", "reward_entries", "refusals", "recognition_history")) > 0
    )
