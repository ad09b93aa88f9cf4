"""A bank that rewards, kept night by night, and a twin that judges every reward each night from the same ledger.

Approvals, answers and acts of operators name rewards that stand, so they are drawn from what was posted.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from matchback import recognize, resolve, reward
from matchback.rewards.ledger_tables import Keys
from matchback.sqlfiles import kept_tables, step_tables
from unit.incremental_people import ZONE
from unit.incremental_rows import CIRCLE, Row
from unit.incremental_world import ALWAYS_WHOLE, Bank, configuration, difference, few_facts, table_hashes

STEPS = {"resolve": resolve, "recognize": recognize, "reward": reward}
LEDGER = ("reward_entries", "payouts", "reward_rules", "reward_findings")
COMPARED = tuple(sorted({*kept_tables("reward"), "reward_entries", "payouts", "reward_findings"}))
TERMS = """
[workspace]
name = "small-bank"
time_zone = "America/New_York"
id_secret = "env:NOT_READ"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened", "account_qualified"]
ineligible = ["blocked", "employee"]
quality = [{ rule = "referral_cap", more_than = 3, within_days = 20 }]

[[programs]]
id = "loans"
from = 2026-01-01
events = ["account_qualified", "account_opened"]
advocates = { audience = "eligible_advocates", at = "payout" }

[[events]]
name = "friend_registered"
stage = 1

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[events]]
name = "account_qualified"
stage = 4
rewardable = true

[[events]]
name = "account_closed"
stage = 9
negative = true

[payout]
on = "every_day"
dual_control = false

[[rewards]]
id = "both"
program = "refer"
from = 2026-01-01
to = "both"
on = "account_opened"
once_per = ["friend"]
value = { kind = "cash", amount = "10.00", currency = "USD" }
require = [{ none = "account_closed", after = "root", within_days = 4, on = "same_account" }]
pending_days = 5
limits = [{ count = 2, per = "month" }]
reversed_by = [{ event = "account_closed", after = "root", within_days = 30 }]

[[rewards]]
id = "moved"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_qualified"
when = "amount >= 0.02"
value = { kind = "cash", amount = "7.00", currency = "USD" }
require = [{ any = [
  { single = "account_opened", after = "root", within_days = 9, on = "friend" },
  { count = "friend_registered", at_least = 2, after = "root", within_days = 20, on = "advocate" },
] }]
expire_after_days = 12
on_displaced = "move"

[[rewards]]
id = "second"
program = "loans"
from = 2026-01-01
to = "advocate"
on = "account_qualified"
every_nth_referral = 2
value = { kind = "cash", amount = "20.00", currency = "USD" }

[[rewards]]
id = "steps"
program = "loans"
from = 2026-01-01
to = "friend"
on = "account_opened"
every_nth_event = 2
approve = "manual"
value = { kind = "gift_card", amount = "5.00", currency = "USD" }

