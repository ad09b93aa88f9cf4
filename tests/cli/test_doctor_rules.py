"""Doctor and the reward rules: a rule that waits for what never comes is told, with what to do next."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import Call
from matchback.answers.doctor import examine
from matchback.context import open_context
from unit.simulated_bank import found_simulated_bank

MORE = """
[[events]]
name = "mortgage_closed"

[[rewards]]
id = "mortgage-500"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "mortgage_closed"
value = { amount = "500.00" }
"""


def test_a_rule_that_waits_for_ever_is_told(tmp_path: Path) -> None:
    """The rules that pass are not named; the one whose event no feed brings is, and no check fails for it."""
    workspace = found_simulated_bank(tmp_path / "bank")
    assert not [item for item in examine(open_context(workspace)) if item.subject.startswith("rule")]
    workspace.config_path.write_text(workspace.config_path.read_text() + MORE)
    (found,) = [item for item in examine(open_context(workspace)) if item.subject.startswith("rule")]
    assert (found.subject, found.status) == ("rule mortgage-500", "note")
    assert found.detail == "it can never pass: on: no mortgage_closed has arrived"
    assert "Ask the sender" in found.next_step


def test_a_run_says_it_too(bank: Path, call: Call) -> None:
    """Also a run that brings nothing new; it fails for it no more than doctor does."""
    config = bank / "matchback.toml"
    config.write_text(config.read_text() + MORE)
    for _ in range(2):
        said = call("run", "--workspace", bank, "--as-of", "2026-11-03")
        assert said.code == 0
        assert (
            "Rules that nothing can pass so far (what to do:  matchback doctor)\n"
            "  mortgage-500                   on: no mortgage_closed has arrived\n"
        ) in said.out
    said = call("run", "--workspace", bank, "--as-of", "2026-11-03", "--json", "--quiet")
    assert json.loads(said.out)["waiting_rules"] == [
        {"rule_id": "mortgage-500", "reason": "on: no mortgage_closed has arrived"}
    ]
