"""The reports of recognitions, counted once more in plain Python from the published base tables, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from end_to_end.counted_rewards import Ledger, Row

Key = tuple[Any, ...]


def recognition_mix(ledger: Ledger) -> Iterator[Row]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    programs: dict[str, int] = defaultdict(int)
    for row in ledger.tables("recognitions"):
        if row["container"] == "production":
            groups[row["program"], row["recognition_type"], row["label"], row["basis"]].append(row)
            programs[row["program"]] += 1
    for key, rows in groups.items():
        yield dict(zip(("program", "recognition_type", "label", "basis"), key, strict=True)) | {
            "events": len(rows),
            "initial_events": sum(row["is_initial"] for row in rows),
            "eligible_events": sum(row["eligible"] for row in rows),
            "journeys": len({row["journey_id"] for row in rows}),
            "advocates": len({row["advocate_id"] for row in rows}),
            "friends": len({row["person_id"] or row["journey_id"] for row in rows}),
            "share_bps": rounded(10_000 * len(rows), programs[key[0]]),
        }


def unrecognized(ledger: Ledger) -> Iterator[Row]:
    events = {row["event_id"]: row for row in ledger.tables("events")}
    groups: dict[Key, list[Row]] = defaultdict(list)
    programs: dict[str, int] = defaultdict(int)
    for row in ledger.tables("unrecognized_events"):
        event = events[row["event_id"]]
        groups[row["program"], event["event_name"], row["reason_code"]].append(event)
        programs[row["program"]] += 1
    for key, rows in groups.items():
        yield dict(zip(("program", "event_name", "reason_code"), key, strict=True)) | {
            "events": len(rows),
            "first_on": min(row["occurred_on"] for row in rows),
            "last_on": max(row["occurred_on"] for row in rows),
            "share_bps": rounded(10_000 * len(rows), programs[key[0]]),
        }


def ineligible(ledger: Ledger) -> Iterator[Row]:
    names = {row["event_id"]: row["event_name"] for row in ledger.tables("events")}
    groups: dict[Key, list[Row]] = defaultdict(list)
    recognized: dict[Key, int] = defaultdict(int)
    for row in ledger.tables("recognitions"):
        if row["container"] == "production":
            name = names[row["event_id"]]
            recognized[row["program"], name] += 1
            for reason in (row["ineligible_reason"] or "").split(", "):
                groups[row["program"], name, reason].append(row)
    for key, rows in groups.items():
        if key[2]:
            yield dict(zip(("program", "event_name", "reason_code"), key, strict=True)) | {
                "events": len(rows),
                "sole_events": sum(row["ineligible_reason"] == key[2] for row in rows),
                "advocates": len({row["advocate_id"] for row in rows}),
                "first_on": min(row["occurred_on"] for row in rows),
                "last_on": max(row["occurred_on"] for row in rows),
                "share_bps": 10_000 * len(rows) // recognized[key[:2]],
            }


def rounded(part: int, whole: int) -> int:
    """Return a quotient rounded half up."""
    return (2 * part + whole) // (2 * whole)
