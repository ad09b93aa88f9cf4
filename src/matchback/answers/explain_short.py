"""The answer in short: for each journey who was recognized, and what each reward still waits for, by how much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matchback.answers.explain_words import (
    UNRECOGNIZED,
    WHY,
    describe_condition,
    describe_ineligible,
    describe_reasons,
    describe_unknown,
    fails_so_far,
)
from matchback.answers.printing import count, money
from matchback.config import Config

Data = dict[str, Any]
MOST_JOURNEYS = 5


def in_short(data: Data, config: Config, name: Callable[[int | None], str]) -> list[str]:
    """Return the first lines of an answer; none where nothing was judged or too much to say it in short."""
    journeys = data["journeys"]
    if not 0 < len(journeys) <= MOST_JOURNEYS:
        return []
    lines = []
    for journey in journeys:
        told = _journey(journey, config, name)
        if told and len(journeys) > 1:
            lines.append(f"  {_began(journey, config)}:")
            told = [f"  {line}" for line in told]
        lines += told
    return ["In short", *lines] if lines else []


def _began(journey: Data, config: Config) -> str:
    """Return which of several journeys it is: by its root, else by the first of what arrived."""
    roots = [(row["root_on"], row["root_event_name"], row["root_event_id"]) for row in journey["programs"]]
    roots += [(row["occurred_on"], row["event_name"], row["event_id"]) for row in journey["events"]]
    if not roots:
        return f"Journey {journey['journey_id']}"
    day, name, event_id = roots[0]
    event = config.event(name)
    return f"{event.label if event and event.label else name} on {day}, event {event_id}"


def _journey(journey: Data, config: Config, name: Callable[[int | None], str]) -> list[str]:
    lines = []
    for program in journey["programs"]:
        lines += _program(program, config, name)
    rewarded = {(row["rule_id"], row["role"]) for row in journey["rewards"]}
    for decision in journey["decisions"]:
        if (decision["rule_id"], decision["role"]) not in rewarded:
            lines += _waits_for(decision, config)
    for reward in journey["rewards"]:
        amount = money(reward["amount_minor"], reward["currency"])
        lines.append(
            f"  {reward['rule_id']} for the {reward['role']}: {amount} {reward['state'].replace('_', ' ')}"
        )
    return lines


def measures(row: Data, *, is_described: bool) -> list[str]:
    """Return what was observed, what is needed (unless the words say it), what is missing and until when."""
    names = [("earned" if row["condition"] == "released" else "observed", "observed"), ("missing", "gap")]
    if not is_described:
        names.insert(1, ("needed", "threshold"))
    details = [f"{label} {row[name]}" for label, name in names if row[name] not in (None, "")]
    if row["deadline_on"]:
        details.append(f"{'until' if row['condition'] == 'released' else 'by'} {row['deadline_on']}")
    if row["days_left"] is not None and row["days_left"] >= 0:
        details.append(f"{count(row['days_left'], 'day')} left")
    if row["reason_code"]:
        details.append(WHY.get(row["reason_code"], row["reason_code"].replace("_", " ")))
    return details


def _program(program: Data, config: Config, name: Callable[[int | None], str]) -> list[str]:
    friend = name(program["person_id"])
    lines = []
    for found in program["recognitions"]:
        verdict = (
            ""
            if found["eligible"]
            else f"; not eligible: {describe_ineligible(config, program['program'], found['ineligible_reason'])}"
        )
        lines.append(
            f"  {program['program']}: {name(found['advocate_id'])} brought {friend} by {found['label']}{verdict}"
        )
    for missing in program["unrecognized"]:
        why = "; ".join(
            [describe_reasons(missing["reason_code"], UNRECOGNIZED), *describe_unknown(config, program)]
        )
        lines.append(f"  {program['program']}: nobody is recognized for {friend}, since {why}")
    return lines


def _waits_for(decision: Data, config: Config) -> list[str]:
    """Return what keeps one reward from being earned; the conditions that wait for another one are left out."""
    head = f"  {decision['rule_id']} for the {decision['role']}"
    unmet = [
        row
        for row in decision["conditions"]
        if row["outcome"] != "passed" and row["reason_code"] != "not_judged"
    ]
    if decision["status"] in ("failed", "expired"):
        unmet = [row for row in unmet if row["outcome"] == "failed"]
    lines = []
    for row in unmet:
        words = describe_condition(config, decision["rule_id"], row["condition"])
        details = measures(row, is_described=words != row["condition"])
        failed = "fails so far" if fails_so_far(decision) else "failed"
        word = failed if row["outcome"] == "failed" else "waits for"
        lines.append(f"{head} {word}: {words}{' (' + ', '.join(details) + ')' if details else ''}")
    return lines
