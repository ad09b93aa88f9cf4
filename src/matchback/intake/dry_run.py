"""A dry run of one file against its feed's contract: what would be refused, before it is sent. Nothing is kept."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import as_columns, count
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError

if TYPE_CHECKING:
    from matchback.config import Feed

MOST_SHOWN = 50


@dataclass(frozen=True)
class Checked:
    """What a file would give: its counts, and each refusal by record, line, column and reason; never a value."""

    data: dict[str, Any]

    @property
    def exit_code(self) -> int:
        return 3 if self.data["refused"] or self.data["status"] == "refused" else 0

    def text(self) -> str:
        """Return the verdict in words."""
        from matchback.intake.reasons import file_message

        data = self.data
        accepted = data["records"] - data["refused"]
        records = count(data["records"], "record")
        lines = [
            f"Feed {data['feed']} would read {records}: {accepted:,} accepted, {data['refused']:,} refused."
        ]
        if data["status"] == "refused":
            lines.append(
                f"The whole file would be refused: {file_message(data['reason_code'], data['detail'])}."
            )
        shown = [row for row in data["refusals"] if row["reason_code"] != "file_refused"]
        if shown:
            lines += ["", as_columns(shown[:MOST_SHOWN])]
        if len(shown) > MOST_SHOWN:
            lines.append(f"and {len(shown) - MOST_SHOWN:,} more")
        lines += [f"Note: {words}." for words in data["notes"]]
        lines.append("Nothing was kept.")
        return "\n".join(lines)


def check_file(context: RunContext, path: Path, feed_id: str) -> Checked:
    """Read and check one file (`-`: standard input) as its feed would; nothing of it stays."""
    from matchback.intake.arrival_log import described
    from matchback.intake.contract_check import refuse_misdeclared
    from matchback.intake.held_tests import marks_of_tests
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
    with tempfile.TemporaryDirectory(dir=context.workspace.staging, prefix="check") as scratch:
        folder = Path(scratch) / "result"
        if from_input:
            path = _spooled(Path(scratch) / "input")
        request = FileToStage(
            file_id="check",
            path=path,
            folder=folder,
            feed=feed,
            config=context.config,
            received_on=context.as_of,
            declared_on=None,
            secret=context.config.id_secret(context.workspace.root),
            root=context.workspace.root,
        )
        ((_, summary),) = staged_apart([request], context.config)
        if isinstance(summary, MatchbackError):
            raise summary
        refusals = StagedFile(folder).refusals().to_dicts()
        marks = marks_of_tests(feed, "" if from_input else path.name, StagedFile(folder))
    return Checked(
        {
            "feed": feed_id,
            "status": summary.status,
            "reason_code": summary.reason_code,
            "detail": summary.detail,
            "records": summary.records,
            "refused": summary.refused,
            "notes": [
                *summary.notes,
                *([] if from_input else _name_notes(feed, path.name)),
                *([f"the file would wait for the operator: {described(marks)}"] if marks else []),
            ],
            "refusals": refusals,
        }
    )


def _spooled(path: Path) -> Path:
    """Copy standard input into a file for our own user only: readers look at a file more than once."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        shutil.copyfileobj(sys.stdin.buffer, sink)
    return path


def _name_notes(feed: Feed, name: str) -> list[str]:
    """Say that a file of this name would never be picked up."""
    from matchback.intake.sources import name_pattern

    if name_pattern(feed.pattern)[0].fullmatch(name):
        return []
    return [f"under this name the file would not be picked up: the feed takes {feed.pattern}"]
