"""Terms that changed and that nobody accepted: no step derives anything under them, however it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matchback import handover
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.rewards.rules import current_rules
from matchback.rewards.terms import offered_terms
from matchback.steps import STEPS, run_steps
from matchback.warehouse import Warehouse
from unit.table_hashes import table_hash

MOMENT = datetime(2026, 11, 3, 12, tzinfo=UTC)
CONFIGURATION = """
[workspace]
name = "test-bank"
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
pattern = "ann_{date:%Y%m%d}.csv"
"""
HEADER = "event_name,event_time,email,partner_event_id,advocate_email\n"
RECORD = "account_opened,2026-11-02,ann@example.com,E1,bob@example.com\n"


@pytest.fixture
def night(tmp_path: Path) -> RunContext:
    """A workspace whose first night has run; its program judges otherwise since."""
    (tmp_path / "secret.txt").write_text("openly-fake-secret-of-a-test")
    (tmp_path / "matchback.toml").write_text(CONFIGURATION)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "ann_20261102.csv").write_text(HEADER + RECORD)
    run_steps(handover.open_night(str(tmp_path), None, MOMENT))
    changed = CONFIGURATION.replace("from = 2026-01-01", 'from = 2026-01-01\ntie_break = "first"')
    (tmp_path / "matchback.toml").write_text(changed)
    return handover.open_night(str(tmp_path), None, MOMENT)


def contents(context: RunContext) -> dict[str, str]:
    """Return the hash of every table, the watermarks and counters of `state` among them."""
    with Warehouse.open(context.workspace, context.journal) as warehouse:
        return {table: table_hash(warehouse, table) for table in warehouse.tables()}


@pytest.mark.parametrize("steps", [STEPS, ("resolve",), ("recognize",), ("reward",), ("report", "publish")])
def test_nothing_is_derived_under_terms_that_nobody_accepted(
    night: RunContext, steps: tuple[str, ...]
) -> None:
    """The whole run and each step by itself, as a scheduler calls it, stop before the first table is written."""
    before = contents(night)
    assert {"recognitions", "recognition_history", "state"} <= set(before)
    with pytest.raises(ConfigurationError, match=r"programs\.refer: changed in tie_break") as refusal:
        handover.bring_up_to(night, steps)
    assert refusal.value.exit_code == 2
    assert contents(night) == before


def test_a_file_is_loaded_under_terms_that_nobody_accepted(night: RunContext) -> None:
    """The sender's answer does not wait for the operator: only what is derived does."""
    delivery = night.workspace.root / "inbox" / "ann_20261103.csv"
    delivery.write_text(HEADER + RECORD.replace("E1", "E2"))
    before = contents(night)
    with pytest.raises(ConfigurationError, match="--accept-terms"):
        run_steps(night)
    after = contents(night)
    assert after["fact_events"] != before["fact_events"]
    assert after["recognition_history"] == before["recognition_history"]
    assert len(list((night.workspace.outbox / "openings").glob("*.results.csv"))) == 2


def test_accepted_terms_let_every_step_pass(night: RunContext) -> None:
    """Once accepted they are in force: the next run of a single step needs no hash."""
    terms = offered_terms(night.config, current_rules(night.config))
    run_steps(replace(night, accepted_terms=(terms.hash,)))
    assert handover.bring_up_to(night, ("resolve",)) == {"resolve": "nothing new"}
