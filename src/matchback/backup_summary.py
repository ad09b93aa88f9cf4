"""What a backup has done, in words and as data, and which one of a workspace was made last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchback.answers.printing import count
from matchback.backup_files import disk_errors
from matchback.backup_manifest import Backup
from matchback.intake.private_files import open_private_file
from matchback.workspace import Workspace


@dataclass(frozen=True)
class BackedUp:
    """What `back_up` did: the backup that holds the workspace now, whether it is new, and what was removed."""

    backup: Backup
    is_new: bool
    copied: int
    removed: tuple[str, ...]
    damages: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether everything was there to be kept, and is kept."""
        return not self.backup.manifest.lost and not self.damages

    @property
    def data(self) -> dict[str, Any]:
        """Return it in the shape of `--json`."""
        manifest = self.backup.manifest
        return {
            "backup": str(self.backup.folder),
            "number": manifest.number,
            "as_of": manifest.as_of,
            "journal_number": manifest.journal_number,
            "new": self.is_new,
            "files": len(manifest.files),
            "bytes": manifest.size,
            "bytes_copied": self.copied,
            "lost": list(manifest.lost),
            "not_backed_up": list(manifest.left_out),
            "removed": list(self.removed),
            "damages": list(self.damages),
        }

    def text(self) -> str:
        """Return it in words."""
        manifest = self.backup.manifest
        if self.is_new:
            kept = f"{count(len(manifest.files), 'file')}, {manifest.size / 1e6:,.1f} MB"
            new = f"of which {self.copied / 1e6:,.1f} MB are new"
            lines = [
                f"Backup {manifest.name}: {kept}, {new}; through journal entry {manifest.journal_number}."
            ]
        else:
            lines = [f"Nothing new since backup {manifest.name}: none was made."]
        lines += [f"Lost already, so in no new backup: {path}" for path in manifest.lost[:5]]
        if manifest.lost:
            lines.append(
                f"{count(len(manifest.lost), 'file')} of the archive cannot be read. See:  matchback doctor"
            )
        if manifest.left_out:
            lines.append(f"Not in it, so keep them elsewhere: {', '.join(manifest.left_out)}.")
        if self.damages:
            lines += [
                f"Backup {manifest.name} does not hold:",
                *(f"  {damage}" for damage in self.damages[:5]),
            ]
            lines.append("No older one was removed. Make one without links:  matchback backup TARGET --whole")
        lines += [f"Removed: backup {name}." for name in self.removed]
        return "\n".join(lines)


def last_backup(workspace: Workspace) -> dict[str, Any] | None:
    """Return what is known of the backup made last: its folder, name and journal number; None before the first."""
    try:
        said = json.loads(_record_path(workspace).read_bytes())
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def note_backup(workspace: Workspace, backup: Backup) -> None:
    """Keep, beside the workspace's state, which backup was made last, for `doctor`."""
    manifest = backup.manifest
    said = {
        "folder": str(backup.folder.parent),
        "backup": manifest.name,
        "journal_number": manifest.journal_number,
    }
    path = _record_path(workspace)
    aside = path.with_suffix(".part")
    with disk_errors("Noting the backup in the workspace", f"The backup {manifest.name} was made."):
        with open_private_file(aside) as sink:
            sink.write(json.dumps(said).encode() + b"\n")
        aside.replace(path)


def _record_path(workspace: Workspace) -> Path:
    return workspace.var / "last_backup.json"
