"""Commands around intake: a new workspace, a check before sending, the calendar, the quarantine, and conflicts."""

from __future__ import annotations

import io
import json
import shutil
import stat
from pathlib import Path

import pytest

from cli.conftest import TODAY, Call, Said
from matchback.new_workspace import TEMPLATES, make_workspace

HEADER = "partner_event_id,event_time,partner_user_id,email,account_id,advocate_code,amount\n"
GOOD = "OPEN-7,2026-11-03T10:00:00-05:00,F7,jane@example.net,ACC7,ADA-1,900.00\n"
BAD = "OPEN-8,yesterday,F8,kim@example.net,ACC8,ADA-1,900.00\n"


# --- init --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_runs_at_once(tmp_path: Path, call: Call, template: str) -> None:
    make_workspace(template, tmp_path / "bank", TODAY)
    said = call("run", "--workspace", tmp_path / "bank", "--json", "--quiet")
    data = json.loads(said.out)
    assert said.code == 0
    assert (data["files"]["files"], data["files"]["refused"]) == (data["files"]["files_loaded"], 0)
    assert data["recognitions"]
    assert [row["state"] for row in data["rewards"]] == ["pending"]
    assert not [finding for finding in data["arrivals"]["findings"] if finding["state"] != "late"]


def test_init_makes_a_secret_of_its_own_for_its_own_user(tmp_path: Path, call: Call) -> None:
    said = call("init", "--template", "bank", tmp_path / "a")
    assert said.code == 0
    assert said.out == (
        "TMP/a is a workspace now; its secret is TMP/a/id_secret.txt, which never changes.\n"
        "Run it:              matchback run --workspace TMP/a\n"
        "Then make it yours:  TMP/a/matchback.toml\n"
    )
    assert call("init", tmp_path / "b", "--quiet").code == 0
    secrets = [(tmp_path / name / "id_secret.txt") for name in ("a", "b")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600, 0o600]
    assert secrets[0].read_text() != secrets[1].read_text()
    assert "id_secret.txt" in (tmp_path / "a/.gitignore").read_text()


def test_init_never_overwrites(tmp_path: Path, call: Call) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank/matchback.toml").write_text("mine")
    said = call("init", tmp_path / "bank")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "TMP/bank holds matchback.toml already.\n"
        "Nothing was written: init never overwrites.\n"
        "Name an empty folder:  matchback init --template bank my-bank\n"
    )
    assert [path.name for path in (tmp_path / "bank").iterdir()] == ["matchback.toml"]


# --- check -------------------------------------------------------------------------------------------------------


def test_check_gives_the_verdict_of_a_delivery_and_keeps_nothing(
    bank: Path, tmp_path: Path, call: Call
) -> None:
    path = tmp_path / "openings_20261103.csv"
    path.write_text(HEADER + GOOD + BAD)
    said = call("check", path, "--feed", "openings", "--workspace", bank, "--json")
    checked = json.loads(said.out)
    assert (said.code, checked["notes"]) == (3, [])
    shutil.copy(path, bank / "inbox/openings/openings_20261103.csv")
    assert call("run", "--workspace", bank, "--as-of", "2026-11-03", "--quiet").code == 0
    (loaded,) = [
        row
        for row in json.loads(call("files", "list", "--workspace", bank, "--json").out)
        if row["feed_id"] == "openings"
    ]
    assert (checked["records"], checked["refused"]) == (loaded["records"], loaded["refused"])
    rows = json.loads(call("quarantine", "show", loaded["file_id"], "--workspace", bank, "--json").out)
    assert rows == checked["refusals"]


