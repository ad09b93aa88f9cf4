"""What of a report is published where groups are too small: no group may be told by what the others add up to."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from matchback.publishing.dictionary import published_tables
from matchback.sqlfiles import sql_file
from matchback.warehouse_selection import selected

COLUMNS = ("program", "cohort_on", "customer_group", "currency", "customers")


def published(*rows: tuple[str, str, int]) -> dict[tuple[str, str], int | None]:
    """Return what is published of month, group and number of customers, where five are enough."""
    (table,) = (
        table
        for table in published_tables((), {"report_customer_value": 5})
        if table.name == "report_customer_value"
    )
    values = ", ".join(str(("p", month, group, "USD", customers)) for month, group, customers in rows)
    file = replace(
        sql_file("publish", table.name), text=f"SELECT * FROM (VALUES {values}) AS t ({', '.join(COLUMNS)})"
    )
    table = replace(table, columns=tuple(column for column in table.columns if column.name in COLUMNS))
    found = duckdb.execute(f"SELECT cohort_on, customer_group, customers FROM {selected(file, table)}")
    return {(month, group): customers for month, group, customers in found.fetchall()}


@pytest.mark.parametrize("few", [1, 4])
def test_no_group_is_told_by_the_other_groups_of_its_month(few: int) -> None:
    """Referred = advocates + non-advocates - others; the small group of another month hides nothing."""
    groups = {"referred": few, "not_referred": 60 - few, "advocates": 20, "non_advocates": 40}
    kept = published(
        *(("2026-09", group, customers) for group, customers in groups.items()),
        *(("2026-10", group, 30) for group in groups),
        ("2026-11", "referred", 30),
        ("2026-11", "not_referred", 3),
    )
    assert {key for key, customers in kept.items() if customers is None} == {
        (month, group) for month in ("2026-09", "2026-11") for group in ("referred", "not_referred")
    }


def test_a_group_of_exactly_the_smallest_number_is_published() -> None:
    kept = published(("2026-09", "referred", 5), ("2026-09", "not_referred", 6))
    assert kept == {("2026-09", "referred"): 5, ("2026-09", "not_referred"): 6}
