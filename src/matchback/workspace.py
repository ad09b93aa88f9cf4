"""A workspace: a folder with `matchback.toml`, and the state under `var/`.

The protected area (mode 0700) holds the archive, staging, journal, outbox, the warehouse with the vault, and the
vault's copies; only `published/` may be read by others, and `var/` itself may be passed through to reach it. Several
banks are several workspaces: nothing is shared.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from matchback.errors import ConfigurationError, WarehouseLocked

PROTECTED_FOLDERS = ("archive", "staging", "journal", "outbox", "protected")
BACKUP_SECONDS = 600.0  # how long a run waits for a backup; the lock is not held for all of one
_BACKUP = " backup"  # stands in the lock's file after the process
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Workspace:
    """Where everything of one workspace stands."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> Workspace:
        """Return the workspace at `path`; raise ConfigurationError if it has no matchback.toml."""
        root = path.expanduser().resolve()
        if not (root / "matchback.toml").is_file():
            raise ConfigurationError(
                f"{path} is not a workspace: it has no matchback.toml.",
                next_step="Name one with --workspace DIR or MATCHBACK_WORKSPACE, or try the sample:  make run",
            )
        return cls(root)

    @property
    def config_path(self) -> Path:
        return self.root / "matchback.toml"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def archive(self) -> Path:
        return self.var / "archive"

    @property
    def incoming(self) -> Path:
        """Where files lie while they are fetched."""
        return self.archive / "incoming"

    @property
    def staging(self) -> Path:
        return self.var / "staging"

    @property
    def journal_dir(self) -> Path:
        return self.var / "journal"

    @property
    def outbox(self) -> Path:
        return self.var / "outbox"

    @property
    def protected(self) -> Path:
        return self.var / "protected"

    @property
    def published(self) -> Path:
        return self.var / "published"

    @property
    def warehouse_path(self) -> Path:
        return self.var / "warehouse.duckdb"

    @property
    def lock_path(self) -> Path:
        return self.var / "writer.lock"

    def prepare(self) -> None:
        """Create the folders under var/ with their modes; safe to repeat."""
        _make_folder(self.var, 0o711)
        for name in PROTECTED_FOLDERS:
            folder = self.var / name
            folder.mkdir(exist_ok=True)
            os.chmod(folder, 0o700)
        _make_folder(self.published, 0o755)


def _make_folder(folder: Path, mode: int) -> None:
    """Create a folder with a mode, whatever the process's umask; one that is there keeps its own."""
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        os.chmod(folder, mode)


@contextmanager
def writer_lock(
    workspace: Workspace, *, as_backup: bool = False, tell: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock of the only writer, or raise WarehouseLocked, naming the process that holds it.

    A backup only holds it for a while: who can `tell` that they wait do so, for BACKUP_SECONDS at most. While it is
    held, every file that this process makes is for its own user only: the database makes files of its own (its
    write-ahead log holds the records of a transaction, and stays when the process is killed).
    """
    descriptor = os.open(workspace.lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, workspace, tell)
    except WarehouseLocked:
        os.close(descriptor)
        raise
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}{_BACKUP if as_backup else ''}".encode(), 0)
    for left_behind in workspace.var.glob("warehouse.*.wal"):
        os.chmod(left_behind, 0o600)
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _take(descriptor: int, workspace: Workspace, tell: Callable[[str], None] | None) -> None:
    end, waits = time.monotonic() + BACKUP_SECONDS, False
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        is_backup = holder.endswith(_BACKUP)
        if not is_backup or tell is None or time.monotonic() > end:
            who = f"Another run (process {holder or 'unknown'}) is writing to"
            if is_backup:
                who = f"A backup (process {holder.removesuffix(_BACKUP)}) holds"
            raise WarehouseLocked(
                f"{who} the warehouse of {workspace.root.name}.",
                state="Nothing was changed.",
                next_step="Wait until it has ended and run again; published tables can be read meanwhile.",
            )
        if not waits:
            tell("A backup is being made; waiting until the warehouse is free.")
            waits = True
        time.sleep(_LOOK_SECONDS)
