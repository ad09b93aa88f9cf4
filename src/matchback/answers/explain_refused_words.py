"""Explain what came and counts for nothing: where it stands, why, and what to type next. A part of `explain_text`."""

from __future__ import annotations

from typing import Any

from matchback.answers.printing import count
from matchback.config import Config
from matchback.intake.reasons import FILE_REASONS

Data = dict[str, Any]
MOST_LINES = 12
STATES = {
    "refused_record": "the record was refused",
    "refused_file": "its file was refused as a whole, and nothing of it was loaded",
    "held": "its file is held, since it is not as expected; nothing of it is loaded",
    "not_in_version": "its file came after this version was made, or the run that took it did not end",
    "waits_for_original": "it corrects or cancels a record that has not come",
}
UNSEARCHED = {
    "limit": "older than what one answer looks through",
    "feed_gone": "its feed is no longer in matchback.toml",
    "not_in_archive": "the archive does not hold its bytes",
}
NEXT = {
    "held": "Look at it, then take it:  matchback quarantine readmit {file} --reason CODE",
    "not_in_version": "Take it in and publish:  matchback run",
    "waits_for_original": "Ask the sender for the original record; once it comes, the next run applies this one.",
}


def tell_refused(data: Data, config: Config) -> list[str]:
    """Return the lines about the records that name what was asked about and count for nothing."""
    rows = data["refused"]
    if not rows:
        return []
    lines = ["Came, and counts for nothing:"]
    told: set[tuple[str, str]] = set()
    for row in rows[:MOST_LINES]:
        lines.append(
            f"  {row['received_on']}  {what_came(row, config)}  [{where_it_stands(row)}]: {STATES[row['state']]}"
        )
        if row["named_by"]:
            lines.append(f"    found by {row['named_by']}")
        else:
            lines.append("    found in its text, which cannot be split into columns")
        lines += [f"    {words}" for words in _reasons(row)]
        if row["came_again"]:
            lines.append("    an event of the same id has come beside it, and is told below")
        elif (row["file_id"], row["state"]) not in told:
            lines += [f"    {words}" for words in _next_steps(row)]
            told.add((row["file_id"], row["state"]))
    if len(rows) > MOST_LINES:
        lines.append(f"  and {len(rows) - MOST_LINES} more, with --json")
    return lines


def tell_search(data: Data, kind: str = "events") -> list[str]:
    """Return what was searched in vain, and the files of a kind of feed that could not be searched at all."""
    lines = []
    records = data["searched"]["records"]
    if records and not data["refused"]:
        looked = count(records, "record")
        lines.append(f"Of {looked} refused or not loaded, none names it.")
    for row in [row for row in data["unsearched"] if row["kind"] == kind][:MOST_LINES]:
        code = row["reason_code"]
        why = UNSEARCHED.get(code) or FILE_REASONS.get(code, "it could not be read")
        lines.append(
            f"Not looked through: {row['feed_id']} file {row['file_id'][:8]}, received {row['received_on']}: {why} "
            f"({code}). See it:  matchback files show {row['file_id'][:8]}"
        )
    return lines


def what_came(row: Data, config: Config) -> str:
    """Return the event that a record tells of, or of which feed it is."""
    event = config.event(row["event_name"]) if row["event_name"] else None
    return (event.label or event.name) if event else f"a record of {row['feed_id']}"


def where_it_stands(row: Data) -> str:
    """Return the feed, file and record."""
    line = f" (line {row['line_number']})" if row["line_number"] else ""
    return f"{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}{line}"


def _reasons(row: Data) -> list[str]:
    """Return why: the reasons of the record, and that of its file where all of it was refused."""
    words = [f"{reason['reason_code']}: {reason['message']}" for reason in row["reasons"]]
    if row["state"] == "refused_file" and row["file_reason"]:
        code = row["file_reason"]
        words.append(f"{code}: {FILE_REASONS.get(code, code.replace('_', ' '))}")
    return words


def _next_steps(row: Data) -> list[str]:
    short = row["file_id"][:8]
    if row["state"] in NEXT:
        return [NEXT[row["state"]].format(file=short)]
    return [
        f"See what is refused:  matchback quarantine show {short}",
        "If the record is wrong, its sender corrects it and sends it again; the next run takes it:  matchback run",
        f"If our contract was wrong, mend it, then:  matchback quarantine readmit {short} --reason CODE",
    ]
