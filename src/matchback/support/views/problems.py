"""What is said when a request is refused or fails: what happened, and what to do next; never a value, never a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from matchback.errors import MatchbackError
from matchback.support import rendering

if TYPE_CHECKING:
    from matchback.support.guard import Visit

_COMMAND = "matchback "
AGAIN = "Go back to the form and send it again; if it fails again, log out and in."


def problem(visit: Visit, what: MatchbackError | str, status: int, step: str = "") -> HttpResponse:
    """Return the page of a refusal that somebody can do something about."""
    state = ""
    if isinstance(what, MatchbackError):
        state, step = what.state, step or what.next_step
        what = what.what
    is_command = _COMMAND in step
    return rendering.page(
        visit, "problem.html", status, what=what, state=state, step=step, is_command=is_command
    )


def plain_words(error: MatchbackError) -> str:
    """Return what an error says to somebody without a command line: neither a command nor the dashes of an option."""
    step = "" if _COMMAND in error.next_step or "--" in error.next_step else error.next_step
    return "\n".join(part for part in (error.what.replace("--", ""), error.state, step) if part)


def unexpected(request: HttpRequest, number: str) -> HttpResponse:
    """Return the page of a failure that nobody foresaw, with the number under which the server noted it."""
    state = (
        "Nothing was changed."
        if request.method != "POST"
        else "Look whether it was done before you do it again."
    )
    return _plain(
        request, 500, "Something failed here.", f"{state} Tell your platform engineer: incident {number}."
    )


def not_ready(request: HttpRequest) -> HttpResponse:
    """Return the page of a server that lets nobody in; why is said on the server only."""
    return _plain(
        request, 503, "Nobody can log in now.", "The one who runs the server finds why in what it says."
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page of a form that did not come from this site, or whose cookie is gone."""
    return _plain(request, 403, "This form was not accepted: it is not from this page, or is too old.", AGAIN)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 400, "This cannot be read, or is too much at once.", AGAIN)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 403, "This is not for you.", AGAIN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 404, "There is no such page.", "Begin at the top.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain(request, 500, "Something failed here.", "On the server:  matchback doctor")


def _plain(request: HttpRequest, status: int, what: str, step: str) -> HttpResponse:
    values: dict[str, Any] = {"what": what, "step": step}
    return HttpResponse(render_to_string("plain.html", values), status=status)
