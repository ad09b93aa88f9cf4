"""What a backup says of itself, which ones a folder holds, and whether their bytes are still those that were kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from matchback.answers.printing import count
from matchback.backup_files import hash_file
from matchback.errors import ConfigurationError, MatchbackError
from matchback.progress import Progress

MANIFEST, CONTENT = "manifest.json", "workspace"
FORMAT = 1
ASIDE = ".making-"
_NAME = re.compile(r"(\d{4,})-\d{4}-\d{2}-\d{2}")


class BackupDamaged(MatchbackError):
    """A backup does not hold, byte for byte, what it says."""


@dataclass(frozen=True)
class KeptFile:
    """One file: its path in the workspace, size, SHA-256, mode, and when its original was changed (nanoseconds)."""

    path: str
    size: int
    sha256: str
    mode: int
    changed_ns: int


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, and where the workspace stood: its journal's last entry, commit and payout number.

    `lost` are paths that the workspace itself did not have any more, `left_out` the secrets by their references.
    """

    number: int
    as_of: str
    made_at: str
    workspace: str
    code_version: str
    journal_number: int
    journal_hash: str
    commit: int
    payouts_through: int
    published: str
    files: tuple[KeptFile, ...]
    folders: dict[str, int]
    lost: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def name(self) -> str:
        """The name of the backup's folder."""
        return f"{self.number:04d}-{self.as_of}"

    @property
    def size(self) -> int:
        """How many bytes the files have together."""
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """The SHA-256 of all that it says: a changed digit of it would mislead a restore."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def text(self) -> bytes:
        """Return it as it stands in the backup."""
        said = {**asdict(self), "sha256": self.digest}
        return json.dumps(said, indent=1, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True)
class Backup:
    """A whole backup on disk."""

    folder: Path
    manifest: Manifest

    def path(self, file: KeptFile) -> Path:
        """Return where the bytes of a file are."""
        return self.folder / CONTENT / file.path


def read_backup(folder: Path) -> Backup:
    """Return the backup of a folder. Raises BackupDamaged where its manifest cannot be read."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        if said["format"] != FORMAT:
            raise ConfigurationError(
                f"The backup {folder.name} was made by another version of Matchback ({said['code_version']}).",
                state="Nothing was changed.",
                next_step="Restore it with the version that made it.",
            )
        digest = said.pop("sha256")
        files = tuple(KeptFile(**file) for file in said.pop("files"))
        lists: dict[str, Any] = {name: tuple(said.pop(name)) for name in ("lost", "left_out")}
        manifest = Manifest(files=files, **lists, **said)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupDamaged(
            f"The manifest of the backup {folder.name} cannot be read.",
            state="Nothing was changed.",
            next_step="Take another backup of the same folder.",
        ) from None
    outside = not all(_is_inside(path) for path in [*manifest.folders, *(file.path for file in files)])
    if outside or manifest.digest != digest:
        raise BackupDamaged(
            f"The manifest of the backup {folder.name} "
            f"{'names files outside of the workspace' if outside else 'is not as it was written'}: it was changed.",
            state="Nothing was changed.",
            next_step="Take another backup, and find out who changed this one.",
        )
    return Backup(folder, manifest)


def backup_folders(target: Path) -> list[Path]:
    """Return the numbered folders of a folder of backups, oldest first."""
    if not target.is_dir():
        return []
    found = [path for path in target.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]
    return sorted(found, key=lambda path: (int(path.name.split("-")[0]), path.name))


def whole_backups(target: Path) -> list[Backup]:
    """Return the backups of a folder, oldest first, without those whose manifest cannot be read."""
    found = []
    for folder in backup_folders(target):
        try:
            found.append(read_backup(folder))
        except BackupDamaged:
            continue
    return found


