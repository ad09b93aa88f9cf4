"""The secret: a wrong one is refused before anything is fetched or keyed, and staged results know theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchback.context import open_context
from matchback.errors import ConfigurationError
from matchback.intake.staging import staging_basis
from matchback.keys import secret_fingerprint
from matchback.steps import run_steps
from matchback.workspace import Workspace

CONFIGURATION = """
[workspace]
name = "harbor"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox"
pattern = "*.csv"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "matchback.toml").write_text(CONFIGURATION)
    (tmp_path / "secret.txt").write_text("the first secret")
    (tmp_path / "inbox").mkdir()
    return Workspace.at(tmp_path)


def test_a_wrong_secret_stops_before_anything_is_fetched(workspace: Workspace) -> None:
    """No file is received and none is keyed: what a wrong secret had staged would have matched nothing later."""
    run_steps(open_context(workspace), ("pickup",))
    (workspace.root / "inbox" / "a.csv").write_text(
        "event_name,event_time,partner_event_id\naccount_opened,2026-01-02,A1\n"
    )
    (workspace.root / "secret.txt").write_text("another secret")
    with pytest.raises(ConfigurationError, match="not the one under which this workspace was begun"):
        run_steps(open_context(workspace), ("pickup", "validate"))
    assert not open_context(workspace).journal.entries(kind="file_received")
    assert list(workspace.staging.iterdir()) == []


def test_the_journal_holds_the_fingerprint_and_not_the_secret(workspace: Workspace) -> None:
    """What is journaled tells nothing about the secret."""
    run_steps(open_context(workspace), ("pickup",))
    entries = open_context(workspace).journal.entries(kind="secret")
    assert [entry.body["fingerprint"] for entry in entries] == [secret_fingerprint(b"the first secret")]
    assert b"the first secret" not in (workspace.journal_dir / "journal.jsonl").read_bytes()


def test_a_staged_result_of_another_secret_is_made_again(workspace: Workspace) -> None:
    """Each secret gives a staged result another basis."""
    config = open_context(workspace).config
    assert staging_basis(config, b"one") != staging_basis(config, b"two")
