"""What other terms would have given: the same steps, run on a copy of the same records, and compared.

Nothing of the workspace changes: no table, no ledger entry, no line of the journal. Both sides stand on the day of the
published version. A reward counts by what is due; what the ledger posted is told apart: money that went out stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from matchback import recognize, resolve, reward
from matchback.answers.printing import count
from matchback.answers.query import NothingPublished
from matchback.answers.simulate_copy import copied_warehouse
from matchback.answers.simulate_terms import (
    Edits,
    Judge,
    differences,
    in_force,
    judge_of,
    other_config,
    refuse_other_loading,
    swept_configs,
)
from matchback.config import load_config
from matchback.config_tables import config_rows, write_config_tables
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.journal import Journal
from matchback.progress import Progress
from matchback.rewards.acceptance import posted_versions
from matchback.rewards.terms import refuse_second_payment
from matchback.sqlfiles import kept_tables, sql_file, step_tables, tables_behind, tables_resting_on
from matchback.watermarks import is_made_of
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

SIDES = ("decisions", "promises", "boundaries")
MOST_ADVOCATES = 10
NEAR_DAYS = 7
_COUNTED = (
    "now_count",
    "then_count",
    "now_eligible_count",
    "then_eligible_count",
    "gained",
    "lost",
    "changed_advocate",
    "changed_eligibility",
    "changed_ground",
)


@dataclass(frozen=True)
class Scope:
    """What is compared: journeys whose root lies in a range of days, and how close to a look-back is near."""

    from_on: date | None = None
    to_on: date | None = None
    near_days: int = NEAR_DAYS

    def __post_init__(self) -> None:
        if self.from_on and self.to_on and self.from_on > self.to_on:
            raise ConfigurationError(
                f"--from {self.from_on} is later than --to {self.to_on}.", state="Nothing was simulated."
            )

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of `sql/simulate/`."""
        return {
            "from_on": self.from_on or date.min,
            "to_on": self.to_on or date.max,
            "near_days": self.near_days,
            "most_advocates": MOST_ADVOCATES,
        }


def simulate_recognition(
    workspace: Workspace, edits: Edits, scope: Scope, progress: Progress
) -> dict[str, Any]:
    """Return what other terms would have changed; the shape is that of `--json`.

    Raises ConfigurationError for terms that cannot be, NothingPublished before the first run.
    """
    config = load_config(workspace.config_path)
    then = judge_of(other_config(workspace, config, edits))
    with opened_trial(workspace, scope, progress) as trial:
        return trial.heading(then) | trial.outcome(then, "then")


def sweep_recognition(
    workspace: Workspace, edits: Edits, scope: Scope, progress: Progress, sweep: str
) -> dict[str, Any]:
    """Return what each of several values would have changed, in the order given."""
    config = other_config(workspace, load_config(workspace.config_path), edits)
    key, configs = swept_configs(config, edits.program, sweep)
    judges = [(value, judge_of(swept)) for value, swept in configs]
    with opened_trial(workspace, scope, progress) as trial:
        now = trial.outcome(trial.base, "in force")
        lines = [{"value": value, **trial.outcome(judge, f"{key}={value}")} for value, judge in judges]
        return trial.heading(judge_of(config)) | {"key": key, "now": now, "values": lines}


