"""What is left at the sources, and why: written down by name in the journal whenever it changes.

Names of files stand in the protected area alone, so lines of progress only count them. What a manifest says anew of a
file that came before is written down too: a file that was refused for what its manifest said is then judged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.intake.manifests import CHECKSUMS
from matchback.intake.received import ANNOUNCED, ReceivedFile, printable_name

if TYPE_CHECKING:
    from matchback.journal import Journal

LEFT, NO_LONGER = "left_at_source", "no_longer_left"


def left_now(journal: Journal) -> dict[tuple[str, str], str]:
    """Return what was left at the last look, by feed and printable name, with the reason."""
    left: dict[tuple[str, str], str] = {}
    for entry in journal.entries():
        if entry.kind == LEFT:
            left[entry.body["feed_id"], entry.body["remote"]] = entry.body["reason"]
        elif entry.kind in (NO_LONGER, "file_received"):
            left.pop((entry.body["feed_id"], printable_name(entry.body["remote"])), None)
    return left


def note_left(journal: Journal, feed_id: str, left: Sequence[tuple[str, str]], waiting: Set[str]) -> None:
    """Write down what changed since the last look: `left` as (name, reason), `waiting` are the names still to come."""
    before = {name: reason for (of, name), reason in left_now(journal).items() if of == feed_id}
    now = {printable_name(name): reason for name, reason in left}
    for name, reason in now.items():
        if before.get(name) != reason:
            journal.append(LEFT, feed_id=feed_id, remote=name, reason=reason)
    for name in before.keys() - now.keys() - {printable_name(name) for name in waiting}:
        journal.append(NO_LONGER, feed_id=feed_id, remote=name)


def note_unread(journal: Journal, feed_id: str, name: str, reason: str) -> None:
    """Write down that one file could not be read, and why; one that vanished is left no more."""
    name = printable_name(name)
    before = left_now(journal).get((feed_id, name))
    if reason == "vanished":
        if before:
            journal.append(NO_LONGER, feed_id=feed_id, remote=name)
    elif before != reason:
        journal.append(LEFT, feed_id=feed_id, remote=name, reason=reason)


def note_announced(
    journal: Journal,
    files: Sequence[ReceivedFile],
    said: Mapping[str, dict[str, str]],
    archive: Path,
) -> list[str]:
    """Write down what manifests say otherwise now of the last delivery under a name; return the ids of those files.

    What is said of other bytes than were delivered speaks of a file that is still to come.
    """
    last = {file.remote: file for file in files}
    changed = []
    for name, now in said.items():
        file = last.get(name)
        if file is None or file.announced == now or not _speaks_of(file, now, archive):
            continue
        journal.append(ANNOUNCED, feed_id=file.feed_id, file_id=file.file_id, announced=now)
        changed.append(file.file_id)
    return changed


def _speaks_of(file: ReceivedFile, said: Mapping[str, str], archive: Path) -> bool:
    if said.get("size", str(file.size)) != str(file.size):
        return False
    path = archive / file.content_hash[:2] / file.content_hash
    return all(_checksum(path, kind) == said[kind] for kind in CHECKSUMS.values() if kind in said)


def _checksum(path: Path, kind: str) -> str:
    checksum = hashlib.new(kind, usedforsecurity=False)
    with path.open("rb") as stream:
        hashlib.file_digest(stream, lambda: checksum)
    return checksum.hexdigest()
