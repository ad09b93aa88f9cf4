"""Explain finds what came and counts for nothing: in which file and record, why, and what to type next."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_reference import strangers
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace
from unit.simulated_bank import FILES, TOML

HEAD = "partner_event_id,event_time,partner_user_id,email,account_id,advocate_code\n"
CORRECTIONS = "action," + HEAD
LIMIT = 'pattern = "*.csv"\nrefuse_file_above = "50%"\nconstants = { event_name'
MORE = {
    "a_bad_time.csv": HEAD
    + "BAD-TIME,2026-11-09T25:00:00-05:00,F20,rhea@example.net,ACC20,\n"
    + "GOOD-1,2026-11-09T10:00:00-05:00,F21,sven@example.net,ACC21,\n"
    + "BAD-AGAIN,2026-11-09T26:00:00-05:00,F1,,ACC1,\n"
    + "GOOD-2,2026-11-09T10:00:00-05:00,F22,tess@example.net,ACC22,\n"
    + "TORN,2026-11-09T10:00:00-05:00,F23,UMA@Example.net,ACC23,,too,many\n"
    + "TWICE,2026-11-09T27:00:00-05:00,F26,,ACC26,\n"
    + "TWICE,2026-11-09T10:00:00-05:00,F26,,ACC26,\n"
    + "GOOD-3,2026-11-09T10:00:00-05:00,F27,,ACC27,\n",
    "b_over_limit.csv": HEAD
    + "WHOLE-1,2026-11-09T10:00:00-05:00,F24,vera@example.net,ACC24,\n"
    + "WHOLE-2,later,F28,,ACC28,\n"
    + "WHOLE-3,later,F29,,ACC29,\n",
    "c_no_time.csv": HEAD.replace("event_time,", "") + "NO-TIME,F25,walt@example.net,ACC25,\n",
    "d_cancel.csv": CORRECTIONS + "cancel,EARLY,2026-11-09T10:00:00-05:00,F30,,ACC30,\n",
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One night with refused records, refused files and a cancellation whose original never came; one file since."""
    root = tmp_path_factory.mktemp("bank")
    files = {**{f"{feed}/{feed}.csv": content for feed, content in FILES.items()}}
    files |= {f"openings/{name}": content for name, content in MORE.items()}
    for name, content in files.items():
        (root / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "inbox" / name).write_text(content, encoding="utf-8")
    toml = TOML.replace('pattern = "*.csv"\nconstants = { event_name', LIMIT)
    assert LIMIT in toml
    (root / "matchback.toml").write_text(toml, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=date(2026, 11, 10)))
    late = HEAD + "LATE,2026-11-10T10:00:00-05:00,F40,xena@example.net,ACC40,\n"
    (root / "inbox" / "openings" / "late.csv").write_text(late, encoding="utf-8")
    run_steps(open_context(workspace, as_of=date(2026, 11, 11)), ["pickup"])
    return workspace


def ask(bank: Workspace, **asked: str) -> Explanation:
    explanation = explain(bank, Question.asked(asked))
    assert strangers(explanation.data) == set()
    return explanation


