"""Renewing a step's tables in part: only for the units that new facts, acts and days can touch.

A part is a kept table (or a few) with a unit: the columns whose values can be judged apart from all others. Its file
in `sql/touch/` finds the units that changes of what it rests on can reach; the table's own SELECT then makes their
rows, from inputs that are cut to them; what came out differently is put in place and handed on as changes. A kept table
without such a file is made whole, and compared. So there is one text for each table, and a table made in part equals
one made whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from matchback.incremental_parts import CHANGED, PARTS, Part
from matchback.sqlfiles import kept_tables, sql_digest, sql_file, step_tables

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.warehouse import Warehouse

# With fewer rows of facts than this a whole build costs less than the statements that avoid it.
FEW_FACTS = 100_000
_BASIS = ("facts_seq", "acts_number")


@dataclass(frozen=True)
class Basis:
    """What a step's tables were last made from: enough to tell what is new since."""

    facts_seq: int
    acts_number: int
    as_of: str
    config_hash: str
    code: str

    def follows(self, former: Basis | None) -> bool:
        """Tell whether tables made from the former basis may be renewed in part."""
        return (
            former is not None
            and (self.config_hash, self.code) == (former.config_hash, former.code)
            and self.as_of >= former.as_of
            and self.facts_seq >= former.facts_seq
        )


def basis(context: RunContext) -> Basis:
    """Return what the step would be made from now."""
    from matchback import __version__

    state = context.writer.state
    facts_seq, acts_number = (int(state.get(name, "0")) for name in _BASIS)
    code = f"{__version__} {sql_digest()}"
    return Basis(facts_seq, acts_number, context.as_of.isoformat(), context.config.hash, code)


def former_basis(warehouse: Warehouse, step: str) -> Basis | None:
    """Return what the step was last made from, if its tables were kept for being renewed."""
    kept = warehouse.state.get(f"{step}_basis", "")
    return Basis(**json.loads(kept)) if kept else None


def note_basis(warehouse: Warehouse, step: str, made_from: Basis | None) -> None:
    """Record, in the step's own transaction, what its tables rest on; None if they cannot be renewed in part."""
    warehouse.set_state(f"{step}_basis", json.dumps(vars(made_from)) if made_from else "")


def is_worth_while(warehouse: Warehouse) -> bool:
    """Tell whether there are so many facts that their tables are kept for being renewed in part."""
    return warehouse.rows_of_facts() >= FEW_FACTS


def lasting_tables(step: str) -> frozenset[str]:
    """Return the tables of a step that must last until the next run for being renewed in part."""
    return kept_tables(step) | {table for part in PARTS[step] for table in part.units}


def handed_on(step: str, *, to: str | None = None) -> tuple[str, ...]:
    """Return the tables of a step whose changes later steps take up; with `to`, those that no other does."""
    others = {other for other in PARTS if other != step}
    read = {other: {name for part in PARTS[other] for name in _taken_up(part)} for other in others}
    wanted = (
        set().union(*read.values())
        if to is None
        else read[to].difference(*(read[one] for one in others - {to}))
    )
    return tuple(sorted(wanted & set(step_tables(step))))


