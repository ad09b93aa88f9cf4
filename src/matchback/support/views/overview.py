"""The program's figures, with the charts of the report page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.safestring import mark_safe

from matchback.answers.query import open_published
from matchback.publishing.report_page import report_parts
from matchback.support import rendering

if TYPE_CHECKING:
    from matchback.support.guard import Visit


def overview(visit: Visit) -> HttpResponse:
    """Show what the report page shows; its parts are escaped where they are made."""
    with open_published(visit.site.workspace) as (version, warehouse):
        (standing,) = warehouse.rows("explain/version", {"version_id": version.version_id})
        parts = report_parts(warehouse, standing["as_of"])
    body = mark_safe("\n".join(parts))  # noqa: S308 made and escaped by report_html
    return rendering.page(visit, "overview.html", body=body, version=standing)
