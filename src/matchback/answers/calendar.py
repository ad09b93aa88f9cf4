"""The arrival calendar for people: a table by feed and day, what was unexpected, and what a missing file endangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from matchback.acts import record_act
from matchback.answers.latest import Latest, Note, last_as_of, open_latest, unheard
from matchback.answers.operations import Outcome, check_reason
from matchback.answers.printing import as_columns
from matchback.config import load_config
from matchback.context import RunContext, open_context
from matchback.errors import ConfigurationError
from matchback.intake.arrival_log import calendar_rows
from matchback.intake.missing_files import rewards_at_risk, risk_line
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Row = dict[str, Any]
_SHORT = {
    "ok": "ok",
    "excused": "excused",
    "missing": "MISSING",
    "held": "HELD",
    "incomplete": "part",
    "far_above_usual": "x10",
    "far_below_usual": "/10",
    "columns_changed": "columns",
}


def feed_calendar(workspace: Workspace, days: int, feed: str | None = None, note: Note = unheard) -> Outcome:
    """Return the last days of the calendar, in words and as data: as published, or of the night that stopped since."""
    if feed is not None:
        load_config(workspace.config_path).feed(feed)
    with open_latest(workspace, note, stopped_too=True) as latest:
        as_of, rows, risks = _published(latest) if latest.version else _of_tonight(workspace, latest)
    first = as_of - timedelta(days=days - 1)
    shown = [row for row in rows if row["day_on"] >= first and feed in (None, row["feed_id"])]
    risks = [row for row in risks if feed in (None, row["feed_id"])]
    data = {"as_of": as_of, "arrivals": shown, "rewards_at_risk": risks}
    return _words(as_of, first, shown, risks), data


def _published(latest: Latest) -> tuple[date, list[Row], list[Row]]:
    assert latest.version is not None
    warehouse = latest.warehouse
    as_of = warehouse.rows("explain/version", {"version_id": latest.version.version_id})[0]["as_of"]
    return as_of, warehouse.rows("explain/feed_arrivals"), warehouse.rows("explain/rewards_at_risk")


def _of_tonight(workspace: Workspace, latest: Latest) -> tuple[date, list[Row], list[Row]]:
    """Judge the calendar anew, as of the night that was begun last."""
    context = open_context(workspace, as_of=last_as_of(workspace))
    context = replace(context, warehouse=latest.warehouse)
    rows = [
        {name: value for name, value in row.items() if name != "is_missing"} for row in calendar_rows(context)
    ]
    return (
        context.as_of,
        sorted(rows, key=lambda row: (row["feed_id"], row["day_on"])),
        rewards_at_risk(context),
    )


def _words(as_of: date, first: date, rows: Sequence[Row], risks: Sequence[Row]) -> str:
    if not rows:
        return f"Nothing was expected and nothing came from {first} to {as_of}."
    days = [first + timedelta(days=number) for number in range((as_of - first).days + 1)]
    cells = {(row["feed_id"], row["day_on"]): row for row in rows}
    table = [
        {"feed": feed, **{day.strftime("%a %d"): _cell(cells.get((feed, day))) for day in days}}
        for feed in sorted({row["feed_id"] for row in rows})
    ]
    parts = [f"As of {as_of}. A number is the files that came where none is expected.", as_columns(table)]
    found = [row for row in rows if row["detail"]]
    if found:
        names = ("day_on", "feed_id", "state", "detail")
        parts.append(as_columns([{name: row[name] for name in names} for row in found]))
    parts += [risk_line(row) for row in risks]
    return "\n\n".join(parts)


def _cell(row: Row | None) -> str:
    if row is None:
        return "."
    if row["state"] == "ok" and not row["is_expected"]:
        return str(row["files"])
    return _SHORT.get(row["state"], str(row["state"]))


def arrivals_of(warehouse: Warehouse, as_of: date) -> dict[str, Any]:
    """Return what was unexpected on a version's own day, and what it endangers."""
    rows = [row for row in warehouse.rows("explain/feed_arrivals") if row["day_on"] == as_of]
    return {
        "expected": sum(row["is_expected"] for row in rows),
        "came": sum(row["is_expected"] and row["files"] > 0 for row in rows),
        "findings": [
            {name: row[name] for name in ("feed_id", "state", "detail")} for row in rows if row["detail"]
        ],
        "rewards_at_risk": warehouse.rows("explain/rewards_at_risk"),
    }


def excuse(context: RunContext, feed_id: str, day: date, reason: str) -> Outcome:
    """Journal that no file of a feed is waited for on a day; return words and data."""
    check_reason(reason)
    if context.config.feed(feed_id).expect is None:
        raise ConfigurationError(
            f"The feed {feed_id} expects no files: it has no `expect` in matchback.toml.",
            state="Nothing was journaled.",
        )
    number = record_act(
        context, "feed_excused", subject_id=None, reason_code=reason, feed_id=feed_id, day=day.isoformat()
    )
    words = f"Journaled as entry {number}: the file of {feed_id} for {day} is not waited for."
    return f"{words}\nThe next run goes on:  matchback run", {
        "journal_number": number,
        "feed": feed_id,
        "day": day,
    }
