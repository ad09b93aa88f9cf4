"""Notices that no notifier could send: they wait below the staging area until one can. Ids and counts, no values."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Sequence
from pathlib import Path

from matchback.workspace import Workspace

MOST_KEPT = 100  # the newest; a notifier that was wrong for a year shall not tell a year's


def tell_waiting_too(workspace: str, words: Sequence[str], send: Callable[[str], bool]) -> int:
    """Send what waits, then `words`; keep what `send` says could not be sent; return how much that is.

    Nothing is lost when this is cut off: what was not looked at is told once more. Raises OSError where the workspace
    is out of reach.
    """
    path = Workspace(Path(workspace)).staging / "notices" / "untold.txt"
    if not words and not path.exists():
        return 0
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.writelines(f"{line}\n" for line in words)
        stream.flush()
        stream.seek(0)
        unsent = [line for line in stream.read().splitlines() if not send(line)]
        stream.truncate(0)
        stream.writelines(f"{line}\n" for line in unsent[-MOST_KEPT:])
    return len(unsent)
