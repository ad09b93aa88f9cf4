"""The sample's reports are what an independent count in plain Python gives, and what is kept beside the sample."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from end_to_end import reckoned_figures as figures
from end_to_end import reckoned_reports as reports
from end_to_end.conftest import SampleRun
from end_to_end.reckoned_world import Row, World

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]
AS_OF = date(2026, 11, 7)
GROUPED = {
    "attribution": ("program", "channel"),
    "incomplete_journeys": ("program", "last_event_name", "next_event_name", "is_recognized"),
}
COUNTED = {
    "attribution": reports.attribution,
    "funnel": reports.funnel,
    "incomplete_journeys": reports.incomplete,
    "key_figures": figures.key_figures,
    "retention": figures.retention,
    "customer_value": figures.values,
    "reminders": figures.reminders,
}


@pytest.fixture(scope="module")
def world(sample_run: SampleRun) -> Iterator[World]:
    """The sample's published base tables."""
    found = World(sample_run.workspace, AS_OF)
    yield found
    found.close()


def published(world: World, report: str) -> list[Row]:
    """Return a report's rows; of the finely grained ones, their sums by what is kept."""
    rows = world.rows(f"report_{report}")
    if report == "attribution":
        rows = [row for row in rows if row["advocate_id"] is not None]
        rows = [row | {"events": row["initial_events"] + row["subsequent_events"]} for row in rows]
    if report not in GROUPED:
        return rows
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        count = sums.setdefault(tuple(row[name] for name in GROUPED[report]), Counter())
        if report == "incomplete_journeys":
            count["journeys"] += 1
        else:
            names = ("journeys", "events", *(f"credit_{model}" for model in reports.MODELS))
            count.update({name: row[name] for name in names})
    return [dict(zip(GROUPED[report], key, strict=True)) | count for key, count in sums.items()]


@pytest.mark.parametrize("report", sorted(COUNTED))
def test_the_whole_report_is_what_plain_python_counts(report: str, world: World) -> None:
    """Every row, in every column that was counted."""
    counted = COUNTED[report](world)
    columns = list(counted[0])
    wanted = Counter(tuple(row[name] for name in columns) for row in counted)
    found = Counter(tuple(row[name] for name in columns) for row in published(world, report))
    assert (list(wanted - found), list(found - wanted)) == ([], [])


@pytest.mark.parametrize("report", sorted(COUNTED))
def test_the_report_has_the_rows_that_are_kept_beside_the_sample(
    report: str, world: World, repository: Path
) -> None:
    """Rows that were counted, and looked at, before; they are never changed to fit the code."""
    path = repository / "sample_data" / "expected" / "reports" / f"{report}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    found = published(world, report)
    if report == "reminders":
        due = Counter((row["reminder"], row["program"], row["due_on"]) for row in found)
        names = ("reminder", "program", "due_on")
        found = [dict(zip(names, key, strict=True)) | {"reminders": due[key]} for key in due]
    written = {tuple(_text(row[name]) for name in kept[0]) for row in found}
    assert [row for row in kept if tuple(row.values()) not in written] == []


def test_a_touch_alone_and_two_get_their_whole_credit() -> None:
    """The reckoner itself: a single touch, two of one day, three a half-life apart."""
    assert all(given == [1_000_000] for given in reports.credit_of([AS_OF]).values())
    assert reports.credit_of([AS_OF, AS_OF])["decay"] == [500_000, 500_000]
    days = [date(2026, 11, 1), date(2026, 11, 8), date(2026, 11, 15)]
    assert reports.credit_of(days)["decay"] == [142_857, 285_714, 571_429]
    assert reports.credit_of(days)["position"] == [400_000, 200_000, 400_000]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
