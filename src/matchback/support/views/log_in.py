"""Logging in by a token, logging out, and where one begins."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token

from matchback.support import rendering
from matchback.support.access import BY_TOKEN, member_of_token, members
from matchback.support.roles import PERMISSIONS, ROLES

if TYPE_CHECKING:
    from matchback.support.guard import Visit

MOST_LETTERS = 200


def home(visit: Visit) -> HttpResponse:
    """Send a visitor to the first page of theirs."""
    first = next(iter(rendering.ways(visit)))
    return HttpResponseRedirect(first["address"])


def log_in(visit: Visit) -> HttpResponse:
    """Show the form, or take a token: too many wrong ones are not even looked at."""
    request, site = visit.request, visit.site
    if visit.member is not None:
        return HttpResponseRedirect("/")
    if request.method != "POST":
        return _form(visit)
    client = site.serving.client(request.META)
    wait = site.attempts.wait_seconds(client, time.monotonic())
    if wait:
        answer = _form(visit, 429, f"Too many wrong tokens. Wait {-(-wait // 60)} minutes, then try again.")
        answer["Retry-After"] = str(wait)
        return answer
    known, token = members(site.workspace), visit.typed("token")
    member = member_of_token(known, token, datetime.now(UTC)) if len(token) <= MOST_LETTERS else None
    if member is None:
        site.attempts.note_wrong(client, time.monotonic())
        site.log.append("log_in_refused")
        return _form(visit, 403, "This is no token, or one that has expired or was taken back.")
    site.begin(request, member)
    rotate_token(request)
    site.log.append("logged_in", who=member.name, role=member.role, entry=member.id)
    return HttpResponseRedirect("/")


def log_out(visit: Visit) -> HttpResponse:
    """End the session."""
    visit.site.end(visit.request)
    visit.site.log.append("logged_out", who=visit.who)
    return HttpResponseRedirect("/login")


def _form(visit: Visit, status: int = 200, problem: str = "") -> HttpResponse:
    by_tokens = any(member.by == BY_TOKEN for member in members(visit.site.workspace))
    return rendering.page(
        visit,
        "log_in.html",
        status,
        problem=problem,
        nobody=not by_tokens,
        idle_minutes=visit.site.serving.idle_minutes,
        roles=[(role, "; ".join(PERMISSIONS[name] for name in names)) for role, names in ROLES.items()],
    )
