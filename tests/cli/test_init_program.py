"""`matchback init --program`: a workspace from public terms that runs at once, and the list of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cli.conftest import TODAY, Call
from matchback.example_programs import example_programs, program_names
from matchback.new_workspace import make_program


@pytest.mark.slow
@pytest.mark.parametrize("program", program_names())
def test_a_program_runs_at_once_and_doctor_has_nothing_against_it(
    tmp_path: Path, call: Call, program: str
) -> None:
    """Somebody earns something by its few files, every record is taken, and every rule can pass."""
    root = tmp_path / "mine"
    make_program(program, root, TODAY)
    said = call("run", "--workspace", root, "--json", "--quiet", "--allow-future", "--as-of", TODAY)
    data = json.loads(said.out)
    assert (said.code, data["waiting_rules"]) == (0, [])
    assert data["files"]["files"] == data["files"]["files_loaded"] > 1
    assert data["files"]["records"] == data["files"]["accepted"]
    assert sum(row["rewards"] for row in data["rewards"] if row["state"] in ("pending", "approved", "issued"))
    findings = json.loads(call("doctor", "--workspace", root, "--json").out)
    unclean = [row for row in findings if row["status"] != "ok" and not _is_a_choice(row["subject"])]
    assert unclean == []


def _is_a_choice(subject: str) -> bool:
    """Tell whether doctor only repeats what the terms leave out, or what a first night has not done yet."""
    return subject.startswith("grounds of ") or subject in ("rewards", "backup")


@pytest.mark.parametrize("program", program_names())
def test_every_feed_of_a_program_has_a_small_file(tmp_path: Path, program: str) -> None:
    from matchback.config import load_config

    make_program(program, tmp_path, TODAY)
    config = load_config(tmp_path / "matchback.toml")
    brought = {path.name.rpartition("_")[0] for path in (tmp_path / "inbox").rglob("*.csv")}
    assert brought == {feed.pattern.partition("_{date")[0] for feed in config.feeds}
    assert "@DAY" not in (tmp_path / "matchback.toml").read_text()


def test_init_says_what_to_do_next(tmp_path: Path, call: Call) -> None:
    said = call("init", "--program", "citadel", tmp_path / "mine")
    assert said.code == 0
    assert said.out == (
        "TMP/mine is a workspace now; its secret is TMP/mine/id_secret.txt, which never changes.\n"
        "Run it:              matchback run --workspace TMP/mine\n"
        "Then make it yours:  TMP/mine/matchback.toml\n"
        "See who earned what: matchback rewards list --workspace TMP/mine\n"
        "Tell the sender:     matchback feeds spec activity --workspace TMP/mine\n"
        "Terms in words:      TMP/mine/TERMS.md\n"
    )
    terms = (tmp_path / "mine/TERMS.md").read_text()
    assert "first referral" in (tmp_path / "mine/matchback.toml").read_text()
    assert "- Advocate and friend each get a $100 reward card." in terms


def test_the_dates_of_the_terms_lie_around_the_day_of_init(tmp_path: Path) -> None:
    make_program("current", tmp_path, date(2025, 3, 3))
    text = (tmp_path / "matchback.toml").read_text()
    assert "from = 2025-02-01\nuntil = 2025-04-02 " in text


def test_without_a_name_the_programs_are_listed(tmp_path: Path, call: Call) -> None:
    said = call("init", "--program")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()[:-1]] == program_names()
    assert said.out.splitlines()[-1] == "Begin from one:  matchback init --program affinity my-program"
    rows = json.loads(call("init", "--json", "--program").out)
    assert [row["title"] for row in rows] == [program.title for program in example_programs()]


def test_an_unknown_program_lists_them_and_writes_nothing(tmp_path: Path, call: Call) -> None:
    said = call("init", "--program", "citadell", tmp_path / "mine")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(
        "There is no example program 'citadell'. Did you mean 'citadel'? There are:\n  affinity"
    )
    assert "Nothing was written." in said.err
    assert not (tmp_path / "mine").exists()
    assert call("init", "--program", "my-program").err.startswith("There is no example program 'my-program'.")


@pytest.mark.parametrize(
    ("words", "said_of"),
    [
        (
            ["--program", "citadel", "--template", "bank", "mine"],
            "--template and --program exclude each other",
        ),
        (["--program", "citadel"], "Missing argument 'DIR'"),
        ([], "Missing argument 'DIR'"),
    ],
)
def test_what_cannot_begin_a_workspace_is_refused(call: Call, words: list[str], said_of: str) -> None:
    said = call("init", *words)
    assert said.code == 2
    assert said_of in said.err


def test_init_of_a_program_never_overwrites(tmp_path: Path, call: Call) -> None:
    (tmp_path / "TERMS.md").write_text("mine")
    said = call("init", "--program", "nomination", tmp_path)
    assert said.code == 2
    assert "Name an empty folder:  matchback init --program nomination my-program" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["TERMS.md"]


@pytest.mark.slow
def test_an_advocate_hears_from_when_the_days_are_counted(tmp_path: Path, call: Call) -> None:
    """Of a program whose card waits for the account to be open, not for what was done last."""
    make_program("citadel-referlive", tmp_path / "mine", TODAY)
    call("run", "--workspace", tmp_path / "mine", "--quiet", "--allow-future", "--as-of", TODAY)
    asked = ("--audience", "advocate", "--advocate", "M1001", "--friend", "M2001")
    said = call("explain", *asked, "--workspace", tmp_path / "mine")
    assert "30 days pass after the first event before it is sent" in said.out
