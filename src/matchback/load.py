"""The step `load`: staged files into the warehouse, exactly once, one transaction per file.

Each version of a fact ever seen is one row, with its first and last sighting, so that the tables do not depend on the
order in which files arrive. Records and money balance to the last cent, or nothing of the file is loaded. What is to be
done comes from the journal and the `files` table, never from arguments alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.config_feeds import list_change
from matchback.context import RunContext, StepSummary
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake import results_file
from matchback.intake.arrival_log import described, held_back, held_words
from matchback.intake.list_guard import shrinkage
from matchback.intake.merging import MANY_ROWS, Outcomes, append_refusals, fill_vault, merge, note_lists
from matchback.intake.received import (
    ReceivedFile,
    is_declined,
    newly_announced_ids,
    readmitted_ids,
    received_files,
    without_retired,
)
from matchback.intake.refusal_text import refusal_text
from matchback.intake.results_lines import forget_outcomes, note_verdict
from matchback.intake.staging import StagedFile, StagedSummary, staged_file, staging_basis
from matchback.intake.stopped_loads import counts_of_stopped_loads
from matchback.settings import wants_debug
from matchback.validate import validate_file

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.warehouse import Warehouse

Money = dict[str, list[int]]
ACCOUNTS = ("files", "file_money", "refusals", "fact_audience_lists")
_COLUMNS = {"duplicate": "duplicates", "conflict": "conflicts"}


class StagingReplaced(MatchbackError):
    """What was loaded is not what stands in staging by now: nothing of the file was loaded."""


class FileDoesNotBalance(MatchbackError):
    """Records or money were lost or doubled between reading and loading: a bug, and nothing was loaded."""


def run(context: RunContext) -> StepSummary:
    """Load every received file that is not in `files` yet, then send what results are due."""
    known = context.writer.rows("load/loaded_files")
    waiting, retired = files_not_loaded(context, known)
    basis = staging_basis(context.config, context.config.id_secret(context.workspace.root))
    context.progress.start("load", len(waiting))
    told_of_none = counts_of_stopped_loads(context.journal, known)
    totals: Counter[str] = Counter()
    failures: list[MatchbackError] = []
    with context.writer.within(context.config.intake.memory_mb // 2):
        for file in waiting:
            try:
                totals += load_file(context, file, known, basis)
            except ConfigurationError:
                raise
            except MatchbackError as failure:
                failures.append(failure)
                context.progress.note(str(failure))
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # one file never stops the next; its words can quote a row
                if wants_debug():
                    raise
                totals["failed_files"] += 1
                context.progress.note(
                    f"Loading file {file.file_id[:8]} failed ({type(error).__name__}); it waits"
                )
            context.progress.advance()
    results_file.finish(context)
    if failures:
        raise failures[0]
    line = (
        f"{totals['files']} files: {totals['accepted']} records accepted, {totals['refused']} refused, "
        f"{totals['duplicates']} duplicates, {totals['conflicts']} in conflict, {totals['waiting']} waiting"
    )
    if totals["refused_files"]:
        line += f"; {totals['refused_files']} files refused whole"
    if totals["failed_files"]:
        line += f"; {count(totals['failed_files'], 'file')} failed"
    if totals["waiting_files"]:
        line += f"; {count(totals['waiting_files'], 'file')} not as expected, left waiting"
    line = line if waiting else "nothing new"
    if retired:
        line += f"; {count(len(retired), 'file')} of removed feeds left waiting"
        totals["waiting_files"] += len(retired)
    return StepSummary("load", line, dict(totals + told_of_none), changed=bool(waiting))


def files_not_loaded(
    context: RunContext, loaded: Sequence[dict[str, Any]]
) -> tuple[list[ReceivedFile], list[ReceivedFile]]:
    """Return the files to load, in their order, and those that wait because their feed was removed."""
    known = {str(row["file_id"]) for row in loaded} - readmitted_ids(context.journal)
    known -= newly_announced_ids(context.journal, loaded)
    feeds = [feed.id for feed in context.config.feeds]
    waiting = [
        file
        for file in received_files(context.journal)
        if file.file_id not in known and (not context.feed_ids or file.feed_id in context.feed_ids)
    ]
    waiting, retired = without_retired(waiting, feeds)
    waiting.sort(
        key=lambda file: (file.received_on, feeds.index(file.feed_id), file.occurrence, file.file_id)
    )
    return waiting, retired


def load_file(
    context: RunContext, file: ReceivedFile, known: list[dict[str, Any]], basis: str
) -> Counter[str]:
    """Load one file in one transaction, unless it must wait; add it to the `known` ones and return its counts."""
    warehouse, file_id = context.writer, file.file_id
    is_known = any(row["file_id"] == file_id for row in known)
    others = [row for row in known if row["file_id"] != file_id]
    feed = context.config.feed(file.feed_id)
    staged = staged_file(context.workspace.staging, file_id)
    summary = staged.summary()
    if summary is None or summary.made_from != basis:
        summary = validate_file(context, file_id)
    if summary.records > MANY_ROWS:
        warehouse.use_all_threads()
    again = any(is_same_delivery(row, file) for row in others)
    surprises = [] if again else held_back(context, feed, file, summary)
    if surprises and is_declined(context.journal, file_id):
        summary, surprises = staged.refuse("declined", described(surprises)), []
    if surprises:
        context.progress.note(held_words(feed, file, surprises))
        staged.note_waiting(described(surprises))
        return Counter(waiting_files=1)
    if summary.status == "valid" and not again and (words := shrinkage(warehouse, feed, file, staged)):
        summary = staged.refuse("list_shrank", words)
    with warehouse.transaction(f"load:{file_id}"):
        if is_known:  # readmitted: its former account goes; facts that it brought stand, and are found again
            for table in ACCOUNTS:
                warehouse.delete(table, {"file_id": file_id})
        row, counts = _load_staged(warehouse, feed, file, staged, summary, again=again)
        _refuse_replaced(file, staged, summary)
    known[:] = [*others, row]
    if counts["refused_files"]:
        context.progress.note(refusal_text(context.workspace, file, summary, staged.refusals()))
    return counts


def is_same_delivery(row: dict[str, Any], file: ReceivedFile) -> bool:
    """Tell whether a file in the warehouse was loaded from the same bytes for the same feed and date."""
    return row["status"] == "loaded" and (row["feed_id"], row["content_hash"], row["declared_on"]) == (
        file.feed_id,
        file.content_hash,
        file.declared_on,
    )


def _load_staged(
    warehouse: Warehouse,
    feed: Feed,
    file: ReceivedFile,
    staged: StagedFile,
    summary: StagedSummary,
    *,
    again: bool,
) -> tuple[dict[str, Any], Counter[str]]:
    forget_outcomes(staged)
    facts_seq = int(warehouse.state.get("facts_seq", "0")) + 1
    refused = summary.status == "refused" and not again
    outcomes = Outcomes()
    if not again and not refused:
        outcomes = merge(warehouse, feed.kind, file, staged, facts_seq)
        fill_vault(warehouse, staged, facts_seq)
        if feed.kind == "audience":
            note_lists(warehouse, file, staged, summary, facts_seq, list_change(feed))
        warehouse.set_state("facts_seq", str(facts_seq))
    counts, money = _account(summary, outcomes, again=again)
    _refuse_imbalance(file, summary, counts, money)
    status, reason = ("duplicate", "already_delivered") if again else ("loaded", "")
    if refused:
        status, reason = "refused", summary.reason_code
    if summary.refused and not again:
        append_refusals(warehouse, file, staged)
    row = _write_file(warehouse, feed, file, summary, counts, money, (status, reason, facts_seq))
    note_verdict(staged, status, reason, summary)
    counts["files"] = 1
    counts["refused_files"] = int(refused)
    return row, counts


def _refuse_replaced(file: ReceivedFile, staged: StagedFile, summary: StagedSummary) -> None:
    if staged.summary() != summary:
        raise StagingReplaced(
            f"File {file.file_id[:8]} was validated by another process while it was loaded.",
            state="Nothing of this file was loaded; other files were.",
            next_step="Run again.",
        )


def _account(
    summary: StagedSummary, outcomes: Outcomes, *, again: bool
) -> tuple[Counter[str], dict[str, Money]]:
    """Count records and money by outcome."""
    counts: Counter[str] = Counter(records=summary.records + summary.control_lines)
    counts["control_lines"] = summary.control_lines
    money: dict[str, Money] = {"seen": summary.money_seen}
    if again:
        counts["duplicates"] = summary.records
        return counts, {**money, "duplicate": summary.money_seen}
    counts["refused"] = summary.refused
    money["refused"] = summary.money_refused
    for status, number in outcomes.records.items():
        counts[_COLUMNS.get(status, status)] = number
    return counts, money | outcomes.money


def _refuse_imbalance(
    file: ReceivedFile, summary: StagedSummary, counts: Counter[str], money: dict[str, Money]
) -> None:
    names = ("accepted", "refused", "duplicates", "conflicts", "waiting", "control_lines")
    balanced = counts["records"] == sum(counts[name] for name in names)
    for code in {code for totals in money.values() for code in totals}:
        for part in (0, 1):
            others = sum(totals.get(code, [0, 0])[part] for name, totals in money.items() if name != "seen")
            balanced &= summary.money_seen.get(code, [0, 0])[part] == others
    if not balanced:
        raise FileDoesNotBalance(
            f"The records or the money of file {file.file_id} do not balance.",
            state="Nothing of this file was loaded; other files were.",
            next_step="Report this with the file id; the archive holds the bytes.",
        )


def _write_file(
    warehouse: Warehouse,
    feed: Feed,
    file: ReceivedFile,
    summary: StagedSummary,
    counts: Counter[str],
    money: dict[str, Money],
    verdict: tuple[str, str, int],
) -> dict[str, Any]:
    status, reason_code, facts_seq = verdict
    names = ("records", "accepted", "refused", "duplicates", "conflicts", "waiting", "control_lines")
    row: dict[str, Any] = {
        "file_id": file.file_id,
        "feed_id": file.feed_id,
        "kind": feed.kind,
        "content_hash": file.content_hash,
        "delivered_name": file.delivered_name,
        "declared_on": file.declared_on,
        "received_at": file.received_at,
        "received_on": file.received_on,
        "status": status,
        "reason_code": reason_code or None,
        **{name: counts[name] for name in names},
        "facts_seq": facts_seq if status == "loaded" else None,
        "columns": summary.columns,
    }
    warehouse.add("files", [row])
    sums = [
        {
            "file_id": file.file_id,
            "currency": code,
            "outcome": outcome,
            "amount_minor": total[0],
            "records": total[1],
        }
        for outcome, totals in money.items()
        for code, total in sorted(totals.items())
    ]
    warehouse.add("file_money", sums)
    return row
