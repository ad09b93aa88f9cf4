"""The report step: makes the tables that people read from what was recognized and rewarded.

Seventh of the eight steps, and like the ones before it a pure function of facts, configuration, journal and as-of date.
"""

from __future__ import annotations

from matchback import watermarks
from matchback.context import RunContext, StepSummary
from matchback.intake.arrival_log import write_calendar


def run(context: RunContext) -> StepSummary:
    """Make every report anew, in one transaction."""
    warehouse = context.writer
    with warehouse.transaction("report"):
        write_calendar(warehouse, context)
        made = warehouse.build("report", context.parameters)
        watermarks.mark(warehouse, context, "report")
    reports = [name for name in made if name.startswith("report_")]
    recognized = warehouse.count("attributed_events")
    return StepSummary(
        "report",
        f"{len(reports)} reports over {recognized:,} recognized events",
        {"reports": len(reports), "recognized_events": recognized},
    )
