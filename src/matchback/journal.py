"""The journal: append-only, hash-chained JSON lines, fsynced before the warehouse transaction they belong to.

Every received file, operator act, run, configuration, payout and ledger head stands here. The warehouse stores the
number of the last entry that it has applied, in the same transaction; so replay, operator acts without the writer's
lock, and the detection of a stale warehouse all rest on this one file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matchback.errors import JournalBroken, WarehouseDamaged, WriterOvertaken
from matchback.intake.private_files import fsync_folder

GENESIS = "0" * 64
# Which run an entry is of is written in it: several runs may stand in the journal at once, and replay tells them apart.
OF_A_RUN = ("committed", "ledger_head", "payout", "run_finished")


@dataclass(frozen=True)
class JournalEntry:
    """One line: its number (from 1), kind, UTC time of writing (ISO 8601), body and hash."""

    number: int
    kind: str
    at: str
    body: dict[str, Any] = field(hash=False)
    hash: str


class Journal:
    """The journal of one workspace. Appending is safe from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._lock_path = folder / "journal.lock"
        self._known: list[JournalEntry] = []
        self._known_bytes = 0
        self._known_line = b""
        self._run = 0

    def append(self, kind: str, **body: Any) -> int:
        """Write one entry, fsync it, and return its number."""
        with self._locked():
            last = self._last()
            number = last.number + 1 if last else 1
            if kind in OF_A_RUN and self._run:
                body["run"] = self._run
            previous = last.hash if last else GENESIS
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = _line(number, kind, at, body, previous)
            new = not self.path.exists()
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as stream:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
            if new:
                fsync_folder(self.path.parent)
        if kind == "run_started":
            self._run = number
        return number

    def entries(self, after: int = 0, kind: str | None = None) -> list[JournalEntry]:
        """Return the entries with a number above `after`, in order, of one kind if named."""
        self._read_on()
        return [
            entry for entry in self._known if entry.number > after and (kind is None or entry.kind == kind)
        ]

    def read_on(self, offset: int) -> tuple[list[JournalEntry], int]:
        """Return the entries after a byte offset (0: all), and the offset after the last whole one.

        For whoever asks again and again in one run: what was read before is not read again.
        """
        if not self.path.exists():
            return [], 0
        with self.path.open("rb") as stream:
            stream.seek(offset)
            lines = stream.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        return [_parse(line) for line in whole], offset + sum(map(len, whole))

    def last_number(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        last = self._last()
        return last.number if last else 0

    def verify(self) -> int:
        """Check the whole chain; return how many entries hold, or raise JournalBroken."""
        previous = GENESIS
        count = 0
        for entry in self._read():
            count += 1
            expected = _hash(entry.number, entry.kind, entry.at, entry.body, previous)
            if entry.number != count or entry.hash != expected:
                raise JournalBroken(
                    f"The journal's chain breaks at entry {count}: it was edited, cut or damaged.",
                    state="Nothing was changed.",
                    next_step="Restore the journal from a backup before the next run.",
                )
            previous = entry.hash
        return count

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Keep other processes from deciding by what stands here, while a block reads and then appends."""
        path = self.path.with_name("deciding.lock")
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(stream, fcntl.LOCK_UN)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with os.fdopen(os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            try:
                self._drop_torn_line()
                yield
            finally:
                fcntl.flock(stream, fcntl.LOCK_UN)

    def _drop_torn_line(self) -> None:
        """A crash can leave half a line at the end: it was never acknowledged, so it goes."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size == 0:
                return
            stream.seek(size - 1)
            if stream.read(1) == b"\n":
                return
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)
            os.fsync(stream.fileno())

    def _read(self) -> Iterator[JournalEntry]:
        if not self.path.exists():
            return
        with self.path.open("rb") as stream:
            for line in stream:
                if line.endswith(b"\n"):
                    yield _parse(line)

    def _read_on(self) -> None:
        """Read what was added since the last look; all of it, if what was read does not stand where it stood."""
        if not self.path.exists():
            self._known, self._known_bytes, self._known_line = [], 0, b""
            return
        with self.path.open("rb") as stream:
            stream.seek(self._known_bytes - len(self._known_line))
            if stream.read(len(self._known_line)) != self._known_line:
                self._known, self._known_bytes, self._known_line = [], 0, b""
                stream.seek(0)
            for line in stream:
                if line.endswith(b"\n"):
                    self._known.append(_parse(line))
                    self._known_bytes, self._known_line = self._known_bytes + len(line), line

    def _last(self) -> JournalEntry | None:
        if not self.path.exists():
            return None
        with self.path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            window = 1 << 16
            while True:
                stream.seek(max(0, size - window))
                lines = [line for line in stream.read().split(b"\n") if line]
                if len(lines) > 1 or window >= size:
                    return _parse(lines[-1]) if lines else None
                window *= 4


def _parse(line: bytes) -> JournalEntry:
    try:
        content = json.loads(line)
        return JournalEntry(content["n"], content["kind"], content["at"], content["body"], content["hash"])
    except (ValueError, KeyError):
        raise JournalBroken(
            "The journal holds a line that cannot be read.",
            state="Nothing was changed.",
            next_step="Restore the journal from a backup before the next run.",
        ) from None


def _hash(number: int, kind: str, at: str, body: dict[str, Any], previous: str) -> str:
    payload = json.dumps([number, kind, at, body, previous], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(payload.encode()).hexdigest()


def _line(number: int, kind: str, at: str, body: dict[str, Any], previous: str) -> bytes:
    body = json.loads(json.dumps(body))
    content = {"n": number, "at": at, "kind": kind, "body": body, "prev": previous}
    content["hash"] = _hash(number, kind, at, body, previous)
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def refuse_older_than(journal: Journal, commit_number: int | None) -> None:
    """Raise WarehouseDamaged if the journal knows of commits that a warehouse (None: there is none) does not hold."""
    committed = journal.entries(kind="committed")
    if committed and commit_number is None:
        raise WarehouseDamaged(
            "The warehouse file is gone, but the journal says that there was one.",
            state="Nothing was changed.",
            next_step="Put back var/warehouse.duckdb, or restore the workspace from a backup, or make it again from "
            "archive and journal:  matchback replay --into DIR",
        )
    if committed and commit_number is not None and int(committed[-1].body["commit"]) > commit_number:
        raise WarehouseDamaged(
            "The warehouse is older than the journal: commits that were made are missing from it.",
            state="Nothing was changed.",
            next_step="Put back the newest copy of var/warehouse.duckdb together with its .wal file, or restore "
            "the workspace from a backup, or make it again from archive and journal:  matchback replay --into DIR",
        )


def refuse_overtaken(journal: Journal, commit_number: int) -> None:
    """Raise WriterOvertaken if the journal knows of another commit of this number, or of a later one.

    The lock keeps a second writer out; this holds where a lock does not, such as when its file was removed, or the
    warehouse was put back from a copy, while a run went on.
    """
    last = next(reversed(journal.entries(kind="committed")), None)
    if last is not None and int(last.body["commit"]) >= commit_number:
        raise WriterOvertaken(
            "Another run has written to this workspace since this one began.",
            state="What this run was about to commit was rolled back; what it committed before that run stands.",
            next_step="Make sure that only one run has this workspace, then:  matchback doctor",
        )
