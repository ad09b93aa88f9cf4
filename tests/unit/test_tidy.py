"""Tidying removes what has served its purpose, by the as-of date, and never what cannot be made again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cli.conftest import CONFIG
from matchback.backup_manifest import whole_backups
from matchback.cli import main
from matchback.context import RunContext, open_context
from matchback.errors import CheckFailed, WarehouseLocked
from matchback.journal import Journal
from matchback.keeping import back_up as back_up_task
from matchback.keeping import tidy as tidy_task
from matchback.publishing.versions import CURRENT, MANIFEST, VersionStore
from matchback.tidy import Tidied, tidy
from matchback.workspace import Workspace, writer_lock

GONE = 2**22 + 1  # no process has such a number
RECEIVED = date(2026, 11, 2)


@pytest.fixture
def lived(tmp_path: Path) -> Workspace:
    """A workspace with what nights leave: versions, results files of two deliveries, and what was killed."""
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "matchback.toml").write_text(
        CONFIG.replace('refuse_file_above = "50%"', 'after = { results_to = "results" }')
        + "\n[publish]\nkeep_versions = 1\n"
    )
    (tmp_path / "bank" / "id_secret.txt").write_text("a secret that protects nobody")
    workspace = Workspace.at(tmp_path / "bank")
    workspace.prepare()
    journal = Journal(workspace.journal_dir)
    journal.append("run_started", as_of="2026-11-02", config_hash="0" * 64, steps=["pickup"])
    for name, sent in (("a" * 16, True), ("b" * 16, False)):
        receive(workspace, journal, name, sent=sent)
    (workspace.outbox / "payouts").mkdir()
    (workspace.outbox / "payouts" / "earned-rewards-000001.csv").write_text("a payout file")
    for number in (1, 2, 3):
        version(workspace, f"000{number}-2026-11-0{number}")
    (workspace.published / CURRENT).symlink_to("0002-2026-11-02")
    for folder in (f"simulation-{GONE}", f"replay-{os.getpid()}", "spill", "listings", "c" * 16):
        (workspace.staging / folder).mkdir()
        (workspace.staging / folder / "file").write_text("left")
    old = time.time() - 3 * 24 * 3600
    (workspace.staging / "listings" / "new").write_text("just listed")
    os.utime(workspace.staging / "listings" / "file", (old, old))
    return workspace


def receive(
    workspace: Workspace, journal: Journal, file_id: str, *, sent: bool, picked_on: str | None = None
) -> None:
    content = hash_of(file_id)
    journal.append(
        "file_received",
        file_id=file_id, feed_id="openings", content_hash=content, delivered_name="x.csv", declared_on=None,
        received_on=RECEIVED.isoformat(), size=1, remote="x.csv", stamp="1", occurrence=1,
        picked_on=picked_on,
    )  # fmt: skip
    archived = workspace.archive / content[:2] / content
    archived.parent.mkdir(exist_ok=True)
    archived.write_text(file_id)
    results = workspace.outbox / "openings" / f"{file_id}.results.csv"
    results.parent.mkdir(exist_ok=True)
    results.write_text("record,status\n")
    if sent:
        results.with_suffix(".delivered").write_text("x.csv.results.csv")


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def version(workspace: Workspace, version_id: str) -> None:
    for parent in (workspace.published, workspace.protected):
        (parent / version_id).mkdir()
        (parent / version_id / MANIFEST).write_text("{}")
        old = time.time() - 2 * 24 * 3600
        (parent / version_id).chmod(0o555)
        os.utime(parent / version_id, (old, old))


def below(workspace: Workspace) -> set[str]:
    return {str(path.relative_to(workspace.var)) for path in workspace.var.rglob("*") if path.is_file()} - {
        "writer.lock"
    }


def standing_at(workspace: Workspace, day: date) -> RunContext:
    return open_context(workspace, as_of=day)


def test_only_what_has_served_its_purpose_goes(lived: Workspace) -> None:
    before = below(lived)
    context = standing_at(lived, date(2027, 2, 1))
    looked = tidy(context, dry_run=True)
    assert below(lived) == before
    assert looked.text().startswith("Would remove 1 published version, 1 results file, 3 leftovers: ")
    done = tidy(context)
    assert done.removed == looked.removed == {
        "published_versions": ["0001-2026-11-01"],
        "results_files": [f"{'a' * 16}.results.csv"],
        "leftovers": [f"simulation-{GONE}", "spill/file", "listings/file"],
    }  # fmt: skip
    assert before - below(lived) == {
        f"published/0001-2026-11-01/{MANIFEST}",
        f"protected/0001-2026-11-01/{MANIFEST}",
        f"outbox/openings/{'a' * 16}.results.csv",
        f"staging/simulation-{GONE}/file",
        "staging/spill/file",
        "staging/listings/file",
    }
    assert tidy(context).text() == "Nothing to tidy."


def test_results_go_by_the_as_of_date_and_not_a_day_earlier(lived: Workspace) -> None:
    def at(day: date) -> Tidied:
        return tidy(standing_at(lived, day), dry_run=True, results_days=30)

    assert at(date(2026, 12, 2)).removed["results_files"] == []
    assert at(date(2026, 12, 3)).removed["results_files"] == [f"{'a' * 16}.results.csv"]


def test_a_removal_that_is_cut_off_leaves_nothing_for_ever(
    lived: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protected copy holds the vault: once only the other one is listed, it must not be the one that is left."""
    context, old = standing_at(lived, date(2026, 11, 9)), "0001-2026-11-01"
    places = [lived.protected / old, lived.published / old]
    for cut_off_at in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "rmtree", cut_off(cut_off_at))
            with pytest.raises(KeyboardInterrupt):
                tidy(context)
        assert places[1].exists() or not places[0].exists()
    tidy(context)
    with VersionStore(lived).building("0004-2026-11-04"):
        pass
    left = [path for parent in (lived.protected, lived.published) for path in parent.glob(f"*{old}")]
    assert left == []


