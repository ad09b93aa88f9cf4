"""The first part of a file that is being fetched: it outlives a lost connection and a killed run, and is read on from.

Beside the bytes stand notes: whose file they are, which version of it, and their hash up to several points that were on
disk. What a power cut spoiled after such a point is fetched again. The process that fetches a file holds its part
locked; a part that nobody holds, and that is of no file that waits at its source, is swept away.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from matchback.intake.places import SourceLost
from matchback.intake.private_files import make_private_folder

CHECKPOINT = 32 << 20
CHUNK = 4 << 20
PART, NOTES = ".part", ".notes"


@dataclass(frozen=True)
class Version:
    """One version of one file at a source. `path` is the sender's; it is written down, and never a path of ours."""

    feed_id: str
    source: str
    path: str
    size: int
    stamp: str
    identity: str = ""

    @property
    def key(self) -> str:
        """The name of its part, the same for all versions of a file: a newer one takes the older one's place."""
        text = "\0".join((self.feed_id, self.source, self.path))
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


class Partial:
    """The part of one file, which this process alone writes to."""

    def __init__(self, path: Path, descriptor: int, version: Version) -> None:
        self.path, self.version = path, version
        self._stream: BinaryIO = os.fdopen(descriptor, "r+b")
        self._notes = path.with_suffix(NOTES)
        self._digest = hashlib.sha256()
        self._size = self._noted = 0

    @property
    def content_hash(self) -> str:
        """SHA-256 of what is there, in hex."""
        return self._digest.hexdigest()

    @property
    def size(self) -> int:
        """How many bytes are there."""
        return self._size

    def begin(self) -> int:
        """Make what an earlier try left, and can be trusted, the beginning; return its size in bytes."""
        version, points = _read_notes(self._notes)
        if version == self.version:
            self._take_up(points)
        self._stream.truncate(self._size)
        self._stream.seek(self._size)
        if self._size != (points[-1][0] if points else 0) or version != self.version:
            self._notes.unlink(missing_ok=True)
            self._noted = 0
        return self._size

    def _take_up(self, points: list[tuple[int, str]]) -> None:
        """Hash the bytes again, up to the last point at which they are what was written."""
        digest, offset = hashlib.sha256(), 0
        for point, noted in points:
            while offset < point and (chunk := self._stream.read(min(CHUNK, point - offset))):
                digest.update(chunk)
                offset += len(chunk)
            if offset != point or digest.hexdigest() != noted:
                return
            self._digest, self._size, self._noted = digest.copy(), point, point

    def restart(self) -> None:
        """Forget what is there."""
        self._notes.unlink(missing_ok=True)
        self._stream.truncate(0)
        self._stream.seek(0)
        self._digest, self._size, self._noted = hashlib.sha256(), 0, 0

    def append(self, chunk: bytes) -> None:
        """Write the next bytes; every so many, note how far they are on disk."""
        self._stream.write(chunk)
        self._digest.update(chunk)
        self._size += len(chunk)
        if self._size - self._noted >= CHECKPOINT:
            self.note()

    def note(self) -> None:
        """Put on disk what is there, then write down that it is."""
        self.sync()
        descriptor = os.open(self._notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "a", encoding="ascii") as notes:
            if self._noted == 0:
                notes.write(json.dumps(asdict(self.version)) + "\n")
            notes.write(json.dumps([self._size, self.content_hash]) + "\n")
        self._noted = self._size

    def sync(self) -> None:
        """Put on disk what is there."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def leave(self) -> None:
        """Keep what is there for the next try."""
        if self.path.stem != self.version.key:
            self.discard()
        elif self._size > self._noted:
            self.note()

    def discard(self) -> None:
        """Take away bytes and notes, where they still are, and are not another process's by now."""
        with suppress(FileNotFoundError):
            self._notes.unlink(missing_ok=True)
            if os.path.samestat(os.fstat(self._stream.fileno()), self.path.stat()):
                self.path.unlink()

    def close(self) -> None:
        """Let go of the part."""
        with suppress(OSError):  # of a full disk, of which was told before
            self._stream.close()


@contextmanager
def fetching(folder: Path, version: Version) -> Iterator[Partial]:
    """Hold the part of a file while it is fetched; it stays there only when the connection broke, or we are stopped.

    Where another process fetches the very file now, this one gets a part of its own, which nobody goes on with.
    """
    make_private_folder(folder)
    path = folder / f"{version.key}{PART}"
    descriptor = _hold(path, os.O_CREAT)
    if descriptor is None:
        path = folder / f"{version.key}-{os.getpid()}{PART}"
        descriptor = _hold(path, os.O_CREAT)
    assert descriptor is not None, "no two processes have one number"
    part = Partial(path, descriptor, version)
    try:
        yield part
    except (SourceLost, KeyboardInterrupt, SystemExit):
        with suppress(OSError):
            part.leave()
        raise
    except BaseException:
        part.discard()
        raise
    else:
        part.discard()
    finally:
        part.close()


def sweep(
    folder: Path, feed_id: str, source: str, feeds: Set[str], waiting: Set[tuple[str, int, str]]
) -> int:
    """Take away the parts that nobody will go on with; return how many.

    These are parts without notes, those of feeds that are not among `feeds`, and those of this feed that are of another
    source than today's, or of none of the files (path, size, stamp) that wait there. A part that is held stays.
    """
    swept = 0
    for path in sorted(folder.glob(f"*{PART}")):
        descriptor = _hold(path)
        if descriptor is None:
            continue
        try:
            version, _ = _read_notes(path.with_suffix(NOTES))
            if version is None or not _is_wanted(version, feed_id, source, feeds, waiting):
                path.with_suffix(NOTES).unlink(missing_ok=True)
                path.unlink(missing_ok=True)
                swept += 1
        finally:
            os.close(descriptor)
    for path in folder.glob(f"*{NOTES}"):
        if not path.with_suffix(PART).exists():
            path.unlink(missing_ok=True)
    return swept


def _is_wanted(
    version: Version, feed_id: str, source: str, feeds: Set[str], waiting: Set[tuple[str, int, str]]
) -> bool:
    if version.feed_id != feed_id:
        return version.feed_id in feeds
    return version.source == source and (version.path, version.size, version.stamp) in waiting


def _hold(path: Path, create: int = 0) -> int | None:
    """Open and lock a part; None if another process holds it, or there is none.

    One that was renamed or taken away between the opening and the locking is not it any more.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | create, 0o600)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _read_notes(path: Path) -> tuple[Version | None, list[tuple[int, str]]]:
    """Return what notes say; a last line that was cut off says nothing."""
    try:
        lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    except (FileNotFoundError, UnicodeDecodeError):
        return None, []
    try:
        said: list[Any] = [json.loads(line) for line in lines if line.endswith("\n")]
        return Version(**said[0]), [(int(size), str(noted)) for size, noted in said[1:]]
    except (ValueError, TypeError, IndexError):
        return None, []
