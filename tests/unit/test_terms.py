"""Terms: when changed ones stop the run, and when not even an accepted hash lets them pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from matchback.config import Config
from matchback.errors import ConfigurationError
from matchback.rewards.rules import Rule, current_rules
from matchback.rewards.terms import (
    Terms,
    offered_terms,
    refuse_changed_terms,
    refuse_second_payment,
    terms_from_text,
)

RULE: dict[str, Any] = {
    "id": "advocate-100",
    "program": "refer",
    "from": "2026-01-01",
    "to": "advocate",
    "on": "qualified",
    "value": {"amount": "100.00"},
}


def config(*rewards: dict[str, Any], stage: int = 3, **program: Any) -> Config:
    """Return a configuration of one program with these rewards."""
    return Config.model_validate(
        {
            "workspace": {"name": "w", "time_zone": "America/New_York", "id_secret": "env:X"},
            "programs": [{"id": "refer", "from": "2026-01-01", "events": ["opened", "qualified"], **program}],
            "events": [
                {"name": "opened", "stage": stage, "rewardable": True},
                {"name": "qualified"},
                {"name": "other"},
            ],
            "feeds": [],
            "rewards": list(rewards),
        }
    )


def terms(made: Config) -> Terms:
    """Return the terms of a configuration."""
    return offered_terms(made, current_rules(made))


def rule(**changes: Any) -> Rule:
    """Return RULE with these changes."""
    return current_rules(config({**RULE, **changes}))[0]


def kept(*rules: Rule) -> list[dict[str, Any]]:
    """Return rules as rows of `reward_rules`."""
    return [{"rule_id": one.terms.id, "rule_version": one.version, "text": one.text} for one in rules]


OLD = rule()


def test_changed_rules_stop_until_they_are_accepted() -> None:
    """The message says what changed and what to type; the first terms ever need no acceptance."""
    old, new = terms(config(RULE)), terms(config({**RULE, "value": {"amount": "120.00"}}))
    refuse_changed_terms(old, None, ())
    refuse_changed_terms(old, terms_from_text(old.text()), ())
    refuse_changed_terms(new, old, (new.hash,))
    with pytest.raises(
        ConfigurationError, match=f"(?s)rewards.advocate-100: changed.*--accept-terms {new.hash}"
    ):
        refuse_changed_terms(new, old, ("0" * 16,))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"order": [["COUPON_CODE"]]}, "order"),
        ({"look_back_days": {"default": 30}}, "look_back_days"),
        ({"tie_break": "first"}, "tie_break"),
        ({"relationship": {"mode": "none"}}, "relationship"),
        ({"ineligible": ["loop"]}, "ineligible"),
        ({"from": "2026-02-01"}, "from"),
        ({"until": "2026-12-31"}, "until"),
        ({"events": ["opened"]}, "events"),
        ({"stage": 5}, "events"),
        ({"advocates": {"at": "payout"}}, "advocates"),
        ({"budget": [{"count": 100}]}, "budget"),
    ],
)
def test_changed_program_stops_until_it_is_accepted(changes: dict[str, Any], key: str) -> None:
    """A program's terms decide who is recognized, so they decide what is paid."""
    old, new = terms(config(RULE)), terms(config(RULE, **changes))
    refuse_changed_terms(new, old, (new.hash,))
    with pytest.raises(ConfigurationError, match=f"(?s)programs.refer: changed in {key}\n.*{new.hash}"):
        refuse_changed_terms(new, old, (old.hash,))


@pytest.mark.parametrize(
    "changes",
    [
        {"explain_days": 30},
        {"events": ["qualified", "opened"]},
        {"ineligible": ["existing_customer", "employee", "loop"]},
        {"look_back_days": {}},
    ],
)
def test_what_changes_no_meaning_changes_no_terms(changes: dict[str, Any]) -> None:
    """Order within a set, a default written out and what is only shown need no acceptance."""
    refuse_changed_terms(terms(config(RULE, **changes)), terms(config(RULE)), ())


@pytest.mark.parametrize("to", ["advocate", "both"])
def test_a_new_name_for_a_gone_rule_is_refused(to: str) -> None:
    """The message counts what would be paid again and says both ways to write it."""
    new = rule(id="better", to=to)
    message = r"(?s)rewards.better: new.*\'advocate-100\'.*7 rewards.*replaces = \"<.*replaces = \"none\""
    with pytest.raises(ConfigurationError, match=message):
        refuse_second_payment([new], kept(OLD), Counter({OLD.version: 7}))


@pytest.mark.parametrize(
    "changes", [{"replaces": "advocate-100"}, {"replaces": "none"}, {"to": "friend"}, {"on": "other"}]
)
def test_a_rule_that_says_what_it_is_passes(changes: dict[str, Any]) -> None:
    """So does one that promises something else."""
    refuse_second_payment([rule(id="better", **changes)], kept(OLD), Counter({OLD.version: 7}))


def test_a_rule_that_replaces_an_unknown_one_is_refused() -> None:
    """A misspelt name would pay everything again as no name does."""
    with pytest.raises(ConfigurationError, match="'advocate-100', which is gone"):
        refuse_second_payment(
            [rule(id="better", replaces="advocate-10")], kept(OLD), Counter({OLD.version: 7})
        )


def test_a_rule_beside_the_old_one_and_one_after_no_reward_pass() -> None:
    """Nothing is paid again where the old rule stands, or has posted nothing."""
    refuse_second_payment([OLD, rule(id="better")], kept(OLD), Counter({OLD.version: 7}))
    refuse_second_payment([rule(id="better")], kept(OLD), Counter())


