"""Recognize: who brought each friend. The fifth step: after `resolve` has found persons and journeys, before `reward`.

All of it is SQL under `sql/recognize/`; this module runs it in one transaction, keeps the history of decisions, and
counts what came out.
"""

from __future__ import annotations

from datetime import date

from matchback import watermarks
from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.warehouse import Warehouse

STEP = "recognize"
HISTORY = "recognition_history"


def run(context: RunContext) -> StepSummary:
    """Rebuild every table of recognition from facts, configuration, acts and the as-of date, in one transaction."""
    warehouse = context.writer
    with warehouse.transaction(STEP):
        keeps_history = _is_older(warehouse, context.as_of)
        warehouse.build(STEP, context.parameters, without=(HISTORY,) if keeps_history else ())
        if not keeps_history:
            warehouse.set_state("recognized_as_of", context.as_of.isoformat())
        watermarks.mark(warehouse, context, STEP)
    (counts,) = warehouse.rows("explain/recognition_counts")
    unrecognized = warehouse.count("unrecognized_events")
    return StepSummary(
        STEP,
        f"{recognized_events(**counts)} recognized, {unrecognized:,} not",
        {
            **counts,
            "unrecognized": unrecognized,
            "candidates": warehouse.count("recognition_candidates"),
            "relationships": warehouse.count("relationships"),
        },
    )


def recognized_events(recognized: int, test_recognized: int) -> str:
    """Return how many events are recognized, as the step and the summary both say it: test events count apart."""
    tests = f" and {count(test_recognized, 'test event')}" if test_recognized else ""
    return count(recognized, "event") + tests


def _is_older(warehouse: Warehouse, as_of: date) -> bool:
    """Tell whether this day lies before the last one in the history, which then is left as it is."""
    last = warehouse.state.get("recognized_as_of")
    return last is not None and as_of.isoformat() < last
