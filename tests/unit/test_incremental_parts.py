"""What is declared of renewing in part agrees with the SQL: units, cuts and touch files all exist and are used."""

from __future__ import annotations

import pytest

from matchback.incremental import _order, _tables, lasting_tables
from matchback.incremental_parts import CHANGED, PARTS, Part
from matchback.rewards import scope
from matchback.sqlfiles import sql_file, step_tables

DECLARED = [(step, part) for step, parts in PARTS.items() for part in parts]


def name(value: object) -> str:
    return min(value.units) if isinstance(value, Part) else str(value)


def test_every_touch_file_belongs_to_one_part() -> None:
    touches = [part.touch for _, part in DECLARED if part.touch]
    asked_again = {part.ties for _, part in DECLARED if part.ties} | {scope.POSTINGS}
    assert sorted([*touches, *asked_again]) == sorted(step_tables("touch"))


def test_every_lasting_table_is_made_by_one_part() -> None:
    for step in PARTS:
        made = [table for part in _order(step) for table in part.units]
        assert sorted(made) == sorted(lasting_tables(step))


@pytest.mark.parametrize(("step", "part"), DECLARED, ids=name)
def test_only_inputs_and_own_tables_are_cut(step: str, part: Part) -> None:
    made = (
        step_tables(step) if step == scope.STEP else _tables(step, part)
    )  # posting asks for more than is kept
    read = {name for table in made for name in sql_file(step, table).reads}
    assert part.cuts.keys() <= read
    assert not part.cuts.keys() & (set(made) - part.units.keys()), "a helper is made of cut inputs"


@pytest.mark.parametrize(("step", "part"), DECLARED, ids=name)
def test_changes_are_read_of_tables_whose_changes_are_known(step: str, part: Part) -> None:
    touched = sql_file("touch", part.touch).reads if part.touch else frozenset()
    of = {name.removeprefix(CHANGED) for name in touched if name.startswith(CHANGED)}
    assert of <= frozenset().union(*(lasting_tables(other) for other in PARTS))
