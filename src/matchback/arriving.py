"""Looking whether new files wait at the sources, again and again, for whoever starts a night when they do.

A look changes nothing: nothing is received, told or written down. That is the step `pickup`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from matchback import pickup
from matchback.context import open_context
from matchback.errors import MatchbackError
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.intake.sources import RemoteFile, Store


@dataclass
class Watch:
    """Looks at the sources of one workspace, and knows what it has seen.

    The logins are kept from look to look, as banks count them; of the files only hashes are, by feed.
    """

    folder: Path
    _stores: dict[int, Store] = field(default_factory=dict, repr=False)
    _seen: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def look(self) -> tuple[dict[str, int], dict[str, str]]:
        """Return how many whole files are new since the look before, by feed; and what could not be read, in words.

        A file counts once while it waits, and anew once it was away. Where a source does not answer, what was seen
        there stays seen. Words name feeds and addresses, never a file. Raises ConfigurationError for a workspace or a
        `matchback.toml` that cannot be read.
        """
        context = open_context(Workspace.at(self.folder))
        found, failed = _look_for_files(context, self._stores)
        waiting = {feed_id: frozenset(_key(file) for file in files) for feed_id, files in found.items()}
        new = {feed_id: len(keys - self._seen.get(feed_id, frozenset())) for feed_id, keys in waiting.items()}
        self._seen |= waiting
        return {feed_id: number for feed_id, number in new.items() if number}, {
            feed_id: failure.what for feed_id, failure in failed.items()
        }


def _key(file: RemoteFile) -> str:
    return hashlib.sha256(
        f"{file.path}|{file.size}|{file.stamp}".encode(errors="surrogateescape")
    ).hexdigest()


def _look_for_files(
    context: RunContext, stores: dict[int, Store]
) -> tuple[dict[str, list[RemoteFile]], dict[str, MatchbackError]]:
    """Return the new whole files by feed, up to the as-of date, and the feeds that could not be read.

    Every source is looked at once first, so that all of them stand still over one and the same wait.
    """
    opened: list[pickup.Opened] = []
    failed: dict[str, MatchbackError] = {}
    for feed in context.config.feeds:
        try:
            opened.append(pickup.open_feed(context, feed, stores))
        except MatchbackError as failure:
            failed[feed.id] = failure
    found: dict[str, list[RemoteFile]] = {}
    for one in opened:
        try:  # for an empty folder, the journal of years is not read
            new = pickup.list_new(context, one, _unheard)[0].files if one.look.files else []
        except MatchbackError as failure:
            failed[one.feed.id] = failure
            continue
        found[one.feed.id] = [file for file in new if not pickup.is_after(file, context.as_of)]
    return found, failed


def _unheard(text: str) -> None:
    """Tell nobody."""
