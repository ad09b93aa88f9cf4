"""Results that are owed to a source that moved: sent to the feed's source of today once an operator says so."""

from __future__ import annotations

from collections.abc import Sequence

from matchback.acts import record_act
from matchback.answers.operations import Outcome, check_reason
from matchback.answers.printing import count
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake import sources
from matchback.intake.results_file import REDIRECTED, owed_elsewhere


def redeliver(context: RunContext, feed_id: str, starts: Sequence[str], reason: str) -> Outcome:
    """Journal that results owed elsewhere (all of a feed, or of files whose ids begin so) go to today's source.

    It is said of the very address that the feed has now: another change of it needs another word.
    """
    check_reason(reason)
    feed = context.config.feed(feed_id)
    if not feed.after.results_to:
        raise ConfigurationError(
            f"The feed {feed_id} sends no results: it has no after.results_to in matchback.toml.",
            state="Nothing was journaled.",
        )
    owed = [file for file in owed_elsewhere(context) if file.feed_id == feed_id]
    chosen = [
        file for file in owed if not starts or any(file.file_id.startswith(start.lower()) for start in starts)
    ]
    unknown = [
        start for start in starts if not any(file.file_id.startswith(start.lower()) for file in chosen)
    ]
    if unknown or not chosen:
        what = f"No results of file {unknown[0]} of feed" if unknown else "No results of feed"
        raise MatchbackError(
            f"{what} {feed_id} wait because they are owed to another source.",
            state="Nothing was journaled.",
            next_step="See what the outbox still sends:  matchback deliver",
        )
    to = sources.address(feed.source)
    ids = [file.file_id for file in chosen]
    number = record_act(
        context, REDIRECTED, subject_id=None, reason_code=reason, feed_id=feed_id, file_ids=ids, source=to
    )
    words = (
        f"Journaled as entry {number}: the results of {count(len(ids), 'file')} of {feed_id} go to {to}.\n"
        "Send them now:  matchback deliver"
    )
    return words, {"journal_number": number, "feed": feed_id, "file_ids": ids, "source": to}
