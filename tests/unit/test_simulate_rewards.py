"""Simulations of reward rules: judged over the same history from nothing, to the cent, and nothing is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from matchback.answers.simulate import Scope
from matchback.answers.simulate_rewards import simulate_rewards
from matchback.answers.simulate_rewards_page import rewards_page
from matchback.answers.simulate_rewards_text import miss_rows, rewards_text
from matchback.cli import main
from matchback.errors import ConfigurationError
from matchback.progress import QuietProgress
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.simulated_bank import TOML, found_simulated_bank
from unit.test_replay import contents

RULE = TOML[TOML.index("[[rewards]]") : TOML.index("[payout]")]
FRIEND = """
[[rewards]]
id = "friend-10"
program = "refer"
from = 2026-01-01
to = "friend"
on = "account_opened"
value = { kind = "account_credit", amount = "10.00" }
"""
Tried = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bank after its night: four rewards of 25.00, of which three are issued; only simulations look at it."""
    return found_simulated_bank(tmp_path_factory.mktemp("banks") / "bank")


@pytest.fixture
def tried(bank: Workspace, tmp_path: Path) -> Tried:
    def tried(rules: str, scope: Scope | None = None) -> dict[str, Any]:
        path = tmp_path / "rules.toml"
        path.write_text(rules, encoding="utf-8")
        return simulate_rewards(bank, path, scope or Scope(), QuietProgress())

    return tried


def test_the_rules_in_force_change_nothing_and_nothing_is_touched(bank: Workspace, tried: Tried) -> None:
    """Of a whole configuration only the rules are tried."""
    before = contents(bank.root)
    data = tried(TOML)
    assert contents(bank.root) == before
    assert data["terms"] == []
    (role,) = data["roles"]
    assert [role[name] for name in ("gained", "lost", "more", "less")] == [0, 0, 0, 0]
    assert (
        (role["now_rewards"], role["now_minor"]) == (role["then_rewards"], role["then_minor"]) == (4, 10_000)
    )
    assert data["persons"] == []
    assert "Nobody would get anything else." in rewards_text(data)
    assert rewards_text(data).endswith("The rules are those in force.")


def test_another_amount_is_judged_for_issued_rewards_too(tried: Tried) -> None:
    """The ledger keeps what it posted at 25.00; what the rules cost over history does not rest on it."""
    data = tried(RULE.replace('"25.00"', '"40.00"'))
    (role,) = data["roles"]
    assert (role["more"], role["more_minor"], role["gained"], role["lost"]) == (4, 6_000, 0, 0)
    assert data["costs"] == [
        {"currency": "USD", "now_rewards": 4, "then_rewards": 4, "now_minor": 10_000, "then_minor": 16_000}
    ]
    assert "100.00 USD for 4 rewards now, 160.00 USD for 4 rewards then: 60.00 USD more." in rewards_text(
        data
    )
    assert [(row["now_minor"], row["then_minor"]) for row in data["persons"]] == [(5_000, 8_000)] * 2
    assert "2 persons would get more, 0 less" in rewards_text(data)


def test_a_rule_of_another_name_is_compared_by_what_somebody_gets(tried: Tried) -> None:
    data = tried(RULE.replace('"advocate-25"', '"advocate-20"').replace('"25.00"', '"20.00"') + FRIEND)
    advocate, friend = data["roles"]
    assert (advocate["less"], advocate["less_minor"], advocate["lost"], advocate["gained"]) == (
        4,
        2_000,
        0,
        0,
    )
    assert (friend["gained"], friend["gained_minor"], friend["now_rewards"]) == (4, 4_000, 0)
    (month,) = data["months"]
    assert (month["month_on"], month["now_minor"], month["then_minor"]) == (date(2026, 11, 1), 10_000, 12_000)


def test_points_and_badges_are_never_added_up(tried: Tried) -> None:
    """Both have no currency; a sum of 500 points and a badge would be a number of nothing."""
    points = FRIEND.replace('kind = "account_credit", amount = "10.00"', 'kind = "points", amount = "500"')
    badge = FRIEND.replace('kind = "account_credit", amount = "10.00"', 'kind = "badge", name = "gold"')
    data = tried(RULE + points + badge.replace("friend-10", "friend-badge"))
    assert {row["currency"]: row["then_minor"] for row in data["costs"]} == {
        "USD": 10_000,
        "badge": 4,
        "points": 2_000,
    }
    assert {row["currency"]: row["then_minor"] for row in data["months"]} == {
        "USD": 10_000,
        "badge": 4,
        "points": 2_000,
    }
    text = rewards_text(data)
    assert "0 points for 0 rewards now, 2,000 points for 4 rewards then: 2,000 points more." in text
    assert "0 badges for 0 rewards now, 4 badges for 4 rewards then: 4 badges more." in text
    assert "Cost by month in points" in rewards_page(data)


