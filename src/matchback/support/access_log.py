"""The log of the support page: who looked whom up and why, who logged in, who was let in; hash-chained, append-only.

It lies in the protected area and has the journal's form: one line an entry, each with the hash of the one before, so
that none can be changed or taken away unseen; each run writes the newest hash into the journal, so that an end that is
cut off is seen as well. It holds keys and ids, never a value that was searched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matchback.errors import JournalBroken
from matchback.journal import Journal, JournalEntry
from matchback.workspace import Workspace

FOLDER = "support"


def support_folder(workspace: Workspace) -> Path:
    """Return the support page's own folder in the protected area."""
    return workspace.protected / FOLDER


class AccessLog:
    """The log of one workspace. Appending is safe from several processes at once."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = support_folder(workspace)
        self._chain = Journal(self._folder)

    @property
    def path(self) -> Path:
        return self._chain.path

    def append(self, kind: str, **body: Any) -> int:
        """Write one entry, fsync it, and return its number."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._chain.append(kind, **body)

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Keep other processes from changing the list beside the log while a block reads and then writes it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with self._chain.deciding():
            yield

    def newest(self, most: int) -> list[JournalEntry]:
        """Return the newest entries, the newest first."""
        return self._chain.entries()[-most:][::-1]

    def head(self) -> tuple[int, str] | None:
        """Return number and hash of the newest entry, which a run journals; None if there is none, or none readable."""
        try:
            entries = self._chain.entries()
        except JournalBroken:  # `doctor` says so, and no run stops for it
            return None
        return (entries[-1].number, entries[-1].hash) if entries else None

    def verify(self, heads: Iterable[tuple[int, str]] = ()) -> int:
        """Check the whole chain, and that it holds each of the `heads` that it had once; return how many entries hold.

        Raises JournalBroken. A chain alone does not tell that its end, or all of it, was taken away.
        """
        try:
            count = self._chain.verify()
            hashes = {entry.number: entry.hash for entry in self._chain.entries()}
        except JournalBroken:
            count, hashes = -1, {}
        if count < 0 or any(hashes.get(number) != own for number, own in heads):
            raise JournalBroken(
                "The chain of the support page's log does not hold: it was edited, cut or damaged.",
                state="Nothing was changed.",
                next_step=f"Find out by whom; put it back from a backup:  {self.path}",
            )
        return count
