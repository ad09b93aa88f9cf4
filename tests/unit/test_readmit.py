"""Readmission: a file with refused records is judged again by today's configuration; nothing counts twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matchback.acts import record_act
from matchback.config import load_config
from matchback.context import RunContext, open_context
from matchback.intake.received import received_files
from matchback.intake.transports.local import LocalStore
from matchback.intake.transports.store import Lost
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in

FEED = EVENTS_FEED.replace('"100%"', '"50%"') + 'after = { results_to = "results" }\n'
HEADER = "event_name,event_time,partner_event_id,partner_user_id,amount,currency\n"
KNOWN = "account_opened,2026-11-01,E{0},M{0},10.00,USD\n"
UNKNOWN = "branch_visit,2026-11-01,V{0},M{0},,\n"
VISITS = '\n[[events]]\nname = "branch_visit"\nstage = 1\n'


def readmit(context: RunContext, number: int = 0) -> None:
    file_id = received_files(context.journal)[number].file_id
    record_act(context, "file_readmitted", subject_id=None, reason_code="catalog_completed", file_id=file_id)


def completed(context: RunContext) -> RunContext:
    """Return the context under a catalog that knows the visits."""
    path = context.workspace.config_path
    path.write_text(path.read_text() + VISITS)
    return replace(context, config=load_config(path))


def counts(context: RunContext) -> list[tuple[object, ...]]:
    names = ("status", "records", "accepted", "refused", "duplicates", "conflicts")
    return [tuple(row[name] for name in names) for row in table(context, "files")]


def test_a_refused_file_is_loaded_once_the_configuration_allows_it(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED)
    put(context, "events_20261101.csv", HEADER + KNOWN.format(1) + UNKNOWN.format(1) + UNKNOWN.format(2))
    take_in(context)
    assert counts(context) == [("refused", 3, 0, 3, 0, 0)]
    context = completed(context)
    take_in(context)
    assert counts(context) == [("refused", 3, 0, 3, 0, 0)], "only an act readmits"
    readmit(context)
    take_in(context)
    assert counts(context) == [("loaded", 3, 3, 0, 0, 0)]
    assert (len(table(context, "fact_events")), table(context, "refusals")) == (3, [])
    assert [row["records"] for row in table(context, "file_money") if row["outcome"] == "accepted"] == [1]
    take_in(context)
    assert counts(context) == [("loaded", 3, 3, 0, 0, 0)]


def test_refused_records_of_a_loaded_file_join_those_that_were_accepted(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED)
    put(context, "events_20261101.csv", HEADER + KNOWN.format(1) + KNOWN.format(2) + UNKNOWN.format(1))
    put(context, "events_20261102.csv", HEADER + KNOWN.format(2))
    take_in(context)
    before = {
        (row["event_id"], row["file_id"], row["record_number"]) for row in table(context, "fact_events")
    }
    context = completed(context)
    readmit(context)
    take_in(context)
    assert sorted(counts(context)) == [("loaded", 1, 0, 0, 1, 0), ("loaded", 3, 3, 0, 0, 0)]
    after = {(row["event_id"], row["file_id"], row["record_number"]) for row in table(context, "fact_events")}
    assert before < after
    assert len(after) == len(before) + 1


def readmitted_answer(context: RunContext, root: Path) -> tuple[str, list[Path]]:
    """Let a refused file be taken after all; return its new answer, and what lies at the sender's then."""
    context = completed(context)
    readmit(context)
    take_in(context)
    (outbox,) = (root / "var/outbox/events").glob("*.results.csv")
    return outbox.read_text(), sorted((root / "inbox/results").iterdir())


def refused_first(root: Path) -> tuple[RunContext, Path]:
    context = make_world(root, FEED)
    put(context, "events_20261101.csv", HEADER + KNOWN.format(1) + UNKNOWN.format(1) + UNKNOWN.format(2))
    take_in(context)
    first = root / "inbox/results/events_20261101.csv.results.csv"
    assert first.read_text().count("\nrefused,") == 3
    return context, first


def test_the_new_answer_takes_the_place_of_the_old_one_at_the_senders(tmp_path: Path) -> None:
    context, first = refused_first(tmp_path)
    answer, there = readmitted_answer(context, tmp_path)
    assert answer.count("\naccepted,") == 3
    assert there == [first]
    assert first.read_text() == answer
    take_in(context)
    assert list((tmp_path / "inbox/results").iterdir()) == [first]


@pytest.mark.parametrize("theirs", ["looked at: ok\n", ""])
def test_what_the_sender_made_of_the_old_answer_stays(tmp_path: Path, theirs: str) -> None:
    """Never overwritten: neither a file that was changed, nor another of its name."""
    context, first = refused_first(tmp_path)
    first.write_text(theirs)
    answer, there = readmitted_answer(context, tmp_path)
    assert first.read_text() == theirs
    assert [path.read_text() for path in there if path != first] == [answer]


def test_an_old_answer_that_was_fetched_and_removed_is_followed_by_the_new_one(tmp_path: Path) -> None:
    context, first = refused_first(tmp_path)
    first.unlink()
    answer, there = readmitted_answer(context, tmp_path)
    assert there == [first]
    assert first.read_text() == answer


def test_a_new_answer_whose_delivery_was_cut_off_still_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, first = refused_first(tmp_path)

    def cut(*arguments: object) -> None:
        raise Lost("cut")

    with monkeypatch.context() as cutting:
        cutting.setattr(LocalStore, "remove", cut)
        cutting.setattr("time.sleep", lambda seconds: None)
        readmitted_answer(context, tmp_path)
    assert first.read_text().count("\nrefused,") == 3
    take_in(context)
    assert list((tmp_path / "inbox/results").iterdir()) == [first]
    assert first.read_text().count("\naccepted,") == 3


def test_a_file_that_is_still_bad_is_refused_again(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED)
    put(context, "events_20261101.csv", HEADER + UNKNOWN.format(1))
    take_in(context)
    readmit(context)
    take_in(context)
    assert counts(context) == [("refused", 1, 0, 1, 0, 0)]
    assert len(table(context, "refusals")) == 1


def test_other_commands_find_the_same_journal(tmp_path: Path) -> None:
    """What waits is told by the journal alone, so an act of another process is seen."""
    context = make_world(tmp_path, FEED)
    put(context, "events_20261101.csv", HEADER + UNKNOWN.format(1))
    take_in(context)
    other = open_context(context.workspace, as_of=context.as_of)
    readmit(other)
    completed(other)
    take_in(open_context(context.workspace, as_of=context.as_of))
    assert counts(context) == [("loaded", 1, 1, 0, 0, 0)]
