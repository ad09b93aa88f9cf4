"""When nothing arrived, or what came counts for nothing: where was looked, what the last files covered, and why."""

from __future__ import annotations

from typing import Any

from matchback.answers.explain_refused_words import STATES, what_came, where_it_stands
from matchback.answers.printing import count
from matchback.config import Config
from matchback.intake.reasons import FILE_REASONS

Data = dict[str, Any]
PERSONS = ("email", "phone", "partner_user_id")
MOST_REFUSED = 20


def nothing_came(data: Data, config: Config) -> Data:
    """Return where was looked in vain: each feed of events with what its newest file covered."""
    rows = [row for row in data["feeds"] if row["kind"] == "events"]
    received = {row["feed_id"] for row in rows}
    feeds = [
        {
            "feed": row["feed_id"],
            "files": f"{row['file_count']:,}",
            "last_on": row["last_received_on"],
            "covers": _covers(row),
            "refused": f"{row['refused'] or 0:,}",
        }
        for row in rows
    ]
    silent = [feed.id for feed in config.feeds if feed.kind == "events" and feed.id not in received]
    is_advocate = any(person["friends"] for person in data["persons"]) and "touches" not in data
    known = ""
    if data["persons"] and not is_advocate:
        known = "This person is known, but not from an event of their own."
    elif data["asked"] in PERSONS and not data["ambiguous"] and not data["persons"]:
        known = "This person is not known at all: no share, click, list or event names them."
    return {
        "feeds": feeds,
        "silent": silent,
        "is_advocate": is_advocate,
        "known": known,
        "searched": count(data["searched"]["records"], "record"),
        "unsearched": [f"{row['feed_id']} file {row['file_id'][:8]}" for row in data["unsearched"]][
            :MOST_REFUSED
        ],
    }


def came_and_refused(data: Data, config: Config) -> list[Data]:
    """Return the records that name what was asked about and count for nothing, and why; never a value of theirs."""
    return [
        {
            "on": row["received_on"],
            "what": what_came(row, config),
            "where": where_it_stands(row),
            "state": STATES[row["state"]],
            "found_by": (row["named_by"] or "").replace("_", " "),
            "reasons": _reasons(row),
            "came_again": row["came_again"],
        }
        for row in data["refused"][:MOST_REFUSED]
    ]


def _reasons(row: Data) -> list[str]:
    """Return why, in words: the reasons of the record, and that of its file where all of it was refused."""
    words = [str(reason["message"]) for reason in row["reasons"]]
    if row["state"] == "refused_file" and row["file_reason"]:
        words.append(FILE_REASONS.get(row["file_reason"], row["file_reason"].replace("_", " ")))
    return [text[:1].upper() + text[1:] for text in words]


def _covers(row: Data) -> str:
    first, last = row["last_covers_from_on"], row["last_covers_until_on"]
    if first is None:
        return "no new event"
    return f"{first}" if first == last else f"{first} to {last}"
