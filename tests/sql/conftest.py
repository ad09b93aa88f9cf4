"""The empty warehouses in which SQL cases run: one per step, made once and left empty by each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from matchback.warehouse import Warehouse
from sql.cases import STEPS, empty_warehouse


@pytest.fixture(scope="session")
def warehouse_until() -> Iterator[Callable[[str], Warehouse]]:
    """Give the warehouse that has every table up to a step."""
    made: dict[str, Warehouse] = {}

    def until(step: str) -> Warehouse:
        last = step if step in STEPS else STEPS[-1]
        if last not in made:
            made[last] = empty_warehouse(last)
        return made[last]

    yield until
    for warehouse in made.values():
        warehouse.close()
