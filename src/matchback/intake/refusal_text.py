"""What an operator reads when a file is refused whole: what is wrong, where it begins, what is left, what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchback.intake.reasons import file_message

if TYPE_CHECKING:
    import polars as pl

    from matchback.intake.received import ReceivedFile
    from matchback.intake.staging import StagedSummary
    from matchback.workspace import Workspace


def refusal_text(
    workspace: Workspace, file: ReceivedFile, summary: StagedSummary, refusals: pl.DataFrame
) -> str:
    """Return the message for a refused file; it names rules, columns and counts, never a value."""
    short = file.file_id[:8]
    results = workspace.outbox / file.feed_id / f"{file.file_id}.results.csv"
    shown = results.relative_to(workspace.root) if results.is_relative_to(workspace.root) else results
    if summary.reason_code == "too_many_refused":
        first = (
            f"Refused file {short} of {file.received_on}: {summary.detail.split(';')[0]} break the contract of feed "
            f"{file.feed_id};{summary.detail.split(';')[1]}."
        )
    else:
        why = file_message(summary.reason_code, summary.detail)
        first = f"Refused file {short} of {file.received_on} from feed {file.feed_id}: {why}."
    lines = [first, *_reasons(refusals)]
    lines.append(
        f"Nothing from this file was loaded. Its bytes are archived as file {short}; the results file is {shown}."
    )
    lines.append(f"See them:        matchback quarantine show {short}")
    lines.append(f"When corrected:  matchback run --feed {file.feed_id}")
    return "\n".join(lines)


def _reasons(refusals: pl.DataFrame) -> list[str]:
    import polars as pl

    counted = (
        refusals.filter(pl.col("reason_code") != "file_refused")
        .group_by("column_name", "reason_code")
        .agg(pl.len().alias("records"), pl.col("record_number").min(), pl.col("line_number").min())
        .sort("records", "column_name", "reason_code", descending=[True, False, False])
    )
    width = max((len(f"{row[2]:,}") for row in counted.iter_rows()), default=1)
    columns = max((len(row[0]) for row in counted.iter_rows()), default=1)
    reasons = max((len(row[1]) for row in counted.iter_rows()), default=1)
    return [
        f"  {records:>{width},}  {column or '-':<{columns}}  {reason:<{reasons}}  "
        f"first at record {record:,} (line {line:,})"
        for column, reason, records, record, line in counted.iter_rows()
    ]
