"""Local files and folders that only our own user may read, from their first byte, whatever the process's umask."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def make_private_folder(folder: Path) -> None:
    """Create a folder and what is missing above it, mode 0700; folders that are there keep their modes."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def open_private_file(path: Path) -> BinaryIO:
    """Create a file for writing, mode 0600; one that was left there, or a link, is removed and not written into."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def fsync_folder(folder: Path) -> None:
    """Make sure that the names in a folder survive a loss of power."""
    fsync_path(folder)


def fsync_path(path: Path) -> None:
    """Make sure that a file's bytes, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
