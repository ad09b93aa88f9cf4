"""Attribution and funnel counted a second time, in plain Python, from the published base tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from end_to_end.reckoned_world import UNKNOWN, Row, World, bps
from matchback.config_reports import decay_weights

MODELS = ("first", "last", "linear", "position", "decay")
HORIZONS = (30, 90, 180, 365)
COMPARED = (
    "previous_event_name",
    "from_before",
    "share_of_before_bps",
    "median_days_from_before",
    "p90_days_from_before",
    "stopped_here",
)


# --- attribution -------------------------------------------------------------------------------------------------


def credit_of(days: Sequence[date | None], half_life_days: int = 7) -> dict[str, list[int]]:
    """Return the millionths that each model gives touches of these days, which stand in their order."""
    count, whole = len(days), 1_000_000
    known = [day for day in days if day is not None]
    ages = [(max(known) - (day or min(known))).days if known else 0 for day in days]
    weights = decay_weights(half_life_days)
    shares = [weights[age] if age < len(weights) else 0 for age in ages]
    decay = [whole * share // sum(shares) for share in shares]
    for place in range(whole - sum(decay)):
        decay[count - 1 - place] += 1
    linear = [whole // count + (1 if place < whole % count else 0) for place in range(count)]
    if count <= 2:
        position = [whole // count] * count
    else:
        rest, between = 200_000, count - 2
        middle = [rest // between + (1 if place < rest % between else 0) for place in range(between)]
        position = [400_000, *middle, 400_000]
    first, last = [whole] + [0] * (count - 1), [0] * (count - 1) + [whole]
    return {"first": first, "last": last, "linear": linear, "position": position, "decay": decay}


def attribution(world: World) -> list[Row]:
    """Return credit and recognized events by program and channel."""
    channels = {share["share_id"]: share["channel"] for share in world.rows("shares")}
    lost = defaultdict(list)
    for row in world.rows("recognition_candidates"):
        near = row["reason_code"] in ("lower_tier", "older", "newer", "relationship_holds")
        if row["outcome"] == "lost" and near and row["advocate_id"] is not None:
            lost[row["program"], row["event_id"]].append(row)
    winners: dict[tuple[str, int], Row] = {}
    events: Counter[tuple[str, int]] = Counter()
    totals: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for row in sorted(world.recognized, key=lambda row: (not row["is_root"], row["event_id"])):
        key = row["program"], row["root_event_id"]
        winners.setdefault(key, row)
        events[key] += 1
        totals[row["program"], channels.get(row["share_id"])]["events"] += 1
        totals[row["program"], channels.get(row["share_id"])]["journeys"] += row["is_root"]
    for key, winner in winners.items():
        touches = [(touch, touch is winner) for touch in [winner, *lost[key]]]
        touches.sort(key=lambda item: _touch_order(*item))
        given = credit_of([world.local_day(touch["evidence_at"]) for touch, _ in touches])
        for place, (touch, _) in enumerate(touches):
            for model in MODELS:
                total = totals[key[0], channels.get(touch["share_id"])]
                total[f"credit_{model}"] += given[model][place] * events[key]
    columns = ("journeys", "events", *(f"credit_{model}" for model in MODELS))
    return [
        {"program": program, "channel": channel, **{column: total[column] for column in columns}}
        for (program, channel), total in totals.items()
    ]


def _touch_order(touch: Row, is_winner: bool) -> tuple[Any, ...]:
    at = touch["evidence_at"]
    return (
        at is not None,
        at,
        touch["advocate_id"],
        touch["recognition_type"],
        touch["on_event"],
        is_winner,
    )


# --- funnel ------------------------------------------------------------------------------------------------------


def reaches(world: World) -> dict[tuple[str, str], tuple[str, dict[int, date]]]:
    """Return, by program and step, its unit and the first day on which each friend or journey reached it."""
    found: dict[tuple[str, str], tuple[str, dict[int, date]]] = {}

    def reach(program: str, name: str, unit: str, who: int, day: date) -> None:
        days = found.setdefault((program, name), (unit, {}))[1]
        days[who] = min(day, days.get(who, day))

    near = defaultdict(set)
    for click in world.clicks:
        clicker = click["person_id"] or click["click_id"]
        reach(click["for"], "(clicked)", "friends", clicker, click["clicked_on"])
        near[clicker].add(click["for"])
    lowest = {
        program: min(world.stage(name) for name in words["events"])
        for program, words in world.programs.items()
    }
    for journey in world.journeys:
        near[journey["friend"]].add(journey["program"])
        for event in world.by_journey[journey["journey_id"]]:
            is_early = world.stage(event["event_name"]) < lowest[journey["program"]]
            if not is_early and not world.is_negative(event):
                place = journey["program"], event["event_name"]
                reach(*place, "journeys", journey["journey_id"], event["occurred_on"])
    for event in world.counted:
        stage, friend = world.stage(event["event_name"]), event["person_id"] or event["journey_id"]
        of_friend = world.catalog[event["event_name"]].get("subject", "friend") == "friend"
        if world.is_negative(event) or not of_friend:
            continue
        early = [p for p in lowest if stage < lowest[p] and event["program"] in (None, p)]
        placed = [p for p in early if event["program"] == p or p in near[friend]]
        for program in placed or ([UNKNOWN] if early else []):
            reach(program, event["event_name"], "friends", friend, event["occurred_on"])
    return found


def funnel(world: World) -> list[Row]:
    """Return every step of every program's funnel with its counts and days."""
    found = reaches(world)
    shared = Counter(share["program"] or UNKNOWN for share in world.shares)
    through = defaultdict(set)
    for row in world.recognized:
        through[row["program"]].add(row["share_id"])
    result = []
    for program in sorted({program for program, _ in found} | set(shared)):
        names = [name for of, name in found if of == program]
        names.sort(key=lambda name: _step_order(world, name, found[program, name][0]))
        before = "(shared)" if program in shared else None
        if before:
            recognized = len(through[program] - {None})
            row = {"program": program, "event_name": "(shared)", "step_number": 1, "unit": "shares"}
            row |= {"journeys": shared[program], "recognized_journeys": recognized}
            result.append(row | dict.fromkeys(COMPARED))
        for name in names:
            row = {"program": program, "event_name": name, "unit": found[program, name][0]}
            row["step_number"] = len([1 for other in result if other["program"] == program]) + 1
            row |= _step(world, found, program, name, before, shared[program])
            row["stopped_here"] = _stopped(world, found, program, names, name)
            result.append(row)
            before = name
    return result


