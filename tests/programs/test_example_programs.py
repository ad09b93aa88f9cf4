"""The example programs: every boundary of their terms, by the real steps, on the workspace that init writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from matchback.example_programs import example_program, program_names, programs_page
from programs.program_world import CASES, ProgramWorld, case_file

# What is publicly known of these terms and has an edge, and the cases that stand on both sides of it.
BOUNDARIES = {
    "citadel: 100 each": ["citadel.open_for_30_days"],
    "citadel: the sixth referral of a calendar year": [
        "citadel.fifth_of_the_year",
        "citadel.sixth_of_the_year",
        "citadel.five_of_the_year_before",
    ],
    "citadel: 18 or older": ["citadel.seventeen_years_old", "citadel.eighteenth_birthday"],
    "citadel: no present or prior relationship": ["citadel.member_once", "citadel.member_from_today"],
    "citadel: the first advocate wins": ["citadel.two_advocates", "citadel.code_of_a_second_advocate"],
    "citadel: one bonus a friend, second product": ["citadel.second_product"],
    "citadel: open for 30 days, closed on day 29": [
        "citadel.closed_on_day_29",
        "citadel.closed_on_day_30",
        "citadel.closed_on_day_31",
    ],
    "citadel: in good standing": ["citadel.restricted_on_day_29"],
    "citadel: joint account": ["citadel.joint_account", "citadel.joint_with_the_advocate"],
    "citadel before: deposits of 250 within 60 days": [
        "citadel-referlive.deposits_of_250",
        "citadel-referlive.one_cent_less",
        "citadel-referlive.deposit_on_day_61",
    ],
    "citadel before: or ten debit purchases, no ATM": [
        "citadel-referlive.tenth_purchase_on_day_60",
        "citadel-referlive.tenth_purchase_on_day_61",
        "citadel-referlive.withdrawal_is_no_purchase",
    ],
    "citadel before: open for 30 days, in good standing": [
        "citadel-referlive.all_done_on_day_10",
        "citadel-referlive.closed_before_the_card",
    ],
    "citadel before: ten cards a year": [
        "citadel-referlive.tenth_card_of_the_year",
        "citadel-referlive.eleventh_card_of_the_year",
    ],
    "affinity: day 60 and 61": ["affinity.day_60", "affinity.day_61"],
    "affinity: a single deposit of 100": ["affinity.one_cent_less", "affinity.two_deposits_of_60"],
    "affinity: ten referrals a year": [
        "affinity.tenth_of_the_year",
        "affinity.eleventh_of_the_year",
        "affinity.ten_of_the_year_before",
    ],
    "affinity: paid in time, on a business day": ["affinity.paid_on_a_business_day"],
    "affinity: neither closed nor restricted at payout": [
        "affinity.closed_before_payout",
        "affinity.restricted_before_payout",
        "affinity.closed_after_payout",
    ],
    "affinity: joint account, second product": [
        "affinity.joint_account",
        "affinity.joint_with_the_advocate",
        "affinity.second_product",
    ],
    "armed forces: five a year": ["armed-forces.fifth_of_the_year", "armed-forces.sixth_of_the_year"],
    "armed forces: digital banking": [
        "armed-forces.not_enrolled",
        "armed-forces.enrolled_on_day_60",
        "armed-forces.enrolled_on_day_61",
    ],
    "armed forces: deposits of 300 within 60 days": [
        "armed-forces.deposits_of_300_on_day_60",
        "armed-forces.one_cent_less",
        "armed-forces.deposit_on_day_61",
    ],
    "armed forces: or a military loan": [
        "armed-forces.loan_on_day_60",
        "armed-forces.loan_on_day_61",
        "armed-forces.loan_without_enrollment",
    ],
    "armed forces: no holder, none closed in six months": [
        "armed-forces.account_holder",
        "armed-forces.closed_183_days_before",
        "armed-forces.closed_184_days_before",
        "armed-forces.charged_off_183_days_before",
    ],
    "newtown: employees": ["newtown.employee_as_friend", "newtown.employee_as_advocate"],
    "newtown: 13 or older": ["newtown.twelve_years_old", "newtown.thirteenth_birthday"],
    "newtown: the phone number of the referral": [
        "newtown.number_written_otherwise",
        "newtown.another_number",
        "newtown.code_is_not_enough",
    ],
    "newtown: five purchases within 60 days": [
        "newtown.fifth_purchase_on_day_60",
        "newtown.fifth_purchase_on_day_61",
    ],
    "chime: 199.99 and 200.00": ["chime.deposit_of_199_99", "chime.deposit_of_200_on_day_45"],
    "chime: day 45 and 46": ["chime.deposit_of_200_on_day_45", "chime.day_46"],
    "chime: employer, payroll and benefits only": [
        "chime.person_to_person_transfer",
        "chime.bank_transfer_by_ach",
        "chime.sender_not_told",
        "chime.benefits_count",
    ],
    "chime: 1,000 a year": ["chime.thousand_of_the_year", "chime.more_than_a_thousand"],
    "chime: paid within two business days": ["chime.deposit_of_200_on_day_45"],
    "chime: tax forms, 600 and 10": ["chime.eleven_friends_make_550", "chime.twelve_friends_make_600"],
    "current: what the advocate had before": [
        "current.advocate_with_500",
        "current.advocate_with_499_99",
        "current.advocate_without_200_at_once",
        "current.advocate_paid_the_same_day",
        "current.advocate_paid_the_day_after",
    ],
    "current: 200 within 45 days": [
        "current.advocate_with_500",
        "current.friend_with_199_99",
        "current.friend_on_day_46",
    ],
    "current: 11:59 PM Eastern": ["current.sign_up_at_11_59_pm", "current.sign_up_at_midnight"],
}
CASE_NAMES = [
    f"{path.stem}.{name}" for path in sorted(CASES.glob("*.yaml")) for name in case_file(path.stem)["cases"]
]


@pytest.fixture(scope="module")
def world_of(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ProgramWorld]:
    """The worlds of the programs, each run once when it is first asked for."""

    class Worlds(dict[str, ProgramWorld]):
        def __missing__(self, program: str) -> ProgramWorld:
            world = ProgramWorld(program, tmp_path_factory.mktemp("program") / program, case_file(program))
            world.run()
            assert world.refusals == []
            self[program] = world
            return world

    return Worlds()


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [pytest.param(name, marks=pytest.mark.xdist_group(name.partition(".")[0])) for name in CASE_NAMES],
)
def test_a_boundary(world_of: Mapping[str, ProgramWorld], case: str) -> None:
    """What each side earns, when it was issued and to whom, or which conditions say no and at what."""
    program, _, name = case.partition(".")
    world = world_of[program]
    expected = world.content["cases"][name]["earns"]
    assert expected
    assert {_key(rule, expected): said for rule, said in world.verdict(name).items()} == expected
    if "tax" in world.content["cases"][name]:
        assert world.tax(name) == world.content["cases"][name]["tax"]


def _key(rule_and_role: str, expected: Mapping[str, str]) -> str:
    rule, _, role = rule_and_role.rpartition(".")
    return next((key for key in (rule, role) if key in expected), rule_and_role)


def test_every_known_boundary_has_its_cases() -> None:
    named = [case for cases in BOUNDARIES.values() for case in cases]
    assert [case for case in named if case not in CASE_NAMES] == []
    assert {name.partition(".")[0] for name in named} == {
        name for name in program_names() if example_program(name).sources
    }


@pytest.mark.parametrize("program", program_names())
def test_what_a_program_says_of_its_boundaries_is_what_is_tested(program: str) -> None:
    said = [boundary.case for boundary in example_program(program).boundaries]
    assert said == list(case_file(program)["cases"])


def test_the_page_is_that_of_the_programs(repository: Path) -> None:
    """Regenerate it with `python -m matchback.example_programs > docs/guides/example-programs.md`."""
    assert (repository / "docs/guides/example-programs.md").read_text() == programs_page()


def test_the_other_thresholds_of_tax_forms_have_their_case(repository: Path) -> None:
    """The years after 2020 need no program: $1,999 and $2,001 in 2026, $10 for a new member."""
    case = next(yaml.safe_load_all((repository / "tests/sql/report/tax_totals.yaml").read_text()))
    due = {
        row["paid_minor"]: row["needs_form"]
        for row in case["expect"]["tax_totals"]
        if row["tax_year"] == 2026
    }
    assert (due[199_900], due[200_100], due[1_000]) == (False, True, True)
