"""Steps that are run one by one, in whatever order, never take old tables for new ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from matchback import sqlfiles
from matchback.context import open_context
from matchback.steps import run_steps
from unit.simulated_bank import AS_OF, found_simulated_bank

LATE = """partner_event_id,event_time,partner_user_id,email,account_id,advocate_code
OPEN-LIA,2026-11-09T12:00:00-05:00,F6,lia@example.net,ACC6,BEA-2
"""


def test_a_step_that_ran_ahead_of_the_one_before_it_runs_again(tmp_path: Path) -> None:
    """New facts are loaded, `recognize` runs too early, then `resolve`: now `recognize` has something to do."""
    workspace = found_simulated_bank(tmp_path)
    (tmp_path / "inbox" / "openings" / "late.csv").write_text(LATE, encoding="utf-8")

    def run(*steps: str) -> list[bool]:
        return [summary.changed for summary in run_steps(open_context(workspace, as_of=AS_OF), steps)]

    run("pickup", "validate", "load")
    run("recognize")
    assert run("resolve") == [True]
    (summary,) = run_steps(open_context(workspace, as_of=AS_OF), ("recognize",))
    assert summary.counts["recognized"] == 5
    assert run("resolve", "recognize") == [False, False]


@pytest.mark.parametrize("name", ["disposable_domains.txt", "rewards/tax_thresholds.toml"])
def test_a_list_that_a_release_brings_is_part_of_what_tables_rest_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Else a new list without a new version would judge new records alone."""
    before = sqlfiles.sql_digest()
    package = tmp_path / "matchback"
    for path in (sqlfiles._PACKAGE / "disposable_domains.txt", *sqlfiles._PACKAGE.glob("rewards/*.toml")):
        copy = package / path.relative_to(sqlfiles._PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    folder = sqlfiles.sql_folder()
    monkeypatch.setattr(sqlfiles, "_PACKAGE", package)
    monkeypatch.setattr(sqlfiles, "sql_folder", lambda: folder)
    assert sqlfiles.sql_digest.__wrapped__() == before
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# one more\n")
    assert sqlfiles.sql_digest.__wrapped__() != before
