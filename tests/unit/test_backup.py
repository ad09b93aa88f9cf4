"""Backups: whole or not there, sharing what only grows, never of what could not be restored, read to the last byte."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matchback.backup import back_up
from matchback.backup_manifest import CONTENT, BackupDamaged, read_backup, verify_backups
from matchback.backup_summary import BackedUp, last_backup
from matchback.cli import main
from matchback.config import load_config
from matchback.errors import ConfigurationError, MatchbackError, WarehouseDamaged, WarehouseLocked
from matchback.intake.received import archived_path, received_files
from matchback.journal import Journal
from matchback.progress import QuietProgress
from matchback.workspace import Workspace, writer_lock
from unit.replayed_bank import found_replayed_bank, run_night

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replayed_bank")]
JOURNAL = f"{CONTENT}/var/journal/journal.jsonl"


@pytest.fixture(scope="module")
def lived_bank(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bank after two nights, made once."""
    return found_replayed_bank(tmp_path_factory.mktemp("banks") / "bank", until=4)


@pytest.fixture(scope="module")
def later_bank(lived_bank: Workspace) -> Workspace:
    """The same bank a night later."""
    root = lived_bank.root.with_name("later")
    shutil.copytree(lived_bank.root, root, symlinks=True)
    run_night(Workspace.at(root), 5, "olga", accept=True)
    return Workspace.at(root)


