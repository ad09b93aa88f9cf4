"""A version of another release may lack what this one reads: that is said, never as the database says it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest

from matchback.answers.explain import Question, explain
from matchback.answers.query import VersionOfAnotherRelease, current_version, open_published
from matchback.context import open_context
from matchback.errors import DatabaseFailed
from matchback.steps import run_steps
from matchback.workspace import Workspace
from unit.simulated_bank import found_simulated_bank


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return found_simulated_bank(tmp_path_factory.mktemp("founded") / "bank")


@pytest.fixture
def bank(founded: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may damage."""
    return Workspace.at(Path(shutil.copytree(founded.root, tmp_path / "bank", symlinks=True)))


@contextmanager
def writable(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published database to write, as nobody but this test does."""
    path.parent.chmod(0o700)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("is_protected", "change"),
    [
        (True, "DROP TABLE candidate_grounds"),
        (True, "ALTER TABLE event_keys DROP COLUMN order_key"),
        (False, "DROP TABLE identity_collisions"),
        (False, "ALTER TABLE rewards DROP COLUMN release_on"),
        (False, "ALTER TABLE versions DROP COLUMN code_version"),
    ],
)
def test_a_version_that_lacks_a_table_or_column_says_to_run_again(
    bank: Workspace, is_protected: bool, change: str
) -> None:
    version = current_version(bank)
    with writable(version.vault if is_protected else version.database) as connection:
        connection.execute(change)
    asked = Question.asked({"event": "OPEN-FINN"})
    with pytest.raises(VersionOfAnotherRelease) as told:
        explain(bank, asked, proof=True)
    assert f"Version {version.version_id} was published by another release of Matchback" in str(told.value)
    assert "matchback run" in str(told.value)
    for word in ("Exception", "sql/", "database failed", "rolled back"):
        assert word not in str(told.value)


def test_once_it_ran_again_the_question_is_answered(bank: Workspace) -> None:
    with writable(current_version(bank).vault) as connection:
        connection.execute("DROP TABLE candidate_grounds")
    run_steps(open_context(bank, as_of=date(2026, 11, 11)))
    assert "Recognized: member M2" in explain(bank, Question.asked({"event": "OPEN-FINN"})).text()


def test_any_other_failure_of_the_database_is_not_taken_for_that(bank: Workspace) -> None:
    with pytest.raises(DatabaseFailed), open_published(bank):
        raise DatabaseFailed.at("a statement", duckdb.IOException("no space"))
