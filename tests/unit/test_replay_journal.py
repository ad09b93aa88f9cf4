"""The journal as a script: which run made which commit, also where runs stand side by side or were cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matchback.answers.replay_journal import Operation, ReplayedJournal, operations
from matchback.errors import MatchbackError
from matchback.journal import Journal, JournalEntry

pytestmark = pytest.mark.slow
STEPS = ["load", "resolve"]


def written(folder: Path, *entries: tuple[str, dict[str, Any]]) -> list[JournalEntry]:
    """Append entries as one process after the other would: each `run_started` begins a process of its own."""
    for kind, body in entries:
        Journal(folder).append(kind, **body)
    return Journal(folder).entries()


def begun(day: int) -> tuple[str, dict[str, Any]]:
    return "run_started", {"as_of": f"2026-11-{day:02d}", "config_hash": "c" * 64, "steps": STEPS}


def committed(number: int, label: str = "resolve", **more: Any) -> tuple[str, dict[str, Any]]:
    return "committed", {"commit": number, "label": label, **more}


def told(script: list[Operation]) -> list[tuple[int, str | None, int]]:
    return [(operation.commit, operation.label, operation.run.as_of.day) for operation in script]


def test_what_a_run_writes_names_it(tmp_path: Path) -> None:
    """A run that began later, in another process, takes nothing of one that still writes."""
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.append("run_started", as_of="2026-11-03", config_hash="a", steps=STEPS)
    second.append("run_started", as_of="2026-11-04", config_hash="b", steps=STEPS)
    first.append("committed", commit=1, label="load:x")
    second.append("committed", commit=2, label="resolve")
    first.append("run_finished", as_of="2026-11-03")
    assert [entry.body.get("run") for entry in first.entries()] == [None, None, 1, 2, 1]
    assert told(operations(first.entries(), None)) == [(1, "load:x", 3), (2, "resolve", 4)]


def test_entries_of_older_versions_belong_to_the_run_that_began_last(tmp_path: Path) -> None:
    entries = written(tmp_path, begun(3), committed(1), ("run_finished", {}), begun(4), committed(2))
    assert told(operations(entries, 2)) == [(1, "resolve", 3), (2, "resolve", 4)]


def test_an_act_that_was_journaled_while_others_were_applied_waits_for_the_next_time(tmp_path: Path) -> None:
    act = ("act", {"act": "reward_approved"})
    entries = written(
        tmp_path, begun(3), act, act, committed(1, "acts:2", run=1), committed(2, "acts:3", run=1)
    )
    journal = ReplayedJournal(entries)
    seen = []
    for operation in operations(entries, None):
        with journal.standing_at(operation):
            seen.append([entry.number for entry in journal.entries(kind="act")])
            journal.append("committed", commit=operation.commit, label=operation.label)
    assert (seen, journal.differences) == ([[2], [2, 3]], [])


def test_a_gap_is_the_last_commit_of_the_run_that_was_cut_off(tmp_path: Path) -> None:
    entries = written(
        tmp_path, begun(3), committed(1, run=1), begun(4), committed(3, run=3), ("run_finished", {"run": 3})
    )
    assert told(operations(entries, None)) == [(1, "resolve", 3), (2, None, 3), (3, "resolve", 4)]


def test_a_commit_behind_the_journals_end_is_found_too(tmp_path: Path) -> None:
    entries = written(tmp_path, begun(3), committed(1, run=1), ("run_finished", {"run": 1}), begun(4))
    assert told(operations(entries, 2)) == [(1, "resolve", 3), (2, None, 4)]
    assert told(operations(entries, 1)) == [(1, "resolve", 3)]


@pytest.mark.parametrize("last", [2, 3])
def test_more_missing_commits_than_runs_that_were_cut_off_is_a_cut_journal(tmp_path: Path, last: int) -> None:
    entries = written(tmp_path, begun(3), committed(1, run=1), ("run_finished", {"run": 1}))
    with pytest.raises(MatchbackError, match="The journal was cut: commit 2"):
        operations(entries, last)


def test_what_came_later_is_not_seen_and_what_comes_out_otherwise_is_told(tmp_path: Path) -> None:
    """An operation sees what stood before it; its own entries only once it has written them again."""
    entries = written(
        tmp_path,
        begun(3),
        ("act", {"act": "reward_approved"}),
        ("payout", {"number": 1, "file_hash": "x", "operator": "nora", "run": 1}),
        ("ledger_head", {"sequence": 4, "chain_hash": "y", "run": 1}),
        committed(1, "reward", run=1),
        ("act", {"act": "reward_declined"}),
    )
    (operation,) = operations(entries, 1)
    journal = ReplayedJournal(entries)
    with journal.standing_at(operation):
        assert [entry.kind for entry in journal.entries()] == ["run_started", "act"]
        assert journal.append("payout", number=1, file_hash="z", operator="olga") == 3
        assert [entry.number for entry in journal.entries(kind="payout")] == [3]
        assert journal.append("committed", commit=1, label="reward") == 5
        assert journal.entries(after=3) == []
    assert journal.differences == [
        "Night of 2026-11-03: payout file (entry 3) has another file hash",
        "Night of 2026-11-03: ledger head (entry 4) is not written again",
    ]
    with journal.standing_at(operation):
        journal.append("payout", number=1, file_hash="x")
        journal.append("ledger_head", sequence=4, chain_hash="y")
        journal.append("ledger_head", sequence=5, chain_hash="z")
        journal.append("committed", commit=1, label="reward")
    assert journal.differences[2:] == ["Night of 2026-11-03: a ledger head that the journal does not have"]
