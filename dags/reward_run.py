"""After each load: decide who recognized whom, what is owed, and publish it.

Woken by the asset that `offline_events` updates; as of the night that it was updated for. Each task brings the
workspace up to date through its step: should another file be loaded between two of them, the later one makes good
the earlier ones' work first, and where nothing is new it does nothing.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task, task_group
from matchback_night import FACTS, ONE_AT_A_TIME, RETRIES, chosen_night, open_night

STEPS = ("resolve", "recognize", "reward", "report", "publish")


@dag(
    schedule=[FACTS],
    default_args={**RETRIES, "pool": "duckdb_writer"},
    doc_md=__doc__,
    **ONE_AT_A_TIME,
)
def reward_run() -> None:
    """Declare the tasks."""

    @task(pool="default_pool")
    def choose_nights(*, triggering_asset_events: Any = None) -> list[dict[str, Any]]:
        """One entry a workspace: its newest night among the updates that woke this run; else the run's own."""
        newest: dict[str, dict[str, Any]] = {}
        for events in (triggering_asset_events or {}).values():
            for event in events:
                best = newest.setdefault(event.extra["workspace"], event.extra)
                newest[event.extra["workspace"]] = max(best, event.extra, key=lambda extra: extra["as_of"])
        return [newest[workspace] for workspace in sorted(newest)] or [chosen_night()]

    @task
    def bring_up_to(step: str, chosen: dict[str, Any]) -> dict[str, str]:
        """Run the steps through this one; say in words what each did."""
        from matchback.handover import bring_up_to

        return bring_up_to(open_night(chosen), STEPS[: STEPS.index(step) + 1])

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
