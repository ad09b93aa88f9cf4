"""What `explain` says of candidates and of missing recognitions, from a real night: groups, owners, ties, codes."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from matchback.answers.explain import Question, explain
from matchback.answers.explain_pack import pack_page
from matchback.answers.explain_reference import strangers
from matchback.answers.operations import add_recognition
from matchback.context import open_context
from matchback.errors import MatchbackError
from matchback.steps import run_steps
from matchback.workspace import Workspace

CONFIG = """
[workspace]
name = "two-programs"
time_zone = "America/New_York"
id_secret = "file:id_secret.txt"

[[programs]]
id = "family"
from = 2026-01-01
events = ["account_opened"]
order = [["SHARE_ID"], ["INCENTIVIZED_SHARE"]]
exclusive_group = "one"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]
order = [["ADVOCATE_CODE", "COUPON_CODE"], ["ADVOCATE_EMAIL"], ["SHAREABLE_ID.click"]]
exclusive_group = "one"

[[events]]
name = "account_opened"
stage = 3
rewardable = true
label = "Account opened"

[[rewards]]
id = "thanks"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_opened"
value = { kind = "cash", amount = "25.00", currency = "USD" }
pending_days = 3
"""
KINDS = ("events", "advocates", "shares", "clicks", "coupons")
FEED = '\n[[feeds]]\nid = "{0}"\nkind = "{0}"\nsource = "inbox/{0}"\npattern = "{0}_{{date:%Y%m%d}}.csv"\n'
FILES = {
    "advocates": """partner_user_id,email,advocate_code,shareable_id,enrolled_on
A1,pair@example.com,CODE-1,LINK-1,2026-01-01
A2,pair@example.com,CODE-2,LINK-2,2026-01-01
A3,cleo@example.com,CODE-3,LINK-3,2026-01-01
""",
    "shares": """share_id,advocate_partner_user_id,program,shared_at,incentivized
S1,A3,family,2026-10-10T09:00:00-04:00,true
""",
    "clicks": """click_id,clicked_at,shareable_id,email
C1,2026-11-01T01:30:10-04:00,LINK-1,night@example.net
C2,2026-11-01T01:30:40-04:00,LINK-2,night@example.net
C3,2026-11-01T01:15:00-05:00,LINK-3,night@example.net
C4,2026-10-12T09:00:10-04:00,LINK-1,near@example.net
C5,2026-10-12T09:00:40-04:00,LINK-2,near@example.net
""",
    "coupons": """coupon_code,purpose,program,issued_at
FOR-ALL,public,refer,2026-09-01T09:00:00-04:00
""",
    "events": "partner_event_id,event_name,event_time,partner_user_id,email,account_id,advocate_code,share_id,"
    """coupon_code,advocate_email
