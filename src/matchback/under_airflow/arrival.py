"""The trigger behind an asset that new files update: it runs in Airflow's triggerer, which looks at the sources.

It is given a folder and a number of seconds, nothing else: credentials are asked for at each look, from Airflow's
connections. Looking blocks, so it happens in a thread; other triggers go on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from matchback.arriving import Watch

logger = logging.getLogger(__name__)


class FilesArrived(BaseEventTrigger):  # type: ignore[misc]  # Airflow has no types here
    """Fires when new whole files wait at the sources of a workspace: once for each that comes.

    `folder` is the workspace, a path from the root on; `seconds` is how long to wait between two looks. The event
    counts the new files by feed. A source that does not answer, and a configuration that cannot be read, are told in
    the triggerer's log when that begins and when it ends, and looked at again.
    """

    def __init__(self, folder: str, seconds: float) -> None:
        super().__init__()
        self.folder = folder
        self.seconds = seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes this trigger from."""
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        return name, {"folder": self.folder, "seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, and fire, for as long as anybody waits for this trigger."""
        watch = await asyncio.to_thread(_watch, self.folder)
        told: dict[str, str] = {}
        while True:
            new, failed = await asyncio.to_thread(_look, watch)
            for subject in sorted(told.keys() - failed.keys()):
                logger.info("Files of %s: %s can be read again", self.folder, subject)
            for subject, words in sorted(failed.items()):
                if told.get(subject) != words:
                    logger.warning("Files of %s: %s: %s", self.folder, subject, words)
            told = failed
            if new:
                yield TriggerEvent({"files": sum(new.values()), "feeds": new})
            await asyncio.sleep(self.seconds)


def _watch(folder: str) -> Watch:
    """Begin to watch; loading the package takes a second, which is not taken from other triggers."""
    from matchback.arriving import Watch

    return Watch(Path(folder))


def _look(watch: Watch) -> tuple[dict[str, int], dict[str, str]]:
    """Return what is new by feed, and what could not be read, in words."""
    from matchback.errors import MatchbackError
    from matchback.under_airflow.keeper import ask_airflow

    try:
        ask_airflow()  # anew at each look: a credential that was changed is used at the next
        return watch.look()
    except MatchbackError as error:
        return {}, {"the workspace": error.what}
    except Exception as error:  # a trigger that ends is not started again; words can name files
        return {}, {"the workspace": f"looking failed ({type(error).__name__})"}
