"""Housekeeping as a scheduler calls it: a backup, and what has served its purpose removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from matchback.answers.printing import count
from matchback.context import RunContext, open_context
from matchback.errors import CheckFailed
from matchback.progress import LineProgress
from matchback.workspace import Workspace


def back_up(workspace: str, moment: datetime, target: str, keep: int) -> dict[str, Any]:
    """Make the next backup of a workspace in the folder `target` and keep so many; return what `backup --json` prints.

    Raises CheckFailed when something was lost already (what is still there was backed up), or the newest does not hold.
    """
    from matchback.backup import back_up

    context = _opened(workspace, moment)
    made = back_up(context.workspace, context.config, Path(target), context.progress, keep=keep)
    for line in made.text().splitlines():
        context.progress.note(line)
    if made.damages:
        raise CheckFailed(
            f"Of the newest backup, {count(len(made.damages), 'file does', 'files do')} not hold.",
            state="No earlier backup was removed.",
            next_step=f"Make one without links:  matchback backup {target} --whole",
        )
    if not made.holds:
        raise CheckFailed(
            f"{count(len(made.backup.manifest.lost), 'archived file is', 'archived files are')} lost; the rest was "
            "backed up.",
            state="No earlier backup was removed.",
            next_step="What to do about each stands in:  matchback doctor",
        )
    return made.data


def examine_backups(target: str) -> dict[str, int]:
    """Read every byte of every backup in the folder `target`; return how many backups and bytes were read.

    Raises CheckFailed when one does not hold, ConfigurationError when there is none.
    """
    from matchback.backup_manifest import verify_backups

    progress = LineProgress()
    verified = verify_backups(Path(target), progress)
    for line in verified.text().splitlines():
        progress.note(line)
    if not verified.holds:
        damaged = [name for name, damages in verified.damages.items() if damages]
        raise CheckFailed(
            f"{count(len(damaged), 'backup does', 'backups do')} not hold: {', '.join(damaged)}.",
            state="Nothing was changed.",
            next_step=f"Make one without links to them:  matchback backup {target} --whole",
        )
    return {"backups": len(verified.backups), "bytes": sum(verified.backups.values())}


def tidy(workspace: str, moment: datetime) -> dict[str, Any]:
    """Remove what is no longer needed as of the day of `moment`; return how many of each kind, and how many bytes."""
    from matchback.tidy import tidy

    context = _opened(workspace, moment)
    tidied = tidy(context)
    context.progress.note(tidied.text())
    counts = {kind: len(names) for kind, names in tidied.removed.items()}
    return {**counts, "bytes": tidied.size}


def _opened(workspace: str, moment: datetime) -> RunContext:
    """Open a workspace as of the local day of a moment; no secret is asked for, since none is needed."""
    context = open_context(Workspace.at(Path(workspace)), progress=LineProgress())
    return replace(context, as_of=moment.astimezone(context.config.zone).date())
