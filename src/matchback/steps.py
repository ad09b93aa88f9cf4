"""The order of the steps, in the one place where it stands. The command line and the DAGs call these functions."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from matchback import __version__
from matchback.acts import apply_acts
from matchback.context import RunContext, StepSummary
from matchback.fingerprint import refuse_other_profile, refuse_other_warehouse, refuse_wrong_secret
from matchback.rewards.acceptance import accepted_rules
from matchback.settings import operator_name
from matchback.support.access_log import AccessLog
from matchback.watermarks import DERIVING_STEPS, is_current
from matchback.workspace import writer_lock

STEPS = ("pickup", "validate", "load", "resolve", "recognize", "reward", "report", "publish")
WRITING_STEPS = ("load", "resolve", "recognize", "reward", "report", "publish")


def run_steps(context: RunContext, steps: Sequence[str] = STEPS) -> list[StepSummary]:
    """Run the named steps in their order; return what each did.

    The warehouse is opened once, for the steps that write. A crash anywhere is mended by running again.
    """
    refuse_wrong_secret(context)
    archive_config(context)
    chosen = [step for step in STEPS if step in steps]
    writing = [step for step in chosen if step in WRITING_STEPS]
    if writing:
        refuse_while_another_writes(context)
    context.journal.append(
        "run_started",
        as_of=context.as_of.isoformat(),
        config_hash=context.config.hash,
        steps=chosen,
        operator=operator_name(),
        code_version=__version__,
        **({"support_log": head} if (head := AccessLog(context.workspace).head()) else {}),
    )
    summaries = [_run_step(context, step) for step in chosen if step not in WRITING_STEPS]
    if writing:
        with open_writer(context) as writing_context:
            summaries += [_run_step(writing_context, step) for step in writing if step == "load"]
            writing_context.writer.suit_threads()
            if not set(DERIVING_STEPS).isdisjoint(writing):
                accepted_rules(writing_context)  # before a table is derived under terms that nobody accepted
            summaries += [_run_step(writing_context, step) for step in writing if step != "load"]
    context.journal.append("run_finished", as_of=context.as_of.isoformat(), config_hash=context.config.hash)
    return summaries


def refuse_while_another_writes(context: RunContext) -> None:
    """Refuse before the first step what would be refused after it: files are not received and validated for nothing.

    A backup is waited for, for ten minutes at most.
    """
    context.workspace.prepare()
    with writer_lock(context.workspace, tell=context.progress.note):
        pass


@contextmanager
def open_writer(context: RunContext) -> Iterator[RunContext]:
    """Open the warehouse as the only writer, refuse a wrong secret, and apply waiting operator acts."""
    from matchback.warehouse import Warehouse

    secret = refuse_wrong_secret(context)
    with Warehouse.open(context.workspace, context.journal, tell=context.progress.note) as warehouse:
        refuse_other_warehouse(warehouse, secret)
        refuse_other_profile(warehouse, context.config)
        apply_acts(warehouse, context)
        yield replace(context, warehouse=warehouse)


def archive_config(context: RunContext) -> None:
    """Keep every configuration ever used, by its hash; one that is new is examined first."""
    from matchback.config_archive import is_archived, keep_config

    is_new = not is_archived(context.workspace, context.config)
    if is_new:
        from matchback.intake.contract_check import refuse_misdeclared
        from matchback.intake.folders import contested, contested_words

        refuse_misdeclared(context.config)
        for feed, other in contested(context.config):
            context.progress.note(contested_words(feed, other))
    keep_config(context.workspace, context.config)
    if is_new:
        context.journal.append("config", hash=context.config.hash)


def _run_step(context: RunContext, step: str) -> StepSummary:
    if step in DERIVING_STEPS and is_current(context.writer, context, step):
        summary = StepSummary(step, "nothing new", changed=False)
        context.progress.start(step)
        context.progress.finish(summary.line)
        return summary
    module = importlib.import_module(f"matchback.{step}")
    context.progress.start(step)
    summary = module.run(context)
    context.progress.finish(summary.line)
    assert isinstance(summary, StepSummary)
    return summary
