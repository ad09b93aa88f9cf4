"""What people are told: a task that failed for good, files that were held back, feeds that are late.

Ids and counts, never a value.
"""

from __future__ import annotations

import importlib
from typing import Any

from airflow.sdk import BaseNotifier
from matchback_workspaces import ListedWorkspace

MESSAGE = "{message}"
REFUSALS = "matchback_held_back"  # what a task leaves in its context for the notices of it
LATE = "matchback_late"
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
        self.tell([words] if words else [], context)

    def tell(self, lines: list[str], context: Any) -> None:
        """Tell some lines everywhere, and first what nobody could be told of before; what nobody hears now is kept."""
        from matchback.untold import tell_waiting_too

        for words in lines:
            self.log.warning(words)
        try:
            waiting = tell_waiting_too(self.workspace.folder, lines, lambda words: self._send(words, context))
        except OSError:  # who tells of a task that was killed may not reach the workspace's disk
            waiting = sum(not self._send(words, context) for words in lines)
        if waiting:
            self.log.error(
                "Nobody was told of %d notices; where they could be kept, they are told later", waiting
            )

    def _send(self, words: str, context: Any) -> bool:
        """Hand some words to every notifier; return whether one took them, or none was asked for."""
        named = self.workspace.notify
        failed = [one["class"] for one in named if not _told(one, words, context)]
        if failed:
            self.log.error("Not told by %s", ", ".join(failed))
        return len(failed) < len(named) or not named


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


class LateFeeds(Notice):
    """A night was loaded, and feeds are late: one notice for each of them a night, however often it is loaded."""

    def notify(self, context: Any) -> None:
        """Tell of each feed that nobody was told of in this night yet, and write down that it was."""
        from matchback import handover

        late: tuple[str, list[dict[str, Any]]] = context.get(LATE) or ("", [])
        night, feeds = late
        new = [feed for feed in feeds if not feed["told"]]
        self.tell([self._words_of(night, feed) for feed in new], context)
        if new:
            handover.note_told(self.workspace.folder, [feed["feed_id"] for feed in new], night)

    def _words_of(self, night: str, feed: dict[str, Any]) -> str:
        days, missing = feed["days"], feed["missing"]
        late = "since today" if days == 0 else "by 1 day" if days == 1 else f"by {days:,} days"
        lacking = (
            "1 expected day lacks its files"
            if missing == 1
            else f"{missing:,} expected days lack their files"
        )
        return (
            f"Matchback {self.workspace.name}, night of {night}: feed {feed['feed_id']} is late {late}; {lacking}, "
            f"from {feed['since']} on. See  matchback feeds calendar"
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
