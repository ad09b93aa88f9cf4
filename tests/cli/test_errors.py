"""Every failure ends as one clear message that says what to do next, with its exit code, and quotes no record."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Call
from matchback.cli import main


def test_a_folder_without_configuration_is_no_workspace(tmp_path: Path, call: Call) -> None:
    said = call("run", "--workspace", tmp_path)
    assert said.code == 2
    assert said.out == ""
    assert said.err == (
        "TMP is not a workspace: it has no matchback.toml.\n"
        "Name one with --workspace DIR or MATCHBACK_WORKSPACE, or try the sample:  make run\n"
    )


def test_the_workspace_can_be_named_by_the_environment(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHBACK_WORKSPACE", str(tmp_path / "elsewhere"))
    said = call("doctor")
    assert said.code == 2
    assert said.err.startswith("TMP/elsewhere is not a workspace")


def test_an_unknown_key_is_refused_with_the_nearest_known_one(bank: Path, call: Call) -> None:
    config = bank / "matchback.toml"
    config.write_text(config.read_text().replace("refuse_file_above", "refuse_files_above"))
    said = call("run", "--workspace", bank)
    assert said.code == 2
    assert said.err == (
        "TMP/bank/matchback.toml holds 1 problem:\n"
        "  feeds.0.refuse_files_above: unknown key. Did you mean 'refuse_file_above'?\n"
        "Mend the file and run again.\n"
    )


def test_an_unknown_feed_is_refused_with_the_nearest_known_one(bank: Path, call: Call) -> None:
    said = call("run", "--workspace", bank, "--feed", "opening")
    assert said.code == 2
    assert said.err == (
        "There is no feed 'opening' in matchback.toml. Did you mean 'openings'?\n"
        "See the feeds:  matchback feeds list\n"
    )
    assert not (bank / "var" / "warehouse.duckdb").exists()


@pytest.mark.parametrize("step", ["resolve", "recognize", "reward", "report", "publish"])
def test_a_step_over_all_facts_takes_no_feed(bank: Path, call: Call, step: str) -> None:
    """It would be passed over in silence: what comes after load is derived from the facts of all feeds."""
    said = call(step, "--workspace", bank, "--feed", "openings")
    assert said.code == 2
    assert "No such option '--feed'" in said.err


def test_a_configuration_that_is_no_toml_is_refused_with_the_place(bank: Path, call: Call) -> None:
    (bank / "matchback.toml").write_text("[workspace]\nname = \n")
    said = call("run", "--workspace", bank)
    assert said.code == 2
    assert said.err == (
        "TMP/bank/matchback.toml is not valid TOML: Invalid value (at line 2, column 8).\n"
        "Mend the file and run again.\n"
    )


def test_a_file_to_check_that_is_not_there(bank: Path, call: Call) -> None:
    said = call("check", bank / "none.csv", "--feed", "openings", "--workspace", bank)
    assert said.code == 2
    assert said.err == (
        "TMP/bank/none.csv is not a file.\n"
        "Name the file to check, or - for standard input:  matchback check FILE --feed openings\n"
    )


def test_a_missing_secret_is_named_and_never_shown(bank: Path, call: Call) -> None:
    (bank / "id_secret.txt").unlink()
    said = call("run", "--workspace", bank, "--as-of", "2026-11-03", "--quiet")
    assert said.code == 2
    assert said.err == (
        "The secret file id_secret.txt is missing, unreadable or empty.\n"
        "Put the secret into TMP/bank/id_secret.txt (mode 0600) and run again.\n"
    )


def test_a_wrong_secret_is_refused_before_any_write(run_bank: Path, call: Call) -> None:
    (run_bank / "id_secret.txt").write_text("another secret")
    before = (run_bank / "var" / "warehouse.duckdb").read_bytes()
    said = call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet")
    assert said.code == 2
    assert said.err == (
        "The id_secret is not the one under which this workspace was begun.\n"
        "Nothing was changed.\n"
        "Set the secret that was used before; it never rotates, since every id rests on it.\n"
    )
    assert (run_bank / "var" / "warehouse.duckdb").read_bytes() == before


def test_a_locked_warehouse_is_said_with_its_holder(run_bank: Path, call: Call) -> None:
    with (run_bank / "var" / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("4711")
        lock.flush()
        said = call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet")
    assert said.code == 1
    assert said.err == (
        "Another run (process 4711) is writing to the warehouse of bank.\n"
        "Nothing was changed.\n"
        "Wait until it has ended and run again; published tables can be read meanwhile.\n"
    )


def test_reading_goes_on_while_the_warehouse_is_locked(run_bank: Path, call: Call) -> None:
    with (run_bank / "var" / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert call("explain", "--workspace", run_bank, "--account", "ACC1").code == 0
        assert call("query", "--workspace", run_bank, "SELECT COUNT(*) AS n FROM events").code == 0


def test_an_unreadable_file_is_refused_and_the_others_are_loaded(bank: Path, call: Call) -> None:
    (bank / "inbox/balances/balances_20261103.parquet").write_bytes(b"PAR1 is all that is here")
    said = call("run", "--workspace", bank, "--as-of", "2026-11-03")
    assert said.code == 3
    assert "Files      3 files: 2 loaded, 1 refused" in said.out
    listed = call("files", "list", "--workspace", bank, "--status", "refused")
    assert "balances" in listed.out


def test_an_unexpected_failure_shows_its_type_and_never_its_text(
    bank: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("finn@example.net")

    monkeypatch.setattr("matchback.nights.run_steps", fail)
    said = call("run", "--workspace", bank)
    assert said.code == 1
    assert said.out == ""
    assert said.err == (
        "Failed unexpectedly (ValueError). What was committed stands; the step that failed was undone.\n"
        "To see where it happened, on a machine that may show records:  add --debug\n"
    )
    monkeypatch.setenv("MATCHBACK_DEBUG", "")
    with pytest.raises(ValueError, match="finn"):
        main(["--debug", "run", "--workspace", str(bank)])


def test_wrong_usage_ends_with_2(call: Call) -> None:
    assert call("run", "--as-of", "yesterday").code == 2
    said = call("rnu")
    assert said.code == 2
    assert "No such command 'rnu'" in said.err


def test_an_email_on_the_command_line_is_refused(bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", bank, "--email", "finn@example.net")
    assert said.code == 2
    assert "finn" not in said.err
    assert "matchback explain --email -" in said.err
    said = call("explain", "--workspace", bank, "--advocate", "M1", "--friend", "finn@example.net")
    assert (said.code, "finn" in said.err) == (2, False)


def test_nothing_published_is_said(bank: Path, call: Call) -> None:
    said = call("rewards", "list", "--workspace", bank)
    assert said.code == 1
    assert said.err == "Nothing is published in bank yet.\nRun it first:  matchback run\n"


def test_a_first_night_after_the_last_is_refused(bank: Path, call: Call) -> None:
    said = call("run", "--workspace", bank, "--from", "2026-11-04", "--as-of", "2026-11-03")
    assert said.code == 2
    assert said.err == "--from 2026-11-04 is after the as-of date 2026-11-03.\n"


def test_a_reader_that_leaves_early_is_no_failure_to_speak_of(run_bank: Path) -> None:
    command = f"'{sys.executable}' -c 'from matchback.cli import main; main()' query --format csv"
    command += " 'SELECT range FROM range(100000)'"
    result = subprocess.run(
        ["bash", "-c", f"{command} --workspace '{run_bank}' | head -1"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout, result.stderr) == ("range\n", "")


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("pickup",),
        ("reward",),
        ("rewards", "approve", "1", "--reason", "checked"),
        ("recognitions", "add", "--event", "OPEN-1", "--advocate", "M2", "--reason", "checked"),
    ],
    ids=lambda command: command[0],
)
def test_a_day_after_today_is_refused(run_bank: Path, call: Call, command: tuple[str, ...]) -> None:
    journal = sorted((run_bank / "var" / "journal").iterdir())
    before = [path.read_bytes() for path in journal]
    said = call(*command, "--workspace", run_bank, "--as-of", "2027-11-03")
    assert said.code == 2
    assert said.err == (
        "--as-of 2027-11-03 is later than today, 2026-11-30 in America/New_York.\n"
        "Nothing was changed. The ledger never goes back: after such a run, no earlier night posts anything.\n"
        "Correct the date; or, on a copy of the workspace, add --allow-future.\n"
    )
    assert [path.read_bytes() for path in journal] == before


def test_today_is_no_future(bank: Path, call: Call) -> None:
    assert call("pickup", "--workspace", bank, "--as-of", "2026-11-30").code == 0


def test_a_run_before_the_last_posting_says_where_the_ledger_stands(run_bank: Path, call: Call) -> None:
    """The future was allowed once; the next real night posts nothing, and says why."""
    later = call("run", "--workspace", run_bank, "--as-of", "2027-11-07", "--allow-future")
    assert later.code == 0
    said = call("run", "--workspace", run_bank, "--as-of", "2026-11-09")
    assert said.code == 0
    assert (
        "reward     the ledger stands at 2027-11-07, later than 2026-11-09: nothing was posted\n" in said.err
    )


@pytest.mark.slow
def test_a_removed_feed_stops_no_run(run_bank: Path, call: Call) -> None:
    """Its answers are history, what was received and not loaded waits, and the other feeds go on."""
    late = run_bank / "inbox/openings/openings_20261104.csv"
    late.write_text((run_bank / "inbox/openings/openings_20261103.csv").read_text().replace("OPEN-", "LATE-"))
    assert call("pickup", "--workspace", run_bank, "--as-of", "2026-11-04").code == 0
    config = run_bank / "matchback.toml"
    with_feed = config.read_text()
    start = with_feed.index('[[feeds]]\nid = "openings"')
    config.write_text(with_feed[:start] + with_feed[with_feed.index('[[feeds]]\nid = "advocates"') :])
    (run_bank / "inbox/advocates/advocates_20261104.csv").write_text(
        "partner_user_id,email\nM3,cy@example.com\n"
    )
    said = call("run", "--workspace", run_bank, "--as-of", "2026-11-04")
    assert said.code == 3, said.err
    assert (
        "openings: 1 received file left waiting, since the feed is not in matchback.toml any more; "
        "to load what waits, put the feed back\n"
    ) in said.err
    assert "load       1 files: 1 records accepted" in said.err
    assert "; 1 file of removed feeds left waiting\n" in said.err
    assert call("deliver", "--workspace", run_bank).code == 0
    config.write_text(with_feed)
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet").code == 0


def test_files_that_are_left_where_they_are_are_told_of(run_bank: Path, call: Call) -> None:
    """No name is printed: it is the sender's, and can hold personal data."""
    (run_bank / "inbox/openings/openings_20261110.csv").write_text("x")
    (run_bank / "inbox/advocates/jane_doe.csv").write_text("x")
    said = call("run", "--workspace", run_bank, "--as-of", "2026-11-03")
    assert said.code == 0
    assert "openings: 1 file is dated after 2026-11-03 and is left where it is\n" in said.err
    assert (
        "inbox/advocates: 1 file matches no feed's pattern (left where it is); see  matchback feeds list\n"
        in said.err
    )
    assert "jane" not in said.err + said.out
