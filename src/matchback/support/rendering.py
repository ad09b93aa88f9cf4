"""How a page is put together: its template, and around it who is logged in and where one may go."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from matchback.config import load_config
from matchback.errors import MatchbackError
from matchback.publishing.report_words import title_words

if TYPE_CHECKING:
    from matchback.support.guard import Visit


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> HttpResponse:
    """Return a page for a visitor: every value is escaped by the template."""
    values = {name: _written(value) for name, value in values.items()}
    values |= {
        "visit": visit,
        "member": visit.member,
        "workspace": workspace_name(visit),
        "ways": ways(visit),
        "by_proxy": bool(visit.site.serving.named_by_proxy(visit.request.META)),
    }
    return HttpResponse(render_to_string(template, values, request=visit.request), status=status)


def ways(visit: Visit) -> list[dict[str, Any]]:
    """Return where this visitor may go: the pages that stand in the bar at the top."""
    from matchback.support.pages import PAGES

    return [
        {
            "label": page.label,
            "address": f"/{page.path}",
            "is_here": page.way in (visit.page.way,) and page.way != "",
        }
        for page in PAGES
        if page.label and visit.may(page.permission)
    ]


def workspace_name(visit: Visit) -> str:
    """Return whose page it is; the folder's name where the configuration cannot be read."""
    try:
        return title_words(load_config(visit.site.workspace.config_path).workspace.name)
    except MatchbackError:
        return visit.site.workspace.root.name


def _written(value: Any) -> Any:
    """Return a value with every day in it written as everywhere else: 2026-11-07."""
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
