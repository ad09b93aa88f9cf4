"""What staged files hold in sum, block by block, is what they hold as a whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from matchback.intake.staged_rows import LentRows, Totals, count_of, is_distinct, totals_of
from matchback.intake.staging_files import FrameFile


def staged(path: Path, *frames: pl.DataFrame) -> Path:
    file = FrameFile(path)
    for frame in frames:
        file.append(frame)
    file.close()
    return path


def facts(*rows: tuple[str, int | None, str | None]) -> pl.DataFrame:
    shape = {"action": pl.String, "amount_minor": pl.Int64, "currency": pl.String}
    return pl.DataFrame(rows, schema=shape, orient="row")


def test_totals_are_exact_over_all_blocks(tmp_path: Path) -> None:
    """A sum that 64 bits do not hold, a record without an amount, and corrections are counted as they are."""
    most = 2**62
    first = facts(("new", most, "USD"), ("new", most, "USD"), ("new", None, None))
    path = staged(
        tmp_path / "rows",
        first,
        facts(),
        facts(("new", most, "USD"), ("cancel", 5, "EUR"), ("correct", None, None)),
    )
    assert totals_of(path) == Totals(6, 2, {"USD": [3 * most, 3], "EUR": [5, 1]})
    assert count_of(path) == 6


def test_rows_of_a_kind_without_money_add_up(tmp_path: Path) -> None:
    path = staged(tmp_path / "rows", pl.DataFrame({"purpose": ["blocked", "blocked"]}))
    assert totals_of(path) == Totals(2)


@pytest.mark.parametrize("most_keys", [1, 3, 1 << 24])
def test_a_key_that_stands_twice_is_found_in_whatever_parts(tmp_path: Path, most_keys: int) -> None:
    keys = [pl.DataFrame({"key": block}) for block in ([5, -7, 9], [11, -13], [2, 4, 6])]
    assert is_distinct(staged(tmp_path / "once", *keys), "key", most_keys)
    twice = staged(tmp_path / "twice", *keys, pl.DataFrame({"key": [-7]}))
    assert not is_distinct(twice, "key", most_keys)
    assert is_distinct(staged(tmp_path / "none", keys[0].clear()), "key", most_keys)


def test_lent_rows_are_read_anew_each_time_and_lack_no_wanted_column(tmp_path: Path) -> None:
    path = staged(
        tmp_path / "rows", pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), pl.DataFrame({"a": [3], "b": ["z"]})
    )
    rows = LentRows(path, {"action": "string", "a": "int64"})
    expected = [{"action": None, "a": number} for number in (1, 2, 3)]
    assert [pa.table(rows).to_pylist() for _ in range(2)] == [expected, expected]
    assert pa.table(LentRows(path)).column("b").to_pylist() == ["x", "y", "z"]
