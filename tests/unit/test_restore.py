"""Restores: the drill at another place and as another user, and payouts of which the backup knows nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchback.answers.doctor import examine
from matchback.answers.replay import replay
from matchback.answers.replay_compare import compare
from matchback.answers.simulate_copy import copied_warehouse
from matchback.backup import back_up
from matchback.backup_manifest import CONTENT, BackupDamaged
from matchback.config import load_config
from matchback.context import open_context
from matchback.errors import ConfigurationError, MatchbackError
from matchback.journal import Journal
from matchback.progress import QuietProgress
from matchback.publishing.deliver import deliver_outbox
from matchback.restore import restore
from matchback.rewards.payouts_after_restore import resume_payouts
from matchback.steps import open_writer
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.replayed_bank import LAST, deliver, found_replayed_bank, night, run_night

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replayed_bank")]
ANOTHER_USER = 47011
# What tells which entry of the journal it was: the restored journal has two more.
OF_THE_JOURNAL = {"journal_number", "acted_at", "decided_at", "received_at", "loaded_at"}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that another user can reach, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="matchback-restore-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def lost_bank(place: Path) -> Workspace:
    """The bank: two nights, a backup of them in `backups`, and two nights more, of which the first paid."""
    workspace = found_replayed_bank(place / "bank", until=4)
    back_up(workspace, load_config(workspace.config_path), place / "backups", QuietProgress())
    run_night(workspace, 5, "olga", accept=True)
    deliver(workspace, "openings_20261106.csv", LAST)
    run_night(workspace, 6, "olga")
    return workspace


@pytest.fixture
def restored(lost_bank: Workspace, place: Path, tmp_path: Path) -> Workspace:
    """The backup, restored by this user; secret and files are laid there again."""
    restore(place / "backups", tmp_path / "again", QuietProgress())
    return supplied(tmp_path / "again", lost_bank)


def supplied(root: Path, lost_bank: Workspace) -> Workspace:
    shutil.copyfile(lost_bank.root / "secret.txt", root / "secret.txt")
    (root / "secret.txt").chmod(0o600)
    shutil.copytree(lost_bank.root / "inbox", root / "inbox")
    shutil.copytree(lost_bank.root / "paid", root / "paid")
    return Workspace.at(root)


def payouts(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace.outbox / "payouts").glob("*.csv")}


def findings_of(workspace: Workspace) -> set[str]:
    with Warehouse.open(workspace) as warehouse:
        return set(warehouse.table("reward_findings").column("finding").to_pylist())


def can_become(become: list[str]) -> bool:
    """Tell whether this user may become another one, who can read the program."""
    probe = [*become, sys.executable, "-c", "import matchback"]
    return os.geteuid() == 0 and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def test_the_drill_at_another_place_and_as_another_user(lost_bank: Workspace, place: Path) -> None:
    """Restored, doctor is clean; the nights after the backup are the same again, to the bytes of what is paid."""
    mine = place / "theirs"
    mine.mkdir(mode=0o700)
    shutil.copytree(place / "backups", mine / "backups")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from matchback import pickup\n"
        "from matchback.cli import main\n"
        "from unit.replayed_bank import run_night\n"
        "from matchback.workspace import Workspace\n"
        "pickup.DEFAULT_QUIET_SECONDS = pickup.LOCAL_QUIET_SECONDS = 0.0\n"
        "if sys.argv[1] != 'nights':\n"
        "    main(sys.argv[1:])\n"
        "run_night(Workspace.at(Path(sys.argv[2])), 5, 'olga', accept=True)\n"
        "run_night(Workspace.at(Path(sys.argv[2])), 6, 'olga')\n"
    )
    become = ["setpriv", f"--reuid={ANOTHER_USER}", f"--regid={ANOTHER_USER}", "--clear-groups"]
    user = ANOTHER_USER if can_become(become) else None

    def theirs(*arguments: str) -> str:
        own = {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "HOME": str(mine),
            "USER": "nora",
            "MATCHBACK_PARSE_IN_PROCESS": "1",
        }
        if user:
            for path in [mine, *mine.rglob("*")]:
                os.chown(path, user, user, follow_symlinks=False)
        ended = subprocess.run(
            [*(become if user else []), sys.executable, "-c", code, *arguments],
            env={**os.environ, **own}, cwd=mine, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    said = theirs("restore", "backups", "--into", "bank")
    assert "file:secret.txt" in said and "matchback payouts resume --last 1 " in said
    there = supplied(mine / "bank", lost_bank)
    findings = {row["subject"]: row for row in json.loads(theirs("doctor", "--json", "--workspace", "bank"))}
    assert {row["status"] for row in findings.values()} <= {"ok", "note"}
    assert findings["restored"]["next_step"].startswith("Say which payout files were sent")
    assert findings["published"]["detail"] == "version 0002-2026-11-04"
    theirs("payouts", "resume", "--last", "2", "--sent", "bank/paid", "--workspace", "bank")
    theirs("nights", "bank")

    assert payouts(there) == payouts(lost_bank) and len(payouts(there)) == 2
    with copied_warehouse(lost_bank) as before, copied_warehouse(there) as after:
        differing = {
            (table.table, column)
            for table in compare(before, after, QuietProgress())
            if not table.equal
            for column in table.columns
        }
    # The act by which payouts went on is one more, and the versions' hashes hold it.
    told = {table for table, column in differing if column not in OF_THE_JOURNAL}
    assert told <= {"operator_acts", "versions", "state"}
    assert not {table for table, _ in differing} & {
        "reward_entries",
        "rewards",
        "payouts",
        "recognitions",
        "events",
    }
    sent = [entry.body["file"] for entry in Journal(there.journal_dir).entries(kind="payout_delivered")]
    assert sent == ["earned-rewards-000001.csv"]  # the second lies at the payer already, with these bytes


def test_no_payout_is_made_until_it_is_known_what_was_sent(restored: Workspace, lost_bank: Workspace) -> None:
    """Then the file that was sent is made again, with its number and bytes."""
    run_night(restored, 5, "olga", accept=True)
    assert sorted(payouts(restored)) == ["earned-rewards-000001.csv"]
    assert "payout_held_after_restore" in findings_of(restored)
    context = open_context(restored, as_of=night(5))
    wrong: tuple[tuple[int, list[Path], list[int], str], ...] = (
        (0, [], [], "knows of payout files through number 1"),
        (3, [restored.root / "paid"], [], "these were not given: 000003"),
        (1, [restored.root / "paid"], [], "Number 2 is not one of those"),
    )
    for last, sent, never, words in wrong:
        with pytest.raises(MatchbackError, match=words):
            resume_payouts(context, last, sent, never)
    (found,) = [finding for finding in examine(context) if finding.subject == "restored"]
    assert found.status == "note" and "payouts resume --last 1" in found.next_step
    header, _, *others = payouts(lost_bank)["earned-rewards-000002.csv"].splitlines(keepends=True)
    held = restored.root / "paid" / "earned-rewards-000002.csv"
    held.write_bytes(b"".join([header, *others]))  # of what is due now, only this was sent
    held.with_suffix(".totals.json").unlink()
    resume_payouts(context, 3, [held.parent], [3])
    with pytest.raises(MatchbackError, match="Payouts are not held"):
        resume_payouts(context, 3, [], [])
    run_night(restored, 5, "olga")
    assert payouts(restored)[held.name] == held.read_bytes() != payouts(lost_bank)[held.name]
    assert findings_of(restored) == set()
    assert replay(restored, QuietProgress()).holds


def test_what_was_sent_is_paid_by_no_other_file(restored: Workspace, lost_bank: Workspace) -> None:
    """The lost file held an amount that the terms do not give any more: its rewards wait, the others are paid."""
    path = restored.root / "paid" / "earned-rewards-000002.csv"
    header, first, *_ = path.read_text().splitlines(keepends=True)
    assert "10.00" in first
    path.write_text(header + first.replace("10.00", "11.00"))
    path.with_suffix(".totals.json").unlink()
    resume_payouts(open_context(restored, as_of=night(5)), 2, [path], [])
    run_night(restored, 5, "olga", accept=True)
    assert "payout_sent_before_restore" in findings_of(restored)
    ids = [
        line.split(",")[0]
        for line in payouts(lost_bank)["earned-rewards-000002.csv"].decode().splitlines()[1:]
    ]
    assert ids[0] == first.split(",")[0]
    made = payouts(restored)
    assert sorted(made) == ["earned-rewards-000001.csv", "earned-rewards-000003.csv"]
    assert [
        line.split(",")[0] for line in made["earned-rewards-000003.csv"].decode().splitlines()[1:]
    ] == ids[1:]


def test_a_file_that_was_cut_is_no_proof_of_what_was_sent(restored: Workspace) -> None:
    path = restored.root / "paid" / "earned-rewards-000002.csv"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(MatchbackError, match="not a payout file as it was sent"):
        resume_payouts(open_context(restored, as_of=night(5)), 2, [path.parent], [])


def test_a_damaged_backup_is_refused_and_leaves_nothing(
    lost_bank: Workspace, place: Path, tmp_path: Path
) -> None:
    shutil.copytree(place / "backups", tmp_path / "backups")
    (journal,) = (tmp_path / "backups").glob(f"*/{CONTENT}/var/journal/journal.jsonl")
    content = journal.read_bytes()
    journal.write_bytes(content.replace(b'"kind":"payout"', b'"kind":"Payout"', 1))
    with pytest.raises(BackupDamaged, match=r"journal\.jsonl is not the file that was kept"):
        restore(tmp_path / "backups", tmp_path / "again", QuietProgress())
    assert [path.name for path in tmp_path.iterdir()] == ["backups"]


def test_a_restore_never_writes_over_anything_and_no_path_leads_out_of_it(
    lost_bank: Workspace, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    with pytest.raises(ConfigurationError, match="is there already"):
        restore(place / "backups", tmp_path / "again", QuietProgress())
    shutil.copytree(place / "backups", tmp_path / "backups")
    (manifest,) = (tmp_path / "backups").glob("*/manifest.json")
    manifest.write_text(
        manifest.read_text().replace('"path": "matchback.toml"', '"path": "../matchback.toml"')
    )
    with pytest.raises(BackupDamaged, match="outside of the workspace"):
        restore(tmp_path / "backups", tmp_path / "other", QuietProgress())


def test_what_a_killed_restore_left_goes_with_the_next(
    lost_bank: Workspace, place: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".again.restoring" / "var"
    left.mkdir(parents=True)
    (left / "half").write_text("half a file")
    root = restore(place / "backups", tmp_path / "again", QuietProgress()).root
    assert [path.name for path in tmp_path.iterdir()] == ["again"]
    assert not (root / "var" / "half").exists()


def test_what_was_sent_after_the_backup_is_not_sent_again(
    restored: Workspace, lost_bank: Workspace, tmp_path: Path
) -> None:
    """Whoever pays takes files away, so that they are not seen there any more."""
    shutil.move(restored.root / "paid", tmp_path / "taken")
    (restored.root / "paid").mkdir()
    resume_payouts(open_context(restored, as_of=night(5)), 2, [tmp_path / "taken"], [])
    run_night(restored, 5, "olga", accept=True)
    assert payouts(restored) == payouts(lost_bank)
    assert list((restored.root / "paid").iterdir()) == []


def test_what_the_backup_holds_unsent_is_sent_only_after_somebody_looked(
    lost_bank: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(lost_bank.root, tmp_path / "bank", symlinks=True)
    bank = Workspace.at(tmp_path / "bank")
    (bank.outbox / "payouts" / "earned-rewards-000002.delivered").unlink()
    back_up(bank, load_config(bank.config_path), tmp_path / "backups", QuietProgress())
    root = restore(tmp_path / "backups", tmp_path / "again", QuietProgress()).root
    shutil.copyfile(lost_bank.root / "secret.txt", root / "secret.txt")
    (root / "paid").mkdir()
    with open_writer(open_context(Workspace.at(root), as_of=night(6))) as context:
        assert deliver_outbox(context).doubtful == ("earned-rewards-000002.csv",)
        assert list((root / "paid").iterdir()) == []
        assert deliver_outbox(context, again=True).payouts == 1
    assert (root / "paid" / "earned-rewards-000002.csv").is_file()
