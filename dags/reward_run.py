"""After each load: decide who recognized whom, and what is owed.

Woken by the asset that `offline_events` updates; as of the night that it was updated for. Each task brings the
workspace up to date through its step: should another file be loaded between two of them, the later one makes good
the earlier ones' work first, and where nothing is new it does nothing. A night that a later one has overtaken (its
load finished this one first) is left alone. Its asset wakes `publish_reports`.
"""

from __future__ import annotations

from airflow.sdk import dag, task
from matchback_night import NIGHT, WORKSPACES, bring_up_to, common, facts_of, rewards_of
from matchback_workspaces import ListedWorkspace

STEPS = {
    "resolve": "Put persons behind identifiers, and events into journeys. The ids of journeys stay stable.",
    "recognize": "Decide who referred whom, and keep every losing candidate with its reason: `matchback explain`.",
    "reward": "Judge the terms, and bring the reward ledger to what is due, by entries that are added, never edited. "
    "Terms that changed must have been accepted: `matchback run --accept-terms HASH`.",
}


def declare(workspace: ListedWorkspace) -> None:
    """Declare the DAG of one workspace."""
    rewards = rewards_of(workspace)

    @dag(
        dag_id=f"{workspace.name}.reward_run",
        schedule=[facts_of(workspace)],
        params=NIGHT,
        doc_md=__doc__,
        **common(workspace, hours=6),
    )
    def reward_run() -> None:
        """Declare the tasks."""

        @task(pool=workspace.pool)
        def run_step(step: str) -> dict[str, str]:
            """Run the steps through this one; say in words what each did."""
            names = list(STEPS)
            through = tuple(names[: names.index(step) + 1])
            return bring_up_to(workspace, through, rewards if step == names[-1] else None)

        before = None
        for step, words in STEPS.items():
            outlets = [rewards] if step == "reward" else []
            current = run_step.override(task_id=step, doc_md=words, outlets=outlets)(step)
            if before is not None:
                before >> current
            before = current

    reward_run()


for listed in WORKSPACES:
    declare(listed)