@pytest.fixture
def bank(lived_bank: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the bank that a test may go on with or damage."""
    shutil.copytree(lived_bank.root, tmp_path / "bank", symlinks=True)
    return Workspace.at(tmp_path / "bank")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def a_night_passes(bank: Workspace, later_bank: Workspace) -> None:
    """Put the bank of a night later in its place."""
    os.chmod(bank.root, 0o755)
    subprocess.run(["rm", "-rf", str(bank.var)], check=True)
    shutil.copytree(later_bank.var, bank.var, symlinks=True)
    shutil.copyfile(later_bank.config_path, bank.config_path)


def kept(workspace: Workspace, target: Path, keep: int | None = None, *, whole: bool = False) -> BackedUp:
    config = load_config(workspace.config_path)
    return back_up(workspace, config, target, QuietProgress(), keep=keep, whole=whole)


def names(target: Path) -> list[str]:
    return sorted(path.name for path in target.iterdir())


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from matchback.cli import main; main()", *arguments]


def archived(workspace: Workspace, place: int) -> Path:
    return archived_path(
        workspace.archive, received_files(Journal(workspace.journal_dir))[place].content_hash
    )


def test_everything_that_cannot_be_made_again_is_in_it_for_its_owner_only(
    bank: Workspace, target: Path
) -> None:
    made = kept(bank, target)
    folder = target / "0001-2026-11-04"
    assert made.backup.folder == folder
    manifest = read_backup(folder).manifest
    for file in manifest.files:
        assert (folder / CONTENT / file.path).read_bytes() == (bank.root / file.path).read_bytes(), file.path
        assert (folder / CONTENT / file.path).stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.rglob("*")])
    paths = {file.path for file in manifest.files}
    needed = {
        "matchback.toml",
        "var/warehouse.duckdb",
        "var/journal/journal.jsonl",
        "var/outbox/payouts/earned-rewards-000001.csv",
    }
    needed |= {str(archived(bank, place).relative_to(bank.root)) for place in range(4)}
    needed |= {str(path.relative_to(bank.root)) for path in (bank.archive / "configurations").iterdir()}
    assert needed <= paths
    assert any(path.endswith("/analytics.duckdb") for path in paths)
    assert "secret.txt" not in paths
    assert manifest.left_out == ("file:secret.txt",)
    assert b"a secret that protects nobody" not in b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file()
    )
    head = Journal(bank.journal_dir).entries()[-1]
    assert (manifest.journal_number, manifest.journal_hash) == (head.number, head.hash)
    assert (manifest.as_of, manifest.payouts_through) == ("2026-11-04", 1)


def test_a_night_later_only_what_is_new_takes_room(
    bank: Workspace, later_bank: Workspace, target: Path
) -> None:
    first = kept(bank, target)
    assert not kept(bank, target).is_new
    assert names(target) == ["0001-2026-11-04"]
    a_night_passes(bank, later_bank)
    second = kept(bank, target)
    assert second.is_new and second.backup.manifest.name == "0002-2026-11-05"
    shared = archived(bank, 0).relative_to(bank.root)
    places = [made.backup.folder / CONTENT / shared for made in (first, second)]
    assert places[0].stat().st_ino == places[1].stat().st_ino
    old = {file.path for file in first.backup.manifest.files}
    new = [file for file in second.backup.manifest.files if file.path not in old]
    assert {path.split("/")[1] for path in (file.path for file in new)} >= {"archive", "outbox", "published"}
    assert second.copied < second.backup.manifest.size
    assert last_backup(bank) == {
        "folder": str(target),
        "backup": "0002-2026-11-05",
        "journal_number": second.backup.manifest.journal_number,
    }

    third = kept(bank, target, keep=1, whole=True)
    assert names(target) == ["0003-2026-11-05"]
    assert third.removed == ("0001-2026-11-04", "0002-2026-11-05")
    assert third.copied == third.backup.manifest.size
    assert verify_backups(target, QuietProgress()).holds


@pytest.mark.parametrize("deed", [30, 64])
def test_one_that_is_killed_leaves_only_what_the_next_removes(
    bank: Workspace, target: Path, deed: int
) -> None:
    code = (
        "import os, signal, sys\n"
        "deeds, flush = [0], os.fsync\n"
        "def fsync(descriptor):\n"
        "    deeds[0] += 1\n"
        f"    os.kill(os.getpid(), signal.SIGKILL) if deeds[0] == {deed} else flush(descriptor)\n"
        "os.fsync = fsync\n"
        "from matchback.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "backup", str(target), "--workspace", str(bank.root)],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    (left,) = names(target)
    assert left.startswith(".making-")
    assert kept(bank, target).is_new
    assert names(target) == ["0001-2026-11-04"]
    assert verify_backups(target, QuietProgress()).holds


def test_a_long_copy_tells_how_far_it_is(
    bank: Workspace, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchback.backup_content.GIGABYTE", 10_000_000)
    said: list[str] = []

    class Notes(QuietProgress):
        def note(self, text: str) -> None:
            said.append(text)

    made = back_up(bank, load_config(bank.config_path), target, Notes())
    assert 1 < len(said) <= made.copied // 10_000_000
    assert all(line.startswith("Copied ") for line in said)


def test_a_full_disk_is_told_and_leaves_nothing(bank: Workspace, target: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)); "
    arguments = command("backup", str(target), "--workspace", str(bank.root))
    arguments[2] = limit + arguments[2]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert f"The backup into {target} failed (File too large)." in ended.stderr
    assert "the backups that were there stand" in ended.stderr
    assert names(target) == []


def test_a_run_is_waited_for(bank: Workspace, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchback.backup.WAIT_SECONDS", 0.0)
    with writer_lock(bank), pytest.raises(WarehouseLocked, match="no backup could be made"):
        kept(bank, target)
    assert names(target) == []
    assert kept(bank, target).is_new


def test_a_warehouse_that_is_older_than_its_journal_or_damaged_is_not_kept(
    bank: Workspace, later_bank: Workspace, target: Path, tmp_path: Path
) -> None:
    """A backup of it would push out the good ones."""
    kept(bank, target)
    shutil.copyfile(bank.warehouse_path, tmp_path / "older.duckdb")
    a_night_passes(bank, later_bank)
    newer = bank.warehouse_path.read_bytes()
    shutil.copyfile(tmp_path / "older.duckdb", bank.warehouse_path)
    with pytest.raises(WarehouseDamaged):
        kept(bank, target, keep=1)
    damaged = bytearray(newer)
    for block in range(3 * 4096, len(newer), 262144):
        damaged[block + 1000] ^= 1
    bank.warehouse_path.write_bytes(damaged)
    with pytest.raises(MatchbackError) as caught:
        kept(bank, target, keep=1)
    assert "@" not in str(caught.value)
    assert names(target) == ["0001-2026-11-04"]


def test_what_the_archive_lost_is_told_and_taken_from_the_backup_before(
    bank: Workspace, later_bank: Workspace, target: Path
) -> None:
    whole = bank.root.with_name("whole")
    shutil.copytree(bank.root, whole, symlinks=True)
    lost = archived(bank, 1)
    lost.chmod(0o600)
    lost.write_bytes(lost.read_bytes()[:-1] + b"?")
    alone = kept(bank, target.with_name("alone"), keep=1)
    assert alone.backup.manifest.lost == (str(lost.relative_to(bank.root)),)
    assert not alone.holds and "matchback doctor" in alone.text()

    kept(Workspace.at(whole), target)
    damaged = lost.read_bytes()
    a_night_passes(bank, later_bank)
    lost.chmod(0o600)
    lost.write_bytes(damaged)
    healed = kept(bank, target)
    assert healed.holds
    assert (healed.backup.folder / CONTENT / lost.relative_to(bank.root)).read_bytes() != lost.read_bytes()
    assert verify_backups(target, QuietProgress()).holds


def test_each_changed_byte_is_named_and_the_next_can_do_without_it(
    bank: Workspace, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = kept(bank, target)
    path = made.backup.folder / CONTENT / archived(bank, 0).relative_to(bank.root)
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    (made.backup.folder / CONTENT / "matchback.toml").unlink()
    with pytest.raises(SystemExit) as ended:
        main(["backup", str(target), "--verify", "--json"])
    assert ended.value.code == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert row["damages"] == [
        "matchback.toml: No such file or directory",
        f"{archived(bank, 0).relative_to(bank.root)}: its bytes are not those that were kept",
    ]
    kept(bank, target, keep=1, whole=True)
    assert verify_backups(target, QuietProgress()).holds


def test_a_backup_that_lost_a_file_is_made_again(bank: Workspace, target: Path) -> None:
    """Nothing is new in the workspace, but what is kept of it is not whole."""
    first = kept(bank, target)
    (first.backup.folder / CONTENT / "matchback.toml").unlink()
    second = kept(bank, target)
    assert (second.is_new, second.holds) == (True, True)
    assert verify_backups(second.backup.folder, QuietProgress()).holds
    assert not kept(bank, target).is_new


def test_no_older_backup_is_removed_while_the_newest_does_not_hold(bank: Workspace, target: Path) -> None:
    first = kept(bank, target)
    bank.config_path.write_text(bank.config_path.read_text() + "\n# later\n")
    second = kept(bank, target)
    path = second.backup.folder / CONTENT / "matchback.toml"
    path.write_bytes(b"X" + path.read_bytes()[1:])
    third = kept(bank, target, keep=1)
    assert (third.is_new, third.holds, third.removed) == (False, False, ())
    assert third.damages == ("matchback.toml: its bytes are not those that were kept",)
    assert "matchback backup TARGET --whole" in third.text()
    assert names(target) == [first.backup.folder.name, second.backup.folder.name]
    whole = kept(bank, target, keep=1, whole=True)
    assert (whole.holds, names(target)) == (True, [whole.backup.folder.name])


def test_a_folder_is_of_one_workspace_and_not_of_an_older_state_of_it(
    bank: Workspace, later_bank: Workspace, target: Path
) -> None:
    older = bank.root.with_name("older")
    shutil.copytree(bank.root, older, symlinks=True)
    a_night_passes(bank, later_bank)
    kept(bank, target)
    with pytest.raises(ConfigurationError, match="does not go on from backup 0001-2026-11-05"):
        kept(Workspace.at(older), target, keep=1)
    assert names(target) == ["0001-2026-11-05"]


def test_a_folder_in_the_workspace_or_on_a_disk_that_is_not_there_is_refused(
    bank: Workspace, tmp_path: Path
) -> None:
    for place in (bank.root / "var" / "backups", bank.root, tmp_path, tmp_path / "not-mounted" / "bank"):
        with pytest.raises(ConfigurationError):
            kept(bank, place)
    assert not os.path.exists(tmp_path / "not-mounted")


def test_a_folder_beside_the_state_is_refused_also_where_that_lies_on_another_disk(
    bank: Workspace, tmp_path: Path
) -> None:
    bank.var.rename(tmp_path / "disk")
    bank.var.symlink_to(tmp_path / "disk")
    for place in (tmp_path / "disk" / "backups", tmp_path / "disk" / "outbox" / "backups"):
        with pytest.raises(ConfigurationError, match="cannot lie in the workspace"):
            kept(bank, place)
        assert not place.exists()


def test_a_folder_that_cannot_be_looked_into_is_told_in_words(
    bank: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, mode: int = 0o777) -> None:
        raise PermissionError(errno.EACCES, "that quotes a name", str(folder))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(MatchbackError, match=r"The backup into .* failed \(Permission denied\)"):
        kept(bank, tmp_path / "backups")


@pytest.mark.parametrize(
    "changed", ['"payouts_through": 1', '"published": "0002-2026-11-04"', '"as_of": "2026-11-04"']
)
def test_a_manifest_that_was_changed_is_found(bank: Workspace, target: Path, changed: str) -> None:
    """Through which payout file a backup knows decides which ones are asked for after a restore."""
    manifest = kept(bank, target).backup.folder / "manifest.json"
    text = manifest.read_text()
    assert text.count(changed) == 1
    manifest.write_text(text.replace(changed, changed[:-2] + "9" + changed[-1:]))
    assert not verify_backups(target, QuietProgress()).holds
    with pytest.raises(BackupDamaged, match="manifest of the backup 0001-2026-11-04"):
        read_backup(target / "0001-2026-11-04")
