"""The sample's planted cases: what came out must be what was written by hand from the terms."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from end_to_end.natural_keys import differences, expected_rows, natural_rows

pytestmark = pytest.mark.xdist_group("sample")

KEYS = {
    "files": (("file",), False),
    "refusals": (("file", "record_number"), False),
    "events": (("event",), True),
    "journeys": (("journey", "program"), True),
    "candidates": (("event", "program"), True),
    "recognitions": (("event", "program"), True),
    "unrecognized_events": (("event", "program"), True),
    "decisions": (("journey", "rule_id", "role", "condition"), False),
    "rewards": (("journey", "rule_id", "role"), True),
    "entries": (("journey", "rule_id", "role", "entry_kind"), True),
}


@pytest.mark.parametrize("table", sorted(KEYS))
def test_the_planted_cases_come_out_as_written(
    table: str, natural_sample: duckdb.DuckDBPyConnection, repository: Path
) -> None:
    """Every expected row is there, and no row of a planted case is too many."""
    key, whole = KEYS[table]
    expected = expected_rows(repository / "sample_data" / "expected", table)
    actual = natural_rows(natural_sample, table)
    for row in expected:
        if table in ("files", "refusals"):
            row["file"] = Path(row["file"]).name
    lines = differences(expected, actual, key, whole=whole)
    assert not lines, f"{len(lines)} of {len(expected)} rows of {table} differ:\n" + "\n".join(lines)
