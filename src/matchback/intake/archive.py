"""The archive: every delivered byte, under its SHA-256, whole and on disk before anything else happens."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from matchback.errors import MatchbackError, SourceFailed
from matchback.intake.partial import Partial
from matchback.intake.private_files import fsync_folder
from matchback.intake.received import archived_path

CHUNK = 4 << 20
SPACE_FACTOR = 3


class Readable(Protocol):
    """What gives its bytes piece by piece, and none at its end."""

    def resume(self, beginning: Path, size: int, /) -> bool:
        """Go on after so many bytes, if those of an earlier try are its own; return whether they are."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""


def keep(archive: Path, stream: Readable, expected_size: int, part: Partial) -> tuple[str, int]:
    """Copy a stream into the archive; return its SHA-256 and size.

    The bytes go to `part`, after those that an earlier try left there. They are fsynced, read back and hashed again,
    and only then renamed into their place. Raises SourceFailed when there are more or fewer bytes than announced: the
    file is still being written.
    """
    _refuse_full_disk(archive, expected_size)
    with _our_disk():
        begun = part.begin()
    if begun and not stream.resume(part.path, begun):
        part.restart()
    while chunk := stream.read(CHUNK):
        with _our_disk():
            part.append(chunk)
    with _our_disk():
        part.sync()
    content_hash, size = part.content_hash, part.size
    if size != expected_size:
        raise SourceFailed(
            f"A file has {size} bytes where {expected_size} were announced: it is still being written.",
            state="It stays at the source and waits; other files go on.",
        )
    if _hash_of(part.path) != content_hash:
        raise MatchbackError(
            "What the archive's disk gives back is not what was written to it.",
            state="The file stays at the source; nothing was loaded.",
            next_step="Check the disk under var/archive before the next run.",
        )
    target = archived_path(archive, content_hash)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if not target.exists():
        part.path.replace(target)
        fsync_folder(target.parent)
    return content_hash, size


@contextmanager
def _our_disk() -> Iterator[None]:
    """Tell a failure of our own disk from one of the source."""
    try:
        yield
    except OSError as error:
        raise MatchbackError(
            f"Writing into the archive failed ({os.strerror(error.errno or 0)}).",
            state="The file stays at the source; what was loaded stands.",
            next_step="Mend the disk under var/archive, or free some space, and run again.",
        ) from None


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse_full_disk(archive: Path, size: int) -> None:
    free = shutil.disk_usage(archive).free
    if free < SPACE_FACTOR * size:
        raise MatchbackError(
            f"The disk under {archive} has {free >> 20} MiB left; taking in the next file needs three times its size.",
            state="The file stays at the source; what was loaded stands.",
            next_step="Free some space and run again.",
        )
