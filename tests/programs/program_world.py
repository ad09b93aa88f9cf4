"""The boundary cases of an example program: files for all of them, one workspace, and the real steps night by night.

Each case is a friend (and an advocate) of its own beside all the others, so that a program costs as many runs as it has
nights. A case says what happened on which day after the opening, and what each role earns or which condition says no.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import yaml

from matchback.acts import record_act
from matchback.config import load_config
from matchback.context import RunContext, open_context
from matchback.new_workspace import make_program
from matchback.steps import STEPS, run_steps
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace

CASES = Path(__file__).with_name("cases")
GRANTED = ("pending", "approved", "issued", "fulfilled")
ACTIVITY = (
    "partner_event_id", "event_name", "event_time", "partner_user_id", "email", "phone", "account_id", "order_id",
    "advocate_code", "amount", "product", "container",
)  # fmt: skip


def case_file(program: str) -> dict[str, Any]:
    """Return the cases of a program as they are written."""
    content: dict[str, Any] = yaml.safe_load((CASES / f"{program}.yaml").read_text(encoding="utf-8"))
    return content


@dataclass
class ProgramWorld:
    """One program's workspace with the files of all its cases."""

    program: str
    root: Path
    content: Mapping[str, Any]
    rows: dict[date, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    people: dict[str, int] = field(default_factory=dict)
    advocates: set[str] = field(default_factory=set)
    shares: list[dict[str, str]] = field(default_factory=list)
    recipients: list[dict[str, str]] = field(default_factory=list)
    stays: list[tuple[str, str, date, date | None]] = field(default_factory=list)
    event_ids: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Begin the workspace as `init --program` does, write the files of all cases, and run its nights."""
        make_program(self.program, self.root, self.content["today"])
        shutil.rmtree(self.root / "inbox")
        for name, case in self.content["cases"].items():
            self._add(name, case)
        self._write()
        workspace = Workspace.at(self.root)
        for night in self.nights:
            context = open_context(workspace, as_of=night)
            run_steps(context, STEPS[: STEPS.index(self.last_step) + 1])
            if night == self.nights[0]:
                self._decide(context)
        self._remember()

    @property
    def nights(self) -> list[date]:
        """The as-of dates."""
        return list(self.content["nights"])

    @property
    def last_step(self) -> str:
        """The last of the steps that run each night."""
        return str(self.content.get("steps", "reward"))

    def tax(self, name: str) -> dict[str, str]:
        """Return the tax form of friend and advocate: `1099-MISC of 600.00 due`."""
        case = self.content["cases"][name]
        people = {"friend": case.get("friend", name), "advocate": case.get("advocate", f"{name} advocate")}
        found = {self.members[row["person_id"]]: row for row in self.tax_totals}
        return {role: _form(found[self._id(who)]) for role, who in people.items() if self._id(who) in found}

    def verdict(self, name: str) -> dict[str, str]:
        """Return what a case came to, by rule and role: `100.00 issued 2026-04-01`, or `no: require_1 not_met`.

        Where several conditions say no, they stand in the order in which they are judged.
        """
        case, event = self.content["cases"][name], self.events[self.event_ids[name]]
        usual = {self._id(case.get("friend", name)), self._id(case.get("advocate", f"{name} advocate"))}
        granted: dict[str, list[str]] = defaultdict(list)
        for row in self.rewards:
            if row["journey_id"] == event["journey_id"] and row["state"] in GRANTED:
                who = self.members[row["beneficiary_id"]]
                to = "" if who in usual else f" to {self._name(who)}"
                granted[f"{row['rule_id']}.{row['role']}"].append(_amount(row) + to)
        judged = [row for row in self.decisions if row["journey_id"] == event["journey_id"] and _decides(row)]
        failed = {(row["rule_id"], row["role"]) for row in judged if row["outcome"] == "failed"}
        refused: dict[str, list[str]] = defaultdict(list)
        for row in judged:
            if row["outcome"] == "failed" or (row["rule_id"], row["role"]) not in failed:
                refused[f"{row['rule_id']}.{row['role']}"].append(_reason(row))
        said = {key: f"no: {', '.join(reasons)}" for key, reasons in refused.items()}
        return said | {key: " and ".join(found) for key, found in granted.items()}

    @cached_property
    def _zone(self) -> ZoneInfo:
        return load_config(self.root / "matchback.toml").zone

    # --- the files -----------------------------------------------------------------------------------------------

    def _add(self, name: str, case: Mapping[str, Any]) -> None:
        opened = case.get("opened", self.content["opened"])
        advocate = case.get("advocate", f"{name} advocate")
        before = case.get("before", {})
        if isinstance(before, int):
            before = {"count": before}
        for number in range(1, before.get("count", 0) + 1):
            first = before.get("opened", opened - timedelta(days=before["count"]))
            label = f"{name} before {number}"
            self._add_friend(label, label, case, first + timedelta(days=number - 1), advocate)
        self._add_friend(name, case.get("friend", name), case, opened, advocate)
        for share in case.get("shares", ()):
            self._share(case, name, advocate, share, opened)
        for stay in case.get("lists", ()):
            who = {"friend": case.get("friend", name), "advocate": advocate}[stay.get("who", "friend")]
            until = None if stay.get("until") is None else opened + timedelta(days=stay["until"])
            self.stays.append((stay["list"], who, opened + timedelta(days=stay["from"]), until))

    def _add_friend(
        self, name: str, friend: str, case: Mapping[str, Any], opened: date, advocate: str
    ) -> None:
        self.advocates.add(advocate)
        used = {} if case.get("shares") else {"advocate_code": self._code(advocate)}
        kind = self.content.get("account", "account_id")
        opening = [0, self.content["opens"], used | dict(case.get("opening", {}))]
        for number, (day, event, *more) in enumerate(_each_day([opening, *case.get("events", ())])):
            said = dict(more[0]) if more else {}
            who = {"friend": friend, "advocate": advocate}.get(said.pop("who", "friend"), name + " other")
            account = f"{name} {said.pop('account', 'of ' + advocate if who == advocate else '')}".strip()
            row = {
                "partner_event_id": f"{self._id(name)}-{number}",
                "event_name": event,
                "partner_user_id": f"M{self._id(who)}",
                "email": f"p{self._id(who)}@example.net",
                "phone": self._phone(who),
                **({} if kind is None else {kind: f"90{self._id(account)}"}),
                **said,
            }
            if said.get("advocate_code") == "of the advocate":
                row["advocate_code"] = self._code(advocate)
            if said.get("phone") == "as people write it":
                row["phone"] = f"(203) 426-{self._id(who)}"
            on = opened + timedelta(days=day)
            row.setdefault("event_time", f"{on}T{12 + number // 60:02}:{number % 60:02}:00{self._offset(on)}")
            self.rows[on].append(row)
            if number == case.get("judged", 0):
                self.event_ids[name] = str(row["partner_event_id"])

    def _share(
        self, case: Mapping[str, Any], name: str, advocate: str, said: Mapping[str, Any], opened: date
    ) -> None:
        who = said.get("by", advocate)
        self.advocates.add(who)
        on = opened + timedelta(days=said["day"])
        share = f"S{len(self.shares) + 1}"
        at = f"{on}T12:00:00{self._offset(on)}"
        self.shares.append(
            {"share_id": share, "advocate_partner_user_id": f"M{self._id(who)}", "shared_at": at}
        )
        to = case.get("friend", name) if said.get("to") is None else f"{name} {said['to']}"
        kind = self.content.get("recipients", "email")
        value = self._phone(to) if kind == "phone" else f"p{self._id(to)}@example.net"
        self.recipients.append({"share_id": share, f"recipient_{kind}": value, "sent_at": at})

    def _write(self) -> None:
        inbox, first = self.root / "inbox", self.nights[0]
        waiting = dict(self.rows)
        for night in self.nights:
            rows = [row for on in sorted(waiting) if on <= night for row in waiting[on]]
            waiting = {on: rows for on, rows in waiting.items() if on > night}
            _csv(inbox / f"activity/activity_{night:%Y%m%d}.csv", rows, ACTIVITY)
        assert not waiting, "an event lies after the last night"
        enrolled = first - timedelta(days=3650)
        people = [
            {
                "partner_user_id": f"M{self._id(who)}",
                "email": f"p{self._id(who)}@example.net",
                "advocate_code": self._code(who),
                "enrolled_on": str(enrolled),
                "pay_to_account_id": f"80{self._id(who)}",
            }
            for who in sorted(self.content["cases"] if "payees" in self.content else self.advocates)
        ]
        folder = self.content.get("payees", "advocates")
        _csv(inbox / f"{folder}/{folder}_{first:%Y%m%d}.csv", people)
        if self.shares:
            _csv(inbox / f"shares/shares_{first:%Y%m%d}.csv", self.shares)
            _csv(inbox / f"shares/recipients_{first:%Y%m%d}.csv", self.recipients)
        self._write_lists(inbox / "lists")

    def _write_lists(self, folder: Path) -> None:
        """Write each list whole for each day on which it changes."""
        for everybody in self.content.get("everybody", ()):
            for who in sorted(self.advocates):
                if not any(stay[:2] == (everybody, who) for stay in self.stays):
                    self.stays.append((everybody, who, self.content["today"], None))
        for name in {stay[0] for stay in self.stays}:
            own = [stay for stay in self.stays if stay[0] == name]
            for on in sorted({stay[2] for stay in own} | {stay[3] for stay in own if stay[3] is not None}):
                rows = [
                    {"partner_user_id": f"M{self._id(who)}"}
                    for _, who, since, until in own
                    if since <= on and (until is None or on < until)
                ]
                rows += [{"partner_user_id": "M100"}]
                _csv(folder / f"{name}_{on:%Y%m%d}.csv", rows)

    def _id(self, who: str) -> int:
        return self.people.setdefault(who, 3001 + len(self.people))

    def _name(self, number: int) -> str:
        return next(name for name, known in self.people.items() if known == number)

    def _code(self, who: str) -> str:
        return f"CODE-{self._id(who)}"

    def _phone(self, who: str) -> str:
        return f"+1203426{self._id(who)}"

    def _offset(self, on: date) -> str:
        text = datetime(on.year, on.month, on.day, 12, tzinfo=self._zone).strftime("%z")
        return f"{text[:3]}:{text[3:]}"

    # --- what came of it -----------------------------------------------------------------------------------------

    def _decide(self, context: RunContext) -> None:
        """Let a person approve or decline what cases ask for, after the first night."""
        asked = {name: case["decided"] for name, case in self.content["cases"].items() if "decided" in case}
        if not asked:
            return
        self._remember()
        for name, (act, operator) in asked.items():
            event = self.events[self.event_ids[name]]
            with patch.dict(os.environ, {"MATCHBACK_OPERATOR": operator} if operator != "who pays" else {}):
                for row in self.rewards:
                    if row["journey_id"] == event["journey_id"]:
                        record_act(context, act, subject_id=row["reward_id"], reason_code="as_read")

    def _remember(self) -> None:
        with Warehouse.open(Workspace.at(self.root)) as warehouse:
            values = {
                row["identifier_key"]: row["value"] for row in warehouse.table("identifiers").to_pylist()
            }
            self.events = {
                values[row["partner_event_key"]]: row for row in warehouse.table("events").to_pylist()
            }
            self.decisions = sorted(
                warehouse.table("reward_decisions").to_pylist(), key=lambda row: row["position"]
            )
            keys = {
                key: int(value[1:]) for key, value in values.items() if value[:1] == "M" and value != "M100"
            }
            self.members = {
                row["person_id"]: keys[row["alias"]]
                for row in warehouse.table("person_aliases").to_pylist()
                if row["alias"] in keys
            }
            self.rewards = warehouse.table("rewards").to_pylist()
            self.tax_totals = warehouse.table("tax_totals").to_pylist() if self.last_step == "report" else []
            self.refusals = warehouse.table("refusals").to_pylist()


def _decides(row: Mapping[str, Any]) -> bool:
    """Tell whether a condition says no by itself: the parts of `any` do not, nor does what waits for another."""
    is_part = 121 <= row["position"] <= 299
    return row["outcome"] != "passed" and not is_part and row["reason_code"] != "not_judged"


def _reason(row: Mapping[str, Any]) -> str:
    measured = row["condition"].startswith("require_") and row["threshold"] is not None
    seen = f" at {row['observed']}" if measured and row["outcome"] == "failed" else ""
    return f"{row['condition']} {row['reason_code']}{seen}"


def _each_day(rows: list[list[Any]]) -> Iterator[list[Any]]:
    """Yield rows; one for `1..10` is ten, one a day, each with an account of its own where it says so."""
    for day, *rest in rows:
        first, _, last = str(day).partition("..")
        if not last:
            yield [day, *rest]
            continue
        for number in range(int(first), int(last) + 1):
            said = dict(rest[1]) if len(rest) > 1 else {}
            if "account" in said:
                said["account"] = f"{said['account']} {number}"
            yield [number, rest[0], said]


def _amount(row: Mapping[str, Any]) -> str:
    named = row["kind"] in ("tier", "badge")
    amount = row["kind"] if named else _points(row)
    issued = f" {row['issued_on']}" if row["issued_on"] else ""
    return f"{amount} {row['state']}{issued}"


def _form(row: Mapping[str, Any]) -> str:
    minor, due = int(row["paid_minor"]), "due" if row["needs_form"] else "not due"
    return f"{row['form']} of {minor // 100}.{minor % 100:02} {due}"


def _points(row: Mapping[str, Any]) -> str:
    minor = int(row["amount_minor"])
    return str(minor) if row["kind"] == "points" else f"{minor // 100}.{minor % 100:02}"


def _csv(path: Path, rows: list[dict[str, Any]], columns: tuple[str, ...] = ()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [name for name in columns if any(name in row for row in rows)] or list(_names(rows))
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, names)
        writer.writeheader()
        writer.writerows(rows)


def _names(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from dict.fromkeys(name for row in rows for name in row)
