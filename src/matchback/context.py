"""What a step is given: the workspace, its configuration, the journal, the warehouse and the as-of date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matchback.config import Config, load_config
from matchback.errors import ConfigurationError
from matchback.journal import Journal
from matchback.progress import Progress, QuietProgress
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse


@dataclass(frozen=True)
class RunContext:
    """Everything that a step may use. `as_of` is a local date in the program's zone; no step reads the clock."""

    workspace: Workspace
    config: Config
    journal: Journal
    as_of: date
    run_id: str
    progress: Progress = field(default_factory=QuietProgress)
    warehouse: Warehouse | None = None
    feed_ids: tuple[str, ...] = ()
    accepted_terms: tuple[str, ...] = ()
    until: date | None = None  # the last of several nights that are run in a row
    operator: str = ""  # who runs it, where that is not who runs this process: a replay

    @property
    def writer(self) -> Warehouse:
        """The open warehouse; a step that needs it is never called without."""
        assert self.warehouse is not None
        return self.warehouse

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that every SQL file may use."""
        return {
            "as_of": self.as_of,
            "time_zone": self.config.workspace.time_zone,
            "currency": self.config.workspace.currency,
        }


@dataclass(frozen=True)
class StepSummary:
    """What a step did, in counts and one line of words; never a value of a record."""

    step: str
    line: str
    counts: dict[str, int] = field(default_factory=dict)
    changed: bool = True


def today(config: Config) -> date:
    """Return the local date in the program's zone, by the clock."""
    return datetime.now(config.zone).date()


def refuse_future(
    config: Config, as_of: date, *, named: str = "--as-of", consent: str = "add --allow-future"
) -> None:
    """Refuse an as-of date that is likely mistyped: what is posted on it holds up every night before it.

    `named` is what the date is called where it was typed, `consent` what to do there to have it all the same.
    """
    current = today(config)
    if as_of > current:
        raise ConfigurationError(
            f"{named} {as_of} is later than today, {current} in {config.workspace.time_zone}.",
            state="Nothing was changed. The ledger never goes back: after such a run, no earlier night posts anything.",
            next_step=f"Correct the date; or, on a copy of the workspace, {consent}.",
        )


def open_context(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    progress: Progress | None = None,
    feed_ids: tuple[str, ...] = (),
    accepted_terms: tuple[str, ...] = (),
) -> RunContext:
    """Load the configuration and resolve the as-of date once (default: today in the program's zone)."""
    config = load_config(workspace.config_path)
    workspace.prepare()
    resolved = as_of or today(config)
    return RunContext(
        workspace=workspace,
        config=config,
        journal=Journal(workspace.journal_dir),
        as_of=resolved,
        run_id=resolved.isoformat(),
        progress=progress or QuietProgress(),
        feed_ids=feed_ids,
        accepted_terms=accepted_terms,
    )
