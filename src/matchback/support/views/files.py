"""Files and refusals, as published: counts and reasons, never a value and never a file's delivered name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

from matchback.answers.latest import Latest
from matchback.answers.listings import find_file
from matchback.answers.query import open_published
from matchback.intake.reasons import FILE_REASONS
from matchback.support import rendering

if TYPE_CHECKING:
    from matchback.support.guard import Visit

MOST_FILES = 200
MOST_RECORDS = 500
COUNTS = ("records", "accepted", "refused", "duplicates", "conflicts", "waiting", "control_lines")


def files(visit: Visit) -> HttpResponse:
    """Show the newest files, and what was refused by feed, column and reason."""
    with open_published(visit.site.workspace) as (version, warehouse):
        rows = warehouse.rows("explain/files")[::-1]
        refused = warehouse.rows("explain/refused_counts")[::-1]
        feeds = warehouse.rows("explain/received_files")
    return rendering.page(
        visit,
        "files.html",
        version_id=version.version_id,
        feeds=[_with_words(row) for row in feeds],
        files=[_with_words(row) for row in rows[:MOST_FILES]],
        more=max(0, len(rows) - MOST_FILES),
        refused=refused[:MOST_FILES],
    )


def file(visit: Visit, file_id: str) -> HttpResponse:
    """Show one file: what became of its records, and each refused one with its reason."""
    with open_published(visit.site.workspace) as (version, warehouse):
        found = find_file(Latest(warehouse, version), file_id)
        records = warehouse.rows("explain/refused_records", {"file_id": found["file_id"]})
    code = found["reason_code"]
    return rendering.page(
        visit,
        "file.html",
        file=found,
        counts=[(name.replace("_", " "), f"{found[name] or 0:,}") for name in COUNTS],
        why=FILE_REASONS.get(code, code.replace("_", " ")) if code else "",
        records=records[:MOST_RECORDS],
        more=max(0, len(records) - MOST_RECORDS),
    )


def _with_words(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose numbers are written as people read them; what is not known is left empty."""
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in row.items()}
