"""Trying other reward rules: what they would have cost, shown as a page; one simulation at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.safestring import mark_safe

from matchback.errors import MatchbackError
from matchback.support import rendering
from matchback.support.simulating import MOST_BYTES, is_rules, rules_in_force, simulate
from matchback.support.views.problems import plain_words

if TYPE_CHECKING:
    from matchback.support.guard import Visit


def simulations(visit: Visit) -> HttpResponse:
    """Show the rules in force in a field, or what those that were typed would have given."""
    workspace = visit.site.workspace
    if visit.request.method != "POST":
        return _page(visit, rules_in_force(workspace))
    rules = str(visit.request.POST.get("rules", "")).replace("\r\n", "\n")
    if len(rules.encode()) > MOST_BYTES or not is_rules(rules):
        words = "These are no rules: write them as [[rewards]] of matchback.toml, at most 200,000 letters."
        return _page(visit, rules[:MOST_BYTES], 400, problem=words)
    if not visit.site.simulating.acquire(blocking=False):
        words = "Another simulation is going on. Try again when it has ended: it takes three minutes at most."
        return _page(visit, rules, 409, problem=words)
    try:
        answer = simulate(workspace, rules)
    except MatchbackError as error:
        return _page(visit, rules, 409, problem=plain_words(error))
    finally:
        visit.site.simulating.release()
    body = mark_safe("\n".join(answer["parts"]))  # noqa: S308 made and escaped by report_html
    return _page(visit, rules, answer=answer, body=body)


def _page(visit: Visit, rules: str, status: int = 200, **said: Any) -> HttpResponse:
    return rendering.page(visit, "simulations.html", status, rules=rules, **said)
