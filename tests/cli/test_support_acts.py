"""What is decided on the support page: journaled under the name of who is logged in, and under dual control."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import remove
from cli.support_site import Visitor, words
from matchback.acts import own_grants
from matchback.answers import decisions
from matchback.answers.grants import Plan, journal_grant
from matchback.context import open_context
from matchback.journal import Journal
from matchback.steps import run_steps
from matchback.support import simulating
from matchback.support.access_log import AccessLog
from matchback.support.queue import acting_context
from matchback.support.views import simulations
from matchback.workspace import Workspace

TODAY = date(2026, 11, 4)
GRANT = {
    "member": "M1",
    "program": "refer",
    "reference": "CASE-1",
    "kind": "cash",
    "role": "advocate",
    "amount": "9.00",
    "why": "goodwill",
}
ODD_ADVOCATES = """partner_user_id,email,advocate_code,enrolled_on
<img src=x onerror=alert(1)>,odd@example.com,ODD-9,2026-02-01
"""
ODD_OPENINGS = """partner_event_id,event_time,partner_user_id,email,account_id,advocate_code,amount
OPEN-9,2026-11-03T10:00:00-05:00,<b>F9</b>,gus@example.net,ACC9,ODD-9,900.00
"""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchback.context.today", lambda config: TODAY)


def acts(root: Path) -> list[dict[str, Any]]:
    """Return the acts of the journal."""
    return [entry.body for entry in Journal(Workspace.at(root).journal_dir).entries(kind="act")]


@pytest.fixture(scope="session")
def _second_night(bank_folder: Path, finished_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the bank after a second night, made once: with a grant, and with markup in what a file names."""
    remove(bank_folder)
    shutil.copytree(finished_night, bank_folder, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matchback.context.today", lambda config: TODAY)
        gina = Visitor(bank_folder, "admin", name="gina")
        said = words(gina.post("/grants", form="/grants", **GRANT))
        assert "9.00 USD cash" in said
        assert "Then another operator approves it" in said
        (act,) = acts(bank_folder)
        assert (act["act"], act["operator"], act["reason_code"]) == ("reward_granted", "gina", "goodwill")
        inbox = bank_folder / "inbox"
        (inbox / "advocates" / "advocates_20261104.csv").write_text(ODD_ADVOCATES, encoding="utf-8")
        (inbox / "openings" / "openings_20261104.csv").write_text(ODD_OPENINGS, encoding="utf-8")
        run_steps(open_context(Workspace.at(bank_folder), as_of=TODAY))
    copy = tmp_path_factory.mktemp("second") / "bank"
    shutil.copytree(bank_folder, copy, symlinks=True)
    return copy


@pytest.fixture
def second_night(_second_night: Path) -> Path:
    """The workspace after a second night; nobody is let in yet."""
    shutil.rmtree(_second_night / "var" / "protected" / "support", ignore_errors=True)
    return _second_night


def test_markup_in_what_a_file_names_is_shown_as_text(second_night: Path) -> None:
    answer = Visitor(second_night, "support").look_up("account", "ACC9")
    assert "member <img src=x onerror=alert(1)> brought member <b>F9</b>" in words(answer)
    assert "&lt;b&gt;F9" in answer.content.decode()
    assert b"<img" not in answer.content
    assert b"<b>F9" not in answer.content


def test_a_grant_is_approved_by_another_and_never_by_its_giver(second_night: Path) -> None:
    gina = Visitor(second_night, "admin", name="gina")
    own = gina.get("/approvals")
    assert "You granted it, so another operator approves it." in words(own)
    (reward_id,) = re.findall(r'name="reward" value="(\d+)"', own.content.decode())
    refused = gina.post(
        "/approvals/decide", form="/approvals", act="approve", reward=reward_id, why="terms_met"
    )
    assert refused.status_code == 409
    assert "granted by you: another operator decides" in words(refused)

    seen = words(Visitor(second_night, "operator", name="olga").get("/approvals"))
    assert "sees the queue and cannot decide: there are no buttons for it" in seen
    otto = Visitor(second_night, "approver", name="otto")
    chosen = {"act": "approve", "reward": reward_id, "why_code": "case_4711"}
    done = otto.post("/approvals/decide", form="/approvals", **chosen)
    assert "1 reward approved; the next run applies it." in words(done)
    assert "Approved by journal entry" in words(done)
    assert (acts(second_night)[-1]["operator"], acts(second_night)[-1]["reason_code"]) == (
        "otto",
        "case_4711",
    )
    again = otto.post("/approvals/decide", form="/approvals", **chosen)
    assert "1 reward stood so already." in words(again)
    assert "0 rewards" not in words(again)
    assert len(acts(second_night)) == 2
    look = otto.post("/answer", form="/approvals", kind="reward", value=reward_id, reason="approval")
    assert "by rule by hand" in words(look)


def test_what_two_do_at_once_is_journaled_once(
    second_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = shutil.copytree(second_night, tmp_path / "bank", symlinks=True)
    granted, *_ = before = acts(bank)
    read = decisions.standing_decisions

    def slowly(*arguments: Any) -> Any:
        found = read(*arguments)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(decisions, "standing_decisions", slowly)

    def decline(name: str) -> Any:
        context = acting_context(Workspace.at(bank), name)
        return decisions.decide_rewards(context, "decline", [granted["subject_id"]], "duplicate")[1]

    def grant(name: str) -> Any:
        context = acting_context(Workspace.at(bank), name)
        return journal_grant(context, Plan(1, granted["arguments"], "goodwill", []))[1]

    with ThreadPoolExecutor(2) as both:
        declined = list(both.map(decline, ("otto", "anna")))
        given = list(both.map(grant, ("otto", "anna")))
    assert sorted(len(data["journal_numbers"]) for data in declined) == [0, 1]
    assert given[0]["journal_number"] == given[1]["journal_number"]
    assert [act["act"] for act in acts(bank)[len(before) :]] == ["reward_declined", "reward_granted"]


def test_who_granted_is_known_by_another_writing_of_the_name_too(second_night: Path) -> None:
    context = acting_context(Workspace.at(second_night), "Gina")
    assert own_grants(context, "Gina") == own_grants(context, "gina") != set()


def test_a_grant_that_something_speaks_against_is_confirmed_first(run_bank: Path) -> None:
    gina = Visitor(run_bank, "operator", name="gina")
    first = gina.post("/grants", form="/grants", **{**GRANT, "amount": "25.00"})
    assert "Look at this before you grant 25.00 USD cash" in words(first)
    assert "The person has the same" in words(first)
    assert acts(run_bank) == []
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', first.content.decode()))
    fields.pop("csrfmiddlewaretoken", None)
    stale = gina.post("/grants", form="/grants", **{**fields, "confirmed": "0" * 16})
    assert "Look at this before" in words(stale)
    assert "Journaled as entry" in words(gina.post("/grants", form="/grants", **fields))
    assert len(acts(run_bank)) == 1


def test_what_failed_after_it_was_journaled_is_not_said_to_have_changed_nothing(
    run_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, append = Visitor(run_bank, "operator", name="olga"), AccessLog.append

    def full(log: AccessLog, kind: str, **body: Any) -> int:
        if kind == "looked_up":
            raise OSError("no space left on device")
        return append(log, kind, **body)

    monkeypatch.setattr(AccessLog, "append", full)
    named = {"event": "OPEN-3", "advocate": "M1", "why": "paper_form"}
    answer = olga.post("/recognitions", form="/recognitions", **named)
    assert answer.status_code == 500
    assert len(acts(run_bank)) == 1
    assert "Look whether it was done before you do it again." in words(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"why": ""}, "Say why"),
        ({"amount": "ten"}, "An amount is written like 50.00."),
        ({"amount": "-1"}, "not above 0"),
        ({"amount": "1e5"}, "An amount is written like 50.00."),
        ({"amount": "1_000"}, "An amount is written like 50.00."),
        ({"amount": "٣"}, "An amount is written like 50.00."),
        ({"why_code": "M1"}, "The reason is whom you name"),
        ({"member": "M9"}, "Nobody is known by this identifier"),
        ({"reference": "two words"}, "reference is a short code"),
        ({"program": "none"}, "There is no program none."),
        ({"member": "a" * 400}, "longer than"),
    ],
)
def test_a_grant_that_cannot_be_is_said(site_bank: Path, fields: dict[str, str], said: str) -> None:
    gina = Visitor(site_bank, "operator", name="gina")
    answer = gina.post("/grants", form="/grants", **{**GRANT, **fields})
    assert answer.status_code in (400, 409)
    assert said in words(answer)
    assert "--" not in words(answer)
    assert acts(site_bank) == []


