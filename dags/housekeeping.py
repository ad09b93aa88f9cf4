"""Every week: look at what the workspace rests on, as `matchback doctor` does. Changes nothing.

What does not hold fails its task; the log says which, and what to type next. The archive is read to its last byte
without the warehouse, so nights go on meanwhile; only `examine_tables` takes the writer's slot.
"""

from __future__ import annotations

from airflow.sdk import dag, task
from matchback_night import WORKSPACES, common, cron
from matchback_workspaces import ListedWorkspace


def declare(workspace: ListedWorkspace) -> None:
    """Declare the DAG of one workspace."""

    @dag(
        dag_id=f"{workspace.name}.housekeeping",
        schedule=cron(workspace.housekeeping, workspace),
        doc_md=__doc__,
        **common(workspace, hours=12),
    )
    def housekeeping() -> None:
        """Declare the tasks."""

        @task
        def examine_files() -> dict[str, int]:
            """Verify configuration, secret, permissions, the journal's chain, and every archived byte."""
            from matchback.handover import examine_files

            return examine_files(workspace.folder)

        @task(pool=workspace.pool)
        def examine_tables() -> dict[str, int]:
            """Verify the warehouse, the ledger's chain, payout files, every invariant and the published version."""
            from matchback.handover import examine_tables

            return examine_tables(workspace.folder)

        # Side by side: what the one finds says nothing of the other.
        examine_files()
        examine_tables()

    housekeeping()


for listed in WORKSPACES:
    declare(listed)
