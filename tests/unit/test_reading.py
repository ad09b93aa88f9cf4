"""`matchback.read` gives a published table as a DataFrame with Arrow types, money exact."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import matchback
from matchback.errors import MatchbackError

FIRST = "0001-2026-11-07"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a version of one table."""
    (tmp_path / "matchback.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "var" / "published" / FIRST
    folder.mkdir(parents=True)
    (folder / "analytics.duckdb").touch()
    (folder.parent / "current").symlink_to(FIRST)
    rows = pa.table(
        {
            "reward_id": pa.array([2**62 + 1, None], pa.int64()),
            "amount": pa.array([Decimal("100.0000"), None], pa.decimal128(18, 4)),
        }
    )
    pq.write_table(rows, folder / "rewards.parquet")
    return tmp_path


def test_ids_and_money_stay_exact(root: Path) -> None:
    frame = matchback.read(root, "rewards")
    assert str(frame.dtypes["amount"]) == "decimal128(18, 4)[pyarrow]"
    assert str(frame.dtypes["reward_id"]) == "int64[pyarrow]"
    assert frame["reward_id"][0] == 2**62 + 1
    assert frame["amount"].sum() == Decimal("100")


def test_an_unknown_table_is_refused_by_name(root: Path) -> None:
    with pytest.raises(MatchbackError) as refusal:
        matchback.read(str(root), "reward")
    assert str(refusal.value) == f"Version {FIRST} has no table 'reward'.\nIt has: rewards"


def test_a_table_is_a_name_not_a_path(root: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), root / "var" / "published" / "outside.parquet")
    with pytest.raises(MatchbackError):
        matchback.read(root, "../outside")


def test_without_a_version_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "matchback.toml").write_text("", encoding="utf-8")
    with pytest.raises(MatchbackError) as refusal:
        matchback.read(tmp_path, "rewards")
    assert "Nothing is published" in str(refusal.value)
