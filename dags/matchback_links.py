"""Links from a task to what it made, for workspaces whose `pages` say where people reach it; and the same in its log.

A link holds the id of a file, never its name.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from airflow.sdk import BaseOperatorLink, get_current_context
from matchback_workspaces import ListedWorkspace

logger = logging.getLogger("matchback")


class PageLink(BaseOperatorLink):  # type: ignore[misc]  # Airflow has no types here
    """A link whose address the task itself tells while it runs."""

    name: ClassVar[str]
    option: ClassVar[str] = "pages"
    _told: ClassVar[dict[tuple[str, str, str], str]] = {}

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address that the task told, which Airflow keeps at its end; nothing if it told none."""
        return self._told.get((self.xcom_key, ti_key.run_id, ti_key.task_id), "")

    def tell(self, workspace: ListedWorkspace, path: str, words: str = "") -> None:
        """Say where the running task's result is: `path` below the workspace's `var`, and what else there is to say."""
        logger.info("%s: %s/var/%s%s", self.name, workspace.folder, path, words)
        self.link(workspace, path)

    def link(self, workspace: ListedWorkspace, path: str) -> None:
        """Keep the address of `path` below the one that the workspace's option names; nothing if it names none."""
        if not (base := getattr(workspace, self.option)):
            return
        task, address = get_current_context()["ti"], f"{base.rstrip('/')}/{path}"
        self._told[self.xcom_key, task.run_id, task.task_id] = address
        task.xcom_push(key=self.xcom_key, value=address)


class ResultsFile(PageLink):
    """Our answer to one file, which says of each of its records what became of it: the refused ones among them."""

    name = "Results file"


class RefusedRecords(PageLink):
    """The support page's answer on one file: each refused record with its column and reason, and no value."""

    name = "Refused records"
    option = "support"


class PublishedReport(PageLink):
    """The report of the published version."""

    name = "Published report"


def add_links(task: Any, workspace: ListedWorkspace, *links: PageLink) -> Any:
    """Let Airflow show links at a task, of which the workspace's people can reach the pages; return the task."""
    if reached := tuple(link for link in links if getattr(workspace, link.option)):
        task.operator.operator_extra_links = reached
    return task
