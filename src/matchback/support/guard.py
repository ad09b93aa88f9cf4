"""The one place where a request is let through: who asks, what their role may, and what is said when something fails.

No failure shows a value or a trace: what a person typed is repeated nowhere, and the server says a number and the kind
of the failure, to be found again.
"""

from __future__ import annotations

import secrets
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from matchback.errors import ConfigurationError, MatchbackError
from matchback.settings import wants_debug
from matchback.support.access import Member
from matchback.support.roles import ANYBODY, may
from matchback.support.site import KEY, Site
from matchback.support.views import problems

if TYPE_CHECKING:
    from matchback.support.pages import Page

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Visit:
    """One request: who asks, of which site."""

    request: HttpRequest
    site: Site
    page: Page
    member: Member | None

    @property
    def who(self) -> str:
        """The name under which this visitor acts."""
        assert self.member is not None
        return self.member.name

    def typed(self, name: str) -> str:
        """Return what was typed into a field, without blanks around it."""
        return str(self.request.POST.get(name, "")).strip()

    def may(self, permission: str) -> bool:
        return self.member is not None and may(self.member.role, permission)


View = Callable[..., HttpResponse]


def guarded(page: Page) -> View:
    """Return a page's view, behind its permission: no view is reached in another way."""

    def view(request: HttpRequest, **named: str) -> HttpResponse:
        site: Site = request.META[KEY]
        visit = Visit(request, site, page, None)
        try:
            visit = Visit(request, site, page, site.member(request))
            refusal = _refusal(visit)
            return refusal if refusal is not None else page.view(visit, **named)
        except (SuspiciousOperation, Http404):  # too much at once, or no such file: Django answers it
            raise
        except MatchbackError as error:
            if (
                visit.member is None
            ):  # a stranger is told nothing of the server, whose owner reads what it says
                site.say(str(error))
                return problems.not_ready(request)
            return problems.problem(
                visit, error, status=400 if isinstance(error, ConfigurationError) else 409
            )
        except Exception as error:
            return _failed(visit, error)

    return view


def _refusal(visit: Visit) -> HttpResponse | None:
    page, member = visit.page, visit.member
    if visit.request.method not in page.methods:
        answer = problems.problem(visit, "This page cannot be asked for in this way.", status=405)
        answer["Allow"] = ", ".join(page.methods)
        return answer
    if page.permission == ANYBODY:
        return None
    if member is None:
        if visit.site.serving.named_by_proxy(visit.request.META):
            return problems.problem(
                visit,
                "You are not on the list of those who may see this page.",
                status=403,
                step="Ask your platform engineer to add you, by the name that the proxy knows you by.",
            )
        return HttpResponseRedirect("/login")
    if not may(member.role, page.permission):
        visit.site.log.append("refused", who=member.name, role=member.role, page=page.name)
        return problems.problem(
            visit,
            f"Your role, {member.role}, may not do this.",
            status=403,
            step="Ask somebody whose role may, or your platform engineer for another role.",
        )
    return None


def _failed(visit: Visit, error: Exception) -> HttpResponse:
    number = secrets.token_hex(4)
    visit.site.say(
        f"Failed unexpectedly on page {visit.page.name} ({type(error).__name__}), incident {number}"
    )
    if wants_debug():
        traceback.print_exception(error, file=sys.stderr)
    return problems.unexpected(visit.request, number)


def careful_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Add to every answer what browsers must not do with it; pages are kept nowhere."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost as error:
            response = problems.bad_request(request, error)
        else:
            response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        site: Site = request.META[KEY]
        if site.serving.is_https:
            response["Strict-Transport-Security"] = "max-age=31536000"
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return answer