def test_a_limit_says_whom_it_turns_away(tried: Tried) -> None:
    """Ada brought Gwen and Hugo, Bea Finn and Jack: of one a year, each loses the second."""
    data = tried(RULE.rstrip() + '\nlimits = [{ count = 1, per = "calendar_year" }]\n')
    (role,) = data["roles"]
    assert (role["lost"], role["lost_minor"], role["then_rewards"]) == (2, 5_000, 2)
    assert data["limits_hit"]["now"] == []
    (limit,) = data["limits_hit"]["then"]
    assert (limit["condition"], limit["threshold"], limit["turned_away"], limit["persons"]) == (
        "limit_1",
        "1",
        2,
        2,
    )
    assert re.search(r"then +advocate-25 +advocate +limit_1 +1 +2 +2\n", rewards_text(data) + "\n")


def test_a_budget_of_the_program_says_whom_it_turns_away(tried: Tried) -> None:
    """Of a whole configuration the budgets of its programs are tried with its rules; the first three take 75.00."""
    whole = TOML.replace(
        'events = ["account_opened"]', 'events = ["account_opened"]\nbudget = [{ value = "99.99" }]'
    )
    data = tried(whole)
    (role,) = data["roles"]
    assert (role["lost"], role["lost_minor"], role["then_rewards"]) == (1, 2_500, 3)
    assert data["limits_hit"]["now"] == []
    (limit,) = data["limits_hit"]["then"]
    assert (limit["condition"], limit["threshold"], limit["turned_away"]) == ("program_budget_1", "99.99", 1)
    assert data["near_misses"]["then"] == []
    assert [row["path"] for row in data["terms"]] == ["programs.refer.budget"]
    assert tried(RULE)["terms"] == [], "a file that names no program leaves its budgets as they are"


def test_a_budget_that_cannot_be_is_refused_before_anything_is_simulated(tried: Tried) -> None:
    whole = TOML.replace(
        'events = ["account_opened"]', 'events = ["account_opened"]\nbudget = [{ per = "day" }]'
    )
    with pytest.raises(
        ConfigurationError, match=r"programs\.refer: budget 1: name exactly one of count, value"
    ):
        tried(whole)


def test_a_near_miss_says_by_how_little_and_whether_it_is_open(tried: Tried) -> None:
    """Nobody opened twice; Jack, who opened on the 9th, has until the 14th."""
    rule = '\nrequire = [{ count = "account_opened", at_least = "2", after = "root", within_days = 5 }]\n'
    data = tried(RULE.rstrip() + rule)
    assert data["near_misses"]["now"] == []
    missed = {row["is_open"]: row for row in data["near_misses"]["then"]}
    assert {is_open: row["missed"] for is_open, row in missed.items()} == {False: 3, True: 1}
    assert {
        (row["condition"], row["threshold"], row["smallest_gap"], row["close"]) for row in missed.values()
    } == {("require_1", "2", 1, 0)}
    assert data["costs"][0]["then_minor"] == 0


def test_a_near_miss_says_by_how_many_days_it_came_too_late() -> None:
    """Slot 1 came 2 days late, slot 2 reached its sum 8 days late, slot 3 never came, and slot 4 may still come."""
    closes = date(2026, 3, 10)
    cases, decisions, windows = [], [], []
    for slot, kind, status in (
        (1, "single", "expired"),
        (2, "sum", "expired"),
        (3, "single", "expired"),
        (4, "single", "waiting"),
    ):
        case = {"rule_version": "v", "role": "advocate", "slot_id": slot}
        cases.append({**case, "root_event_id": slot, "trigger_event_id": slot})
        decisions.append(
            {
                **case,
                "rule_id": "r",
                "status": status,
                "outcome": "failed",
                "condition": "require_1",
                "position": 101,
                "threshold": "50.00",
                "gap": "50.00",
                "container": "production",
                "reason_code": "late",
            }
        )
        windows.append(
            {
                **case,
                "position": 1,
                "journey_id": slot,
                "container": "production",
                "person_id": 99,
                "kind": kind,
                "on_whom": "same_account",
                "at_least_minor": 5000,
                "at_least_count": 1,
                "has_condition": False,
                "currency": "USD",
                "opens_on": date(2026, 3, 1),
                "closes_on": closes,
                "is_anchored": True,
                "looks_back": False,
                "until_payout": False,
            }
        )
    came = [(1, 9, 4999), (1, 12, 5000), (2, 9, 2000), (2, 18, 3000), (3, 20, 4999), (4, 11, 5000)]
    events = [
        {
            "event_id": 10 + number,
            "event_name": "deposit",
            "status": "active",
            "container": "production",
            "currency": "USD",
            "journey_id": slot,
            "person_id": 7,
            "occurred_on": date(2026, 3, day),
            "amount_minor": minor,
        }
        for number, (slot, day, minor) in enumerate(came)
    ]
    opened = {**events[0], "event_name": "opened", "occurred_on": date(2026, 3, 1), "amount_minor": 0}
    events += [{**opened, "event_id": slot, "journey_id": slot} for slot in (1, 2, 3, 4)]
    warehouse = Warehouse.memory(schema=False)
    for name, rows in {
        "reward_cases": cases,
        "reward_decisions": decisions,
        "requirement_windows": windows,
        "events": events,
        "rule_requirement_events": [{"rule_version": "v", "position": 1, "event_name": "deposit"}],
        "condition_results": [{"rule_version": "v", "position": 9, "event_id": 1, "passed": True}],
    }.items():
        warehouse.replace(name, pa.Table.from_pylist(rows))
    scope = {"from_on": date(2026, 1, 1), "to_on": date(2026, 12, 31)}
    over, waiting = warehouse.rows("simulate/near_misses", scope)
    warehouse.close()
    assert (over["missed"], over["late"], over["week_late"], over["fewest_days_late"]) == (3, 2, 1, 2)
    assert (waiting["is_open"], waiting["missed"], waiting["late"]) == (True, 1, 0)


