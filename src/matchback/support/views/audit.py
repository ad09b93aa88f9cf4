"""The log of the support page, for those who look after it: who looked whom up and why, who logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.journal import JournalEntry
from matchback.support import rendering

if TYPE_CHECKING:
    from matchback.support.guard import Visit

MOST_ENTRIES = 300
KINDS = {
    "looked_up": "looked up",
    "logged_in": "logged in",
    "logged_out": "logged out",
    "log_in_refused": "wrong token",
    "refused": "was refused",
    "access_added": "was let in",
    "access_removed": "was taken off the list",
}
FOUND = {"found": "found", "nothing": "nothing found", "refused": "not looked up", "failed": "failed"}


def audit(visit: Visit) -> HttpResponse:
    """Show the newest entries; that it was shown is logged as well."""
    visit.site.log.append("log_read", who=visit.who)
    entries = visit.site.log.newest(MOST_ENTRIES)
    return rendering.page(visit, "audit.html", entries=[_words(entry) for entry in entries])


def _words(entry: JournalEntry) -> dict[str, Any]:
    body = entry.body
    details = [str(body[name]) for name in ("asked", "page", "role", "by") if body.get(name)]
    return {
        "number": entry.number,
        "at": entry.at[:19].replace("T", " "),
        "who": body.get("who", ""),
        "what": KINDS.get(entry.kind, entry.kind.replace("_", " ")),
        "details": ", ".join(details).replace("_", " "),
        "persons": ", ".join(str(person) for person in body.get("persons", [])[:5]),
        "why": " ".join(str(body[name]) for name in ("why", "ticket") if body.get(name)).replace("_", " "),
        "outcome": FOUND.get(body.get("outcome", ""), ""),
    }