SPLIT,account_opened,2026-10-12T10:00:00-04:00,F3,,AC3,,,,
SPLIT,account_opened,2026-10-12T11:00:00-04:00,F3,,AC3,CODE-1,,,
GROUP,account_opened,2026-10-12T10:00:00-04:00,F1,,AC1,CODE-1,S1,,
JOINT-1,account_opened,2026-10-12T10:00:00-04:00,F2,,AC2,CODE-3,,,
JOINT-2,account_opened,2026-10-12T10:05:00-04:00,A3,,AC2,CODE-3,,,
TIE,account_opened,2026-10-12T10:00:00-04:00,F4,,AC4,,,,pair@example.com
NOBODY,account_opened,2026-10-12T10:00:00-04:00,F5,,AC5,CODE-9,,,
PUBLIC,account_opened,2026-10-12T10:00:00-04:00,F6,,AC6,,,FOR-ALL,
NIGHT,account_opened,2026-11-01T01:20:00-05:00,F7,night@example.net,AC7,,,,
NEAR,account_opened,2026-10-12T10:00:00-04:00,F9,near@example.net,AC10,,,,
TWICE-1,account_opened,2026-10-12T10:00:00-04:00,F8,,AC8,,,,
TWICE-2,account_opened,2026-10-14T10:00:00-04:00,F8,,AC9,,,,
""",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two programs of one group after a night that brings each case once."""
    root = tmp_path_factory.mktemp("reasons") / "bank"
    for kind in KINDS:
        (root / "inbox" / kind).mkdir(parents=True)
        (root / f"inbox/{kind}/{kind}_20261102.csv").write_text(FILES[kind], encoding="utf-8")
    (root / "matchback.toml").write_text(CONFIG + "".join(map(FEED.format, KINDS)), encoding="utf-8")
    (root / "id_secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    context = open_context(Workspace.at(Path(root)), as_of=date(2026, 11, 2))
    run_steps(context)
    return Workspace.at(root)


def told(workspace: Workspace, **asked: str) -> str:
    explanation = explain(workspace, Question.asked(asked))
    assert strangers(explanation.data) == set()
    return explanation.text()


def test_the_program_that_keeps_a_recognition_of_the_group_is_named(workspace: Workspace) -> None:
    text = told(workspace, event="GROUP")
    family = text[text.index("  Program family") : text.index("  Program refer")]
    assert "lost, since program refer, of the same group, keeps the recognition (other_program)  [" in family
    assert "(lower_tier): its rank is 2, and rank 1 decided" in family
    assert "it belongs to another program (other_program): family" not in family
    assert "None" not in text
    assert "belongs to no known advocate" not in text


@pytest.mark.parametrize("event", ["GROUP", "JOINT-1", "TIE", "NIGHT", "NEAR"])
def test_the_auditors_page_says_of_each_candidate_what_the_command_line_says(
    workspace: Workspace, event: str
) -> None:
    """Why it won or lost, by how much: not a word of a reason stands in one place alone."""
    explanation = explain(workspace, Question.asked({"event": event}), proof=True)
    outcomes = re.findall(r'data-name="outcome">(.*?)</td>', pack_page(explanation))
    assert outcomes
    told = " ".join(explanation.text().split())
    for words in map(unescape, outcomes):
        assert words.startswith(("won: rank ", "lost, since "))
        assert words.removeprefix("won: ") in told
    if event == "NIGHT":
        assert any("(older): against 2026-11-01 01:15 EST" in unescape(words) for words in outcomes)


def test_another_owner_of_the_account_is_told_from_the_friend(workspace: Workspace) -> None:
    text = told(workspace, account="AC2")
    assert "that is another owner of the same account, and nobody refers themselves (self_referral)" in text


def add(workspace: Workspace, event: str, advocate: str) -> None:
    context = open_context(workspace, as_of=date(2026, 11, 2))
    add_recognition(context, event, "refer", advocate, "support-case")


@pytest.mark.parametrize("event", ["JOINT-1", "JOINT-2"])
def test_no_owner_of_an_account_can_be_added_as_its_advocate(workspace: Workspace, event: str) -> None:
    """The next run would take it for a self-referral; a member who owns nothing of it is journaled."""
    before = len(list(open_context(workspace, as_of=date(2026, 11, 2)).journal.entries(kind="act")))
    for owner in ("F2", "A3"):
        with pytest.raises(MatchbackError, match="nobody is recognized for themselves"):
            add(workspace, event, owner)
    add(workspace, event, "A2")
    after = list(open_context(workspace, as_of=date(2026, 11, 2)).journal.entries(kind="act"))
    assert len(after) == before + 1


def test_nobody_is_added_to_an_event_in_conflict(workspace: Workspace) -> None:
    with pytest.raises(MatchbackError, match="came in versions that contradict each other"):
        add(workspace, "SPLIT", "A1")


def test_a_tie_in_time_is_told_as_one(workspace: Workspace) -> None:
    (line,) = [line for line in told(workspace, event="TIE").splitlines() if "(older)" in line]
    assert (
        "2026-10-12 10:00:00; lost, since one of the same rank and time decided, whose person id is the smaller one "
        "(older): both at 2026-10-12 10:00:00" in line
    )


def test_a_code_that_nobody_has_is_said_and_can_still_be_somebodys(workspace: Workspace) -> None:
    text = told(workspace, event="NOBODY")
    words = "he advocate code on the event belongs to no known advocate so far"
    assert f"(no_evidence); t{words}" in text
    assert f"    T{words}" in text
    assert "  Reward rule thanks for the advocate fails so far: evidence or a correction" in text
    assert "for good" not in text


def test_a_public_coupon_is_not_an_advocates(workspace: Workspace) -> None:
    text = told(workspace, event="PUBLIC")
    assert "      no advocate: the friend used a public coupon, 2026-09-01 09:00; lost, since" in text


def test_times_that_read_alike_are_told_apart(workspace: Workspace) -> None:
    text = told(workspace, event="NIGHT")
    assert "2026-11-01 01:20 EST  Account opened" in text
    assert "2026-11-01 01:30 EDT  clicked a link of member A1" in text
    assert "2026-11-01 01:30 EDT; lost, since" in text
    assert "(older): against 2026-11-01 01:15 EST" in text
    text = told(workspace, event="NEAR")
    assert "2026-10-12 09:00:10; lost, since a more recent one of the same rank decided (older)" in text
    assert "(older): against 2026-10-12 09:00:40  [" in text


def test_each_of_several_journeys_is_told_from_the_others_in_short(workspace: Workspace) -> None:
    lines = told(workspace, partner_user_id="F8").splitlines()
    heads = [line for line in lines if line.startswith("  Account opened on 2026-10-1")]
    assert [head[: len("  Account opened on 2026-10-12")] for head in heads] == [
        "  Account opened on 2026-10-12",
        "  Account opened on 2026-10-14",
    ]
    assert lines[lines.index(heads[0]) + 1].startswith("    family: nobody is recognized for member F8")
