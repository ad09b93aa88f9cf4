"""One event for people: as it stands, and if versions of it contradict each other, what each says and how to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matchback.acts import record_act
from matchback.answers.lookup import find_event
from matchback.answers.operations import Outcome, check_reason
from matchback.answers.printing import as_columns, money
from matchback.answers.query import open_published
from matchback.config import Config, load_config
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Row = dict[str, Any]
_KEYS = ("account_key", "partner_user_key", "email_key")


def show_event(workspace: Workspace, event: str) -> tuple[str, list[Row]]:
    """Return one event, by its id or the sender's own id of it, with the versions of it that contend."""
    config = load_config(workspace.config_path)
    with open_published(workspace, vault=True) as (_, warehouse):
        found, versions = _event(warehouse, workspace, config, event)
    words = as_columns([found])
    if versions:
        words += f"\n\nIts versions contradict each other:\n\n{as_columns(_compared(versions))}"
    if found["status"] == "conflict":
        words += (
            f"\n\nChoose one:  matchback events resolve {found['event_id']} --version VERSION --reason CODE"
        )
    return words, [{**found, "versions": versions}]


def resolve_event(context: RunContext, event: str, version_key: int, reason: str) -> Outcome:
    """Journal which version of an event in conflict holds; return words and data."""
    check_reason(reason)
    with open_published(context.workspace, vault=True) as (_, warehouse):
        found, versions = _event(warehouse, context.workspace, context.config, event)
    if found["status"] != "conflict":
        raise MatchbackError(
            f"Event {found['event_id']} is {found['status']}, not in conflict.",
            state="Nothing was journaled.",
        )
    if version_key not in [row["version_key"] for row in versions]:
        raise MatchbackError(
            f"Event {found['event_id']} has no version {version_key}.",
            state="Nothing was journaled.",
            next_step=f"See them:  matchback events show {found['event_id']}",
        )
    number = record_act(
        context,
        "event_resolved",
        subject_id=found["event_id"],
        reason_code=reason,
        event_id=found["event_id"],
        version_key=version_key,
    )
    words = (
        f"Journaled as entry {number}: version {version_key} of event {found['event_id']} holds from {context.as_of}, "
        "until another content of it comes.\nThe next run applies it:  matchback run"
    )
    return words, {"journal_number": number, "event_id": found["event_id"], "version_key": version_key}


def _event(warehouse: Warehouse, workspace: Workspace, config: Config, event: str) -> tuple[Row, list[Row]]:
    found = find_event(warehouse, workspace, config, event)
    return found, warehouse.rows("explain/event_versions", {"event_id": found["event_id"]})


def _compared(versions: Sequence[Row]) -> list[Row]:
    """Return the versions with what they say, identifiers told apart by letters: their values stay in the vault."""
    letters: dict[str, dict[int, str]] = {name: {} for name in _KEYS}
    rows = []
    for row in versions:
        told = {"version": row["version_key"], "file": row["file_id"][:8], "record": row["record_number"]}
        told |= {name: row[name] for name in ("received_on", "action", "occurred_at", "product")}
        told["amount"] = "" if row["amount_minor"] is None else money(row["amount_minor"], row["currency"])
        for name in _KEYS:
            seen = letters[name]
            if row[name] is not None:
                seen.setdefault(row[name], chr(ord("A") + len(seen) % 26))
            told[name.removesuffix("_key")] = seen.get(row[name], "")
        rows.append(told)
    return rows
