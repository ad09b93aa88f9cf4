"""Every code that a table can hold has words, and every condition of a rule is said from the rule itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from matchback.answers.explain_advocate import _terms
from matchback.answers.explain_words import (
    GROUNDS as GROUND_WORDS,
)
from matchback.answers.explain_words import (
    INELIGIBLE,
    LOST,
    UNRECOGNIZED,
    WHY,
    describe_condition,
    describe_ground,
    describe_ineligible,
    describe_reasons,
    fails_so_far,
)
from matchback.config import GROUNDS, INELIGIBLE_REASONS, AdvocateEligibility, Config
from matchback.config_tables import LABELS
from matchback.config_terms import Budget, ProgramBudget, RewardValue

LOSING_REASONS = {
    "lower_tier",
    "older",
    "newer",
    "opened_before_share",
    "out_of_look_back",
    "coupon_expired",
    "coupon_not_yet_valid",
    "coupon_revoked",
    "coupon_is_reward",
    "coupon_public",
    "coupon_already_used",
    "other_program",
    "self_referral",
    "test_record",
    "relationship_holds",
}
UNRECOGNIZED_REASONS = {
    "no_identifier",
    "placeholder_only",
    "no_evidence",
    "all_lost",
    "coupon_unknown",
    "conflict",
}


def config() -> Config:
    return Config.model_validate(
        {
            "workspace": {"name": "w", "time_zone": "UTC", "id_secret": "env:X"},
            "programs": [{"id": "p", "from": "2026-01-01", "events": ["opened"]}],
            "events": [
                {"name": "opened", "label": "Account opened"},
                {"name": "deposit"},
                {"name": "closed"},
            ],
            "feeds": [],
            "rewards": [
                {
                    "id": "r",
                    "program": "p",
                    "from": "2026-01-01",
                    "to": "advocate",
                    "on": "opened",
                    "when": "amount >= 5.00",
                    "value": {"amount": "10.00"},
                    "require": [
                        {"single": "deposit", "at_least": "500.00", "after": "root", "within_days": 60},
                        {"sum": "deposit", "at_least": "500.00", "before": "trigger", "on": "friend"},
                        {"count": "deposit", "at_least": "2", "after": "opened"},
                        {"none": "closed", "after": "root", "until": "payout"},
                    ],
                    "limits": [{"count": 5}, {"value": "300.00", "per": "month"}],
                }
            ],
        }
    )


def test_every_ground_and_reason_has_words() -> None:
    assert (
        set(GROUND_WORDS) == {ground.removesuffix(".click") for ground in GROUNDS} | {"MANUAL"} == set(LABELS)
    )
    assert set(LOST) == set(LOSING_REASONS)
    assert set(UNRECOGNIZED) == set(UNRECOGNIZED_REASONS)
    assert set(INELIGIBLE) == set(INELIGIBLE_REASONS)


def test_a_click_is_told_from_a_link_on_the_event() -> None:
    assert describe_ground("SHARE_ID", on_event=True) == "came through the advocate's share"
    assert describe_ground("SHARE_ID", on_event=False) == "clicked the advocate's link earlier"


def test_several_reasons_are_all_said() -> None:
    words = describe_reasons("employee, test_record", INELIGIBLE)
    assert words == "the friend is an employee (employee); it is a test record (test_record)"


def test_a_program_without_a_list_of_advocates_is_not_said_to_have_one() -> None:
    terms = config()
    words = "the advocate was not enrolled on that day (advocate_not_eligible)"
    assert describe_ineligible(terms, "p", "advocate_not_eligible") == words
    listed = terms.programs[0].model_copy(update={"advocates": AdvocateEligibility()})
    terms = terms.model_copy(update={"programs": [listed]})
    assert "list of eligible advocates" in describe_ineligible(terms, "p", "advocate_not_eligible")


@pytest.mark.parametrize(
    ("reasons", "is_open"),
    [
        ({"recognized": "no_evidence"}, True),
        ({"recognized": "coupon_unknown"}, True),
        ({"recognized": "all_lost", "once_per": "already_rewarded_friend"}, False),
        ({"eligible": "employee"}, False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_only_a_missing_recognition_can_still_come(reasons: dict[str, str], is_open: bool) -> None:
    conditions = [
        {"condition": name, "outcome": "failed", "reason_code": reason} for name, reason in reasons.items()
    ]
    conditions.append({"condition": "trigger", "outcome": "open", "reason_code": "not_yet"})
    assert fails_so_far({"status": "failed", "conditions": conditions}) is is_open
    assert not fails_so_far({"status": "expired", "conditions": conditions})


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("trigger", "'Account opened' arrived"),
        ("when", "amount >= 5.00"),
        (
            "require_1",
            "one deposit of at least 500.00 within 60 days after the first event on the same account",
        ),
        ("require_2", "deposit of together at least 500.00 before the trigger by the friend"),
        ("require_3", "at least 2 deposit after 'Account opened' on the same account"),
        ("require_4", "no closed after the first event until payout on the same account"),
        ("limit_1", "at most 5 rewards per person and calendar year"),
        ("limit_2", "at most 300.00 in value per person and month"),
        ("once_per", "not rewarded before"),
        ("require_9", "require_9"),
    ],
)
def test_conditions_are_said_from_the_rule(condition: str, words: str) -> None:
    assert describe_condition(config(), "r", condition) == words


def test_a_rule_that_is_gone_is_said_by_its_condition() -> None:
    assert describe_condition(config(), "gone", "require_1") == "require_1"


def test_terms_that_are_read_to_an_advocate_name_the_budget() -> None:
    """Where a budget may end the rewards, whoever asks for one hears of it, as of the limits."""
    terms = config()
    budget = [Budget(value=Decimal("900.00"), per="month")]
    rule = terms.rewards[0].model_copy(update={"budget": budget})
    terms = terms.model_copy(update={"rewards": [rule]})
    asks = _terms(terms, rule)["asks"]
    assert "at most 900.00 in value per month for all together" in asks
    assert "at most 5 rewards per person and calendar year" in asks


def test_terms_that_are_read_to_an_advocate_name_the_budget_of_the_program() -> None:
    """Only where the reward draws on it: points never take money."""
    terms = config()
    budget = [ProgramBudget(value=Decimal("900.00"), per="month"), ProgramBudget(count=50)]
    program = terms.programs[0].model_copy(update={"budget": budget})
    terms = terms.model_copy(update={"programs": [program]})
    of_money = "the program's budget: at most 900.00 in value per month for all of its rules together"
    of_any = "the program's budget: at most 50 rewards per program for all of its rules together"
    assert _terms(terms, terms.rewards[0])["asks"][-2:] == [of_money, of_any]
    value = RewardValue(kind="points", amount=Decimal(500))
    asks = _terms(terms, terms.rewards[0].model_copy(update={"value": value}))["asks"]
    assert of_any in asks
    assert of_money not in asks
    assert describe_condition(terms, "r", "program_budget_1") == of_money
    assert describe_condition(terms, "r", "program_budget_3") == "program_budget_3"
    assert (
        describe_reasons("program_budget_spent", WHY)
        == "the program's budget is spent (program_budget_spent)"
    )
