"""73: a test file among the real ones waits until an operator lets it in, and says why it waits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matchback import load
from matchback.acts import record_act
from matchback.answers.file_spec import file_spec
from matchback.answers.file_spec_pages import markdown
from matchback.answers.quarantine import decline, quarantine_rows, refusal_rows
from matchback.config import load_config
from matchback.errors import MatchbackError
from matchback.intake.dry_run import check_file
from matchback.intake.received import received_files
from matchback.steps import open_writer, run_steps
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in

FEED = EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", "*.csv")
HEADER = "event_name,event_time,partner_event_id,email\n"


def records(*addresses: str) -> str:
    lines = [
        f"account_opened,2026-11-01,E{number}{text[:1]},{text}\n" for number, text in enumerate(addresses)
    ]
    return HEADER + "".join(lines)


def loads(tmp_path: Path, name: str, content: str, more: str = "", feed: str = FEED) -> bool:
    context = make_world(tmp_path, feed + more)
    put(context, name, content)
    take_in(context)
    return bool(table(context, "files"))


@pytest.mark.parametrize(
    ("name", "is_test"),
    [
        ("TEST_events.csv", True),
        ("events-test-1.csv", True),
        ("eventsTEST.csv", True),
        ("TestFile.csv", True),
        ("test1.csv", True),
        ("latest_events.csv", False),
        ("attestations.csv", False),
        ("CONTEST.csv", False),
        ("events.csv", False),
    ],
)
def test_a_word_of_the_name_marks_a_test(tmp_path: Path, name: str, is_test: bool) -> None:
    assert loads(tmp_path, name, records("a@bank.us")) is not is_test


@pytest.mark.parametrize(
    ("more", "name", "is_held"),
    [
        ("hold_tests = { names = [] }\n", "TEST.csv", False),
        ('hold_tests = { names = ["uat"] }\n', "UAT.csv", True),
        ('constants = { container = "test" }\n', "TEST.csv", False),
    ],
)
def test_a_workspace_says_what_marks_a_test(tmp_path: Path, more: str, name: str, is_held: bool) -> None:
    assert loads(tmp_path, name, records("a@bank.us"), more) is not is_held


def test_a_word_of_every_name_of_the_feed_marks_nothing(tmp_path: Path) -> None:
    feed = FEED.replace("*.csv", "contest-test-*.csv")
    assert loads(tmp_path, "contest-test-1.csv", records("a@bank.us"), feed=feed)


@pytest.mark.parametrize(
    ("addresses", "is_held"),
    [
        (["a@example.com", "b@example.com", "c@bank.us", "d@bank.us"], True),
        (["a@example.com", "c@bank.us", "d@bank.us"], False),
        (["a@qa.bank.test", "b@QA.Example.com"], True),
        (["a@myexample.com", "b@latest"], False),
        (["", ""], False),
    ],
)
def test_a_share_of_addresses_marks_a_test_where_it_is_declared(
    tmp_path: Path, addresses: list[str], is_held: bool
) -> None:
    more = 'refuse_file_above = "100%"\nhold_tests = { domains = ["example.com", "test"] }\n'
    feed = FEED.replace('refuse_file_above = "100%"\n', "")
    assert loads(tmp_path, "events.csv", records(*addresses), more, feed) is not is_held


def test_addresses_that_nobody_declared_mark_nothing(tmp_path: Path) -> None:
    assert loads(tmp_path, "events.csv", records("a@example.com", "b@example.test"))


@pytest.mark.bad_input(73)
def test_a_held_file_is_told_to_the_operator_and_let_in_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it counts and nobody is answered until then; other files go on."""
    results = 'after = { results_to = "results" }\n'
    context = make_world(tmp_path, FEED + results)
    put(context, "TEST_events.csv", records("a@bank.us"))
    put(context, "events.csv", records("b@bank.us", "c@bank.us"))
    notes: list[str] = []
    monkeypatch.setattr(context.progress, "note", notes.append)
    summaries = {summary.step: summary for summary in run_steps(context)}
    assert summaries["load"].line.endswith("; 1 file not as expected, left waiting")
    assert summaries["load"].counts["waiting_files"] == 1
    (file_id,) = {file.file_id for file in received_files(context.journal)} - {
        row["file_id"] for row in table(context, "files")
    }
    (words,) = [note for note in notes if "waits" in note]
    assert words.startswith(
        f"File {file_id[:8]} of 2026-11-07 from feed events waits: its name marks it as a test (test)."
    )
    assert f"If its records are real:  matchback quarantine readmit {file_id[:8]} --reason CODE" in words
    (held,) = [row for row in quarantine_rows(context.workspace) if row["file_status"] == "waiting"]
    assert (held["file_id"], held["reason_code"]) == (file_id, "not_as_expected")
    (shown,) = refusal_rows(context.workspace, file_id[:8])
    assert shown["message"] == "its name marks it as a test (test)"
    assert [path.name for path in (tmp_path / "inbox" / "results").iterdir()] == ["events.csv.results.csv"]
    record_act(context, "file_readmitted", subject_id=None, reason_code="real", file_id=file_id)
    with open_writer(context) as writer:
        load.run(writer)
    assert sorted(row["accepted"] for row in table(context, "files")) == [1, 2]


@pytest.mark.bad_input(73)
def test_a_declined_file_is_refused_and_its_sender_told(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED + 'after = { results_to = "results" }\n')
    put(context, "TEST.csv", records("a@bank.us"))
    take_in(context)
    (file,) = received_files(context.journal)
    words, _ = decline(context, file.file_id[:8], "test_file")
    assert f"file {file.file_id[:8]} is refused whole, and its sender is told why" in words
    with pytest.raises(MatchbackError, match="No file 0000 waits"):
        decline(context, "0000", "test_file")
    with open_writer(context) as writer:
        assert load.run(writer).counts["refused_files"] == 1
    (row,) = table(context, "files")
    assert (row["status"], row["reason_code"], row["refused"]) == ("refused", "declined", 1)
    answer = (tmp_path / "inbox" / "results" / "TEST.csv.results.csv").read_text().splitlines()
    assert answer[1] == "refused,the operator did not take the file: its name marks it as a test (test)"
    with open_writer(context) as writer:
        assert not load.run(writer).changed


def test_the_sender_can_know_it_before(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED)
    path = tmp_path / "TEST.csv"
    path.write_text(records("a@bank.us"))
    verdict = check_file(context, path, "events").data
    assert (verdict["status"], verdict["detail"]) == ("waiting", "its name marks it as a test (test)")
    config = load_config(tmp_path / "matchback.toml")
    assert "whose name holds the word `test` is taken for a test" in markdown(
        file_spec(config, config.feeds[0])
    )


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('names = ["te st"]', "words of letters alone"),
        ('domains = ["@example.com"]', "domains without the at sign"),
        ('share = "0%"', "a percentage above 0"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(tmp_path: Path, declared: str, words: str) -> None:
    with pytest.raises(Exception, match=re.escape(words)):
        make_world(tmp_path, FEED + f"hold_tests = {{ {declared} }}\n")