@dataclass
class Trial:
    """A copy of the warehouse that holds the terms in force as one side, and the last terms tried as the other."""

    context: RunContext
    base: Judge
    scope: Scope
    version_id: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def warehouse(self) -> Warehouse:
        return self.context.writer

    def heading(self, then: Judge) -> dict[str, Any]:
        """Return what was compared."""
        return {
            "version": self.version_id,
            "as_of": self.context.as_of,
            "from": self.scope.from_on,
            "to": self.scope.to_on,
            "terms": differences(self.base, then),
            "terms_hash": then.terms.hash,
            "evidence_ages": self.warehouse.rows("simulate/evidence_ages"),
        }

    def outcome(self, judge: Judge, label: str) -> dict[str, Any]:
        """Derive everything under other terms, compare, and return the differences."""
        refuse_other_loading(self.base.config, judge.config)
        self.context.progress.start(label)
        self._derive(judge)
        self.keep_side("then")
        for name in ("decision_changes", "promise_changes"):
            self.warehouse.keep(f"simulate/{name}")
        outcome = self._compared()
        self.context.progress.finish(f"{count(outcome['recognitions']['then_count'], 'event')} recognized")
        return outcome

    def keep_side(self, side: str) -> None:
        """Keep what stands now as one side of a comparison."""
        for name in SIDES:
            self.warehouse.keep(f"simulate/{name}", self.scope.parameters, name=f"{name}_{side}")

    def judge_rewards(self, judge: Judge) -> None:
        """Make what is due; nothing is posted."""
        kept = self.warehouse.table("reward_rules").to_pylist()
        refuse_second_payment(judge.rules, kept, posted_versions(self.warehouse))
        reward.write_rules(self.warehouse, judge.rules, judge.config)
        reward.build(self.warehouse, self.context.parameters, tables_behind("reward", ("rewards_due",)))

    def _derive(self, judge: Judge) -> None:
        """Make anew what rests on a table of the configuration that differs from the last terms derived."""
        rows = config_rows(judge.config)
        changed = tuple(name for name, content in rows.items() if content != self.rows[name])
        if changed:
            write_config_tables(self.warehouse, judge.config)
            resolve.build(self.warehouse, self.context.parameters, tables_to_make("resolve", changed))
            self.warehouse.build("recognize", self.context.parameters, without=(recognize.HISTORY,))
        self.rows = rows
        self.judge_rewards(judge)

    def _compared(self) -> dict[str, Any]:
        rows, parameters = self.warehouse.rows, self.scope.parameters
        programs = rows("simulate/recognition_totals")
        (changed,) = rows("simulate/changed_friends")
        return {
            "recognitions": {name: sum(row[name] for row in programs) for name in _COUNTED} | changed,
            "programs": programs,
            "grounds": rows("simulate/ground_totals"),
            "advocates": rows("simulate/advocate_changes", parameters),
            "rewards": rows("simulate/reward_totals"),
            "near_look_back": {
                "days": self.scope.near_days,
                "now": self.warehouse.table("boundaries_now").to_pylist(),
                "then": self.warehouse.table("boundaries_then").to_pylist(),
            },
        }


def tables_to_make(step: str, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tables of a step to make when others have changed: what rests on them, and what that needs.

    A table that only the step itself reads is not there between two runs, so it is made again wherever it is read.
    """
    wanted = set(tables_resting_on(step, changed))
    own, kept = set(step_tables(step)), kept_tables(step)
    for table in reversed(step_tables(step)):
        if table in wanted:
            wanted |= (sql_file(step, table).reads & own) - kept
    return tuple(table for table in step_tables(step) if table in wanted)


@contextmanager
def opened_trial(workspace: Workspace, scope: Scope, progress: Progress) -> Iterator[Trial]:
    """Open a copy in which the terms in force are the side `now`."""
    progress.start("now")
    with copied_warehouse(workspace, progress) as warehouse:
        versions = warehouse.table("versions").to_pylist()
        if not versions:
            raise NothingPublished(
                f"Nothing is published in {workspace.root.name} yet, so there is nothing to compare with.",
                next_step="Run it first:  matchback run",
            )
        version = max(versions, key=lambda row: int(row["sequence"]))
        config = load_config(workspace.config_path)
        base = in_force(workspace, config, warehouse, version["config_hash"])
        context = RunContext(
            workspace=workspace,
            config=base.config,
            journal=Journal(workspace.journal_dir),
            as_of=version["as_of"],
            run_id="simulation",
            progress=progress,
            warehouse=warehouse,
        )
        warehouse.suit_threads()
        trial = Trial(context, base, scope, version["version_id"], config_rows(base.config))
        _derive_now(trial, version["config_hash"])
        trial.keep_side("now")
        progress.finish(f"{count(warehouse.count('decisions_now'), 'event')} recognized")
        yield trial


def _derive_now(trial: Trial, config_hash: str) -> None:
    """Make the side `now` wherever the copy does not hold it: facts came since, or the last run was another's."""
    warehouse, context = trial.warehouse, trial.context
    is_made = [is_made_of(warehouse, config_hash, context.as_of, step) for step in ("resolve", "recognize")]
    if not is_made[0]:
        write_config_tables(warehouse, trial.base.config)
        resolve.build(warehouse, context.parameters)
    if not all(is_made):
        warehouse.build("recognize", context.parameters, without=(recognize.HISTORY,))
    trial.judge_rewards(trial.base)