def find_backup(place: Path) -> Backup:
    """Return the backup that a path names: one itself, or the newest of a folder of backups."""
    if (place / MANIFEST).is_file() or _NAME.fullmatch(place.name):
        return read_backup(place)
    folders = backup_folders(place)
    if not folders:
        raise ConfigurationError(
            f"{place} is neither a backup nor a folder of backups.",
            state="Nothing was changed.",
            next_step="Name the folder that backups were made into:  matchback backup FOLDER",
        )
    return read_backup(folders[-1])


@dataclass
class Verified:
    """What reading every byte again has shown: by backup, its size and what does not hold, in words."""

    backups: dict[str, int] = field(default_factory=dict)
    damages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Tell whether every byte is the one that was kept."""
        return not any(self.damages.values())

    @property
    def data(self) -> list[dict[str, Any]]:
        """Return it in the shape of `--json`."""
        return [
            {"backup": name, "holds": not self.damages[name], "bytes": size, "damages": self.damages[name]}
            for name, size in self.backups.items()
        ]

    def text(self) -> str:
        """Return it in words, a line a backup and one for each thing that does not hold."""
        lines = []
        for name, size in self.backups.items():
            damages = self.damages[name]
            words = f"{count(len(damages), 'thing does', 'things do')} not hold" if damages else "holds"
            lines.append(f"{name}  {size / 1e6:,.1f} MB  {words}")
            lines += [f"  {damage}" for damage in damages]
        if not self.holds:
            lines.append(
                "The next backup can be made without links to what is damaged:  matchback backup TARGET --whole"
            )
        return "\n".join(lines)


def verify_backups(place: Path, progress: Progress) -> Verified:
    """Read every byte of one backup, or of all backups of a folder; what several of them share is read once."""
    folders = [place] if (place / MANIFEST).is_file() else backup_folders(place)
    if not folders:
        find_backup(place)
    verified = Verified()
    known: dict[tuple[int, int], str] = {}
    for folder in folders:
        try:
            backup = read_backup(folder)
        except BackupDamaged as error:
            verified.backups[folder.name], verified.damages[folder.name] = 0, [error.what]
            continue
        verified.backups[folder.name] = backup.manifest.size
        verified.damages[folder.name] = _damages(backup, known, progress)
    return verified


def _damages(backup: Backup, known: dict[tuple[int, int], str], progress: Progress) -> list[str]:
    damages = []
    progress.start("verify", len(backup.manifest.files))
    for file in backup.manifest.files:
        progress.advance()
        try:
            stat = os.stat(backup.path(file))
            place = (stat.st_dev, stat.st_ino)
            if place not in known:
                known[place] = hash_file(backup.path(file))
        except OSError as error:
            damages.append(f"{file.path}: {os.strerror(error.errno or 0)}")
            continue
        if known[place] != file.sha256:
            damages.append(f"{file.path}: its bytes are not those that were kept")
    progress.finish(f"{backup.folder.name}: {count(len(backup.manifest.files), 'file')}")
    return damages


def is_there(backup: Backup) -> bool:
    """Tell whether every file of a backup is there in its size; its bytes are not read."""
    try:
        return all(os.stat(backup.path(file)).st_size == file.size for file in backup.manifest.files)
    except OSError:
        return False


def damages_apart(backup: Backup, others: Sequence[Backup], progress: Progress) -> list[str]:
    """Return what does not hold in a backup, in words, of all files that it does not share with the others.

    What they share is one file on disk: nothing of it is lost with them.
    """
    shared: dict[tuple[int, int], str] = {}
    for other in others:
        for file in other.manifest.files:
            with suppress(OSError):
                stat = os.stat(other.path(file))
                shared[stat.st_dev, stat.st_ino] = file.sha256
    return _damages(backup, shared, progress)


def same_content(first: Sequence[KeptFile], second: Sequence[KeptFile]) -> bool:
    """Tell whether two backups hold the same bytes under the same names."""
    return {(file.path, file.sha256) for file in first} == {(file.path, file.sha256) for file in second}


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts
