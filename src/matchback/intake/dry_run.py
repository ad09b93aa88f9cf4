"""A dry run of one file against its feed's contract: what would be refused, before it is sent. Nothing is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import as_columns, count
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError, WarehouseLocked
from matchback.intake.listing import declared_in, why_never_taken
from matchback.intake.received import ReceivedFile

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.staging import StagedFile, StagedSummary
    from matchback.warehouse import Warehouse

MOST_SHOWN = 50
_OUTCOMES = (
    ("accepted", "accepted"),
    ("refused", "refused"),
    ("duplicates", "duplicate"),
    ("conflicts", "in conflict"),
    ("waiting", "waiting for their original"),
)
_ALWAYS = ("accepted", "refused")
_UNSEEN = "whether a record came before, in another file: that is judged when it is loaded"
_NAMES = {
    "pattern": "under this name the file would not be picked up: the feed takes {pattern}",
    "unfinished": "under this name the file would never be picked up: it is one of an unfinished file",
    "results": "under this name the file would never be picked up: results files, which are our answers, are so named",
    "date": "under this name the file would never be picked up: what stands where its date belongs is no date",
    "name": "under this name the file would never be picked up: it can be no file's",
}


@dataclass(frozen=True)
class Checked:
    """What a file would give: its counts, and each refusal by record, line, column and reason; never a value."""

    data: dict[str, Any]

    @property
    def exit_code(self) -> int:
        """3 if a record or the file is refused, if it would wait, or never be picked up though it is the feed's."""
        data = self.data
        stays = data["name"] not in ("", "pattern")
        return 3 if data["refused"] or data["status"] != "valid" or stays else 0

    def text(self) -> str:
        """Return the verdict in words."""
        from matchback.intake.reasons import file_message

        data = self.data
        counted = ", ".join(
            f"{data[name]:,} {words}" for name, words in _OUTCOMES if data[name] or name in _ALWAYS
        )
        lines = [f"Feed {data['feed']} would read {count(data['records'], 'record')}: {counted}."]
        if data["status"] == "refused":
            lines.append(
                f"The whole file would be refused: {file_message(data['reason_code'], data['detail'])}."
            )
        if data["status"] == "waiting":
            lines.append(f"The file would wait for the operator, nothing of it loaded: {data['detail']}.")
        shown = [row for row in data["refusals"] if row["reason_code"] != "file_refused"]
        if shown:
            lines += ["", as_columns(shown[:MOST_SHOWN])]
        if len(shown) > MOST_SHOWN:
            lines.append(f"and {len(shown) - MOST_SHOWN:,} more")
        lines += [f"Note: {words}." for words in data["notes"]]
        lines += [f"Not seen here: {words}." for words in data["not_seen"]]
        lines.append("Nothing was kept.")
        return "\n".join(lines)


def check_file(context: RunContext, path: Path, feed_id: str) -> Checked:
    """Read and check one file (`-`: standard input) as its feed would; nothing of it stays."""
    from matchback.intake.contract_check import refuse_misdeclared
    from matchback.intake.stage_file import FileToStage
    from matchback.intake.staging import StagedFile
    from matchback.validate import staged_apart

    feed = context.config.feed(feed_id)
    from_input = str(path) == "-"
    if not from_input and not path.is_file():
        raise ConfigurationError(
            f"{path} is not a file.",
            next_step=f"Name the file to check, or - for standard input:  matchback check FILE --feed {feed_id}",
        )
    refuse_misdeclared(context.config)
    name = "" if from_input else path.name
    why = "" if from_input else why_never_taken(feed.pattern, name)
    with tempfile.TemporaryDirectory(dir=context.workspace.staging, prefix="check") as scratch:
        folder = Path(scratch) / "result"
        if from_input:
            path = _spooled(Path(scratch) / "input")
        file = _delivery(context, feed, name, path)
        request = FileToStage(
            file_id=file.file_id,
            path=path,
            folder=folder,
            feed=feed,
            config=context.config,
            received_on=file.received_on,
            declared_on=file.declared_on,
            secret=context.config.id_secret(context.workspace.root),
            root=context.workspace.root,
        )
        ((_, summary),) = staged_apart([request], context.config)
        if isinstance(summary, MatchbackError):
            raise summary
        staged = StagedFile(folder)
        not_seen = [_UNSEEN]
        verdict: dict[str, Any] = {}
        if summary.status == "valid":
            summary, verdict, unseen = _judged(context, feed, file, staged, summary)
            not_seen += unseen
        return Checked(_verdict(feed, summary, why, staged) | verdict | {"not_seen": not_seen})


