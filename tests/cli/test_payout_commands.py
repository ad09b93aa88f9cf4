"""The commands about payouts and decisions, as they are typed: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Call

AS_OF = ("--as-of", "2026-11-03")


def pending(run_bank: Path, call: Call) -> str:
    """Return the id of the bank's one reward, which is pending."""
    rows = json.loads(call("rewards", "list", "--json", "--workspace", run_bank).out)
    assert [row["state"] for row in rows] == ["pending"]
    return str(rows[0]["reward_id"])


def test_nothing_is_open_where_nothing_was_approved(run_bank: Path, call: Call) -> None:
    """A pending reward is not due yet; there is no payout file and no tax form."""
    said = call("payouts", "reconcile", "--workspace", run_bank)
    assert (said.code, said.out) == (0, "Due, issued and fulfilled agree: nothing is open.\n")
    assert call("payouts", "list", "--workspace", run_bank).out == "(no rows)\n"
    said = call("payouts", "tax", "--year", "2026", "--workspace", run_bank)
    assert (said.code, said.out) == (0, "Nobody reaches the threshold of a form.\n")
    assert json.loads(call("payouts", "reconcile", "--json", "--workspace", run_bank).out) == {
        "totals": [],
        "open": [],
        "not_listed": 0,
        "changed_files": [],
    }


def test_a_file_of_decisions_tells_its_refused_lines(run_bank: Path, tmp_path: Path, call: Call) -> None:
    """Exit code 3 while a line is refused, and 0 when the file is given again without it."""
    reward_id = pending(run_bank, call)
    path = tmp_path / "decisions.csv"
    path.write_text(f"reward_id,decision,reason_code\n{reward_id},approve,checked\n17,approve,checked\n")
    said = call("rewards", "decide", "--file", path, *AS_OF, "--workspace", run_bank)
    assert said.code == 3
    assert said.out == (
        "2 decisions: 1 journaled from 2026-11-03, 0 stood so already, 1 refused.\n"
        "  line 3: unknown\n"
        "Correct the refused lines and give the file again: what is journaled is not journaled twice.\n"
        "The next run applies it:  matchback run\n"
    )
    path.write_text(f"reward_id,decision,reason_code\n{reward_id},approve,checked\n")
    said = call("rewards", "decide", "--file", path, *AS_OF, "--workspace", run_bank)
    assert (said.code, said.out) == (
        0,
        "1 decision: 0 journaled from 2026-11-03, 1 stood so already, 0 refused.\n",
    )


def test_only_a_failed_payment_is_made_again(run_bank: Path, call: Call) -> None:
    """Nothing is journaled for a reward in another state."""
    reward_id = pending(run_bank, call)
    said = call("rewards", "retry", reward_id, "--reason", "new_account", *AS_OF, "--workspace", run_bank)
    assert said.code == 1
    assert said.err == (
        f"These rewards cannot be retried in their state:\n  {reward_id}: pending\nNothing was journaled.\n"
        "See those that can:  matchback rewards list --state failed\n"
    )
