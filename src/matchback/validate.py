"""The step `validate`: from archived bytes to checked, keyed fact rows in staging, every refusal with its reason.

One file is staged by a function of that file and the configuration alone, so that a file that breaks its parser refuses
itself and the next one goes on. It needs no warehouse and can run for many files at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import MatchbackError
<<<<<<< Updated upstream
from matchback.intake.arrivals import describe_columns
from matchback.intake.contracts import Contract, feed_contract, refuse_unknown_columns
from matchback.intake.reasons import note_message, record_message
=======
>>>>>>> Stashed changes
from matchback.intake.received import ReceivedFile, loaded_ids, received_file, received_files, without_retired
from matchback.intake.stage_file import FileToStage as FileToStage
from matchback.intake.stage_file import refuse_file
from matchback.intake.stage_file import stage_file as stage_file
from matchback.intake.staging import StagedFile, StagedSummary, staged_file, staging_basis
from matchback.settings import parses_in_process, wants_debug

if TYPE_CHECKING:
<<<<<<< Updated upstream
    import polars as pl

    from matchback.config import Config, Feed
    from matchback.intake.formats import DeclaredFile, HeaderMap
=======
    from matchback.config import Config
>>>>>>> Stashed changes
    from matchback.intake.worker_process import Limits


def run(context: RunContext) -> StepSummary:
    """Stage every received file that is neither loaded nor staged under this configuration."""
    basis = staging_basis(context.config, context.config.id_secret(context.workspace.root))
    waiting = [file for file in received_files(context.journal) if _needs_staging(context, file, basis)]
    loaded = loaded_ids(context.journal)
    waiting = [file for file in waiting if file.file_id not in loaded]
    waiting, retired = without_retired(waiting, [feed.id for feed in context.config.feeds])
    for feed_id, number in Counter(file.feed_id for file in retired).items():
        context.progress.note(
            f"{feed_id}: {count(number, 'received file')} left waiting, since the feed is not in matchback.toml "
            "any more; to load what waits, put the feed back"
        )
    context.progress.start("validate", len(waiting))
    records = refused = refused_files = failed_files = 0
    for _, outcome in _stage_all(context, waiting):
        context.progress.advance()
        if isinstance(outcome, MatchbackError):
            failed_files += 1
            context.progress.note(str(outcome))
            continue
        records += outcome.records
        refused += outcome.refused
        refused_files += outcome.status == "refused"
    line = f"{len(waiting)} files, {records} records, {refused} refused" if waiting else "nothing new"
    counts = {"files": len(waiting), "records": records, "refused": refused, "refused_files": refused_files}
    if failed_files:
        line += f"; {count(failed_files, 'file')} failed"
        counts["failed_files"] = failed_files
    if retired:
        counts["waiting_files"] = len(retired)
    return StepSummary("validate", line, counts, changed=bool(waiting))


def _needs_staging(context: RunContext, file: ReceivedFile, basis: str) -> bool:
    if context.feed_ids and file.feed_id not in context.feed_ids:
        return False
    summary = staged_file(context.workspace.staging, file.file_id).summary()
    return summary is None or summary.made_from != basis


def validate_file(context: RunContext, file_id: str) -> StagedSummary:
    """Stage one received file; repeatable. Bad data is in the summary, never an exception."""
    ((_, outcome),) = _stage_all(context, [received_file(context.journal, file_id)])
    if isinstance(outcome, MatchbackError):
        raise outcome
    return outcome


def _stage_all(
    context: RunContext, files: Iterable[ReceivedFile]
) -> Iterator[tuple[ReceivedFile, StagedSummary | MatchbackError]]:
    """Stage files; yield each, as it is done, with its counts or with what keeps it waiting. One stops no other."""
    requests: dict[str, FileToStage] = {}
    by_id = {file.file_id: file for file in files}
    for file in by_id.values():
        try:
            requests[file.file_id] = _request(context, file)
        except MatchbackError as error:
            yield file, error
    for request, outcome in staged_apart(requests.values(), context.config):
        yield by_id[request.file_id], outcome


def staged_apart(
    requests: Iterable[FileToStage], config: Config
) -> Iterator[tuple[FileToStage, StagedSummary | MatchbackError]]:
    """Stage files in limited child processes (in this one only for debugging)."""
    from matchback.intake.worker_pool import Broken, Failed, shared_workers

    if parses_in_process():
        for request in requests:
            yield request, _staged_here(request)
        return
    for request, outcome in shared_workers(limits_of(config)).stage(requests):
        if isinstance(outcome, Failed):
            yield request, outcome.error or _failure(request, outcome.name)
        elif isinstance(outcome, Broken):
            yield request, refuse_file(request, outcome.reason_code, outcome.detail)
        else:
            yield request, StagedFile(request.folder).summary() or _failure(request, "nothing was staged")


def _staged_here(request: FileToStage) -> StagedSummary | MatchbackError:
    try:
        return stage_file(request)
    except MatchbackError as error:
        return error
    except Exception as error:  # its words can quote a row
        if wants_debug():
            raise
        return _failure(request, type(error).__name__)


def limits_of(config: Config) -> Limits:
    """Return what one file may take."""
    from matchback.intake.worker_process import Limits

    intake = config.intake
    return Limits(intake.memory_mb << 20, intake.minutes_per_file * 60, intake.workers)


def _failure(request: FileToStage, name: str) -> MatchbackError:
    return MatchbackError(
        f"Validating file {request.file_id[:8]} failed ({name}).",
        state="It waits; other files are not held up.",
        next_step="Run again; if it fails again, report it with the file's id.",
    )


def _request(context: RunContext, file: ReceivedFile) -> FileToStage:
    path = file.path(context.workspace)
    if not path.is_file():
        raise MatchbackError(
            f"The archive does not hold the bytes of file {file.file_id}.",
            state="It waits; other files are not held up.",
            next_step="Restore var/archive from a backup and run again.",
        )
    return FileToStage(
        file_id=file.file_id,
        path=path,
        folder=context.workspace.staging / file.file_id,
        feed=context.config.feed(file.feed_id),
        config=context.config,
        received_on=file.received_on,
        declared_on=file.declared_on,
        secret=context.config.id_secret(context.workspace.root),
        root=context.workspace.root,
    )
<<<<<<< Updated upstream


def refuse_file(request: FileToStage, reason_code: str, detail: str) -> StagedSummary:
    """Stage a file as refused, without a look at it."""
    staged = StagedFile(request.folder)
    staged.begin()
    summary, parts = _unreadable(request, reason_code, detail)
    staged.write(summary, *parts)
    return summary


def stage_file(request: FileToStage) -> StagedSummary:
    """Read, check and key one file; write the result and return its counts."""
    contract = feed_contract(request.feed)
    refuse_unknown_columns(request.feed, contract)
    staged = StagedFile(request.folder)
    scratch = staged.begin()
    try:
        summary, parts = _read_and_check(request, contract, scratch)
    except UnreadableFile as unreadable:
        refused = unreadable.refused
        summary, parts = _unreadable(request, refused.reason_code, refused.detail)
    except (MatchbackError, OSError, MemoryError, AssertionError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # even a panic: a file that breaks its parser refuses itself alone
        if wants_debug():
            raise
        summary, parts = _unreadable(request, "unreadable", f"its reader failed ({type(error).__name__})")
    for leftover in scratch.iterdir():
        leftover.unlink()
    staged.write(summary, *parts)
    return summary


def _read_and_check(
    request: FileToStage, contract: Contract, scratch: Path
) -> tuple[StagedSummary, tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    import polars as pl

    from matchback.intake.fact_rows import FactRows
    from matchback.intake.formats import map_header, open_file
    from matchback.intake.own_model import own_model
    from matchback.intake.record_checks import Surroundings, check_block, given_columns, model_of

    feed, config = request.feed, request.config
    reader = open_file(request.path, feed, scratch, root=request.root, announced=request.announced)
    header = map_header(reader.header, feed, contract)
    around = Surroundings.of(config, feed)
    model = model_of(contract, config, feed, given_columns(contract, header.names, feed))
    own = own_model(config, feed, contract)
    facts = FactRows(contract, config, feed, request.secret, request.declared_on or request.received_on)
    money_column = header.source_of(contract.money.name) if contract.money else None
    frames: list[pl.DataFrame] = []
    refusals: list[Refusal] = []
    seen: Money = {}
    lost: Money = {}
    for block in reader.blocks(list(header.names), money_column):
        checked = check_block(block, header.names, feed, contract, around, model)
        if own is not None:
            checked = own.check(checked)
        frames.append(facts.make(checked.good))
        refusals += checked.refusals
        if contract.money:
            _add_money(seen, checked.good, contract.money.name)
            _add_money(seen, checked.bad, contract.money.name)
            _add_money(lost, checked.bad, contract.money.name)
    rows = pl.concat(frames) if frames else facts.make(_no_records(contract))
    reader.refuse_wrong_totals({code: _major(code, total[0]) for code, total in seen.items()})
    summary = _summary(request, reader, refusals, seen, lost, header)
    if summary.status == "refused":
        refusals += [
            Refusal(number, line, "", "file_refused")
            for number, line in rows.select("record_number", "line_number").iter_rows()
        ]
        rows = rows.clear()
    return summary, (
        rows,
        facts.identifiers.clear() if summary.status == "refused" else facts.identifiers,
        _frame(refusals),
    )


def _summary(
    request: FileToStage,
    reader: DeclaredFile,
    refusals: list[Refusal],
    seen: Money,
    lost: Money,
    header: HeaderMap,
) -> StagedSummary:
    """Judge the file by its feed's limit."""
    records, refused = reader.counts.records, len({item.record_number for item in refusals})
    too_many = bool(records) and Decimal(refused) / records > request.feed.refuse_above_share
    detail = ""
    if too_many:
        share = Decimal(100 * refused) / records
        detail = f"{refused:,} of {records:,} records ({share:.1f}%); its limit is {request.feed.refuse_file_above}"
    return StagedSummary(
        file_id=request.file_id,
        feed_id=request.feed.id,
        kind=request.feed.kind,
        made_from=staging_basis(request.config, request.secret),
        status="refused" if too_many else "valid",
        reason_code="too_many_refused" if too_many else "",
        detail=detail,
        records=records,
        refused=records if too_many else refused,
        control_lines=reader.counts.control_lines,
        blank_lines=reader.counts.blank_lines,
        unknown_columns=len(header.unknown) + len(reader.unknown),
        columns=describe_columns(header.names.values(), header.unknown),
        notes=[note_message(code, detail) for code, detail in reader.notes(header.unknown)],
        purpose=request.feed.constants.get("purpose", ""),
        money_seen=seen,
        money_refused=seen if too_many else lost,
    )