def _verdict(feed: Feed, summary: StagedSummary, why: str, staged: StagedFile) -> dict[str, Any]:
    """Return the verdict that a file's own contents and name give, before its records are judged by one another."""
    return {
        "feed": feed.id,
        "status": summary.status,
        "reason_code": summary.reason_code,
        "detail": summary.detail,
        "records": summary.records,
        "accepted": 0 if summary.status == "refused" else summary.records - summary.refused,
        "refused": summary.refused,
        "duplicates": 0,
        "conflicts": 0,
        "waiting": 0,
        "name": why,
        "notes": [*summary.notes, *([_NAMES[why].format(pattern=feed.pattern)] if why else [])],
        "refusals": staged.refusals().to_dicts(),
    }


def _delivery(context: RunContext, feed: Feed, name: str, path: Path) -> ReceivedFile:
    """Return the delivery that the file would be today under its name."""
    declared = declared_in(feed.pattern, name)
    with path.open("rb") as stream:
        content_hash = hashlib.file_digest(stream, "sha256").hexdigest()
    return ReceivedFile(
        file_id="check",
        feed_id=feed.id,
        content_hash=content_hash,
        delivered_name=name,
        declared_on=declared,
        received_on=declared or context.as_of,
        received_at=datetime.combine(context.as_of, datetime.min.time()),
        size=0,
        remote=name,
        stamp="",
        occurrence=0,
        picked_on=context.as_of,
    )


def _judged(
    context: RunContext, feed: Feed, file: ReceivedFile, staged: StagedFile, summary: StagedSummary
) -> tuple[StagedSummary, dict[str, Any], list[str]]:
    """Judge a valid file as load would: what it waits for, whether its list shrank, its records by one another.

    Returns its counts, what of the verdict differs from them, and what could not be seen.
    """
    from matchback.intake.arrival_log import described, not_expected
    from matchback.intake.held_tests import marks_of_tests
    from matchback.intake.list_guard import shrinkage
    from matchback.intake.merging import merge
    from matchback.load import is_same_delivery
    from matchback.warehouse import Warehouse

    with _history(context) as (history, unseen):
        if any(is_same_delivery(row, file) for row in history.rows("load/loaded_files")):
            counts = {"accepted": 0, "duplicates": summary.records}
            again = ["these very bytes were loaded before: sent again, every record is a duplicate"]
            return replace(summary, refused=0, notes=[*summary.notes, *again]), counts, unseen
        found = marks_of_tests(feed, file.delivered_name, staged)
        found += not_expected(replace(context, warehouse=history), feed, file, summary)
        shrank = "" if found else shrinkage(history, feed, file, staged)
    if shrank:
        return staged.refuse("list_shrank", shrank), {}, unseen
    scratch = Warehouse.memory()
    try:
        outcomes = merge(scratch, feed.kind, file, staged, 1).records
    finally:
        scratch.close()
    verdict: dict[str, Any] = {
        "accepted": outcomes.get("accepted", 0),
        "duplicates": outcomes.get("duplicate", 0),
        "conflicts": outcomes.get("conflict", 0),
        "waiting": outcomes.get("waiting", 0),
    }
    if found:
        verdict |= {"status": "waiting", "reason_code": "not_as_expected", "detail": described(found)}
    return summary, verdict, unseen


@contextmanager
def _history(context: RunContext) -> Iterator[tuple[Warehouse, list[str]]]:
    """Open what the feed sent before, and say what of it cannot be seen; an empty one where there is none yet."""
    from matchback.warehouse import Warehouse

    with ExitStack() as opened:
        unseen: list[str] = []
        if context.workspace.warehouse_path.exists():
            try:
                known = opened.enter_context(Warehouse.open(context.workspace, context.journal))
            except WarehouseLocked as error:
                what = error.what.rstrip(".")
                unseen.append(f"what the feed sent before, by which size and columns are judged ({what})")
            else:
                yield known, unseen
                return
        empty = Warehouse.memory()
        opened.callback(empty.close)
        yield empty, unseen


def _spooled(path: Path) -> Path:
    """Copy standard input into a file for our own user only: readers look at a file more than once."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        shutil.copyfileobj(sys.stdin.buffer, sink)
    return path
