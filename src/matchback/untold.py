"""Notices that no notifier could send: they wait below the staging area until one can. Ids and counts, no values."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from matchback.workspace import Workspace

MOST_KEPT = 100  # the newest; a notifier that was wrong for a year shall not tell a year's
MOST_FAILED = (
    3  # in a row: a notifier that does not answer holds up each task by as many of its time-outs, not by all
)


def tell_waiting_too(workspace: str, words: Sequence[str], send: Callable[[str], bool]) -> int:
    """Send what waits, then `words`; keep what `send` says could not be sent; return how much that is.

    Nothing is lost when this is cut off: what was not looked at is told once more. Raises OSError where the workspace
    is out of reach.
    """
    path = Workspace(Path(workspace)).staging / "notices" / "untold.txt"
    if not words and not path.exists():
        return 0
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(
        descriptor, "r+", encoding="utf-8", errors="replace"
    ) as stream:  # a torn line stops no notice
        fcntl.flock(stream, fcntl.LOCK_EX)
        waiting = stream.read().splitlines()
        stream.writelines(f"{line}\n" for line in words)
        stream.flush()
        unsent, failed = [], 0
        for line in waiting:
            failed = 0 if failed < MOST_FAILED and send(line) else failed + 1
            if failed:
                unsent.append(line)
        unsent += [line for line in words if not send(line)]
        stream.seek(0)
        stream.writelines(f"{line}\n" for line in unsent[-MOST_KEPT:])
        stream.truncate()  # last, so that a process that is killed here leaves too much rather than too little
    return len(unsent)
