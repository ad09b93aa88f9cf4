"""Every night: pick up what lies at the feeds' sources, validate it file by file, load it.

One mapped task takes in one file. Bad data is a value there, never a failure, and a source that does not answer
fails its own task only; so no file holds back another. One task loads, since the warehouse has one writer: the pool
has one slot. Its asset wakes `reward_run`, also on a night without files: time alone changes rewards.

**A backfill equals running night by night**: the load of a night first finishes the night before, should its rewards
or its published version still be missing.

    airflow backfill create --dag-id NAME.offline_events --from-date 2026-11-01 \\
        --to-date 2026-11-07T23:59 --max-active-runs 1

By hand, the form asks for the as-of date, one feed, or a dry run that only counts what waits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException
from matchback_links import RefusedRecords, ResultsFile, add_links
from matchback_night import (
    INTAKE,
    NIGHT,
    WORKSPACES,
    common,
    facts_of,
    intake_schedule,
    moment_of_run,
    open_night,
    refuse_overlap,
    tell,
)
from matchback_notices import LATE, REFUSALS, LateFeeds, Refusals
from matchback_workspaces import ListedWorkspace

# A mapped task does not take its words from its function.
TAKE_IN = """Receive and validate one file. Named after its feed, date and the first part of its id.

What is wrong with a file is in its results file, and in `matchback files show ID`; the task fails only if the file
could not be read."""


def declare(workspace: ListedWorkspace) -> None:
    """Declare the DAG of one workspace."""
    facts = facts_of(workspace)

    @dag(
        dag_id=f"{workspace.name}.offline_events",
        schedule=intake_schedule(workspace),
        params=NIGHT | INTAKE,
        doc_md=__doc__,
        **common(workspace, hours=6),
    )
    def offline_events() -> None:
        """Declare the tasks."""

        @task(execution_timeout=timedelta(minutes=30))
        def list_files() -> list[dict[str, str]]:
            """List the files that wait at the sources: a feed's id and a key each, never a file's name.

            In a dry run they are counted in the log, and none is handed on. An unknown feed is refused.
            """
            from matchback import handover

            refuse_overlap()
            night = open_night(workspace)
            if get_current_context()["params"]["dry_run"]:
                handover.count_deliveries(night)
                return []
            return handover.list_deliveries(night)

        @task(
            map_index_template="{{ label }}",
            max_active_tis_per_dagrun=4,
            execution_timeout=timedelta(hours=3),
            doc_md=TAKE_IN,
        )
        def take_in(delivery: dict[str, str]) -> dict[str, str]:
            """Receive and validate one file; say its feed, id and status."""
            from matchback import handover

            get_current_context()["label"] = delivery["label"]
            taken = handover.take_in(open_night(workspace), delivery)
            get_current_context()["label"] = taken["label"]
            if taken["file_id"]:
                shown = taken["file_id"][:8]
                refused = f"; what was refused, after the load:  matchback quarantine show {shown}"
                ResultsFile().tell(workspace, taken["results"], refused)
                RefusedRecords().link(workspace, f"files/{taken['file_id']}")
            return taken

        @task(
            pool=workspace.pool,
            outlets=[facts],
            trigger_rule=TriggerRule.ALL_DONE,
            on_success_callback=[Refusals(workspace), LateFeeds(workspace)],
        )
        def load() -> dict[str, Any]:
            """Load every file that was taken in, each in a transaction of its own, and answer its sender.

            A night before that was loaded and not finished is finished first. Files and records that were refused, and
            files that wait, are told in counts, and feeds that are late in days; they are no failure.
            """
            from matchback import handover
            from matchback.under_airflow.lineage import tell_lineage
            from matchback.under_airflow.metrics import tell_metrics

            context: Any = get_current_context()
            if context["params"]["dry_run"]:
                raise AirflowSkipException("A dry run loads nothing.")
            refuse_overlap()
            night = open_night(workspace)
            loaded = handover.load_night(night, moment_of_run())
            context[REFUSALS] = (night.as_of.isoformat(), loaded["held_back"])
            context[LATE] = (night.as_of.isoformat(), loaded["late"])
            tell(facts, night)
            tell_metrics(workspace.name, loaded)
            tell_lineage(workspace.name, night.config, "load")
            return loaded

        taken = add_links(take_in.expand(delivery=list_files()), workspace, ResultsFile(), RefusedRecords())
        loaded = load()
        taken >> loaded
        [taken, loaded] >> EmptyOperator(
            task_id="every_file_was_taken_in",
            trigger_rule=TriggerRule.NONE_FAILED,
            doc_md="Fails the run, after the good files were loaded, when a file or a source was not reached.",
        )

    offline_events()


for listed in WORKSPACES:
    declare(listed)
