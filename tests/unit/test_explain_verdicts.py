"""Explain gives each verdict with what was observed: a later share, a loop, customers, enrollments, dates."""

from __future__ import annotations

import re
from datetime import date

import pytest

from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_reference import strangers
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

TOML = """
[workspace]
name = "verdicts"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
until = 2026-10-31
events = ["account_opened"]
order = [["ADVOCATE_CODE"], ["SHARE_RECIPIENT"]]
tie_break = "first"
ineligible = ["loop", "existing_customer", "advocate_not_eligible"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true
label = "Account opened"
"""
FEED = """
[[feeds]]
id = "{0}"
kind = "{0}"
source = "inbox/{0}"
pattern = "*.csv"
"""
FILES = {
    "advocates": """partner_user_id,email,advocate_code,enrolled_on,left_on
A1,ada@example.com,ADA-1,2026-02-01,
A2,bea@example.com,BEA-2,2026-02-01,
A3,cleo@example.com,CLEO-3,2026-10-12,
A4,dora@example.com,DORA-4,2026-02-01,2026-10-01
""",
    "shares": """share_id,advocate_partner_user_id,shared_at
S1,A1,2026-10-01T12:00:00-04:00
S2,A2,2026-10-05T12:00:00-04:00
""",
    "emails": """share_id,recipient_email,sent_at
S1,finn@example.net,2026-10-01T12:00:00-04:00
S2,finn@example.net,2026-10-05T12:00:00-04:00
""",
    "events": """partner_event_id,event_name,event_time,partner_user_id,email,account_id,advocate_code
TWO-SHARES,account_opened,2026-10-10T10:00:00-04:00,F1,finn@example.net,ACC1,
BEA-BY-ADA,account_opened,2026-10-08T10:00:00-04:00,A2,bea@example.com,ACC2,ADA-1
ADA-BY-BEA,account_opened,2026-10-10T10:00:00-04:00,A1,ada@example.com,ACC3,BEA-2
GUS-FIRST,account_opened,2026-10-04T10:00:00-04:00,F4,gus@example.net,ACC4,
GUS-AGAIN,account_opened,2026-10-10T10:00:00-04:00,F4,gus@example.net,ACC5,ADA-1
TOO-EARLY,account_opened,2026-10-10T10:00:00-04:00,F6,hal@example.net,ACC6,CLEO-3
TOO-LATE,account_opened,2026-10-10T10:00:00-04:00,F7,ivy@example.net,ACC7,DORA-4
ENDED,account_opened,2026-11-01T10:00:00-05:00,F8,joe@example.net,ACC8,ADA-1
ENDED-NOT,account_opened,2026-10-31T23:59:59-04:00,F9,kit@example.net,ACC9,ADA-1
""",
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One night that brings each verdict once, in a program in which the first share wins."""
    root = tmp_path_factory.mktemp("bank")
    for feed, content in FILES.items():
        (root / "inbox" / feed).mkdir(parents=True)
        (root / "inbox" / feed / f"{feed}.csv").write_text(content, encoding="utf-8")
    (root / "matchback.toml").write_text(TOML + "".join(map(FEED.format, FILES)), encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=date(2026, 11, 10)))
    return workspace


def ask(bank: Workspace, event: str) -> Explanation:
    explanation = explain(bank, Question.asked({"event": event}))
    assert strangers(explanation.data) == set()
    return explanation


def test_whoever_shared_later_lost_to_the_first_with_both_times(bank: Workspace) -> None:
    text = ask(bank, "TWO-SHARES").text()
    assert "Recognized: member A1" in text
    (line,) = [line for line in text.splitlines() if "(newer)" in line]
    assert re.search(
        r"member A2 .*was sent a share by the advocate, 2026-10-05 12:00; lost, since an earlier one of the same rank "
        r"decided \(newer\): against 2026-10-01 12:00  \[share sent, emails file [0-9a-f]{8} record 2\]$",
        line,
    )


@pytest.mark.parametrize(
    ("event", "meaning", "observed"),
    [
        (
            "ADA-BY-BEA",
            "the two referred each other (loop)",
            (
                r"loop: the advocate, member A2 \(person \d+\), had been brought by the friend before: "
                r"event {BEA-BY-ADA} on 2026-10-08, 2 days before the event of 2026-10-10  "
                r"\[events file [0-9a-f]{8} record 2\]"
            ),
        ),
        (
            "GUS-AGAIN",
            "the friend was a customer before (existing_customer)",
            (
                r"existing_customer: the friend, member F4 \(person \d+\), had an earlier event {GUS-FIRST} on "
                r"2026-10-04, 6 days before the event of 2026-10-10  \[events file [0-9a-f]{8} record 4\]"
            ),
        ),
        (
            "TOO-EARLY",
            "the advocate was not enrolled on that day (advocate_not_eligible)",
            (
                r"advocate_not_eligible: the advocate, member A3 \(person \d+\), enrolled on 2026-10-12; judged on "
                r"2026-10-10  \[advocates file [0-9a-f]{8} record 3\]"
            ),
        ),
        (
            "TOO-LATE",
            "the advocate was not enrolled on that day (advocate_not_eligible)",
            (
                r"advocate_not_eligible: the advocate, member A4 \(person \d+\), enrolled on 2026-02-01 and left on "
                r"2026-10-01; judged on 2026-10-10  \[advocates file [0-9a-f]{8} record 4\]"
            ),
        ),
        (
            "ENDED",
            "the program did not run on that day (outside_program)",
            r"outside_program: the event was on 2026-11-01, and the program runs from 2026-01-01 to 2026-10-31",
        ),
    ],
)
def test_each_verdict_says_what_was_observed(
    bank: Workspace, event: str, meaning: str, observed: str
) -> None:
    text = ask(bank, event).text()
    assert f"    Not eligible: {meaning}\n" in text
    for name in re.findall(r"\{([A-Z]+-[A-Z-]+)\}", observed):
        (named,) = ask(bank, name).data["journeys"][0]["events"]
        observed = observed.replace(f"{{{name}}}", str(named["event_id"]))
    assert re.search(rf"(?m)^      {observed}$", text)


@pytest.mark.parametrize("event", ["TWO-SHARES", "BEA-BY-ADA", "ENDED-NOT"])
def test_who_lies_just_inside_is_eligible(bank: Workspace, event: str) -> None:
    text = ask(bank, event).text()
    assert "    Eligible: yes\n" in text
    assert "Not eligible" not in text
