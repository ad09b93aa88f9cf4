"""Recognize: who brought each friend. The fifth step: after `resolve` has found persons and journeys, before `reward`.

All of it is SQL under `sql/recognize/`; this module runs it in one transaction, keeps the history of decisions, and
counts what came out. What `resolve` handed on as changed is taken up where that costs less than making all anew.
"""

from __future__ import annotations

from datetime import date

from matchback import incremental, watermarks
from matchback.answers.printing import count
from matchback.context import RunContext, StepSummary
from matchback.warehouse import Warehouse

STEP = "recognize"
HISTORY = "recognition_history"


def run(context: RunContext) -> StepSummary:
    """Make every table of recognition from facts, configuration, acts and the as-of date, in one transaction."""
    warehouse = context.writer
    with warehouse.transaction(STEP):
        _make(context)
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


def _make(context: RunContext) -> None:
    """Renew the tables in part where only changes came since they were made, else make all of them."""
    warehouse = context.writer
    now, former = (incremental.former_basis(warehouse, step) for step in ("resolve", STEP))
    keeps_history = _is_older(warehouse, context.as_of)
    if now is not None and former is not None and not _is_older(warehouse, date.fromisoformat(former.as_of)):
        incremental.renew(warehouse, STEP, former, context.parameters)
    else:
        lasting = incremental.lasting_tables(STEP) if now is not None else ()
        without = (HISTORY,) if keeps_history else ()
        warehouse.build(STEP, context.parameters, without=without, lasting=lasting)
        incremental.note_basis(warehouse, "reward", None)
    if not keeps_history:
        warehouse.set_state("recognized_as_of", context.as_of.isoformat())
    incremental.note_basis(warehouse, STEP, now)
    warehouse.forget_changes(incremental.handed_on("resolve", to=STEP))


def recognized_events(recognized: int, test_recognized: int) -> str:
    """Return how many events are recognized, as the step and the summary both say it: test events count apart."""
    tests = f" and {count(test_recognized, 'test event')}" if test_recognized else ""
    return count(recognized, "event") + tests


def _is_older(warehouse: Warehouse, as_of: date) -> bool:
    """Tell whether this day lies before the last one in the history, which then is left as it is."""
    last = warehouse.state.get("recognized_as_of")
    return last is not None and as_of.isoformat() < last
