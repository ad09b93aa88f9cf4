"""What of a workspace goes into a backup: all that cannot be made again, and of what can the version that is read now.

What changes under the writer's lock is copied while it is held: warehouse, journal, outbox and the answers that are
owed. The journal as it stood then names what the archive must hold, and the archive only grows: it is copied after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matchback.backup_files import copy_file, link_file
from matchback.backup_manifest import Backup, KeptFile
from matchback.intake.received import archived_path, received_files
from matchback.intake.results_lines import is_noted
from matchback.intake.staging import StagedFile
from matchback.journal import Journal
from matchback.progress import Progress
from matchback.publishing.versions import CURRENT
from matchback.support.access_log import AccessLog
from matchback.workspace import Workspace

GIGABYTE = 10**9
_ASIDE = (".part", ".new")  # what a step that was cut off left


@dataclass
class Taking:
    """A backup while it is made: where it stands, the backup before, and what was taken so far."""

    workspace: Workspace
    folder: Path
    before: Backup | None
    progress: Progress
    files: list[KeptFile] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    copied: int = 0

    def __post_init__(self) -> None:
        former = self.before.manifest.files if self.before else ()
        self._former = {file.path: file for file in former}

    def take(self, path: Path, sha256: str = "", *, until: int | None = None) -> None:
        """Take a file of the workspace; where the backup before has it, link it. Its hash may be known beforehand.

        One whose bytes are not those of its hash is lost, unless the backup before still has them.
        """
        relative = str(path.relative_to(self.workspace.root))
        try:
            stat = path.stat()
        except FileNotFoundError:
            if not self._take_former(relative, sha256):
                self.lost.append(relative)
            return
        self._note_folders(path)
        former = self._former.get(relative)
        unchanged = former is not None and (
            former.sha256 == sha256
            if sha256
            else until is None and (former.size, former.changed_ns) == (stat.st_size, stat.st_mtime_ns)
        )
        if unchanged and self._take_former(relative, sha256):
            return
        size, found = copy_file(path, self.folder / relative, until=until)
        if sha256 and found != sha256:
            (self.folder / relative).unlink()
            self.lost.append(relative)
            return
        self._note_copied(size)
        self.files.append(KeptFile(relative, size, found, stat.st_mode & 0o777, stat.st_mtime_ns))
        self.progress.advance()

    def _take_former(self, relative: str, sha256: str) -> bool:
        former = self._former.get(relative)
        if self.before is None or former is None or (sha256 and former.sha256 != sha256):
            return False
        source, target = self.before.path(former), self.folder / relative
        try:
            if source.stat().st_size != former.size:
                return False
        except FileNotFoundError:
            return False
        if not link_file(source, target):
            size, found = copy_file(source, target)
            if found != former.sha256:
                target.unlink()
                return False
            self._note_copied(size)
        self.files.append(former)
        self.progress.advance()
        return True

    def _note_copied(self, size: int) -> None:
        """Tell of each further gigabyte: a first backup can take long."""
        before, self.copied = self.copied, self.copied + size
        if before // GIGABYTE != self.copied // GIGABYTE:
            self.progress.note(f"Copied {self.copied / GIGABYTE:,.1f} GB")

    def _note_folders(self, path: Path) -> None:
        for folder in path.relative_to(self.workspace.root).parents:
            name = str(folder)
            if name not in self.folders:
                self.folders[name] = (self.workspace.root / folder).stat().st_mode & 0o777


def take_state(taking: Taking) -> None:
    """Take what only the writer changes; the caller holds the writer's lock."""
    workspace = taking.workspace
    warehouse = workspace.warehouse_path
    for path in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        if path.exists():
            taking.take(path)
    journal = workspace.journal_dir / "journal.jsonl"
    taking.take(journal, until=_whole_lines(journal))
    for path in _files_below(workspace.outbox):
        taking.take(path)
    for folder in sorted(workspace.staging.iterdir()):
        if folder.is_dir() and is_noted(StagedFile(folder)):  # the answer to its sender is still owed
            for path in _files_below(folder):
                taking.take(path)


def take_rest(taking: Taking, named: Sequence[Path]) -> None:
    """Take what only grows or is never changed: archive, configurations, log, published version, the owner's files."""
    workspace = taking.workspace
    taken = Journal(taking.folder / workspace.journal_dir.relative_to(workspace.root))
    for content in sorted({file.content_hash for file in received_files(taken)}):
        taking.take(archived_path(workspace.archive, content), content)
    for path in _files_below(workspace.archive / "configurations"):
        taking.take(path)
    log = AccessLog(workspace).path
    if log.exists():
        taking.take(log, until=_whole_lines(log))
    for path in [*_published(workspace), *named]:
        taking.take(path)


def published_version(workspace: Workspace) -> str:
    """Return the name of the version that is read now, empty if there is none."""
    link = workspace.published / CURRENT
    return os.readlink(link) if link.is_symlink() else ""


def size_of_state(workspace: Workspace) -> int:
    """Return how many bytes a backup takes at most, but for what is copied from the archive."""
    places = (workspace.warehouse_path, workspace.journal_dir / "journal.jsonl")
    return sum(path.stat().st_size for path in places if path.exists())


def left_out(content: Any) -> Iterator[str]:
    """Yield the references to secrets, and the connections, that a configuration names: no backup holds them."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "connection" and isinstance(value, str):
                yield f"connection {value}"
            else:
                yield from left_out(value)
    elif isinstance(content, list):
        for value in content:
            yield from left_out(value)
    elif isinstance(content, str) and content.startswith(("env:", "file:")):
        yield content


def _published(workspace: Workspace) -> Iterator[Path]:
    version = published_version(workspace)
    for parent in (workspace.published, workspace.protected):
        if version:
            yield from _files_below(parent / version)


def _files_below(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_ASIDE)]
    return sorted(found)


def _whole_lines(path: Path) -> int:
    """Return the offset after the last whole line: what a crash or another process is just writing stays out."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        window = 1 << 16
        while True:
            start = max(0, size - window)
            stream.seek(start)
            end = stream.read(size - start).rfind(b"\n")
            if end >= 0 or start == 0:
                return start + end + 1
            window *= 4
