"""A warehouse to try things on: a copy that nobody else sees, taken without the writer's lock.

A simulation must neither change the warehouse nor hold up a run. So the file and its write-ahead log are copied while
nobody writes, the copy is opened for reading only and its names are removed at once: whatever becomes of the process,
nothing is left behind. Tables that are made stand in memory, and hide those of the copy that have their names.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.answers.query import NothingPublished
from matchback.errors import WarehouseLocked, WarehouseOfAnotherVersion
from matchback.progress import Progress, QuietProgress
from matchback.sqlfiles import schema_digest
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

WAIT_SECONDS = 300.0  # a night's run is waited for; it seldom writes longer
_LOOK_SECONDS = 0.2
_FOLDER = "simulation-"
_FLOCK = "hhqqi"  # struct flock of Linux: type, whence, start, length, holder


@contextmanager
def copied_warehouse(workspace: Workspace, progress: Progress | None = None) -> Iterator[Warehouse]:
    """Open a copy of the workspace's warehouse; every table that is made in it stands in memory only.

    Waits while a run writes. Raises NothingPublished if there is no warehouse, WarehouseLocked if a run goes on for
    too long, WarehouseOfAnotherVersion if its tables are not those of this version.
    """
    from matchback.warehouse import Warehouse

    if not workspace.warehouse_path.is_file():
        raise NothingPublished(
            f"Nothing was run in {workspace.root.name} yet, so there is nothing to try other terms on.",
            next_step="Run it first:  matchback run",
        )
    with own_folder(workspace.staging, _FOLDER) as folder:
        copy = _copy_at_rest(workspace.warehouse_path, folder, progress or QuietProgress())
        with Warehouse.overlaid(copy, folder / "spill") as warehouse:
            for path in (copy, _log_of(copy)):
                path.unlink(missing_ok=True)
            if warehouse.state.get("schema_version") != schema_digest():
                raise WarehouseOfAnotherVersion.found()
            yield warehouse


@contextmanager
def own_folder(staging: Path, name: str) -> Iterator[Path]:
    """Give a folder that only this process uses, and remove it; one that a killed process left goes too."""
    for leftover in staging.glob(f"{name}*"):
        number = re.fullmatch(rf"{name}(\d+)", leftover.name)
        if number and not is_alive(int(number[1])):
            shutil.rmtree(leftover, ignore_errors=True)
    folder = staging / f"{name}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    umask = os.umask(0o077)
    try:
        yield folder
    finally:
        os.umask(umask)
        shutil.rmtree(folder, ignore_errors=True)


def _copy_at_rest(path: Path, folder: Path, progress: Progress) -> Path:
    """Copy a warehouse and its log while nobody writes: the copy counts only if both are as they were before it."""
    copy = folder / path.name
    end = time.monotonic() + WAIT_SECONDS
    waits = False
    while True:
        before = None if is_written(path) else _stamp(path)
        if before is not None:
            with contextlib.suppress(FileNotFoundError):  # the log goes when a writer ends: look again
                _copy(path, copy)
                if not is_written(path) and _stamp(path) == before:
                    return copy
        if time.monotonic() > end:
            raise WarehouseLocked(
                "A run has been writing to the warehouse all the while, so no copy could be taken to try terms on.",
                state="Nothing was changed.",
                next_step="Simulate again when the run has ended.",
            )
        if not waits:
            progress.note("A run is writing to the warehouse; waiting until it has ended.")
            waits = True
        time.sleep(_LOOK_SECONDS)


def _copy(path: Path, copy: Path) -> None:
    for source, target in ((path, copy), (_log_of(path), _log_of(copy))):
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
            target.chmod(0o600)


def is_written(path: Path) -> bool:
    """Tell whether a process has the database open for writing; asking takes no lock, so it stops no run.

    The database's locks are POSIX locks: closing the file would give up those of this very process, which has none.
    """
    with path.open("rb") as stream:
        asked = struct.pack(_FLOCK, fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
        answer = fcntl.fcntl(stream, fcntl.F_GETLK, asked)
    return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)


def _stamp(path: Path) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what changes when the database or its log is written."""
    stamps: list[tuple[int, int, int] | None] = []
    for file in (path, _log_of(path)):
        try:
            stat = file.stat()
        except FileNotFoundError:
            stamps.append(None)
        else:
            stamps.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(stamps)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
