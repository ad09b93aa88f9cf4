"""The log of the support page: who looked whom up and why, who logged in, who was let in; hash-chained, append-only.

It lies in the protected area and has the journal's form: one line an entry, each with the hash of the one before, so
that none can be changed or taken away unseen. It holds keys and ids, never a value that was searched for.
"""

from __future__ import annotations

from collections.abc import Iterator
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

    def verify(self) -> int:
        """Check the whole chain; return how many entries hold, or raise JournalBroken."""
        try:
            return self._chain.verify()
        except JournalBroken:
            raise JournalBroken(
                "The chain of the support page's log does not hold: it was edited, cut or damaged.",
                state="Nothing was changed.",
                next_step=f"Find out by whom; put it back from a backup:  {self.path}",
            ) from None
