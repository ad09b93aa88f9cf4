"""The same facts give the same tables: night by night, as one catch-up, and in any order and grouping of files.

Fulfillment files are left out: they answer payouts, and a catch-up on a Saturday has paid nothing yet.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("any_order")]

STEPS = ("pickup", "validate", "load", "resolve", "recognize", "reward", "report")
FIRST, LAST = date(2026, 10, 31), date(2026, 11, 7)
STATE_TABLES = (
    "events",
    "shares",
    "clicks",
    "emails",
    "coupons",
    "advocates",
    "persons",
    "person_identifiers",
    "person_aliases",
    "memberships",
    "journeys",
    "recognitions",
    "recognition_candidates",
    "unrecognized_events",
    "relationships",
    "report_recognition_mix",
    "report_program_days",
    "report_unrecognized",
    "report_coupon_comparison",
    "report_funnel",
)
LEFT_OUT = ("generator", "expected", "fulfillments", "var", "*.py", "__pycache__")


@pytest.fixture(scope="module")
def make_workspace(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Workspace]:
    """Return a maker of fresh copies of the sample, without the fulfillment files."""

    def make(name: str) -> Workspace:
        root = tmp_path_factory.mktemp("order") / name
        shutil.copytree(repository / "sample_data", root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        return Workspace.at(root)

    return make


@pytest.fixture(scope="module")
def nights(make_workspace: Callable[[str], Workspace]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after eight nights, one by one."""
    workspace = make_workspace("nights")
    for number in range((LAST - FIRST).days + 1):
        run_steps(open_context(workspace, as_of=FIRST + timedelta(days=number)), STEPS)
    with duckdb.connect(str(workspace.warehouse_path), read_only=True) as connection:
        yield connection


def _state(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    return sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)


def _decisions(connection: duckdb.DuckDBPyConnection, journeys: set[int]) -> list[tuple[object, ...]]:
    """The decisions of all journeys but the given ones."""
    rows = connection.execute("SELECT * FROM reward_decisions").fetchall()
    names = [column[0] for column in connection.description or []]
    place = names.index("journey_id")
    return sorted((row for row in rows if row[place] not in journeys), key=repr)


def _nets(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """The net of each reward in minor units, only what is not zero."""
    rows = connection.execute(
        "SELECT reward_id, SUM(amount_minor) FROM reward_entries GROUP BY reward_id HAVING SUM(amount_minor) <> 0"
    ).fetchall()
    return {int(reward): int(net) for reward, net in rows}


def _posted_otherwise(left: duckdb.DuckDBPyConnection, right: duckdb.DuckDBPyConnection) -> set[int]:
    """The journeys whose rewards were posted otherwise on the two sides: paid, approved or reversed on the way."""
    entries = [
        set(
            side.execute(
                "SELECT journey_id, reward_id, entry_kind, generation FROM reward_entries"
            ).fetchall()
        )
        for side in (left, right)
    ]
    return {int(row[0]) for row in entries[0] ^ entries[1]}


def _issued(connection: duckdb.DuckDBPyConnection) -> set[int]:
    rows = connection.execute("SELECT reward_id FROM reward_entries WHERE entry_kind = 'issued'").fetchall()
    return {int(row[0]) for row in rows}


def _assert_equal(left: duckdb.DuckDBPyConnection, right: duckdb.DuckDBPyConnection) -> None:
    other = [table for table in STATE_TABLES if _state(left, table) != _state(right, table)]
    assert not other, f"these state tables differ: {', '.join(other)}"
    posted = _posted_otherwise(left, right)
    decisions = [_decisions(side, posted) for side in (left, right)]
    assert decisions[0] == decisions[1]
    assert len(decisions[0]) > 1_000
    paid = _issued(left) | _issued(right)
    nets = [{key: net for key, net in _nets(side).items() if key not in paid} for side in (left, right)]
    assert nets[0] == nets[1]
    assert len(nets[0]) > 100


def test_one_catch_up_gives_what_the_nights_gave(
    nights: duckdb.DuckDBPyConnection, make_workspace: Callable[[str], Workspace]
) -> None:
    """All files at once, on the last day: equal state tables, and every unpaid reward nets the same."""
    workspace = make_workspace("catch_up")
    run_steps(open_context(workspace, as_of=LAST), STEPS)
    with duckdb.connect(str(workspace.warehouse_path), read_only=True) as connection:
        _assert_equal(nights, connection)


@pytest.mark.parametrize("seed", [20261107])
def test_files_in_shuffled_order_give_what_the_nights_gave(
    nights: duckdb.DuckDBPyConnection, make_workspace: Callable[[str], Workspace], seed: int
) -> None:
    """The files arrive in three groups drawn at random, so that later nights come before earlier ones."""
    workspace = make_workspace("shuffled")
    outside = workspace.root / "not_yet"
    (workspace.root / "inbox").rename(outside)
    for folder in outside.iterdir():
        (workspace.root / "inbox" / folder.name).mkdir(parents=True)
    files = sorted(path for path in outside.rglob("*") if path.is_file())
    random.Random(seed).shuffle(files)
    for part in range(3):
        for path in files[part::3]:
            target = workspace.root / "inbox" / path.relative_to(outside)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
        run_steps(open_context(workspace, as_of=LAST), STEPS)
    with duckdb.connect(str(workspace.warehouse_path), read_only=True) as connection:
        _assert_equal(nights, connection)
