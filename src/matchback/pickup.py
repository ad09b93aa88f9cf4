"""The step `pickup`: from a source into the archive and the journal; only then is the sender's file moved.

A file is known by its bytes. What a sender calls it is data. A file that lies where it was and has not changed is no
new delivery; the same bytes under another name, or again after they were moved, are one, and load finds it a duplicate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import MatchbackError, SourceFailed
from matchback.intake import archive, partial, sources
from matchback.intake.folders import own_folders, sharing
from matchback.intake.left_there import note_announced, note_left, note_unread
from matchback.intake.received import Receipts, ReceivedFile, derive_file_id, printable_name, received_files
from matchback.intake.sources import FileWaits, Listing, Look, RemoteFile, Source, SourceLost, Wanted
from matchback.intake.staging import staged_file

if TYPE_CHECKING:
    from datetime import date

    from matchback.config import Feed

DEFAULT_QUIET_SECONDS = 2.0  # servers tell whole seconds
LOCAL_QUIET_SECONDS = 1.0  # this machine tells billionths
MOST_LOSSES = 2  # files in a row that could not be read over a broken connection


@dataclass(frozen=True)
class Found:
    """The files to receive from a feed's source, and how many stay there: of a later date, or no feed's at all."""

    waiting: list[RemoteFile]
    later: int
    unmatched: int
    manifests: tuple[sources.Manifest, ...] = ()


class Opened(NamedTuple):
    """A feed with its source, and the first look at it."""

    feed: Feed
    source: Source
    look: Look


def run(context: RunContext) -> StepSummary:
    """Receive every waiting file of every feed (or of `context.feed_ids`); a source that fails stops no other.

    Raises SourceFailed when a feed was named, or no source at all could be read.
    """
    feeds = [feed for feed in context.config.feeds if not context.feed_ids or feed.id in context.feed_ids]
    received, failures, failed_files = 0, list[SourceFailed](), 0
    later = unmatched = 0
    context.progress.start("pickup", len(feeds))
    for opened in _first_looks(context, feeds, failures):
        try:
            found = _list(context, opened)
            later, unmatched = later + found.later, unmatched + found.unmatched
            some, failed = _receive_all(context, opened, found)
        except SourceFailed as failure:
            _fail(context, opened.feed, failure, failures)
            continue
        received, failed_files = received + some, failed_files + failed
        context.progress.advance()
    if failures and (context.feed_ids or len(failures) == len(feeds)):
        raise failures[0]
    line = f"{received} files received" if received else "nothing new"
    if failures or failed_files:
        line += f"; {len(failures)} sources and {failed_files} files could not be read"
    counts = {"received": received, "failed_sources": len(failures), "failed_files": failed_files}
    counts |= {"later_files": later, "unmatched_files": unmatched}
    return StepSummary("pickup", line, counts, changed=received > 0)


def _first_looks(context: RunContext, feeds: Iterable[Feed], failures: list[SourceFailed]) -> list[Opened]:
    """Open every source and look at it once, so that all of them stand still over one and the same wait."""
    opened, stores = [], dict[int, sources.Store]()
    for feed in feeds:
        try:
            opened.append(open_feed(context, feed, stores))
        except SourceFailed as failure:
            _fail(context, feed, failure, failures)
    return opened


def _fail(context: RunContext, feed: Feed, failure: SourceFailed, failures: list[SourceFailed]) -> None:
    failures.append(failure)
    context.progress.note(f"{feed.id}: {failure.what}")


def _receive_all(context: RunContext, opened: Opened, found: Found) -> tuple[int, int]:
    """Receive the files that wait; return how many came, and how many could not be read.

    One that cannot be read stops no other. Raises SourceLost when the connection breaks for one file after the other.
    """
    received = failed = losses = 0
    arrived: set[str] = set()
    receipts = Receipts(context.journal, opened.feed.id)
    for remote in found.waiting:
        try:
            received += _receive(context, opened.feed, remote, opened.source, receipts) is not None
            arrived.add(remote.name)
            losses = 0
        except SourceFailed as failure:
            losses = losses + 1 if isinstance(failure, SourceLost) else 0
            if losses == MOST_LOSSES:
                raise
            failed += not (isinstance(failure, FileWaits) and failure.reason == "vanished")
            context.progress.note(f"{opened.feed.id}: {failure.what}")
    _put_manifests_away(context, opened, found, arrived)
    if words := sources.caveat(opened.source):
        context.progress.note(words)
    return received, failed


def list_files(context: RunContext, feed: Feed) -> list[RemoteFile]:
    """Return the new whole files at a feed's source, by declared date and name; later dates than as-of stay there."""
    return _list(context, open_feed(context, feed)).waiting


