"""A scheduler's nights: one that was loaded is finished before the next is loaded, and one overtaken is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from matchback import handover
from matchback.context import RunContext
from matchback.errors import CheckFailed, WarehouseLocked
from matchback.intake import results_file
from matchback.settling import AFTER_LOAD, finished_runs, settled_through, unsettled_nights
from matchback.workspace import writer_lock

MOMENT = datetime(2026, 11, 3, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)
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
pattern = "*_{date:%Y%m%d}.csv"
"""
HEADER = "event_name,event_time,email,partner_event_id"


def at(night: RunContext, day: date) -> RunContext:
    return replace(night, as_of=day, run_id=day.isoformat())


@pytest.fixture
def night(tmp_path: Path) -> RunContext:
    """A workspace into which a file came on each of two days; one record of the first has no readable time."""
    (tmp_path / "secret.txt").write_text("openly-fake-secret-of-a-test")
    (tmp_path / "secret.txt").chmod(0o600)
    (tmp_path / "matchback.toml").write_text(CONFIGURATION)
    (tmp_path / "inbox").mkdir()
    rows = [f"account_opened,2026-11-01,person{number}@example.com,E{number}" for number in range(40)]
    wrong = "account_opened,never,ann@example.com,E99"
    (tmp_path / "inbox" / "openings_20261101.csv").write_text("\n".join([HEADER, *rows, wrong, ""]))
    (tmp_path / "inbox" / "openings_20261102.csv").write_text(
        f"{HEADER}\naccount_opened,2026-11-02,bob@example.com,E50\n"
    )
    return handover.open_night(str(tmp_path), FIRST.isoformat(), MOMENT)


def load(night: RunContext, day: date) -> dict[str, object]:
    for delivery in handover.list_deliveries(at(night, day)):
        handover.take_in(at(night, day), delivery)
    return handover.load_night(at(night, day))


def runs(night: RunContext) -> list[tuple[date, bool]]:
    """Return the nights of the runs that loaded (False) and published (True), in their order."""
    return [
        (as_of, "publish" in steps)
        for as_of, steps in finished_runs(night.journal)
        if "load" in steps or "publish" in steps
    ]


def test_a_night_is_finished_before_the_next_is_loaded(night: RunContext) -> None:
    load(night, FIRST)
    assert unsettled_nights(night.journal) == [FIRST]
    assert settled_through(night.journal) is None
    load(night, SECOND)
    assert runs(night) == [(FIRST, False), (FIRST, True), (SECOND, False)]
    assert unsettled_nights(night.journal) == [SECOND]
    assert settled_through(night.journal) == FIRST


def test_a_night_that_is_loaded_again_does_not_finish_itself_first(night: RunContext) -> None:
    load(night, FIRST)
    load(night, FIRST)
    assert runs(night) == [(FIRST, False), (FIRST, False)]


def test_a_finished_night_is_not_finished_again(night: RunContext) -> None:
    load(night, FIRST)
    handover.bring_up_to(at(night, FIRST), AFTER_LOAD)
    load(night, SECOND)
    assert runs(night) == [(FIRST, False), (FIRST, True), (SECOND, False)]


OVERTAKEN = "left alone: it was finished before the night of 2026-11-02 was loaded"


def test_a_night_is_overtaken_as_soon_as_the_next_one_is_loaded(night: RunContext) -> None:
    """A file of the first day that came with the second night's would be posted a day early by the first night."""
    load(night, FIRST)
    load(night, SECOND)
    said = handover.bring_up_to(at(night, FIRST), AFTER_LOAD, unless_overtaken=True)
    assert said == dict.fromkeys(AFTER_LOAD, OVERTAKEN)
    assert unsettled_nights(night.journal) == [SECOND]


def test_a_night_that_was_overtaken_is_left_alone_unless_asked_for_by_hand(night: RunContext) -> None:
    load(night, FIRST)
    load(night, SECOND)
    handover.bring_up_to(at(night, SECOND), AFTER_LOAD)
    before = len(night.journal.entries())
    said = handover.bring_up_to(at(night, FIRST), ("resolve", "recognize"), unless_overtaken=True)
    assert said == dict.fromkeys(("resolve", "recognize"), OVERTAKEN)
    assert len(night.journal.entries()) == before
    assert "left alone" not in handover.bring_up_to(at(night, FIRST), ("resolve",))["resolve"]
    assert (
        "left alone"
        not in handover.bring_up_to(at(night, SECOND), ("resolve",), unless_overtaken=True)["resolve"]
    )


def test_a_night_that_cannot_be_finished_holds_up_no_load(
    night: RunContext, caplog: pytest.LogCaptureFixture
) -> None:
    """As on the command line, where files are loaded and answered while terms wait to be accepted."""
    load(night, FIRST)
    handover.bring_up_to(at(night, FIRST), AFTER_LOAD)
    changed = CONFIGURATION.replace("from = 2026-01-01", 'from = 2026-01-01\ntie_break = "first"')
    night.workspace.config_path.write_text(changed)
    later = handover.open_night(str(night.workspace.root), FIRST.isoformat(), MOMENT)
    caplog.set_level("INFO")
    assert str(load(later, SECOND)["load"]).startswith("1 files: 1 records accepted")
    load(later, THIRD)
    assert "Night of 2026-11-02: could not be finished: " in caplog.text
    assert runs(later) == [(FIRST, False), (FIRST, True), (SECOND, False), (THIRD, False)]
    assert unsettled_nights(later.journal) == [SECOND, THIRD]


def test_what_was_held_back_is_counted(night: RunContext) -> None:
    assert load(night, FIRST)["held_back"] == {"refused": 1}
    assert load(night, SECOND)["held_back"] == {}


def test_what_a_load_that_was_stopped_held_back_is_counted_by_the_next_try(
    night: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: RunContext) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(results_file, "finish", stop)
        with pytest.raises(SystemExit):
            load(night, FIRST)
    again = handover.load_night(at(night, FIRST))
    assert again["load"] == "nothing new"
    assert again["held_back"] == {"refused": 1}
    assert handover.load_night(at(night, FIRST))["held_back"] == {}


def test_a_workspace_that_holds_is_examined_in_counts(night: RunContext) -> None:
    load(night, FIRST)
    handover.bring_up_to(at(night, FIRST), AFTER_LOAD)
    root = str(night.workspace.root)
    assert handover.examine_files(root)["ok"] >= 5
    assert handover.examine_tables(root)["ok"] >= 5
    with writer_lock(night.workspace), pytest.raises(WarehouseLocked, match="could not be examined"):
        handover.examine_tables(root)


def test_an_archived_byte_that_changed_fails_the_examination(
    night: RunContext, capsys: pytest.CaptureFixture[str]
) -> None:
    load(night, FIRST)
    archived = max(
        (
            path
            for path in night.workspace.archive.rglob("*")
            if path.is_file() and "configurations" not in path.parts
        ),
        key=lambda path: path.stat().st_size,
    )
    archived.chmod(0o600)
    archived.write_bytes(archived.read_bytes().replace(b"person1@", b"person2@"))
    with pytest.raises(CheckFailed, match=r"1 thing does not hold: archive"):
        handover.examine_files(str(night.workspace.root))
    assert "person" not in capsys.readouterr().err
