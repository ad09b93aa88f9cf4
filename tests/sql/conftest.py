"""The empty warehouses in which SQL cases run: one per step, made once and left empty by each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from matchback.warehouse import Warehouse
from sql.cases import empty_warehouse


@pytest.fixture(scope="session")
def warehouse_until() -> Iterator[Callable[[str], Warehouse]]:
    """Give the warehouse that has every table up to a step."""
    made: dict[str, Warehouse] = {}

    def until(step: str) -> Warehouse:
        if step not in made:
            made[step] = empty_warehouse(step)
        return made[step]

    yield until
    for warehouse in made.values():
        warehouse.close()
