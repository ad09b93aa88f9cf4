"""Key figures, retention, value and reminders counted a second time, in plain Python, from published base tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from end_to_end.reckoned_reports import HORIZONS, reaches
from end_to_end.reckoned_world import UNKNOWN, Row, World, bps

PAID = ("issued", "fulfilled", "redeemed")
FUNDED_DAYS = QUALIFY_DAYS = 14


def key_figures(world: World) -> list[Row]:
    """Return every program's figures of every day, week and month in which anything happened."""
    sums: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    persons: dict[tuple[str, str, date, str], set[int]] = defaultdict(set)

    def add(program: str, day: date, **counts: int) -> None:
        for period, start in world.periods(day):
            sums[program, period, start].update(counts)

    def see(program: str, day: date, what: str, who: int) -> None:
        for period, start in world.periods(day):
            persons[program, period, start, what].add(who)

    for share in world.shares:
        program = share["program"] or UNKNOWN
        add(program, share["shared_on"], shares=1)
        if share["advocate_id"] is not None:
            see(program, share["shared_on"], "sharing_advocates", share["advocate_id"])
    for click in world.clicks:
        add(click["for"], click["clicked_on"], clicks=1)
        see(click["for"], click["clicked_on"], "clickers", click["person_id"] or click["click_id"])
    for program, signed in _signups(world).items():
        for day in signed.values():
            add(program, day, signups=1)
    for journey in world.journeys:
        add(journey["program"], journey["root_on"], judged_journeys=1)
    new = _new_customers(world)
    for row in world.recognized:
        event, day = row["event"], row["event"]["occurred_on"]
        add(row["program"], day, revenue_minor=event["amount_minor"] or 0)
        if row["is_root"]:
            add(row["program"], day, conversions=1, returned=int(row["journey_id"] in world.ended))
            add(row["program"], day, new_customers=int((row["program"], row["journey_id"]) in new))
            see(row["program"], day, "converters", row["person_id"] or row["journey_id"])
            see(row["program"], day, "successful_advocates", row["advocate_id"])
    for program, event in judged(world):
        add(program, event["occurred_on"], total_revenue_minor=event["amount_minor"] or 0)
    for program, day, amount in _paid(world):
        add(program, day, paid_minor=amount)
    known = _members(world)
    signing = set(_signups(world))
    return [
        _figures(
            world, key, total, {k[3]: len(v) for k, v in persons.items() if k[:3] == key}, known, signing
        )
        for key, total in sums.items()
    ]


def _figures(
    world: World,
    key: tuple[str, str, date],
    total: Counter[str],
    seen: dict[str, int],
    known: list[date],
    signing: set[str],
) -> Row:
    program, period, start = key
    following = (start + timedelta(days=31)).replace(day=1)
    lasts = {"day": 1, "week": 7, "month": (following - start).days}
    end = start + timedelta(days=lasts[period] - 1)
    names = ("sharing_advocates", "clickers", "converters", "successful_advocates")
    row: Row = {"program": program, "period": period, "starts_on": start, "ends_on": end}
    row |= {name: seen.get(name, 0) for name in names}
    counts = ("shares", "clicks", "judged_journeys", "conversions", "returned", "new_customers")
    row |= {name: total[name] for name in (*counts, "revenue_minor", "total_revenue_minor", "paid_minor")}
    row["signups"] = total["signups"] if program in signing else None
    row["members"] = sum(day <= end for day in known)
    row["conversion_rate_bps"] = bps(row["conversions"], row["clickers"])
    row["referral_rate_bps"] = bps(row["conversions"], row["judged_journeys"])
    row["referred_revenue_share_bps"] = bps(row["revenue_minor"], row["total_revenue_minor"])
    converters, new = row["converters"], row["new_customers"]
    row["purchase_frequency_hundredths"] = 100 * row["conversions"] // converters if converters else None
    row["participation_rate_bps"] = bps(row["sharing_advocates"], row["members"])
    row["acquisition_rate_bps"] = bps(converters, row["sharing_advocates"])
    row["advocacy_rate_bps"] = bps(row["successful_advocates"], row["sharing_advocates"])
    row["share_through_rate_bps"] = bps(row["clickers"], row["sharing_advocates"])
    row["signup_rate_bps"] = None if row["signups"] is None else bps(row["signups"], row["clickers"])
    row["return_rate_bps"] = bps(row["returned"], row["conversions"])
    row["acquisition_cost_minor"] = row["paid_minor"] // new if new and row["paid_minor"] >= 0 else None
    return row