def test_an_advocate_is_named_by_hand_and_the_look_up_is_logged(run_bank: Path) -> None:
    olga = Visitor(run_bank, "operator", name="olga")
    fields = {"event": "OPEN-3", "advocate": "bea@example.com", "why": "verified_by_phone"}
    done = olga.post("/recognitions", form="/recognitions", **fields)
    assert "Journaled as entry" in words(done)
    assert b"bea@example.com" not in done.content
    (act,) = acts(run_bank)
    assert (act["act"], act["operator"]) == ("recognition_added", "olga")
    newest = AccessLog(olga.workspace).newest(1)[0].body
    assert (newest["why"], newest["outcome"], newest["asked"]) == ("recognition", "found", "email")
    assert newest["persons"] == [act["arguments"]["advocate_id"]]
    wrong = olga.post("/recognitions", form="/recognitions", event="OPEN-1", advocate="F1", why="paper_form")
    assert wrong.status_code == 409
    assert "nobody is recognized for themselves" in words(wrong)


def test_nothing_is_decided_without_a_choice_and_a_reason(site_bank: Path) -> None:
    otto = Visitor(site_bank, "approver", name="otto")
    fields = {"form": "/search", "act": "approve", "reward": "5", "why": "terms_met"}
    for missing, said in (
        ({"act": "pay"}, "Choose what is to be done."),
        ({"reward": "five"}, "Choose the rewards"),
        ({"why": "<b>"}, "Say why"),
    ):
        answer = otto.post("/approvals/decide", **{**fields, **missing})
        assert answer.status_code == 400
        assert said in words(answer)
    unknown = otto.post("/approvals/decide", **fields)
    assert unknown.status_code == 409
    assert "5: unknown" in words(unknown)
    assert acts(site_bank) == []


