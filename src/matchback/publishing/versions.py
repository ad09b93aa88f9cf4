"""Where published versions stand: built aside, renamed whole, switched in by one link, removed when old.

Readers open `var/published/current/...`: they see the last whole version or the new whole one. Folders are 0555 and
files 0444, since a reader that opens a database for writing would lock out all others.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from matchback.intake.private_files import fsync_path
from matchback.workspace import Workspace

CURRENT = "current"
MANIFEST = "manifest.json"
KEPT_SECONDS = 24 * 60 * 60
_ASIDE = ".building-"


@dataclass(frozen=True)
class Version:
    """One row of `versions`; `table_hashes` is a JSON object."""

    version_id: str
    sequence: int
    as_of: date
    journal_number: int
    config_hash: str
    code_version: str
    content_hash: str
    table_hashes: str


@dataclass(frozen=True)
class VersionStore:
    """The published and the protected folders of one workspace; only the one writer may call its methods."""

    workspace: Workspace

    def is_whole(self, version_id: str) -> bool:
        """Tell whether both copies of a version are there; a folder appears only by a rename, so it is whole."""
        manifest = self.workspace.published / version_id / MANIFEST
        return manifest.is_file() and (self.workspace.protected / version_id / "vault.duckdb").is_file()

    @contextmanager
    def building(self, version_id: str) -> Iterator[tuple[Path, Path]]:
        """Give two empty folders (published, protected); on success make them read-only and rename them into place."""
        places = [(self.workspace.protected, 0o500, 0o400), (self.workspace.published, 0o555, 0o444)]
        for parent, _, _ in places:
            for leftover in [*parent.glob(f"{_ASIDE}*"), parent / version_id]:
                _remove(leftover)
        folders = [parent / f"{_ASIDE}{version_id}" for parent, _, _ in places]
        for folder in folders:
            folder.mkdir(mode=0o700)
        yield folders[1], folders[0]
        for folder, (parent, folder_mode, file_mode) in zip(folders, places, strict=True):
            _seal(folder, folder_mode, file_mode)
            os.rename(folder, parent / version_id)
            fsync_path(parent)

    def switch(self, version_id: str) -> None:
        """Let `current` name a version, at once."""
        link = self.workspace.published / CURRENT
        if link.is_symlink() and os.readlink(link) == version_id:
            return
        aside = self.workspace.published / f"{_ASIDE}{CURRENT}"
        aside.unlink(missing_ok=True)
        aside.symlink_to(version_id, target_is_directory=True)
        os.replace(aside, link)
        fsync_path(self.workspace.published)

    def remove_old(self, keep: int) -> list[str]:
        """Remove versions beyond the newest `keep` that are older than a day, both copies; return their ids."""
        removed = self.old_versions(keep)
        for version_id in removed:
            self.remove(version_id)
        return removed

    def remove(self, version_id: str) -> None:
        """Remove both copies of a version. What a crash leaves of it is still listed, or goes with the next build."""
        for parent in (
            self.workspace.protected,
            self.workspace.published,
        ):  # the one that is listed goes last
            if (folder := parent / version_id).is_dir():
                aside = parent / f"{_ASIDE}{version_id}"
                _remove(aside)
                folder.rename(aside)
                _remove(aside)

    def old_versions(self, keep: int) -> list[str]:
        """Return the versions beyond the newest `keep` that are older than a day, and never the one that is read."""
        published = self.workspace.published
        if not (published / CURRENT).is_symlink():
            return []
        current = os.readlink(published / CURRENT)
        folders = sorted(
            (path for path in published.iterdir() if (path / MANIFEST).is_file() and not path.is_symlink()),
            key=lambda path: _sequence(path.name),
            reverse=True,
        )
        return [
            folder.name
            for folder in folders[keep:]
            if folder.name != current and time.time() - folder.stat().st_mtime > KEPT_SECONDS
        ]

    @staticmethod
    def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
        """Write what a version rests on beside its tables."""
        text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")


def _sequence(version_id: str) -> int:
    head = version_id.split("-")[0]
    return int(head) if head.isdigit() else 0


def _seal(folder: Path, folder_mode: int, file_mode: int) -> None:
    """Fsync every file, then take away the right to write."""
    for path in sorted(folder.iterdir()):
        assert path.suffix != ".wal", "a database was not closed cleanly"
        fsync_path(path)
        path.chmod(file_mode)
    fsync_path(folder)
    folder.chmod(folder_mode)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        path.chmod(0o700)
        shutil.rmtree(path)
