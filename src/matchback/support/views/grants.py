"""Granting a reward by hand: checked, warned of, confirmed, then journaled for another operator to approve."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.answers.grants import GRANT_ROLES, KINDS, Asked, Plan, journal_grant, plan_grant
from matchback.answers.lookup import amount_in, kind_of
from matchback.answers.printing import money
from matchback.answers.reasons import REASON_CODE
from matchback.errors import MatchbackError
from matchback.support import rendering
from matchback.support.lookups import Asked as LookedUp
from matchback.support.lookups import find_for_act
from matchback.support.queue import acting_context
from matchback.support.views.problems import plain_words

if TYPE_CHECKING:
    from matchback.support.guard import Visit

REASONS = {
    "goodwill": "Goodwill",
    "technical_fault": "A technical fault kept the evidence away",
    "promised_by_branch": "A branch promised it",
    "anniversary": "An anniversary",
}
FIELDS = (
    "member",
    "program",
    "reference",
    "kind",
    "role",
    "amount",
    "currency",
    "name",
    "event",
    "why",
    "why_code",
)


def grants(visit: Visit) -> HttpResponse:
    """Show the form; check what it says and warn; journal it once the warnings that stand now were confirmed."""
    if visit.request.method != "POST":
        return _page(visit)
    reason = visit.typed("why_code") or visit.typed("why")
    if not REASON_CODE.fullmatch(reason):
        words = "Say why: choose a reason, or type a short code of letters, digits, _ and -."
        return _page(visit, 400, problem=words)
    context = acting_context(visit.site.workspace, visit.who)
    member = visit.typed("member")
    try:
        asked = _asked(visit, member)
        plan = find_for_act(
            visit.site.workspace,
            visit.who,
            LookedUp(kind_of(member), member, "", "grant", reason),
            lambda: plan_grant(context, asked, reason),
            lambda found: [int(found.arguments["person_id"])],
        )
        if plan.warnings and visit.typed("confirmed") != _digest(plan):
            return _confirm(visit, plan)
        _, data = journal_grant(context, plan)
    except MatchbackError as error:
        return _page(visit, 409, problem=plain_words(error))
    if plan.journal_number is not None:
        return _page(
            visit, done=f"This grant stands as entry {plan.journal_number} already. Nothing was journaled."
        )
    entry = data["journal_number"]
    words = f"Journaled as entry {entry}: reward {plan.reward_id}, {_value(plan)}. The next run applies it."
    if context.config.payout.dual_control:
        words += " Then another operator approves it, under Approvals."
    return _page(visit, done=words)


def _asked(visit: Visit, member: str) -> Asked:
    text = visit.typed("amount")
    amount = amount_in(text)
    if text and amount is None:
        raise MatchbackError("An amount is written like 50.00.", state="Nothing was journaled.")
    return Asked(
        member,
        visit.typed("program"),
        visit.typed("reference"),
        visit.typed("kind") if visit.typed("kind") in KINDS else KINDS[0],
        visit.typed("role") if visit.typed("role") in GRANT_ROLES else GRANT_ROLES[0],
        amount,
        visit.typed("currency") or None,
        visit.typed("name") or None,
        visit.typed("event") or None,
    )


def _confirm(visit: Visit, plan: Plan) -> HttpResponse:
    """Show the warnings, with everything that was typed, to be sent once more."""
    fields = [(name, visit.typed(name)) for name in FIELDS]
    return rendering.page(
        visit,
        "grant_confirm.html",
        warnings=[row["words"] for row in plan.warnings],
        what=_value(plan),
        fields=fields,
        confirmed=_digest(plan),
    )


def _digest(plan: Plan) -> str:
    """Return what stands for exactly these warnings: others, that came meanwhile, are shown anew."""
    return hashlib.sha256(plan.warning_words.encode()).hexdigest()[:16]


def _value(plan: Plan) -> str:
    value = money(plan.arguments["amount_minor"], plan.arguments["currency"])
    return f"{value} {plan.arguments['kind'].replace('_', ' ')}"


def _page(visit: Visit, status: int = 200, **said: Any) -> HttpResponse:
    context = acting_context(visit.site.workspace, visit.who)
    return rendering.page(
        visit,
        "grants.html",
        status,
        programs=[program.id for program in context.config.programs],
        kinds=[(kind, kind.replace("_", " ")) for kind in KINDS],
        roles=GRANT_ROLES,
        currency=context.config.workspace.currency,
        reasons=list(REASONS.items()),
        dual=context.config.payout.dual_control,
        **said,
    )
