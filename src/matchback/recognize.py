"""Recognize: who brought each friend. The fifth step: after `resolve` has found persons and journeys, before `reward`.

All of it is SQL under `sql/recognize/`; this module runs it in one transaction, keeps the history of decisions, and
counts what came out.
"""

from __future__ import annotations

from datetime import date

from matchback import watermarks
from matchback.context import RunContext, StepSummary
from matchback.warehouse import Warehouse

STEP = "recognize"
HISTORY = "recognition_history"


def run(context: RunContext) -> StepSummary:
    """Rebuild every table of recognition from facts, configuration, acts and the as-of date, in one transaction."""
    warehouse = context.writer
    with warehouse.transaction(STEP):
        warehouse.build(STEP, context.parameters, without=_kept_tables(warehouse, context.as_of))
        warehouse.set_state("recognized_as_of", context.as_of.isoformat())
        watermarks.mark(warehouse, context, STEP)
    recognized = warehouse.count("recognitions")
    unrecognized = warehouse.count("unrecognized_events")
    return StepSummary(
        STEP,
        f"{recognized:,} events recognized, {unrecognized:,} not",
        {
            "recognized": recognized,
            "unrecognized": unrecognized,
            "candidates": warehouse.count("recognition_candidates"),
            "relationships": warehouse.count("relationships"),
        },
    )


def _kept_tables(warehouse: Warehouse, as_of: date) -> tuple[str, ...]:
    """Name the tables to leave alone: history is not written again for a day before the last one it holds."""
    last = warehouse.state.get("recognized_as_of")
    return (HISTORY,) if last is not None and as_of.isoformat() < last else ()
