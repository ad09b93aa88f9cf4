"""Reward rules: what is refused, what changes a version, and when changed terms stop the run."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from matchback.config import Config
from matchback.errors import ConfigurationError
from matchback.rewards.rule_tables import rule_tables
from matchback.rewards.rules import (
    Rule,
    current_rules,
    judged_rules,
    rule_from_text,
)

BASE: dict[str, Any] = {
    "id": "advocate-100",
    "program": "refer",
    "from": "2026-01-01",
    "to": "advocate",
    "on": "qualified",
    "value": {"amount": "100.00"},
}


def config(*rewards: dict[str, Any]) -> Config:
    """Return a configuration with these rewards."""
    events = ("opened", "qualified", "deposit", "closed", "nominated")
    return Config.model_validate(
        {
            "workspace": {"name": "w", "time_zone": "America/New_York", "id_secret": "env:X"},
            "programs": [{"id": "refer", "from": "2026-01-01", "events": ["opened", "qualified"]}],
            "events": [{"name": name} for name in events],
            "feeds": [],
            "rewards": list(rewards),
        }
    )


def rules(**changes: Any) -> tuple[Rule, ...]:
    """Return the one rule of BASE with these changes."""
    return current_rules(config({**BASE, **changes}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": {"amount": "100.005"}}, "value.amount: 100.005 has more than 2 decimal places"),
        ({"when": "email = 'x'"}, "when: position 1: 'email' is not a column"),
        ({"until": "2025-12-31"}, "until: it lies before from"),
        ({"once_per": ["event", "friend"]}, 'once_per: "event" stands alone'),
        ({"to": "actor", "on": "nominated"}, "on: 'nominated' is not among the events"),
        ({"require": [{"sum": "deposit", "after": "root"}]}, "require 1: at_least: a sum needs an amount"),
        ({"require": [{"count": "deposit", "at_least": "1.5"}]}, "a count is a whole number"),
        ({"require": [{"count": "deposit"}]}, "a count is a whole number"),
        ({"require": [{"single": "deposit", "within_days": 5}]}, "it needs after or before"),
        (
            {"require": [{"single": "deposit", "before": "never"}]},
            'before: it can only be "trigger" or "root"',
        ),
        ({"require": [{"single": "deposit", "after": "never"}]}, 'neither "root" nor an event'),
        ({"require": [{"single": "deposit", "until": "payout"}]}, 'only a requirement of "none"'),
        ({"require": [{"none": "closed", "after": "root"}]}, "the window of none never ends"),
        ({"require": [{"none": "closed", "at_least": "1", "until": "payout"}]}, "has no amount"),
        (
            {"require": [{"none": "closed", "after": "root", "within_days": 31}], "pending_days": 30},
            "30 pending days could release the reward before the window of 31 days after root ends",
        ),
        (
            {"require": [{"none": "closed", "after": "deposit", "within_days": 1}], "pending_days": 30},
            "'deposit' may come after the release",
        ),
        (
            {
                "require": [{"none": "closed", "after": "qualified", "within_days": 5}],
                "pending_days": 30,
                "pending_after": "root",
            },
            "'qualified' may come later than the pending days",
        ),
        ({"limits": [{"per": "month"}]}, "name exactly one of count, value"),
        ({"limits": [{"count": 1}] * 4}, "at most 3"),
        ({"reversed_by": [{"event": "closed", "after": "payout"}]}, "reversed_by 1: after: 'payout'"),
        ({"budget": [{"count": 1}] * 3}, "budget: a rule has at most 2"),
        ({"limits": [{"count": 1, "starts": "04-06"}]}, "starts: only a tax_year or a program_year"),
        ({"every_nth_event": 5, "milestones": [3]}, "milestones: every_nth_event counts already"),
        ({"milestones": [3, 3]}, "milestones: they are whole numbers from 1 on, each once"),
        ({"milestones": [0]}, "milestones: they are whole numbers from 1 on, each once"),
        ({"to": "actor", "on": "opened", "every_nth_referral": 2}, "every_nth_referral: it counts referrals"),
        ({"every_nth_event": 2, "once_per": ["friend"]}, "once_per: every_nth_event counts each event"),
        ({"value": {}}, "value.amount: it is missing"),
        ({"value": {"kind": "points", "amount": "1.5"}}, "value.amount: 1.5 has more than 0 decimal places"),
        ({"value": {"kind": "points", "amount": "1", "currency": "USD"}}, "points have no currency"),
        ({"value": {"kind": "badge"}}, "value.name: a badge needs one"),
        ({"value": {"kind": "tier", "name": "Gold", "amount": "1"}}, "a tier has a name and no amount"),
        ({"value": {"percent": "1", "amount": "1"}}, "percent stands alone"),
        ({"value": {"percent": "1", "of": "sum"}}, "a rule has exactly one requirement of sum"),
        ({"value": {"amount": "1", "rounding": "down"}}, "of and rounding belong to a percentage"),
        ({"value": {"amount": "1", "at_most": "1"}}, "only a percentage has a maximum"),
        ({"value": {"tiers": [{"amount": "1"}]}}, "value.tiers 1: name a product, from_referral, or both"),
        (
            {"value": {"tiers": [{"product": ["a", "b"], "amount": "1"}, {"product": ["b"], "amount": "2"}]}},
            "value.tiers: two of them apply to the same",
        ),
        (
            {"every_nth_event": 2, "value": {"tiers": [{"from_referral": 2, "amount": "1"}]}},
            "from_referral counts referrals, and this rule rewards events",
        ),
        (
            {"require": [{"any": [{"none": "closed", "until": "payout"}, {"single": "deposit"}]}]},
            "require 1: any 1: none is a requirement of its own",
        ),
        (
            {"require": [{"any": [{"any": [{"single": "deposit"}] * 2}, {"single": "deposit"}]}]},
            "any 1: any does not stand within any",
        ),
        (
            {"require": [{"any": [{"single": "deposit"}] * 2, "within_days": 5}]},
            "within_days: it belongs into the parts of any",
        ),
        ({"require": [{"single": "deposit", "when": "amont > 1"}]}, "require 1: when: position 1: 'amont'"),
        (
            {"require": [{"single": "deposit", "after": "opened", "on": "advocate"}]},
            'of the advocate, after can only be "root"',
        ),
        (
            {"to": "actor", "on": "opened", "require": [{"single": "deposit", "on": "advocate"}]},
            "on: an actor has no advocate",
        ),
    ],
)
def test_rule_is_refused_with_the_key_and_the_reason(changes: dict[str, Any], message: str) -> None:
    """A rule that cannot be judged, or could release too early, never reaches the SQL."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        rules(**changes)


