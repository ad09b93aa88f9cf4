"""Explain when nothing arrived: where was looked, and what is usually missing. A part of `explain_text`."""

from __future__ import annotations

from typing import Any

from matchback.answers.explain_refused_words import tell_search
from matchback.answers.printing import count
from matchback.config import Config

Data = dict[str, Any]
ASKED = {
    "email": "this email",
    "phone": "this phone number",
    "partner_user_id": "this member id",
    "account": "this account",
    "order": "this order",
    "coupon": "this coupon",
    "pair": "this friend",
    "event": "this event",
    "reward": "this reward",
}


def nothing_arrived(data: Data, config: Config) -> list[str]:
    """Return where was looked for what was asked about, and what is usually missing."""
    about = ASKED[data["asked"]]
    if any(person["friends"] for person in data["persons"]) and "touches" not in data:
        return ["No event of their own that counts has arrived; what they are owed stands above."]
    if data["refused"]:
        unsearched = tell_search(data)
        return [f"No event that counts has arrived about {about}; what came of it stands above.", *unsearched]
    feeds = [row for row in data["feeds"] if row["kind"] == "events"]
    where = count(len(feeds), "feed")
    lines = [f"No event that counts has arrived about {about}. Looked for it in all events of {where}:"]
    for row in feeds:
        lines.append(
            f"  {row['feed_id']:<24} {count(row['file_count'], 'file')}, the last on {row['last_received_on']}"
            f"{_covers(row)}, {count(row['refused'] or 0, 'record')} refused"
        )
    declared = [feed.id for feed in config.feeds if feed.kind == "events"]
    silent = [feed for feed in declared if feed not in [row["feed_id"] for row in feeds]]
    lines += [f"  {feed:<24} nothing was ever received" for feed in silent]
    lines += [
        *tell_search(data),
        "What is usually missing:",
        "  - the file of that day has not come, or came without the record: compare the days above",
        "  - the record names only the account, or another address:  matchback explain --account ID",
        "  - the event has not happened yet in the sender's system",
    ]
    if data["persons"]:
        lines.append(
            "  This person is known, from the records named above, but not from an event of their own."
        )
    elif data["asked"] in ("email", "phone", "partner_user_id") and not data["ambiguous"]:
        lines.append("  This person is not known at all: no share, click, list or event names them.")
    return lines


def _covers(row: Data) -> str:
    """Of which days the events are that the newest file brought."""
    first, last = row["last_covers_from_on"], row["last_covers_until_on"]
    if first is None:
        return " without a new event"
    return f" with events of {first}" + (f" to {last}" if last != first else "")
