"""One operation of a replay: the very functions of the steps, on the archive's bytes, in a folder of its own.

Nothing outside that folder is written. No source is asked, nothing is delivered and nothing is published.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from matchback import load, publish, validate
from matchback.acts import apply_acts
from matchback.answers.replay_journal import Operation, ReplayedJournal
from matchback.config_archive import ArchivedConfig, archived_config
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.fingerprint import PROFILE, STATE, refuse_other_profile, refuse_other_warehouse
from matchback.intake.arrival_log import described, held_back
from matchback.intake.received import is_declined, received_file
from matchback.intake.staging import staged_file, staging_basis
from matchback.rewards.rules import current_rules
from matchback.rewards.terms import offered_terms
from matchback.watermarks import DERIVING_STEPS, is_current
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Collection

    from matchback.warehouse import Warehouse

_LOAD, _ACTS = "load:", "acts"


@dataclass(frozen=True)
class ReplayWorkspace(Workspace):
    """A workspace whose secret and archive are read where they are, and whose state stands in a folder of its own."""

    target: Path

    @property
    def var(self) -> Path:
        return self.target

    @property
    def archive(self) -> Path:
        return self.root / "var" / "archive"


class ReplayStopped(MatchbackError):
    """An operation of the journal cannot be done again."""


class Replayer:
    """Does what the journal says, operation by operation, in one open warehouse."""

    def __init__(self, workspace: ReplayWorkspace, journal: ReplayedJournal, loaded: Collection[str]) -> None:
        self._workspace, self._journal = workspace, journal
        self._loaded = frozenset(loaded)  # the files whose load stands in the journal
        self._configs: dict[str, ArchivedConfig] = {}
        self._taken_in = 0

    @property
    def inexact(self) -> list[str]:
        """The configurations that mean something else to this version than they did."""
        return sorted(name for name, archived in self._configs.items() if not archived.is_exact)

    def perform(self, warehouse: Warehouse, operation: Operation) -> str:
        """Do one operation; return its label. Raises ReplayStopped, naming it, where it cannot be done."""
        try:
            with self._journal.standing_at(operation):
                context = self._context(warehouse, operation)
                label = self._lost_label(context) if operation.label is None else operation.label
                self._do(context, operation, label)
                done = int(warehouse.state["commit_number"])
        except MatchbackError as failure:
            raise ReplayStopped(
                f"{_where(operation)} cannot be done again: {failure.what}",
                state="The replay stopped there; nothing of the workspace was changed.",
                next_step=failure.next_step,
            ) from None
        if done != operation.commit:
            raise ReplayStopped(
                f"{_where(operation)} came to nothing: {_why_not(label)}.",
                state="The replay stopped there; nothing of the workspace was changed.",
                next_step="Restore the journal and the archive from one backup, and replay again.",
            )
        return label

    def _context(self, warehouse: Warehouse, operation: Operation) -> RunContext:
        run = operation.run
        if run.config_hash not in self._configs:
            self._configs[run.config_hash] = archived_config(self._workspace, run.config_hash)
        config = self._configs[run.config_hash].config
        context = RunContext(
            workspace=self._workspace,
            config=config,
            journal=self._journal,
            as_of=run.as_of,
            run_id=run.as_of.isoformat(),
            warehouse=warehouse,
            operator=run.operator,
        )
        if (
            operation.label is None or operation.label == "reward"
        ):  # which committed, so its terms were accepted
            accepted = offered_terms(config, current_rules(config)).hash
            context = replace(context, accepted_terms=(accepted,))
        return context

    def _do(self, context: RunContext, operation: Operation, label: str) -> None:
        warehouse = context.writer
        if label.startswith(_LOAD):
            self._take_in(context, operation)
            self._load(context, label.removeprefix(_LOAD))
        elif label.partition(":")[0] == _ACTS:
            apply_acts(warehouse, context)
        elif label == "secret":
            refuse_other_warehouse(warehouse, context.config.id_secret(self._workspace.root))
        elif label == "profile":
            refuse_other_profile(warehouse, context.config)
        elif label == "publish":
            publish.record_version(context)
        elif label in DERIVING_STEPS:
            warehouse.suit_threads()
            self._hold(context)
            importlib.import_module(f"matchback.{label}").run(context)
        else:
            raise MatchbackError(f"this version does not know what {label!r} is.")

    def _take_in(self, context: RunContext, operation: Operation) -> None:
        """Validate what a run found waiting, once: whether a file is loaded can rest on those beside it."""
        if "load" in operation.run.steps and self._taken_in != operation.run.number:
            self._taken_in = operation.run.number
            validate.run(context)

    def _hold(self, context: RunContext) -> None:
        """Note the files that the last load left waiting for an operator: the arrival calendar tells of them."""
        loading = [
            entry for entry in context.journal.entries(kind="run_started") if "load" in entry.body["steps"]
        ]
        if not loading:
            return
        own = loading[-1] is context.journal.entries(kind="run_started")[-1]
        seen = {
            entry.body["file_id"]
            for entry in context.journal.entries(kind="file_received")
            if own or entry.number < loading[-1].number
        }
        waiting, _ = load.files_not_loaded(context, context.writer.rows("load/loaded_files"))
        for file in waiting:
            staged = staged_file(self._workspace.staging, file.file_id)
            if file.file_id not in seen or staged.waits_for() or is_declined(context.journal, file.file_id):
                continue
            summary = staged.summary() or validate.validate_file(context, file.file_id)
            if surprises := held_back(context, context.config.feed(file.feed_id), file, summary):
                staged.note_waiting(described(surprises))

    def _load(self, context: RunContext, file_id: str) -> None:
        basis = staging_basis(context.config, context.config.id_secret(self._workspace.root))
        known = context.writer.rows("load/loaded_files")
        with context.writer.within(context.config.intake.memory_mb // 2):
            load.load_file(context, received_file(context.journal, file_id), known, basis)
        staged_file(self._workspace.staging, file_id).remove()

    def _lost_label(self, context: RunContext) -> str:
        """Return what a run that was cut off committed last: the next thing that it had to do, in its order."""
        warehouse, steps = context.writer, context.journal.entries(kind="run_started")[-1].body["steps"]
        if STATE not in warehouse.state:
            return "secret"
        if PROFILE not in warehouse.state:
            return "profile"
        if context.journal.entries(after=int(warehouse.state.get("acts_number", "0")), kind="act"):
            return _ACTS
        if "load" in steps:
            waiting, _ = load.files_not_loaded(context, warehouse.rows("load/loaded_files"))
            lost = [file.file_id for file in waiting if file.file_id not in self._loaded]
            if lost:
                return f"{_LOAD}{lost[0]}"
        behind = [
            step for step in DERIVING_STEPS if step in steps and not is_current(warehouse, context, step)
        ]
        return behind[0] if behind else "publish"


def _where(operation: Operation) -> str:
    what = f" ({operation.label})" if operation.label else ""
    return f"Commit {operation.commit}{what} of the night of {operation.run.as_of}"


def _why_not(label: str) -> str:
    if label.startswith(_LOAD):
        return "the file would wait for an operator now"
    return "there is nothing to do"