[[rewards]]
id = "deed"
program = "refer"
from = 2026-01-01
to = "actor"
on = "account_qualified"
once_per = ["event"]
pending_days = 2
value = { kind = "cash", amount = "1.00", currency = "USD" }
limits = [{ value = "2.00", per = "calendar_year" }]
"""


NAMES = (
    ("account_opened",) * 3 + ("account_qualified",) * 3 + ("friend_registered",) * 2 + ("account_closed",)
)
CLOCKS = ("03:30:00", "15:00:00", "15:00:01")


class Branch:
    """A handful of advocates, friends and accounts, and every event that was told of them."""

    def __init__(self, number: int) -> None:
        self.first = number * CIRCLE
        self.told: list[Row] = []

    def happen(self, chance: random.Random, today: date, most: int) -> list[Row]:
        """Return what is told today: events, corrections and cancellations of former ones, and some again."""
        found = [self._told(chance, today) for _ in range(chance.randint(0, most))]
        self.told += found
        return found

    def _told(self, chance: random.Random, today: date) -> Row:
        if self.told and chance.random() < 0.25:
            former = chance.choice(self.told)
            action = chance.choice(("new", "new", "correct", "cancel"))
            kept = (
                "partner_event_key",
                "event_name",
                *chance.choice(((), ("account_key",), ("account_key",))),
            )
            row = (
                former
                if action == "cancel"
                else self._event(chance, today) | {name: former[name] for name in kept}
            )
            changed = {"corrected_at": datetime.combine(today, time())} if action != "new" else {}
            return chance.choice((former, row | changed | {"action": action}))
        return self._event(chance, today)

    def _event(self, chance: random.Random, today: date) -> Row:
        friend, account = chance.randrange(6), chance.randrange(8)
        at = datetime.combine(
            today - timedelta(chance.choice((0, 1, 2, 5, 9))), time.fromisoformat(chance.choice(CLOCKS))
        )
        row: Row = {
            "event_name": chance.choice(NAMES), "action": "new", "time_precision": "second", "has_placeholder": False,
            "container": "production" if chance.random() < 0.95 else "test",
            "occurred_at": at, "occurred_on": at.replace(tzinfo=UTC).astimezone(ZONE).date(),
            "account_key": self.first + 500 + account, "partner_event_key": self.first + 600 + chance.randrange(60),
            "amount_minor": chance.randint(1, 3), "currency": "USD",
        }  # fmt: skip
        named = chance.choice(("partner_user_key", "partner_user_key", "email_key"))
        row[named] = self.first + (103 + friend % 4 if named == "partner_user_key" else 200 + friend % 3)
        if chance.random() < 0.7:
            row["advocate_partner_user_key"] = self.first + 100 + chance.randrange(3)
        return row


class RewardingBank(Bank):
    """The bank and its twin; before each night the twin's ledger is the bank's."""

    def __init__(self, terms: str = TERMS) -> None:
        super().__init__(configuration(terms))

    def night(self, as_of: date, steps: Sequence[str] = tuple(STEPS)) -> None:
        """Run the steps by changes where they can be, then on the twin as a whole."""
        kept, twin = self.kept.writer, self.twin.writer
        ledger = {table: kept.table(table) for table in LEDGER}
        with few_facts(0):
            for step in steps:
                STEPS[step].run(replace(self.kept, as_of=as_of))
        if "reward" not in steps:
            return
        for table in step_tables("schema"):
            if table not in ("recognition_history", "state", *LEDGER):
                twin.replace(table, kept.table(table))
        for table, rows in ledger.items():
            twin.replace(table, rows)
        for name in ("facts_seq", "acts_number"):
            twin.set_state(name, kept.state.get(name, "0"))
        with few_facts(ALWAYS_WHOLE):
            for step in STEPS:
                STEPS[step].run(replace(self.twin, as_of=as_of))

    def differences(self) -> str:
        """Return which tables of the two differ and in which rows; empty if none does."""
        hashes = [table_hashes(context.writer, COMPARED) for context in (self.kept, self.twin)]
        return "".join(
            f"\n{table}\n" + difference(self.kept.writer, self.twin.writer, table)
            for table in COMPARED
            if hashes[0][table] != hashes[1][table]
        )

    def reward_of(self, program: str, rule: str, role: str, slot: int) -> int:
        """Return the id that a reward has, or will have once it is earned."""
        secret = self.kept.config.id_secret(self.kept.workspace.root)
        row = {"program": program, "rule_key": rule, "role": role, "slot_id": slot, "slot_ordinal": None}
        return Keys(secret).reward(row)

    def foretell(self, chance: random.Random, today: date, accounts: Sequence[int]) -> None:
        """Let a file of approvals name a reward that may be there, may come, or may never be."""
        rule, role = chance.choice((("both", "friend"), ("both", "advocate"), ("moved", "advocate")))
        reward_id = self.reward_of("refer", rule, role, chance.choice(accounts))
        said: dict[str, object] = {"reward_id": reward_id, "decided_on": today}
        self._say("approval", said | {"decision": chance.choice(("approve", "decline"))}, today)

    def answer(self, chance: random.Random, today: date) -> None:
        """Let operators, an approvals file and the payer say something about rewards that stand, or nobody knows."""
        entries = self.kept.writer.table("reward_entries").to_pylist()
        rewards = sorted({entry["reward_id"] for entry in entries if entry["rule_version"] != "manual"})
        for reward_id in chance.sample(rewards, min(len(rewards), 3)) + [77] * (chance.random() < 0.1):
            day = today - timedelta(chance.choice((0, 0, 1, 4)))
            kind = chance.choice(("act", "approval", "answer", "answer"))
            if kind == "act":
                act = chance.choice(("reward_approved", "reward_declined", "reward_retried"))
                self._do(act, reward_id, day)
            elif kind == "approval":
                said = {"decision": chance.choice(("approve", "decline")), "decided_on": day}
                self._say("approval", said | {"reward_id": reward_id}, day)
            else:
                status = chance.choice(("fulfilled", "failed", "redeemed", "expired"))
                said = {"status": status, "reported_on": day + timedelta(chance.choice((0, 0, 2)))}
                self._say("fulfillment", said | {"reward_id": reward_id}, day)

    def grant(self, chance: random.Random, today: date) -> None:
        """Let operators grant something to persons by any id they ever had, and withdraw it, and the payer answer."""
        kept = self.kept.writer
        granted = [
            row["subject_id"] for row in kept.table("operator_acts").to_pylist() if "granted" in row["act"]
        ]
        if granted and chance.random() < 0.4:
            self._do("reward_withdrawn", chance.choice(granted), today)
        entries = kept.table("reward_entries").to_pylist()
        issued = {entry["reward_id"] for entry in entries if entry["entry_kind"] == "issued"} & set(granted)
        for reward_id in sorted(issued)[:2]:
            said = {"status": chance.choice(("fulfilled", "fulfilled", "failed")), "reported_on": today}
            self._say("fulfillment", said | {"reward_id": reward_id}, today)
        aliases = kept.table("person_aliases").to_pylist()
        roots = kept.table("journey_roots").to_pylist()
        for _ in range(chance.randint(0, 2) if aliases and roots else 0):
            root = chance.choice([*roots, {"journey_id": None, "root_event_id": None}])
            given = {
                "program": "refer", "role": chance.choice(("advocate", "friend")), "kind": "cash", "name": None,
                "person_id": chance.choice(aliases)[chance.choice(("alias", "person_id"))], "currency": "USD",
                "journey_id": root["journey_id"], "event_id": root["root_event_id"], "amount_minor": 300,
            }  # fmt: skip
            again = bool(granted) and chance.random() < 0.2
            reward_id = chance.choice(granted) if again else 10**12 + chance.randrange(10**9)
            self._do("reward_granted", reward_id, today - timedelta(chance.choice((0, 0, 2))), given)

    def _do(self, act: str, reward_id: int, day: date, given: dict[str, object] | None = None) -> None:
        warehouse = self.kept.writer
        number = int(warehouse.state.get("acts_number", "0")) + 1
        row = {"journal_number": number, "acted_on": day, "operator_id": "operator-1", "act": act}
        row["arguments"] = json.dumps(given or {})
        with warehouse.transaction():
            warehouse.add("operator_acts", [row | {"subject_id": reward_id, "reason_code": "asked"}])
            warehouse.set_state("acts_number", str(number))

    def _say(self, kind: str, said: dict[str, object], received_on: date) -> None:
        """Add one row of a file of approvals or answers."""
        warehouse = self.kept.writer
        number = int(warehouse.state.get("facts_seq", "0")) + 1
        file = {
            "file_id": f"{number:016x}",
            "record_number": 1,
            "received_on": received_on,
            "facts_seq": number,
        }
        file |= {f"last_{name}": file[name] for name in ("file_id", "record_number", "received_on")}
        keys = {f"{kind}_id": number, "content_key": number, "version_key": number}
        with warehouse.transaction():
            warehouse.add(f"fact_{kind}s", [said | file | keys])
            warehouse.set_state("facts_seq", str(number))
