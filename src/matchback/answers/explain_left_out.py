"""Explain what is left out: why, by which records, what was decided before, what is owed on it, and what to type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from matchback.answers.printing import money
from matchback.config import Config
from matchback.config_tables import LABELS

Data = dict[str, Any]
Name = Callable[[int | None], str]
WHY = {
    "conflict": "it came in versions that contradict each other; none counts until a correction record comes, "
    "or an operator chooses one",
    "cancelled": "its sender cancelled it",
}
ACTS = {
    "recognition_added": "added a recognition",
    "event_resolved": "chose the version that holds",
    "reward_approved": "approved the reward",
    "reward_declined": "declined the reward",
    "reward_retried": "had the reward paid again",
    "reward_granted": "granted the reward by hand",
    "reward_withdrawn": "withdrew the reward",
    "payout_closed": "closed what was open about its payout",
}
NOT_PAID = ("pending", "approved", "failed")


def tell_left_out(
    events: list[Data], config: Config, name: Name, reward_lines: Callable[[Data], list[str]]
) -> list[str]:
    """Return the lines about events that count for nothing; `reward_lines` tells one reward, with its ledger."""
    lines = ["Left out:"]
    for event in events:
        declared = config.event(event["event_name"])
        label = declared.label if declared and declared.label else event["event_name"]
        where = f"event {event['event_id']}, {_record(event)}"
        lines.append(
            f"  {event['occurred_on']}  {label}  [{where}]: {WHY.get(event['status'], event['status'])}"
        )
        lines += [f"    {_version(row, config)}" for row in event["versions"]]
        lines += [f"    {_former(row, name)}" for row in event["decisions"]]
        for reward in event["rewards"]:
            lines += [f"  {line}" for line in reward_lines(reward)]
            if event["status"] == "conflict" and reward["state"] in NOT_PAID:
                lines.append("      it waits: nothing is paid on an event in conflict")
        if event["status"] == "conflict":
            lines.append(f"    Compare the versions:  matchback events show {event['event_id']}")
            lines.append(
                f"    Choose one:  matchback events resolve {event['event_id']} --version VERSION --reason CODE"
            )
    return lines


def tell_acts(acts: list[Data], name: Name) -> list[str]:
    """Return the lines about what operators did, by number of the journal and reason; never who."""
    lines = ["What operators did:"] if acts else []
    for act in acts:
        about = "reward" if act["act"].startswith("reward_") else "event"
        whom = (
            f": {name(act['advocate_id'])} in {act['program'] or 'each program'}"
            if act["advocate_id"]
            else ""
        )
        which = f" ({act['version_key']})" if act["version_key"] else ""
        standing = (
            "" if act["is_applied"] else "; journaled, and not in this version yet. Apply it:  matchback run"
        )
        lines.append(
            f"  {act['acted_on']}  an operator {ACTS[act['act']]}{which}{whom}  [{about} {act['subject_id']}, "
            f"journal entry {act['journal_number']}, reason {act['reason_code']}]{standing}"
        )
    return lines


def act_record(row: Data) -> str:
    """Return the operator's act that a manual recognition rests on: number, day and reason, never who."""
    return f"an operator's act of {row['acted_on']}, journal entry {row['act_number']}, reason {row['act_reason']}"


def _version(row: Data, config: Config) -> str:
    if row["action"] == "cancel":
        return f"cancelled by  [{_record(row)}, received {row['received_on']}]"
    moment = row["occurred_at"].replace(tzinfo=UTC).astimezone(config.zone)
    amount = f"  {money(row['amount_minor'], row['currency'])}" if row["amount_minor"] is not None else ""
    product = f"  {row['product']}" if row["product"] else ""
    return (
        f"version {row['version_key']}: {moment:%Y-%m-%d %H:%M:%S}{amount}{product}  "
        f"[{_record(row)}, received {row['received_on']}]"
    )


def _former(row: Data, name: Name) -> str:
    until = f" until {row['superseded_as_of']}" if row["superseded_as_of"] else ""
    when = f"from {row['decided_as_of']}{until}"
    if row["advocate_id"] is None:
        return f"was decided {when}: nobody recognized in {row['program']}"
    label = LABELS.get(row["recognition_type"], row["recognition_type"])
    return f"was decided {when}: {name(row['advocate_id'])} recognized in {row['program']} by {label}"


def _record(row: Data) -> str:
    return f"{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}"
