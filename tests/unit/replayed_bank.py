"""A small bank with four nights behind it: what a replay must be able to make again.

3 November: openings of Finn, Gwen and Hugo, and a record that is refused. 4 November, run by nora, who approved a
friend's own reward: Gwen's amount is corrected, Jack opens, and the first file comes again. 5 November, run by olga
under terms that changed and were accepted: the file of the 3rd comes late, and another friend's reward was declined.
6 November: Hugo's opening is cancelled. The file of balances never comes.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from matchback.answers.operations import decide_rewards
from matchback.context import open_context
from matchback.rewards.rules import current_rules
from matchback.rewards.terms import offered_terms
from matchback.steps import STEPS, run_steps
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace

TOML = """
[workspace]
name = "replayed-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]
order = [["ADVOCATE_CODE"], ["SHARE_RECIPIENT"]]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox/openings"
pattern = "openings_{date:%Y%m%d}*.csv"
constants = { event_name = "account_opened" }
refuse_file_above = "60%"
after = { results_to = "results" }

[[feeds]]
id = "advocates"
kind = "advocates"
source = "inbox/advocates"
pattern = "*.csv"

[[feeds]]
id = "balances"
kind = "events"
source = "inbox/balances"
pattern = "balances_{date:%Y%m%d}.parquet"
format = { type = "parquet" }
constants = { event_name = "account_opened" }

[[rewards]]
id = "advocate-25"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_opened"
value = { kind = "cash", amount = "25.00" }
pending_days = 1

[[rewards]]
id = "friend-10"
program = "refer"
from = 2026-01-01
to = "friend"
on = "account_opened"
approve = "manual"
value = { kind = "cash", amount = "10.00" }

[payout]
to = "paid"
"""
ADVOCATES = """partner_user_id,email,advocate_code,enrolled_on,pay_to_account_id
M1,ada@example.com,ADA-1,2026-01-05,300000000111
M2,bea@example.com,BEA-2,2026-01-05,300000000222
"""
HEADER = (
    "partner_event_id,event_time,partner_user_id,email,account_id,advocate_code,amount,action,corrected_at\n"
)
FIRST = (
    HEADER
    + """OPEN-FINN,2026-11-02T10:00:00-05:00,F1,finn@example.net,ACC1,ADA-1,900.00,,
OPEN-GWEN,2026-11-02T11:00:00-05:00,F2,gwen@example.net,ACC2,BEA-2,100.00,,
OPEN-HUGO,2026-11-02T12:00:00-05:00,F3,hugo@example.net,ACC3,ADA-1,700.00,,
OPEN-NONE,yesterday,F9,nina@example.net,ACC9,ADA-1,1.00,,
"""
)
SECOND = (
    HEADER
    + """OPEN-JACK,2026-11-04T09:00:00-05:00,F4,jack@example.net,ACC4,BEA-2,50.00,,
OPEN-GWEN,2026-11-02T11:00:00-05:00,F2,gwen@example.net,ACC2,BEA-2,150.00,correct,2026-11-04T08:00:00-05:00
"""
)
LATE = HEADER + "OPEN-KIM,2026-11-03T09:00:00-05:00,F5,kim@example.net,ACC5,BEA-2,75.00,,\n"
LAST = (
    HEADER
    + "OPEN-HUGO,2026-11-02T12:00:00-05:00,F3,hugo@example.net,ACC3,ADA-1,700.00,cancel,2026-11-06T08:00:00-05:00\n"
)


def night(day: int) -> date:
    return date(2026, 11, day)


def run_night(
    workspace: Workspace,
    day: int,
    operator: str = "nora",
    *,
    accept: bool = False,
    steps: Sequence[str] = STEPS,
) -> None:
    """Run a night, whole or some steps, as some operator; `accept` accepts the terms as they stand in the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHBACK_OPERATOR", operator)
        context = open_context(workspace, as_of=night(day))
        terms = offered_terms(context.config, current_rules(context.config))
        accepted = (terms.hash,) if accept else ()
        run_steps(open_context(workspace, as_of=night(day), accepted_terms=accepted), steps)


def deliver(workspace: Workspace, name: str, content: str) -> None:
    """Lay a file of openings down at its source."""
    (workspace.root / "inbox/openings" / name).write_text(content, encoding="utf-8")


def decide(workspace: Workspace, act: str, day: int, place: int) -> None:
    """Journal that nora approves or declines the friend's reward of that place in the order of ids."""
    with Warehouse.open(workspace) as warehouse:
        rewards = warehouse.table("rewards").to_pylist()
    ids = sorted(row["reward_id"] for row in rewards if row["role"] == "friend" and row["state"] == "pending")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHBACK_OPERATOR", "nora")
        decide_rewards(open_context(workspace, as_of=night(day)), act, [ids[place]], "checked")


def found_replayed_bank(root: Path, *, until: int = 6) -> Workspace:
    """Lay down the bank's workspace, its nights run until the 6th or until the eve of the 5th's (4)."""
    shutil.copytree(_eve(), root, symlinks=True, dirs_exist_ok=True)
    workspace = Workspace.at(root)
    if until == 4:
        return workspace
    run_night(workspace, 5, "olga", accept=True)
    deliver(workspace, "openings_20261106.csv", LAST)
    run_night(workspace, 6, "olga")
    return workspace


@functools.cache
def _eve() -> Path:
    """Make the workspace and run its first nights, once a process; all others are copies."""
    root = Path(tempfile.mkdtemp(prefix="matchback-eve-"))
    atexit.register(_remove, root)
    for feed in ("openings", "advocates", "balances"):
        (root / "inbox" / feed).mkdir(parents=True)
    (root / "inbox/advocates/advocates.csv").write_text(ADVOCATES, encoding="utf-8")
    (root / "matchback.toml").write_text(TOML, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    deliver(workspace, "openings_20261102.csv", FIRST)
    run_night(workspace, 3)
    decide(workspace, "approve", 4, 0)
    deliver(workspace, "openings_20261104.csv", SECOND)
    deliver(workspace, "openings_20261102_again.csv", FIRST)
    run_night(workspace, 4)
    workspace.config_path.write_text(TOML.replace('"25.00"', '"30.00"').replace("_days = 1", "_days = 2"))
    decide(workspace, "decline", 5, 0)
    deliver(workspace, "openings_20261103.csv", LATE)
    return root


def _remove(root: Path) -> None:
    for folder in root.rglob("*"):  # published versions are read-only
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o700)
    shutil.rmtree(root)