def _unreadable(
    request: FileToStage, reason_code: str, detail: str
) -> tuple[StagedSummary, tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    import polars as pl

    from matchback.intake.fact_rows import IDENTIFIER_SHAPE

    summary = StagedSummary(
        file_id=request.file_id,
        feed_id=request.feed.id,
        kind=request.feed.kind,
        made_from=staging_basis(request.config, request.secret),
        status="refused",
        reason_code=reason_code,
        detail=detail,
    )
    return summary, (pl.DataFrame(), pl.DataFrame(schema=IDENTIFIER_SHAPE), _frame([]))


def _no_records(contract: Contract) -> pl.DataFrame:
    import polars as pl

    shape: dict[str, Any] = {
        "record_number": pl.Int64,
        "line_number": pl.Int64,
        "has_placeholder": pl.Boolean,
    }
    shape.update({column.name: pl.String for column in contract.columns})
    return pl.DataFrame(schema=shape)


def _add_money(totals: Money, frame: pl.DataFrame, column: str) -> None:
    """Add the amounts of a frame to the totals by currency."""
    import polars as pl

    from matchback.intake.casts import side

    minor, currency = side(column, "minor"), side(column, "currency")
    if minor not in frame.columns:
        return
    sums = (
        frame.filter(pl.col(minor).is_not_null())
        .group_by(currency)
        .agg(pl.col(minor).cast(pl.Int128).sum().alias("amount"), pl.len().alias("records"))
    )
    for code, amount, records in sums.iter_rows():
        total = totals.setdefault(str(code), [0, 0])
        total[0] += int(amount)
        total[1] += int(records)


def _major(currency: str, minor: int) -> Decimal:
    from matchback.intake.currencies import EXPONENTS

    return Decimal(minor).scaleb(-EXPONENTS[currency])


def _frame(refusals: Iterable[Refusal]) -> pl.DataFrame:
    import polars as pl

    rows = sorted(
        {(item.record_number, item.line_number, item.column, item.reason_code) for item in refusals}
    )
    return pl.DataFrame(
        {
            "record_number": [row[0] for row in rows],
            "line_number": [row[1] for row in rows],
            "column_name": [row[2] for row in rows],
            "reason_code": [row[3] for row in rows],
            "message": [record_message(row[3], row[2]) for row in rows],
        },
        schema={
            "record_number": pl.Int64,
            "line_number": pl.Int64,
            "column_name": pl.String,
            "reason_code": pl.String,
            "message": pl.String,
        },
    )
=======
>>>>>>> Stashed changes
