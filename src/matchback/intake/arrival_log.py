"""Where the arrival calendar meets the night: what came, which files wait, and the published rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from matchback.context import RunContext
from matchback.intake.arrivals import (
    FINDINGS,
    HELD,
    TESTS,
    Arrival,
    Delivery,
    Finding,
    calendar,
    column_findings,
    day_findings,
    stops,
    usual_records,
)
from matchback.intake.held_tests import marks_of_tests
from matchback.intake.received import ReceivedFile, is_declined, readmissions, received_files
from matchback.intake.staging import staged_file

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.staging import StagedSummary
    from matchback.warehouse import Warehouse


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
    """Return what was loaded or refused, and what waits for an operator."""
    known = {str(row["file_id"]): row for row in context.writer.rows("load/loaded_files")}
    waits = {"status": HELD, "records": 0, "control_lines": 0, "columns": None}
    found = []
    for file in received_files(context.journal):
        row = known.get(file.file_id)
        if row is None and staged_file(context.workspace.staging, file.file_id).waits_for():
            row = waits
        if row is not None:
            found.append(_delivery(file, row, context.config))
    return found


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
    ) + not_expected(context, feed, file, summary)
    return [] if found and file.file_id in readmissions(context.journal) else found


def not_expected(
    context: RunContext, feed: Feed, file: ReceivedFile, summary: StagedSummary
) -> list[Finding]:
    """Return the findings of the arrival calendar on which the feed is declared to stop."""
    expect = feed.expect
    if expect is None or not expect.stop_on:
        return []
    deliveries = _deliveries(context)
    before = [item for item in calendar(feed, deliveries, file.received_on) if item.day < file.received_on]
    loaded = [
        item.records
        for item in deliveries
        if (item.feed_id, item.day, item.status) == (feed.id, file.received_on, "loaded")
        and item.file_id != file.file_id
    ]
    ready = _ready_beside(context, feed, file)
    if (
        "doubled" in expect.stop_on
    ):  # what is more than is expected waits for that reason, and burdens no other
        ready = ready[: max(expect.files - len(loaded) - 1, 0)]
    found = day_findings(
        expect,
        summary.records,
        loaded + ready,
        usual_records(before),
        is_over=context.as_of > file.received_on,
    )
    found += column_findings(_last_loaded(deliveries, feed, file.received_on), summary.columns)
    if len(loaded) >= expect.files:
        found.append(Finding("doubled", f"{expect.files} expected"))
    return stops(expect, found)


def _ready_beside(context: RunContext, feed: Feed, file: ReceivedFile) -> list[int]:
    """Return the records of each other file of the feed and day that is checked and not loaded, and is to count.

    A copy of the same bytes does not, nor one that was declined, nor one that looks like a test.
    """
    rows = context.writer.rows("load/loaded_files")
    known = {str(row["file_id"]) for row in rows}
    readmitted = readmissions(context.journal)
    seen, records = {(file.content_hash, file.declared_on)}, list[int]()
    seen |= {(row["content_hash"], row["declared_on"]) for row in rows if row["status"] == "loaded"}
    for other in received_files(context.journal):
        if (other.feed_id, other.received_on) != (feed.id, file.received_on) or other.file_id in known:
            continue
        staged = staged_file(context.workspace.staging, other.file_id)
        summary = staged.summary()
        same = (other.content_hash, other.declared_on)
        if same in seen or summary is None or summary.status != "valid":
            continue
        seen.add(same)
        is_test = other.file_id not in readmitted and marks_of_tests(feed, other.delivered_name, staged)
        if not is_test and not is_declined(context.journal, other.file_id):
            records.append(summary.records)
    return records


def _last_loaded(deliveries: Sequence[Delivery], feed: Feed, until: date) -> Delivery | None:
    own = [
        item
        for item in deliveries
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


def write_calendar(warehouse: Warehouse, context: RunContext) -> None:
    """Replace the warehouse's `feed_arrivals`; the caller holds the transaction."""
    from matchback.config_tables import config_table

    warehouse.replace("feed_arrivals", config_table("feed_arrivals", calendar_rows(context)))


def calendar_rows(context: RunContext) -> list[dict[str, Any]]:
    """Return the rows of `feed_arrivals` as of the context's date."""
    return [
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


def state_of(arrival: Arrival) -> str:
    """Return a day in one word: ok, excused, or the first and gravest finding."""
    if not arrival.findings:
        return "ok"
    return "excused" if arrival.is_excused else arrival.findings[0].code
