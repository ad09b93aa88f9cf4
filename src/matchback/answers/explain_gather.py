"""What an answer gathers beside its journeys: events that count for nothing, operators' acts, who is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from matchback.journal import Journal
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Data = dict[str, Any]
ACTS = (
    "recognition_added",
    "event_resolved",
    "reward_approved",
    "reward_declined",
    "reward_retried",
    "reward_granted",
    "reward_withdrawn",
    "payout_closed",
)
ARGUMENTS = ("program", "advocate_id", "version_key")


def left_out_events(
    warehouse: Warehouse, event_ids: Iterable[int], rewards_of: Callable[[int], list[Data]]
) -> list[Data]:
    """Return events that count for nothing: why, by which records, what was decided before, and what is owed on them.

    `rewards_of` returns the reward of an id, with its ledger.
    """
    found = []
    for event_id in dict.fromkeys(event_ids):
        parameters = {"event_id": event_id}
        (event,) = warehouse.rows("explain/event", parameters)
        granted = warehouse.rows("explain/left_out_rewards", parameters)
        friends = dict.fromkeys(row["friend_id"] for row in granted if row["friend_id"] is not None)
        event["versions"] = warehouse.rows("explain/left_out_versions", parameters)
        event["decisions"] = warehouse.rows("explain/left_out_decisions", parameters)
        event["friends"] = [{"person_id": friend} for friend in friends]
        event["rewards"] = [reward for row in granted for reward in rewards_of(row["reward_id"])]
        found.append(event)
    return found


def acts_about(warehouse: Warehouse, workspace: Workspace, data: Data) -> list[Data]:
    """Return what operators journaled about the events and rewards of an answer, and whether this version holds it.

    Who did it is not returned: names stay in the journal.
    """
    subjects = {row[name] for row in _rows(data) for name in ("event_id", "reward_id") if row.get(name)}
    found = []
    for entry in Journal(workspace.journal_dir).entries(kind="act"):
        body = entry.body
        if body["act"] in ACTS and body["subject_id"] in subjects:
            published = warehouse.rows("explain/applied_act", {"journal_number": entry.number})
            act = {name: body["arguments"].get(name) for name in ARGUMENTS}
            act |= {name: body[name] for name in ("act", "subject_id", "reason_code", "acted_on")}
            found.append({"journal_number": entry.number, "is_applied": bool(published), **act})
    return found


def persons_in(data: Data) -> list[int]:
    """Return every person that the answer names."""
    found: dict[int, None] = {}
    for row in _rows(data):
        for name, value in row.items():
            if name in ("person_id", "advocate_id", "beneficiary_id") and value is not None:
                found[value] = None
            elif name == "advocates":
                found.update(dict.fromkeys(value))
    return list(found)


def _rows(node: Any) -> Iterator[Data]:
    """Yield every row of an answer, at any depth."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _rows(value)
    elif isinstance(node, list):
        for item in node:
            yield from _rows(item)
