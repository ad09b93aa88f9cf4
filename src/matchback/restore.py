"""A workspace made again from a backup, in a folder that is not there yet: every byte verified before it gets its name.

What happened after the backup is not in it. Payout files that were sent since then would be forgotten and paid again,
so the restored journal says that it was restored, and `reward` makes none until an operator says which ones were sent
(`matchback payouts resume`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchback import __version__
from matchback.answers.printing import count
from matchback.backup_files import copy_file, disk_errors, flush_folders, held_folder, remove_folder
from matchback.backup_manifest import Backup, BackupDamaged, Manifest, find_backup
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake.private_files import fsync_folder
from matchback.journal import Journal
from matchback.progress import Progress
from matchback.publishing.deliver import let_be_looked_at
from matchback.publishing.versions import VersionStore
from matchback.rewards.payouts_after_restore import RESTORED
from matchback.settings import operator_name
from matchback.workspace import Workspace


@dataclass(frozen=True)
class Restored:
    """Where a backup was restored to; `local_sources` are folders in the workspace that files were taken from."""

    root: Path
    manifest: Manifest
    local_sources: tuple[str, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Return it in the shape of `--json`."""
        return {
            "workspace": str(self.root),
            "backup": self.manifest.name,
            "as_of": self.manifest.as_of,
            "journal_number": self.manifest.journal_number,
            "payouts_through": self.manifest.payouts_through,
            "files": len(self.manifest.files),
            "bytes": self.manifest.size,
            "lost": list(self.manifest.lost),
            "not_backed_up": list(self.manifest.left_out),
            "local_sources": list(self.local_sources),
        }

    def text(self) -> str:
        """Return it in words, with what is left to do, in order."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        manifest, here = self.manifest, f"--workspace {self.root}"
        yield (
            f"Restored backup {manifest.name} of {manifest.workspace} into {self.root}: "
            f"{count(len(manifest.files), 'file')}, through journal entry {manifest.journal_number}."
        )
        if manifest.lost:
            yield f"{count(len(manifest.lost), 'archived file was', 'archived files were')} lost before the backup."
        yield "What is left to do, in this order:"
        if manifest.left_out:
            yield f"- Put back what no backup holds: {', '.join(manifest.left_out)}."
        if self.local_sources:
            yield f"- Lay these folders of files, which no backup holds: {', '.join(self.local_sources)}."
        yield (
            "- Let files that came after the backup lie at their sources again, and repeat what operators did since."
        )
        yield "- Say which payout files were sent; until then none is made. If none after the backup's last one:"
        yield f"    matchback payouts resume --last {manifest.payouts_through} {here}"
        yield "  If there were more, give the files, so that nothing in them is paid again:"
        yield f"    matchback payouts resume --last N --sent FOLDER {here}"
        yield "- Look at it, and go on night by night:"
        yield f"    matchback doctor {here}"
        yield f"    matchback run --from {manifest.as_of} {here}"


def restore(place: Path, into: Path, progress: Progress) -> Restored:
    """Restore a backup, or the newest of a folder of backups, into a new folder.

    Raises BackupDamaged if a byte is not the one that was kept, ConfigurationError for a folder that is there: nothing
    is left behind then.
    """
    root = into.expanduser().resolve()
    with disk_errors(f"The restore into {root}", "Nothing was restored; the backup stands."):
        backup = find_backup(place.expanduser().resolve())
        _refuse_place(backup, root, into)
    aside = root.with_name(f".{root.name}.restoring")
    with disk_errors(f"The restore into {root}", "Nothing was restored; the backup stands."):
        aside.mkdir(mode=0o700, exist_ok=True)
        with held_folder(aside, f"Another restore into {root} is going on."):
            try:
                for leftover in aside.iterdir():
                    remove_folder(leftover) if leftover.is_dir() else leftover.unlink()
                _fill(backup, aside, progress)
                sources = tuple(sorted(_local_sources(aside)))
                flush_folders(aside)
                aside.rename(root)
                fsync_folder(root.parent)
            except BaseException:
                if aside.exists():
                    remove_folder(aside)
                raise
    progress.finish(f"{count(len(backup.manifest.files), 'file')} into {root}")
    return Restored(root, backup.manifest, sources)


def _refuse_place(backup: Backup, root: Path, into: Path) -> None:
    if root.exists():
        raise ConfigurationError(
            f"{into} is there already: a restore never writes over anything.",
            state="Nothing was restored.",
            next_step="Name a folder that is not there yet:  matchback restore BACKUP --into DIR",
        )
    if not root.parent.is_dir() or root.is_relative_to(backup.folder):
        raise ConfigurationError(
            f"{into} cannot be made: it must be a new folder in one that is there, and not in the backup.",
            state="Nothing was restored.",
            next_step="Name a folder that is not there yet:  matchback restore BACKUP --into DIR",
        )


def _fill(backup: Backup, aside: Path, progress: Progress) -> None:
    """Copy and verify every file, give it its mode, and let the journal say what happened."""
    manifest = backup.manifest
    progress.start("restore", len(manifest.files))
    for file in manifest.files:
        target = aside / file.path
        try:
            found = copy_file(backup.path(file), target)
        except FileNotFoundError:
            raise _damaged(backup, file.path, "is gone") from None
        if found != (file.size, file.sha256):
            raise _damaged(backup, file.path, "is not the file that was kept")
        os.chmod(target, file.mode & 0o777)
        os.utime(target, ns=(file.changed_ns, file.changed_ns))
        progress.advance()
    workspace = Workspace(aside)
    workspace.prepare()
    let_be_looked_at(workspace.outbox)
    if manifest.published:
        VersionStore(workspace).switch(manifest.published)
    journal = Journal(workspace.journal_dir)
    journal.verify()
    entries = journal.entries()
    if not entries or (entries[-1].number, entries[-1].hash) != (
        manifest.journal_number,
        manifest.journal_hash,
    ):
        raise _damaged(backup, "var/journal/journal.jsonl", "is not the journal that the manifest tells of")
    journal.append(
        RESTORED,
        backup=manifest.name,
        journal_number=manifest.journal_number,
        payouts_through=manifest.payouts_through,
        operator=operator_name(),
        code_version=__version__,
    )
    for folder, mode in sorted(manifest.folders.items(), reverse=True):
        os.chmod(aside / folder, mode & 0o777)


def _local_sources(root: Path) -> Iterator[str]:
    """Yield the folders below the workspace that its feeds take files from and its payout files go to."""
    from matchback.config import load_config

    with suppress(MatchbackError):
        config = load_config(root / "matchback.toml")
        for place in [feed.source for feed in config.feeds] + [config.payout.to]:
            if place and "://" not in place and not Path(place).is_absolute():
                yield place


def _damaged(backup: Backup, path: str, what: str) -> BackupDamaged:
    return BackupDamaged(
        f"The backup {backup.folder.name} is damaged: {path} {what}.",
        state="Nothing was restored.",
        next_step="See what holds, and take another backup:  matchback backup FOLDER --verify",
    )