def test_check_reads_standard_input_and_leaves_no_trace(
    bank: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(text: str) -> Said:
        given = io.TextIOWrapper(io.BytesIO(text.encode()))
        monkeypatch.setattr("cli.conftest.io.StringIO", lambda text: given)
        return call("check", "-", "--feed", "openings", "--workspace", bank)

    said = check(HEADER + GOOD)
    assert (said.code, said.out) == (
        0,
        (
            "Feed openings would read 1 record: 1 accepted, 0 refused.\n"
            "Not seen here: whether a record came before, in another file: that is judged when it is loaded.\n"
            "Nothing was kept.\n"
        ),
    )
    said = check(HEADER + GOOD + BAD)
    assert said.code == 3
    assert "1 accepted, 1 refused" in said.out
    assert "yesterday" not in said.out + said.err
    kept = [path for path in (bank / "var").rglob("*") if path.is_file() and "templates" not in path.parts]
    assert [path for path in kept if b"jane@" in path.read_bytes()] == []
    assert not (bank / "var/journal/journal.jsonl").exists()


def test_check_says_when_the_name_would_not_be_picked_up(bank: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "Openings.csv").write_text(HEADER + GOOD)
    said = call("check", tmp_path / "Openings.csv", "--feed", "openings", "--workspace", bank)
    assert said.code == 0
    assert (
        "under this name the file would not be picked up: the feed takes openings_{date:%Y%m%d}.csv"
        in said.out
    )


# --- feeds -------------------------------------------------------------------------------------------------------


def test_a_specification_is_printed_and_written(bank: Path, tmp_path: Path, call: Call) -> None:
    said = call("feeds", "spec", "openings", "--workspace", bank)
    assert said.code == 0
    assert said.out.startswith("# File specification: openings\n\nWhat little-bank expects")
    said = call("feeds", "spec", "openings", "-o", tmp_path / "spec.html", "--workspace", bank)
    assert (said.code, said.out) == (0, "Written: TMP/spec.html\n")
    assert (tmp_path / "spec.html").read_text().startswith("<!doctype html>")
    assert call("feeds", "spec", "opening", "--workspace", bank).code == 2


def test_the_calendar_tells_what_did_not_come(bank: Path, call: Call) -> None:
    config = bank / "matchback.toml"
    config.write_text(
        config.read_text().replace('"50%"\n', '"50%"\nexpect = { stop_on = ["missing"], records = "1..3" }\n')
    )
    assert call("run", "--workspace", bank, "--as-of", "2026-11-03", "--quiet").code == 0
    said = call("run", "--workspace", bank, "--as-of", "2026-11-04", "--quiet")
    assert said.code == 1
    assert said.err == (
        "What is expected of openings for 2026-11-04 is not there, and stop_on says to wait for it.\n"
        "  openings: no file came for the day\n"
        "What came was loaded and answered; nothing was recognized, paid or published.\n"
        "When it is there:  matchback run\n"
        "To go on without it:  matchback feeds excuse openings --day 2026-11-04 --reason CODE\n"
    )
    said = call("feeds", "excuse", "openings", "--day", "2026-11-04", "--reason", "holiday", "--workspace", bank,
                "--as-of", "2026-11-04")  # fmt: skip
    assert (said.code, said.out.splitlines()[1]) == (0, "The next run goes on:  matchback run")
    said = call("run", "--workspace", bank, "--as-of", "2026-11-04")
    assert said.code == 0
    assert "openings                     excused" in said.out
    said = call("feeds", "calendar", "--days", "2", "--workspace", bank)
    assert said.out.splitlines()[:6] == [
        "As of 2026-11-04. A number is the files that came where none is expected.",
        "",
        "feed       Tue 03    Wed 04",
        "---------  --------  -------",
        "advocates  1         .",
        "openings   too_many  excused",
    ]
    data = json.loads(call("feeds", "calendar", "--feed", "openings", "--json", "--workspace", bank).out)
    assert [row["state"] for row in data["arrivals"]] == ["too_many", "excused"]


# --- quarantine --------------------------------------------------------------------------------------------------


def openings_id(bank: Path, call: Call) -> str:
    rows = json.loads(call("files", "list", "--feed", "openings", "--workspace", bank, "--json").out)
    return str(rows[0]["file_id"])


def test_refused_values_are_shown_only_on_the_record(run_bank: Path, call: Call) -> None:
    file_id = openings_id(run_bank, call)
    said = call("quarantine", "show", file_id[:8], "--workspace", run_bank)
    assert (said.code, "T25:00" in said.out) == (0, False)
    said = call("quarantine", "show", file_id[:8], "--show-values", "--workspace", run_bank)
    assert (said.code, "say why with --reason CODE" in said.err) == (2, True)
    said = call("quarantine", "show", file_id[:8], "--show-values", "--reason", "sender_asked", "--json",
                "--as-of", "2026-11-04", "--workspace", run_bank)  # fmt: skip
    assert [row["value"] for row in json.loads(said.out)] == ["2026-11-02T25:00:00-05:00"]
    journal = (run_bank / "var/journal/journal.jsonl").read_text()
    assert '"act":"values_shown"' in journal
    assert "T25:00" not in journal


def test_a_file_that_nobody_could_read_is_shown_with_its_reason(bank: Path, call: Call) -> None:
    (bank / "inbox/openings/openings_20261103.csv").write_text("WHO\nada@example.com\n")
    assert call("run", "--workspace", bank, "--as-of", "2026-11-03", "--quiet").code == 3
    said = call("quarantine", "show", openings_id(bank, call), "--workspace", bank, "--json")
    assert json.loads(said.out) == [
        {
            "record_number": None,
            "line_number": None,
            "column_name": None,
            "reason_code": "missing_column",
            "message": "the header lacks a column",
        }
    ]


def test_readmission_is_journaled_and_done_by_the_next_run(run_bank: Path, call: Call) -> None:
    file_id = openings_id(run_bank, call)
    said = call("quarantine", "readmit", file_id[:8], "--workspace", run_bank)
    assert said.code == 2
    said = call("quarantine", "readmit", file_id[:8], "--reason", "clock_mended", "--as-of", "2026-11-04",
                "--workspace", run_bank)  # fmt: skip
    assert said.code == 0
    assert "Its new results file takes the place of the old one" in said.out
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet").code == 0
    (row,) = [
        row
        for row in json.loads(call("files", "list", "--workspace", run_bank, "--json").out)
        if row["file_id"] == file_id
    ]
    assert (row["accepted"], row["refused"], row["duplicates"]) == (3, 1, 0)
    said = call("query", "SELECT act, reason_code FROM operator_log", "--workspace", run_bank, "--json")
    assert json.loads(said.out) == [{"act": "file_readmitted", "reason_code": "clock_mended"}]


def test_a_file_without_refusals_is_not_readmitted(run_bank: Path, call: Call) -> None:
    rows = json.loads(call("files", "list", "--feed", "advocates", "--workspace", run_bank, "--json").out)
    said = call("quarantine", "readmit", rows[0]["file_id"], "--reason", "x", "--workspace", run_bank)
    assert said.code == 1
    assert "there is nothing to readmit.\nNothing was journaled." in said.err


# --- events in conflict ------------------------------------------------------------------------------------------


def test_a_conflict_is_shown_and_resolved(run_bank: Path, call: Call) -> None:
    other = "OPEN-1,2026-11-02T10:00:00-05:00,F1,finn@example.net,ACC1,ADA-1,950.00\n"
    (run_bank / "inbox/openings/openings_20261104.csv").write_text(HEADER + other)
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet").code == 0
    said = call("events", "show", "OPEN-1", "--workspace", run_bank)
    assert "Its versions contradict each other:" in said.out
    assert "finn" not in said.out
    (event,) = json.loads(call("events", "show", "OPEN-1", "--workspace", run_bank, "--json").out)
    assert (event["status"], [row["amount_minor"] for row in event["versions"]]) == (
        "conflict",
        [90000, 95000],
    )
    chosen = event["versions"][1]["version_key"]
    arguments = ("events", "resolve", "OPEN-1", "--reason", "bank_confirmed", "--as-of", "2026-11-05")
    said = call(*arguments, "--version", "1", "--workspace", run_bank)
    assert (said.code, "has no version 1.\nNothing was journaled." in said.err) == (1, True)
    said = call(*arguments, "--version", chosen, "--workspace", run_bank)
    assert said.code == 0
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-05", "--quiet").code == 0
    (event,) = json.loads(call("events", "show", "OPEN-1", "--workspace", run_bank, "--json").out)
    assert (event["status"], event["amount_minor"]) == ("active", 95000)
    said = call(*arguments, "--version", chosen, "--workspace", run_bank)
    assert (said.code, "is active, not in conflict." in said.err) == (1, True)
