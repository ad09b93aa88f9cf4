"""The resolve step: which events stand, which person is behind each identifier, which events are one journey.

Everything is a function of the facts that are visible on the as-of date, so the result depends on no order of arrival:
made whole, or, where there are many facts, renewed where new ones can change it (`incremental`). The tables are SQL
files of `sql/resolve/`; only connected components are found in Python, between the file that numbers the nodes and the
file that reads the labels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from matchback import incremental, watermarks
from matchback.components import label_components
from matchback.config_tables import write_config_tables
from matchback.context import RunContext, StepSummary
from matchback.intake.missing_files import refuse_missing
from matchback.sqlfiles import step_tables

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse


@dataclass(frozen=True)
class Labeling:
    """A search for components: the table that it reads and the staged table that it makes."""

    links: str
    labels: str


STEP = "resolve"
# Before the table on the left is built, its labels are found.
LABELINGS = {
    "member_classes": Labeling("member_links", "member_labels"),
    "weak_components": Labeling("weak_links", "weak_labels"),
}


def run(context: RunContext) -> StepSummary:
    """Make all tables of the step in one transaction; return how many persons, events and journeys there are."""
    warehouse = context.writer
    refuse_missing(context)
    with warehouse.transaction("resolve"):
        _make(context)
        watermarks.mark(warehouse, context, STEP)
    _note_unnormalized(context)
    counts = {table: warehouse.count(table) for table in ("events", "persons", "journey_roots")}
    line = (
        f"{counts['events']:,} events of {counts['persons']:,} persons, {counts['journey_roots']:,} journeys"
    )
    return StepSummary("resolve", line, counts)


def _make(context: RunContext) -> None:
    """Renew the tables in part if they can be, else make all of them; hand on what changed, or that all may have."""
    warehouse, now = context.writer, incremental.basis(context)
    former = incremental.former_basis(warehouse, STEP)
    if former is not None and now.follows(former):
        incremental.renew(warehouse, STEP, former, context.parameters, partial(_prepare, warehouse))
        incremental.note_basis(warehouse, STEP, now)
        return
    write_config_tables(warehouse, context.config)
    keeps = incremental.is_worth_while(warehouse)
    build(warehouse, context.parameters, lasting=incremental.lasting_tables(STEP) if keeps else ())
    incremental.note_basis(warehouse, STEP, now if keeps else None)
    incremental.note_basis(warehouse, "recognize", None)
    warehouse.forget_changes(incremental.handed_on(STEP))


def _note_unnormalized(context: RunContext) -> None:
    """Tell which of the day's senders hash addresses as they were typed: numbers only."""
    for row in context.writer.rows("explain/unnormalized_hashes", {"as_of": context.as_of}):
        context.progress.note(
            f"{row['feed_id']}: {row['unnormalized_hashes']:,} of {row['hashed_identifiers']:,} hashes that came on "
            f"{context.as_of} were made of known addresses or numbers as they were typed, not normalized; they match "
            f"nobody. How its sender should hash them:  matchback feeds spec {row['feed_id']}"
        )


def build(
    warehouse: Warehouse,
    parameters: Mapping[str, Any],
    tables: Sequence[str] | None = None,
    *,
    lasting: Collection[str] = (),
) -> None:
    """Make the step's tables (or only the named ones) in derived order; the caller holds the transaction.

    `lasting` names those that are kept although no other step reads them.
    """
    for table in step_tables(STEP):
        if tables is None or table in tables:
            _prepare(warehouse, table)
            warehouse.build_table(STEP, table, parameters, lasting=lasting)


def _prepare(warehouse: Warehouse, table: str) -> None:
    """Find the components that a table's query reads, if it reads any."""
    labeling = LABELINGS.get(table)
    if labeling is None:
        return
    links = warehouse.table(labeling.links).select(["left_number", "right_number"])
    warehouse.stage(labeling.labels, label_components(links))
