"""Naming the advocate of an event by hand: journaled with a reason, applied by the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.answers.lookup import kind_of
from matchback.answers.operations import add_recognition
from matchback.answers.reasons import REASON_CODE
from matchback.errors import MatchbackError
from matchback.support import rendering
from matchback.support.lookups import Asked, find_for_act
from matchback.support.queue import acting_context
from matchback.support.views.problems import plain_words

if TYPE_CHECKING:
    from matchback.support.guard import Visit

REASONS = {
    "verified_by_phone": "Verified by phone",
    "branch_confirmed": "The branch confirmed it",
    "paper_form": "On a paper form",
    "technical_fault": "A technical fault kept the evidence away",
}


def recognitions(visit: Visit) -> HttpResponse:
    """Show the form, or journal what it says."""
    if visit.request.method != "POST":
        return _page(visit)
    reason = visit.typed("why_code") or visit.typed("why")
    if not REASON_CODE.fullmatch(reason):
        words = "Say why: choose a reason, or type a short code of letters, digits, _ and -."
        return _page(visit, 400, problem=words)
    context = acting_context(visit.site.workspace, visit.who)
    event, program, advocate = visit.typed("event"), visit.typed("program") or None, visit.typed("advocate")
    try:
        data = find_for_act(
            visit.site.workspace,
            visit.who,
            Asked(kind_of(advocate), advocate, "", "recognition", reason),
            lambda: add_recognition(context, event, program, advocate, reason)[1],
            lambda done: [int(done["advocate_id"])],
        )
    except MatchbackError as error:
        return _page(visit, 409, problem=plain_words(error))
    return _page(
        visit,
        done=f"Journaled as entry {data['journal_number']}, for event {data['event_id']} in {data['program']}. "
        "The next run applies it, and it ranks before every other ground.",
    )


def _page(visit: Visit, status: int = 200, **said: Any) -> HttpResponse:
    context = acting_context(visit.site.workspace, visit.who)
    programs = [program.id for program in context.config.programs]
    return rendering.page(
        visit, "recognitions.html", status, programs=programs, reasons=list(REASONS.items()), **said
    )
