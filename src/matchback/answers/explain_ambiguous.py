"""Identifiers that lead to several persons: the one asked about, and those on a friend's events; how many, and so what.

A branch tablet's visitor id or a kiosk's address would make strangers one person, so it stands for none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matchback.answers.explain import Question, Search

Data = dict[str, Any]
KINDS = {
    "email": "email",
    "phone": "phone number",
    "visitor_id": "visitor id",
    "partner_user_id": "member id",
}


def ambiguous_identifiers(search: Search, question: Question, data: Data) -> list[Data]:
    """Return the identifiers of an answer that lead to several persons; `asked` where it is the one asked about."""
    from matchback.answers.lookup import kind_of

    asked = {"asked": "", "event_id": None, "feed_id": None, "file_id": None, "record_number": None}
    typed: list[tuple[str, str, str]] = []
    if question.kind == "pair":
        typed.append(("advocate", kind_of(question.value), question.value))
        typed.append(("friend", kind_of(question.friend), question.friend))
    elif question.kind in KINDS:
        typed.append((question.kind, question.kind, question.value))
    found = []
    for name, kind, text in typed:
        for key in search.keys(kind, text):
            rows = search.warehouse.rows("explain/identifier_collisions", {"identifier_key": key})
            found += [{**asked, **row, "asked": name} for row in rows]
    subjects = [{"journey_id": row["journey_id"], "event_id": None} for row in data["journeys"]]
    subjects += [{"journey_id": None, "event_id": row["event_id"]} for row in data["left_out"]]
    for subject in subjects:
        rows = search.warehouse.rows("explain/event_collisions", subject)
        found += [{**asked, **row} for row in rows]
    return found


def tell_ambiguous(rows: list[Data]) -> list[str]:
    """Return a line for each identifier that leads to several persons, and what follows from it."""
    lines = []
    for row in rows:
        kind = KINDS.get(row["kind"].partition("_sha")[0].partition("_md")[0], "identifier")
        if row["asked"]:
            whose = f" of the {row['asked']}" if row["asked"] in ("advocate", "friend") else ""
            head, record = f"This {kind}{whose}", ""
        else:
            where = f"{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}"
            head, record = f"The {kind} on event {row['event_id']}", f"  [{where}]"
        lines.append(f"{head} {_so_what(row)}{record}")
    return lines


def _so_what(row: Data) -> str:
    people = f"{row['persons']:,}"
    return {
        "ambiguous": f"belongs to {people} people and identifies nobody: whatever carries it alone is nobody's",
        "over_cap": (
            f"belongs to {people} people, more than identifiers.max_persons allows, and identifies nobody: whatever "
            "carries it alone is nobody's"
        ),
        "shared": f"belongs to {people} members: it makes them no one person, and what was sent to it may mean each",
        "joins_members": f"would have made {people} members one person, so it links nobody",
    }.get(row["reason_code"], f"leads to {people} people ({row['reason_code']})")
