"""Explain says when an identifier leads to several persons, how many, and what follows: tablets, kiosks, spouses."""

from __future__ import annotations

from datetime import date

import pytest

from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_reference import strangers
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace
from unit.simulated_bank import FILES, TOML

CLICKS = """
[[feeds]]
id = "clicks"
kind = "clicks"
source = "inbox/clicks"
pattern = "*.csv"
"""
HEAD = "partner_event_id,event_time,partner_user_id,email,phone,visitor_id,account_id,advocate_code\n"
HOUSEHOLD = (
    HEAD
    + "OPEN-PAT,2026-11-03T10:00:00-05:00,F50,pair@example.net,,TABLET,ACC50,\n"
    + "OPEN-QUIN,2026-11-04T10:00:00-05:00,F51,pair@example.net,,TABLET,ACC51,\n"
    + "".join(
        f"OPEN-K{number},2026-11-05T1{number}:00:00-05:00,,k{number}@example.net,+12155550177,KIOSK,ACC6{number},\n"
        for number in range(7)
    )
)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two members of one address on a branch tablet, a kiosk that seven strangers used, and a share to the address."""
    root = tmp_path_factory.mktemp("bank")
    files = {f"{feed}/{feed}.csv": content for feed, content in FILES.items()}
    files["emails/emails.csv"] += "S3,pair@example.net,2026-10-11T12:00:00-04:00\n"
    files["openings/household.csv"] = HOUSEHOLD
    files["clicks/clicks.csv"] = (
        "click_id,clicked_at,share_id,visitor_id\nC1,2026-10-12T12:00:00-04:00,S2,TABLET\n"
    )
    for name, content in files.items():
        (root / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "inbox" / name).write_text(content, encoding="utf-8")
    (root / "matchback.toml").write_text(TOML + CLICKS, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=date(2026, 11, 10)))
    return workspace


def ask(bank: Workspace, **asked: str) -> Explanation:
    explanation = explain(bank, Question.asked(asked))
    assert strangers(explanation.data) == set()
    return explanation


def test_a_branch_tablets_visitor_id_identifies_nobody(bank: Workspace) -> None:
    explanation = ask(bank, event="OPEN-PAT")
    (event,) = explanation.data["journeys"][0]["events"]
    assert (
        f"The visitor id on event {event['event_id']} belongs to 2 people and identifies nobody: whatever carries it "
        f"alone is nobody's  [openings file {event['file_id'][:8]} record 1]" in explanation.text()
    )


def test_an_address_of_two_members_may_mean_each(bank: Workspace) -> None:
    """In the answer about the event, the timeline, and the candidate that rests on the address."""
    text = ask(bank, event="OPEN-PAT").text()
    assert "belongs to 2 members: it makes them no one person, and what was sent to it may mean each" in text
    (touch,) = [line for line in text.splitlines() if "was sent a share by member M1" in line]
    (won,) = [line for line in text.splitlines() if "It won: " in line]
    for line in (touch, won):
        assert "; 2 members share the address, so it may mean each of them  [" in line


def test_what_is_one_persons_own_is_not_said_to_be_shared(bank: Workspace) -> None:
    explanation = ask(bank, event="OPEN-FINN")
    assert explanation.data["ambiguous"] == []
    assert "share the address" not in explanation.text()
    assert "identifies nobody" not in explanation.text()


def test_a_number_of_more_people_than_its_cap_is_not_said_to_be_unknown(bank: Workspace) -> None:
    explanation = ask(bank, phone="215-555-0177")
    assert [row["reason_code"] for row in explanation.data["ambiguous"]] == ["over_cap"]
    text = explanation.text()
    assert (
        "This phone number belongs to 7 people, more than identifiers.max_persons allows, and identifies nobody"
        in text
    )
    assert "not known at all" not in text


def test_a_kiosk_is_told_on_each_event(bank: Workspace) -> None:
    rows = ask(bank, event="OPEN-K3").data["ambiguous"]
    assert [(row["kind"], row["persons"], row["reason_code"]) for row in rows] == [
        ("phone", 7, "over_cap"),
        ("visitor_id", 7, "over_cap"),
    ]


def test_a_pair_is_told_whose_address_it_is(bank: Workspace) -> None:
    text = ask(bank, advocate="M1", friend="pair@example.net").text()
    assert "This email of the friend belongs to 2 members" in text