def test_a_rule_dropped_long_ago_is_remembered() -> None:
    """The pause between the old name and the new one changes nothing; a chain of names leads back to it."""
    second = rule(id="second", replaces="advocate-100")
    used = Counter({OLD.version: 7})
    refuse_second_payment([], kept(OLD), used)
    refuse_second_payment([rule(id="third", replaces="second")], kept(OLD, second), used)
    with pytest.raises(ConfigurationError, match="which is gone"):
        refuse_second_payment([rule(id="third")], kept(OLD, second), used)


def test_the_other_side_of_a_split_rule_must_be_named_too() -> None:
    """Of a rule for both sides, the new rule for one side takes over that side only."""
    both = rule(to="both")
    advocate = rule(id="a", replaces="advocate-100")
    used = Counter({both.version: 7, advocate.version: 1})
    refuse_second_payment([advocate, rule(id="more")], kept(both, advocate), used)
    with pytest.raises(ConfigurationError, match=r"rewards\.f: new, to the friend"):
        refuse_second_payment([advocate, rule(id="f", to="friend")], kept(both, advocate), used)


@pytest.mark.parametrize(
    ("then", "now"), [(None, "other-rule"), ("other-rule", None), ("other-rule", "none")]
)
def test_a_rule_that_posted_cannot_change_what_it_replaces(then: str | None, now: str | None) -> None:
    """Its rewards are kept under the first name; another one would pay them again."""
    old, new = rule(replaces=then), rule(replaces=now)
    with pytest.raises(ConfigurationError, match="Write it as it was"):
        refuse_second_payment([new], kept(old), Counter({old.version: 2}))
    refuse_second_payment([rule(replaces=then, pending_days=1)], kept(old), Counter({old.version: 2}))


def test_quality_rules_are_terms_and_their_order_does_not_count() -> None:
    cap, speed = {"rule": "referral_cap", "more_than": 5}, {"rule": "seconds_after_click"}
    before = terms(config(RULE, quality=[cap, speed]))
    assert terms(config(RULE, quality=[speed, cap])) == before
    written_out = {"rule": "seconds_after_click", "less_than": 5, "verdict": "review"}
    assert terms(config(RULE, quality=[cap, written_out])) == before
    stricter = terms(config(RULE, quality=[cap, {**speed, "verdict": "rejected"}]))
    with pytest.raises(ConfigurationError, match=r"programs\.refer: changed in quality"):
        refuse_changed_terms(stricter, before, [])
    refuse_changed_terms(stricter, before, [stricter.hash])


def test_terms_from_before_there_were_quality_rules_say_the_same() -> None:
    """A workspace that declares none is not asked to accept its own terms again."""
    assert "quality" not in terms(config(RULE)).programs["refer"]
    assert terms(config(RULE, quality=[])) == terms(config(RULE))


def test_budgets_of_programs_are_terms_by_their_meaning() -> None:
    """Spelling and defaults are no change; the amount, the currency, the period and the order of filling are."""
    before = terms(config(RULE, budget=[{"value": "25000", "per": "tax_year"}]))
    written_out = {
        "value": "25000.00",
        "currency": "USD",
        "per": "tax_year",
        "starts": "01-01",
        "by": "earned_on",
    }
    assert terms(config(RULE, budget=[written_out])) == before
    for change in (
        {"value": "25000.01"},
        {"currency": "EUR"},
        {"per": "month", "starts": None},
        {"by": "release_on"},
    ):
        other = terms(config(RULE, budget=[{**written_out, **change}]))
        refuse_changed_terms(other, before, [other.hash])
        with pytest.raises(ConfigurationError, match=r"programs\.refer: changed in budget"):
            refuse_changed_terms(other, before, [])


def test_terms_from_before_programs_had_budgets_say_the_same() -> None:
    """What the warehouse of an older Matchback keeps as accepted is not asked for again."""
    assert terms(config(RULE)).hash == "8ab8e7616b617acb"
    assert "budget" not in terms(config(RULE)).programs["refer"]
    assert terms(config(RULE, budget=[])) == terms(config(RULE))


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ([{"count": 1}] * 3, "budget: a program has at most 2"),
        ([{}], "budget 1: name exactly one of count, value"),
        ([{"count": 1, "value": "1"}], "budget 1: name exactly one of count, value"),
        ([{"value": "1.001"}], "budget 1: value: "),
        ([{"value": "1.5", "currency": "JPY"}], "budget 1: value: "),
        ([{"count": 1, "currency": "USD"}], "budget 1: currency: only a value has one"),
        (
            [{"count": 1, "starts": "04-06"}],
            "budget 1: starts: only a tax_year or a program_year has a first day",
        ),
    ],
)
def test_a_budget_of_a_program_that_says_nothing_clear_is_refused(budget: list[Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=f"  programs.refer: {said}"):
        current_rules(config(RULE, budget=budget))


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ({}, {"milestones": [3]}, "it counts milestones now; when it posted 2 rewards, it counted nothing"),
        (
            {"every_nth_event": 5},
            {"every_nth_referral": 5, "id": "better", "replaces": "advocate-100"},
            "it counts referrals now; when it posted 2 rewards, it counted events",
        ),
    ],
)
def test_a_rule_that_posted_counts_what_it_counted(
    then: dict[str, Any], now: dict[str, Any], said: str
) -> None:
    """An ordinal of one kind of count says nothing about another: what was paid could be paid again."""
    before = rule(**then)
    with pytest.raises(ConfigurationError, match=said):
        refuse_second_payment([rule(**now)], kept(before), Counter({before.version: 2}))
    refuse_second_payment([rule(**now)], kept(before), Counter())


def test_a_rule_that_posted_may_count_faster() -> None:
    """The ordinals that were given stay given, so every third instead of every fifth pays none again."""
    before = rule(every_nth_event=5)
    refuse_second_payment([rule(every_nth_event=3)], kept(before), Counter({before.version: 2}))
