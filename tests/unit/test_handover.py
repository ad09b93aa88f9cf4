"""What tasks hand each other: ids only, one file at a time, and one bad source holds back no other."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from matchback import handover, pickup
from matchback.context import RunContext
from matchback.errors import ConfigurationError, SourceFailed
from matchback.intake import sources

MOMENT = datetime(2026, 11, 3, 12, tzinfo=UTC)
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

[[feeds]]
id = "elsewhere"
kind = "events"
source = "sftp://127.0.0.1:9/nowhere"
connection = "nobody"
pattern = "*.csv"
"""
CONTENT = "event_name,event_time,email,partner_event_id\naccount_opened,2026-11-02,ann@example.com,E1\n"


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunContext:
    """A workspace of two feeds: a folder with one file, and a server that does not answer."""
    monkeypatch.setenv("MATCHBACK_CONNECTION_NOBODY", json.dumps({"known_hosts": str(tmp_path / "none")}))
    (tmp_path / "secret.txt").write_text("openly-fake-secret-of-a-test")
    (tmp_path / "matchback.toml").write_text(CONFIGURATION)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "ann_20261102.csv").write_text(CONTENT)
    return handover.open_night(str(tmp_path), None, MOMENT)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31)),
    ],
)
def test_a_night_stands_at_the_local_day_of_its_moment(
    night: RunContext, moment: datetime, day: date
) -> None:
    """1 November is New York's day of 25 hours."""
    assert handover.open_night(str(night.workspace.root), None, moment).as_of == day


def test_a_named_day_is_taken_as_it_is(night: RunContext) -> None:
    assert handover.open_night(str(night.workspace.root), "2026-10-07", MOMENT).as_of == date(2026, 10, 7)


def test_a_named_day_after_today_is_refused_in_the_command_lines_words(
    night: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchback.context.today", lambda config: date(2026, 11, 3))
    root = str(night.workspace.root)
    assert handover.open_night(root, "2026-11-03", MOMENT).as_of == date(2026, 11, 3)
    with pytest.raises(ConfigurationError) as refused:
        handover.open_night(root, "2026-11-04", MOMENT)
    assert str(refused.value) == (
        "as_of 2026-11-04 is later than today, 2026-11-03 in America/New_York.\n"
        "Nothing was changed. The ledger never goes back: after such a run, no earlier night posts anything.\n"
        "Correct the date; or, on a copy of the workspace, set allow_future."
    )
    allowed = handover.open_night(root, "2026-11-04", MOMENT, allow_future=True)
    assert allowed.as_of == date(2026, 11, 4)


@pytest.mark.parametrize("text", ["2026-11-31", "yesterday"])
def test_a_day_that_is_none_is_refused_in_words(night: RunContext, text: str) -> None:
    with pytest.raises(ConfigurationError, match="as_of is not a day of the calendar"):
        handover.open_night(str(night.workspace.root), text, MOMENT)


def test_a_night_can_be_held_to_one_feed(night: RunContext) -> None:
    held = handover.open_night(str(night.workspace.root), None, MOMENT, feed="openings")
    assert [delivery["feed_id"] for delivery in handover.list_deliveries(held)] == ["openings"]


def test_a_feed_that_there_is_not_is_refused_in_words(night: RunContext) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no feed 'opening' .* Did you mean 'openings'"):
        handover.open_night(str(night.workspace.root), None, MOMENT, feed="opening")


def test_a_dry_run_counts_what_waits_and_receives_nothing(night: RunContext) -> None:
    held = handover.open_night(str(night.workspace.root), None, MOMENT, feed="openings")
    assert handover.count_deliveries(held) == {"openings": 1}
    assert night.journal.entries(kind="file_received") == []
    assert not (night.workspace.staging / "listings").exists()
    with pytest.raises(SourceFailed):  # the other feed's source does not answer
        handover.count_deliveries(night)


def test_the_environment_names_the_workspace(night: RunContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHBACK_WORKSPACE", str(night.workspace.root))
    assert handover.open_night(None, None, MOMENT).workspace == night.workspace
    monkeypatch.delenv("MATCHBACK_WORKSPACE")
    with pytest.raises(ConfigurationError, match="No workspace"):
        handover.open_night(None, None, MOMENT)


def test_deliveries_are_named_without_the_senders_words(night: RunContext) -> None:
    deliveries = handover.list_deliveries(night)
    assert [delivery["feed_id"] for delivery in deliveries] == ["openings", "elsewhere"]
    assert "ann" not in json.dumps(deliveries)


def test_a_delivery_is_received_and_validated_once(night: RunContext) -> None:
    delivery, _ = handover.list_deliveries(night)
    taken = handover.take_in(night, delivery)
    assert taken["status"] == "valid"
    assert taken["label"] == f"openings 2026-11-02 {taken['file_id'][:8]}"
    assert "ann" not in json.dumps(taken)
    assert handover.take_in(night, delivery)["file_id"] == ""
    assert [entry.body["file_id"] for entry in night.journal.entries(kind="file_received")] == [
        taken["file_id"]
    ]
    assert [delivery["feed_id"] for delivery in handover.list_deliveries(night)] == ["elsewhere"]


def test_a_source_that_does_not_answer_fails_alone(night: RunContext) -> None:
    good, bad = handover.list_deliveries(night)
    with pytest.raises(SourceFailed):
        handover.take_in(night, bad)
    assert handover.take_in(night, good)["status"] == "valid"


def test_steps_are_brought_up_and_say_what_they_did(night: RunContext) -> None:
    delivery, _ = handover.list_deliveries(night)
    handover.take_in(night, delivery)
    assert set(handover.bring_up_to(night, ("load",))) == {"load"}
    assert len(handover.bring_up_to(night, ("load",))) == 1


def receive_by_name(root: str, name: str) -> str | None:
    night = handover.open_night(root, None, MOMENT)
    feed = night.config.feed("openings")
    inbox = sources.open_source("inbox", None, Path(root))
    files = sources.list_source(inbox, sources.Wanted("*.csv"), print).files
    return pickup.receive(night, feed, next(file for file in files if file.name == name))


def test_equal_deliveries_that_arrive_at_once_are_told_apart(night: RunContext) -> None:
    """Two processes that receive the same bytes at the same time do not give both the same id."""
    root = str(night.workspace.root)
    names = ["ann_20261102.csv", "again_20261102.csv"]
    (night.workspace.root / "inbox" / names[1]).write_text(CONTENT)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        ids = list(pool.map(receive_by_name, [root, root], names))
    assert len(set(ids)) == 2
