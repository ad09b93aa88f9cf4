"""What people are told: a task that failed for good, files that were held back. Ids and counts, never a value."""

from __future__ import annotations

import importlib
from typing import Any

from airflow.sdk import BaseNotifier
from matchback_workspaces import ListedWorkspace

MESSAGE = "{message}"
REFUSALS = "matchback_held_back"  # what a task leaves in its context for the notice of it
WORDS = (
    ("refused_files", "file", "refused"),
    ("waiting_files", "file", "waiting"),
    ("failed_files", "file", "failed"),
    ("refused", "record", "refused"),
)


class Notice(BaseNotifier):  # type: ignore[misc]  # Airflow has no types here
    """Writes its words into the task's log, and hands them to the notifiers that the workspace names."""

    def __init__(self, workspace: ListedWorkspace) -> None:
        super().__init__()
        self.workspace = workspace

    def words(self, context: Any) -> str:
        """Return what there is to tell; nothing if there is nothing."""
        raise NotImplementedError

    def notify(self, context: Any) -> None:
        """Tell it everywhere; a notifier that fails keeps no other from being asked."""
        words = self.words(context)
        if not words:
            return
        self.log.warning(words)
        failed = [named["class"] for named in self.workspace.notify if not _told(named, words, context)]
        if failed:
            self.log.error("Not told by %s", ", ".join(failed))


class Failure(Notice):
    """A task failed, and is not tried again. The exception's own words stay in the log: they name files."""

    def words(self, context: Any) -> str:
        """Name the task, the kind of failure and the number of tries."""
        task, error = context["ti"], context.get("exception")
        kind = type(error).__name__ if isinstance(error, BaseException) else "stopped from outside"
        return (
            f"Matchback {self.workspace.name}: {task.task_id} of {task.dag_id} failed ({kind}) at try "
            f"{task.try_number}, run {context['dag_run'].run_id}. Its log says what to do."
        )


class Refusals(Notice):
    """A night was loaded, and something of it was held back."""

    def words(self, context: Any) -> str:
        """Count what was held back."""
        held: tuple[str, dict[str, int]] = context.get(REFUSALS) or ("", {})
        night, counts = held
        told = [
            f"{counts[name]:,} {noun if counts[name] == 1 else noun + 's'} {what}"
            for name, noun, what in WORDS
            if counts.get(name)
        ]
        if not told:
            return ""
        return (
            f"Matchback {self.workspace.name}, night of {night}: {', '.join(told)}. See  matchback files list"
        )


def _told(named: dict[str, Any], words: str, context: Any) -> bool:
    """Let one of Airflow's notifiers tell the words; return whether it did."""
    module, _, name = named["class"].rpartition(".")
    try:
        notifier = getattr(importlib.import_module(module), name)
        notifier(**_filled(named["arguments"], words))(context)
    except Exception:  # whatever a notifier of somebody else raises: the task's own end stands
        return False
    return True


def _filled(said: Any, words: str) -> Any:
    """Put the words where {message} stands, however deep."""
    if isinstance(said, dict):
        return {key: _filled(value, words) for key, value in said.items()}
    if isinstance(said, list):
        return [_filled(value, words) for value in said]
    return said.replace(MESSAGE, words) if isinstance(said, str) else said
