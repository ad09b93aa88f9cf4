"""The sample workspace, run once night by night and shared by the tests that only look at it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from end_to_end.natural_keys import open_natural


@dataclass(frozen=True)
class SampleRun:
    """A run of the sample: its workspace and what it printed."""

    workspace: Path
    printed: str


@pytest.fixture(scope="session")
def sample_run(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """Run the sample's nights one by one, as `make run` does."""
    workspace = tmp_path_factory.mktemp("sample") / "workspace"
    command = [sys.executable, str(repository / "sample_data" / "run_sample.py"), str(workspace)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository)
    assert finished.returncode == 0, finished.stderr
    return SampleRun(workspace, finished.stdout)


@pytest.fixture(scope="session")
def natural_sample(
    sample_run: SampleRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's warehouse, copied, with names instead of ids."""
    copy = tmp_path_factory.mktemp("copy") / "warehouse.duckdb"
    shutil.copy(sample_run.workspace / "var" / "warehouse.duckdb", copy)
    wal = sample_run.workspace / "var" / "warehouse.duckdb.wal"
    if wal.exists():
        shutil.copy(wal, copy.with_name(copy.name + ".wal"))
    connection = open_natural(copy)
    yield connection
    connection.close()
