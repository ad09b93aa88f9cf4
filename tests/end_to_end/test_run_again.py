"""Running again on the same input changes nothing: no table, no version, no payout file, no results file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from end_to_end.conftest import SampleRun

pytestmark = pytest.mark.xdist_group("sample")


def _tables(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names
        }


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_second_run_changes_nothing(sample_run: SampleRun, repository: Path, tmp_path: Path) -> None:
    """Every table is equal row by row, and published, outgoing and results files stay byte for byte."""
    root = tmp_path / "workspace"
    shutil.copytree(sample_run.workspace, root, symlinks=True)
    before = _tables(root / "var" / "warehouse.duckdb")
    folders = [root / name for name in ("var/published", "var/outbox", "results", "outgoing", "inbox")]
    files = {folder: _files(folder) for folder in folders}
    command = [sys.executable, str(repository / "sample_data" / "run_sample.py"), str(root)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "othing is new" in finished.stdout
    after = _tables(root / "var" / "warehouse.duckdb")
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert {folder: _files(folder) for folder in folders} == files


def test_the_totals_are_printed_again(sample_run: SampleRun) -> None:
    """The first run's summary names what matters; the second prints the same totals (see the test above)."""
    for words in ("Coupon only would have recognized", "Payout 1", "analytics.duckdb", "report.html"):
        assert words in sample_run.printed
