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
from matchback.intake.private_files import fsync_folder
from matchback.intake.received import archived_path

CHUNK = 4 << 20
SPACE_FACTOR = 3


class Readable(Protocol):
    """What gives its bytes piece by piece, and none at its end."""

    def read(self, size: int, /) -> bytes: ...


def keep(archive: Path, stream: Readable, expected_size: int, part: Path) -> tuple[str, int]:
    """Copy a stream into the archive; return its SHA-256 and size.

    The bytes go to `part`, are fsynced, read back and hashed again, and only then renamed into their place. Raises
    SourceFailed when there are more or fewer bytes than announced: the file is still being written.
    """
    _refuse_full_disk(archive, expected_size)
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            with _our_disk():
                sink.write(chunk)
        with _our_disk():
            sink.flush()
            os.fsync(sink.fileno())
    if size != expected_size:
        part.unlink()
        raise SourceFailed(
            f"A file has {size} bytes where {expected_size} were announced: it is still being written.",
            state="It stays at the source and waits; other files go on.",
        )
    content_hash = digest.hexdigest()
    if _hash_of(part) != content_hash:
        part.unlink()
        raise MatchbackError(
            "What the archive's disk gives back is not what was written to it.",
            state="The file stays at the source; nothing was loaded.",
            next_step="Check the disk under var/archive before the next run.",
        )
    target = archived_path(archive, content_hash)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if target.exists():
        part.unlink()
    else:
        part.replace(target)
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