def _step_order(world: World, name: str, unit: str) -> tuple[Any, ...]:
    if name == "(clicked)":
        return (0,)
    rewardable = bool(world.catalog[name].get("rewardable"))
    return 1 if unit == "friends" else 2, world.stage(name), not rewardable, name


def _step(world: World, found: Any, program: str, name: str, before: str | None, shares: int) -> Row:
    unit, days = found[program, name]
    friends = {j["journey_id"]: j["friend"] for j in world.journeys if j["program"] == program}
    of_friends = {friends[journey] for of, journey in world.recognized_journeys if of == program}
    recognized = [who for who in days if who in of_friends or (program, who) in world.recognized_journeys]
    row: Row = {"journeys": len(days), "recognized_journeys": len(recognized), "previous_event_name": before}
    if name == "(clicked)":
        soonest: dict[int, int] = {}
        for click in world.clicks:
            who = click["person_id"] or click["click_id"]
            if click["for"] == program and click["clicked_on"] == days[who] and click["shared_on"]:
                gap = (click["clicked_on"] - click["shared_on"]).days
                if gap >= 0:
                    soonest[who] = min(gap, soonest.get(who, gap))
        row |= {"from_before": len(days), "share_of_before_bps": bps(len(days), shares)}
        return row | _percentiles(list(soonest.values()))
    if before in (None, "(shared)"):
        return row | {"from_before": None, "share_of_before_bps": None} | _percentiles([])
    earlier_unit, earlier = found[program, before]
    gaps = []
    for who, day in days.items():
        link = friends[who] if unit == "journeys" and earlier_unit == "friends" else who
        if link in earlier and earlier[link] <= day:
            gaps.append((day - earlier[link]).days)
    row |= {"from_before": len(gaps), "share_of_before_bps": bps(len(gaps), len(earlier))}
    return row | _percentiles(gaps)


def _percentiles(gaps: list[int]) -> Row:
    gaps, count = sorted(gaps), len(gaps)
    median = gaps[(count + 1) // 2 - 1] if gaps else None
    return {
        "median_days_from_before": median,
        "p90_days_from_before": gaps[(9 * count + 9) // 10 - 1] if gaps else None,
    }


def _stopped(world: World, found: Any, program: str, names: list[str], name: str) -> int:
    unit, days = found[program, name]
    friends = {j["journey_id"]: j["friend"] for j in world.journeys if j["program"] == program}
    gone_on: set[int] = set()
    for later in names[names.index(name) + 1 :]:
        later_unit, reached = found[program, later]
        gone_on |= set(reached)
        if unit == "friends" and later_unit == "journeys":
            gone_on |= {friends[journey] for journey in reached}
    return len(set(days) - gone_on)


def incomplete(world: World) -> list[Row]:
    """Return how many friends and journeys stand still, by program and step."""
    found = reaches(world)
    result: Counter[tuple[Any, ...]] = Counter()
    for (program, name), (unit, days) in found.items():
        names = [step for of, step in found if of == program]
        names.sort(key=lambda step: _step_order(world, step, found[program, step][0]))
        later = names[names.index(name) + 1 :]
        if name == "(clicked)" or (not later and program != UNKNOWN):
            continue
        friends = {j["journey_id"]: j["friend"] for j in world.journeys if j["program"] == program}
        for who in days:
            journeys = [who] if unit == "journeys" else [j for j, friend in friends.items() if friend == who]
            gone_on = any(
                who in found[program, step][1] or any(j in found[program, step][1] for j in journeys)
                for step in later
            )
            if not gone_on and who not in world.ended:
                recognized = any((program, journey) in world.recognized_journeys for journey in journeys)
                result[program, name, later[0] if later else None, recognized] += 1
    keys = ("program", "last_event_name", "next_event_name", "is_recognized")
    return [dict(zip(keys, key, strict=True)) | {"journeys": count} for key, count in result.items()]
