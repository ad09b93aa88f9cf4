"""The step `load`: staged files into the warehouse, exactly once, one transaction per file.

Each version of a fact ever seen is one row, with its first and last sighting, so that the tables do not depend on the
order in which files arrive. Records and money balance to the last cent, or nothing of the file is loaded. What is to be
done comes from the journal and the `files` table, never from arguments alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake import results_file
from matchback.intake.arrival_log import described, held_back, held_words
from matchback.intake.contracts import contract_of
from matchback.intake.received import (
    ReceivedFile,
    readmitted_ids,
    received_file,
    received_files,
    without_retired,
)
from matchback.intake.refusal_text import refusal_text
from matchback.intake.staging import StagedFile, StagedSummary, staged_file, staging_basis
from matchback.settings import wants_debug
from matchback.validate import validate_file

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import Feed
    from matchback.warehouse import Warehouse

Money = dict[str, list[int]]
ACCOUNTS = ("files", "file_money", "refusals", "fact_audience_lists")
OUTCOMES = ("accepted", "duplicate", "conflict", "waiting")
_COLUMNS = {"duplicate": "duplicates", "conflict": "conflicts"}


class FileDoesNotBalance(MatchbackError):
    """Records or money were lost or doubled between reading and loading: a bug, and nothing was loaded."""


class KeysCollide(MatchbackError):
    """Two identifiers share a key: loading on would make two people one."""


def run(context: RunContext) -> StepSummary:
    """Load every received file that is not in `files` yet, then send what results are due."""
    waiting, retired = _files_not_loaded(context)
    context.progress.start("load", len(waiting))
    totals: Counter[str] = Counter()
    failures: list[MatchbackError] = []
    for file in waiting:
        try:
            totals += _load(context, file)
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
    line = line if waiting else "nothing new"
    if retired:
        line += f"; {count(len(retired), 'file')} of removed feeds left waiting"
        totals["waiting_files"] += len(retired)
    return StepSummary("load", line, dict(totals), changed=bool(waiting))


def files_to_load(context: RunContext) -> list[ReceivedFile]:
    """Return the received files that the warehouse does not know, in the order in which they are loaded.

    Those of a feed that is not in the configuration any more wait.
    """
    return _files_not_loaded(context)[0]


def _files_not_loaded(context: RunContext) -> tuple[list[ReceivedFile], list[ReceivedFile]]:
    """Return the files to load, in their order, and those that wait because their feed was removed."""
    known = {str(row["file_id"]) for row in context.writer.rows("load/loaded_files")}
    known -= readmitted_ids(context.journal)
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


def load_file(context: RunContext, file_id: str) -> Counter[str]:
    """Load one received file in one transaction; return its counts, empty if it was loaded before."""
    return _load(context, received_file(context.journal, file_id))


def _load(context: RunContext, file: ReceivedFile) -> Counter[str]:
    warehouse, file_id = context.writer, file.file_id
    known = warehouse.rows("load/loaded_files")
    is_known = any(row["file_id"] == file_id for row in known)
    if is_known and file_id not in readmitted_ids(context.journal):
        return Counter()
    known = [row for row in known if row["file_id"] != file_id]
    feed = context.config.feed(file.feed_id)
    staged = staged_file(context.workspace.staging, file_id)
    summary = staged.summary()
    basis = staging_basis(context.config, context.config.id_secret(context.workspace.root))
    if summary is None or summary.made_from != basis:
        summary = validate_file(context, file_id)
    again = any(_is_same_delivery(row, file) for row in known)
    surprises = [] if again else held_back(context, feed, file, summary)
    if surprises:
        context.progress.note(held_words(feed, file, surprises))
        staged.note_waiting(described(surprises))
        return Counter(waiting_files=1)
    with warehouse.transaction(f"load:{file_id}"):
        if is_known:  # readmitted: its former account goes; facts that it brought stand, and are found again
            for table in ACCOUNTS:
                warehouse.delete(table, {"file_id": file_id})
        counts = _load_staged(warehouse, feed, file, staged, summary, again=again)
    if counts["refused_files"]:
        context.progress.note(refusal_text(context.workspace, file, summary, staged.refusals()))
    return counts


def _is_same_delivery(row: dict[str, Any], file: ReceivedFile) -> bool:
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
) -> Counter[str]:
    facts_seq = int(warehouse.state.get("facts_seq", "0")) + 1
    outcomes = _outcomes_of_all(summary, staged, "duplicate") if again else None
    refused = summary.status == "refused" and not again
    if outcomes is None and not refused:
        outcomes = _merge(warehouse, feed, file, staged.rows(), facts_seq)
        _fill_vault(warehouse, staged.identifiers(), facts_seq)
        if feed.kind == "audience":
            _note_list(warehouse, file, staged.rows(), summary, facts_seq)
        warehouse.set_state("facts_seq", str(facts_seq))
    counts, money = _account(summary, outcomes, again=again)
    _refuse_imbalance(file, summary, counts, money)
    status, reason = ("duplicate", "already_delivered") if again else ("loaded", "")
    if refused:
        status, reason = "refused", summary.reason_code
    if not again:
        _write_refusals(warehouse, file, staged.refusals())
    _write_file(warehouse, feed, file, summary, counts, money, (status, reason, facts_seq))
    results_file.note_outcomes(staged, outcomes, status, reason, summary.detail)
    counts["files"] = 1
    counts["refused_files"] = int(refused)
    return counts


def _outcomes_of_all(summary: StagedSummary, staged: StagedFile, status: str) -> pl.DataFrame:
    """Give every record of a file one outcome, whatever validation thought of it."""
    import polars as pl

    return pl.DataFrame(
        {"record_number": range(1, summary.records + 1)}, schema={"record_number": pl.Int64}
    ).with_columns(pl.lit(status).alias("status"))


def _merge(
    warehouse: Warehouse, feed: Feed, file: ReceivedFile, rows: pl.DataFrame, facts_seq: int
) -> pl.DataFrame:
    """Bring the rows into the fact table; return the outcome of each record."""
    import polars as pl

    contract = contract_of(feed.kind)
    incoming = rows.select(
        "record_number",
        "identity",
        "content_key",
        "version_key",
        (pl.col("action") if "action" in rows.columns else pl.lit("new").alias("action")),
        (
            pl.col("corrected_at")
            if "corrected_at" in rows.columns
            else pl.lit(None, pl.Datetime("us")).alias("corrected_at")
        ),
        (
            pl.col("amount_minor")
            if "amount_minor" in rows.columns
            else pl.lit(None, pl.Int64).alias("amount_minor")
        ),
        (pl.col("currency") if "currency" in rows.columns else pl.lit(None, pl.String).alias("currency")),
    )
    warehouse.stage("incoming_records", incoming.to_arrow())
    warehouse.stage("known_versions", warehouse.arrow(f"load/known_{feed.kind}"))
    parameters = {"file_id": file.file_id, "received_on": file.received_on, "conflicts": contract.conflicts}
    outcomes = _frame(warehouse.arrow("load/record_outcomes", parameters))
    sightings = _frame(warehouse.arrow("load/version_sightings", parameters))
    warehouse.stage("changed_versions", sightings.filter("is_known").to_arrow())
    warehouse.delete_matching(
        contract.table,
        "changed_versions",
        {contract.identity_column: "identity", "content_key": "content_key", "version_key": "version_key"},
    )
    own = [
        name
        for name in rows.columns
        if name not in ("record_number", "line_number", contract.identity_column)
    ]
    facts = sightings.join(
        rows.select(
            "record_number", *[name for name in own if name not in ("content_key", "version_key", "identity")]
        ),
        left_on="first_record_number",
        right_on="record_number",
        how="left",
    )
    facts = facts.drop("first_record_number", "is_known").rename({"identity": contract.identity_column})
    warehouse.append(contract.table, facts.with_columns(pl.lit(facts_seq).alias("facts_seq")).to_arrow())
    return outcomes.sort("record_number")


def _fill_vault(warehouse: Warehouse, identifiers: pl.DataFrame, facts_seq: int) -> None:
    warehouse.stage("incoming_identifiers", identifiers.to_arrow())
    if warehouse.rows("load/identifier_collisions"):
        raise KeysCollide(
            "Two different identifiers have the same key.",
            state="Nothing of this file was loaded.",
            next_step="Report this; such a pair is expected once in billions, and needs another id_secret.",
        )
    warehouse.append("identifiers", warehouse.arrow("load/new_identifiers", {"facts_seq": facts_seq}))


def _note_list(
    warehouse: Warehouse, file: ReceivedFile, rows: pl.DataFrame, summary: StagedSummary, facts_seq: int
) -> None:
    """Write down that there was a list, even one without members."""
    import polars as pl

    sizes = dict(rows.group_by("purpose").len().iter_rows())
    if summary.purpose:
        sizes.setdefault(summary.purpose, 0)
    lists = pl.DataFrame(
        {"purpose": list(sizes), "records": list(sizes.values())},
        schema={"purpose": pl.String, "records": pl.Int64},
    ).with_columns(
        pl.lit(file.declared_on or file.received_on).alias("list_on"),
        pl.lit(file.file_id).alias("file_id"),
        pl.lit(file.received_on).alias("received_on"),
        pl.lit(facts_seq).alias("facts_seq"),
    )
    warehouse.append("fact_audience_lists", lists.to_arrow())


def _account(
    summary: StagedSummary, outcomes: pl.DataFrame | None, *, again: bool
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
    if outcomes is None:
        return counts, money
    for status, number in outcomes.group_by("status").len().iter_rows():
        counts[_COLUMNS.get(status, status)] = number
    for status in OUTCOMES:
        money[status] = _money_of(outcomes, status)
    return counts, money


def _money_of(outcomes: pl.DataFrame, status: str) -> Money:
    import polars as pl

    of_status = outcomes.filter((pl.col("status") == status) & pl.col("amount_minor").is_not_null())
    sums = of_status.group_by("currency").agg(pl.col("amount_minor").cast(pl.Int128).sum(), pl.len())
    return {str(code): [int(amount), int(records)] for code, amount, records in sums.iter_rows()}


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


def _write_refusals(warehouse: Warehouse, file: ReceivedFile, refusals: pl.DataFrame) -> None:
    import polars as pl

    warehouse.append("refusals", refusals.with_columns(pl.lit(file.file_id).alias("file_id")).to_arrow())


def _write_file(
    warehouse: Warehouse,
    feed: Feed,
    file: ReceivedFile,
    summary: StagedSummary,
    counts: Counter[str],
    money: dict[str, Money],
    verdict: tuple[str, str, int],
) -> None:
    import pyarrow as pa

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
    warehouse.append("files", pa.Table.from_pylist([row], schema=_file_shape()))
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
    if sums:
        warehouse.append("file_money", pa.Table.from_pylist(sums))


def _file_shape() -> Any:
    import pyarrow as pa

    counts = (
        "records",
        "accepted",
        "refused",
        "duplicates",
        "conflicts",
        "waiting",
        "control_lines",
        "facts_seq",
    )
    texts = ("file_id", "feed_id", "kind", "content_hash", "delivered_name")
    return pa.schema(
        [
            *[(name, pa.string()) for name in texts],
            ("declared_on", pa.date32()),
            ("received_at", pa.timestamp("us")),
            ("received_on", pa.date32()),
            ("status", pa.string()),
            ("reason_code", pa.string()),
            *[(name, pa.int64()) for name in counts],
            ("columns", pa.string()),
        ]
    )


def _frame(table: Any) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