@pytest.mark.parametrize(
    "requirement",
    [
        {"none": "closed", "after": "root", "within_days": 30},
        {"none": "closed", "after": "qualified", "within_days": 30},
        {"none": "closed", "after": "root", "until": "payout"},
        {"none": "closed", "before": "trigger"},
    ],
)
def test_none_window_that_ends_before_the_release_is_accepted(requirement: dict[str, Any]) -> None:
    """With 30 pending days a window of 30 days is over when the reward is released."""
    assert rules(require=[requirement], pending_days=30)


def test_all_problems_are_named_at_once() -> None:
    """An operator mends a file once, not once for each problem."""
    with pytest.raises(ConfigurationError, match="2 problems"):
        rules(value={"amount": "1.001"}, when="x = 1")


def test_spelling_changes_no_version_and_meaning_does() -> None:
    """Defaults written out, spaces and zeros are the same terms; another amount is not."""
    plain = rules(when="amount>=100")[0].version
    spelled = rules(
        when="amount >= 100", value={"amount": "100", "currency": "USD"}, once_per=["account", "friend"]
    )
    assert spelled[0].version == plain
    assert rules(when="amount >= 100", pending_days=1)[0].version != plain
    assert rules(when="amount >= 100", pending_after="earned")[0].version == plain
    assert rules(when="amount >= 100", pending_after="root")[0].version != plain


def test_what_rules_got_later_changes_no_version_where_it_is_not_said() -> None:
    """A text that was kept before there were counts, tiers, ways and budgets still has its hash."""
    rule = rules(require=[{"single": "deposit", "at_least": "1", "after": "root"}], limits=[{"count": 5}])[0]
    assert rule.text == (
        '{"after_payment":"clawback","approve":"auto","before_payment":"void","from":"2026-01-01","id":"advocate-100",'
        '"limits":[{"by":"earned_on","count":5,"per":"calendar_year"}],"on":"qualified","on_displaced":"keep",'
        '"once_per":["account","friend"],"pending_days":0,"program":"refer","require":[{"after":"root",'
        '"at_least":"1.00","on":"same_account","single":"deposit"}],"terms_by":"root","to":"advocate",'
        '"value":{"amount":"100.00","currency":"USD","kind":"cash"}}'
    )
    spelled = rules(
        require=[{"single": ["deposit"], "at_least": "1.00", "after": "root"}],
        limits=[{"count": 5}],
        milestones=[],
        budget=[],
    )
    assert spelled[0].version == rule.version


@pytest.mark.parametrize(
    "changes",
    [
        {"every_nth_event": 5},
        {"milestones": [10, 3], "value": {"tiers": [{"from_referral": 3, "amount": "5"}], "amount": "1"}},
        {"value": {"percent": "1.50", "at_most": "20", "rounding": "half_even"}},
        {"value": {"kind": "badge", "name": "Gold"}},
        {"value": {"kind": "points", "amount": "100"}, "limits": [{"value": "500"}]},
        {
            "require": [
                {"any": [{"single": "deposit"}, {"all": [{"single": "opened"}, {"single": "closed"}]}]}
            ]
        },
        {"limits": [{"count": 1, "per": "tax_year"}], "budget": [{"value": "10", "per": "program_year"}]},
    ],
)
def test_later_words_are_kept_in_the_text(changes: dict[str, Any]) -> None:
    """What the ledger keeps of such a rule judges as the rule did, whatever the workspace says later."""
    rule = rules(**changes)[0]
    again = rule_from_text(rule.text)
    assert again.terms == rule_from_text(again.text).terms
    assert rule_tables([again]) == rule_tables([rule])
    assert rule.version != rules()[0].version