@pytest.mark.parametrize(
    ("asked", "state", "words"),
    [
        ({"event": "BAD-TIME"}, "refused_record", "not_a_timestamp: event_time"),
        ({"email": "Rhea@Example.net"}, "refused_record", "not_a_timestamp: event_time"),
        ({"account": "ACC20"}, "refused_record", "found by account_id"),
        ({"partner_user_id": "F20"}, "refused_record", "found by partner_user_id"),
        ({"event": "TORN"}, "refused_record", "column_count: "),
        (
            {"email": "uma@example.net"},
            "refused_record",
            "found in its text, which cannot be split into columns",
        ),
        (
            {"event": "WHOLE-1"},
            "refused_file",
            "too_many_refused: more records are refused than the feed's limit",
        ),
        ({"account": "ACC28"}, "refused_file", "not_a_timestamp: event_time"),
        ({"event": "NO-TIME"}, "refused_file", "missing_column: the header lacks a column"),
        ({"event": "EARLY"}, "waits_for_original", "it corrects or cancels a record that has not come"),
        ({"event": "LATE"}, "not_in_version", "Take it in and publish:  matchback run"),
        ({"advocate": "M1", "friend": "F20"}, "refused_record", "not_a_timestamp: event_time"),
    ],
)
def test_what_counts_for_nothing_is_found_with_its_reason(
    bank: Workspace, asked: dict[str, str], state: str, words: str
) -> None:
    explanation = ask(bank, **asked)
    (row,) = explanation.data["refused"]
    text = explanation.text()
    assert row["state"] == state
    assert f"[openings file {row['file_id'][:8]} record {row['record_number']}" in text
    assert words in text
    assert "No event that counts has arrived about" in text
    assert "not known at all" not in text
    assert "@" not in text
    assert "event has not happened yet" not in text


def test_a_refused_record_says_its_line_and_how_it_is_mended(bank: Workspace) -> None:
    text = ask(bank, event="BAD-TIME").text()
    (row,) = ask(bank, event="BAD-TIME").data["refused"]
    assert (row["record_number"], row["line_number"], row["event_name"]) == (1, 2, "account_opened")
    assert f"matchback quarantine show {row['file_id'][:8]}" in text
    assert f"matchback quarantine readmit {row['file_id'][:8]} --reason CODE" in text


def test_a_later_record_of_a_recognized_friend_that_was_refused_is_told_too(bank: Workspace) -> None:
    """Asked by the event that counts: the account leads to the record that does not."""
    explanation = ask(bank, event="OPEN-FINN")
    (row,) = explanation.data["refused"]
    assert row["named_by"] == "account_id, partner_user_id"
    assert explanation.data["journeys"]
    assert "In short" in explanation.text()
    assert "Came, and counts for nothing:" in explanation.text()


def test_a_record_that_came_again_and_counts_is_not_to_be_mended(bank: Workspace) -> None:
    explanation = ask(bank, event="TWICE")
    assert [row["came_again"] for row in explanation.data["refused"]] == [True]
    assert "an event of the same id has come beside it" in explanation.text()
    assert "quarantine readmit" not in explanation.text()


def test_whoever_is_named_nowhere_is_told_what_was_searched_and_how_far_the_files_reach(
    bank: Workspace,
) -> None:
    explanation = ask(bank, event="NEVER")
    assert explanation.data["refused"] == []
    assert explanation.data["searched"]["records"] == 4 + 3 + 1 + 1 + 1
    text = explanation.text()
    assert "Of 10 records refused or not loaded, none names it." in text
    assert "the last on 2026-11-10 with events of 2026-11-02 to 2026-11-09, 7 records refused" in text


def test_a_file_that_cannot_be_looked_through_is_named(bank: Workspace, tmp_path: Path) -> None:
    """The bytes are gone, the feed is gone, or there is too much: it is said, never left out."""
    copy = tmp_path / "copy"
    shutil.copytree(bank.root, copy, symlinks=True)
    explanation = ask(bank, event="BAD-TIME")
    (row,) = explanation.data["refused"]
    archive = copy / "var/archive"
    for path in archive.rglob("*"):
        if path.is_file() and "BAD-TIME" in path.read_text(encoding="utf-8"):
            path.unlink()
    there = ask(Workspace.at(copy), event="BAD-TIME")
    assert there.data["refused"] == []
    words = f"Not looked through: openings file {row['file_id'][:8]}, received 2026-11-10: the archive does not hold"
    assert words in there.text()
    assert "(not_in_archive)" in there.text()


def test_files_beyond_what_one_answer_looks_through_are_named(
    bank: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchback.answers.explain_refused.MOST_BYTES", 10)
    explanation = ask(bank, event="BAD-TIME")
    assert {row["reason_code"] for row in explanation.data["unsearched"]} == {"limit"}
    assert "older than what one answer looks through (limit)" in explanation.text()
