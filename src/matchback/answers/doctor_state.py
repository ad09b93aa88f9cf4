"""Doctor's look at what lies on the disk: the archive's bytes, who may read what, and a night that stopped."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.answers.archive_check import damaged_files, lost_configs
from matchback.answers.findings import Finding
from matchback.answers.printing import count
from matchback.errors import JournalBroken, MatchbackError
from matchback.intake.received import received_files
from matchback.workspace import PROTECTED_FOLDERS

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.workspace import Workspace

_MOST_NAMED = 5


def archive_findings(context: RunContext) -> Iterator[Finding]:
    """Read every archived byte again, and every configuration that was used."""
    try:
        damages = damaged_files(context.workspace, context.journal, context.progress)
        lost = lost_configs(context.workspace, context.journal)
        files = len(received_files(context.journal))
    except JournalBroken:
        yield Finding("archive", "skipped", "the journal cannot be read", "Mend the journal first.")
        return
    for damage in damages[:_MOST_NAMED]:
        yield Finding(
            "archive",
            "failed",
            damage.words,
            "Put it back under var/archive from a backup; without it no replay and no new results file can be made.",
        )
    if len(damages) > _MOST_NAMED:
        more = f"and {count(len(damages) - _MOST_NAMED, 'file')} more"
        yield Finding("archive", "failed", more, "See all of them:  matchback replay --json")
    for what in lost:
        yield Finding(
            "archive", "failed", what, "Restore var/archive/configurations from a backup; a replay needs it."
        )
    if not damages and not lost:
        yield Finding("archive", "ok", f"{count(files, 'received file')}: their bytes are those that came")


def permission_findings(context: RunContext) -> Iterator[Finding]:
    """Look who may read what holds personal data or the secret, and whether analysts may read what is published."""
    workspace = context.workspace
    open_to_others = sorted(
        path.relative_to(workspace.root) for path in _private_paths(workspace) if _is_open(path)
    )
    for path in open_to_others[:_MOST_NAMED]:
        mode = "700" if (workspace.root / path).is_dir() else "600"
        yield Finding(
            "permissions",
            "failed",
            f"others may read {path}",
            f"Close it:  chmod {mode} {path}   (in the workspace)",
        )
    if len(open_to_others) > _MOST_NAMED:
        yield Finding(
            "permissions",
            "failed",
            f"and {count(len(open_to_others) - _MOST_NAMED, 'path')} more",
            "Close all of them:  chmod -R go= var/archive var/journal var/outbox var/protected var/staging",
        )
    shut = [path for path in (workspace.var, workspace.published) if not path.stat().st_mode & stat.S_IXOTH]
    for path in shut:
        mode = "711" if path == workspace.var else "755"
        yield Finding(
            "permissions",
            "note",
            f"{path.relative_to(workspace.root)} is closed to others, so analysts cannot read what is published",
            f"If they should:  chmod {mode} {path.relative_to(workspace.root)}   (in the workspace)",
        )
    secret = _secret_path(context)
    if secret is not None and _is_open(secret):
        yield Finding(
            "permissions",
            "note",
            f"others may read {secret.name}, under which every id is made",
            f"Unless that is meant:  chmod 600 {secret}",
        )
    if not open_to_others and not shut:
        yield Finding("permissions", "ok", "the protected area is for its owner only")


def stop_findings(context: RunContext) -> Iterator[Finding]:
    """Tell of a night that was begun and did not end: what stopped it, by asking again what would stop it now."""
    begun = context.journal.entries(kind="run_started")
    ended = {entry.body.get("run") for entry in context.journal.entries(kind="run_finished")}
    last = begun[-1] if begun else None
    finished = context.journal.entries(kind="run_finished")
    if last is None or last.number in ended or (finished and finished[-1].number > last.number):
        return
    as_of = date.fromisoformat(last.body["as_of"])
    try:
        _refuse_what_stops(replace(context, as_of=as_of))
    except MatchbackError as stop:
        what = f"the night of {as_of} stopped: {stop.what}".replace("\n ", ";").replace("\n", " ")
        yield Finding(
            "last night", "failed", what, stop.next_step or f"Run it again:  matchback run --as-of {as_of}"
        )
        return
    yield Finding(
        "last night",
        "note",
        f"the night of {as_of} was begun and did not end: it failed, was cut off, or runs now",
        f"Unless it runs now, run it again:  matchback run --as-of {as_of}",
    )


def keeping_findings(context: RunContext) -> Iterator[Finding]:
    """Tell how far the last backup reaches, and of payouts that wait since a restore."""
    from matchback.backup_summary import last_backup
    from matchback.rewards.payouts_after_restore import held_since

    try:
        newest, held = context.journal.last_number(), held_since(context.journal)
    except JournalBroken:
        return
    last = last_backup(context.workspace)
    if last is None:
        if newest:
            yield Finding(
                "backup", "note", "none was made yet", "Make one, on another disk:  matchback backup TARGET"
            )
    elif last["journal_number"] < newest:
        behind = f"{last['backup']} reaches to journal entry {last['journal_number']} of {newest}"
        yield Finding("backup", "note", behind, f"Make the next one:  matchback backup {last['folder']}")
    else:
        yield Finding("backup", "ok", f"{last['backup']} holds everything")
    if held is not None:
        yield Finding(
            "restored",
            "note",
            f"from backup {held['backup']}; since then no payout file is made",
            f"Say which payout files were sent; if none after number {held['payouts_through']}:  "
            f"matchback payouts resume --last {held['payouts_through']}",
        )


def _refuse_what_stops(context: RunContext) -> None:
    """Raise what would stop a night here and now, in the order in which a run asks."""
    from matchback.intake.missing_files import refuse_missing
    from matchback.rewards.acceptance import accepted_rules

    accepted_rules(context)
    refuse_missing(context)


def _private_paths(workspace: Workspace) -> Iterator[Path]:
    """Yield what only the service's own user may read. What lies in a closed folder is closed with it."""
    for name in PROTECTED_FOLDERS:
        yield workspace.var / name
    yield from workspace.var.glob("warehouse.*")


def _secret_path(context: RunContext) -> Path | None:
    reference = context.config.workspace.id_secret
    return context.workspace.root / reference.removeprefix("file:") if reference.startswith("file:") else None


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False
