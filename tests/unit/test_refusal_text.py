"""What an operator reads when a file is refused: all of it, and no value of a record."""

from __future__ import annotations

from pathlib import Path

from matchback import load, pickup, validate
from matchback.progress import QuietProgress
from unit.intake_world import EVENTS_FEED, make_world, put, writing


class Notes(QuietProgress):
    """Keeps what a step says."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


def told(root: Path, content: str) -> str:
    world = make_world(root, EVENTS_FEED.replace("100%", "5%"))
    notes = Notes()
    object.__setattr__(world, "progress", notes)
    put(world, "events_20261101.csv", content)
    pickup.run(world)
    validate.run(world)
    with writing(world) as writer:
        summary = load.run(writer)
    assert summary.counts["refused_files"] == 1
    (text,) = notes.texts
    return text


def test_a_file_beyond_its_limit(tmp_path: Path) -> None:
    header = "event_name,event_time,email\n"
    bad = "account_opened,11/01/2026,\n" * 3 + "account_opened,2026-11-01,ann@\n"
    text = told(tmp_path, header + "account_opened,2026-11-01,\n" * 4 + bad)
    short = text.split()[2]
    folder = next((tmp_path / "var" / "outbox" / "events").glob(f"{short}*.results.csv"))
    assert text == (
        f"Refused file {short} of 2026-11-01: 4 of 8 records (50.0%) break the contract of feed events; "
        "its limit is 5%.\n"
        "  3  event_time  not_a_timestamp  first at record 5 (line 6)\n"
        "  1  email       not_an_email     first at record 8 (line 9)\n"
        f"Nothing from this file was loaded. Its bytes are archived as file {short}; the results file is "
        f"var/outbox/events/{folder.name}.\n"
        f"See them:        matchback quarantine show {short}\n"
        "When corrected:  matchback run --feed events"
    )


def test_a_file_without_its_header(tmp_path: Path) -> None:
    text = told(tmp_path, "account_opened,2026-11-01,ann@example.com\n")
    assert "from feed events: the header lacks a column: event_name, event_time (names are compared" in text
    assert "ann@example.com" not in text
