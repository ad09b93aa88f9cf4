"""The journal as a script to follow: what was committed, in which run, and what a run had before its eyes then.

A replay reads the journal and never writes it. Each operation sees the entries that stood before it; what it would
write is held against what was written then, and what differs is kept in words.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchback.errors import MatchbackError
from matchback.journal import OF_A_RUN, Journal, JournalEntry

_OF_THE_PROCESS = ("run", "operator")  # who ran it, and which run that was, is no result


@dataclass(frozen=True)
class Run:
    """One run as the journal tells it; `operator` and `code_version` are empty where older versions wrote it."""

    number: int
    as_of: date
    config_hash: str
    steps: tuple[str, ...]
    operator: str
    code_version: str
    is_finished: bool


@dataclass(frozen=True)
class Operation:
    """One commit: its number, its run and its label (None where a crash came between commit and journal).

    It sees the entries up to `upto`, without its `own`, which it wrote itself.
    """

    commit: int
    run: Run
    label: str | None
    upto: int
    own: tuple[JournalEntry, ...] = ()


class ReplayedJournal(Journal):
    """A journal that shows what stood before an operation, and compares what is appended with what was then."""

    def __init__(self, entries: Sequence[JournalEntry]) -> None:
        self._by_kind: dict[str | None, list[JournalEntry]] = {None: list(entries)}
        for entry in entries:
            self._by_kind.setdefault(entry.kind, []).append(entry)
        self._upto = 0
        self._own: list[JournalEntry] = []
        self._night = ""
        self.differences: list[str] = []

    @contextmanager
    def standing_at(self, operation: Operation) -> Iterator[None]:
        """Stand where an operation stood; afterwards, what it did not write again is a difference."""
        self._upto, self._own = operation.upto, list(operation.own)
        self._night = operation.run.as_of.isoformat()
        yield
        for entry in self._own:
            self._differs(entry, "is not written again")
        self._own = []

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Keep nobody waiting: no other process decides by what is replayed."""
        yield

    def append(self, kind: str, **body: Any) -> int:
        """Hold an entry against the one that was written then; return that one's number."""
        then = next((entry for entry in self._own if entry.kind == kind), None)
        if then is None:
            if kind != "committed":  # whose entry a crash took
                self.differences.append(
                    f"Night of {self._night}: a {_words(kind)} that the journal does not have"
                )
            return self._upto
        self._own.remove(then)
        written = json.loads(json.dumps(body))
        for name in sorted(then.body.keys() | written.keys()):
            if name not in _OF_THE_PROCESS and then.body.get(name) != written.get(name):
                self._differs(then, f"has another {name.replace('_', ' ')}")
        return then.number

    def entries(self, after: int = 0, kind: str | None = None) -> list[JournalEntry]:
        """Return the entries that the operation could see, above a number and of one kind."""
        known = self._by_kind.get(kind, [])
        start, end = (bisect_right(known, number, key=_number) for number in (after, self._upto))
        hidden = {entry.number for entry in self._own}
        return [entry for entry in known[start:end] if entry.number not in hidden]

    def last_number(self) -> int:
        """Return the number of the newest entry that the operation could see."""
        return self._upto

    def _differs(self, entry: JournalEntry, words: str) -> None:
        self.differences.append(
            f"Night of {self._night}: {_words(entry.kind)} (entry {entry.number}) {words}"
        )


