"""Doctor: looks at what a workspace rests on; says in a line each whether it holds, and if not what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from matchback.answers.doctor_ledger import commit_finding, ledger_findings, payout_findings
from matchback.answers.doctor_rules import rule_notes
from matchback.answers.doctor_state import (
    archive_findings,
    keeping_findings,
    permission_findings,
    stop_findings,
)
from matchback.answers.findings import MEND, Finding
from matchback.answers.findings import told as told
from matchback.answers.printing import count
from matchback.config import GROUNDS
from matchback.context import RunContext
from matchback.errors import JournalBroken, MatchbackError, WarehouseLocked
from matchback.publishing.findings import finding_counts

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

_AFTER_CHECK = (
    "Nothing that breaks it is published. Make the tables anew:  matchback run; if it still fails, restore the "
    "workspace from a backup, and report the check's name."
)
_SEE_COLLISIONS = 'See which:  matchback query "FROM identity_collisions"'
_SEE_REWARDS = "See which and why:  matchback rewards list, then matchback explain --reward ID"


def examine(context: RunContext) -> list[Finding]:
    """Look at configuration, secret, permissions, journal, archive, warehouse, ledger, invariants, publication."""
    return [*examine_files(context), *examine_tables(context)]


def examine_files(context: RunContext) -> list[Finding]:
    """Look at what lies in files, without the warehouse: the longest part, during which nights can run."""
    return [
        Finding("configuration", "ok", f"{context.config.hash[:12]}, {len(context.config.feeds)} feeds"),
        _contracts(context),
        *_folders(context),
        *_grounds(context),
        _secret(context),
        *permission_findings(context),
        _journal(context),
        *_access_log(context),
        *archive_findings(context),
        *keeping_findings(context),
    ]


def examine_tables(context: RunContext) -> list[Finding]:
    """Look at the warehouse, as its only writer, and at what was published from it."""
    return [*_warehouse(context), *_published(context)]


def _contracts(context: RunContext) -> Finding:
    from matchback.intake.contract_check import refuse_misdeclared

    try:
        refuse_misdeclared(context.config)
    except MatchbackError as error:
        return Finding.of("contracts", "failed", error)
    own = sum(bool(feed.extra_columns or feed.checks or feed.contract) for feed in context.config.feeds)
    return Finding("contracts", "ok", f"{count(own, 'feed')} with additions of the workspace")


def _folders(context: RunContext) -> Iterator[Finding]:
    from matchback.intake.folders import contested, contested_words

    for feed, other in contested(context.config):
        yield Finding(
            "folders", "note", contested_words(feed, other), "Let their patterns exclude each other."
        )


def _grounds(context: RunContext) -> Iterator[Finding]:
    for program in context.config.programs:
        used = {ground for tier in program.order for ground in tier}
        off = [ground for ground in GROUNDS if ground not in used]
        if off:
            yield Finding(
                f"grounds of {program.id}",
                "note",
                f"off, since not in its order: {', '.join(off)}",
                f"If one should count, name it in `order` of program {program.id} in matchback.toml.",
            )


def _secret(context: RunContext) -> Finding:
    from matchback.fingerprint import refuse_secret_of_another

    try:
        secret = context.config.id_secret(context.workspace.root)
        with suppress(JournalBroken):  # which is a finding of its own
            refuse_secret_of_another(context.journal, secret)
    except MatchbackError as error:
        return Finding.of("id_secret", "failed", error)
    return Finding("id_secret", "ok", "found, and the one under which the workspace was begun")


def _journal(context: RunContext) -> Finding:
    try:
        entries = context.journal.verify()
    except MatchbackError as error:
        return Finding.of("journal", "failed", error)
    return Finding("journal", "ok", f"the chain of {count(entries, 'entry', 'entries')} holds")


def _access_log(context: RunContext) -> Iterator[Finding]:
    """Look at the log of the support page, if there is one, or was when a run began."""
    from matchback.support.access_log import AccessLog

    log, heads = AccessLog(context.workspace), []
    with suppress(JournalBroken):  # which is a finding of its own
        begun = context.journal.entries(kind="run_started")
        heads = [entry.body["support_log"] for entry in begun if entry.body.get("support_log")]
    if not log.path.exists() and not heads:
        return
    try:
        entries = log.verify(heads)
    except MatchbackError as error:
        yield Finding.of("support log", "failed", error)
        return
    yield Finding("support log", "ok", f"the chain of {count(entries, 'entry', 'entries')} holds")


def _warehouse(context: RunContext) -> Iterator[Finding]:
    from matchback.warehouse import Warehouse

    try:
        if not context.workspace.warehouse_path.exists() and not context.journal.entries(kind="committed"):
            yield Finding("warehouse", "note", "there is none yet", "Make it:  matchback run")
            return
        with Warehouse.open(context.workspace, context.journal) as warehouse:
            yield Finding("warehouse", "ok", "opens, and is as new as the journal")
            yield _fingerprint(context, warehouse)
            lacking = commit_finding(context, warehouse)
            if lacking is not None:
                yield lacking
            yield from ledger_findings(context, warehouse)
            yield from payout_findings(context, warehouse)
            yield from stop_findings(replace(context, warehouse=warehouse))
            last = _last_run(context)
            if last is None:
                yield Finding("watermarks", "note", "no run has finished yet", "Run it:  matchback run")
                return
            yield _watermarks(replace(context, as_of=last), warehouse)
            yield from _invariants(replace(context, as_of=last), warehouse)
            for subject, detail, step in rule_notes(context.config, warehouse):
                yield Finding(subject, "note", detail, step)
    except WarehouseLocked as error:
        yield Finding.of("warehouse", "skipped", error)
    except MatchbackError as error:
        yield Finding.of("warehouse", "failed", error)


def _fingerprint(context: RunContext, warehouse: Warehouse) -> Finding:
    from matchback.fingerprint import refuse_secret_of_another_warehouse

    try:
        secret = context.config.id_secret(context.workspace.root)
    except MatchbackError as error:
        return Finding("fingerprint", "skipped", "there is no secret to compare", error.next_step or MEND)
    try:
        refuse_secret_of_another_warehouse(warehouse, secret)
    except MatchbackError as error:
        return Finding.of("fingerprint", "failed", error)
    return Finding("fingerprint", "ok", "the id_secret is the one that made this warehouse")


def _last_run(context: RunContext) -> date | None:
    runs = context.journal.entries(kind="run_finished")
    return date.fromisoformat(runs[-1].body["as_of"]) if runs else None


def _watermarks(context: RunContext, warehouse: Warehouse) -> Finding:
    from matchback import watermarks

    behind = watermarks.disagreeing(warehouse, context)
    if behind:
        why = f"not made from what is there now: {', '.join(behind)}"
        return Finding("watermarks", "note", why, "Bring them up to date:  matchback run")
    return Finding("watermarks", "ok", f"every step rests on the same facts, as of {context.as_of}")


def _invariants(context: RunContext, warehouse: Warehouse) -> Iterator[Finding]:
    from matchback.publishing.checks import run_checks
    from matchback.sqlfiles import step_tables

    failures = run_checks(warehouse, context.parameters, full=True)
    for failure in failures:
        detail = f"{count(failure.rows, 'row')}: {failure.meaning}"
        yield Finding(f"check {failure.name}", "failed", detail, _AFTER_CHECK)
    if not failures:
        yield Finding("invariants", "ok", f"{len(step_tables('check'))} checks hold")


def _published(context: RunContext) -> Iterator[Finding]:
    from matchback.answers.query import current_version, open_published

    try:
        version = current_version(context.workspace)
    except MatchbackError as error:
        yield Finding.of("published", "note", error)
        return
    if not version.vault.is_file():
        missing = f"version {version.version_id} has no protected copy beside it"
        yield Finding("published", "failed", missing, "Publish again:  matchback publish")
        return
    yield Finding("published", "ok", f"version {version.version_id}")
    with open_published(context.workspace) as (_, warehouse):
        if "reward_findings" in warehouse.tables():
            found = warehouse.rows("explain/summary_findings")
            if found:
                yield Finding("rewards", "note", f"to look at: {finding_counts(found)}", _SEE_REWARDS)
        if "identity_collisions" in warehouse.tables():
            kept = warehouse.rows("explain/collision_counts")
            if kept:
                named = ", ".join(
                    f"{row['reason_code'].replace('_', ' ')} {row['identifiers']:,}" for row in kept
                )
                yield Finding(
                    "persons", "note", f"kept apart though identifiers meet: {named}", _SEE_COLLISIONS
                )
