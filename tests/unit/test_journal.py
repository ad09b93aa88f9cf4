"""The journal: numbered, chained, safe to append from several processes, and mended after a torn line."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from matchback.errors import JournalBroken
from matchback.journal import Journal


def _append_many(folder: str) -> None:
    journal = Journal(Path(folder))
    for number in range(50):
        journal.append("run_started", part=number)


def test_entries_come_back_in_order_and_by_kind(tmp_path: Path) -> None:
    """Numbers rise from one, and a kind can be picked."""
    journal = Journal(tmp_path)
    assert journal.append("run_started", as_of="2026-11-01") == 1
    assert journal.append("act", act="reward_approved") == 2
    assert [entry.number for entry in journal.entries(after=1)] == [2]
    assert journal.entries(kind="act")[0].body == {"act": "reward_approved"}
    assert journal.verify() == 2


def test_entries_of_others_and_of_another_journal_are_seen(tmp_path: Path) -> None:
    """What was read is kept only while it stands where it stood: a journal put back from a backup is read anew."""
    (tmp_path / "other").mkdir()
    journal, other = Journal(tmp_path), Journal(tmp_path / "other")
    journal.append("act", subject_id=1)
    assert len(journal.entries()) == 1
    Journal(tmp_path).append("act", subject_id=2)
    assert [entry.body["subject_id"] for entry in journal.entries()] == [1, 2]
    for number in (7, 8, 9):
        other.append("act", subject_id=number)
    journal.path.write_bytes(other.path.read_bytes())
    assert [entry.body["subject_id"] for entry in journal.entries()] == [7, 8, 9]
    journal.path.unlink()
    assert journal.entries() == []


def test_processes_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    """Four processes append fifty entries each: two hundred stand, in one unbroken chain."""
    processes = [multiprocessing.Process(target=_append_many, args=(str(tmp_path),)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert Journal(tmp_path).verify() == 200


def test_half_a_line_after_a_crash_is_dropped_and_the_chain_goes_on(tmp_path: Path) -> None:
    """What was never acknowledged does not count."""
    journal = Journal(tmp_path)
    journal.append("run_started")
    with journal.path.open("ab") as stream:
        stream.write(b'{"n":2,"at":"2026')
    assert journal.append("run_finished") == 2
    assert journal.verify() == 2


@pytest.mark.parametrize("victim", [0, 1])
def test_an_edited_line_breaks_the_chain(tmp_path: Path, victim: int) -> None:
    """Whoever changes a body, however consistently written, is found out."""
    journal = Journal(tmp_path)
    for number in range(3):
        journal.append("act", subject_id=number)
    lines = journal.path.read_bytes().splitlines()
    content = json.loads(lines[victim])
    content["body"]["subject_id"] = 99
    lines[victim] = json.dumps(content).encode()
    journal.path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(JournalBroken, match=f"entry {victim + 1}"):
        journal.verify()


def test_a_removed_line_breaks_the_chain(tmp_path: Path) -> None:
    """Cutting an entry out of the middle is found out."""
    journal = Journal(tmp_path)
    for number in range(3):
        journal.append("act", subject_id=number)
    lines = journal.path.read_bytes().splitlines()
    journal.path.write_bytes(lines[0] + b"\n" + lines[2] + b"\n")
    with pytest.raises(JournalBroken, match="entry 2"):
        journal.verify()


def test_the_last_entry_is_found_behind_a_very_long_one(tmp_path: Path) -> None:
    """Reading from the end copes with a line longer than its window."""
    journal = Journal(tmp_path)
    journal.append("act", text="x" * 200_000)
    assert journal.append("act") == 2
    assert journal.last_number() == 2
