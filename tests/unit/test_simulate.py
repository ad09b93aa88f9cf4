"""Simulations: what they say would happen is what happens, nothing else changes, and no run is held up."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matchback.answers import simulate_copy
from matchback.answers.simulate import (
    Scope,
    simulate_recognition,
    sweep_recognition,
    tables_to_make,
)
from matchback.answers.simulate_copy import copied_warehouse
from matchback.answers.simulate_page import sweep_page
from matchback.answers.simulate_sweep import sweep_text
from matchback.answers.simulate_terms import Edits
from matchback.answers.simulate_text import outcome_text
from matchback.cli import main
from matchback.context import open_context
from matchback.errors import ConfigurationError, WarehouseLocked
from matchback.progress import QuietProgress
from matchback.sqlfiles import kept_tables, sql_file, step_tables
from matchback.steps import run_steps
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.simulated_bank import AS_OF, TOML, found_simulated_bank

RULE = """
[[rewards]]
id = "friend-10"
program = "refer"
from = 2026-01-01
to = "friend"
on = "account_opened"
value = { kind = "account_credit", amount = "10.00" }
"""


@pytest.fixture(scope="module")
def made_bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bank after its night, made once; only simulations look at it."""
    return found_simulated_bank(tmp_path_factory.mktemp("banks") / "bank")


@pytest.fixture
def bank(made_bank: Workspace) -> Iterator[Workspace]:
    """The bank, and the terms in its file as they were when a test has ended."""
    yield made_bank
    made_bank.config_path.write_text(TOML, encoding="utf-8")


