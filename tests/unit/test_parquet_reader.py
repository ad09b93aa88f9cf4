"""The Parquet reader verifies what DuckDB does not, and turns every type into exact text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matchback.config import FileFormat
from matchback.intake.parquet_reader import ParquetReader
from matchback.intake.records import UnreadableFile

PARQUET = FileFormat(type="parquet")


def written(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "file.parquet"
    pq.write_table(pa.table(columns), path, write_page_checksum=True, **options)
    return path


def texts(path: Path) -> dict[str, list[str | None]]:
    (block,) = list(ParquetReader(path, PARQUET).blocks())
    return block.texts.to_dict(as_series=False)


def test_every_type_becomes_exact_text(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    path = written(
        tmp_path,
        {
            "id": pa.array([7, None], pa.int64()),
            "money": pa.array([Decimal("25.0000"), Decimal("25.0050")], pa.decimal128(18, 4)),
            "double": pa.array([25.1, float("nan")], pa.float64()),
            "on": pa.array([date(2026, 11, 1), None], pa.date32()),
            "zoned": pa.array([noon, None], pa.timestamp("ns", "UTC")),
            "naive": pa.array([noon.replace(tzinfo=None), None], pa.timestamp("ms")),
            "word": pa.array(["a", "b"]).dictionary_encode(),
            "flag": pa.array([True, None]),
        },
    )
    assert texts(path) == {
        "id": ["7", None],
        "money": ["25", "25.005"],
        "double": ["25.1", "nan"],
        "on": ["2026-11-01", None],
        "zoned": ["2026-11-01T12:00:00.000000Z", None],
        "naive": ["2026-11-01T12:00:00.000000", None],
        "word": ["a", "b"],
        "flag": ["true", None],
    }


def test_records_are_numbered_through_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": list(range(250_000))}, row_group_size=60_000)
    reader = ParquetReader(path, PARQUET)
    numbers = [
        number for block in reader.blocks(money_column="id") for number in block.record_numbers.tolist()
    ]
    assert numbers == list(range(1, 250_001))
    assert reader.counts.records == 250_000


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(ParquetReader(path, PARQUET).blocks())
    return caught.value.refused.reason_code


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    """DuckDB reads such a page without a word."""
    path = written(tmp_path, {"email": ["ann@example.com"] * 50}, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    inside_the_page = [match.start() for match in re.finditer(b"ann@", content)][25]
    content[inside_the_page + 1] ^= 1
    path.write_bytes(content)
    assert refusal(path) == "damaged_parquet"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"id,d\n1,2\n", "wrong_format"),
        (b"PAR1", "damaged_parquet"),
        (b"PAR1" + b"\xff" * 20 + b"PAR1", "damaged_parquet"),
        (b"PARE" + b"\0" * 20, "encrypted_parquet"),
    ],
)
def test_what_is_no_whole_parquet_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file.parquet"
    path.write_bytes(content)
    assert refusal(path) == reason


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"id": [1, 2, 3]})
    path.write_bytes(path.read_bytes()[:-5])
    assert refusal(path) == "damaged_parquet"


@pytest.mark.parametrize(
    "column", [pa.array([[1], [2]]), pa.array([b"\x00", b"\x01"]), pa.array([{"a": 1}, {"a": 2}])]
)
def test_a_wanted_column_of_lists_or_bytes_is_refused(tmp_path: Path, column: Any) -> None:
    assert refusal(written(tmp_path, {"id": column})) == "unsupported_type"


def test_columns_of_one_name_are_told_apart_by_position(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    columns = [pa.array(["a"]), pa.array(["id"]), pa.array(["b"]), pa.array([b"x"])]
    pq.write_table(pa.Table.from_arrays(columns, names=["note", "id", "note", "bytes"]), path)
    names, blocks = ParquetReader(path, PARQUET).blocks_by_position()
    assert names == ("note", "id", "note")
    assert [block.texts.rows() for block in blocks] == [[("a", "id", "b")]]
    (wanted,) = ParquetReader(path, PARQUET).blocks(["id"])
    assert wanted.texts.to_dict(as_series=False) == {"id": ["id"]}


def test_text_that_is_not_utf8_is_damage(tmp_path: Path) -> None:
    latin = pa.Array.from_buffers(pa.string(), 1, pa.array([b"Q\xe9"], pa.binary()).buffers())
    path = written(tmp_path, {"id": ["1"], "note": latin})
    with pytest.raises(UnreadableFile) as found:
        list(ParquetReader(path, PARQUET).blocks())
    assert found.value.refused.reason_code == "damaged_parquet"
    assert len(list(ParquetReader(path, PARQUET).blocks(["id"]))) == 1


def test_results_hold_decimals_with_all_their_places(tmp_path: Path) -> None:
    """The sender gets back what was sent: the contract's view of an amount drops zeros, the results file none."""
    amounts = [Decimal("10.00"), Decimal("25.50"), Decimal("0.00"), None]
    path = written(tmp_path, {"money": pa.array(amounts, pa.decimal128(18, 2)), "list": [[1]] * 4})
    header, blocks = ParquetReader(path, PARQUET).blocks_by_position()
    assert header == ("money",)
    assert [block.texts["0"].to_list() for block in blocks] == [["10.00", "25.50", "0.00", None]]
    (block,) = ParquetReader(path, PARQUET).blocks(["money"])
    assert block.texts["money"].to_list() == ["10", "25.5", "0", None]