def test_a_year_begins_as_the_country_and_the_program_have_it() -> None:
    """The first day stands in the text: a country that is changed later changes nothing that was promised."""
    limits = [{"count": 1, "per": "tax_year"}, {"count": 1, "per": "program_year"}]
    british = config({**BASE, "limits": limits}).model_dump(by_alias=True)
    british["workspace"]["country"] = "GB"
    british["programs"][0]["from"] = "2026-06-30"
    rule = current_rules(Config.model_validate(british))[0]
    assert [limit["starts"] for limit in json.loads(rule.text)["limits"]] == ["04-06", "06-28"]
    assert [row["starts_on"] for row in rule_tables([rule])["rule_limits"].to_pylist()] == [406, 628]


def test_a_text_gives_back_the_same_rule() -> None:
    """What the ledger keeps of a rule judges exactly as the rule did."""
    rule = rules(
        when="amount >= 100",
        require=[{"count": "deposit", "at_least": "3", "after": "root", "within_days": 60}],
        limits=[{"count": 5}, {"value": "200.00", "per": "month"}],
    )[0]
    again = rule_from_text(rule.text)
    assert (again.version, again.terms) == (rule.version, rule.terms)


def test_actor_is_rewarded_for_each_event_unless_told_otherwise() -> None:
    """An actor's slot is the event; once_per holds only when it is written."""
    actor = rules(to="actor")[0]
    assert (actor.slot_kind, actor.terms.once_per) == ("event", ["event"])
    assert rules(to="actor", once_per=["friend"])[0].terms.once_per == ["friend"]


def test_a_renamed_rule_keeps_its_slots() -> None:
    """`replaces` leads back to the first name, so that nobody is paid again under the new one."""
    first = rules()[0]
    second = rules(id="advocate-120", replaces="advocate-100", value={"amount": "120"})[0]
    third = rules(id="advocate-130", replaces="advocate-120", value={"amount": "130"})
    kept = [{"rule_version": rule.version, "text": rule.text} for rule in (first, second)]
    judged = judged_rules(third, kept, {first.version})
    assert [
        (rule.terms.id, rule.key, rule.is_current) for rule in sorted(judged, key=lambda rule: rule.terms.id)
    ] == [
        ("advocate-100", "advocate-100", False),
        ("advocate-130", "advocate-100", True),
    ]


def test_a_rule_cannot_replace_one_that_still_stands() -> None:
    """Two rules for one slot would pay one or the other by chance."""
    with pytest.raises(ConfigurationError, match="still a rule"):
        current_rules(config(BASE, {**BASE, "id": "b", "replaces": "advocate-100"}))


def test_two_rules_cannot_replace_one_for_the_same_side() -> None:
    """They would fill the same slots; one for each side may."""
    second = {**BASE, "id": "b", "replaces": "old"}
    with pytest.raises(ConfigurationError, match=r"rewards\.b: it replaces 'old', as advocate-100 does"):
        current_rules(config({**BASE, "replaces": "old"}, second))
    assert current_rules(config({**BASE, "replaces": "old"}, {**second, "to": "friend"}))


def test_a_rule_that_replaces_none_keeps_its_own_name() -> None:
    """`none` is a word, not a rule: two such rules share nothing, and no rule can be called so."""
    pair = current_rules(config({**BASE, "replaces": "none"}, {**BASE, "id": "b", "replaces": "none"}))
    assert [rule.key for rule in judged_rules(pair, [], set())] == [
        rule.terms.id for rule in judged_rules(pair, [], set())
    ]
    with pytest.raises(ConfigurationError, match='"none" is what replaces says'):
        rules(id="none")


def test_shorter_periods_are_filled_first() -> None:
    """A month's limit is judged before the year's, whatever their order in the file."""
    table = rule_tables(rules(limits=[{"count": 5}, {"count": 1, "per": "month"}]))["rule_limits"]
    assert [(row["position"], row["per"], row["level"]) for row in table.to_pylist()] == [
        (1, "calendar_year", 2),
        (2, "month", 1),
    ]


def test_thresholds_stand_in_minor_units() -> None:
    """Money never meets a float; a count stays a count."""
    rule = rules(require=[{"single": "deposit", "at_least": "499.99"}, {"count": "deposit", "at_least": "2"}])
    rows = rule_tables(rule)["rule_requirements"].to_pylist()
    assert [(row["at_least_minor"], row["at_least_count"]) for row in rows] == [(49999, None), (None, 2)]
    assert json.loads(rule[0].text)["require"][1]["at_least"] == "2"
