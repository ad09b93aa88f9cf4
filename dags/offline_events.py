"""Every night: pick up what lies at the feeds' sources, validate it file by file, load it.

One mapped task takes in one file. Bad data is a value there, never a failure, and a source that does not answer
fails its own task only; so no file holds back another. One task loads, since the warehouse has one writer. Its asset
wakes `reward_run`, also on a night without files: time alone changes rewards.

The environment names the workspace (MATCHBACK_WORKSPACE), the time (MATCHBACK_SCHEDULE, a cron line; empty: only
by hand) and the zone in which it is read (MATCHBACK_SCHEDULE_ZONE). The pool `duckdb_writer` has one slot:
`airflow pools import dags/pools.json`.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule, dag, get_current_context, task
from matchback_night import FACTS, ONE_AT_A_TIME, RETRIES, chosen_night, open_night


@dag(
    schedule=os.environ.get("MATCHBACK_SCHEDULE", "0 6 * * *") or None,
    default_args=RETRIES,
    doc_md=__doc__,
    **ONE_AT_A_TIME,
)
def offline_events() -> None:
    """Declare the tasks."""

    @task
    def list_files() -> list[dict[str, str]]:
        """List the files that wait; one entry each, with ids only."""
        from matchback.handover import list_deliveries

        return list_deliveries(open_night(chosen_night()))

    @task(map_index_template="{{ label }}", max_active_tis_per_dagrun=4)
    def take_in(delivery: dict[str, str]) -> dict[str, str]:
        """Receive and validate one file; say its id and status."""
        from matchback import handover

        get_current_context()["label"] = delivery["label"]
        taken = handover.take_in(open_night(chosen_night()), delivery)
        get_current_context()["label"] = taken["label"]
        return taken

    @task(pool="duckdb_writer", outlets=[FACTS], trigger_rule=TriggerRule.ALL_DONE)
    def load(*, outlet_events: Any = None) -> dict[str, str]:
        """Load every file that was taken in, each in a transaction of its own, and answer its sender."""
        from matchback.handover import bring_up_to

        chosen = chosen_night()
        context = open_night(chosen)
        said = bring_up_to(context, ("validate", "load"))
        outlet_events[FACTS].extra = {
            "workspace": str(context.workspace.root),
            "as_of": context.as_of.isoformat(),
            "allow_future": chosen["allow_future"],
        }
        return said

    taken = take_in.expand(delivery=list_files())
    loaded = load()
    taken >> loaded
    # Fails the run, after the good files were loaded, when a file or a source was not reached.
    [taken, loaded] >> EmptyOperator(task_id="every_file_was_taken_in", trigger_rule=TriggerRule.NONE_FAILED)


offline_events()
