"""Stages one file: reads, checks and keys it block by block, and writes each block away before the next is read.

A function of the file's bytes and the configuration alone. What it holds in memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.errors import MatchbackError
from matchback.intake.arrivals import describe_columns
from matchback.intake.contracts import Contract, feed_contract, refuse_unknown_columns
from matchback.intake.reasons import note_message
from matchback.intake.records import UnreadableFile
from matchback.intake.staging import StagedFile, StagedSummary, StagingWriter, staging_basis
from matchback.settings import wants_debug

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import Config, Feed
    from matchback.intake.formats import DeclaredFile, HeaderMap
    from matchback.intake.record_checks import BlockPlan, Checked

Money = dict[str, list[int]]
MOST_PLANS = 256


@dataclass(frozen=True)
class FileToStage:
    """All that staging one file needs; it can be handed to another process."""

    file_id: str
    path: Path
    folder: Path
    feed: Feed
    config: Config
    received_on: date
    declared_on: date | None
    secret: bytes
    root: Path = Path()
    announced: dict[str, str] = field(default_factory=dict)


@dataclass
class _Totals:
    """What was counted so far, over all blocks."""

    refused: int = 0
    money_seen: Money = field(default_factory=dict)
    money_refused: Money = field(default_factory=dict)

    def add(self, checked: Checked, money_column: str | None) -> None:
        """Count one block."""
        self.refused += len({item.record_number for item in checked.refusals})
        if money_column is None:
            return
        _add_money(self.money_seen, checked.good, money_column)
        if checked.bad.height:
            _add_money(self.money_seen, checked.bad, money_column)
            _add_money(self.money_refused, checked.bad, money_column)


def stage_file(request: FileToStage) -> StagedSummary:
    """Read, check and key one file; write the result and return its counts."""
    contract = feed_contract(request.feed)
    refuse_unknown_columns(request.feed, contract)
    staged = StagedFile(request.folder)
    try:
        with staged.aside() as scratch:
            return _read_and_check(request, contract, staged, scratch)
    except UnreadableFile as unreadable:
        refused = unreadable.refused
        return refuse_file(request, refused.reason_code, refused.detail)
    except (MatchbackError, OSError, MemoryError, AssertionError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # even a panic: a file that breaks its parser refuses itself alone
        if wants_debug():
            raise
        return refuse_file(request, "unreadable", f"its reader failed ({type(error).__name__})")


def refuse_file(request: FileToStage, reason_code: str, detail: str) -> StagedSummary:
    """Stage a file as refused whole, whatever of it was staged before."""
    staged = StagedFile(request.folder)
    summary = StagedSummary(
        file_id=request.file_id,
        feed_id=request.feed.id,
        kind=request.feed.kind,
        made_from=staging_basis(request.config, request.secret),
        status="refused",
        reason_code=reason_code,
        detail=detail,
    )
    with staged.aside() as scratch:
        StagingWriter(scratch).close()
        staged.finish(summary, scratch)
    return summary


def _read_and_check(
    request: FileToStage, contract: Contract, staged: StagedFile, scratch: Path
) -> StagedSummary:
    from matchback.intake.fact_rows import FactRows
    from matchback.intake.formats import map_header, open_file
    from matchback.intake.list_guard import DistinctMembers, counts_members
    from matchback.intake.own_model import own_model
    from matchback.intake.record_checks import check_block

    feed, config = request.feed, request.config
    reader = open_file(request.path, feed, scratch, root=request.root, announced=request.announced)
    header = map_header(reader.header, feed, contract)
    plan = _plan(header.names, feed, contract, config)
    own = own_model(config, feed, contract)
    facts = FactRows(contract, config, feed, request.secret, request.declared_on or request.received_on)
    money = contract.money.name if contract.money else None
    totals, members = _Totals(), DistinctMembers() if counts_members(feed, reader.claims) else None
    writer = StagingWriter(scratch)
    for block in reader.blocks(list(header.names), header.source_of(money) if money else None):
        checked = check_block(block, plan)
        if own is not None:
            checked = own.check(checked)
        totals.add(checked, money)
        rows = facts.make(checked.good)
        writer.append(rows, facts.vault.take(), checked.refusals)
        if members is not None:
            members.add(rows)
    if not writer.blocks:
        writer.append(facts.make(_no_records(plan, header.names)), facts.vault.take(), [])
    reader.refuse_wrong_totals({code: _major(code, total[0]) for code, total in totals.money_seen.items()})
    if members is not None:
        members.refuse_unless_equal(reader.claims, totals.refused)
    summary = _summary(request, reader, totals, header)
    writer.close(facts.vault if summary.status == "valid" else None)
    staged.finish(summary, scratch)
    return summary


_plans: dict[tuple[int, str, tuple[tuple[str, str], ...]], tuple[Config, BlockPlan]] = {}


def _plan(names: dict[str, str], feed: Feed, contract: Contract, config: Config) -> BlockPlan:
    """Return the plan of a feed's files with these columns; the last ones are kept."""
    from matchback.intake.record_checks import BlockPlan

    key = (id(config), feed.id, tuple(names.items()))
    known = _plans.get(key)
    if known is not None and known[0] is config:
        return known[1]
    if len(_plans) >= MOST_PLANS:
        _plans.clear()
    plan = BlockPlan.of(names, feed, contract, config)
    _plans[key] = (config, plan)
    return plan


def _summary(request: FileToStage, reader: DeclaredFile, totals: _Totals, header: HeaderMap) -> StagedSummary:
    """Judge the file by its feed's limit."""
    from matchback.intake.list_guard import is_whole_list

    records, refused = reader.counts.records, totals.refused
    too_many = bool(records) and Decimal(refused) / records > request.feed.refuse_above_share
    names_nobody = bool(records) and refused == records and is_whole_list(request.feed)
    detail = ""
    if too_many or names_nobody:
        share = Decimal(100 * refused) / records
        detail = f"{refused:,} of {records:,} records ({share:.1f}%); its limit is {request.feed.refuse_file_above}"
        if not too_many:
            detail = (
                detail.partition(";")[0] + "; a whole list without one good record would end every membership"
            )
            too_many = True
    notes = reader.notes(header.unknown, show=not records or refused < records)
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
        notes=[note_message(code, detail) for code, detail in notes],
        purpose=request.feed.constants.get("purpose", ""),
        money_seen=totals.money_seen,
        money_refused=totals.money_seen if too_many else totals.money_refused,
    )


def _no_records(plan: BlockPlan, names: Iterable[str]) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    from matchback.intake.records import Block

    none = np.array([], dtype=np.int64)
    return plan.cells(Block(pl.DataFrame(schema=dict.fromkeys(names, pl.String)), none, none))


def _add_money(totals: Money, frame: pl.DataFrame, column: str) -> None:
    """Add the amounts of a frame to the totals by currency."""
    import polars as pl

    from matchback.intake.casts import side

    minor, currency = side(column, "minor"), side(column, "currency")
    if minor not in frame.columns:
        return
    sums = (
        frame.lazy()
        .filter(pl.col(minor).is_not_null())
        .group_by(currency)
        .agg(pl.col(minor).cast(pl.Int128).sum().alias("amount"), pl.len().alias("records"))
        .collect()
    )
    for code, amount, records in sums.iter_rows():
        total = totals.setdefault(str(code), [0, 0])
        total[0] += int(amount)
        total[1] += int(records)


def _major(currency: str, minor: int) -> Decimal:
    from matchback.intake.currencies import EXPONENTS

    return Decimal(minor).scaleb(-EXPONENTS[currency])