def cut_off(deed: int) -> Callable[[Path], None]:
    """Return a removal that is killed at some deed, when it has taken away a first file."""
    remove, deeds = shutil.rmtree, iter(range(1, 9))

    def removal(folder: Path) -> None:
        if next(deeds) == deed:
            next(path for path in folder.iterdir() if path.is_file()).unlink()
            raise KeyboardInterrupt
        remove(folder)

    return removal


def test_results_of_a_file_that_came_late_stay_as_long(lived: Workspace) -> None:
    """It is not the day in the file's name that counts, but the one on which it came."""
    journal = Journal(lived.journal_dir)
    receive(lived, journal, "d" * 16, sent=True, picked_on="2026-11-30")
    removed = tidy(standing_at(lived, date(2026, 12, 10)), dry_run=True, results_days=30).removed
    assert removed["results_files"] == [f"{'a' * 16}.results.csv"]


def test_nothing_goes_while_a_run_writes(lived: Workspace) -> None:
    before = below(lived)
    with writer_lock(lived), pytest.raises(WarehouseLocked):
        tidy(standing_at(lived, date(2027, 2, 1)))
    assert below(lived) == before


def test_the_command_tells_and_removes(lived: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--as-of", "2026-11-09", "--workspace", str(lived.root)]
    main_ends(["tidy", "--dry-run", "--json", *here], 0)
    assert json.loads(capsys.readouterr().out)["published_versions"] == ["0001-2026-11-01"]
    main_ends(["tidy", *here], 0)
    assert capsys.readouterr().out == "Removed 1 published version, 3 leftovers: 0.0 MB.\n"


def main_ends(arguments: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert (ended.value.code or 0) == code


def test_a_scheduler_is_told_of_what_the_archive_lost_and_of_counts(lived: Workspace, tmp_path: Path) -> None:
    """The rest is backed up, and no older backup goes; what is old is old in the program's zone."""
    target, morning = str(tmp_path / "backups"), datetime(2027, 2, 1, 6, tzinfo=UTC)
    assert back_up_task(str(lived.root), morning, target, 1)["backup"] == f"{target}/0001-2026-11-02"
    assert back_up_task(str(lived.root), morning, target, 1)["new"] is False
    shutil.rmtree(tmp_path / "backups")
    (lived.archive / hash_of("a" * 16)[:2] / hash_of("a" * 16)).unlink()
    with pytest.raises(CheckFailed, match="1 archived file is lost; the rest was backed up"):
        back_up_task(str(lived.root), morning, target, 1)
    assert [len(backup.manifest.lost) for backup in whole_backups(tmp_path / "backups")] == [1]
    assert (
        tidy_task(str(lived.root), morning.replace(hour=3))["results_files"] == 0
    )  # New York has January still
    assert tidy_task(str(lived.root), morning) == {
        "published_versions": 0,
        "results_files": 1,
        "leftovers": 0,
        "bytes": 14,
    }
