"""What a verdict of not eligible rests on: the days that were compared, by how much, of whom, and each record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matchback.answers.printing import count

Data = dict[str, Any]
Name = Callable[[int | None], str]


def tell_ineligible(rows: list[Data], name: Name) -> list[str]:
    """Return a line for each record that a reason rests on, and what the two days of a comparison come to."""
    lines = [f"{row['reason_code']}: {_sentence(row, name)}{_record(row)}" for row in rows]
    since = {
        row["about"]: row["from_on"] for row in rows if row["reason_code"] == "advocate_newer_than_friend"
    }
    if len(since) == 2 and all(since.values()):
        days = count((since["advocate"] - since["friend"]).days, "day")
        lines.append(f"advocate_newer_than_friend: the advocate became a customer {days} after the friend")
    return lines


def _sentence(row: Data, name: Name) -> str:
    who = f"the {row['about']}, {name(row['person_id'])}," if row["about"] else ""
    if row["rests_on"] == "program":
        until = f" to {row['until_on']}" if row["until_on"] else " on"
        return f"the event was on {row['judged_on']}, and the program runs from {row['from_on']}{until}"
    if row["rests_on"] == "customer":
        counted = (
            ""
            if row["counted_days"] is None
            else f"; {count(row['counted_days'], 'day')} after it still count"
        )
        return f"{who} is a customer since {row['from_on']}, {_before(row)}{counted}"
    if row["rests_on"] == "event" and row["reason_code"] == "loop":
        return (
            f"{who} had been brought by the friend before: event {row['other_event_id']} on {row['from_on']}, "
            f"{_before(row)}"
        )
    if row["rests_on"] == "event":
        return f"{who} had an earlier event {row['other_event_id']} on {row['from_on']}, {_before(row)}"
    if row["rests_on"] == "enrollment":
        left = f" and left on {row['until_on']}" if row["until_on"] else ""
        enrolled = f"enrolled on {row['from_on']}" if row["from_on"] else "was enrolled"
        return f"{who} {enrolled}{left}; judged on {row['judged_on']}"
    return _listed(row, who)


def _listed(row: Data, who: str) -> str:
    purpose = row["purpose"]
    if row["rests_on"] == "list without":
        if row["from_on"] is None:
            return f"no list {purpose} had come by {row['judged_on']}, so it names nobody"
        return f"{who} is not on the list {purpose} of {row['from_on']}, which held on {row['judged_on']}"
    until = f" until {row['until_on']}" if row["until_on"] else ""
    if row["days_before"] < 0:
        return (
            f"{who} came on the list {purpose} on {row['from_on']}, {count(-row['days_before'], 'day')} too late "
            f"for {row['judged_on']}"
        )
    if row["reason_code"] == "advocate_not_eligible":
        return (
            f"{who} was on the list {purpose} from {row['from_on']}{until} only; judged on {row['judged_on']}"
        )
    return f"{who} stands on the list {purpose} from {row['from_on']}{until}, {_before(row)}"


def _before(row: Data) -> str:
    days = row["days_before"]
    if days < 0:
        return f"{count(-days, 'day')} after the event of {row['judged_on']}"
    return f"{count(days, 'day')} before the event of {row['judged_on']}"


def _record(row: Data) -> str:
    if not row["file_id"]:
        return ""
    record = f" record {row['record_number']}" if row["record_number"] is not None else ""
    return f"  [{row['feed_id']} file {row['file_id'][:8]}{record}]"
