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
        ({"limits": [{"per": "month"}]}, "name exactly one of count, value"),
        ({"limits": [{"count": 1}] * 4}, "at most 3"),
        ({"reversed_by": [{"event": "closed", "after": "payout"}]}, "reversed_by 1: after: 'payout'"),
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
