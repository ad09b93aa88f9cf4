"""The reports of advocates, counted once more in plain Python from the published base tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from end_to_end.counted_rewards import SENT, TAKEN_BACK, Ledger, Row

DORMANT_AFTER, NEW_FOR, TOP = 180, 30, 0.1
Key = tuple[str, int]


def advocate_rewards(ledger: Ledger) -> Iterator[Row]:
    persons = {row["alias"]: row["person_id"] for row in ledger.tables("person_aliases")}
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in ledger.rewards:
        if row["role"] == "advocate":
            person = persons.get(row["beneficiary_id"], row["beneficiary_id"])
            groups[row["program"], person, row["kind"], row["currency"]].append(row)
    for key, rows in groups.items():
        paid = [row for row in rows if row["state"] in SENT]
        yield dict(zip(("program", "advocate_id", "kind", "currency"), key, strict=True)) | {
            "rewards": len(rows),
            "paid_rewards": len(paid),
            "taken_back_rewards": sum(row["state"] in TAKEN_BACK for row in rows),
            "balance_minor": sum(row["balance"] for row in rows),
            "due_minor": sum(row["balance"] for row in rows if row["state"] not in SENT),
            "paid_minor": sum(row["balance"] for row in paid),
        }


def advocates(ledger: Ledger) -> Iterator[Row]:
    """Count every advocate by program; the sample's money is dollars, and nobody in it has left."""
    enrolled = _first_days((row["advocate_id"], row["enrolled_on"]) for row in ledger.tables("advocates"))
    shares, clicks = _shares(ledger), _clicks(ledger)
    events = _recognized(ledger)
    rewards: dict[Key, list[Row]] = defaultdict(list)
    for row in advocate_rewards(ledger):
        rewards[row["program"], row["advocate_id"]].append(row)
    found = []
    for key in shares.keys() | clicks.keys() | events.keys() | rewards.keys():
        own, days = (
            events.get(key, []),
            [*shares.get(key, []), *(row["occurred_on"] for row in events.get(key, []))],
        )
        kinds = sorted(rewards[key], key=lambda row: (-row["paid_rewards"], row["kind"]))
        found.append(
            {
                "program": key[0],
                "advocate_id": key[1],
                "enrolled_on": enrolled.get(key[1]),
                "joined_on": enrolled.get(key[1]) or min(days),
                "last_active_on": max(days, default=None),
                "shares": len(shares.get(key, [])),
                "clicks": clicks[key],
                "friends": len({row["friend"] for row in own}),
                "journeys": sum(row["is_root"] for row in own),
                "new_customers": sum(row["is_new"] for row in own),
                "initial_minor": sum(row["worth"] for row in own if row["is_initial"]),
                "subsequent_minor": sum(row["worth"] for row in own if not row["is_initial"]),
                "rewards": sum(row["rewards"] for row in kinds),
                "earned_minor": sum(row["balance_minor"] for row in kinds),
                "paid_minor": sum(row["paid_minor"] for row in kinds),
                "preferred_kind": kinds[0]["kind"] if kinds and kinds[0]["paid_rewards"] else None,
            }
        )
    for idle in enrolled.keys() - {row["advocate_id"] for row in found}:
        nothing = {name: 0 for name, value in found[0].items() if isinstance(value, int)}
        found.append(
            nothing | {"program": "(none)", "advocate_id": idle, "enrolled_on": enrolled[idle],
                       "joined_on": enrolled[idle], "last_active_on": None, "preferred_kind": None}
        )  # fmt: skip
    yield from _placed(found, ledger.as_of)


def segments(ledger: Ledger) -> Iterator[Row]:
    rows = list(advocates(ledger))
    sizes = Counter(row["program"] for row in rows)
    for program, segment in sorted({(row["program"], row["segment"]) for row in rows}):
        own = [row for row in rows if (row["program"], row["segment"]) == (program, segment)]
        yield {"program": program, "segment": segment, "advocates": len(own)} | {
            "share_bps": (20_000 * len(own) + sizes[program]) // (2 * sizes[program])
        } | {
            name: sum(row[name] for row in own)
            for name in ("shares", "clicks", "friends", "new_customers", "initial_minor", "subsequent_minor",
                         "earned_minor", "paid_minor")
        }  # fmt: skip