def open_feed(context: RunContext, feed: Feed, stores: dict[int, sources.Store] | None = None) -> Opened:
    """Open a feed's source and look at it once; `stores` are logins that feeds share."""
    source = _source_of(context, feed, stores)
    with sources.told(source.url):
        return Opened(feed, source, sources.look(source, _wanted(context, feed, is_local=source.is_local)))


def _wanted(context: RunContext, feed: Feed, *, is_local: bool) -> Wanted:
    quiet = feed.quiet_seconds
    if quiet is None:
        quiet = LOCAL_QUIET_SECONDS if is_local else DEFAULT_QUIET_SECONDS
    beside = [pattern for other in _sharing(context, feed) for pattern in _patterns_of(other)]
    return Wanted(
        feed.pattern,
        beside,
        quiet,
        feed.ready,
        own_folders=own_folders(context.config, feed),
        folders_below=feed.folders_below,
    )


def _patterns_of(feed: Feed) -> list[str]:
    """Return the names that are a feed's: of its files, and of what tells that they are whole."""
    told_by = feed.ready.pattern if feed.ready else None
    return [feed.pattern, *([told_by] if told_by else [])]


def _sharing(context: RunContext, feed: Feed) -> list[Feed]:
    return sharing(context.config, feed)


def _list(context: RunContext, opened: Opened) -> Found:
    feed = opened.feed
    listing, before = list_new(context, opened, context.progress.note)
    new = listing.files
    waiting = [remote for remote in new if not is_after(remote, context.as_of)]
    later = sum(is_after(remote, context.until or context.as_of) for remote in new)
    sharing = _sharing(context, feed)
    chosen = [other for other in sharing if not context.feed_ids or other.id in context.feed_ids]
    tells = not chosen or chosen[0].id == feed.id  # a shared folder is told of once
    unmatched = listing.unmatched if tells else 0
    _tell_of(context, feed, later, unmatched)
    partial.sweep(
        context.workspace.incoming,
        feed.id,
        sources.address(feed.source),
        {other.id for other in context.config.feeds},
        {(remote.path, remote.size, remote.stamp) for remote in new},
    )
    note_left(context.journal, feed.id, listing.left, {remote.name for remote in new})
    _judge_again(context, before, listing, new)
    ordered = sorted(waiting, key=lambda remote: (remote.declared_on, remote.path))
    return Found(ordered, later, unmatched, listing.manifests)


def list_new(
    context: RunContext, opened: Opened, note: Callable[[str], None]
) -> tuple[Listing, list[ReceivedFile]]:
    """Return the whole files at a feed's source that did not come yet, and what came of the feed before."""
    feed, source = opened.feed, opened.source
    everything = received_files(context.journal)
    before = [file for file in everything if file.feed_id == feed.id]
    came = frozenset(file.remote for file in before)
    answered = frozenset(file.remote for file in everything)
    stays = not (feed.after.move_to or feed.after.delete)
    seen = frozenset((file.remote, file.size, file.stamp) for file in before if stays)
    wanted = replace(
        _wanted(context, feed, is_local=source.is_local), received=came, seen=seen, answered=answered
    )
    return sources.list_source(source, wanted, note, opened.look), before


def _tell_of(context: RunContext, feed: Feed, later: int, unmatched: int) -> None:
    until = context.until or context.as_of
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


def _judge_again(
    context: RunContext, before: Sequence[ReceivedFile], listing: Listing, new: Sequence[RemoteFile]
) -> None:
    """Note what manifests say now of files that came before; what was staged under the old words is staged anew."""
    said: dict[str, dict[str, str]] = {}
    for manifest in listing.manifests:
        said |= manifest.files or {}
    to_come = {remote.name for remote in new}
    said = {name: words for name, words in said.items() if name not in to_come}
    for file_id in note_announced(context.journal, before, said, context.workspace.archive):
        staged_file(context.workspace.staging, file_id).remove()


def is_after(remote: RemoteFile, day: date) -> bool:
    """Tell whether a file is dated after a day."""
    declared = sources.declared_date(remote)
    return declared is not None and declared > day


