"""Every page of the site: its address, who may see it, and the view that makes it. Nothing else has an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import path

from matchback.support.guard import guarded
from matchback.support.roles import ANYBODY, SIGNED_IN
from matchback.support.views import (
    approvals,
    assets,
    audit,
    files,
    grants,
    log_in,
    overview,
    problems,
    recognitions,
    search,
    simulations,
)

GET, POST = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True)
class Page:
    """One address: `label` is its name in the bar at the top, `way` the entry there that it belongs to."""

    name: str
    path: str
    permission: str
    view: Callable[..., Any]
    methods: tuple[str, ...] = GET
    label: str = ""
    way: str = ""


PAGES = (
    Page("home", "", SIGNED_IN, log_in.home),
    Page("log_in", "login", ANYBODY, log_in.log_in, GET + POST),
    Page("log_out", "logout", SIGNED_IN, log_in.log_out, POST),
    Page("asset", "assets/<str:name>", ANYBODY, assets.asset),
    Page("search", "search", "look_up", search.search, GET, "Look up", "search"),
    Page("answer", "answer", "look_up", search.answer, POST, "", "search"),
    Page("approvals", "approvals", "queue", approvals.queue, GET, "Approvals", "approvals"),
    Page("decide", "approvals/decide", "approve", approvals.decide, POST, "", "approvals"),
    Page(
        "recognitions",
        "recognitions",
        "recognize",
        recognitions.recognitions,
        GET + POST,
        "Recognize",
        "recognitions",
    ),
    Page("grants", "grants", "grant", grants.grants, GET + POST, "Grant", "grants"),
    Page("overview", "overview", "overview", overview.overview, GET, "Program", "overview"),
    Page("files", "files", "files", files.files, GET, "Files", "files"),
    Page("file", "files/<str:file_id>", "files", files.file, GET, "", "files"),
    Page(
        "simulations",
        "simulations",
        "simulate",
        simulations.simulations,
        GET + POST,
        "Simulate",
        "simulations",
    ),
    Page("audit", "log", "audit", audit.audit, GET, "Log", "audit"),
)
urlpatterns = [path(page.path, guarded(page), name=page.name) for page in PAGES]
handler400, handler403, handler404, handler500 = (
    problems.bad_request,
    problems.forbidden,
    problems.not_found,
    problems.server_error,
)
