"""Explain tells the sample's planted cases as a support agent needs them told, and shows no address."""

from __future__ import annotations

import pytest

from end_to_end.conftest import SampleRun
from matchback.answers.explain import Explanation, Question, explain
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


def ask(run: SampleRun, **asked: str) -> Explanation:
    return explain(Workspace.at(run.workspace), Question.asked(asked))


def reward_of(run: SampleRun, event: str, rule: str) -> str:
    (journey,) = ask(run, event=event).data["journeys"]
    return str(next(reward["reward_id"] for reward in journey["rewards"] if reward["rule_id"] == rule))


def test_the_loser_of_two_advocates_is_told_why(sample_run: SampleRun) -> None:
    text = ask(sample_run, advocate="M900016", friend="M910015").text()
    assert "2026-09-14 09:00  click in refer-a-member" in text
    assert "Recognized: member M900015" in text
    assert "lost, since a ground that ranks higher decided (lower_tier)" in text
    assert "observed 0.00, missing 500.00, by 2026-11-14, not yet" in text


def test_a_clawed_back_reward_shows_its_whole_way(sample_run: SampleRun) -> None:
    reward = reward_of(sample_run, "VE-SHAREABLE-CLICK-Q", "advocate-100")
    text = ask(sample_run, reward=reward).text()
    lines = [line.strip() for line in text.splitlines()]
    start = next(at for at, line in enumerate(lines) if line.startswith(f"Reward {reward}:"))
    assert "clawed back, earned 2026-08-25, release 2026-09-24" in lines[start]
    assert lines[start + 2 : start + 7] == [
        "2026-08-25  earned  100.00 USD",
        "2026-09-24  approved",
        "2026-11-02  issued",
        "2026-11-04  clawed back  -100.00 USD  (reversed)",
        "in payout file 1, issued 2026-11-02: issued",
    ]


def test_a_coupon_names_its_advocate_and_its_use(sample_run: SampleRun) -> None:
    explanation = ask(sample_run, coupon=" hlc-oda-1501 ")
    assert (
        explanation.text().splitlines()[2].startswith("The coupon is an offer to friends from member M900015")
    )
    assert len(explanation.data["journeys"]) == 1


def test_a_shared_address_shows_each_who_carries_it_and_is_not_repeated(sample_run: SampleRun) -> None:
    text = ask(sample_run, email="Hale.Household@Example.net").text()
    assert "Member M910055" in text
    assert "Member M911055" in text
    assert "stands for the shared identifier itself" in text
    assert "household" not in text.lower()


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("CR-CONFLICT", "it came in versions that contradict each other"),
        ("CR-CANCELLATION", "its sender cancelled it"),
    ],
)
def test_what_was_left_out_is_said(sample_run: SampleRun, event: str, words: str) -> None:
    text = ask(sample_run, event=event).text()
    assert words in text
    assert "No event that counts" not in text


def test_every_journey_with_a_reward_can_be_told(sample_run: SampleRun) -> None:
    text = ask(sample_run, partner_user_id="M900004").text()
    assert "recognized in refer-a-member for member M910004" in text
    assert "@" not in text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"order": "APP-9010"}, "friend is member M900010"),
        ({"account": "3800000010"}, "friend is member M900010"),
        ({"phone": "+1 207-555-0100"}, "Member M100000"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_an_order_an_account_or_a_phone_number_finds_its_person(
    sample_run: SampleRun, asked: dict[str, str], words: str
) -> None:
    """However a phone number is written, and without repeating it."""
    text = ask(sample_run, **asked).text()
    assert words in text
    assert "555-0100" not in text
