"""The reports of recognitions, rewards, advocates and operations on the sample: counted again, and as written by hand.

Each report is held twice: every row against an independent count over the published base tables, and its totals or its
planted cases against `sample_data/expected/reports`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from end_to_end import counted_advocates, counted_recognitions, counted_rewards
from end_to_end.conftest import SampleRun
from end_to_end.counted_rewards import Ledger, Row
from end_to_end.natural_keys import differences, expected_rows, text_of

pytestmark = pytest.mark.xdist_group("sample")

AS_OF = date(2026, 11, 7)
COUNTED: dict[str, Callable[[Ledger], Iterator[Row]]] = {
    "report_advocate_rewards": counted_advocates.advocate_rewards,
    "report_advocates": counted_advocates.advocates,
    "report_clawbacks": counted_rewards.clawbacks,
    "report_ineligible": counted_recognitions.ineligible,
    "report_lags": counted_rewards.lags,
    "report_limits": counted_rewards.limits,
    "report_near_misses": counted_rewards.near_misses,
    "report_recognition_mix": counted_recognitions.recognition_mix,
    "report_refusals": counted_rewards.refusals,
    "report_reward_forecast": counted_rewards.reward_forecast,
    "report_reward_states": counted_rewards.reward_states,
    "report_segments": counted_advocates.segments,
    "report_unrecognized": counted_recognitions.unrecognized,
}
PLANTED = {  # those that are too long to write down whole, and the column that names the planted cases
    "report_advocate_rewards": "advocate_id",
    "report_advocates": "advocate_id",
    "report_limits": "person_id",
    "report_near_misses": "journey_id",
}
NOT_PUBLISHED = {"joined_on"}


@pytest.fixture(scope="module")
def published(sample_run: SampleRun) -> Iterator[Callable[[str], list[Row]]]:
    """Return the rows of a published table of the sample."""
    version = sample_run.workspace / "var" / "published" / "current" / "analytics.duckdb"
    connection = duckdb.connect(str(version), read_only=True)
    read: dict[str, list[Row]] = {}

    def rows(table: str) -> list[Row]:
        if table not in read:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            read[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return read[table]

    yield rows
    connection.close()


@pytest.mark.parametrize("report", sorted(COUNTED))
def test_every_row_is_what_an_independent_count_gives(
    report: str, published: Callable[[str], list[Row]], sample_run: SampleRun
) -> None:
    config = tomllib.loads((sample_run.workspace / "matchback.toml").read_text(encoding="utf-8"))
    counted = list(COUNTED[report](Ledger(published, AS_OF, config)))
    names = sorted(counted[0].keys() - NOT_PUBLISHED)
    wanted = Counter(tuple(row[name] for name in names) for row in counted)
    found = Counter(tuple(row[name] for name in names) for row in published(report))
    assert (list((wanted - found).elements())[:5], list((found - wanted).elements())[:5]) == ([], []), names


@pytest.mark.parametrize("report", sorted(COUNTED))
def test_totals_and_planted_cases_are_as_written(
    report: str,
    published: Callable[[str], list[Row]],
    natural_sample: duckdb.DuckDBPyConnection,
    repository: Path,
) -> None:
    names = {
        "advocate_id": dict(
            natural_sample.execute("SELECT person_id, person_label FROM named_persons").fetchall()
        ),
        "journey_id": dict(
            natural_sample.execute("SELECT journey_id, journey_label FROM named_journeys").fetchall()
        ),
    }
    names["person_id"] = names["advocate_id"]
    actual = [
        {column: text_of(names.get(column, {}).get(value, value)) for column, value in row.items()}
        for row in published(report)
    ]
    expected = expected_rows(repository / "sample_data" / "expected" / "reports", report)
    planted = PLANTED.get(report)
    assert planted or len(actual) == len(expected)
    lines = differences(expected, actual, (planted or next(iter(expected[0])),), whole=planted is not None)
    assert not lines, f"{len(lines)} of {len(expected)} rows of {report} differ:\n" + "\n".join(lines)