def renew(
    warehouse: Warehouse,
    step: str,
    former: Basis,
    parameters: Mapping[str, Any],
    before: Callable[[str], None] = lambda table: None,
) -> list[str]:
    """Renew the tables of a step in part, in the caller's transaction; return those that changed.

    Their changes are handed on to the step that takes them up. `before` is called ahead of each table that is made,
    with its name.
    """
    since = {"former_as_of": former.as_of, "former_seq": former.facts_seq, "former_acts": former.acts_number}
    given = {**parameters, **since}
    left_over = [*step_tables(step), *(CHANGED + table for table in step_tables(step))]
    warehouse.uncut(left_over)
    changed: list[str] = []
    known = warehouse.handed_changes()  # whose table of changes is there, be it empty
    handed = frozenset(known)
    for part in _order(step):
        if part.touch:
            reads = _changes_read(part.touch)
            if not _reads_facts(part.touch) and not (handed | {*changed}) & reads:
                continue
            for table in sorted(reads - known):
                warehouse.expect_changes(table)
            known |= reads
            if not warehouse.touch(part.touch, _columns(part), given):
                continue
        for table, choices in part.cuts.items():
            if table not in part.units:
                warehouse.cut(table, choices, _words(step, part))
        for table in _tables(step, part):
            before(table)
            if table not in part.units:
                warehouse.make_helper(step, table, given)
            elif _renewed(warehouse, step, part, table, given):
                changed.append(table)
                known.add(table)
        warehouse.uncut([*part.cuts, *_helpers(step, part)])
    warehouse.hand_on_changes([table for table in handed_on(step) if table in changed])
    warehouse.uncut([*left_over, *(CHANGED + table for table in known)])
    return changed


def _renewed(warehouse: Warehouse, step: str, part: Part, table: str, given: Mapping[str, Any]) -> int:
    """Renew one table of a part, and cut it for those that follow in the part; return how many units changed."""
    unit = part.units[table]
    if not unit:
        return warehouse.renew_whole(step, table, given)
    return warehouse.renew(step, table, unit, given, stands_for_whole=table in part.cuts)


@cache
def _order(step: str) -> tuple[Part, ...]:
    """Return the parts of a step so that each comes after all whose tables or changes it reads."""
    declared = {table: part for part in PARTS[step] for table in part.units}
    whole = [
        Part(touch="", units={table: ()}) for table in sorted(kept_tables(step)) if table not in declared
    ]
    owner = declared | {table: part for part in whole for table in part.units}
    graph: dict[str, set[str]] = {}
    for part in (*PARTS[step], *whole):
        read = set(_reads(part.touch)) if part.touch else set()
        for table in (*part.units, *_helpers(step, part)):
            read |= sql_file(step, table).reads
        first = min(part.units)
        others = {name.removeprefix(CHANGED) for name in read} & owner.keys()
        graph[first] = {min(owner[name].units) for name in others} - {first}
    ordered = TopologicalSorter({first: sorted(graph[first]) for first in sorted(graph)}).static_order()
    return tuple(owner[first] for first in ordered)


@cache
def _helpers_of(step: str, kept: tuple[str, ...]) -> frozenset[str]:
    lasting, found = lasting_tables(step), set()
    wanted = set(kept)
    for table in reversed(step_tables(step)):
        if table in wanted:
            wanted |= sql_file(step, table).reads - lasting
            found |= {table} - set(kept)
    return frozenset(found)


def _helpers(step: str, part: Part) -> frozenset[str]:
    """Return the tables of the step that are made, for the touched units only, on the way to a part's own."""
    return _helpers_of(step, tuple(part.units))


@cache
def _tables(step: str, part: Part) -> tuple[str, ...]:
    """Return what is made for a part, in order: its helpers and its own tables."""
    wanted = _helpers(step, part) | part.units.keys()
    return tuple(table for table in step_tables(step) if table in wanted)


@cache
def _words(step: str, part: Part) -> frozenset[str]:
    """Return every name in the SQL of what is made for a part: no other column of its inputs is needed."""
    return frozenset().union(*(sql_file(step, table).words for table in _tables(step, part)))


def _columns(part: Part) -> int:
    """Return how many columns the part's touch file has."""
    return max(1, *(len(unit) for unit in part.units.values()))


def _reads(touch: str) -> frozenset[str]:
    return sql_file("touch", touch).reads


@cache
def _changes_read(touch: str) -> frozenset[str]:
    return frozenset(name.removeprefix(CHANGED) for name in _reads(touch) if name.startswith(CHANGED))


def _taken_up(part: Part) -> frozenset[str]:
    return _changes_read(part.touch) if part.touch else frozenset()


def _reads_facts(touch: str) -> bool:
    """Tell whether a part can be touched although no table before it has changed."""
    return bool(sql_file("touch", touch).parameters)
