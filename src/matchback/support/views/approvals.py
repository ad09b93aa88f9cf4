"""The queue of rewards that wait for a person, and decisions about many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.answers.decisions import PAST, decide_rewards
from matchback.answers.lookup import id_in
from matchback.answers.printing import count
from matchback.answers.reasons import REASON_CODE
from matchback.answers.tax import threshold_words
from matchback.errors import MatchbackError
from matchback.support import rendering
from matchback.support.queue import REASONS, RETRY_REASONS, acting_context, waiting_rewards
from matchback.support.views.problems import plain_words

if TYPE_CHECKING:
    from matchback.support.guard import Visit

MOST_ROWS = 100
MOST_DECIDED = 500
WAITING: dict[str, Any] = {
    "title": "To approve or decline",
    "acts": [("approve", "Approve those chosen"), ("decline", "Decline those chosen")],
    "reasons": list(REASONS.items()),
}
FAILED: dict[str, Any] = {
    "title": "Payments that failed",
    "acts": [("retry", "Pay those chosen again")],
    "reasons": list(RETRY_REASONS.items()),
}


def queue(visit: Visit) -> HttpResponse:
    """Show a page of the queue."""
    return _page(visit)


def decide(visit: Visit) -> HttpResponse:
    """Journal one decision about the rewards that were chosen: about all of them or none."""
    act, reason = visit.typed("act"), visit.typed("why_code") or visit.typed("why")
    chosen = [id_in(text) for text in visit.request.POST.getlist("reward")]
    ids = [reward_id for reward_id in chosen if reward_id is not None]
    problem = ""
    if act not in PAST:
        problem = "Choose what is to be done."
    elif not ids or len(ids) != len(chosen) or len(ids) > MOST_DECIDED:
        problem = f"Choose the rewards that you decide about: one to {MOST_DECIDED}."
    elif not REASON_CODE.fullmatch(reason):
        problem = "Say why: choose a reason, or type a short code of letters, digits, _ and -."
    if problem:
        return _page(visit, 400, problem=problem)
    context = acting_context(visit.site.workspace, visit.who)
    try:
        _, data = decide_rewards(context, act, ids, reason)
    except MatchbackError as error:
        return _page(visit, 409, problem=plain_words(error))
    journaled = len(data["journal_numbers"])
    words = [f"{count(journaled, 'reward')} {PAST[act]}; the next run applies it."] if journaled else []
    if journaled < (chosen_once := len(set(ids))):
        words.append(f"{count(chosen_once - journaled, 'reward')} stood so already.")
    return _page(
        visit,
        done=" ".join(words),
        taxes=[line.strip() for line in threshold_words(data["thresholds_reached"])],
    )


def _page(visit: Visit, status: int = 200, **said: Any) -> HttpResponse:
    context = acting_context(visit.site.workspace, visit.who)
    rows = waiting_rewards(context)
    pages = max(1, -(-len(rows) // MOST_ROWS))
    asked = id_in(str(visit.request.GET.get("page", "1"))) or 1
    at = min(max(asked, 1), pages)
    shown = rows[(at - 1) * MOST_ROWS : at * MOST_ROWS]
    return rendering.page(
        visit,
        "approvals.html",
        status,
        has_rows=bool(rows),
        lists=[
            {**words, "rows": [row for row in shown if row.is_failed == (words is FAILED)]}
            for words in (WAITING, FAILED)
        ],
        total=count(len(rows), "reward"),
        at=at,
        before=at - 1 if at > 1 else 0,
        after=at + 1 if at < pages else 0,
        pages=pages,
        may_decide=visit.may("approve"),
        may_look=visit.may("look_up"),
        dual=context.config.payout.dual_control,
        **said,
    )