def _placed(found: list[Row], as_of: date) -> Iterator[Row]:
    for program in {row["program"] for row in found}:
        own = [row for row in found if row["program"] == program]
        board = [row for row in own if row["friends"]]
        board.sort(key=lambda row: (-row["friends"], -row["new_customers"], row["advocate_id"]))
        for row in own:
            place = board.index(row) + 1 if row["friends"] else None
            yield row | {"leaderboard_rank": place, "segment": _segment(row, place, len(board), as_of)}


def _segment(row: Row, place: int | None, successful: int, as_of: date) -> str:
    if (as_of - (row["last_active_on"] or row["joined_on"])).days > DORMANT_AFTER:
        return "dormant"
    if place is not None and place <= max(1, -(-successful * TOP // 1)):
        return "top"
    if (as_of - row["joined_on"]).days <= NEW_FOR:
        return "new"
    return "active" if row["last_active_on"] else "idle"


def _shares(ledger: Ledger) -> dict[Key, list[date]]:
    found: dict[Key, list[date]] = defaultdict(list)
    for row in ledger.tables("shares"):
        if row["container"] == "production" and row["advocate_id"] is not None:
            found[row["program"] or "(unknown)", row["advocate_id"]].append(row["shared_on"])
    return found


def _clicks(ledger: Ledger) -> Counter[Key]:
    """Count clicks by whose link it was: the share's advocate, else the one person who has the standing link."""
    owners: dict[int, set[int | None]] = defaultdict(set)
    programs: dict[int, set[str | None]] = defaultdict(set)
    for row in [*ledger.tables("shares"), *ledger.tables("advocates")]:
        if row["shareable_id"] is not None:
            owners[row["shareable_id"]] |= {row["advocate_id"]} - {None}
            programs[row["shareable_id"]] |= {row.get("program")} - {None}
    found: Counter[Key] = Counter()
    for row in ledger.tables("clicks"):
        link, owner = row["shareable_id"], row["advocate_id"]
        if owner is None and len(owners[link]) == 1:
            (owner,) = owners[link]
        if row["container"] == "production" and owner is not None:
            found[row["program"] or _program(programs[link]), owner] += 1
    return found


def _program(named: set[str | None]) -> str:
    return min((name for name in named if name is not None), default="(unknown)")


def _recognized(ledger: Ledger) -> dict[Key, list[Row]]:
    """Return the recognized production events of each advocate, with friend, worth and whether the friend is new."""
    events = {row["event_id"]: row for row in ledger.tables("events")}
    persons = {row["person_id"]: row for row in ledger.tables("persons")}
    rows = []
    for row in ledger.tables("recognitions"):
        event = events[row["event_id"]]
        if row["container"] == "production":
            rows.append(
                row | {"friend": row["person_id"] or row["journey_id"], "worth": event["amount_minor"] or 0,
                       "is_root": row["event_id"] == row["root_event_id"]}
            )  # fmt: skip
    roots: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        if row["is_root"]:
            roots[row["program"], row["friend"]].append(row)
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        earliest = min(roots[row["program"], row["friend"]], key=lambda root: (root["occurred_at"], root["event_id"]),
                       default=None)  # fmt: skip
        since = persons.get(row["person_id"], {}).get("customer_since_on")
        reasons = row["ineligible_reason"] or ""
        known = "existing_customer" in reasons or "recent_customer" in reasons
        known = known or (since is not None and since < row["occurred_on"])
        found[row["program"], row["advocate_id"]].append(row | {"is_new": row is earliest and not known})
    return found


def _first_days(pairs: Any) -> dict[int, date]:
    found: dict[int, date] = {}
    for person, day in pairs:
        found[person] = min(found.get(person, day), day)
    return found
