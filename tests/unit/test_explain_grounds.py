"""Explain says what a decision rests on: conflicts, cancellations, verdicts of not eligible, operators' acts."""

from __future__ import annotations

import re
from datetime import date

import pytest

from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_reference import strangers
from matchback.answers.operations import add_recognition
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace
from unit.simulated_bank import FILES, TOML

DAY = date(2026, 11, 10)
LATER = date(2026, 11, 11)
LISTS = """
[[feeds]]
id = "persons"
kind = "persons"
source = "inbox/persons"
pattern = "*.csv"
"""
INELIGIBLE = (
    'ineligible = ["employee", "blocked", "loop", "existing_customer", "recent_customer", "advocate_not_eligible", '
    '"advocate_newer_than_friend"]\nrecent_customer_days = 90\n'
    'advocates = { audience = "eligible_advocates", at = "event" }\n'
)
AUDIENCE = """
[[feeds]]
id = "{0}"
kind = "audience"
source = "inbox/{0}"
pattern = "{0}_{{date:%Y%m%d}}.csv"
constants = {{ purpose = "{0}" }}
"""
OPENINGS = FILES["openings"] + (
    "OPEN-LEO,2026-11-03T10:00:00-05:00,F6,leo@example.net,ACC6,ADA-1\n"
    "OPEN-MIA,2026-11-03T11:00:00-05:00,F7,mia@example.net,ACC7,BEA-2\n"
    "OPEN-NED,2026-11-09T09:00:00-05:00,F8,ned@example.net,ACC8,ADA-1\n"
    "OPEN-OLA,2026-11-09T09:30:00-05:00,F9,ola@example.net,ACC9,\n"
    "OPEN-ADA,2026-11-09T12:00:00-05:00,M1,ada@example.com,ACC10,CODE-HUGO\n"
)
CANCEL = "action,partner_event_id,event_time,partner_user_id,email,account_id,advocate_code\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two nights: Ned's opening comes again with other content, and Leo's is cancelled; Ola is assigned by hand."""
    root = tmp_path_factory.mktemp("bank")
    purposes = ("employees", "blocked", "eligible_advocates")
    toml = TOML.replace('events = ["account_opened"]\n', f'events = ["account_opened"]\n{INELIGIBLE}')
    toml += LISTS + "".join(AUDIENCE.format(purpose) for purpose in purposes)
    files = {
        **{f"{feed}/{feed}.csv": content for feed, content in FILES.items()},
        "openings/openings.csv": OPENINGS,
        "persons/persons.csv": "partner_user_id,customer_since_on\nM1,2026-05-01\nF1,2026-10-01\n",
        "employees/employees_20261001.csv": "partner_user_id\nF2\n",
        "blocked/blocked_20261015.csv": "partner_user_id\nM2\n",
        "eligible_advocates/eligible_advocates_20261001.csv": "partner_user_id\nM1\n",
    }
    for name, content in files.items():
        (root / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "inbox" / name).write_text(content, encoding="utf-8")
    (root / "matchback.toml").write_text(toml, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=DAY))
    add_recognition(open_context(workspace, as_of=DAY), "OPEN-OLA", None, "M1", "called_us")
    (root / "inbox" / "openings" / "more.csv").write_text(
        CANCEL
        + "new,OPEN-NED,2026-11-09T09:00:05-05:00,F8,ned@example.net,ACC8,ADA-1\n"
        + "cancel,OPEN-LEO,2026-11-03T10:00:00-05:00,F6,leo@example.net,ACC6,ADA-1\n",
        encoding="utf-8",
    )
    run_steps(open_context(workspace, as_of=LATER))
    return workspace


def ask(bank: Workspace, **asked: str) -> Explanation:
    explanation = explain(bank, Question.asked(asked))
    assert strangers(explanation.data) == set()
    return explanation


@pytest.mark.parametrize("asked", [{"partner_user_id": "F8"}, {"event": "OPEN-NED"}, {"account": "ACC8"}])
def test_an_event_in_conflict_is_told_with_both_versions_its_reward_and_what_to_type(
    bank: Workspace, asked: dict[str, str]
) -> None:
    """A person whom nothing else names is found by the identifier that the event carries."""
    explanation = ask(bank, **asked)
    text = explanation.text()
    (event,) = explanation.data["left_out"]
    assert len({row["file_id"] for row in event["versions"]}) == 2
    assert [set(row) for row in event["friends"]] == [{"person_id"}]
    assert "2026-11-09 09:00:00" in text
    assert "2026-11-09 09:00:05" in text
    assert "was decided from 2026-11-10 until 2026-11-11: member M1" in text
    assert "it waits: nothing is paid on an event in conflict" in text
    assert f"matchback events resolve {event['event_id']} --version VERSION" in text
    assert "not known at all" not in text


def test_a_reward_of_an_event_in_conflict_says_so(bank: Workspace) -> None:
    (event,) = ask(bank, event="OPEN-NED").data["left_out"]
    text = ask(bank, reward=str(event["rewards"][0]["reward_id"])).text()
    assert "it came in versions that contradict each other" in text
    assert "No program judges" not in text
    assert "a friend whom no record names" not in text


def test_a_cancelled_event_names_the_record_that_cancels_it(bank: Workspace) -> None:
    explanation = ask(bank, partner_user_id="F6")
    (event,) = explanation.data["left_out"]
    assert [(row["action"], row["record_number"]) for row in event["versions"]] == [("cancel", 2)]
    assert "its sender cancelled it" in explanation.text()
    assert "not known at all" not in explanation.text()


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            "OPEN-GWEN",
            r"employee: the friend, .* stands on the list employees from 2026-10-01, 32 days before",
        ),
        ("OPEN-MIA", r"blocked: the advocate, .* stands on the list blocked from 2026-10-15, 19 days before"),
        (
            "OPEN-MIA",
            r"advocate_not_eligible: the advocate, .* is not on the list eligible_advocates of 2026-10-01",
        ),
        (
            "OPEN-FINN",
            r"recent_customer: the friend, .* since 2026-10-01, 32 days before .*; 90 days after it",
        ),
    ],
)
def test_a_verdict_rests_on_days_and_records(bank: Workspace, event: str, words: str) -> None:
    explanation = ask(bank, event=event)
    (line,) = [line for line in explanation.text().splitlines() if re.search(words, line)] or [
        explanation.text()
    ]
    assert re.search(r"\[\w+ file [0-9a-f]{8}( record 1)?\]|\[\w+ file [0-9a-f]{8} record 2\]", line)


def test_a_manual_recognition_rests_on_the_operators_act(bank: Workspace) -> None:
    explanation = ask(bank, event="OPEN-OLA")
    (act,) = explanation.data["acts"]
    text = explanation.text()
    record = f"[an operator's act of 2026-11-10, journal entry {act['journal_number']}, reason called_us]"
    assert act["is_applied"]
    assert text.count(record) == 2  # of the winner, and of the decision in the timeline
    assert "root event" not in text


def test_an_act_that_is_journaled_and_not_applied_is_told(bank: Workspace) -> None:
    add_recognition(open_context(bank, as_of=LATER), "OPEN-KIM", None, "M1", "said_so")
    explanation = ask(bank, event="OPEN-KIM")
    assert [row["is_applied"] for row in explanation.data["acts"]] == [False]
    assert "reason said_so]; journaled, and not in this version yet" in explanation.text()
