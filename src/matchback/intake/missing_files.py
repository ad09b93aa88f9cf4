"""What stops the night: a file on which a feed is declared to wait was not delivered, and what that endangers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.errors import MatchbackError
from matchback.intake.arrival_log import arrivals, described, write_calendar
from matchback.intake.arrivals import SURPRISES, Arrival, stops
from matchback.intake.reasons import file_message
from matchback.intake.received import ReceivedFile, received_files
from matchback.intake.staging import staged_file

if TYPE_CHECKING:
    from matchback.context import RunContext


class FileMissing(MatchbackError):
    """A file on which the night is declared to wait has not come."""


def refuse_missing(context: RunContext) -> None:
    """Raise FileMissing when a file is missing as of the context's date without which the night is not to go on.

    What was refused or waits for an operator was not delivered: it is named, with what to type.
    """
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
        there = [words for arrival in missing for words in _undelivered(context, arrival)]
        told = [*(words for words, _ in there), *(risk_line(row) for row in rewards_at_risk(context))]
        acts = [act for _, own in there for act in own]
        acts += [
            f"To go on without it:  matchback feeds excuse {arrival.feed_id} --day {context.as_of} --reason CODE"
            for arrival in missing
        ]
        raise FileMissing(
            "\n".join(
                [
                    f"What is expected of {names} for {context.as_of} is not there, and stop_on says to wait for it.",
                    *told,
                ]
            ),
            state="What came was loaded and answered; nothing was recognized, paid or published.",
            next_step="\n".join(
                [*acts[: -len(missing)], "When it is there:  matchback run", *acts[-len(missing) :]]
            ),
        )


def _undelivered(context: RunContext, arrival: Arrival) -> Iterator[tuple[str, list[str]]]:
    """Yield of each file of a day that waits or was refused what is said of it, and the commands for it."""
    refused = {
        str(row["file_id"]): str(row["reason_code"])
        for row in context.writer.rows("load/loaded_files")
        if row["status"] == "refused"
    }
    own = [
        file
        for file in received_files(context.journal)
        if (file.feed_id, file.received_on) == (arrival.feed_id, arrival.day)
    ]
    if not any(file.file_id in refused or _why(context, file) for file in own):
        parts = [finding for finding in arrival.findings if finding.code in SURPRISES["missing"]]
        yield f"  {arrival.feed_id}: {described(parts)}", []
    for file in own:
        short = file.file_id[:8]
        if file.file_id in refused:
            why = file_message(refused[file.file_id], "")
            yield (
                f"  {arrival.feed_id}: file {short} was refused: {why}",
                [f"To see why {short} was refused:  matchback quarantine show {short}"],
            )
        elif waits := _why(context, file):
            yield (
                f"  {arrival.feed_id}: file {short} waits for you: {waits}",
                [
                    f"If {short} is as it should be:  matchback quarantine readmit {short} --reason CODE",
                    f"To refuse {short} and tell its sender:  matchback quarantine decline {short} --reason CODE",
                ],
            )


def _why(context: RunContext, file: ReceivedFile) -> str | None:
    return staged_file(context.workspace.staging, file.file_id).waits_for()


def rewards_at_risk(context: RunContext) -> list[dict[str, Any]]:
    """Return the rewards that would miss their window, judged by the tables of the night before; nothing is kept."""
    from matchback.config_tables import write_config_tables

    warehouse = context.writer
    if "reward_decisions" not in warehouse.tables():
        return []  # nothing was ever recognized
    rows: list[dict[str, Any]] = []
    with suppress(_Undone), warehouse.transaction("calendar"):
        write_config_tables(warehouse, context.config)
        write_calendar(warehouse, context)
        rows += warehouse.rows("report/report_rewards_at_risk", {"as_of": context.as_of})
        raise _Undone
    return sorted(rows, key=lambda row: (row["deadline_on"], row["feed_id"], row["rule_id"]))


class _Undone(Exception):
    """Takes back what was only made to be looked at."""


def risk_line(row: Mapping[str, Any]) -> str:
    """Return what a missing file endangers, in a sentence."""
    miss = "misses its" if row["rewards"] == 1 else "miss their"
    return (
        f"If the file of {row['feed_id']} stays away, {count(row['rewards'], 'reward')} of {row['rule_id']} "
        f"{miss} window after {row['deadline_on']}."
    )