def _it(number: int) -> str:
    return "it is" if number == 1 else "they are"


def receive(context: RunContext, feed: Feed, remote: RemoteFile) -> str | None:
    """Archive one file, journal it, then move the sender's copy as declared; return its file id.

    Returns None when this very file was received before (a crash came between the journal and the move).
    """
    return _receive(context, feed, remote, _source_of(context, feed), Receipts(context.journal, feed.id))


def _receive(
    context: RunContext, feed: Feed, remote: RemoteFile, source: Source, receipts: Receipts
) -> str | None:
    try:
        entry, content_hash, size = _fetch(context, feed, remote, source)
    except SourceFailed as failure:
        reason = failure.reason if isinstance(failure, FileWaits) else "unreadable"
        note_unread(context.journal, feed.id, remote.name, reason or "unreadable")
        raise
    with context.journal.deciding():  # tasks receive at the same time
        same = receipts.of_content(content_hash, sources.declared_date(remote))
        file_id = _journal(context, feed, remote, content_hash, size, same)
    if not _put_away(source, feed, entry, content_hash):
        context.progress.note(
            f"{feed.id}: a file was overwritten at its source after it was read; the new version stays there, "
            "and the next run receives it"
        )
    elif remote.companion:
        _put_companion_away(context, feed, source, remote.companion)
    return file_id


def _fetch(
    context: RunContext, feed: Feed, remote: RemoteFile, source: Source
) -> tuple[sources.Entry, str, int]:
    """Archive one file's bytes; return what was read, its SHA-256 and its size."""
    with sources.reading(source, remote) as stream:
        version = partial.Version(
            feed.id,
            sources.address(feed.source),
            remote.path,
            remote.size,
            remote.stamp,
            stream.entry.identity,
        )
        with partial.fetching(context.workspace.incoming, version) as part:
            content_hash, size = archive.keep(context.workspace.archive, stream, remote.size, part)
    return stream.entry, content_hash, size


def _journal(
    context: RunContext,
    feed: Feed,
    remote: RemoteFile,
    content_hash: str,
    size: int,
    same: Sequence[ReceivedFile],
) -> str | None:
    """Write a receipt; return the file's id, None if it has one. `same` are the deliveries of the same bytes."""
    declared = sources.declared_date(remote)
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
        picked_on=context.as_of.isoformat(),
        size=size,
        remote=remote.name,
        stamp=remote.stamp,
        source=sources.address(feed.source),
        occurrence=len(same),
        **({"announced": remote.announced} if remote.announced else {}),
    )
    return file_id


def _put_away(source: Source, feed: Feed, entry: sources.Entry, content_hash: str) -> bool:
    """Move or delete the sender's file, as declared; the archive holds its bytes by now.

    Returns False if the file was overwritten since it was listed, and therefore left.
    """
    if feed.after.move_to:
        return sources.move(source, entry, feed.after.move_to, content_hash)
    if feed.after.delete:
        return sources.remove(source, entry)
    return True


def _put_companion_away(context: RunContext, feed: Feed, source: Source, path: str) -> None:
    """Let a marker or manifest go where its files went; if it cannot, that is only told."""
    try:
        with sources.told(source.url):
            entry = source.tried(source.store.look, path)
        if entry is not None:
            _put_away(source, feed, entry, content_hash=f"marker-{entry.size}")
    except SourceFailed as failure:
        context.progress.note(f"{feed.id}: a marker or manifest stays where it is: {failure.what}")


def _put_manifests_away(context: RunContext, opened: Opened, found: Found, arrived: set[str]) -> None:
    """Let a manifest go once every file that it names has come."""
    if not found.manifests or not (opened.feed.after.move_to or opened.feed.after.delete):
        return
    came: Sequence[ReceivedFile] = [
        file for file in received_files(context.journal) if file.feed_id == opened.feed.id
    ]
    names = arrived | {file.remote for file in came}
    for manifest in found.manifests:
        if manifest.files and set(manifest.files) <= names:
            _put_companion_away(context, opened.feed, opened.source, manifest.entry.path)


def _source_of(context: RunContext, feed: Feed, stores: dict[int, sources.Store] | None = None) -> Source:
    try:
        return sources.open_source(
            feed.source, feed.connection, context.workspace.root, context.config.transport, stores
        )
    except MatchbackError as error:
        error.state = error.state or "Nothing was changed."
        raise
