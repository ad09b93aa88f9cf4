"""Each check on published tables fires when it should, and only names and counts leave the module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from matchback.errors import CheckFailed
from matchback.publishing.checks import is_costly, refuse_broken, run_checks
from matchback.sqlfiles import sql_file, step_tables
from matchback.warehouse import Warehouse
from unit.published_world import AS_OF, fill, make_tables

PARAMETERS = {"as_of": AS_OF, "time_zone": "America/New_York", "currency": "USD"}
OURS = [name for name in step_tables("check") if name.startswith("published_")]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    """The world with its reports."""
    made = Warehouse.memory()
    make_tables(made, PARAMETERS)
    fill(made)
    made.build("report", PARAMETERS)
    yield made
    made.close()


class _Undone(Exception):
    """Ends a transaction whose changes must not stay."""


@contextmanager
def broken(warehouse: Warehouse) -> Iterator[None]:
    """Undo whatever the block changes."""
    try:
        with warehouse.transaction():
            yield
            raise _Undone
    except _Undone:
        pass


def failing(warehouse: Warehouse) -> set[str]:
    return {failure.name for failure in run_checks(warehouse, PARAMETERS) if failure.name in OURS}


def change(warehouse: Warehouse, table: str, **values: Any) -> None:
    """Set columns of a table's first row."""
    rows = warehouse.table(table)
    first = {**rows.slice(0, 1).to_pylist()[0], **values}
    warehouse.replace(
        table, pa.concat_tables([pa.Table.from_pylist([first], schema=rows.schema), rows.slice(1)])
    )


def test_the_reports_of_the_world_hold(warehouse: Warehouse) -> None:
    assert failing(warehouse) == set()


@pytest.mark.parametrize(
    ("table", "values", "fires"),
    [
        ("report_reward_liability", {"balance_minor": 1}, "published_liability_equals_ledger"),
        ("report_reward_liability", {"due_minor": 1}, "published_liability_equals_ledger"),
        ("report_attribution", {"reward_minor": 1}, "published_attribution_equals_ledger"),
        ("report_attribution", {"credit_linear": 1}, "published_attribution_credits_every_event_once"),
        ("report_attribution", {"credit_first": 7}, "published_attribution_credits_every_event_once"),
        ("report_attribution", {"initial_events": 7}, "published_attribution_credits_every_event_once"),
        ("report_recognition_mix", {"events": 1}, "published_mix_counts_every_recognition"),
        ("report_unrecognized", {"events": 1}, "published_unrecognized_counts_every_event"),
        ("payout_totals", {"due_minor": 1}, "published_reconciliation_equals_ledger"),
        ("payout_totals", {"issued_minor": 1}, "published_reconciliation_equals_ledger"),
        ("report_reward_states", {"rewards": 1000}, "published_states_equal_ledger"),
        ("report_reward_states", {"balance_minor": 1}, "published_states_equal_ledger"),
        ("report_reward_forecast", {"amount_minor": 1}, "published_forecast_equals_ledger"),
        ("report_limits", {"pending": 1000}, "published_limits_equal_ledger"),
        ("report_advocate_rewards", {"paid_minor": 1}, "published_advocate_rewards_equal_ledger"),
        ("report_clawbacks", {"reversed_minor": 1}, "published_clawbacks_equal_ledger"),
        (
            "report_key_figures",
            {"period": "month", "paid_minor": 123_457},
            "published_key_figures_equal_ledger",
        ),
        ("report_feed_quality", {"records": 1}, "published_feed_quality_balances"),
    ],
)
def test_a_report_that_disagrees_is_found(
    warehouse: Warehouse, table: str, values: dict[str, Any], fires: str
) -> None:
    with broken(warehouse):
        change(warehouse, table, **values)
        assert failing(warehouse) == {fires}


def test_every_check_on_published_tables_has_a_case_in_which_it_fires() -> None:
    parametrize = test_a_report_that_disagrees_is_found.pytestmark[0]
    assert {case[2] for case in parametrize.args[1]} == set(OURS)


def test_a_refusal_names_checks_and_counts_only(warehouse: Warehouse) -> None:
    with broken(warehouse):
        change(warehouse, "report_recognition_mix", events=1)
        with pytest.raises(CheckFailed) as refusal:
            refuse_broken(warehouse, PARAMETERS)
    assert "\n  published_mix_counts_every_recognition: 1 rows" in refusal.value.what
    assert "published before still stands" in refusal.value.state


def test_a_check_whose_tables_are_not_there_yet_waits() -> None:
    empty = Warehouse.memory()
    assert failing(empty) == set()
    empty.close()


def test_a_costly_check_runs_on_demand_only() -> None:
    file = sql_file("check", OURS[0])
    costly = replace(file, header=f"{file.header}\nCost: full")
    assert is_costly(costly)
    assert not is_costly(file)


def test_every_check_takes_only_the_parameters_that_every_run_has() -> None:
    known = {"as_of", "time_zone", "currency"}
    assert {name: sql_file("check", name).parameters - known for name in step_tables("check")} == {
        name: set() for name in step_tables("check")
    }
    assert isinstance(PARAMETERS["as_of"], date)
