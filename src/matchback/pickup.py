"""The step `pickup`: from a source into the archive and the journal; only then is the sender's file moved.

A file is known by its bytes. What a sender calls it is data. A file that lies where it was and has not changed is no
new delivery; the same bytes under another name, or again after they were moved, are one, and load finds it a duplicate.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import MatchbackError, SourceFailed
from matchback.intake import archive, sources
from matchback.intake.received import derive_file_id, printable_name, received_files
from matchback.intake.sources import RemoteFile, Source

if TYPE_CHECKING:
    from datetime import date

    from matchback.config import Feed

DEFAULT_QUIET_SECONDS = 2.0


@dataclass(frozen=True)
class Found:
    """The files to receive from a feed's source, and how many stay there: of a later date, or no feed's at all."""

    waiting: list[RemoteFile]
    later: int
    unmatched: int


def run(context: RunContext) -> StepSummary:
    """Receive every waiting file of every feed (or of `context.feed_ids`); a source that fails stops no other.

    Raises SourceFailed when a feed was named, or no source at all could be read.
    """
    feeds = [feed for feed in context.config.feeds if not context.feed_ids or feed.id in context.feed_ids]
    received, failures, failed_files = 0, list[SourceFailed](), 0
    later = unmatched = 0
    context.progress.start("pickup", len(feeds))
    for feed in feeds:
        try:
            source = _source_of(context, feed)
            found = _list(context, feed, source)
        except SourceFailed as failure:
            failures.append(failure)
            context.progress.note(f"{feed.id}: {failure.what}")
            continue
        later, unmatched = later + found.later, unmatched + found.unmatched
        for remote in found.waiting:
            try:
                received += _receive(context, feed, remote, source) is not None
            except SourceFailed as failure:
                failed_files += 1
                context.progress.note(f"{feed.id}: {failure.what}")
        context.progress.advance()
    if failures and (context.feed_ids or len(failures) == len(feeds)):
        raise failures[0]
    line = f"{received} files received" if received else "nothing new"
    if failures or failed_files:
        line += f"; {len(failures)} sources and {failed_files} files could not be read"
    counts = {"received": received, "failed_sources": len(failures), "failed_files": failed_files}
    counts |= {"later_files": later, "unmatched_files": unmatched}
    return StepSummary("pickup", line, counts, changed=received > 0)


def list_files(context: RunContext, feed: Feed) -> list[RemoteFile]:
    """Return the new whole files at a feed's source, by declared date and name; later dates than as-of stay there."""
    return _list(context, feed, _source_of(context, feed)).waiting


def _list(context: RunContext, feed: Feed, source: Source) -> Found:
    quiet = feed.quiet_seconds
    if quiet is None:
        quiet = 0.0 if source.is_local else DEFAULT_QUIET_SECONDS
    sharing = [other for other in context.config.feeds if _folder_of(other) == _folder_of(feed)]
    patterns = [other.pattern for other in sharing]
    found = sources.list_source(source, feed.pattern, quiet, context.progress.note, patterns)
    stays = not (feed.after.move_to or feed.after.delete)
    seen = {
        (file.remote, file.size, file.stamp)
        for file in received_files(context.journal)
        if file.feed_id == feed.id and stays
    }
    new = [remote for remote in found.files if (remote.name, remote.size, remote.stamp) not in seen]
    waiting = [remote for remote in new if not _is_after(remote, context.as_of)]
    until = context.until or context.as_of
    later = sum(_is_after(remote, until) for remote in new)
    chosen = [other for other in sharing if not context.feed_ids or other.id in context.feed_ids]
    tells = not chosen or chosen[0].id == feed.id  # a shared folder is told of once
    unmatched = found.unmatched if tells else 0
    if later:
        are = "is dated after {} and is" if later == 1 else "are dated after {} and are"
        context.progress.note(
            f"{feed.id}: {count(later, 'file')} {are.format(until)} left where {_it(later)}"
        )
    if unmatched:
        match = "matches" if unmatched == 1 else "match"
        context.progress.note(
            f"{sources.address(feed.source)}: {count(unmatched, 'file')} {match} no feed's pattern "
            f"(left where {_it(unmatched)}); see  matchback feeds list"
        )
    return Found(sorted(waiting, key=lambda remote: (remote.declared_on, remote.path)), later, unmatched)


def _is_after(remote: RemoteFile, day: date) -> bool:
    declared = sources.declared_date(remote)
    return declared is not None and declared > day


def _it(number: int) -> str:
    return "it is" if number == 1 else "they are"


def _folder_of(feed: Feed) -> tuple[str, str | None]:
    """Return what feeds of one folder have in common."""
    scheme, separator, path = feed.source.rpartition("://")
    return scheme + separator + posixpath.normpath(path), feed.connection


def receive(context: RunContext, feed: Feed, remote: RemoteFile) -> str | None:
    """Archive one file, journal it, then move the sender's copy as declared; return its file id.

    Returns None when this very file was received before (a crash came between the journal and the move).
    """
    return _receive(context, feed, remote, _source_of(context, feed))


def _receive(context: RunContext, feed: Feed, remote: RemoteFile, source: Source) -> str | None:
    part = context.workspace.archive / "incoming" / f"{os.getpid()}.part"
    try:
        with sources.reading(source, remote) as stream:
            content_hash, size = archive.keep(context.workspace.archive, stream, remote.size, part)
    finally:
        part.unlink(missing_ok=True)
    with context.journal.deciding():  # tasks receive at the same time
        file_id = _journal(context, feed, remote, content_hash, size)
    if not _put_away(source, feed, remote, content_hash):
        context.progress.note(
            f"{feed.id}: a file was overwritten at its source after it was read; the new version stays there, "
            "and the next run receives it"
        )
    return file_id


def _journal(context: RunContext, feed: Feed, remote: RemoteFile, content_hash: str, size: int) -> str | None:
    declared = sources.declared_date(remote)
    same = [
        file
        for file in received_files(context.journal)
        if file.feed_id == feed.id and file.content_hash == content_hash and file.declared_on == declared
    ]
    if any((file.remote, file.size, file.stamp) == (remote.name, size, remote.stamp) for file in same):
        return None
    file_id = derive_file_id(feed.id, declared, content_hash, len(same))
    context.journal.append(
        "file_received",
        file_id=file_id,
        feed_id=feed.id,
        content_hash=content_hash,
        delivered_name=printable_name(remote.name),
        declared_on=declared.isoformat() if declared else None,
        received_on=(declared or context.as_of).isoformat(),
        size=size,
        remote=remote.name,
        stamp=remote.stamp,
        occurrence=len(same),
    )
    return file_id


def _put_away(source: Source, feed: Feed, remote: RemoteFile, content_hash: str) -> bool:
    """Move or delete the sender's file, as declared; the archive holds its bytes by now.

    Returns False if the file was overwritten since it was listed, and therefore left.
    """
    if feed.after.move_to:
        return sources.move(source, remote, feed.after.move_to, content_hash[:12])
    if feed.after.delete:
        return sources.remove(source, remote)
    return True


def _source_of(context: RunContext, feed: Feed) -> Source:
    try:
        return sources.open_source(feed.source, feed.connection, context.workspace.root)
    except MatchbackError as error:
        error.state = error.state or "Nothing was changed."
        raise
