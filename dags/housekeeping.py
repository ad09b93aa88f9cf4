"""Every week: look at what the workspace rests on, as `matchback doctor` does, and at its backups; tidy it.

What does not hold fails its task; the log says which, and what to type next. The archive and the backups are read to
their last byte without the warehouse, so nights go on meanwhile; the other tasks take the writer's slot, one after the
other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import dag, get_current_context, task
from matchback_night import WORKSPACES, common, cron
from matchback_workspaces import ListedWorkspace

BACKUP = """Every night: keep all of the workspace that cannot be made again, as its next numbered backup.

There is this DAG where MATCHBACK_WORKSPACES names the folder of the backups. It does not wait for the night's
publication: a backup is whole at any time, and where nothing is new since the last one, none is made.
"""


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

        @task
        def examine_backups() -> dict[str, int]:
            """Verify every byte of every backup."""
            from matchback.keeping import examine_backups

            return examine_backups(workspace.backup)

        @task(pool=workspace.pool)
        def tidy() -> dict[str, Any]:
            """Remove old published versions, results files that were sent long ago, and what killed processes left."""
            from matchback.keeping import tidy

            return tidy(workspace.folder, run_moment())

        # Side by side: what one finds says nothing of the others.
        examine_files()
        examine_tables()
        if workspace.backup:
            examine_backups()
        tidy()

    housekeeping()


def declare_backup(workspace: ListedWorkspace) -> None:
    """Declare the DAG that backs one workspace up."""

    @dag(
        dag_id=f"{workspace.name}.backup",
        schedule=cron(workspace.backup_schedule, workspace),
        doc_md=BACKUP,
        **common(workspace, hours=12),
    )
    def backup() -> None:
        """Declare the task."""

        @task(pool=workspace.pool)
        def back_up() -> dict[str, Any]:
            """Make the next numbered backup; only so many of them stay. What could not be restored is not kept."""
            from matchback.keeping import back_up

            return back_up(workspace.folder, run_moment(), workspace.backup, workspace.backups_kept)

        back_up()

    backup()


for listed in WORKSPACES:
    declare(listed)
    if listed.backup:
        declare_backup(listed)
