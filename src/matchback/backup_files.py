"""Bytes into a backup and out of it: copied with their hash, or linked to those of the backup before.

Every file lies on the disk before the folder that it belongs to gets its name. A backup is a folder of plain files, so
that what is in it can be read without Matchback.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matchback.errors import MatchbackError
from matchback.intake.private_files import fsync_folder, make_private_folder, open_private_file

CHUNK = 4 << 20


def copy_file(source: Path, target: Path, *, until: int | None = None) -> tuple[int, str]:
    """Copy a file, or its first `until` bytes, for our own user only; return the size and the SHA-256 of the copy."""
    make_private_folder(target.parent)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream, open_private_file(target) as sink:
        while chunk := stream.read(CHUNK if until is None else min(CHUNK, until - size)):
            sink.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        sink.flush()
        os.fsync(sink.fileno())
    return size, digest.hexdigest()


def link_file(source: Path, target: Path) -> bool:
    """Give a file of an earlier backup another name, which takes no room; False where that cannot be done."""
    make_private_folder(target.parent)
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def flush_folders(root: Path) -> None:
    """Make sure that the names in a folder, and in all below it, survive a loss of power."""
    for folder, _, _ in os.walk(root, topdown=False):
        fsync_folder(Path(folder))


def remove_folder(folder: Path) -> None:
    """Remove a folder and all below it, also what may not be written."""
    for below, _, _ in os.walk(folder):
        os.chmod(below, 0o700)
    shutil.rmtree(folder)


@contextmanager
def held_folder(folder: Path, busy: str) -> Iterator[None]:
    """Keep other processes from working in a folder; raise MatchbackError with the words `busy` if one does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MatchbackError(
                busy, state="Nothing was changed.", next_step="Wait until it has ended."
            ) from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors(doing: str, left: str) -> Iterator[None]:
    """Say in words what a disk refused: `doing` is what failed, `left` what is left behind."""
    try:
        yield
    except OSError as error:
        raise MatchbackError(
            f"{doing} failed ({os.strerror(error.errno or 0)}).",
            state=left,
            next_step="Free some space, or mend the disk or the rights to the folder, and type the command again.",
        ) from None
