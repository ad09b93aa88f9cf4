"""The listings of the command line: feeds and event names from the configuration, the rest as published."""

from __future__ import annotations

from typing import Any

from matchback.answers.latest import Latest, Note, open_latest, unheard
from matchback.answers.printing import as_columns, count, money, visible
from matchback.answers.query import NothingPublished, open_published
from matchback.answers.waiting import HELD, waiting_rows
from matchback.config import load_config
from matchback.errors import MatchbackError
from matchback.intake.received import received_files
from matchback.journal import Journal
from matchback.workspace import Workspace

Row = dict[str, Any]


def feed_rows(workspace: Workspace) -> list[Row]:
    """Return the declared feeds."""
    return [
        {
            "feed": feed.id,
            "kind": feed.kind,
            "source": feed.source,
            "pattern": feed.pattern,
            "format": feed.format.type,
            "delivery": feed.delivery,
            "refuse_file_above": feed.refuse_file_above,
        }
        for feed in load_config(workspace.config_path).feeds
    ]


def feed_spec(workspace: Workspace, feed_id: str, form: str) -> tuple[str, Row]:
    """Return a feed's file specification as text (markdown or html), and as data."""
    from dataclasses import asdict

    from matchback.answers import file_spec_pages
    from matchback.answers.file_spec import file_spec
    from matchback.intake.contract_check import refuse_misdeclared

    config = load_config(workspace.config_path)
    feed = config.feed(feed_id)
    refuse_misdeclared(config)
    spec = file_spec(config, feed)
    return (file_spec_pages.html(spec) if form == "html" else file_spec_pages.markdown(spec)), asdict(spec)


def plan_rows(workspace: Workspace) -> list[Row]:
    """Return the declared event names, in the order of their stages."""
    config = load_config(workspace.config_path)
    rows = [
        {
            "event": event.name,
            "label": event.label or event.name,
            "subject": event.subject,
            "stage": event.stage,
            "rewardable": event.rewardable,
            "negative": event.negative,
            "repeatable": event.repeatable,
            "required": ", ".join(event.required),
            "programs": ", ".join(program.id for program in config.programs if event.name in program.events),
        }
        for event in config.events
    ]
    return sorted(rows, key=lambda row: (row["stage"], row["event"]))


def file_list(
    workspace: Workspace, feed: str | None = None, status: str | None = None, note: Note = unheard
) -> tuple[str, list[Row]]:
    """Return delivered files, of one feed or status if named, and below them what is not taken in yet."""
    config = load_config(workspace.config_path)
    feeds = {config.feed(feed).id} if feed is not None else {known.id for known in config.feeds}
    waiting = [row for row in waiting_rows(workspace, feeds) if status in (None, row["status"])]
    try:
        with open_latest(workspace, note) as latest:
            rows = latest.warehouse.rows("explain/files")
    except NothingPublished:
        if not waiting:
            raise
        rows = []
    kept = [row for row in rows if feed in (None, row["feed_id"]) and status in (None, row["status"])]
    files = [{name: row[name] for name in _FILE_COLUMNS} for row in kept]
    parts = [as_columns(files)] if files or not waiting else []
    if waiting:
        parts.append("Not taken in yet:")
        parts += [_waiting_words(row) for row in waiting]
    return "\n\n".join(parts), [*files, *waiting]


def _waiting_words(row: Row) -> str:
    name = visible(str(row["name"]))
    file = f"file {row['file_id'][:8]}, {name}" if row["file_id"] else name
    where = "held" if row["file_id"] else "left at its source"
    return f"{row['feed_id']}: {file}\n  {where}: {row['why']}\n  → {row['next_step']}"


def show_file(workspace: Workspace, file_id: str) -> tuple[str, Row]:
    """Return one file in words and as data; the start of an id is enough."""
    for row in waiting_rows(workspace, {feed.id for feed in load_config(workspace.config_path).feeds}):
        if row["status"] == HELD and row["file_id"].startswith(file_id.lower()):
            return _waiting_words(row), row
    with open_latest(workspace) as latest:
        file = find_file(latest, file_id)
        reasons = [
            row
            for row in latest.warehouse.rows("explain/refused_counts")
            if row["file_id"] == file["file_id"]
        ]
    names = {known.file_id: known.delivered_name for known in received_files(Journal(workspace.journal_dir))}
    file["delivered_name"] = names.get(file["file_id"])
    results = sorted(workspace.outbox.rglob(f"{file['file_id']}*.results.csv"))
    file["results_file"] = str(results[0]) if results else None
    file["reasons"] = [
        {name: row[name] for name in ("records", "column_name", "reason_code", "first_record", "first_line")}
        for row in reasons
    ]
    return _file_words(file), file


def reward_rows(workspace: Workspace, state: str | None, program: str | None) -> list[Row]:
    """Return rewards, of one state or program if named."""
    with open_published(workspace) as (_, warehouse):
        rows = warehouse.rows("explain/rewards")
    kept = [row for row in rows if state in (None, row["state"]) and program in (None, row["program"])]
    return [
        {
            "reward_id": row["reward_id"],
            "program": row["program"],
            "rule": row["rule_id"],
            "role": row["role"],
            "state": row["state"],
            "amount": money(row["amount_minor"], row["currency"]),
            "kind": row["kind"],
            "earned_on": row["earned_on"],
            "release_on": row["release_on"],
            "beneficiary_id": row["beneficiary_id"],
        }
        for row in kept
    ]


_FILE_COLUMNS = (
    "file_id",
    "feed_id",
    "received_on",
    "status",
    "reason_code",
    "records",
    "accepted",
    "refused",
    "duplicates",
    "conflicts",
    "waiting",
    "control_lines",
)


_OUTCOMES = (
    ("accepted", "accepted"),
    ("refused", "refused"),
    ("duplicates", "duplicate"),
    ("conflicts", "in conflict"),
    ("waiting", "waiting"),
    ("control_lines", "control lines"),
)


def find_file(latest: Latest, start: str) -> Row:
    """Return the one file whose id begins so, among those that were loaded or refused."""
    rows = latest.warehouse.rows("explain/files")
    found = [row for row in rows if row["file_id"].startswith(start.lower())]
    if len(found) == 1:
        return found[0]
    if not found and latest.behind:
        raise MatchbackError(
            f"No file {start} is in the published version, and what came since cannot be seen now: {latest.behind}",
            next_step="Ask again once that has ended.",
        )
    if not found:
        raise MatchbackError(f"No file {start} is known.", next_step="See them:  matchback files list")
    raise MatchbackError(f"{count(len(found), 'file')} begin with {start}.", next_step="Type more of the id.")


def _file_words(file: Row) -> str:
    lines = [
        f"File {file['file_id']} of feed {file['feed_id']} ({file['kind']}), received on {file['received_on']}: "
        f"{file['status']}" + (f" ({file['reason_code']})" if file["reason_code"] else ""),
        f"  delivered as {visible(file['delivered_name'] or 'an unknown name')}",
        f"  {count(file['records'] or 0, 'record')} = "
        + " + ".join(f"{file[name] or 0:,} {word}" for name, word in _OUTCOMES),
    ]
    if file["results_file"]:
        lines.append(f"  results file {file['results_file']}")
    if file["reasons"]:
        lines += ["", as_columns(file["reasons"])]
        lines.append(f"\nSee every record:  matchback quarantine show {file['file_id'][:8]}")
    return "\n".join(lines)