def test_a_range_of_days_compares_only_roots_inside(tried: Tried) -> None:
    """Three opened on the 2nd, Jack on the 9th."""
    rules = RULE.replace('"25.00"', '"40.00"')
    assert tried(rules, Scope(to_on=date(2026, 11, 2)))["roles"][0]["more"] == 3
    assert tried(rules, Scope(from_on=date(2026, 11, 9)))["roles"][0]["more"] == 1
    assert tried(rules, Scope(from_on=date(2026, 11, 10)))["roles"] == []


def test_the_page_runs_no_script_and_shows_the_cost_of_each_month(tried: Tried) -> None:
    page = rewards_page(tried(RULE.replace('"25.00"', '"40.00"') + FRIEND))
    assert "<script" not in page
    assert not re.search(r'(src|href)="', page)
    assert 'aria-label="2026-11: 100.00 USD"' in page
    assert 'aria-label="2026-11: 200.00 USD"' in page
    assert 'aria-label="friend: 4"' in page
    assert "<h1>Reward rules</h1>" in page
    assert "<title>Simulation: Reward rules</title>" in page


def test_the_page_draws_both_costs_to_one_scale(tried: Tried) -> None:
    """Half the cost is half as long a bar: in two drawings of their own it would look the same."""
    page = rewards_page(tried(RULE.replace('"25.00"', '"50.00"')))
    shape = r'aria-label="2026-11: ([\d.]+) USD" d="M[\d.]+,[\d.]+h([\d.]+)a([\d.]+),4 '
    drawn = {amount: float(straight) + float(corner) for amount, straight, corner in re.findall(shape, page)}
    assert drawn["200.00"] == pytest.approx(2 * drawn["100.00"], abs=0.05)


def test_the_page_says_of_which_program_a_change_is(tried: Tried) -> None:
    """Roles alone would not tell; where there is one program they do."""
    data = tried(RULE.replace('"25.00"', '"40.00"') + FRIEND)
    assert "Get more for the same journey<" in rewards_page(data)
    others = [{**row, "program": "another-program", "more": 0, "gained": 0} for row in data["roles"]]
    page = rewards_page({**data, "roles": [*data["roles"], *others]})
    program = data["roles"][0]["program"]
    assert f"Get more for the same journey, {program}<" in page
    assert "another-program<" not in page[: page.index("<table")]


def test_what_is_missing_has_as_many_places_as_what_was_asked() -> None:
    miss = {"rule_id": "r", "role": "friend", "condition": "require_1", "missed": 1, "close": 1, "late": 0,
            "week_late": 0, "fewest_days_late": None, "is_open": False}  # fmt: skip
    cases = [
        ("0.010", "500.00", "0.01"),
        ("2.000", "5", "2"),
        ("0.125", "500.00", "0.125"),
        (None, "a = 1.5", ""),
    ]
    for gap, asked, said in cases:
        row = {**miss, "smallest_gap": gap and Decimal(gap), "threshold": asked}
        assert miss_rows({"now": [row], "then": []})[0]["least missing"] == said


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("[workspace]\n", "holds no rules"),
        ("[[rewards]\n", "is not valid TOML"),
        (
            RULE.replace('on = "account_opened"', 'on = "account_opend"'),
            "is not a known event of reward advocate-25",
        ),
        (RULE.replace('to = "advocate"', 'to = "aunt"'), "rewards.0.to"),
        (RULE.rstrip() + '\nwhen = "amont > 1"\n', "rewards.advocate-25"),
    ],
)
def test_rules_that_cannot_be_are_refused_with_every_problem(tried: Tried, rules: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        tried(rules)
    assert words in str(refused.value)


def test_the_command_prints_words_or_json_and_writes_the_page(
    bank: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, page = tmp_path / "rules.toml", tmp_path / "rewards.html"
    rules.write_text(RULE.replace('"25.00"', '"40.00"'), encoding="utf-8")
    arguments = ["simulate", "rewards", "--workspace", str(bank.root), "--rules", str(rules)]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json", "--quiet", "--page", str(page)])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.err) == (0, "")
    assert json.loads(printed.out)["costs"][0]["then_minor"] == 16_000
    assert page.read_text(encoding="utf-8").startswith("<!")
    with pytest.raises(SystemExit) as ended:
        main([*arguments[:-1], str(tmp_path / "none.toml")])
    assert ended.value.code == 2
    assert "there is no readable file" in capsys.readouterr().err
