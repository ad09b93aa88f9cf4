"""Judging what is touched is judging all: night by night, ledger and tables are those of a whole build.

`INCREMENTAL_EXAMPLES=200` keeps that many banks at random instead of a few that are always the same.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytest

from matchback.rewards import scope
from unit.incremental_people import Circle, Happening
from unit.incremental_rewards import TERMS, Branch, RewardingBank
from unit.incremental_rows import File, Row

pytestmark = pytest.mark.slow
FIRST_NIGHT = date(2026, 3, 20)
BRANCHES, NIGHTS = 5, 9
BANKS = int(os.environ.get("INCREMENTAL_EXAMPLES", "2"))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOT_READ", "a secret of thirty-two characters")


@pytest.mark.parametrize("seed", range(BANKS))
def test_a_night_of_touched_rewards_equals_a_whole_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    nights: list[bool] = []
    close = scope.Scope.close

    def noted(self: scope.Scope) -> None:
        nights.append(self.is_whole)
        close(self)

    monkeypatch.setattr(scope.Scope, "close", noted)
    bank, chance, today = RewardingBank(), random.Random(seed), FIRST_NIGHT
    # Apart, so that what else happens is the same without any grant, and grants without what is foretold.
    hands, foretold = random.Random(seed), random.Random(seed)
    branches = [Branch(number) for number in range(BRANCHES)]
    circles = [Circle(number) for number in range(BRANCHES)]
    try:
        for night in range(NIGHTS):
            most = 40 if night == 0 else chance.choice((1, 2, 5))
            rows = [row for branch in branches for row in branch.happen(chance, today, most)]
            bank.deliver(File(night, "events", today, tuple(rows)))
            _deliver_of_people(bank, circles, chance.randrange(1 << 30), today)
            if night:
                bank.answer(chance, today)
                bank.grant(hands, today)
                accounts = [branch.first + 500 + foretold.randrange(8) for branch in branches]
                bank.foretell(foretold, today, accounts)
            bank.night(today if chance.random() < 0.9 else today - timedelta(2))
            assert not (found := bank.differences()), f"night {night} of bank {seed}{found}"
            today += timedelta(chance.choice((0, 1, 1, 2, 7)))
        entries = bank.kept.writer.table("reward_entries").to_pylist()
        kinds = {entry["entry_kind"] for entry in entries}
        by_hand = {entry["entry_kind"] for entry in entries if entry["rule_version"] == "manual"}
    finally:
        bank.close()
    assert {"earned", "approved", "issued", "fulfilled"} <= kinds
    assert {"earned", "issued"} <= by_hand
    assert nights.count(False) >= NIGHTS // 2, "most nights judge what is touched"


def test_a_budget_of_a_program_is_judged_among_all_of_its_rewards() -> None:
    """An opening that comes to light late, but was earlier, takes the place of one that nothing else has touched."""
    terms = TERMS.replace('id = "refer"\n', 'id = "refer"\nbudget = [{ count = 2 }]\n')
    bank, today = RewardingBank(terms), FIRST_NIGHT
    try:
        for night, (friend, opened_on) in enumerate(((0, today), (1, today - timedelta(3)))):
            bank.deliver(File(night, "events", today, (_opening(friend, opened_on),)))
            bank.night(today)
            assert not (found := bank.differences()), f"night {night}{found}"
            today += timedelta(1)
        live = {
            row["journey_id"]
            for row in bank.kept.writer.table("rewards").to_pylist()
            if row["state"] != "voided" and row["program"] == "refer"
        }
    finally:
        bank.close()
    assert live == {501}


def _opening(friend: int, opened_on: date) -> Row:
    """Return the opening of a friend of a friend's own advocate: two rewards of one program."""
    at = datetime.combine(opened_on, time(15))
    return {
        "event_name": "account_opened", "action": "new", "time_precision": "second", "has_placeholder": False,
        "container": "production", "occurred_at": at, "occurred_on": opened_on, "account_key": 500 + friend,
        "partner_event_key": 600 + friend, "partner_user_key": 103 + friend, "advocate_partner_user_key": 100 + friend,
    }  # fmt: skip


def _deliver_of_people(bank: RewardingBank, circles: list[Circle], seed: int, today: date) -> None:
    """Let lists, enrollments and customers come, as they come among the same people."""
    files: dict[tuple[str, str, date], list[Happening]] = defaultdict(list)
    for item in [item for circle in circles for item in circle.happen(seed, today, 2)]:
        if item.feed.partition("-")[0] in ("audience", "advocates", "persons"):
            files[item.feed, item.purpose, item.on].append(item)
    for number, ((feed, purpose, on), items) in enumerate(files.items(), start=seed % (1 << 20) * 100):
        bank.deliver(File(number, feed, on, tuple(item.row for item in items), purpose))
