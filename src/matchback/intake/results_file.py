"""The results file: our answer to a delivered file, one line per record in its order, then the sender's own columns.

It is made from the archived bytes and the outcomes that load wrote down, right after load, so that no later failure
withholds it. It lies in the outbox under the file's id, and goes back once, only to the source that the file came from.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.answers.printing import count
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake import sources
from matchback.intake.received import ReceivedFile, received_files
from matchback.intake.record_answers import MESSAGES as MESSAGES
from matchback.intake.records import UnreadableFile
from matchback.intake.results_lines import COLUMNS as COLUMNS
from matchback.intake.results_lines import is_noted, lines, lines_without_cells
from matchback.intake.staging import StagedFile, staged_file

if TYPE_CHECKING:
    from matchback.config import Feed

REDIRECTED = "results_redirected"
DELIVERED, REPLACED = ".delivered", ".replaced"
MOST_NAME_BYTES = 255  # of common file systems


def finish(context: RunContext) -> None:
    """Write and deliver the results of every loaded file that has none yet; then its staging is no longer needed."""
    loaded = {str(row["file_id"]) for row in context.writer.rows("load/loaded_files")}
    for file in received_files(context.journal):
        staged = staged_file(context.workspace.staging, file.file_id)
        if not context.config.has_feed(file.feed_id):
            continue  # the feed was removed; if it is put back, what is owed is written
        if file.file_id in loaded and is_noted(staged):
            try:
                write(context, file, staged)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # one file's answer never withholds another's
                name = type(error).__name__
                context.progress.note(f"The results of file {file.file_id[:8]} wait: writing failed ({name})")
                continue
            staged.remove()
        elif file.file_id in loaded and staged.waits_for() is None:
            staged.remove()  # somebody who was given up staged it after it was loaded
    deliver_all(context)


def deliver_all(context: RunContext) -> int:
    """Send every results file that is due and was not sent; return how many. A source that fails is noted."""
    sent = 0
    opened: dict[str, sources.Source] = {}
    stores: dict[int, sources.Store] = {}
    redirected, elsewhere = _redirected(context), Counter[str]()
    for file in received_files(context.journal):
        if not context.config.has_feed(file.feed_id):
            continue  # history of a removed feed: nobody says any more where it would go
        feed = context.config.feed(file.feed_id)
        path = results_path(context, file)
        marker = path.with_suffix(DELIVERED)
        if not feed.after.results_to or marker.exists() or not path.exists():
            continue
        if _is_elsewhere(file, feed) and (file.file_id, sources.address(feed.source)) not in redirected:
            elsewhere[feed.id] += 1
            continue
        try:
            if feed.id not in opened:
                opened[feed.id] = sources.open_source(
                    feed.source,
                    feed.connection,
                    context.workspace.root,
                    context.config.transport,
                    stores,
                )
            name = sources.deliver(
                opened[feed.id],
                path,
                feed.after.results_to,
                results_name(file),
                file.file_id,
                former=_former(path),
            )
        except MatchbackError as failure:
            context.progress.note(f"{feed.id}: the results of file {file.file_id[:8]} wait: {failure.what}")
            continue
        marker.write_text(name, encoding="utf-8")
        path.with_suffix(REPLACED).unlink(missing_ok=True)
        sent += 1
    for feed_id, number in elsewhere.items():
        wait = "waits" if number == 1 else "wait"
        context.progress.note(
            f"{feed_id}: {count(number, 'results file')} {wait} in var/outbox, of files that came from another source "
            "than the feed's of today. If the same sender is there now:  "
            f"matchback files redeliver --feed {feed_id} --reason server_moved"
        )
    for words in sorted({sources.caveat(source) for source in opened.values()} - {""}):
        context.progress.note(words)
    return sent


def _is_elsewhere(file: ReceivedFile, feed: Feed) -> bool:
    """Tell whether a file came from another source than its feed has now, which can be another sender's."""
    return file.source not in ("", sources.address(feed.source))


def _redirected(context: RunContext) -> set[tuple[str, str]]:
    """Return the files whose results an operator sends elsewhere than they came from, each with that address."""
    return {
        (file_id, entry.body["arguments"]["source"])
        for entry in context.journal.entries(kind="act")
        if entry.body["act"] == REDIRECTED
        for file_id in entry.body["arguments"]["file_ids"]
    }


def owed_elsewhere(context: RunContext) -> list[ReceivedFile]:
    """Return the files whose results wait because they came from another source than their feed has now."""
    redirected = _redirected(context)
    owed = []
    for file in received_files(context.journal):
        if context.config.has_feed(file.feed_id):
            feed, path = context.config.feed(file.feed_id), results_path(context, file)
            is_due = path.exists() and not path.with_suffix(DELIVERED).exists()
            if is_due and _is_elsewhere(file, feed):
                owed += [file] if (file.file_id, sources.address(feed.source)) not in redirected else []
    return owed


def results_path(context: RunContext, file: ReceivedFile) -> Path:
    """Return where the results file of a delivery stands."""
    return context.workspace.outbox / file.feed_id / f"{file.file_id}.results.csv"


def results_name(file: ReceivedFile) -> str:
    """Return the name under which results go back: the sender's own and a suffix, cut where that would be too long.

    A cut name carries the file's id, so that two long names do not become one.
    """
    suffix = ".results.csv"
    name = file.delivered_name.encode("utf-8", "surrogateescape")
    room = MOST_NAME_BYTES - len(
        f".{file.file_id}.part"
    )  # for the tag of a name that is taken, and while it is written
    if len(name) + len(suffix) <= room:
        return file.delivered_name + suffix
    suffix = f".{file.file_id}{suffix}"
    return name[: room - len(suffix)].decode("utf-8", "ignore") + suffix


def write(context: RunContext, file: ReceivedFile, staged: StagedFile) -> Path:
    """Write one results file into the outbox, whole or not at all."""
    path, feed = results_path(context, file), context.config.feed(file.feed_id)
    archived, root = file.path(context.workspace), context.workspace.root
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        for only_known in (False, True):
            try:
                sink.writelines(lines(feed, archived, staged, root, only_known=only_known))
                break
            except UnreadableFile:  # a column that nobody asked for: what was loaded could be read
                sink.seek(0)
                sink.truncate()
        else:
            sink.writelines(lines_without_cells(staged))
        sink.flush()
        os.fsync(sink.fileno())
    _note_replaced(path)  # a file that is judged again: the new verdict goes back too
    aside.replace(path)
    return path


def _note_replaced(path: Path) -> None:
    """Keep the name and the hash of an answer that was sent: what lies at the source, if it still does, is ours."""
    marker = path.with_suffix(DELIVERED)
    if not marker.exists():
        return
    if path.exists():
        with path.open("rb") as stream:
            sent = hashlib.file_digest(stream, "sha256").hexdigest()
        former = json.dumps([marker.read_text(encoding="utf-8"), sent])
        path.with_suffix(REPLACED).write_text(former, encoding="utf-8")
    marker.unlink()


def _former(path: Path) -> tuple[str, str]:
    """Return the name and the hash of the answer that this one replaces, both empty if it replaces none."""
    replaced = path.with_suffix(REPLACED)
    if not replaced.exists():
        return "", ""
    name, sent = json.loads(replaced.read_text(encoding="utf-8"))
    return str(name), str(sent)