@pytest.fixture
def own_bank(made_bank: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the bank that a test may run again."""
    shutil.copytree(made_bank.root, tmp_path / "bank", symlinks=True)
    return Workspace.at(tmp_path / "bank")


def tried(workspace: Workspace, scope: Scope | None = None, **edits: Any) -> dict[str, Any]:
    return simulate_recognition(workspace, Edits(**edits), scope or Scope(), QuietProgress())


def swept(workspace: Workspace, sweep: str) -> dict[str, Any]:
    return sweep_recognition(workspace, Edits(), Scope(), QuietProgress(), sweep)


def changes(data: dict[str, Any]) -> dict[str, int]:
    """Return what is not zero of the recognitions' changes."""
    names = ("gained", "lost", "changed_advocate", "changed_eligibility", "changed_ground")
    return {name: data["recognitions"][name] for name in names if data["recognitions"][name]}


def contents(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder, with its mode; folders and links too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        mode = path.lstat().st_mode
        found[str(path.relative_to(folder))] = (
            f"{mode:o} {hashlib.sha256(kind.encode() if isinstance(kind, str) else kind).hexdigest()}"
        )
    return found


# --- what changes ------------------------------------------------------------------------------------------------


def test_the_terms_in_force_change_nothing(bank: Workspace) -> None:
    data = tried(bank)
    assert data["terms"] == []
    assert changes(data) == {}
    assert data["recognitions"]["now_count"] == data["recognitions"]["then_count"] == 4
    assert "The terms are those in force, so nothing differs." in outcome_text(data)


def test_coming_back_to_the_terms_in_force_changes_nothing(bank: Workspace) -> None:
    """After other terms were derived in between, everything is made anew, and equals what the night made."""
    first, back = swept(bank, "look_back_days.SHARE_RECIPIENT=1,90")["values"]
    assert changes(first) == {"lost": 3}
    assert changes(back) == {}
    assert [row["now_minor"] == row["then_minor"] for row in back["rewards"]] == [True]


@pytest.mark.parametrize(("days", "lost"), [(0, 3), (12, 3), (13, 2), (20, 1), (21, 1), (22, 0)])
def test_a_shorter_look_back_loses_what_lies_beyond_it(bank: Workspace, days: int, lost: int) -> None:
    """Finn's latest share is 13 days old, Jack's 20, Gwen's 22; Hugo's code needs none."""
    data = tried(bank, look_back=(f"SHARE_RECIPIENT={days}",))
    assert data["recognitions"]["lost"] == lost
    assert data["recognitions"]["then_count"] == 4 - lost
    assert data["recognitions"]["changed_friends"] == lost


@pytest.mark.parametrize(("days", "gained"), [(111, 0), (112, 1)])
def test_a_longer_look_back_gains_what_lay_beyond_it(bank: Workspace, days: int, gained: int) -> None:
    data = tried(bank, look_back=(f"SHARE_RECIPIENT={days}",))
    assert changes(data) == ({"gained": 1} if gained else {})
    (rewards,) = data["rewards"]
    assert (rewards["gained"], rewards["gained_minor"]) == (gained, 2_500 * gained)


def test_who_is_recognized_but_no_longer_eligible_is_told_apart(bank: Workspace, tmp_path: Path) -> None:
    """With a program that ended on the 5th Jack stays Bea's friend, and earns her nothing."""
    other = tmp_path / "other.toml"
    other.write_text(
        TOML.replace("from = 2026-01-01\nevents", "from = 2026-01-01\nuntil = 2026-11-05\nevents")
    )
    data = tried(bank, config=other)
    assert changes(data) == {"changed_eligibility": 1}
    assert data["recognitions"]["then_eligible_count"] == 3
    (rewards,) = data["rewards"]
    assert (rewards["lost"], rewards["lost_voided"]) == (1, 1)


def test_what_is_issued_stays_and_what_is_pending_would_be_voided(bank: Workspace) -> None:
    (rewards,) = tried(bank, look_back=("SHARE_RECIPIENT=0",))["rewards"]
    assert (rewards["now_minor"], rewards["then_minor"]) == (10_000, 2_500)
    assert (rewards["lost"], rewards["lost_stays"], rewards["lost_voided"]) == (3, 2, 1)
    assert (rewards["lost_stays_minor"], rewards["lost_voided_minor"]) == (5_000, 2_500)


def test_the_first_sharer_takes_over_only_in_recognition(bank: Workspace) -> None:
    """Finn would be Ada's; the reward that Bea was paid for Finn stays hers."""
    data = tried(bank, tie_break="first")
    assert changes(data) == {"changed_advocate": 1}
    assert sorted((row["gained"], row["lost"]) for row in data["advocates"]) == [(0, 1), (1, 0)]
    (rewards,) = data["rewards"]
    assert (rewards["changed_beneficiary"], rewards["changed_beneficiary_stays"]) == (1, 1)
    assert rewards["now_minor"] == rewards["then_minor"]


def test_without_a_ground_only_the_others_recognize(bank: Workspace) -> None:
    data = tried(bank, without=("SHARE_RECIPIENT",))
    assert data["grounds"] == [
        {
            "program": "refer",
            "recognition_type": name,
            "on_event": on_event,
            "now_count": now,
            "then_count": then,
        }
        for name, on_event, now, then in (("ADVOCATE_CODE", True, 1, 1), ("SHARE_RECIPIENT", False, 3, 0))
    ]
    assert "order: without SHARE_RECIPIENT" in outcome_text(data)


def test_without_any_ground_nobody_is_recognized(bank: Workspace) -> None:
    data = tried(bank, without=("ADVOCATE_CODE", "SHARE_RECIPIENT"))
    assert data["recognitions"]["then_count"] == 0
    assert [row["then_minor"] for row in data["rewards"]] == [0]


def test_a_range_of_days_compares_only_roots_inside(bank: Workspace) -> None:
    """Gwen and Finn opened on the 2nd, Jack on the 9th."""
    edits = {"look_back": ("SHARE_RECIPIENT=0",)}
    second, ninth = date(2026, 11, 2), date(2026, 11, 9)
    assert tried(bank, Scope(to_on=second), **edits)["recognitions"]["lost"] == 2
    assert tried(bank, Scope(from_on=ninth), **edits)["recognitions"]["lost"] == 1
    nobody = tried(bank, Scope(from_on=date(2026, 11, 3), to_on=date(2026, 11, 8)), **edits)
    assert nobody["recognitions"]["now_count"] == 0
    assert nobody["rewards"] == []


def test_candidates_near_their_look_back_are_counted_on_both_sides(bank: Workspace) -> None:
    """With 21 days Jack's share of 20 days is just inside, Gwen's of 22 just outside; Finn's of 13 is far from it."""
    near = tried(bank, Scope(near_days=2), look_back=("SHARE_RECIPIENT=21",))["near_look_back"]
    assert near["now"] == []
    (row,) = near["then"]
    assert (row["inside"], row["inside_won"], row["outside"]) == (1, 1, 1)
    (row,) = tried(bank, Scope(near_days=1), look_back=("SHARE_RECIPIENT=22",))["near_look_back"]["then"]
    assert (row["inside"], row["outside"]) == (1, 0)


# --- where the terms come from -----------------------------------------------------------------------------------


def test_an_edited_configuration_is_tried_against_the_terms_in_force(bank: Workspace) -> None:
    """The file was changed after the last run: the side `now` still is what that run published."""
    bank.config_path.write_text(
        TOML.replace("SHARE_RECIPIENT = 90", "SHARE_RECIPIENT = 20"), encoding="utf-8"
    )
    data = tried(bank)
    assert data["terms"] == [{"path": "programs.refer.look_back_days.SHARE_RECIPIENT", "now": 90, "then": 20}]
    assert changes(data) == {"lost": 1}


def test_another_configuration_can_hold_other_rules(bank: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TOML + RULE, encoding="utf-8")
    data = tried(bank, config=other)
    assert changes(data) == {}
    new = next(row for row in data["rewards"] if row["rule_id"] == "friend-10")
    assert (new["now_count"], new["gained"], new["gained_minor"]) == (0, 4, 4_000)
    assert {term["path"] for term in data["terms"]} >= {
        "rewards.friend-10.value.amount",
        "rewards.friend-10.on",
    }


def test_a_posted_reward_keeps_the_amount_of_its_posting(bank: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TOML.replace('"25.00"', '"99.00"'), encoding="utf-8")
    (rewards,) = tried(bank, config=other)["rewards"]
    assert rewards["now_minor"] == rewards["then_minor"] == 10_000


def test_an_order_comes_from_a_file_or_from_words(bank: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "order.toml"
    path.write_text('order = [["SHARE_RECIPIENT"], ["ADVOCATE_CODE"]]\n', encoding="utf-8")
    by_file = tried(bank, order=str(path))
    assert by_file == tried(bank, order="SHARE_RECIPIENT/ADVOCATE_CODE")
    (term,) = by_file["terms"]
    assert term["then"] == [["SHARE_RECIPIENT"], ["ADVOCATE_CODE"]]


def test_what_is_settled_at_loading_cannot_be_tried(bank: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TOML.replace("America/New_York", "America/Chicago"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"workspace\.time_zone cannot be tried"):
        tried(bank, config=other)


# --- what it says is what happens --------------------------------------------------------------------------------


def test_a_run_under_the_accepted_terms_gives_what_was_foretold(own_bank: Workspace) -> None:
    """The number recognized, the voided reward, and the hash to accept: all as the simulation said."""
    told = tried(own_bank, look_back=("SHARE_RECIPIENT=19",))
    (rewards,) = told["rewards"]
    changed = TOML.replace("SHARE_RECIPIENT = 90", "SHARE_RECIPIENT = 19")
    own_bank.config_path.write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told["terms_hash"]):
        run_steps(open_context(own_bank, as_of=AS_OF))
    run_steps(open_context(own_bank, as_of=AS_OF, accepted_terms=(told["terms_hash"],)))
    with Warehouse.open(own_bank) as warehouse:
        assert warehouse.count("recognitions") == told["recognitions"]["then_count"] == 2
        states = [row["state"] for row in warehouse.table("rewards").to_pylist()]
    assert sorted(states) == ["issued"] * 3 + ["voided"]
    assert (rewards["lost_stays"], rewards["lost_voided"]) == (1, 1)


# --- sweeps ------------------------------------------------------------------------------------------------------


def test_a_line_of_a_sweep_equals_the_single_simulation(bank: Workspace) -> None:
    data = swept(bank, "look_back_days.SHARE_RECIPIENT=21,0")
    assert [line["value"] for line in data["values"]] == ["21", "0"]
    for line in data["values"]:
        alone = tried(bank, look_back=(f"SHARE_RECIPIENT={line['value']}",))
        assert {name: alone[name] for name in line if name != "value"} == {
            name: value for name, value in line.items() if name != "value"
        }


def test_a_sweep_prints_a_line_for_each_value(bank: Workspace) -> None:
    text = sweep_text(swept(bank, "tie_break=latest,first"))
    lines = [line.split() for line in text.splitlines() if re.match(r"in force|latest|first", line)]
    assert lines == [
        ["in", "force", "4", "0", "0", "0", "0", "100.00", "0.00", "0.00"],
        ["latest", "4", "0", "0", "0", "0", "100.00", "0.00", "0.00"],
        ["first", "4", "0", "0", "1", "1", "100.00", "0.00", "0.00"],
    ]


def test_the_page_of_a_sweep_runs_no_script_and_loads_nothing(bank: Workspace) -> None:
    page = sweep_page(swept(bank, "look_back_days.SHARE_RECIPIENT=0,21"))
    assert "<script" not in page
    assert not re.search(r'(src|href)="', page)
    assert "default-src 'none'" in page
    assert page.count('aria-label="0: 75.00 USD, of it 50.00 USD stays"') == 2
    assert "No longer recognized" in page
    assert "Recognized only then" not in page
    assert 'aria-label="21: 75.00 USD"' in page


# --- nothing is touched ------------------------------------------------------------------------------------------


def test_nothing_of_the_workspace_changes(bank: Workspace) -> None:
    before = contents(bank.root)
    assert len(before) > 20
    first = json.dumps(tried(bank, look_back=("SHARE_RECIPIENT=20",)), default=str)
    swept(bank, "look_back_days.SHARE_RECIPIENT=0,21")
    assert json.dumps(tried(bank, look_back=("SHARE_RECIPIENT=20",)), default=str) == first
    assert contents(bank.root) == before


def test_the_copy_is_for_its_owner_only_and_without_a_name_once_open(bank: Workspace) -> None:
    with copied_warehouse(bank) as warehouse:
        (folder,) = bank.staging.glob("simulation-*")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [path for path in folder.rglob("*") if path.is_file()] == []
        assert warehouse.count("recognitions") == 4
    assert list(bank.staging.glob("simulation-*")) == []


def test_what_a_killed_simulation_left_is_removed_by_the_next(bank: Workspace) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, own = bank.staging / f"simulation-{ended.pid}", bank.staging / f"simulation-{os.getppid()}"
    for folder in (left, own):
        folder.mkdir()
        (folder / "warehouse.duckdb").write_bytes(b"a copy")
    with copied_warehouse(bank):
        assert not left.exists()
        assert own.exists()  # its process lives
    shutil.rmtree(own)


HOLDER = """
import sys
from pathlib import Path
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
with Warehouse.open(Workspace.at(Path(sys.argv[1]))):
    print("open", flush=True)
    sys.stdin.readline()
"""


@dataclass
class Writer:
    """A process that has the warehouse open for writing."""

    process: subprocess.Popen[str]

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)


@pytest.fixture
def writing(own_bank: Workspace) -> Iterator[Callable[[], Writer]]:
    """Start a process that holds the warehouse, as a run does."""
    started: list[Writer] = []

    def start() -> Writer:
        arguments = [sys.executable, "-c", HOLDER, str(own_bank.root)]
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        started.append(Writer(process))
        return started[-1]

    yield start
    for writer in started:
        if writer.process.poll() is None:
            writer.process.kill()
            writer.process.wait()


def test_a_run_that_writes_is_waited_for(
    own_bank: Workspace, writing: Callable[[], Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writing()
    monkeypatch.setattr(simulate_copy, "WAIT_SECONDS", 0.0)
    with pytest.raises(WarehouseLocked, match="writing to the warehouse all the while"):
        tried(own_bank)
    writer.end()
    assert tried(own_bank)["recognitions"]["now_count"] == 4


def test_a_run_can_begin_while_a_simulation_goes_on(
    own_bank: Workspace, writing: Callable[[], Writer]
) -> None:
    with copied_warehouse(own_bank) as warehouse:
        writing().end()
        assert warehouse.count("recognitions") == 4


# --- what is made anew -------------------------------------------------------------------------------------------


def test_a_table_is_made_again_with_all_that_it_needs_and_is_not_kept() -> None:
    made = tables_to_make("resolve", ("config_identifier_caps",))
    own = set(step_tables("resolve"))
    assert "persons" in made
    for table in made:
        assert (sql_file("resolve", table).reads & own) - kept_tables("resolve") <= set(made)
    assert tables_to_make("resolve", ("config_grounds",)) == ()


# --- wrong words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--without", "SHARE_RECIPENT"), "Did you mean 'SHARE_RECIPIENT'?"),
        (("--look-back", "SHARE_RECIPENT=3"), "Did you mean 'SHARE_RECIPIENT'?"),
        (("--look-back", "SHARE_RECIPIENT=-1"), "A look-back is a number of days from 0"),
        (("--look-back", "SHARE_RECIPIENT"), "A look-back is a number of days from 0"),
        (("--look-back", "COUPON_CODE=3"), "COUPON_CODE is off in program refer"),
        (("--without", "COUPON_CODE"), "this ground is off in program refer already"),
        (("--program", "refers", "--tie-break", "first"), "Did you mean 'refer'?"),
        (("--program", "refers"), "Did you mean 'refer'?"),
        (("--order", "COUPON_COD"), "Did you mean 'COUPON_CODE'?"),
        (("--order", "missing.toml"), "there is no file missing.toml"),
        (("--tie-break", "last"), "'latest', 'first'"),
        (("--sweep", "look_back_day.SHARE_RECIPIENT=3"), "Did you mean 'look_back_days.SHARE_RECIPIENT'?"),
        (("--sweep", "tie_break=latest,last"), "Program refer cannot have these terms: tie_break"),
        (("--sweep", "tie_break="), "--sweep takes KEY=VALUE,VALUE"),
        (("--from", "2026-11-03", "--to", "2026-11-02"), "is later than --to"),
        (("--page", "page.html"), "--page goes with --sweep"),
        (("--config", "missing.toml"), "There is no readable missing.toml"),
    ],
)
def test_wrong_words_are_refused_with_the_nearest(
    bank: Workspace, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "recognition", "--workspace", str(bank.root), *arguments])
    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert words in printed.err
    assert printed.out == ""


def test_the_command_prints_words_or_json(bank: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["simulate", "recognition", "--workspace", str(bank.root), "--look-back", "SHARE_RECIPIENT=0"]
    with pytest.raises(SystemExit):
        main([*arguments, "--json", "--quiet"])
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)["recognitions"]["lost"] == 3
    with pytest.raises(SystemExit):
        main(arguments)
    printed = capsys.readouterr()
    assert printed.err.splitlines() == ["now        4 events recognized", "then       1 event recognized"]
    assert (
        "  2 (50.00 USD) issued already, or held by a conflict: no other terms take that back" in printed.out
    )
