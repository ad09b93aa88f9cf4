"""The warehouse: one writer, whole transactions, and a stale copy noticed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from matchback.errors import (
    ConfigurationError,
    DatabaseFailed,
    WarehouseDamaged,
    WarehouseLocked,
    WarehouseOfAnotherVersion,
    WriterOvertaken,
)
from matchback.journal import Journal
from matchback.warehouse import Warehouse
from matchback.warehouse_query import ask
from matchback.workspace import Workspace, writer_lock

OTHER = """
import sys
from pathlib import Path
import pyarrow as pa
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
with Warehouse.open(Workspace.at(Path(sys.argv[1]))) as other, other.transaction():
    other.append("identifiers", pa.table({"identifier_key": [2], "kind": ["email"], "value": ["bea@example.com"]}))
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "matchback.toml").write_text("")
    return Workspace.at(tmp_path)


def _vault_row(key: int) -> pa.Table:
    return pa.table({"identifier_key": [key], "kind": ["email"], "value": ["ann@example.com"]})


def _fail_inside(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        warehouse.append("identifiers", _vault_row(1))
        raise RuntimeError


def test_a_second_writer_is_told_to_wait(workspace: Workspace) -> None:
    """Two runs at once: the second one changes nothing and says so."""
    with Warehouse.open(workspace), pytest.raises(WarehouseLocked) as caught, Warehouse.open(workspace):
        pass
    assert str(os.getpid()) in str(caught.value)


def test_a_backup_is_waited_for_and_told_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.prepare()
    told: list[str] = []
    backup = writer_lock(workspace, as_backup=True)
    backup.__enter__()

    def tell(text: str) -> None:
        told.append(text)
        backup.__exit__(None, None, None)

    with Warehouse.open(workspace, tell=tell) as warehouse:
        assert warehouse.state
    assert told == ["A backup is being made; waiting until the warehouse is free."]
    monkeypatch.setattr("matchback.workspace.BACKUP_SECONDS", 0.0)
    with writer_lock(workspace, as_backup=True), pytest.raises(WarehouseLocked) as caught:
        Warehouse.open(workspace, tell=told.append).__enter__()
    assert f"A backup (process {os.getpid()}) holds the warehouse of" in str(caught.value)
    assert len(told) == 1


def test_a_run_is_not_waited_for(workspace: Workspace) -> None:
    told: list[str] = []
    with Warehouse.open(workspace), pytest.raises(WarehouseLocked, match="Another run"):
        Warehouse.open(workspace, tell=told.append).__enter__()
    assert told == []


def test_a_writer_that_was_overtaken_commits_nothing(workspace: Workspace) -> None:
    """Its lock was removed and its file put back from a copy while it slept; it wakes, and may not write any more."""
    with Warehouse.open(workspace) as first, first.transaction():
        first.append("identifiers", _vault_row(1))
    copy = shutil.copy(workspace.warehouse_path, workspace.var / "copy")
    with Warehouse.open(workspace) as sleeper:
        workspace.lock_path.unlink()
        os.replace(copy, workspace.warehouse_path)
        subprocess.run([sys.executable, "-c", OTHER, str(workspace.root)], check=True)
        for _ in range(2):
            with pytest.raises(WriterOvertaken, match="Another run has written"), sleeper.transaction():
                sleeper.append("identifiers", _vault_row(3))
        assert sleeper.table("identifiers")["identifier_key"].to_pylist() == [1]
    commits = [entry.body["commit"] for entry in Journal(workspace.journal_dir).entries(kind="committed")]
    assert commits == [1, 2]
    with Warehouse.open(workspace) as warehouse:
        assert warehouse.table("identifiers")["identifier_key"].to_pylist() == [1, 2]


def test_a_failed_transaction_leaves_nothing(workspace: Workspace) -> None:
    """What a block wrote before it failed is gone, and the next block works."""
    with Warehouse.open(workspace) as warehouse:
        with pytest.raises(RuntimeError):
            _fail_inside(warehouse)
        assert warehouse.count("identifiers") == 0
        with warehouse.transaction():
            warehouse.append("identifiers", _vault_row(2))
    with Warehouse.open(workspace) as warehouse:
        assert warehouse.table("identifiers")["identifier_key"].to_pylist() == [2]


def test_an_older_copy_put_back_is_refused(workspace: Workspace) -> None:
    """Commits that the journal knows and the warehouse does not are a lost warehouse, not a fresh start."""
    with Warehouse.open(workspace):
        pass
    copy = workspace.root / "copy.duckdb"
    shutil.copy(workspace.warehouse_path, copy)
    with Warehouse.open(workspace) as warehouse, warehouse.transaction():
        warehouse.append("identifiers", _vault_row(1))
    shutil.copy(copy, workspace.warehouse_path)
    with pytest.raises(WarehouseDamaged, match="older than the journal"), Warehouse.open(workspace):
        pass


def test_a_deleted_warehouse_is_refused(workspace: Workspace) -> None:
    """A warehouse that was there once is never silently made anew."""
    with Warehouse.open(workspace) as warehouse, warehouse.transaction():
        warehouse.set_state("x", "1")
    workspace.warehouse_path.unlink()
    with pytest.raises(WarehouseDamaged, match="is gone"), Warehouse.open(workspace):
        pass


def test_a_warehouse_of_another_version_is_refused_before_anything_is_written(workspace: Workspace) -> None:
    with Warehouse.open(workspace) as warehouse, warehouse.transaction("another version"):
        warehouse.set_state("schema_version", "of columns that this version does not have")
    before = workspace.warehouse_path.read_bytes()
    with (
        pytest.raises(WarehouseOfAnotherVersion, match="another version of Matchback"),
        Warehouse.open(workspace),
    ):
        pass
    assert workspace.warehouse_path.read_bytes() == before


def test_a_database_error_never_quotes_a_value(workspace: Workspace) -> None:
    """DuckDB quotes the value that it cannot cast; we do not."""
    with Warehouse.open(workspace) as warehouse:
        wrong = pa.table({"identifier_key": ["ann@example.com"]})
        with pytest.raises(DatabaseFailed) as caught:
            warehouse.append("identifiers", wrong)
    assert "ann@example.com" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_only_the_owner_may_read_the_warehouse(workspace: Workspace) -> None:
    """The vault is inside: no group, no others."""
    with Warehouse.open(workspace):
        pass
    assert stat.S_IMODE(workspace.warehouse_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(workspace.archive.stat().st_mode) == 0o700


def test_only_the_owner_may_read_what_a_transaction_writes_aside(workspace: Workspace) -> None:
    """The write-ahead log holds records: while a transaction runs, and after a run that was killed."""
    log = workspace.warehouse_path.with_name("warehouse.duckdb.wal")
    umask = os.umask(0o022)
    try:
        with Warehouse.open(workspace) as warehouse:
            with warehouse.transaction():
                warehouse.append("identifiers", _vault_row(1))
            with warehouse.transaction():
                warehouse.append("identifiers", _vault_row(2))
                modes = {
                    path.name: stat.S_IMODE(path.stat().st_mode) for path in workspace.var.glob("warehouse*")
                }
            left = log.read_bytes()
        log.write_bytes(left)
        with writer_lock(workspace):
            assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(umask)
    assert modes == {"warehouse.duckdb": 0o600, log.name: 0o600}


def test_others_may_pass_through_to_the_published_tables(tmp_path: Path) -> None:
    """Whatever the umask of the service's user."""
    umask = os.umask(0o077)
    try:
        Workspace(tmp_path).prepare()
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o711
    assert stat.S_IMODE((tmp_path / "var" / "published").stat().st_mode) == 0o755


def test_every_transaction_is_counted_in_the_journal(workspace: Workspace) -> None:
    """Warehouse and journal agree on the number of commits."""
    journal = Journal(workspace.journal_dir)
    with Warehouse.open(workspace, journal) as warehouse:
        for _ in range(3):
            with warehouse.transaction("load"):
                pass
        assert warehouse.state["commit_number"] == "3"
    assert [entry.body["commit"] for entry in journal.entries(kind="committed")] == [1, 2, 3]


def test_only_what_another_step_reads_is_kept(workspace: Workspace) -> None:
    """What a step needs for itself does not outlive the session; what people and other steps read does."""
    parameters = {"as_of": date(2026, 11, 2), "time_zone": "UTC", "currency": "USD"}
    with Warehouse.open(workspace) as warehouse, warehouse.transaction():
        for table in ("hashed_identifiers", "written_addresses"):
            warehouse.build_table("resolve", table, parameters)
        warehouse.build_table("reward", "rewards", parameters)
        assert {"hashed_identifiers", "written_addresses", "rewards", "fact_events"} <= set(
            warehouse.tables()
        )
    with Warehouse.open(workspace) as warehouse:
        assert {"hashed_identifiers", "written_addresses"}.isdisjoint(warehouse.tables())
        assert {"rewards", "fact_events"} <= set(warehouse.tables())


def memory_limit(warehouse: Warehouse) -> str:
    ((limit,),) = warehouse._connection.execute("SELECT CURRENT_SETTING('memory_limit')").fetchall()
    return str(limit)


def test_memory_is_bounded_where_the_machine_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHBACK_MEMORY_MB", "1000")
    with Warehouse.open(workspace) as warehouse:
        bounded = memory_limit(warehouse)
        assert bounded == "953.6 MiB"
        with warehouse.within(500):
            assert memory_limit(warehouse) != bounded
        assert memory_limit(warehouse) == bounded, (
            "taking rows in has its own bound, and leaves the machine's"
        )


@pytest.mark.parametrize("text", ["4 GB", "-1", "100", "1e9", "٤٠٩٦"])
def test_a_bound_that_is_none_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("MATCHBACK_MEMORY_MB", text)
    with pytest.raises(ConfigurationError, match="MATCHBACK_MEMORY_MB"), Warehouse.open(workspace):
        pass


@pytest.mark.parametrize("failing", ["execute", "fetchmany"])
def test_a_query_stopped_by_its_asker_is_no_failure(failing: str) -> None:
    class Stopped:
        def extract_statements(self, text: str) -> list[str]:
            return [text]

        def execute(self, text: str) -> Stopped:
            if failing == "execute" and text == "SELECT 1":
                raise RuntimeError("Query interrupted")
            return self

        def fetchmany(self, number: int) -> list[Any]:
            raise RuntimeError("Query interrupted")

        description = (("one",),)

    with pytest.raises(KeyboardInterrupt):
        list(ask(cast(Any, Stopped()), "SELECT 1", {}).rows)
