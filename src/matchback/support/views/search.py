"""Looking a person up, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.answers.query import current_version
from matchback.errors import MatchbackError
from matchback.support import rendering
from matchback.support.answer_words import answer_words
from matchback.support.lookups import REASONS, Asked, look_up

if TYPE_CHECKING:
    from matchback.support.guard import Visit

KINDS = (
    ("partner_user_id", "Member id"),
    ("email", "Email"),
    ("phone", "Phone"),
    ("account", "Account"),
    ("order", "Order"),
    ("coupon", "Coupon"),
    ("reward", "Reward number"),
    ("event", "Event id"),
)
ABOUT = {**{name: label.lower() for name, label in KINDS}, "pair": "advocate and friend"}


def search(visit: Visit) -> HttpResponse:
    """Show the form."""
    current_version(visit.site.workspace)
    return rendering.page(visit, "search.html", **form())


def answer(visit: Visit) -> HttpResponse:
    """Look up what was asked, and show what is known; what was typed is shown again in its field only."""
    kind = visit.typed("kind")
    asked = Asked(
        kind=kind,
        value=visit.typed("advocate" if kind == "pair" else "value"),
        friend=visit.typed("friend") if kind == "pair" else "",
        reason=visit.typed("reason"),
        ticket=visit.typed("ticket"),
    )
    shown = form(kind, asked.reason, asked.ticket)
    try:
        found = look_up(visit.site.workspace, visit.who, asked)
    except MatchbackError as error:
        return rendering.page(visit, "search.html", 400, problem=error, **shown)
    words = answer_words(found.explanation)
    return rendering.page(
        visit, "answer.html", answer=words, safe=found.safe, number=found.number, about=ABOUT[kind], **shown
    )


def form(kind: str = "partner_user_id", reason: str = "", ticket: str = "") -> dict[str, Any]:
    """Return what the form offers, and what was chosen in it last; values are typed anew each time."""
    return {
        "kinds": KINDS,
        "kind": kind,
        "reasons": list(REASONS.items()),
        "reason": reason if reason in REASONS else "",
        "ticket": ticket if ticket.replace("_", "").replace("-", "").isalnum() and len(ticket) <= 64 else "",
    }
