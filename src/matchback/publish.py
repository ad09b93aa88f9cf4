"""The publish step: a whole, checked, read-only version, built aside and switched in at once.

Eighth and last of the steps. A version is a folder `var/published/<version>/` with `analytics.duckdb`, the same tables
as Parquet, `report.html` and `manifest.json`; the link `current` names it. It holds only the columns of
`sql/publish/`; what explains a decision to an operator (the vault) goes into `var/protected/<version>/`.

Order of doing, so that a crash anywhere is mended by publishing again: build aside, rename, record the version in
the warehouse, switch the link. A folder that the warehouse does not know was never switched in, and is built anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback import __version__, watermarks
from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.errors import MatchbackError
from matchback.intake.currencies import EXPONENTS
from matchback.publishing.checks import refuse_broken
from matchback.publishing.definitions import definitions_table
from matchback.publishing.deliver import deliver_outbox
from matchback.publishing.dictionary import PublishedTable, protected_tables, published_tables
from matchback.publishing.versions import Version, VersionStore

if TYPE_CHECKING:
    import pyarrow as pa

    from matchback.config import Config
    from matchback.warehouse import Warehouse

AMOUNT_PLACES = 4
SELF_DESCRIBING = "versions"


class StepsDisagree(MatchbackError):
    """Some tables do not rest on the facts that are there; publishing them would mix two states."""


def run(context: RunContext) -> StepSummary:
    """Publish what the warehouse holds, if it differs from the current version; deliver what waits in the outbox."""
    summary = _publish(context)
    delivered = deliver_outbox(context)
    sent = delivered.results + delivered.payouts
    if delivered.unfit:
        wrong = f"{count(len(delivered.unfit), 'payout file')} not as issued and not sent (matchback deliver)"
        summary = replace(summary, line=f"{summary.line}; {wrong}")
    if not sent:
        return summary
    return replace(
        summary,
        line=f"{summary.line}; {count(sent, 'file')} delivered",
        counts={
            **summary.counts,
            "results_delivered": delivered.results,
            "payouts_delivered": delivered.payouts,
        },
        changed=True,
    )


def _publish(context: RunContext) -> StepSummary:
    warehouse = context.writer
    _refuse_stale(context)
    last = _last_version(context)
    if last is not None and last.as_of > context.as_of:
        return _stands(context, last)
    refuse_broken(warehouse, context.parameters)
    _stage_parameters(context)
    tables = published_tables(context.config.publish.identifiers, context.config.publish.smallest_groups)
    store = VersionStore(context.workspace)
    standing = last if last is not None and _same(last, context, tables) else None
    if standing is not None and store.is_whole(standing.version_id):
        store.switch(standing.version_id)
        return StepSummary("publish", f"nothing new since version {standing.version_id}", changed=False)
    version, rows = _build(context, store, tables, last, standing)
    if version != standing:
        _record(warehouse, version)
    store.switch(version.version_id)
    store.remove_old(context.config.publish.keep_versions)
    total = sum(rows.values())
    return StepSummary(
        "publish",
        f"version {version.version_id}: {len(tables)} tables, {total:,} rows",
        {"tables": len(tables), "rows": total},
    )


def record_version(context: RunContext) -> None:
    """Record the version that the tables make as the next one, and build none: a replay publishes nothing."""
    _stage_parameters(context)
    tables = published_tables(context.config.publish.identifiers, context.config.publish.smallest_groups)
    hashes = {
        table.name: context.writer.published_hash(table, context.parameters)
        for table in tables
        if table.name != SELF_DESCRIBING
    }
    sequence, version_id = _next_id(context, _last_version(context))
    _record(context.writer, _next_version(context, version_id, sequence, tables, hashes))


def _record(warehouse: Warehouse, version: Version) -> None:
    with warehouse.transaction("publish"):
        warehouse.append("versions", _version_rows([version]))
        warehouse.set_state("published_version", version.version_id)


def _next_id(context: RunContext, last: Version | None) -> tuple[int, str]:
    sequence = last.sequence + 1 if last else 1
    return sequence, f"{sequence:04d}-{context.as_of.isoformat()}"


def _stands(context: RunContext, last: Version) -> StepSummary:
    """Publish nothing: the ledger never goes back, so a version of an earlier day would hold two days at once."""
    return StepSummary(
        "publish",
        f"the published version stands as of {last.as_of}, later than {context.as_of}; the tables of the warehouse are "
        f"as of {context.as_of} now: run again without --as-of, or as of {last.as_of}, to bring them forward",
        changed=False,
    )


def _refuse_stale(context: RunContext) -> None:
    stale = watermarks.disagreeing(context.writer, context)
    if stale:
        raise StepsDisagree(
            f"{', '.join(stale)} did not run since the facts, configuration or as-of date changed.",
            state="Nothing was published; the version published before still stands.",
            next_step=f"Run the steps up to here:  matchback run --as-of {context.as_of}",
        )


def _build(
    context: RunContext,
    store: VersionStore,
    tables: tuple[PublishedTable, ...],
    last: Version | None,
    standing: Version | None,
) -> tuple[Version, dict[str, int]]:
    """Write both copies of a version aside and rename them into place; return it and the rows of each table.

    `standing` is the version to make again because its folder is not whole; without one the next version is made.
    """
    warehouse = context.writer
    sequence, next_id = _next_id(context, last)
    version_id = standing.version_id if standing else next_id
    with store.building(version_id) as (folder, protected):
        with _exporting(context, protected / "vault.duckdb", protected_tables()) as write:
            for table in protected_tables():
                write(table)
        content = [table for table in tables if table.name != SELF_DESCRIBING]
        with _exporting(context, folder / "analytics.duckdb", tables) as write:
            for table in content:
                write(table)
            hashes = warehouse.exported_hashes(content)
            version = standing or _next_version(context, version_id, sequence, tables, hashes)
            if version != standing:
                warehouse.stage("new_version", _version_rows([version]))
            for table in tables:
                if table.name == SELF_DESCRIBING:
                    write(table)
            with warehouse.reading_export() as published:
                rows = {name: int(value.split("-")[0]) for name, value in hashes.items()}
                rows[SELF_DESCRIBING] = published.count(SELF_DESCRIBING)
                page, made_by = _page(context, version, published)
        (folder / "report.html").write_bytes(page)
        manifest = _manifest(version, rows, context.config)
        manifest["page"] = {"hash": hashlib.sha256(page).hexdigest(), "charts": made_by}
        store.write_manifest(folder, manifest)
    return version, rows


def _exporting(
    context: RunContext, path: Path, tables: tuple[PublishedTable, ...]
) -> AbstractContextManager[Callable[[PublishedTable], None]]:
    templates = context.workspace.staging / "templates"
    return context.writer.exporting(path, tables, context.parameters, templates)


def _page(context: RunContext, version: Version, published: Warehouse) -> tuple[bytes, str]:
    """Return the bytes of the page and who drew its charts, which its bytes depend on."""
    from matchback.publishing.report_drawings import drawings
    from matchback.publishing.report_page import PageHead, report_page

    draw = drawings()

    head = PageHead(
        workspace=context.config.workspace.name,
        as_of=version.as_of,
        version_id=version.version_id,
        journal_number=version.journal_number,
        config_hash=version.config_hash,
        code_version=version.code_version,
    )
    return report_page(published, head, draw).encode(), draw.made_by


def _manifest(version: Version, rows: dict[str, int], config: Config) -> dict[str, Any]:
    from matchback.zone_rules import zone_rules

    zones = [config.workspace.time_zone, *(feed.time_zone for feed in config.feeds if feed.time_zone)]
    hashes = json.loads(version.table_hashes)
    return {
        "version_id": version.version_id,
        "sequence": version.sequence,
        "as_of": version.as_of.isoformat(),
        "journal_number": version.journal_number,
        "config_hash": version.config_hash,
        "code_version": version.code_version,
        "content_hash": version.content_hash,
        "time_zones": zone_rules(zones),
        "inputs": {"files": rows["files"], "hash": hashes["files"]},
        "tables": {name: {"rows": count, "hash": hashes.get(name)} for name, count in sorted(rows.items())},
    }


def _stage_parameters(context: RunContext) -> None:
    """Stage the small tables that the allow-list reads: units of currencies, identifiers to publish, a new version."""
    import pyarrow as pa

    units = [
        {"currency": currency, "ten_thousandths": 10 ** (AMOUNT_PLACES - places)}
        for currency, places in {**EXPONENTS, "XXX": 0}.items()
    ]
    shape = pa.schema([("currency", pa.string()), ("ten_thousandths", pa.int64())])
    context.writer.stage("currency_units", pa.Table.from_pylist(units, schema=shape))
    kinds = [{"kind": kind} for kind in sorted(set(context.config.publish.identifiers))]
    context.writer.stage(
        "published_identifiers", pa.Table.from_pylist(kinds, schema=pa.schema([("kind", pa.string())]))
    )
    context.writer.stage("new_version", _version_rows([]))
    context.writer.stage("measure_definitions", definitions_table())


def _content_hash(tables: tuple[PublishedTable, ...], hashes: dict[str, str]) -> str:
    content = [
        [table.name, [column.name for column in table.columns], hashes.get(table.name)] for table in tables
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _last_version(context: RunContext) -> Version | None:
    rows = context.writer.table("versions").to_pylist()
    return Version(**max(rows, key=lambda row: row["sequence"])) if rows else None


def _same(version: Version, context: RunContext, tables: tuple[PublishedTable, ...]) -> bool:
    """Tell whether a version holds what would be published now; the tables are hashed only if nothing else differs."""
    head = (version.as_of, version.config_hash, version.code_version)
    if head != (context.as_of, context.config.hash, __version__):
        return False
    published = json.loads(version.table_hashes)
    hashes = {}
    for table in tables:
        if table.name != SELF_DESCRIBING:
            hashes[table.name] = context.writer.published_hash(table, context.parameters)
            if hashes[table.name] != published.get(table.name):
                return False
    return version.content_hash == _content_hash(tables, hashes)


def _next_version(
    context: RunContext,
    version_id: str,
    sequence: int,
    tables: tuple[PublishedTable, ...],
    hashes: dict[str, str],
) -> Version:
    return Version(
        version_id=version_id,
        sequence=sequence,
        as_of=context.as_of,
        journal_number=context.journal.last_number(),
        config_hash=context.config.hash,
        code_version=__version__,
        content_hash=_content_hash(tables, hashes),
        table_hashes=json.dumps(hashes, sort_keys=True, separators=(",", ":")),
    )


def _version_rows(versions: list[Version]) -> pa.Table:
    import pyarrow as pa

    shape = pa.schema(
        [
            ("version_id", pa.string()),
            ("sequence", pa.int64()),
            ("as_of", pa.date32()),
            ("journal_number", pa.int64()),
            ("config_hash", pa.string()),
            ("code_version", pa.string()),
            ("content_hash", pa.string()),
            ("table_hashes", pa.string()),
        ]
    )
    return pa.Table.from_pylist([vars(version) for version in versions], schema=shape)
