"""After each load: decide who recognized whom, what is owed, and publish it.

Woken by the asset that `offline_events` updates; as of the night that it was updated for. Each task brings the
workspace up to date through its step: should another file be loaded between two of them, the later one makes good
the earlier ones' work first, and where nothing is new it does nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
    task_group,
)

FACTS = Asset(name="matchback_facts", uri="matchback://facts")
HOPELESS = RetryRule(
    exception="matchback.errors.ConfigurationError",
    action=RetryAction.FAIL,
    reason="the configuration must be mended first",
)
STEPS = ("resolve", "recognize", "reward", "report", "publish")


@dag(
    schedule=[FACTS],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["matchback"],
    params={
        "workspace": Param(None, type=["null", "string"], description="Folder; default: MATCHBACK_WORKSPACE"),
        "as_of": Param(
            None, type=["null", "string"], format="date", description="Local day; default: the run's"
        ),
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_policy": ExceptionRetryPolicy(rules=[HOPELESS]),
        "pool": "duckdb_writer",
    },
    doc_md=__doc__,
)
def reward_run() -> None:
    """Declare the tasks."""

    @task(pool="default_pool")
    def choose_nights(*, triggering_asset_events: Any = None) -> list[dict[str, str | None]]:
        """One entry a workspace: its newest night among the updates that woke this run; else the run's own."""
        newest: dict[str, str] = {}
        for events in (triggering_asset_events or {}).values():
            for event in events:
                workspace, as_of = event.extra["workspace"], event.extra["as_of"]
                newest[workspace] = max(as_of, newest.get(workspace, as_of))
        if newest:
            return [{"workspace": workspace, "as_of": as_of} for workspace, as_of in sorted(newest.items())]
        params = get_current_context()["params"]
        return [{"workspace": params["workspace"], "as_of": params["as_of"]}]

    @task
    def bring_up_to(step: str, chosen: dict[str, str | None]) -> dict[str, str]:
        """Run the steps through this one; say in words what each did."""
        from matchback.handover import bring_up_to, open_night

        run = get_current_context()["dag_run"]
        context = open_night(chosen["workspace"], chosen["as_of"], run.logical_date or run.run_after)
        return bring_up_to(context, STEPS[: STEPS.index(step) + 1])

    @task_group
    def one_night(chosen: Any) -> None:
        before = None
        for step in STEPS:
            current = bring_up_to.override(task_id=step)(step, chosen)
            if before is not None:
                before >> current
            before = current

    one_night.expand(chosen=choose_nights())


reward_run()
