"""Every SQL case under tests/sql holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from matchback.warehouse import Warehouse
from sql.cases import Case, read_cases, run_case

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_rule_holds(case: Case, warehouse_until: Callable[[str], Warehouse]) -> None:
    """The expected rows are what the SQL makes of the given ones."""
    difference = run_case(case, warehouse_until(case.step))
    assert not difference, f"{case.name}: {case.why}\n{difference}"
