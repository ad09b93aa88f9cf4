"""Local folders, and whatever is mounted there."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal

from matchback.intake.private_files import fsync_folder, make_private_folder, open_private_file
from matchback.intake.transports.store import (
    CHUNK,
    Changed,
    Entry,
    NoSuchPlace,
    Refused,
    Taken,
    Vanished,
    refuse_changed,
)

PAGE = 2000
_NO_HARD_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


class LocalStore:
    """A folder of this machine. Links are never followed, and what is no file is never opened."""

    is_local = True
    is_unguarded = False

    def __init__(self) -> None:
        self._held: tuple[str, int] | None = None

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        with _told(missing=NoSuchPlace):
            entries = os.scandir(folder)
        with entries:
            while True:
                with _told():
                    page = list(islice(entries, PAGE))
                    found = [entry for item in page if (entry := self.look(item.path))]
                if not page:
                    return
                yield found

    def look(self, path: str) -> Entry | None:
        try:
            with _told():
                return _entry(path, os.lstat(path))
        except Vanished:
            return None

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        with _told():
            descriptor = self._descriptor(path)
            if _entry(path, os.fstat(descriptor)).stamp != stamp:
                raise Changed
            return os.pread(descriptor, length, start)

    def _descriptor(self, path: str) -> int:
        if self._held and self._held[0] == path:
            return self._held[1]
        self.rest()
        # A pipe that took the file's place would make us wait for a writer, a link lead us elsewhere.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        self._held = (path, descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Changed
        return descriptor

    def rest(self) -> None:
        if self._held:
            os.close(self._held[1])
            self._held = None

    def write(self, path: str, content: BinaryIO) -> None:
        with _told(), open_private_file(Path(path)) as stream:
            while chunk := content.read(CHUNK):
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())

    def rename(self, entry: Entry, target: str) -> None:
        refuse_changed(self, entry)
        with _told():
            if os.path.lexists(target):
                raise Taken
            try:
                os.link(entry.path, target, follow_symlinks=False)  # unlike rename, never over another file
            except OSError as error:
                if error.errno == errno.EXDEV:
                    self._copy(entry, target)
                elif error.errno in _NO_HARD_LINKS:
                    os.rename(entry.path, target)
                    fsync_folder(Path(target).parent)
                    return
                else:
                    raise
            fsync_folder(Path(target).parent)
            os.unlink(entry.path)

    def _copy(self, entry: Entry, target: str) -> None:
        """Carry a file to another disk, where it is whole and its own before the first one goes."""
        aside = f"{target}.part"
        with open(entry.path, "rb") as source:
            self.write(aside, source)
        shutil.copystat(entry.path, aside)
        if os.path.getsize(aside) != entry.size:
            os.unlink(aside)
            raise Changed
        refuse_changed(self, entry)
        os.link(aside, target)
        os.unlink(aside)

    def remove(self, entry: Entry) -> None:
        refuse_changed(self, entry)
        with _told():
            os.unlink(entry.path)

    def make_folder(self, path: str) -> None:
        with _told():
            make_private_folder(Path(path))

    def reopen(self) -> None:
        self.rest()


def _entry(path: str, status: os.stat_result) -> Entry:
    identity = f"{status.st_dev}:{status.st_ino}:{status.st_ctime_ns}"
    changed_at = max(status.st_ctime, status.st_mtime)
    return Entry(path, kind_of(status.st_mode), status.st_size, str(status.st_mtime_ns), identity, changed_at)


def kind_of(mode: int) -> Literal["file", "folder", "link", "other"]:
    """Return what a Unix mode says an entry is."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"


@contextmanager
def _told(missing: type[Vanished | NoSuchPlace] = Vanished) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise missing from None
    except FileExistsError:
        raise Taken from None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link took the file's place
            raise Changed from None
        raise Refused(errno.errorcode.get(error.errno or 0, type(error).__name__)) from None
