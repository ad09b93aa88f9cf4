"""The reports of rewards and of operations, counted once more in plain Python from the published base tables.

Nothing here reads a report or runs a query that counts: rewards, ledger entries, decisions, payout lines, files and
events are taken row by row, and the terms from the configuration file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

Row = dict[str, Any]
Tables = Callable[[str], list[Row]]
SENT = ("issued", "fulfilled", "redeemed")
TAKEN_BACK = ("declined", "voided", "clawed_back", "expired")


class Ledger:
    """The rewards, each with its entries in order."""

    def __init__(self, tables: Tables, as_of: date, config: Mapping[str, Any]) -> None:
        """Read what the counts rest on; `config` is the parsed `matchback.toml`."""
        self.tables, self.as_of = tables, as_of
        self.rules = {rule["id"]: rule for rule in config["rewards"]}
        self.entries: dict[int, list[Row]] = defaultdict(list)
        for entry in sorted(tables("reward_entries"), key=lambda row: row["sequence"]):
            self.entries[entry["reward_id"]].append(entry)
        self.rewards = [row | self._standing(row) for row in tables("rewards")]

    def _standing(self, reward: Row) -> Row:
        own = self.entries[reward["reward_id"]]
        last = own[-1]
        days = {
            row["entry_kind"]: row["effective_on"] for row in own if row["generation"] == last["generation"]
        }
        return {
            "state": "pending" if last["entry_kind"] == "earned" else last["entry_kind"],
            "balance": sum(row["amount_minor"] for row in own),
            "since_on": last["effective_on"],
            "days": days,
            "was_issued": any(row["entry_kind"] == "issued" for row in own),
        }

    def most(self, rule_id: str) -> int:
        """Return what a rule gives, in cents: in the sample every rule gives one amount."""
        return int(Decimal(self.rules[rule_id]["value"]["amount"]) * 100)


def month(day: date) -> date:
    return day.replace(day=1)


def week(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


def ageing(days: int) -> str:
    return next((name for most, name in ((7, "0-7"), (30, "8-30"), (90, "31-90")) if days <= most), "over 90")


def summed(rows: Iterable[Row], by: str, **measures: Callable[[Row], int]) -> Iterator[Row]:
    """Yield the sum of each measure for each different set of the `by` columns."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in by.split())].append(row)
    for key, own in groups.items():
        yield dict(zip(by.split(), key, strict=True)) | {
            name: sum(measure(row) for row in own) for name, measure in measures.items()
        }


def one(row: Row) -> int:
    return 1


def reward_states(ledger: Ledger) -> Iterator[Row]:
    aged = [row | {"ageing": ageing((ledger.as_of - row["since_on"]).days)} for row in ledger.rewards]
    yield from summed(
        aged,
        "program rule_id role kind currency state ageing",
        rewards=one,
        amount_minor=lambda row: row["amount_minor"],
        balance_minor=lambda row: row["balance"],
        due_minor=lambda row: 0 if row["state"] in SENT else row["balance"],
    )


def reward_forecast(ledger: Ledger) -> Iterator[Row]:
    expected = []
    for row in ledger.rewards:
        if row["state"] in ("approved", "failed"):
            expected.append(row | {"basis": "due", "due_on": ledger.as_of, "worth": row["balance"]})
        elif row["state"] == "pending":
            due_on = max(row["release_on"], ledger.as_of)
            expected.append(row | {"basis": "pending", "due_on": due_on, "worth": row["balance"]})
    for case in _cases(ledger):
        if case[0]["status"] != "waiting":
            continue
        rule = ledger.rules[case[0]["rule_id"]]
        deadlines = [row["deadline_on"] for row in case if row["outcome"] == "open" and row["deadline_on"]]
        last = date.fromordinal(min(deadlines).toordinal() + rule.get("pending_days", 0))
        expected.append(
            {**case[0], "program": rule["program"], "kind": rule["value"]["kind"], "basis": "waiting",
             "currency": rule["value"]["currency"], "due_on": max(last, ledger.as_of),
             "worth": ledger.most(rule["id"])}
        )  # fmt: skip
    yield from summed(
        [row | {"month_on": month(row["due_on"])} for row in expected],
        "program rule_id role kind currency month_on basis",
        rewards=one,
        amount_minor=lambda row: row["worth"],
    )


def near_misses(ledger: Ledger) -> Iterator[Row]:
    for case in _cases(ledger):
        unmet = [row for row in case if row["outcome"] != "passed" and row["reason_code"] != "not_judged"]
        if case[0]["status"] == "met" or len(unmet) != 1:
            continue
        if unmet[0]["condition"] in ("recognized", "eligible", "released"):
            continue
        left = (unmet[0]["deadline_on"] - ledger.as_of).days if unmet[0]["deadline_on"] else -1
        yield {
            name: unmet[0][name] for name in ("journey_id", "rule_id", "role", "status", "condition", "gap")
        } | {
            "days_left": left if unmet[0]["status"] == "waiting" and left >= 0 else None,
            "most_minor": ledger.most(unmet[0]["rule_id"]),
        }


