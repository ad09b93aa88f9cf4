"""Every SQL case under tests/sql holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from matchback.sqlfiles import step_tables
from matchback.warehouse import Warehouse
from sql.cases import Case, last_step, read_cases, run_case

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_rule_holds(case: Case, warehouse_until: Callable[[str], Warehouse]) -> None:
    """The expected rows are what the SQL makes of the given ones."""
    difference = run_case(case, warehouse_until(last_step(case)))
    assert not difference, f"{case.name}: {case.why}\n{difference}"


@pytest.mark.parametrize("check", step_tables("check"))
def test_each_check_fires(check: str) -> None:
    """A check that no case makes fire proves nothing."""
    firing = [case for case in CASES if case.step == "check" and case.expect.get(check)]
    assert firing, f"write tests/sql/check/{check}.yaml with rows that break it"
