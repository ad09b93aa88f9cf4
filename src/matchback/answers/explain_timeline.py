"""The friend's timeline: everything known of one friend in order, each line with the file and record that it rests on.

What is read is one query a sort of happening (`sql/explain/timeline_*.sql`); here it gets one order, and words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from matchback.answers.explain_candidates import shared
from matchback.answers.explain_left_out import act_record
from matchback.answers.explain_times import local_time
from matchback.answers.printing import money
from matchback.config import Config
from matchback.config_tables import LABELS

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Data = dict[str, Any]
Name = Callable[[int | None], str]
MOST_LINES = 60
ORDER = ("share_received", "click", "coupon_issued", "event", "decision", "reward")
IDS = ("touch_id", "coupon_id", "event_id", "program", "happened_on", "advocate_id", "sequence")
COUPONS = {
    "friend_offer": "an offer to friends from {name}",
    "advocate_reward": "a reward of {name}, not an offer to friends",
    "public": "public: it is nobody's",
}


def timelines(warehouse: Warehouse, data: Data) -> list[Data]:
    """Return one timeline for each friend of the answer: `person_ids`, `journey_ids` and `rows` in order."""
    found: list[tuple[tuple[int, ...], list[int]]] = []
    for journey in data["journeys"]:
        carriers = journey["programs"] or journey["events"] or _friends_left_out(journey, data)
        friends = tuple(dict.fromkeys(row["person_id"] for row in carriers if row["person_id"] is not None))
        same = next((journeys for persons, journeys in found if friends and persons == friends), None)
        if same is None:
            found.append((friends, [journey["journey_id"]]))
        else:
            same.append(journey["journey_id"])
    named = {person for persons, _ in found for person in persons}
    found += [((row["person_id"],), []) for row in data["persons"] if row["person_id"] not in named]
    lines = [
        {"person_ids": list(persons), "journey_ids": journeys, "rows": _rows(warehouse, persons, journeys)}
        for persons, journeys in found
    ]
    return [line for line in lines if line["rows"]]


def _friends_left_out(journey: Data, data: Data) -> list[Data]:
    """The friends of a journey whose events count for nothing, as the ledger knew them."""
    return [
        friend
        for event in data["left_out"]
        if any(reward["journey_id"] == journey["journey_id"] for reward in event["rewards"])
        for friend in event["friends"]
    ]


def _rows(warehouse: Warehouse, persons: tuple[int, ...], journeys: list[int]) -> list[Data]:
    rows: dict[tuple[Any, ...], Data] = {}
    for row in _read(warehouse, persons, journeys):
        rows.setdefault((row["what"], *(row.get(name) for name in IDS)), row)

    def place(row: Data) -> tuple[Any, ...]:
        at = row.get("happened_at")
        return (
            row["happened_on"],
            at is None,
            at or row["happened_on"],
            ORDER.index(row["what"]),
            row.get("sequence") or 0,
            str(row),
        )

    return sorted(rows.values(), key=place)


def _read(warehouse: Warehouse, persons: tuple[int, ...], journeys: list[int]) -> Iterator[Data]:
    for journey_id in journeys:
        for name in ("coupons", "decisions", "ledger"):
            yield from warehouse.rows(f"explain/timeline_{name}", {"journey_id": journey_id})
        yield from warehouse.rows("explain/timeline_events", {"journey_id": journey_id, "person_id": None})
    for person_id in persons:
        yield from warehouse.rows("explain/timeline_touches", {"person_id": person_id})
        yield from warehouse.rows("explain/timeline_events", {"journey_id": None, "person_id": person_id})


def tell_timeline(timeline: Data, config: Config, name: Name) -> list[str]:
    """Return the lines of one timeline; `name` says how a person is called."""
    whose = " and ".join(name(person) for person in timeline["person_ids"]) or "a friend whom no record names"
    rows = timeline["rows"]
    lines = [f"Timeline of {whose}"]
    for row in rows[:MOST_LINES]:
        test = "  (test record)" if row.get("container") == "test" else ""
        lines.append(f"  {when(row, config)}  {happening(row, config, name)}{test}{rests_on(row)}")
    if len(rows) > MOST_LINES:
        lines.append(f"  and {len(rows) - MOST_LINES} more, with --json")
    return lines


def when(row: Data, config: Config) -> str:
    """Return a happening's local day, and its time where it is known to the second."""
    moment = row.get("happened_at")
    if moment is None or row.get("time_precision") == "day":
        return f"{row['happened_on']}      "
    return local_time(moment, config.zone)


def happening(row: Data, config: Config, name: Name) -> str:
    """Return what happened, in words."""
    program = f" in {row['program']}" if row.get("program") else ""
    if row["what"] == "share_received":
        return f"was sent a share by {name(row['advocate_id'])}{program}{shared(row)}"
    if row["what"] == "click":
        return f"clicked a link of {name(row['advocate_id'])}{program}{shared(row)}"
    if row["what"] == "coupon_issued":
        purpose = COUPONS.get(row["purpose"], str(row["purpose"])).format(name=name(row["advocate_id"]))
        valid = f", valid until {row['valid_until']}" if row["valid_until"] else ""
        revoked = f", revoked {row['revoked_on']}" if row["revoked_on"] else ""
        return f"the coupon was issued: {purpose}{valid}{revoked}"
    if row["what"] == "event":
        event = config.event(row["event_name"])
        label = event.label if event and event.label else row["event_name"]
        amount = f"  {money(row['amount_minor'], row['currency'])}" if row["amount_minor"] else ""
        status = "" if row["status"] == "active" else f"  ({row['status']})"
        return f"{label}{amount}{status}"
    if row["what"] == "decision":
        return _decision(row, name, program)
    return _entry(row)


def rests_on(row: Data) -> str:
    """Return the file and record, or the operator's act, that a statement rests on, in brackets."""
    if row.get("act_number") is not None:
        return f"  [{act_record(row)}]"
    parts = [f"event {row['event_id']}"] if row["what"] == "event" else []
    if row.get("file_id"):
        parts.append(f"{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}")
    if row.get("received_on"):
        parts.append(f"received {row['received_on']}")
    return f"  [{', '.join(parts)}]" if parts else ""


def _decision(row: Data, name: Name, program: str) -> str:
    until = f", until {row['superseded_as_of']}" if row["superseded_as_of"] else ""
    if row["advocate_id"] is None:
        return f"decided: nobody recognized{program}{until}"
    label = LABELS.get(row["recognition_type"], row["recognition_type"])
    return f"decided: {name(row['advocate_id'])} recognized{program} by {label}{until}"


def _entry(row: Data) -> str:
    amount = f"  {money(row['amount_minor'], row['currency'])}" if row["amount_minor"] else ""
    reason = f" ({row['reason_code']})" if row["reason_code"] else ""
    kind = row["entry_kind"].replace("_", " ")
    cause = _cause(row["caused_by"])
    return f"reward by {row['rule_id']} for the {row['role']} {kind}{amount}{reason}, caused by {cause}"


def _cause(caused_by: str) -> str:
    kind, _, what = caused_by.partition(":")
    words = {"release": "the end of the pending period", "payout": f"payout file {what}"}
    return words.get(kind, f"{kind} {what}".strip())
