"""A backup: a numbered folder with all of a workspace that cannot be made again, and a manifest of its every byte.

It is made aside and renamed, so a backup is whole or not there. The archive only grows, so what the backup before has
is linked and takes no room. The writer's lock is held while warehouse, journal and outbox are copied, which must be of
one moment; then the copy is opened and read whole, and must be as new as the journal beside it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from matchback import __version__
from matchback.answers.simulate_copy import is_written
from matchback.backup_content import (
    Taking,
    left_out,
    published_version,
    size_of_state,
    take_rest,
    take_state,
)
from matchback.backup_files import disk_errors, flush_folders, held_folder, remove_folder
from matchback.backup_manifest import (
    ASIDE,
    CONTENT,
    MANIFEST,
    Backup,
    Manifest,
    backup_folders,
    damages_apart,
    is_there,
    read_backup,
    same_content,
    whole_backups,
)
from matchback.backup_summary import BackedUp, note_backup
from matchback.config import Config
from matchback.errors import ConfigurationError, MatchbackError, WarehouseLocked
from matchback.intake.private_files import fsync_folder, open_private_file
from matchback.journal import Journal, refuse_older_than
from matchback.progress import Progress
from matchback.workspace import Workspace, writer_lock

WAIT_SECONDS = 600.0
_LOOK_SECONDS = 0.2
_REMOVED = ".removing-"
_UNTOUCHED = "The workspace was not changed, and the backups that were there stand."


def back_up(
    workspace: Workspace,
    config: Config,
    target: Path,
    progress: Progress,
    *,
    keep: int | None = None,
    whole: bool = False,
) -> BackedUp:
    """Make the next backup of a workspace in the folder `target`, unless the newest holds all that is there.

    With `keep`, only so many whole backups stay; with `whole`, nothing is linked to earlier ones. Waits while a run
    writes. Raises WarehouseLocked if that takes too long, WarehouseDamaged or JournalBroken instead of keeping what
    could not be restored, ConfigurationError for a folder that is none of this workspace's.
    """
    with disk_errors(f"The backup into {target}", _UNTOUCHED):
        target = _target(workspace, target)
    with (
        disk_errors(f"The backup into {target}", _UNTOUCHED),
        held_folder(target, f"Another backup is being made in {target}."),
    ):
        for leftover in [*target.glob(f"{ASIDE}*"), *target.glob(f"{_REMOVED}*")]:
            remove_folder(leftover)
        standing = whole_backups(target)
        last = standing[-1] if standing else None
        aside = target / f"{ASIDE}{os.getpid()}"
        aside.mkdir(mode=0o700)
        try:
            taking, made = _make(workspace, config, aside, None if whole else last, progress, _next(target))
            _refuse_branch(last, Journal(aside / CONTENT / "var" / "journal"))
            backup = Backup(target / made.name, made)
            is_new = last is None or whole or not _still_holds(last, made)
            if is_new:
                _name_it(aside, backup)
            elif last is not None:
                backup = last
        finally:
            if aside.exists():
                remove_folder(aside)
        damages, removed = list[str](), tuple[str, ...]()
        if keep and not backup.manifest.lost:
            damages, removed = _remove_old(target, keep, backup, progress)
    note_backup(workspace, backup)
    progress.finish(backup.manifest.name if is_new else "nothing new")
    return BackedUp(backup, is_new, taking.copied if is_new else 0, removed, tuple(damages))


def _still_holds(last: Backup, made: Manifest) -> bool:
    """Tell whether the newest backup has all that a new one would, also on the disk."""
    return same_content(made.files, last.manifest.files) and is_there(last)


def _target(workspace: Workspace, target: Path) -> Path:
    """Return the folder of the backups, made if only it is missing: a disk that is not mounted must not be written."""
    folder = target.expanduser().resolve()
    own = (workspace.root, workspace.var.resolve())  # which may lie on another disk
    if any(folder.is_relative_to(place) or place.is_relative_to(folder) for place in own):
        raise ConfigurationError(
            "Backups cannot lie in the workspace that they are of, nor above it: they would be lost with it.",
            state="Nothing was backed up.",
            next_step="Name a folder on another disk:  matchback backup /backups/bank",
        )
    if not folder.is_dir():
        if folder.exists() or not folder.parent.is_dir():
            raise ConfigurationError(
                f"{folder} is no folder, and cannot be made: {folder.parent} must be one.",
                state="Nothing was backed up.",
                next_step="Mount the disk of the backups, or make the folder, and type it again.",
            )
        folder.mkdir(mode=0o700)
    return folder


def _next(target: Path) -> int:
    folders = backup_folders(target)
    return int(folders[-1].name.split("-")[0]) + 1 if folders else 1


def _make(
    workspace: Workspace, config: Config, aside: Path, before: Backup | None, progress: Progress, number: int
) -> tuple[Taking, Manifest]:
    """Copy everything aside, look at the copy, and return what the manifest will say."""
    _refuse_nothing(workspace)
    taking = Taking(workspace, aside / CONTENT, before, progress)
    progress.start("backup")
    with _resting(workspace, progress):
        _refuse_full_disk(aside, size_of_state(workspace))
        take_state(taking)
    journal = Journal(taking.folder / "var" / "journal")
    journal.verify()
    commit, payouts_through = _examine(taking, journal, aside)
    named = [workspace.config_path, *(workspace.root / path for path in sorted(config.contract_sources))]
    take_rest(taking, named)
    entries = journal.entries()
    runs = [entry for entry in entries if entry.kind == "run_started"]
    manifest = Manifest(
        number=number,
        as_of=str(runs[-1].body["as_of"]),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        workspace=config.workspace.name,
        code_version=__version__,
        journal_number=entries[-1].number,
        journal_hash=entries[-1].hash,
        commit=commit,
        payouts_through=payouts_through,
        published=_published_in(taking, workspace),
        files=tuple(sorted(taking.files, key=lambda file: file.path)),
        folders=dict(sorted(taking.folders.items())),
        lost=tuple(sorted(taking.lost)),
        left_out=tuple(sorted(set(left_out(config.model_dump(mode="json", by_alias=True))))),
    )
    return taking, manifest


def _published_in(taking: Taking, workspace: Workspace) -> str:
    version = published_version(workspace)
    return version if (taking.folder / "var" / "published" / version / MANIFEST).is_file() else ""


def _refuse_nothing(workspace: Workspace) -> None:
    if not Journal(workspace.journal_dir).entries(kind="run_started"):
        raise MatchbackError(
            f"Nothing was run in {workspace.root.name} yet, so there is nothing to back up.",
            next_step="Run it first:  matchback run",
        )


@contextmanager
def _resting(workspace: Workspace, progress: Progress) -> Iterator[None]:
    """Hold the writer's lock; wait for a run that has it."""
    end = time.monotonic() + WAIT_SECONDS
    waits = False
    while True:
        with suppress(WarehouseLocked):
            lock = writer_lock(workspace, as_backup=True)
            lock.__enter__()
            break
        if time.monotonic() > end:
            raise WarehouseLocked(
                "A run has been writing to the warehouse all the while, so no backup could be made.",
                state=_UNTOUCHED,
                next_step="Back up again when the run has ended.",
            )
        if not waits:
            progress.note("A run is writing to the warehouse; waiting until it has ended.")
            waits = True
        time.sleep(_LOOK_SECONDS)
    try:
        if workspace.warehouse_path.exists() and is_written(workspace.warehouse_path):
            raise WarehouseLocked.elsewhere()
        yield
    finally:
        lock.__exit__(None, None, None)


