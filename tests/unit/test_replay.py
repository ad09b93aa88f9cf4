"""Replays: archive and journal alone make the same warehouse again, and whatever does not hold is named."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matchback.answers.replay import Replayed, replay
from matchback.answers.replay_text import replay_text
from matchback.cli import main
from matchback.context import open_context
from matchback.errors import ConfigurationError, JournalBroken, MatchbackError
from matchback.intake.received import archived_path, received_files
from matchback.journal import GENESIS, Journal, _hash
from matchback.progress import QuietProgress
from matchback.rewards.ledger_tables import read_ledger
from matchback.steps import run_steps
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.replayed_bank import HEADER, deliver, found_replayed_bank, night, run_night

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replayed_bank")]


@pytest.fixture(scope="module")
def lived_bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bank after its nights, made once; only replays look at it."""
    return found_replayed_bank(tmp_path_factory.mktemp("banks") / "bank")


@pytest.fixture(scope="module")
def replayed(lived_bank: Workspace) -> Replayed:
    """What a replay of the whole bank says."""
    return quietly(lived_bank)


@pytest.fixture
def bank(lived_bank: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the bank that a test may damage."""
    shutil.copytree(lived_bank.root, tmp_path / "bank", symlinks=True)
    return Workspace.at(tmp_path / "bank")


def quietly(workspace: Workspace) -> Replayed:
    return replay(workspace, QuietProgress())


def contents(folder: Path) -> dict[str, str]:
    """Return the mode of everything below a folder, with the hash of every file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = (
            os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        )
        found[str(path.relative_to(folder))] = f"{path.lstat().st_mode:o} {hashlib.sha256(kind).hexdigest()}"
    return found


def differing(found: Replayed) -> dict[str, tuple[str, ...]]:
    return {table.table: table.columns for table in found.tables if not table.equal}


def rewritten(workspace: Workspace, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path = workspace.journal_dir / "journal.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def tampered(workspace: Workspace, table: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Write a table of the warehouse back with other rows, as somebody with a database client could."""
    import pyarrow as pa

    with Warehouse.open(workspace) as warehouse:
        kept = warehouse.table(table)
        rows = kept.to_pylist()
        change(rows)
        warehouse.replace(table, pa.Table.from_pylist(rows, schema=kept.schema))


# --- equality ----------------------------------------------------------------------------------------------------


def test_the_bank_has_lived_through_all_that_a_replay_must_follow(lived_bank: Workspace) -> None:
    """Without these the equality of the next test would prove little."""
    journal = Journal(lived_bank.journal_dir)
    kinds = {entry.kind for entry in journal.entries()}
    assert kinds >= {"act", "payout", "ledger_head", "file_received", "config", "committed"}
    assert len(journal.entries(kind="config")) == 2
    assert len(journal.entries(kind="payout")) >= 2
    with Warehouse.open(lived_bank) as warehouse:
        statuses = {row["status"] for row in warehouse.table("files").to_pylist()}
        states = {row["state"] for row in warehouse.table("rewards").to_pylist()}
        assert statuses == {"loaded", "duplicate"}
        assert states >= {"issued", "declined", "clawed_back", "pending"} or states >= {"issued", "declined"}
        assert warehouse.count("refusals") == 1
        assert len({row["rule_version"] for row in warehouse.table("reward_rules").to_pylist()}) == 3


def test_a_replay_equals_the_live_warehouse_table_by_table(replayed: Replayed) -> None:
    assert differing(replayed) == {}
    assert replayed.differences == []
    assert replayed.notes == []
    assert replayed.holds
    assert replayed.data["equal"] is True
    assert len(replayed.tables) > 60
    names = {table.table: table.rows for table in replayed.tables}
    assert (
        names["reward_entries"]
        and names["payouts"]
        and names["operator_acts"]
        and names["recognition_history"]
    )
    assert names["versions"] == 4
    assert replayed.nights == [night(day).isoformat() for day in (3, 4, 5, 6)]


def test_a_replay_touches_nothing_and_delivers_nothing(lived_bank: Workspace, replayed: Replayed) -> None:
    """Its sources are taken away first: whatever asked one, or wrote into one, would fail or leave a trace."""
    inbox, away = lived_bank.root / "inbox", lived_bank.root / "away"
    before = contents(lived_bank.root)
    assert any(name.startswith("paid/") for name in before)
    assert any(name.startswith("results/") for name in before) or any("results" in name for name in before)
    inbox.rename(away)
    try:
        again = quietly(lived_bank)
        assert not inbox.exists()
    finally:
        away.rename(inbox)
    assert again.data == replayed.data
    assert contents(lived_bank.root) == before


def test_a_lost_warehouse_comes_back_whole(bank: Workspace, tmp_path: Path) -> None:
    """The ledger, its chain and the payouts' numbers are as before, and the next night goes on from there."""
    with Warehouse.open(bank) as warehouse:
        ledger, payouts = read_ledger(warehouse), warehouse.table("payouts").to_pylist()
    bank.warehouse_path.unlink()
    with pytest.raises(MatchbackError, match="nothing to compare a replay with: there is no warehouse"):
        quietly(bank)
    found = replay(bank, QuietProgress(), tmp_path / "kept")
    assert found.warehouse == tmp_path / "kept" / "warehouse.duckdb"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["warehouse.duckdb"]
    assert found.warehouse.stat().st_mode & 0o777 == 0o600
    assert f"mv {found.warehouse} var/warehouse.duckdb" in replay_text(found)
    found.warehouse.rename(bank.warehouse_path)
    with Warehouse.open(bank, Journal(bank.journal_dir)) as warehouse:
        assert read_ledger(warehouse) == ledger
        assert warehouse.table("payouts").to_pylist() == payouts
    commits = len(Journal(bank.journal_dir).entries(kind="committed"))
    run_steps(open_context(bank, as_of=night(6)))
    assert len(Journal(bank.journal_dir).entries(kind="committed")) == commits  # nothing was left to do


def test_a_folder_that_holds_anything_is_never_written_into(bank: Workspace) -> None:
    for folder in (bank.var, bank.root):
        with pytest.raises(ConfigurationError, match="a replay never writes over anything"):
            replay(bank, QuietProgress(), folder)


# --- crashes -----------------------------------------------------------------------------------------------------


def test_a_commit_that_a_crash_kept_from_the_journal_is_found_again(bank: Workspace) -> None:
    """A run was killed after the commit of a file and before its line in the journal; the next night went on."""
    deliver(
        bank,
        "openings_20261107.csv",
        HEADER + "OPEN-LIA,2026-11-07T09:00:00-05:00,F6,lia@example.net,ACC6,ADA-1,5.00,,\n",
    )
    run_steps(open_context(bank, as_of=night(7)), ("pickup", "validate", "load"))
    kinds = [entry.kind for entry in Journal(bank.journal_dir).entries()]
    assert kinds[-2:] == ["committed", "run_finished"]
    rewritten(bank, lambda lines: lines[:-2])
    run_night(bank, 7, "olga")
    found = quietly(bank)
    assert (differing(found), found.differences) == ({}, [])
    assert "1 commit came just before a crash" in found.notes[0]


# --- what does not hold is named ---------------------------------------------------------------------------------


def test_a_flipped_byte_in_the_archive_is_named(bank: Workspace) -> None:
    file = next(file for file in received_files(Journal(bank.journal_dir)) if file.feed_id == "advocates")
    path = archived_path(bank.archive, file.content_hash)
    damaged = bytearray(path.read_bytes())
    damaged[40] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(damaged))
    found = quietly(bank)
    assert [(damage.file_id, damage.what) for damage in found.damaged] == [(file.file_id, "changed")]
    assert not found.holds
    assert f"the bytes of file {file.file_id} of advocates are not those that came" in replay_text(found)
    path.unlink()
    assert [damage.what for damage in quietly(bank).damaged] == ["gone"]


def test_a_journal_line_that_was_taken_out_is_named(bank: Workspace) -> None:
    rewritten(bank, lambda lines: lines[:9] + lines[10:])
    with pytest.raises(JournalBroken, match="breaks at entry 10"):
        quietly(bank)


def test_lines_cut_off_the_journals_end_are_noticed(bank: Workspace) -> None:
    """The chain of what is left holds; but the warehouse has commits of which no run is known any more."""
    last = Journal(bank.journal_dir).entries(kind="run_started")[-1].number
    rewritten(bank, lambda lines: lines[: last - 1])
    with pytest.raises(MatchbackError, match="The journal was cut: commit"):
        quietly(bank)


def with_another_hash(lines: list[bytes]) -> list[bytes]:
    """Change the hash of the first payout file, and the whole chain behind it."""
    previous, found, is_done = GENESIS, list[bytes](), False
    for line in lines:
        content = json.loads(line)
        if content["kind"] == "payout" and not is_done:
            content["body"]["file_hash"], is_done = "0" * 64, True
        body, number = content["body"], content["n"]
        content |= {"prev": previous}
        previous = _hash(number, content["kind"], content["at"], body, previous)
        found.append(json.dumps(content | {"hash": previous}, separators=(",", ":")).encode() + b"\n")
    return found


def test_changed_rows_and_a_changed_payout_are_named(
    bank: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of somebody who can write the database, and rewrite the journal's whole chain: what comes out again tells."""
    tampered(bank, "reward_entries", lambda rows: rows[0].update(beneficiary_id=1))
    tampered(bank, "reward_rules", lambda rows: rows.append(dict(rows[0])))
    tampered(bank, "payouts", lambda rows: rows.pop())
    rewritten(bank, with_another_hash)
    payout = Journal(bank.journal_dir).entries(kind="payout")[0]
    with pytest.raises(SystemExit) as ended:
        main(["replay", "--workspace", str(bank.root), "--json", "--quiet"])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.err) == (1, "")
    data = json.loads(printed.out)
    assert data["equal"] is False
    differ = {row["table"]: row for row in data["tables"] if not row["equal"]}
    assert differ.keys() == {"reward_entries", "reward_rules", "payouts"}
    assert differ["reward_entries"]["columns"] == ["beneficiary_id"]
    rules, payouts = differ["reward_rules"], differ["payouts"]
    assert (rules["rows"], rules["rows_replayed"]) == (4, 3)
    assert payouts["rows"] == payouts["rows_replayed"] - 1
    assert data["differences"] == [
        f"Night of {payout.body['issued_on']}: payout file (entry {payout.number}) has another file hash"
    ]


def test_a_changed_configuration_in_the_archive_is_refused(bank: Workspace) -> None:
    first = Journal(bank.journal_dir).entries(kind="run_started")[0].body["config_hash"]
    path = bank.archive / "configurations" / f"{first}.json"
    path.write_text(path.read_text().replace('"25.00"', '"99.00"'))
    with pytest.raises(MatchbackError, match=f"configuration {first[:12]} was changed in the archive"):
        quietly(bank)


# --- what it says ------------------------------------------------------------------------------------------------


def test_it_says_what_was_replayed_and_what_differs(replayed: Replayed) -> None:
    text = replay_text(replayed)
    assert text.startswith("Replayed ")
    assert "of 4 nights, 2026-11-03 to 2026-11-06" in text
    assert "No source was asked and nothing was delivered." in text
    assert text.endswith("row by row.")
    assert f"what archive and journal make: {len(replayed.tables)} tables are equal, row by row." in text
    entries = next(table for table in replayed.tables if table.table == "reward_entries")
    other = dataclasses.replace(entries, equal=False, rows=1, columns=("amount_minor",))
    text = replay_text(dataclasses.replace(replayed, tables=[other]))
    assert "1 table of 1 differ" in text
    assert re.search(rf"reward_entries +1 +{entries.rows_replayed} +amount_minor", text)
    assert "matchback replay --into DIR" in text
