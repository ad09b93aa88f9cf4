"""Replay: the warehouse made again from the archive and the journal alone, in a folder of its own, and compared.

The journal is followed commit by commit, with the configurations that were in force, operators' acts and payouts in
their order. The live workspace is only read: its warehouse through a copy, taken before anything is replayed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback import __version__
from matchback.answers.archive_check import Damage, damaged_files
from matchback.answers.printing import count
from matchback.answers.query import NothingPublished
from matchback.answers.replay_compare import TableCompared, compare
from matchback.answers.replay_journal import Operation, ReplayedJournal, operations
from matchback.answers.replay_steps import Replayer, ReplayWorkspace
from matchback.answers.simulate_copy import copied_warehouse, own_folder
from matchback.config_archive import archived_config
from matchback.errors import ConfigurationError, MatchbackError, WarehouseLocked
from matchback.fingerprint import refuse_secret_of_another
from matchback.journal import Journal, JournalEntry
from matchback.progress import Progress
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

_FOLDER = "replay-"
_LOADED = "load:"
_FEW_COMMITS = 200


@dataclass
class Replayed:
    """What a replay found: `tables` is empty where there was nothing to compare with."""

    commits: int = 0
    nights: list[str] = field(default_factory=list)
    files: int = 0
    payouts: int = 0
    tables: list[TableCompared] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    first_version: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    without_live: str = ""
    warehouse: Path | None = None

    @property
    def holds(self) -> bool:
        """Tell whether everything that was compared is equal."""
        differ = any(not table.equal for table in self.tables)
        return not (self.damaged or self.differences or differ)

    @property
    def data(self) -> dict[str, Any]:
        """Return it in the shape of `--json`."""
        return {
            "equal": self.holds and bool(self.tables),
            "commits": self.commits,
            "nights": len(self.nights),
            "first_night": self.nights[0] if self.nights else None,
            "last_night": self.nights[-1] if self.nights else None,
            "files": self.files,
            "payouts": self.payouts,
            "tables": [table.row() for table in self.tables],
            "damaged_files": [vars(damage) for damage in self.damaged],
            "differences": self.differences,
            "first_differing_version": self.first_version,
            "not_compared": self.without_live or None,
            "notes": self.notes,
            "warehouse": str(self.warehouse) if self.warehouse else None,
        }


def replay(workspace: Workspace, progress: Progress, into: Path | None = None) -> Replayed:
    """Replay the whole journal and compare; with `into`, an empty folder, the replayed warehouse is kept there.

    Raises JournalBroken where the chain does not hold, ReplayStopped where a commit cannot be done again,
    ConfigurationLost for a configuration that cannot be read back, WarehouseLocked when a run goes on for too long.
    """
    journal = Journal(workspace.journal_dir)
    journal.verify()
    with ExitStack() as opened:
        found = Replayed()
        live = _live(workspace, opened, progress, found)
        entries = journal.entries()
        _refuse_nothing(workspace, journal, live, into, found)
        found.damaged = damaged_files(workspace, journal, progress)
        if found.damaged:
            return found
        script = operations(entries, int(live.state["commit_number"]) if live else None)
        base = _kept_folder(into) if into else opened.enter_context(own_folder(workspace.staging, _FOLDER))
        path = _follow(ReplayWorkspace(workspace.root, base / "var"), entries, script, progress, found)
        path = path.replace(base / path.name)
        shutil.rmtree(base / "var")
        found.warehouse = path if into else None
        if live is not None:
            with _read(path, base / "spill") as replayed:
                found.tables = compare(live, replayed, progress)
                found.first_version = _first_differing_version(live, replayed)
    return found


def _live(workspace: Workspace, opened: ExitStack, progress: Progress, found: Replayed) -> Warehouse | None:
    """Return a copy of the live warehouse; None, and why in words, where there is none to compare with."""
    try:
        live = opened.enter_context(copied_warehouse(workspace, progress))
    except WarehouseLocked:
        raise
    except NothingPublished:
        found.without_live = "there is no warehouse"
    except MatchbackError as error:
        found.without_live = error.what.rstrip(".")
    else:
        committed = Journal(workspace.journal_dir).entries(kind="committed")
        if committed and int(committed[-1].body["commit"]) > int(live.state.get("commit_number", "0")):
            found.without_live = "the warehouse is older than the journal"
            return None
        return live
    return None


def _refuse_nothing(
    workspace: Workspace, journal: Journal, live: Warehouse | None, into: Path | None, found: Replayed
) -> None:
    """Refuse what cannot be replayed, or has nothing to prove; and a secret under which every id would be another."""
    runs = journal.entries(kind="run_started")
    if not runs or not journal.entries(kind="committed"):
        raise NothingPublished(
            f"Nothing was run in {workspace.root.name} yet, so there is nothing to replay.",
            next_step="Run it first:  matchback run",
        )
    if live is None and into is None:
        raise MatchbackError(
            f"There is nothing to compare a replay with: {found.without_live}.",
            state="Nothing was changed.",
            next_step="To make the warehouse again from archive and journal:  matchback replay --into DIR",
        )
    config = archived_config(workspace, runs[-1].body["config_hash"]).config
    refuse_secret_of_another(journal, config.id_secret(workspace.root))


def _kept_folder(into: Path) -> Path:
    """Make the folder that keeps the replayed warehouse; one that holds anything is refused."""
    folder = into.expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            f"{into} is there and not an empty folder: a replay never writes over anything.",
            state="Nothing was replayed.",
            next_step="Name a folder that is not there yet:  matchback replay --into DIR",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _follow(
    workspace: ReplayWorkspace,
    entries: Sequence[JournalEntry],
    script: Sequence[Operation],
    progress: Progress,
    found: Replayed,
) -> Path:
    """Do every operation in order, in a new warehouse; return where it stands."""
    from matchback.warehouse import Warehouse

    journal = ReplayedJournal(entries)
    labels = [operation.label or "" for operation in script]
    loaded = {label.removeprefix(_LOADED) for label in labels if label.startswith(_LOADED)}
    replayer = Replayer(workspace, journal, loaded)
    workspace.var.mkdir(mode=0o700)
    progress.start("replay", len(script))
    with Warehouse.open(workspace, journal) as warehouse:
        for place, operation in enumerate(script, start=1):
            replayer.perform(warehouse, operation)
            progress.advance()
            if len(script) >= _FEW_COMMITS and place % (len(script) // 10) == 0:
                progress.note(
                    f"Replayed to the night of {operation.run.as_of}: {place:,} of {len(script):,} commits"
                )
        payouts = warehouse.table("payouts").column("payout_number").to_pylist()
        found.files, found.payouts = warehouse.count("files"), len(set(payouts))
    found.commits = len(script)
    found.nights = sorted({operation.run.as_of.isoformat() for operation in script})
    found.differences = journal.differences
    found.notes = [*_other_versions(script), *_inexact(replayer), *_lost_entries(labels)]
    progress.finish(f"{count(found.commits, 'commit')} of {count(len(found.nights), 'night')}")
    return workspace.warehouse_path


def _other_versions(script: Sequence[Operation]) -> Iterator[str]:
    """Say which nights were run by another version: what its rules and SQL were cannot be replayed."""
    runs = {operation.run.number: operation.run for operation in script}
    versions = sorted({run.code_version for run in runs.values()} - {__version__})
    for version in versions:
        own = sorted(run.as_of for run in runs.values() if run.code_version == version)
        who = f"version {version}" if version else "a version that did not journal its number"
        yield (
            f"{count(len(own), 'run')} from {own[0]} to {own[-1]} were made by {who}: replayed with {__version__}, "
            "whose rules can differ."
        )


def _inexact(replayer: Replayer) -> Iterator[str]:
    for config_hash in replayer.inexact:
        yield (
            f"Configuration {config_hash[:12]} was written by another version: what it left out has this version's "
            "defaults."
        )


def _lost_entries(labels: Sequence[str]) -> Iterator[str]:
    lost = labels.count("")
    if lost:
        yield (
            f"{count(lost, 'commit')} came just before a crash, which kept the journal from naming them: replayed as "
            "the next thing that the run had to do."
        )


@contextmanager
def _read(path: Path, spill: Path) -> Iterator[Warehouse]:
    from matchback.warehouse import Warehouse

    with Warehouse.overlaid(path, spill) as warehouse:
        yield warehouse
    shutil.rmtree(spill, ignore_errors=True)


def _first_differing_version(live: Warehouse, replayed: Warehouse) -> dict[str, Any] | None:
    """Return the first published version whose tables come out otherwise, with their names."""
    again = {row["sequence"]: row for row in replayed.table("versions").to_pylist()}
    for row in sorted(live.table("versions").to_pylist(), key=lambda row: int(row["sequence"])):
        other = again.get(row["sequence"])
        hashes = [json.loads(side["table_hashes"]) if side else {} for side in (row, other)]
        differing = sorted(
            name for name in hashes[0].keys() | hashes[1].keys() if hashes[0].get(name) != hashes[1].get(name)
        )
        if differing:
            return {"version_id": row["version_id"], "as_of": row["as_of"], "tables": differing}
    return None
