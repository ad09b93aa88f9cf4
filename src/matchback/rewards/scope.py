"""Which rewards a run judges: all of them, or those that something new can touch and all that hangs together with them.

The tables are the same SELECTs either way. In part, they are made from inputs that are cut to the touched journeys,
persons, events and rewards, and what came out takes the place of the touched rows in the tables that are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matchback import incremental
from matchback.incremental_parts import CHANGED, PARTS
from matchback.sqlfiles import sql_file, step_tables, tables_resting_on

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.incremental import Basis
    from matchback.rewards.ledger_book import Entry
    from matchback.warehouse import Warehouse

STEP = "reward"
RULES = "rule_tables"  # the state that holds the digest of the rules' tables
(PART,) = PARTS[STEP]
POSTED = ("reward_entries", "payouts")  # they grow within the run, and are read whole between
ASIDE = "aside_"  # before the name of one that is cut and waits for the next building
POSTINGS = "reward_postings"  # the touch file that adds what was posted within the run
BEFORE = ("manual_grants", "operator_log")  # what shows all of an input that is cut


class Scope:
    """The rewards that one run judges; the caller holds the transaction."""

    def __init__(self, context: RunContext) -> None:
        """Find what is touched, and let the touched rows of what the step reads stand for the whole."""
        self._warehouse, self._parameters = context.writer, context.parameters
        self._aside: tuple[str, ...] = ()
        self._now = _basis(context)
        former = incremental.former_basis(self._warehouse, STEP)
        self.is_whole = (
            self._now is None
            or former is None
            or not self._now.follows(former)
            or _has_budgets(self._warehouse)
        )
        if not self.is_whole and former is not None:
            self._open(former)

    def build(self, tables: Collection[str]) -> None:
        """Make tables of the step, in their order."""
        chosen = [table for table in step_tables(STEP) if table in tables]
        if self.is_whole:
            lasting = incremental.lasting_tables(STEP) if self._now is not None else ()
            for table in chosen:
                self._warehouse.build_table(STEP, table, self._parameters, lasting=lasting)
            return
        with self._posted_cut():
            for table in chosen:
                if table in PART.units:
                    unit, is_read = PART.units[table], bool(tables_resting_on(STEP, (table,)))
                    self._warehouse.renew(STEP, table, unit, self._parameters, stands_for_whole=is_read)
                elif table not in BEFORE:
                    self._warehouse.make_helper(STEP, table, self._parameters)

    def posted(self, entries: Sequence[Entry]) -> None:
        """Count what was just posted among the touched: a new reward was none before."""
        if not self.is_whole and entries:
            self._warehouse.uncut([ASIDE + table for table in self._aside])
            self._aside = ()
            self._touch_also({entry.reward_id for entry in entries})

    def _touch_also(self, units: Collection[int]) -> None:
        import pyarrow as pa

        ids = pa.array(sorted(units), pa.int64())
        with self._warehouse.lent("posted_rewards", pa.table({"reward_id": ids})):
            self._warehouse.touch(POSTINGS, 1, {})

    def close(self) -> None:
        """Let whole tables stand again, and note what they rest on now."""
        if not self.is_whole:
            self._warehouse.uncut([*step_tables(STEP), *PART.cuts, *(ASIDE + table for table in POSTED)])
            self._warehouse.uncut([CHANGED + table for table in _changes_read()])
        for step in ("resolve", "recognize"):
            self._warehouse.forget_changes(incremental.handed_on(step))
        incremental.note_basis(self._warehouse, STEP, self._now)

    def _open(self, former: Basis) -> None:
        since = {
            "former_as_of": former.as_of,
            "former_seq": former.facts_seq,
            "former_acts": former.acts_number,
        }
        given: Mapping[str, Any] = {**self._parameters, **since}
        warehouse = self._warehouse
        warehouse.uncut([*step_tables(STEP), *(CHANGED + table for table in _changes_read())])
        for table in sorted(_changes_read() - warehouse.handed_changes()):
            warehouse.expect_changes(table)
        found, before = warehouse.touch(PART.touch, 1, given), -1
        if named := {row["unit"] for row in warehouse.rows("ledger/grant_units")}:
            self._touch_also(named)
        while found != before:
            found, before = warehouse.touch(PART.ties, 1, given), found
        for table in BEFORE:
            warehouse.build_table(STEP, table, self._parameters)
        self._cut([table for table in PART.cuts if table not in POSTED])

    @contextmanager
    def _posted_cut(self) -> Iterator[None]:
        """Let the touched rows of what grows within the run stand for the whole while a block runs.

        They are put aside between: a ledger is long, and what is posted and paid must see all of it.
        """
        if self._aside:
            self._warehouse.rename_temporary({ASIDE + table: table for table in POSTED})
        else:
            self._cut(POSTED)
        yield
        self._warehouse.rename_temporary({table: ASIDE + table for table in POSTED})
        self._aside = POSTED

    def _cut(self, tables: Collection[str]) -> None:
        for table in tables:
            self._warehouse.cut(table, PART.cuts[table])


def _basis(context: RunContext) -> Basis | None:
    """Return what the step would be made from now; None if what it reads is not kept for being renewed in part.

    The day is the step's own: run alone, it may judge another one than that of the recognitions which it reads.
    """
    recognized = incremental.former_basis(context.writer, "recognize")
    if recognized is None:
        return None
    code = f"{recognized.code} {context.writer.state.get(RULES, '')}"
    return replace(recognized, code=code, as_of=context.as_of.isoformat())


def _has_budgets(warehouse: Warehouse) -> bool:
    """Tell whether a rule or a program has a budget: its places are taken among all claims of everybody."""
    of_rules = warehouse.table("rule_limits").column("is_budget").to_pylist()
    return any(of_rules) or warehouse.count("program_budgets") > 0


def _changes_read() -> frozenset[str]:
    reads = sql_file("touch", PART.touch).reads
    return frozenset(name.removeprefix(CHANGED) for name in reads if name.startswith(CHANGED))