def test_the_log_shows_who_looked_and_why(site_bank: Path) -> None:
    Visitor(site_bank, "support", name="jane").look_up("account", "ACC1", ticket="T-9")
    page = words(Visitor(site_bank, "admin", name="root").get("/log"))
    assert "jane looked up account" in page
    assert "member called T-9 found" in page


def test_files_show_reasons_and_no_value(site_bank: Path) -> None:
    ann = Visitor(site_bank, "analyst", name="ann")
    shown = ann.get("/files")
    assert "openings 2026-11-03" in words(shown)
    (file_id, *_) = re.findall(r'href="/files/([0-9a-f]+)"', shown.content.decode())
    detail = ann.get(f"/files/{file_id}")
    assert "not_a_timestamp" in words(detail)
    for value in ("iris@example.net", "2026-11-02T25", "ACC4", "openings_20261103"):
        assert value not in detail.content.decode() + shown.content.decode()
    assert ann.get("/files/abcdef").status_code == 409


def test_a_simulation_is_bounded_and_one_at_a_time(site_bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Visitor(site_bank, "analyst", name="ann")
    rules = simulating.rules_in_force(ann.workspace)
    assert rules.startswith("[[rewards]]\nid = ")
    assert "secret" not in rules
    for none in ("no rules", rules + "\nx = " + "1" * 5000, rules + "\nx = " + "[" * 20_000):
        assert ann.post("/simulations", form="/simulations", rules=none).status_code == 400

    def too_long(*arguments: Any, **named: Any) -> None:
        raise subprocess.TimeoutExpired(arguments[0], named["timeout"])

    monkeypatch.setattr(subprocess, "run", too_long)
    late = ann.post("/simulations", form="/simulations", rules=rules)
    assert "It took longer than 3 minutes" in words(late)

    def busy(*arguments: Any) -> None:
        raise AssertionError("a second one was begun")

    monkeypatch.setattr(simulations, "simulate", busy)
    with ann.site.simulating:
        second = ann.post("/simulations", form="/simulations", rules=rules)
    assert "Another simulation is going on." in words(second)
