"""A feed is late from the first expected day after the last one that was whole; it is told of once a night."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from matchback import handover, steps
from matchback.answers.calendar import excuse
from matchback.workspace import writer_lock

CONFIGURATION = """
[workspace]
name = "test-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox"
pattern = "ann_{date:%Y%m%d}.csv"
expect = { from = 2026-11-01, by = "06:00" }

[[feeds]]
id = "branch"
kind = "events"
source = "branch"
pattern = "*.csv"
"""
CONTENT = "event_name,event_time,email,partner_event_id\naccount_opened,2026-11-02,ann@example.com,E1\n"
EARLY = datetime(2026, 11, 4, 10, 59, tzinfo=UTC)  # 05:59 in New York
DUE = datetime(2026, 11, 4, 11, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("openly-fake-secret-of-a-test")
    (tmp_path / "matchback.toml").write_text(CONFIGURATION)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "branch").mkdir()
    return tmp_path


def loaded(root: Path, moment: datetime | None = None, as_of: str = "2026-11-04") -> dict[str, Any]:
    night = handover.open_night(str(root), as_of, DUE)
    handover.bring_up_to(night, ("pickup",))
    return handover.load_night(night, moment)


def late(since: str, days: int, missing: int, *, told: bool = False) -> dict[str, Any]:
    return {"feed_id": "openings", "since": since, "days": days, "missing": missing, "told": told}


def test_a_feed_that_never_came_is_late_since_it_was_first_expected(root: Path) -> None:
    night = loaded(root)
    assert night["late"] == [late("2026-11-01", 3, 4)]
    assert night["lag_days"] == {"openings": 3}


def test_on_the_day_itself_a_feed_is_late_from_its_hour_on(root: Path) -> None:
    (root / "inbox" / "ann_20261103.csv").write_text(CONTENT)
    before = loaded(root, EARLY)
    assert (before["late"], before["lag_days"]) == ([], {"openings": 0})
    assert loaded(root, DUE)["late"] == [late("2026-11-04", 0, 1)]


def test_a_gap_further_back_and_an_excused_day_are_not_late(root: Path) -> None:
    (root / "inbox" / "ann_20261103.csv").write_text(CONTENT)
    night = handover.open_night(str(root), "2026-11-04", DUE)
    excuse(night, "openings", date(2026, 11, 4), "sender_asked")
    assert loaded(root)["late"] == []


def test_each_night_tells_of_a_late_feed_once(root: Path) -> None:
    assert loaded(root)["late"] == [late("2026-11-01", 3, 4)]
    handover.note_told(str(root), ["openings"], "2026-11-04")
    assert loaded(root)["late"] == [late("2026-11-01", 3, 4, told=True)]
    assert loaded(root, as_of="2026-11-05")["late"] == [late("2026-11-01", 4, 5)]


def test_a_night_says_what_became_of_its_records(root: Path) -> None:
    (root / "inbox" / "ann_20261103.csv").write_text(CONTENT.replace("2026-11-02", "2nd of November"))
    night = loaded(root)
    assert night["outcomes"] | {"refused": 1, "accepted": 0} == night["outcomes"]
    assert "refused" in night["held_back"] or "refused_files" in night["held_back"]


def test_what_was_loaded_is_told_though_somebody_else_writes_right_after_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried again, the load would find nothing to do, and nobody would hear of what it refused."""
    (root / "inbox" / "ann_20261103.csv").write_text(CONTENT.replace("2026-11-02", "2nd of November"))
    run_steps = steps.run_steps
    with ExitStack() as somebody:

        def run_and_lose_the_lock(context: Any, chosen: Any) -> Any:
            summaries = run_steps(context, chosen)
            if "load" in chosen:
                somebody.enter_context(writer_lock(context.workspace))
            return summaries

        monkeypatch.setattr(steps, "run_steps", run_and_lose_the_lock)
        night = loaded(root)
    assert night["outcomes"]["refused"] == 1
    assert (night["late"], night["lag_days"]) == ([], {})
