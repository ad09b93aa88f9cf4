"""Doctor: looks at what a workspace rests on, and says in a line each whether it holds. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.config import GROUNDS
from matchback.context import RunContext
from matchback.errors import MatchbackError, WarehouseLocked
from matchback.publishing.findings import finding_counts

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `status` is ok, failed, note or skipped."""

    subject: str
    status: str
    detail: str

    @property
    def failed(self) -> bool:
        return self.status == "failed"

    def row(self) -> dict[str, Any]:
        """Return the finding as a row to print."""
        return {"subject": self.subject, "status": self.status, "detail": self.detail}


def examine(context: RunContext) -> list[Finding]:
    """Look at configuration, secret, journal, warehouse, invariants and the published version."""
    return [
        Finding("configuration", "ok", f"{context.config.hash[:12]}, {len(context.config.feeds)} feeds"),
        _contracts(context),
        *_grounds(context),
        _secret(context),
        _journal(context),
        *_warehouse(context),
        *_published(context),
    ]


def _contracts(context: RunContext) -> Finding:
    from matchback.intake.contract_check import refuse_misdeclared

    try:
        refuse_misdeclared(context.config)
    except MatchbackError as error:
        return Finding("contracts", "failed", error.what.replace("\n", " "))
    own = sum(bool(feed.extra_columns or feed.checks or feed.contract) for feed in context.config.feeds)
    return Finding("contracts", "ok", f"{count(own, 'feed')} with additions of the workspace")


def _grounds(context: RunContext) -> Iterator[Finding]:
    for program in context.config.programs:
        used = {ground for tier in program.order for ground in tier}
        off = [ground for ground in GROUNDS if ground not in used]
        if off:
            yield Finding(
                f"grounds of {program.id}", "note", f"off, since not in its order: {', '.join(off)}"
            )


def _secret(context: RunContext) -> Finding:
    try:
        context.config.id_secret(context.workspace.root)
    except MatchbackError as error:
        return Finding("id_secret", "failed", error.what)
    return Finding("id_secret", "ok", "found")


def _journal(context: RunContext) -> Finding:
    try:
        entries = context.journal.verify()
    except MatchbackError as error:
        return Finding("journal", "failed", error.what)
    return Finding("journal", "ok", f"the chain of {count(entries, 'entry', 'entries')} holds")


def _warehouse(context: RunContext) -> Iterator[Finding]:
    from matchback.warehouse import Warehouse

    if not context.workspace.warehouse_path.exists() and not context.journal.entries(kind="committed"):
        yield Finding("warehouse", "note", "there is none yet: matchback run makes it")
        return
    try:
        with Warehouse.open(context.workspace, context.journal) as warehouse:
            yield Finding("warehouse", "ok", "opens, and is as new as the journal")
            yield _fingerprint(context, warehouse)
            last = _last_run(context)
            if last is None:
                yield Finding("watermarks", "note", "no run has finished yet")
                return
            yield _watermarks(replace(context, as_of=last), warehouse)
            yield from _invariants(replace(context, as_of=last), warehouse)
    except WarehouseLocked as error:
        yield Finding("warehouse", "skipped", error.what)
    except MatchbackError as error:
        yield Finding("warehouse", "failed", error.what)


def _fingerprint(context: RunContext, warehouse: Warehouse) -> Finding:
    from matchback.keys import secret_fingerprint

    known = warehouse.state.get("id_secret_fingerprint")
    try:
        fingerprint = secret_fingerprint(context.config.id_secret(context.workspace.root))
    except MatchbackError:
        return Finding("fingerprint", "skipped", "there is no secret to compare")
    if known not in (None, fingerprint):
        return Finding("fingerprint", "failed", "the id_secret is not the one that made this warehouse")
    return Finding("fingerprint", "ok", "the id_secret is the one that made this warehouse")


def _last_run(context: RunContext) -> date | None:
    runs = context.journal.entries(kind="run_finished")
    return date.fromisoformat(runs[-1].body["as_of"]) if runs else None


def _watermarks(context: RunContext, warehouse: Warehouse) -> Finding:
    from matchback import watermarks

    behind = watermarks.disagreeing(warehouse, context)
    if behind:
        why = f"not made from what is there now: {', '.join(behind)}; matchback run brings them up to date"
        return Finding("watermarks", "note", why)
    return Finding("watermarks", "ok", f"every step rests on the same facts, as of {context.as_of}")


def _invariants(context: RunContext, warehouse: Warehouse) -> Iterator[Finding]:
    from matchback.publishing.checks import run_checks
    from matchback.sqlfiles import step_tables

    failures = run_checks(warehouse, context.parameters, full=True)
    for failure in failures:
        detail = f"{count(failure.rows, 'row')}: {failure.meaning}"
        yield Finding(f"check {failure.name}", "failed", detail)
    if not failures:
        yield Finding("invariants", "ok", f"{len(step_tables('check'))} checks hold")


def _published(context: RunContext) -> Iterator[Finding]:
    from matchback.answers.query import current_version, open_published

    try:
        version = current_version(context.workspace)
    except MatchbackError as error:
        yield Finding("published", "note", error.what)
        return
    if not version.vault.is_file():
        yield Finding("published", "failed", f"version {version.version_id} has no protected copy beside it")
        return
    yield Finding("published", "ok", f"version {version.version_id}")
    with open_published(context.workspace) as (_, warehouse):
        if "reward_findings" in warehouse.tables():
            found = warehouse.rows("explain/summary_findings")
            if found:
                yield Finding("rewards", "note", f"to look at: {finding_counts(found)}")
