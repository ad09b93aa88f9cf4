"""The style sheets and the script: a closed list of files, which hold nothing of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse

from matchback.publishing.report_shell import ASSETS as REPORT_ASSETS
from matchback.support.site import HERE

if TYPE_CHECKING:
    from matchback.support.guard import Visit

FILES = {
    "page.css": (REPORT_ASSETS / "page.css", "text/css"),
    "page.js": (REPORT_ASSETS / "page.js", "text/javascript"),
    "support.css": (HERE / "assets" / "support.css", "text/css"),
    "support.js": (HERE / "assets" / "support.js", "text/javascript"),
    "icon.svg": (HERE / "assets" / "icon.svg", "image/svg+xml"),
}


def asset(visit: Visit, name: str) -> HttpResponse:
    """Return one file."""
    if name not in FILES:
        raise Http404
    path, kind = FILES[name]
    answer = HttpResponse(path.read_bytes(), content_type=f"{kind}; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
