"""Commands after a night that stopped: what it refused or holds is not published, and waits for an operator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call
from matchback.journal import Journal
from matchback.workspace import Workspace, writer_lock

TONIGHT = ("--as-of", "2026-11-04")
RED, CLEAR, TITLE = "\x1b[31mred", "\x1b[2Jclear", "\x1b]0;title\x07"


def stopping(bank: Path) -> Path:
    """Let a night of the bank wait for its openings, and send garbage instead of them."""
    path = bank / "matchback.toml"
    feed = 'pattern = "openings_{date:%Y%m%d}.csv"\n'
    path.write_text(path.read_text().replace(feed, feed + 'expect = { stop_on = ["missing"] }\n'))
    (bank / "inbox/openings/openings_20261104.csv").write_text("garbage\n1\n")
    return bank


@pytest.mark.parametrize("published_before", [False, True])
def test_the_commands_of_a_refusal_work_on_the_night_that_it_stops(
    bank: Path, run_bank: Path, call: Call, published_before: bool
) -> None:
    if not published_before:
        from cli.conftest import found_bank

        found_bank(bank)
    stopping(bank)
    here = ("--workspace", bank)
    stopped = call("run", *TONIGHT, *here)
    assert stopped.code == 1
    short = stopped.err.split("openings: file ")[1][:8]
    assert f"To see why {short} was refused:  matchback quarantine show {short}\n" in stopped.err
    shown = call("quarantine", "show", short, *here)
    assert (shown.code, "the header lacks a column" in shown.out) == (0, True), shown.err
    assert short in call("quarantine", "list", *here).out
    assert "openings_20261104.csv" in call("files", "show", short, *here).out
    listed = json.loads(call("files", "list", "--status", "refused", "--json", *here).out)
    assert [row["file_id"][:8] for row in listed] == [short]
    calendar = json.loads(call("feeds", "calendar", "--json", *here).out)
    assert calendar["as_of"] == "2026-11-04"
    (tonight,) = [row for row in calendar["arrivals"] if row["day_on"] == "2026-11-04"]
    assert (tonight["state"], tonight["is_expected"]) == ("refused", True)
    readmitted = call("quarantine", "readmit", short, "--reason", "x", *TONIGHT, *here)
    assert (readmitted.code, "Journaled" in readmitted.out) == (0, True), readmitted.err


def test_while_a_run_is_at_work_the_published_files_are_told_and_what_to_do(
    run_bank: Path, call: Call
) -> None:
    here = ("--workspace", stopping(run_bank))
    short = call("run", *TONIGHT, *here).err.split("openings: file ")[1][:8]
    with writer_lock(Workspace.at(run_bank)):
        listed = call("files", "list", *here)
        shown = call("quarantine", "show", short, *here)
    assert (listed.code, "refused" in listed.out) == (0, True)
    assert listed.err.startswith("What came since version ")
    assert "Wait until it has ended and run again" in listed.err
    assert shown.code == 1
    assert f"No file {short} is in the published version, and what came since cannot be seen now" in shown.err
    assert call("quarantine", "show", "0123abcd", *here).err == (
        "No file 0123abcd is known.\nSee them:  matchback files list\n"
    )


def test_a_second_run_is_refused_before_it_receives_or_validates_anything(bank: Path, call: Call) -> None:
    workspace = Workspace.at(bank)
    workspace.prepare()
    with writer_lock(workspace):
        second = call("run", *TONIGHT, "--workspace", str(bank))
    assert second.code == 1
    assert second.err.startswith("Another run (process ")
    assert second.out == ""
    assert Journal(workspace.journal_dir).entries(kind="file_received") == []


def test_a_file_that_waits_is_shown_with_what_to_type(bank: Path, call: Call) -> None:
    here = ("--workspace", stopping(bank))
    (bank / "inbox/openings/openings_20261104.csv").unlink()
    (bank / "inbox/openings/openings_20261103.csv").rename(bank / "inbox/openings/openings_20261104.csv")
    path = bank / "matchback.toml"
    path.write_text(path.read_text().replace('["missing"]', '["missing", "unusual"], records = "9..10"'))
    stopped = call("run", *TONIGHT, *here)
    short = stopped.err.split("openings: file ")[1][:8]
    assert f"openings: file {short} waits for you: fewer records than are expected" in stopped.err
    shown = call("files", "show", short, *here)
    assert f"matchback quarantine readmit {short} --reason CODE" in shown.out
    assert "fewer records than are expected" in call("quarantine", "show", short, *here).out


def test_what_a_sender_writes_commands_no_terminal(bank: Path, call: Call) -> None:
    """File names and cells hold escape sequences, line breaks and marks of direction."""
    path = bank / "matchback.toml"
    path.write_text(path.read_text().replace("openings_{date:%Y%m%d}.csv", "openings_{date:%Y%m%d}*.csv"))
    name = f"openings_20261104_{RED}\r\n\u202etxt.csv"
    header = "partner_event_id,event_time,partner_user_id,email,account_id\n"
    (bank / "inbox/openings" / name).write_text(
        header
        + f"E1,2026-11-04,F1,{CLEAR}@b.example,A1\nE2,2026-11-04,{TITLE},g@b.example,A2\nE3,2026-11-04,F3,,A3\n"
        "E4,2026-11-04,F4,,A4\nE5,2026-11-04,F5,,A5\n",
        newline="",
    )
    here = ("--workspace", bank)
    call("run", *TONIGHT, *here)
    (file,) = [
        row
        for row in json.loads(call("files", "list", "--json", *here).out)
        if row["received_on"] == "2026-11-04"
    ]
    said = [
        call("files", "show", file["file_id"], *here),
        call("quarantine", "show", file["file_id"], "--show-values", "--reason", "x", *TONIGHT, *here),
        call("query", "SELECT chr(27) || '[2J' || chr(155) || chr(10) AS cell", *here),
    ]
    for words in said:
        assert words.code == 0, words.err
        assert {letter for letter in words.out + words.err if not letter.isprintable()} == {"\n"}
    assert r"delivered as openings_20261104_\x1b[31mred\r\n\u202etxt.csv" in said[0].out
    assert r"\x1b[2Jclear@b.example" in said[1].out
    exact = call("files", "show", file["file_id"], "--json", *here).out
    assert json.loads(exact)["delivered_name"] == name
    assert "\u202e" not in exact