def _cases(ledger: Ledger) -> Iterator[list[Row]]:
    """Yield the conditions of each production journey, rule and role together."""
    tests = {row["journey_id"] for row in ledger.tables("events") if row["container"] != "production"}
    cases: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in ledger.tables("reward_decisions"):
        if row["journey_id"] not in tests:
            cases[row["journey_id"], row["event_id"], row["rule_id"], row["role"]].append(row)
    yield from cases.values()


def limits(ledger: Ledger) -> Iterator[Row]:
    """Count places by person and year of earning: the sample's limits count rewards by calendar year."""
    used: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in ledger.rewards:
        if ledger.rules[row["rule_id"]].get("limits") and (
            row["was_issued"] or row["state"] not in TAKEN_BACK
        ):
            place = "issued" if row["was_issued"] else row["state"]
            used[row["rule_id"], row["role"], row["beneficiary_id"], row["earned_on"].year][place] += 1
    for (rule_id, role, person, year), places in used.items():
        (limit,) = ledger.rules[rule_id]["limits"]
        taken, allowed = places.total(), limit["count"]
        yield {
            "rule_id": rule_id,
            "role": role,
            "person_id": person,
            "from_on": date(year, 1, 1),
            "until_on": date(year, 12, 31),
            "allowed": allowed,
            "issued": places["issued"],
            "approved": places["approved"],
            "pending": places["pending"],
            "used": taken,
            "headroom": allowed - taken,
            "standing": "full" if taken == allowed else "near" if taken >= 0.8 * allowed else "free",
        }


def clawbacks(ledger: Ledger) -> Iterator[Row]:
    paid: Counter[int] = Counter()
    for line in ledger.tables("payouts"):
        if line["status"] not in ("failed", "expired"):
            paid[line["reward_id"]] += line["amount_minor"]
    reversals = []
    for reward in ledger.rewards:
        own = [row for row in ledger.entries[reward["reward_id"]] if row["entry_kind"] in TAKEN_BACK]
        due = reward["amount_minor"] if reward["state"] in ("approved", "failed", *SENT) else 0
        for row in own:
            outstanding = max(paid[row["reward_id"]] - due, 0) if row is own[-1] else 0
            reversals.append(
                row
                | {"kind": reward["kind"], "month_on": month(row["effective_on"]), "outstanding": outstanding}
            )
    yield from summed(
        reversals,
        "program rule_id role kind currency month_on entry_kind reason_code",
        reversals=one,
        reversed_minor=lambda row: -row["amount_minor"],
        recovered_minor=lambda row: (
            -row["amount_minor"] - row["outstanding"] if row["entry_kind"] == "clawed_back" else 0
        ),
        outstanding_minor=lambda row: row["outstanding"],
    )


def refusals(ledger: Ledger) -> Iterator[Row]:
    files = {row["file_id"]: row for row in ledger.tables("files")}
    weeks: Counter[tuple[str, date]] = Counter()
    for file in files.values():
        weeks[file["feed_id"], week(file["received_on"])] += file["records"] or 0
    found: dict[tuple[Any, ...], set[tuple[str, int]]] = defaultdict(set)
    for row in ledger.tables("refusals"):
        file = files[row["file_id"]]
        key = (file["feed_id"], week(file["received_on"]), row["reason_code"], row["column_name"])
        found[key].add((row["file_id"], row["record_number"]))
    for key, records in found.items():
        yield dict(zip(("feed_id", "week_on", "reason_code", "column_name"), key, strict=True)) | {
            "files": len({file_id for file_id, _ in records}),
            "records": len(records),
            "share_bps": 10_000 * len(records) // weeks[key[:2]],
        }


def lags(ledger: Ledger) -> Iterator[Row]:
    days: dict[tuple[str, str | None, str | None], list[int]] = defaultdict(list)
    feeds = {row["file_id"]: row["feed_id"] for row in ledger.tables("files")}
    events = {row["event_id"]: row for row in ledger.tables("events") if row["container"] == "production"}
    for event in events.values():
        taken = (event["received_on"] - event["occurred_on"]).days
        days["happened_to_received", feeds[event["file_id"]], None].append(taken)
    first: dict[tuple[int, str], date] = {}
    for row in ledger.tables("recognition_history"):
        decision = (row["event_id"], row["program"])
        first[decision] = min(first.get(decision, row["decided_as_of"]), row["decided_as_of"])
    for (event_id, named), decided_on in first.items():
        if event_id in events:
            taken = (decided_on - events[event_id]["received_on"]).days
            days["received_to_decided", None, named].append(taken)
    for reward in ledger.rewards:
        on = {"earned": reward["earned_on"]} | {
            kind: day for kind, day in reward["days"].items() if kind in ("approved", "issued", "fulfilled")
        }
        for start, end in (("earned", "approved"), ("approved", "issued"), ("issued", "fulfilled")):
            if start in on and end in on:
                days[f"{start}_to_{end}", None, reward["program"]].append((on[end] - on[start]).days)
    for (step, feed_id, program), taken_days in days.items():
        ordered = sorted(taken_days)
        yield {
            "step": step,
            "feed_id": feed_id,
            "program": program,
            "cases": len(ordered),
            "median_days": ordered[ceil(len(ordered) / 2) - 1],
            "p90_days": ordered[ceil(9 * len(ordered) / 10) - 1],
            "greatest_days": ordered[-1],
        }