def _signups(world: World) -> dict[str, dict[int, date]]:
    found: dict[str, dict[int, date]] = defaultdict(dict)
    for (program, name), (unit, days) in reaches(world).items():
        if unit == "friends" and name != "(clicked)":
            for who, day in days.items():
                found[program][who] = min(day, found[program].get(who, day))
    return found


def _new_customers(world: World) -> set[tuple[str, int]]:
    since = {person["person_id"]: person["customer_since_on"] for person in world.rows("persons")}
    roots = [row for row in world.recognized if row["is_root"]]
    roots.sort(key=lambda row: (row["event"]["occurred_at"], row["event_id"]))
    met, found = set(), set()
    for row in roots:
        friend = row["program"], row["person_id"] or row["journey_id"]
        reasons = set((row["ineligible_reason"] or "").replace(" ", "").split(","))
        known = since.get(row["person_id"])
        before = known is not None and known < row["event"]["occurred_on"]
        if friend not in met and not before and not reasons & {"existing_customer", "recent_customer"}:
            found.add((row["program"], row["journey_id"]))
        met.add(friend)
    return found


def judged(world: World) -> list[tuple[str, Row]]:
    """Return every rewardable active production event with each program that judged it."""
    rows = [(row["program"], row["event"]) for row in world.recognized]
    rows += [(row["program"], world.events[row["event_id"]]) for row in world.rows("unrecognized_events")]
    return [(program, event) for program, event in rows if event["status"] == "active"]


def _paid(world: World) -> list[tuple[str, date, int]]:
    found: list[tuple[str, date, int]] = []
    paid: dict[int, bool] = defaultdict(bool)
    amounts: dict[int, int] = {}
    for entry in sorted(world.rows("reward_entries"), key=lambda entry: entry["sequence"]):
        reward, kind = entry["reward_id"], entry["entry_kind"]
        if kind == "earned":
            amounts[reward] = entry["amount_minor"]
        change = (kind in PAID) - paid[reward]
        paid[reward] = kind in PAID
        if change:
            found.append((entry["program"], entry["effective_on"], change * amounts[reward]))
    return found


def _members(world: World) -> list[date]:
    since: dict[int, date] = {}
    known = [(person["person_id"], person["customer_since_on"]) for person in world.rows("persons")]
    known += [(advocate["advocate_id"], advocate["enrolled_on"]) for advocate in world.rows("advocates")]
    known += [(journey["person_id"], journey["root_on"]) for journey in world.journeys]
    for who, day in known:
        if who is not None and day is not None:
            since[who] = min(day, since.get(who, day))
    return list(since.values())


# --- retention and value -----------------------------------------------------------------------------------------


def customers(world: World) -> dict[tuple[str, int], Row]:
    """Return each program's customers with their first journey and their groups."""
    advocates = {person["person_id"] for person in world.rows("persons") if person["is_advocate"]}
    found: dict[tuple[str, int], Row] = {}
    for journey in sorted(world.journeys, key=lambda j: (j["root"]["occurred_at"], j["root_event_id"])):
        key = journey["program"], journey["friend"]
        if key not in found:
            referred = (journey["program"], journey["journey_id"]) in world.recognized_journeys
            groups = (
                "referred" if referred else "not_referred",
                "advocates" if journey["friend"] in advocates else "non_advocates",
            )
            found[key] = {"groups": groups, "since": journey["root_on"], "root": journey["root_event_id"]}
    return found


