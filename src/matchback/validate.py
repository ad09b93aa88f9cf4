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
from matchback.intake.reasons import alarms
from matchback.intake.received import ReceivedFile, loaded_ids, received_file, received_files, without_retired
from matchback.intake.stage_file import FileToStage as FileToStage
from matchback.intake.stage_file import refuse_file
from matchback.intake.stage_file import stage_file as stage_file
from matchback.intake.staging import StagedFile, StagedSummary, staged_file, staging_basis
from matchback.settings import parses_in_process, wants_debug

if TYPE_CHECKING:
    from matchback.config import Config
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
    for file, outcome in _stage_all(context, waiting):
        context.progress.advance()
        if isinstance(outcome, MatchbackError):
            failed_files += 1
            context.progress.note(str(outcome))
            continue
        for words in alarms(outcome.notes):
            context.progress.note(f"{file.feed_id}: file {file.file_id[:8]}: {words}")
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
            yield request, _standing(request) or refuse_file(request, outcome.reason_code, outcome.detail)
        else:
            yield request, StagedFile(request.folder).summary() or _failure(request, "nothing was staged")


def _standing(request: FileToStage) -> StagedSummary | None:
    """Return what another process staged meanwhile: one that slept too long may not refuse what is read by now."""
    summary = StagedFile(request.folder).summary()
    basis = staging_basis(request.config, request.secret)
    return summary if summary is not None and summary.made_from == basis else None


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
        announced=file.announced,
    )
