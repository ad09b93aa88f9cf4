"""What hangs together with a touched reward although nothing of the night names it: each case paid wrongly once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from matchback import reward
from unit.incremental_people import ZONE
from unit.incremental_rewards import TERMS, RewardingBank
from unit.incremental_rows import File, Row
from unit.incremental_world import few_facts

pytestmark = pytest.mark.slow
ONE_RULE = (
    TERMS.partition("[[rewards]]")[0]
    + """
[[rewards]]
id = "visit"
program = "refer"
from = 2026-01-01
to = "friend"
on = "account_qualified"
expire_after_days = 10
value = { kind = "cash", amount = "10.00", currency = "USD" }
"""
)


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Iterator[RewardingBank]:
    monkeypatch.setenv("NOT_READ", "a secret of thirty-two characters")
    opened = RewardingBank(ONE_RULE)
    yield opened
    opened.close()


def test_what_a_person_said_of_a_reward_before_it_was_earned_is_heard_when_it_is(
    bank: RewardingBank,
) -> None:
    _night(
        bank, 2, _event("account_opened", 1, key=1, friend=4), _event("friend_registered", 2, key=2, friend=5)
    )
    reward_id = bank.reward_of("refer", "visit", "friend", slot=501)
    bank._say(
        "approval",
        {"decision": "decline", "decided_on": date(2026, 3, 3), "reward_id": reward_id},
        date(2026, 3, 3),
    )
    _night(bank, 3)
    _night(bank, 5, _event("account_qualified", 1, key=3, friend=4))
    assert _states(bank) == ["declined"]


def test_an_event_that_was_rewarded_where_it_stood_first_is_not_rewarded_again_where_it_stands_now(
    bank: RewardingBank,
) -> None:
    first = _event("account_opened", 1, key=1, friend=4)
    _night(
        bank,
        2,
        first,
        _event("account_opened", 1, key=2, friend=4),
        _event("account_qualified", 1, key=3, friend=4),
    )
    assert _states(bank) == ["issued"]
    moved = {"account_key": 502, "partner_user_key": 105, "advocate_partner_user_key": 102}
    _night(bank, 5, first | moved | {"action": "correct", "corrected_at": datetime(2026, 3, 5)})
    _night(bank, 7, _event("account_qualified", 2, key=4, friend=5))
    assert _states(bank) == ["issued"]


def test_a_night_after_rewards_were_judged_alone_for_a_later_day_judges_all_of_them_again(
    bank: RewardingBank,
) -> None:
    _night(
        bank, 2, _event("account_opened", 1, key=1, friend=4), _event("friend_registered", 2, key=2, friend=5)
    )
    with few_facts(0):
        reward.run(replace(bank.kept, as_of=date(2026, 3, 30)))
    assert "expired" in _decided(bank)
    _night(bank, 4, _event("friend_registered", 3, key=5, friend=6))
    assert "expired" not in _decided(bank)


def _night(bank: RewardingBank, day: int, *rows: Row) -> None:
    today = date(2026, 3, day)
    bank.deliver(File(day, "events", today, rows))
    bank.night(today)
    assert not (found := bank.differences()), found


def _event(name: str, account: int, *, key: int, friend: int) -> Row:
    at = datetime(2026, 3, 1, 15, 0, key)
    return {
        "event_name": name, "action": "new", "time_precision": "second", "has_placeholder": False,
        "container": "production", "occurred_at": at, "occurred_on": at.replace(tzinfo=UTC).astimezone(ZONE).date(),
        "account_key": 500 + account, "partner_event_key": 600 + key, "amount_minor": 3, "currency": "USD",
        "partner_user_key": 100 + friend, "advocate_partner_user_key": 101,
    }  # fmt: skip


def _states(bank: RewardingBank) -> list[str]:
    return [row["state"] for row in bank.kept.writer.table("rewards").to_pylist()]


def _decided(bank: RewardingBank) -> set[str]:
    return {row["status"] for row in bank.kept.writer.table("reward_decisions").to_pylist()}
