"""Quality rules: how they are declared, refused and told. What each observes is a case of tests/sql/recognize."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from matchback.answers.quality_words import quality_lines
from matchback.config import Program
from matchback.config_quality import RULES, QualityRule, known_disposable_domains


def program(*rules: dict[str, Any]) -> Program:
    return Program.model_validate({"id": "p", "from": "2026-01-01", "events": [], "quality": list(rules)})


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_needs_no_more_than_its_name(rule: str) -> None:
    """By itself no rule rejects anything: a person looks first."""
    made = QualityRule.model_validate({"rule": rule})
    assert made.verdict == "review"
    assert (made.comparison, made.threshold) == (RULES[rule].comparison, RULES[rule].threshold)
    assert made.within_days == RULES[rule].within_days


def test_a_program_declares_no_rule_by_itself() -> None:
    assert program().quality == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"rule": "similar_email"},
            "'similar_email' is not a known quality rule. Did you mean 'similar_emails'?",
        ),
        (
            {"rule": "similar_emails", "more_than": 2},
            "similar_emails is judged by less_than, not by more_than",
        ),
        ({"rule": "referral_cap", "less_than": 2}, "referral_cap is judged by more_than, not by less_than"),
        (
            {"rule": "shared_phone", "within_days": 7},
            "shared_phone counts over no days: leave within_days out",
        ),
        (
            {"rule": "shared_phone", "domains": ["a.example"]},
            "shared_phone reads no domains: leave domains out",
        ),
        (
            {"rule": "shared_phone", "except": ["a.example"]},
            "shared_phone reads no domains: leave except out",
        ),
        ({"rule": "advocate_velocity", "within_days": 0}, "Input should be greater than or equal to 1"),
        ({"rule": "disposable_domain", "domains": ["mail"]}, "String should match pattern"),
        ({"rule": "referral_cap", "verdict": "reject"}, "Input should be 'review' or 'rejected'"),
        ({"rule": 5}, "Input should be a valid string"),
        ({"verdict": "review"}, "Field required"),
    ],
)
def test_what_is_no_rule_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(problem)):
        program(given)


def test_a_rule_is_declared_once() -> None:
    with pytest.raises(ValidationError, match="the quality rule 'shared_phone' is declared twice"):
        program({"rule": "shared_phone"}, {"rule": "shared_phone", "verdict": "rejected"})


def test_disposable_domains_are_the_products_with_the_workspaces_changes() -> None:
    rule = QualityRule.model_validate(
        {"rule": "disposable_domain", "domains": ["Gone.Example"], "except": ["yopmail.com"]}
    )
    known = set(known_disposable_domains())
    assert "yopmail.com" in known
    assert set(rule.disposable_domains()) == known - {"yopmail.com"} | {"gone.example"}


def test_the_list_of_domains_is_in_order_and_holds_domains() -> None:
    known = known_disposable_domains()
    assert list(known) == sorted(set(known))
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in known)


def row(rule: str, observed: int | None, verdict: str) -> dict[str, Any]:
    shape = RULES[rule]
    return {
        "rule": rule,
        "observed": observed,
        "comparison": shape.comparison,
        "threshold": shape.threshold,
        "within_days": shape.within_days,
        "verdict": verdict,
    }


def test_the_worst_verdict_is_told_first_and_every_number_with_its_threshold() -> None:
    lines = quality_lines(
        [
            row("advocate_velocity", 12, "review"),
            row("seconds_after_click", None, "passed"),
            row("similar_emails", 1, "passed"),
        ]
    )
    assert lines[0] == "Quality: review: nothing is paid until a person approves the reward"
    referrals = "12 referrals of the advocate in 1 day, up to this one"
    assert lines[1] == f"  review    {referrals}; the rule holds above 10 (advocate_velocity)"
    no_click = "no click of the friend in the day before, or the time of day is not known"
    assert lines[2] == f"  passed    {no_click}; the rule holds below 5 (seconds_after_click)"
    addresses = "the nearest addresses of friend and advocate differ by 1 letter"
    assert lines[3:] == [f"  passed    {addresses}; the rule holds below 1 (similar_emails)"]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_words(rule: str) -> None:
    first, line = quality_lines([row(rule, 1_234, "rejected")])
    assert first == "Quality: rejected: it earns nothing"
    assert "1,234" in line
    assert line.endswith(f"({rule})")


def test_a_program_without_rules_says_nothing() -> None:
    assert quality_lines([]) == []
