"""Tidying: what has served its purpose and can be made again goes; never archive, journal, warehouse or payout files.

Published versions beyond those to keep, results files that went back to their senders long ago, and what processes
that were killed left below `var/staging`. What is removed by its date is judged by the as-of date, not by the clock.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from matchback.answers.printing import count
from matchback.answers.simulate_copy import is_alive
from matchback.context import RunContext
from matchback.intake.received import received_files
from matchback.intake.results_file import DELIVERED, results_path
from matchback.publishing.versions import VersionStore
from matchback.workspace import Workspace, writer_lock

RESULTS_DAYS = 90
_LISTING_SECONDS = 2 * 24 * 60 * 60  # no task that was handed a listing still runs then
_OF_A_PROCESS = re.compile(r"(?:simulation|replay)-(\d+)")
_WORDS = {
    "published_versions": "published version",
    "results_files": "results file",
    "leftovers": "leftover",
}


@dataclass
class Tidied:
    """What was removed, or would be: by kind, how many and how many bytes; each with its name, of ids only."""

    dry_run: bool
    removed: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in _WORDS})
    size: int = 0

    @property
    def data(self) -> dict[str, Any]:
        """Return it in the shape of `--json`."""
        return {"dry_run": self.dry_run, "bytes": self.size, **self.removed}

    def text(self) -> str:
        """Return it in words."""
        parts = [count(len(self.removed[kind]), word) for kind, word in _WORDS.items() if self.removed[kind]]
        if not parts:
            return "Nothing to tidy."
        verb = "Would remove" if self.dry_run else "Removed"
        return f"{verb} {', '.join(parts)}: {self.size / 1e6:,.1f} MB."

    def note(self, kind: str, name: str, *paths: Path) -> None:
        """Note what goes."""
        self.removed[kind].append(name)
        self.size += sum(size for path in paths for size in _sizes(path))

    def add(self, kind: str, name: str, path: Path) -> None:
        """Note what goes, and remove it unless this only looks."""
        self.note(kind, name, path)
        if not self.dry_run:
            _remove(path)


def tidy(context: RunContext, *, results_days: int = RESULTS_DAYS, dry_run: bool = False) -> Tidied:
    """Remove what is no longer needed as of the context's day, or with `dry_run` only tell.

    Results files go `results_days` after their file was received, if they were sent; that they were stays known. Raises
    WarehouseLocked while a run writes.
    """
    tidied = Tidied(dry_run)
    with writer_lock(context.workspace, tell=context.progress.note):
        _tidy_versions(context, tidied)
        _tidy_results(context, results_days, tidied)
        for name, path in _leftovers(context.workspace):
            tidied.add("leftovers", name, path)
    return tidied


def _tidy_versions(context: RunContext, tidied: Tidied) -> None:
    store = VersionStore(context.workspace)
    for version_id in store.old_versions(context.config.publish.keep_versions):
        places = (context.workspace.published / version_id, context.workspace.protected / version_id)
        tidied.note("published_versions", version_id, *places)
        if not tidied.dry_run:
            store.remove(version_id)


def _tidy_results(context: RunContext, days: int, tidied: Tidied) -> None:
    until = context.as_of - timedelta(days=days)
    for file in received_files(context.journal):
        path = results_path(context, file)
        came_on = max(file.received_on, file.picked_on or file.received_on)
        if came_on < until and path.exists() and path.with_suffix(DELIVERED).exists():
            tidied.add("results_files", path.name, path)


def _leftovers(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Yield what killed processes left; the caller holds the writer's lock, so nobody else's work is spilled there."""
    for path in sorted(workspace.staging.iterdir()):
        process = _OF_A_PROCESS.fullmatch(path.name)
        if process is not None and not is_alive(int(process[1])):
            yield path.name, path
    spill = workspace.staging / "spill"
    if spill.is_dir():
        yield from ((f"spill/{path.name}", path) for path in sorted(spill.iterdir()))
    listings = workspace.staging / "listings"
    if listings.is_dir():
        for path in sorted(listings.iterdir()):
            with suppress(FileNotFoundError):  # a task has just used it up
                if time.time() - path.stat().st_mtime > _LISTING_SECONDS:
                    yield f"listings/{path.name}", path


def _sizes(path: Path) -> Iterator[int]:
    if path.is_file():
        yield path.stat().st_size
    elif path.is_dir():
        yield from (below.stat().st_size for below in path.rglob("*") if below.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        for below, _, _ in os.walk(path):
            os.chmod(below, 0o700)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
