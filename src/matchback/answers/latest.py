"""The files as they stand now: of the published version, or of the warehouse where it knows more.

A night that stops, or fails after load, publishes nothing: what it loaded and refused stands in the warehouse alone,
and an operator is to look at just that. While a run holds the warehouse, the published version answers, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from matchback.answers.query import NothingPublished, Version, current_version
from matchback.errors import MatchbackError
from matchback.journal import Journal
from matchback.publishing.versions import MANIFEST

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse
    from matchback.workspace import Workspace

Note = Callable[[str], None]
_LOADED = "load:"


def unheard(words: str) -> None:
    """Say nothing: for whoever needs no note."""


@dataclass(frozen=True)
class Latest:
    """What is read: the published `version` if it is that; `behind` is why newer files cannot be seen, else ''."""

    warehouse: Warehouse
    version: Version | None
    behind: str = ""


@contextmanager
def open_latest(workspace: Workspace, note: Note = unheard, *, stopped_too: bool = False) -> Iterator[Latest]:
    """Open what knows most of the files; `note` is told when a run keeps newer ones from being seen.

    With `stopped_too`, a night that stopped before it was published counts as newer even if it loaded nothing.
    Raises NothingPublished when nothing was ever loaded, and what keeps the warehouse shut when nothing is published.
    """
    from matchback.warehouse import Warehouse

    version = _published(workspace)
    behind = ""
    with ExitStack() as opened:
        if _is_newer(workspace, version, stopped_too=stopped_too):
            try:
                warehouse = opened.enter_context(Warehouse.open(workspace, Journal(workspace.journal_dir)))
            except MatchbackError as error:
                if version is None:
                    raise
                behind = error.what
                note(f"What came since version {version.version_id} cannot be seen now.\n{error}")
            else:
                yield Latest(warehouse, None)
                return
        version = version or current_version(workspace)
        yield Latest(opened.enter_context(Warehouse.read(version.database)), version, behind)


def last_as_of(workspace: Workspace) -> date | None:
    """Return the as-of date of the night that was begun last, whether or not it ended."""
    begun = Journal(workspace.journal_dir).entries(kind="run_started")
    return date.fromisoformat(begun[-1].body["as_of"]) if begun else None


def _has_stopped(workspace: Workspace) -> bool:
    """Tell whether the night that was begun last did not end."""
    journal = Journal(workspace.journal_dir)
    begun, ended = journal.entries(kind="run_started"), journal.entries(kind="run_finished")
    return bool(begun) and (not ended or ended[-1].number < begun[-1].number)


def _published(workspace: Workspace) -> Version | None:
    try:
        return current_version(workspace)
    except NothingPublished:
        return None


def _is_newer(workspace: Workspace, version: Version | None, *, stopped_too: bool) -> bool:
    """Tell whether the journal knows loads that the published version was made without."""
    if not workspace.warehouse_path.exists():
        return False
    if stopped_too and _has_stopped(workspace):
        return True
    manifest = version.folder / MANIFEST if version else None
    if manifest is not None and not manifest.is_file():
        return False
    until = json.loads(manifest.read_text(encoding="utf-8"))["journal_number"] if manifest else 0
    commits = Journal(workspace.journal_dir).entries(after=until, kind="committed")
    return any(str(entry.body.get("label", "")).startswith(_LOADED) for entry in commits)