def retention(world: World) -> list[Row]:
    """Return retained customers by program, cohort month, group and horizon."""
    persons = {journey["journey_id"]: journey["person_id"] for journey in world.journeys}
    last: dict[int, date] = {}
    for event in world.counted:
        if not world.is_negative(event) and event["journey_id"] not in world.ended:
            who = event["person_id"] or persons.get(event["journey_id"]) or event["journey_id"]
            last[who] = max(event["occurred_on"], last.get(who, event["occurred_on"]))
    counts: dict[tuple[str, date, str, int], Counter[str]] = defaultdict(Counter)
    for (program, who), customer in customers(world).items():
        for group in customer["groups"]:
            for days in HORIZONS:
                horizon = customer["since"] + timedelta(days=days)
                old = horizon <= world.as_of
                kept = old and who in last and last[who] >= horizon
                counts[program, customer["since"].replace(day=1), group, days].update(
                    customers=1, old_enough=int(old), retained=int(kept)
                )
    names = ("program", "cohort_on", "customer_group", "horizon_days")
    return [
        dict(zip(names, key, strict=True))
        | {name: count[name] for name in ("customers", "old_enough", "retained")}
        | {"retention_rate_bps": bps(count["retained"], count["old_enough"])}
        for key, count in counts.items()
    ]


def values(world: World) -> list[Row]:
    """Return what customers brought to date, by program, cohort month and group."""
    friends = {(j["program"], j["journey_id"]): j["friend"] for j in world.journeys}
    known = customers(world)
    counts: dict[tuple[str, date, str], Counter[str]] = defaultdict(Counter)
    for (program, _), customer in known.items():
        for group in customer["groups"]:
            counts[program, customer["since"].replace(day=1), group]["customers"] += 1
    for program, event in judged(world):
        customer = known[program, friends[program, event["journey_id"]]]
        kind = "initial_minor" if event["event_id"] == customer["root"] else "subsequent_minor"
        for group in customer["groups"]:
            place = counts[program, customer["since"].replace(day=1), group]
            place.update({"events": 1, kind: event["amount_minor"] or 0})
    names = ("program", "cohort_on", "customer_group")
    result = []
    for key, count in counts.items():
        lifetime = count["initial_minor"] + count["subsequent_minor"]
        row = dict(zip(names, key, strict=True))
        row |= {name: count[name] for name in ("customers", "events", "initial_minor", "subsequent_minor")}
        row |= {"lifetime_minor": lifetime, "lifetime_per_customer_minor": lifetime // count["customers"]}
        result.append(row)
    return result


# --- reminders ---------------------------------------------------------------------------------------------------


def reminders(world: World) -> list[Row]:
    """Return the reminders of recognized journeys; the sample has no unused coupon."""
    funding = set(world.config["reports"]["funded_events"])
    funded = {event["journey_id"] for event in world.counted if event["event_name"] in funding}
    programs = {j["program"] for j in world.journeys if j["journey_id"] in funded}
    of_rule = {rule["rule_id"]: rule["program"] for rule in world.rows("reward_rules")}
    deadlines: dict[tuple[str, int], date] = {}
    for row in world.rows("reward_decisions"):
        waits = row["status"] == "waiting" and row["outcome"] == "open" and row["deadline_on"] is not None
        asked = row["condition"] == "trigger" or row["condition"].startswith("require")
        if waits and asked and row["reason_code"] not in ("not_judged", "window_open"):
            key = of_rule[row["rule_id"]], row["journey_id"]
            if row["deadline_on"] >= world.as_of:
                deadlines[key] = min(row["deadline_on"], deadlines.get(key, row["deadline_on"]))
    result = []
    for journey in world.journeys:
        key = journey["program"], journey["journey_id"]
        if journey["advocate_id"] is None or journey["journey_id"] in world.ended:
            continue
        until = deadlines.get(key)
        due = journey["root_on"] + timedelta(days=FUNDED_DAYS)
        if until is not None and until <= world.as_of + timedelta(days=QUALIFY_DAYS):
            result.append(_reminder("qualify_by", journey, until - timedelta(days=QUALIFY_DAYS), until))
        if key[0] in programs and journey["journey_id"] not in funded and due <= world.as_of:
            result.append(_reminder("not_funded", journey, due, until))
    return result


def _reminder(name: str, journey: Row, due: date, until: date | None) -> Row:
    return {
        "reminder": name,
        "program": journey["program"],
        "journey_id": journey["journey_id"],
        "due_on": due,
        "until_on": until,
        "person_id": journey["person_id"],
        "advocate_id": journey["advocate_id"],
    }
