"""Whether the archive still holds, byte for byte, what the journal says was received and used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matchback.config_archive import ConfigurationLost, archived_config
from matchback.intake.received import archived_path, received_files

if TYPE_CHECKING:
    from matchback.journal import Journal
    from matchback.progress import Progress
    from matchback.workspace import Workspace


@dataclass(frozen=True)
class Damage:
    """A received file whose bytes are gone or are not those that came."""

    file_id: str
    feed_id: str
    what: Literal["gone", "changed", "unreadable"]

    @property
    def words(self) -> str:
        """The damage in words, with ids only."""
        words = {
            "gone": "are gone from the archive",
            "changed": "are not those that came",
            "unreadable": "cannot be read",
        }
        return f"the bytes of file {self.file_id} of {self.feed_id} {words[self.what]}"


def damaged_files(workspace: Workspace, journal: Journal, progress: Progress) -> list[Damage]:
    """Read the bytes of every received file again, each content once; return what does not hold, in journal order."""
    files = received_files(journal)
    verdicts: dict[str, Literal["gone", "changed", "unreadable"] | None] = {}
    progress.start("archive", len(files))
    damages = []
    for file in files:
        if file.content_hash not in verdicts:
            verdicts[file.content_hash] = _verdict(workspace, file.content_hash)
        what = verdicts[file.content_hash]
        if what is not None:
            damages.append(Damage(file.file_id, file.feed_id, what))
        progress.advance()
    progress.finish(f"{len(verdicts):,} contents of {len(files):,} files, {len(damages):,} damaged")
    return damages


def lost_configs(workspace: Workspace, journal: Journal) -> list[str]:
    """Return, in words, which configurations that runs used cannot be read back."""
    used = {str(entry.body["config_hash"]) for entry in journal.entries(kind="run_started")}
    lost = []
    for config_hash in sorted(used):
        try:
            archived_config(workspace, config_hash)
        except ConfigurationLost as error:
            lost.append(error.what)
    return lost


def _verdict(workspace: Workspace, content_hash: str) -> Literal["gone", "changed", "unreadable"] | None:
    path = archived_path(workspace.archive, content_hash)
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return "gone"
    except OSError:
        return "unreadable"
    return None if found == content_hash else "changed"
