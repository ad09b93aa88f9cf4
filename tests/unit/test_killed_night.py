"""A night that is killed at any deed of its reward step, and run again, leaves what an undisturbed one leaves."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from matchback.sqlfiles import kept_tables
from matchback.steps import STEPS
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit import killed_night
from unit.replayed_bank import found_replayed_bank, run_night
from unit.table_hashes import table_hash

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replayed_bank")]
DAY = 5
MOST = 200  # more deeds than the step has
TABLES = ("reward_entries", "payouts", "reward_findings", "reward_rules", *sorted(kept_tables("reward")))


def run_killed(workspace: Path, at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, killed_night.__file__, str(workspace), str(DAY), str(at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def what_is_left(root: Path) -> Mapping[str, str | bytes]:
    """Return the hash of every table of rewards, and the bytes of every payout file."""
    workspace = Workspace.at(root)
    with Warehouse.open(workspace) as warehouse:
        tables = {table: table_hash(warehouse, table) for table in TABLES}
    files = sorted((workspace.outbox / "payouts").glob("*"))
    return tables | {path.name: path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank right before the rewards of a night that takes back, approves, issues and declines, under new terms."""
    root = tmp_path_factory.mktemp("killed") / "before"
    root.mkdir()
    run_night(
        found_replayed_bank(root, until=4), DAY, "olga", accept=True, steps=STEPS[: STEPS.index("reward")]
    )
    return root


@pytest.fixture(scope="module")
def undisturbed(before: Path) -> tuple[int, Mapping[str, str | bytes]]:
    """How many lasting deeds the night has, and what it leaves."""
    root = before.with_name("undisturbed")
    shutil.copytree(before, root, symlinks=True)
    done = run_killed(root, MOST)
    assert done.returncode == 0, done.stderr
    return int(done.stdout), what_is_left(root)


def test_killed_before_any_deed_and_run_again_it_leaves_the_same(
    before: Path, undisturbed: tuple[int, Mapping[str, str | bytes]]
) -> None:
    deeds, expected = undisturbed
    assert deeds > 7, "two files, the commit, and what is journaled of the payout, the ledger and the commit"
    for at in range(1, deeds + 1):
        root = before.with_name(f"killed-{at}")
        shutil.copytree(before, root, symlinks=True)
        assert run_killed(root, at).returncode == -signal.SIGKILL
        again = run_killed(root, MOST)
        assert again.returncode == 0, again.stderr
        left = {name: what for name, what in what_is_left(root).items() if not name.endswith(".withdrawn")}
        assert left == expected, f"killed before deed {at} of {deeds}"
        shutil.rmtree(root)
