"""Where the arrival calendar meets the night: which files wait, what stops the night, and the published rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.intake.arrivals import (
    FINDINGS,
    TESTS,
    Arrival,
    Delivery,
    Finding,
    calendar,
    column_findings,
    size_findings,
    stops,
    usual_records,
)
from matchback.intake.held_tests import marks_of_tests
from matchback.intake.received import ReceivedFile, readmissions, received_files
from matchback.intake.staging import staged_file

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.staging import StagedSummary
    from matchback.warehouse import Warehouse


class FileMissing(MatchbackError):
    """A file on which the night is declared to wait has not come."""


def arrivals(context: RunContext) -> list[Arrival]:
    """Return the calendar of all feeds as of the context's date."""
    deliveries = _deliveries(context)
    acts = excuses(context)
    return [
        arrival
        for feed in context.config.feeds
        for arrival in calendar(
            feed, deliveries, context.as_of, frozenset(day for feed_id, day in acts if feed_id == feed.id)
        )
    ]


def _deliveries(context: RunContext) -> list[Delivery]:
    known = {str(row["file_id"]): row for row in context.writer.rows("load/loaded_files")}
    return [
        _delivery(file, known[file.file_id], context.config)
        for file in received_files(context.journal)
        if file.file_id in known
    ]


def _delivery(file: ReceivedFile, row: dict[str, Any], config: Config) -> Delivery:
    came_at = file.received_at.replace(tzinfo=UTC).astimezone(config.zone).replace(tzinfo=None)
    return Delivery(
        file_id=file.file_id,
        feed_id=file.feed_id,
        day=file.received_on,
        picked_on=file.picked_on,
        came_at=came_at,
        status=row["status"],
        records=int(row["records"] or 0) - int(row["control_lines"] or 0),
        columns=row["columns"],
    )


def excuses(context: RunContext) -> set[tuple[str, date]]:
    """Return the feeds and days that operators have excused, by acts that count as of the context's date."""
    return {
        (str(entry.body["arguments"]["feed_id"]), date.fromisoformat(entry.body["arguments"]["day"]))
        for entry in context.journal.entries(kind="act")
        if entry.body["act"] == "feed_excused" and date.fromisoformat(entry.body["acted_on"]) <= context.as_of
    }


def held_back(context: RunContext, feed: Feed, file: ReceivedFile, summary: StagedSummary) -> list[Finding]:
    """Return why a valid file waits for an operator instead of being loaded; nothing if it does not."""
    if summary.status != "valid":
        return []
    found = marks_of_tests(
        feed, file.delivered_name, staged_file(context.workspace.staging, file.file_id)
    ) + _not_expected(context, feed, file, summary)
    return [] if found and file.file_id in readmissions(context.journal) else found


def _not_expected(
    context: RunContext, feed: Feed, file: ReceivedFile, summary: StagedSummary
) -> list[Finding]:
    """Return the findings of the arrival calendar on which the feed is declared to stop."""
    expect = feed.expect
    if expect is None or not expect.stop_on:
        return []
    own = calendar(feed, _deliveries(context), file.received_on)
    before = [arrival for arrival in own if arrival.day < file.received_on]
    same_day = [arrival for arrival in own if arrival.day == file.received_on and arrival.records]
    last = _last_loaded(context, feed, file.received_on)
    found = [*size_findings(expect, summary.records, usual_records(before))]
    found += column_findings(last, summary.columns)
    if sum(arrival.files for arrival in same_day) >= expect.files:
        found.append(Finding("doubled", f"{expect.files} expected"))
    return stops(expect, found)


def _last_loaded(context: RunContext, feed: Feed, until: date) -> Delivery | None:
    own = [
        item
        for item in _deliveries(context)
        if item.feed_id == feed.id and item.status == "loaded" and item.day <= until
    ]
    return max(own, key=lambda item: (item.day, item.file_id), default=None)


def held_words(feed: Feed, file: ReceivedFile, found: Sequence[Finding]) -> str:
    """Return what an operator reads when a file waits."""
    short = file.file_id[:8]
    is_test = any(finding.code in TESTS for finding in found)
    declared, otherwise = (
        ("hold_tests", "its records are real") if is_test else ("stop_on", "it is as it should be")
    )
    return (
        f"File {short} of {file.received_on} from feed {feed.id} waits: {described(found)}.\n"
        f"Nothing of it was loaded, since the feed's {declared} says so; other files go on.\n"
        f"If {otherwise}:  matchback quarantine readmit {short} --reason CODE\n"
        f"To refuse it and tell its sender:  matchback quarantine decline {short} --reason CODE"
    )


def described(findings: Sequence[Finding]) -> str:
    """Return findings in words."""
    return "; ".join(
        FINDINGS[finding.code] + (f" ({finding.detail})" if finding.detail else "") for finding in findings
    )


def refuse_missing(context: RunContext) -> None:
    """Raise FileMissing when a file is missing as of the context's date without which the night is not to go on."""
    if not any(feed.expect is not None and "missing" in feed.expect.stop_on for feed in context.config.feeds):
        return
    missing = [
        arrival
        for arrival in arrivals(context)
        if arrival.day == context.as_of
        and arrival.is_missing
        and stops(context.config.feed(arrival.feed_id).expect, arrival.findings)
    ]
    if missing:
        names = ", ".join(arrival.feed_id for arrival in missing)
        raise FileMissing(
            f"What is expected of {names} for {context.as_of} has not come, and stop_on says to wait for it.",
            state="What came was loaded and answered; nothing was recognized, paid or published.",
            next_step="When it is there:  matchback run\n"
            f"To go on without it:  matchback feeds excuse {missing[0].feed_id} --day {context.as_of} --reason CODE",
        )


def write_calendar(warehouse: Warehouse, context: RunContext) -> None:
    """Replace the warehouse's `feed_arrivals`; the caller holds the transaction."""
    from matchback.config_tables import config_table

    rows = [
        {
            "feed_id": arrival.feed_id,
            "day_on": arrival.day,
            "is_expected": arrival.is_expected,
            "files": arrival.files,
            "records": arrival.records,
            "usual_records": arrival.usual_records,
            "state": state_of(arrival),
            "findings": ",".join(finding.code for finding in arrival.findings) or None,
            "detail": described(arrival.findings) or None,
            "is_missing": arrival.is_missing,
        }
        for arrival in arrivals(context)
    ]
    warehouse.replace("feed_arrivals", config_table("feed_arrivals", rows))


def state_of(arrival: Arrival) -> str:
    """Return a day in one word: ok, excused, or the first and gravest finding."""
    if not arrival.findings:
        return "ok"
    return "excused" if arrival.is_excused else arrival.findings[0].code
