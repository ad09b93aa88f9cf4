"""Every week: look at what the workspace rests on, as `matchback doctor` does; back it up; tidy it.

What does not hold fails its task; the log says which, and what to type next. The archive is read to its last byte
without the warehouse, so nights go on meanwhile; the other tasks take the writer's slot, one after the other. A backup
is made where MATCHBACK_WORKSPACES says into which folder.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import dag, get_current_context, task
from matchback_night import WORKSPACES, common, cron
from matchback_workspaces import ListedWorkspace


def run_moment() -> datetime:
    """Return the moment that this run is for."""
    run = get_current_context()["dag_run"]
    moment: datetime = run.logical_date or run.run_after
    return moment


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

        @task(pool=workspace.pool)
        def back_up() -> dict[str, Any]:
            """Keep all that cannot be made again as the next numbered backup; only so many of them stay."""
            from matchback.keeping import back_up

            return back_up(workspace.folder, run_moment(), workspace.backup, workspace.backups_kept)

        @task(pool=workspace.pool)
        def tidy() -> dict[str, Any]:
            """Remove old published versions, results files that were sent long ago, and what killed processes left."""
            from matchback.keeping import tidy

            return tidy(workspace.folder, run_moment())

        # Side by side: what one finds says nothing of the others, and what does not hold must not stop the backups,
        # which refuse by themselves what could not be restored.
        examine_files()
        examine_tables()
        if workspace.backup:
            back_up()
        tidy()

    housekeeping()


for listed in WORKSPACES:
    declare(listed)
