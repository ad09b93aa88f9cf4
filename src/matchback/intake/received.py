"""The files that were received, as the journal tells them, and where their bytes stand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.errors import MatchbackError

if TYPE_CHECKING:
    from matchback.journal import Journal, JournalEntry
    from matchback.workspace import Workspace


READMITTED, DECLINED = "file_readmitted", "file_declined"
ANNOUNCED = "file_announced"
MANIFEST_REASONS = ("manifest_wrong", "list_count_wrong")


@dataclass(frozen=True)
class ReceivedFile:
    """One delivery. `delivered_name` is the sender's and can hold personal data; `file_id` names it everywhere else.

    `announced` is what a manifest said of it, `source` the address that it came from ('' in receipts of old).
    """

    file_id: str
    feed_id: str
    content_hash: str
    delivered_name: str
    declared_on: date | None
    received_on: date
    received_at: datetime
    size: int
    remote: str
    stamp: str
    occurrence: int
    announced: dict[str, str] = field(default_factory=dict)
    picked_on: date | None = None
    source: str = ""

    def path(self, workspace: Workspace) -> Path:
        """Return where the archive holds its bytes."""
        return archived_path(workspace.archive, self.content_hash)


def archived_path(archive: Path, content_hash: str) -> Path:
    """Return the place of some content in the archive."""
    return archive / content_hash[:2] / content_hash


def derive_file_id(feed_id: str, declared_on: date | None, content_hash: str, occurrence: int) -> str:
    """Return the id of a delivery: the same feed, date, bytes and occurrence give the same id everywhere."""
    declared = declared_on.isoformat() if declared_on else ""
    text = f"{feed_id}|{declared}|{content_hash}|{occurrence}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def printable_name(name: str) -> str:
    """Return a sender's file name as text that can be written; bytes that are no UTF-8 are spelled out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def received_files(journal: Journal) -> list[ReceivedFile]:
    """Return every delivery in the order of the journal, with what manifests said of it last."""
    said = {entry.body["file_id"]: entry.body["announced"] for entry in journal.entries(kind=ANNOUNCED)}
    files = [_received(entry) for entry in journal.entries(kind="file_received")]
    return [replace(file, announced=said[file.file_id]) if file.file_id in said else file for file in files]


class Receipts:
    """The deliveries of one feed, for a run that asks after every file whether it came before."""

    def __init__(self, journal: Journal, feed_id: str) -> None:
        self._journal, self._feed_id = journal, feed_id
        self._offset = 0
        self._by_content: dict[tuple[str, date | None], list[ReceivedFile]] = {}

    def of_content(self, content_hash: str, declared_on: date | None) -> list[ReceivedFile]:
        """Return the deliveries of some content for a date, in the order of the journal as it stands now."""
        entries, self._offset = self._journal.read_on(self._offset)
        for entry in entries:
            if entry.kind == "file_received" and entry.body["feed_id"] == self._feed_id:
                file = _received(entry)
                self._by_content.setdefault((file.content_hash, file.declared_on), []).append(file)
        return self._by_content.get((content_hash, declared_on), [])


def without_retired(
    files: Sequence[ReceivedFile], feed_ids: Sequence[str]
) -> tuple[list[ReceivedFile], list[ReceivedFile]]:
    """Part files into those of the declared feeds and those whose feed was taken out of the configuration."""
    known = [file for file in files if file.feed_id in feed_ids]
    return known, [file for file in files if file.feed_id not in feed_ids]


def received_file(journal: Journal, file_id: str) -> ReceivedFile:
    """Return one delivery by its id; raises MatchbackError if there is none."""
    for file in received_files(journal):
        if file.file_id == file_id:
            return file
    raise MatchbackError(
        f"There is no received file {file_id}.", next_step="See the files:  matchback files list"
    )


def loaded_ids(journal: Journal) -> set[str]:
    """Return the ids whose load was committed, as the journal tells it; the warehouse's `files` has the last word.

    A file that was readmitted since then is to be loaded again.
    """
    commits, acts = _commits(journal), readmissions(journal)
    return {file_id for file_id in commits if not _is_readmitted(file_id, commits, acts)}


def readmissions(journal: Journal) -> dict[str, list[int]]:
    """Return the journal numbers of the acts by which files were readmitted, by file."""
    acts: dict[str, list[int]] = {}
    for entry in journal.entries(kind="act"):
        if entry.body["act"] == READMITTED:
            acts.setdefault(str(entry.body["arguments"]["file_id"]), []).append(entry.number)
    return acts


def is_declined(journal: Journal, file_id: str) -> bool:
    """Tell whether an operator has said that a file that waits is not to be taken."""
    return any(
        entry.body["act"] == DECLINED and entry.body["arguments"]["file_id"] == file_id
        for entry in journal.entries(kind="act")
    )


def readmitted_ids(journal: Journal) -> set[str]:
    """Return the files that were readmitted and not loaded since."""
    acts = readmissions(journal)
    commits = _commits(journal) if acts else {}
    return {file_id for file_id in acts if _is_readmitted(file_id, commits, acts)}


def newly_announced_ids(journal: Journal, loaded: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the files that were refused for what their manifest said, and of which one says otherwise since then.

    `loaded` are the warehouse's files with `file_id`, `status` and `reason_code`.
    """
    said = {str(entry.body["file_id"]): entry.number for entry in journal.entries(kind=ANNOUNCED)}
    commits = _commits(journal) if said else {}
    refused = {
        str(row["file_id"])
        for row in loaded
        if row["status"] == "refused" and row["reason_code"] in MANIFEST_REASONS
    }
    return {file_id for file_id in refused if said.get(file_id, 0) > commits.get(file_id, 0)}


def _is_readmitted(file_id: str, commits: dict[str, int], acts: dict[str, list[int]]) -> bool:
    return max(acts.get(file_id, [0])) > commits.get(file_id, 0)


def _commits(journal: Journal) -> dict[str, int]:
    """Return the journal number of the last committed load of each file."""
    prefix = "load:"
    labels = ((str(entry.body.get("label", "")), entry.number) for entry in journal.entries(kind="committed"))
    return {label.removeprefix(prefix): number for label, number in labels if label.startswith(prefix)}


@lru_cache(maxsize=1 << 16)
def _received(entry: JournalEntry) -> ReceivedFile:
    body = entry.body
    declared = body["declared_on"]
    return ReceivedFile(
        file_id=body["file_id"],
        feed_id=body["feed_id"],
        content_hash=body["content_hash"],
        delivered_name=printable_name(body["delivered_name"]),
        declared_on=date.fromisoformat(declared) if declared else None,
        received_on=date.fromisoformat(body["received_on"]),
        received_at=datetime.fromisoformat(entry.at).replace(tzinfo=None),
        size=body["size"],
        remote=body["remote"],
        stamp=body["stamp"],
        occurrence=body["occurrence"],
        picked_on=date.fromisoformat(body["picked_on"]) if body.get("picked_on") else None,
        announced=body.get("announced", {}),
        source=body.get("source", ""),
    )