def _refuse_full_disk(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise MatchbackError(
            f"The disk of the backups has {free >> 20} MiB left; this backup takes {size >> 20} MiB or more.",
            state=_UNTOUCHED,
            next_step="Free some space, or keep fewer backups:  matchback backup TARGET --keep 7",
        )


def _examine(taking: Taking, journal: Journal, aside: Path) -> tuple[int, int]:
    """Read the copy of the warehouse whole; return its commit and its last payout number (0: none)."""
    from matchback.warehouse import Warehouse

    copy = taking.folder / "var" / "warehouse.duckdb"
    if not copy.exists():
        refuse_older_than(journal, None)
        return 0, 0
    spill = aside / "spill"
    with Warehouse.overlaid(copy, spill) as warehouse:
        commit = int(warehouse.state.get("commit_number", "0"))
        refuse_older_than(journal, commit)
        warehouse.read_whole()
        numbers = warehouse.table("payouts").column("payout_number").to_pylist()
    shutil.rmtree(spill, ignore_errors=True)
    return commit, max(numbers, default=0)


def _refuse_branch(last: Backup | None, journal: Journal) -> None:
    """Refuse a folder whose newest backup knows of something else than this journal: it must not be outlived."""
    if last is None:
        return
    known = journal.entries(after=last.manifest.journal_number - 1)
    if not known or known[0].hash != last.manifest.journal_hash:
        raise ConfigurationError(
            f"The journal of this workspace does not go on from backup {last.manifest.name}, the newest one there: it "
            "is another workspace's, or this one was restored from an older backup.",
            state=_UNTOUCHED,
            next_step="Back up into a folder of its own:  matchback backup OTHER-FOLDER",
        )


def _name_it(aside: Path, backup: Backup) -> None:
    with open_private_file(aside / MANIFEST) as sink:
        sink.write(backup.manifest.text())
        sink.flush()
        os.fsync(sink.fileno())
    flush_folders(aside)
    aside.rename(backup.folder)
    fsync_folder(backup.folder.parent)
    read_backup(backup.folder)


def _remove_old(
    target: Path, keep: int, newest: Backup, progress: Progress
) -> tuple[list[str], tuple[str, ...]]:
    """Remove the oldest whole backups, unless the newest does not hold; return what does not, and the removed.

    The newest `keep` stay, and no backup needs another.
    """
    old = whole_backups(target)[:-keep]
    damages = damages_apart(newest, old, progress) if old else []
    if damages:
        return damages, ()
    for backup in old:
        aside = backup.folder.with_name(f"{_REMOVED}{backup.folder.name}")
        backup.folder.rename(aside)
        remove_folder(aside)
    return [], tuple(backup.folder.name for backup in old)
