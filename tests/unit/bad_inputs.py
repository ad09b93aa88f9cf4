"""What a sender gets for a bad input: one case is bytes, the feed that they come to, and the outcome of every record.

Each case goes through `validate.stage_file` and the writer of results files, as a delivered file does.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from matchback import validate
from matchback.context import RunContext
from matchback.intake import results_file, results_lines
from matchback.intake.reasons import file_message, record_message
from matchback.intake.received import ReceivedFile, archived_path
from matchback.intake.staging import StagedFile, StagedSummary
from unit.intake_world import make_world

csv.field_size_limit(16 << 20)

OK = ""
FEED = """
[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "*"
refuse_file_above = "100%"
columns = {{ {columns} }}
constants = {{ {constants} }}
format = {{ {format} }}
{more}
"""


@dataclass(frozen=True)
class Refused:
    """The whole file is refused, for this reason, in words that hold these."""

    reason_code: str
    words: str = ""


@dataclass(frozen=True)
class Case:
    """One bad input. `row` is its number in the list of bad inputs, `outcomes` one of OK or `column:reason` a record.

    A record that is refused for several reasons names them separated by blanks; one as a whole has no column.
    """

    row: int
    what: str
    content: bytes | str
    outcomes: list[str] | Refused
    format: str = ""
    columns: str = ""
    constants: str = ""
    more: str = ""
    notes: list[str] = field(default_factory=list)
    money: dict[str, int] | None = None
    announced: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a test report calls it."""
        return f"{self.row}: {self.what}"

    @property
    def feed(self) -> str:
        """The declaration of its feed."""
        return FEED.format(format=self.format, columns=self.columns, constants=self.constants, more=self.more)


class Sender:
    """Sends cases to a workspace and says what comes back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contexts: dict[str, RunContext] = {}
        self.staging = root  # where the last case was staged

    def _context(self, feed: str) -> RunContext:
        if feed not in self._contexts:
            self._contexts[feed] = make_world(self._root / f"world{len(self._contexts)}", feed)
        return self._contexts[feed]

    def send(self, case: Case) -> tuple[StagedSummary, StagedFile, list[list[str]]]:
        """Return the counts, the staged result and the lines of the results file."""
        context = self._context(case.feed)
        content = case.content if isinstance(case.content, bytes) else case.content.encode()
        digest = hashlib.sha256(content).hexdigest()
        path = archived_path(context.workspace.archive, digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        file = ReceivedFile(
            file_id=digest[:16],
            feed_id="events",
            content_hash=digest,
            delivered_name="delivered",
            declared_on=None,
            received_on=date(2026, 11, 7),
            received_at=datetime(2026, 11, 7, tzinfo=UTC),
            size=len(content),
            remote="",
            stamp="",
            occurrence=1,
        )
        self.staging = context.workspace.staging
        request = validate.FileToStage(
            file_id=file.file_id,
            path=path,
            folder=context.workspace.staging / file.file_id,
            feed=context.config.feeds[0],
            config=context.config,
            received_on=file.received_on,
            declared_on=None,
            secret=b"secret",
            root=context.workspace.root,
            announced=case.announced,
        )
        summary = validate.stage_file(request)
        staged = StagedFile(request.folder)
        results_lines.note_verdict(staged, summary.status, summary.reason_code, summary)
        answer = results_file.write(context, file, staged).read_bytes()
        form = context.config.feeds[0].format
        plain = form.type in ("csv", "psv") and summary.status != "refused"
        lines = csv.reader(
            io.StringIO(answer.decode("utf-8"), newline=""),
            delimiter=form.separator if plain else ",",
            escapechar="\\" if plain and form.escape == "\\" else None,
        )
        return summary, staged, list(lines)


def found_outcomes(summary: StagedSummary, staged: StagedFile) -> list[str]:
    """Return the outcome of every record as cases write it."""
    by_record: dict[int, list[str]] = {}
    for number, _, column, reason, _ in staged.refusals().iter_rows():
        by_record.setdefault(number, []).append(f"{column}:{reason}" if column else reason)
    return [" ".join(sorted(by_record.get(number, []))) for number in range(1, summary.records + 1)]


def words_of(outcome: str) -> set[str]:
    """Return the sentences that the results file holds for an outcome."""
    reasons = [part.rpartition(":") for part in outcome.split()]
    return {record_message(reason, column) for column, _, reason in reasons}


def judge(case: Case, sender: Sender) -> None:
    """Assert what the sender gets: verdict, reason, words, and one line a record in the results file."""
    summary, staged, answer = sender.send(case)
    if isinstance(case.outcomes, Refused):
        assert (summary.status, summary.reason_code) == ("refused", case.outcomes.reason_code), summary.detail
        assert case.outcomes.words in summary.detail
        assert staged.rows().height == staged.identifiers().height == 0
        said = file_message(summary.reason_code, summary.detail)
        assert answer == [["matchback_status", "matchback_message"], ["refused", said]]
        return
    assert summary.status == "valid", (summary.reason_code, summary.detail)
    assert found_outcomes(summary, staged) == [" ".join(sorted(item.split())) for item in case.outcomes]
    refused = sum(1 for item in case.outcomes if item)
    assert (summary.records, summary.refused) == (len(case.outcomes), refused)
    assert staged.rows().height == len(case.outcomes) - refused
    assert answer[0][:2] == ["matchback_status", "matchback_message"]
    assert [line[0] for line in answer[1:]] == ["refused" if item else "accepted" for item in case.outcomes]
    for line, outcome in zip(answer[1:], case.outcomes, strict=True):
        assert line[1] == "; ".join(sorted(words_of(outcome)))
    for note in case.notes:
        assert any(note in words for words in summary.notes), summary.notes
    if case.money is not None:
        assert {code: total[0] for code, total in summary.money_seen.items()} == case.money


def as_parameters(cases: list[Case]) -> dict[str, Any]:
    """Return what `pytest.mark.parametrize` takes."""
    return {"argnames": "case", "argvalues": cases, "ids": [case.name for case in cases]}