def operations(entries: Sequence[JournalEntry], last_commit: int | None) -> list[Operation]:
    """Return every commit in order, up to that number (None: all that the journal knows).

    A commit whose entry a crash took is found by the gap in the numbers. Raises MatchbackError where more are missing
    than runs were cut off: then the journal was cut itself.
    """
    runs = _runs(entries)
    found: list[Operation] = []
    previous = 0
    for entry in entries:
        if entry.kind != "committed":
            continue
        commit = int(entry.body["commit"])
        if last_commit is not None and commit > last_commit:
            break
        expected = found[-1].commit + 1 if found else 1
        run = _run_of(entry, runs)
        found += _lost(entries, runs, range(expected, commit), (previous, run.number))
        own = tuple(
            other
            for other in entries[previous : entry.number]
            if other.kind in OF_A_RUN and other.kind != "run_finished" and _is_of(other, run)
        )
        label = str(entry.body.get("label", ""))
        found.append(Operation(commit, run, label, _seen(label, entry.number - 1), own))
        previous = entry.number
    if last_commit is not None:
        expected = found[-1].commit + 1 if found else 1
        found += _lost(entries, runs, range(expected, last_commit + 1), (previous, len(entries) + 1))
    return found


def _seen(label: str, before: int) -> int:
    """Return the last entry that an operation saw: acts say it, since commands may journal more meanwhile."""
    acts = label.removeprefix("acts:")
    return int(acts) if acts != label else before


def _runs(entries: Sequence[JournalEntry]) -> list[Run]:
    """Return the runs in their order. One that does not say when it ended, ended before the next began."""
    ended = {entry.body.get("run") for entry in entries if entry.kind == "run_finished"}
    begun = [entry for entry in entries if entry.kind == "run_started"]
    runs = []
    for place, entry in enumerate(begun):
        until = begun[place + 1].number if place + 1 < len(begun) else len(entries) + 1
        plainly = any(
            other.kind == "run_finished" and "run" not in other.body
            for other in entries[entry.number : until - 1]
        )
        body = entry.body
        runs.append(
            Run(
                number=entry.number,
                as_of=date.fromisoformat(body["as_of"]),
                config_hash=body["config_hash"],
                steps=tuple(body["steps"]),
                operator=body.get("operator", ""),
                code_version=body.get("code_version", ""),
                is_finished=entry.number in ended or plainly,
            )
        )
    return runs


def _run_of(entry: JournalEntry, runs: Sequence[Run]) -> Run:
    """Return the run that an entry names; of entries that name none, the last one that had begun."""
    if not runs:
        raise _cut(f"no run stands before entry {entry.number}")
    place = bisect_right(runs, int(entry.body.get("run", entry.number)), key=_number) - 1
    return runs[max(place, 0)]


def _is_of(entry: JournalEntry, run: Run) -> bool:
    return int(entry.body.get("run", run.number)) == run.number < entry.number


def _lost(
    entries: Sequence[JournalEntry], runs: Sequence[Run], commits: range, between: tuple[int, int]
) -> list[Operation]:
    """Return the commits that crashes took from the journal: each the last of a run that did not end."""
    if not commits:
        return []
    after, before = between
    first = max(bisect_left(runs, after, key=_number) - 1, 0)
    cut_off = [run for run in runs[first:] if run.number < before and not run.is_finished]
    if len(cut_off) < len(commits):
        missing = f"{commits[0]}" if len(commits) == 1 else f"{commits[0]} to {commits[-1]}"
        raise _cut(f"commit {missing} of the warehouse is not in it, and no run was cut off there")
    found = []
    for commit, run in zip(commits, cut_off[: len(commits)], strict=True):
        later = [other.number for other in runs if other.number > run.number]
        upto = min([*later, before, len(entries) + 1]) - 1
        own = tuple(
            other
            for other in entries[max(after, run.number) : upto]
            if other.kind in ("ledger_head", "payout") and _is_of(other, run)
        )
        found.append(Operation(commit, run, None, upto, own))
    return found


def _cut(why: str) -> MatchbackError:
    return MatchbackError(
        f"The journal was cut: {why}.",
        state="Nothing was changed.",
        next_step="Restore var/journal from a backup, and replay again.",
    )


def _words(kind: str) -> str:
    return {"ledger_head": "ledger head", "payout": "payout file", "committed": "commit"}.get(kind, kind)


def _number(item: Run | JournalEntry) -> int:
    return item.number
