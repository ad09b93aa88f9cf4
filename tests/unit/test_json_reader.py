"""JSON lines: numbers stay as written, nothing is guessed, every line is accounted for, and two parsers agree."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.intake.json_paths import JsonPath, paths_by_column
from matchback.intake.json_reader import JsonReader

FORM = FileFormat(type="jsonl")
COLUMNS = {
    "userId": "partner_user_id",
    "properties.email": "email",
    "context.traits.email": "email",
    "properties.revenue": "amount",
    "items.0.sku": "product",
    "flags.a\\.b": "container",
}


def read(
    folder: Path, content: bytes, *, columns: dict[str, str] | None = None, block_bytes: int = 1 << 20
) -> tuple[list[dict[str, str]], list[tuple[int, str, str]], list[str]]:
    """Return what each good record holds, (record, column, reason) of the others, and the unknown keys."""
    path = folder / "file.jsonl"
    path.write_bytes(content)
    columns = COLUMNS if columns is None else columns
    reader = JsonReader(path, FORM, columns, ["event_name", "email", "amount"], block_bytes=block_bytes)
    money = next((name for name, target in columns.items() if target == "amount"), "amount")
    good: list[dict[str, str]] = []
    refused: list[tuple[int, str, str]] = []
    for block in reader.blocks(money_column=money):
        good += [
            {key: cell for key, cell in row.items() if cell} for row in block.texts.iter_rows(named=True)
        ]
        refused += [(item.record_number, item.column, item.reason_code) for item in block.refusals]
    assert reader.counts.records == len(good) + len(refused)
    assert len(list(reader.answer_rows())) == reader.counts.records
    return good, refused, list(reader.unknown)


def test_values_are_addressed_by_paths(tmp_path: Path) -> None:
    """The first path that holds something fills a column; a key may hold a dot; a number counts list elements."""
    record = {
        "userId": "M1",
        "event_name": "deposit",
        "properties": {"email": "", "revenue": 25},
        "context": {"traits": {"email": "ann@example.com"}, "ip": "1.2.3.4"},
        "items": [{"sku": "A"}, {"sku": "B"}],
        "flags": {"a.b": True},
    }
    good, refused, unknown = read(tmp_path, json.dumps(record).encode() + b"\n")
    assert good == [
        {
            "userId": "M1",
            "properties.email": "ann@example.com",
            "properties.revenue": "25",
            "items.0.sku": "A",
            "flags.a\\.b": "true",
            "event_name": "deposit",
        }
    ]
    assert refused == []
    assert unknown == ["context.ip"]


@pytest.mark.parametrize("text", ["25.10", "25.0000", "1e2", "-0.00", "12345678901234567890.123", "1E400"])
def test_numbers_stay_as_they_are_written(tmp_path: Path, text: str) -> None:
    """No float ever holds them; what is no amount is for the contract to say."""
    good, refused, _ = read(tmp_path, b'{"properties":{"revenue":%b}}\n' % text.encode())
    assert good == [{"properties.revenue": text}]
    assert refused == []


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (b"[1]", "", "not_json"),
        (b'"text"', "", "not_json"),
        (b"7", "", "not_json"),
        (b'{"userId":"M1"', "", "not_json"),
        (b'{"userId":"M1"} {"userId":"M2"}', "", "not_json"),
        (b"{'userId':'M1'}", "", "not_json"),
        (b'{"userId":NaN}', "", "not_json"),
        (b'{"userId":-Infinity}', "", "not_json"),
        (b'{"userId":01}', "", "not_json"),
        (b'{"userId":"M\x001"}', "", "not_json"),
        (b"   ", "", "not_json"),
        (b'{"userId":"M1","userId":"M2"}', "", "repeated_key"),
        (b'{"x":{"a":1,"a":1}}', "", "repeated_key"),
        (b'{"x":' + b"[" * 40 + b"]" * 40 + b"}", "", "too_deep"),
        (b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "", "too_deep"),
        (b'{"userId":"M\xe9"}', "", "bad_encoding"),
        (b'{"userId":"\\ud800"}', "", "bad_encoding"),
        (b'{"userId":["M1"]}', "partner_user_id", "not_a_value"),
        (b'{"userId":{"id":"M1"}}', "partner_user_id", "not_a_value"),
        (b'{"userId":"' + b"M" * (3 << 20) + b'"}', "", "record_too_long"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_plain_object_is_refused_alone(
    tmp_path: Path, line: bytes, column: str, reason: str
) -> None:
    good, refused, _ = read(tmp_path, b'{"userId":"M0"}\n' + line + b'\n{"userId":"M9"}\n')
    assert [row["userId"] for row in good] == ["M0", "M9"]
    assert refused == [(2, column, reason)]


def test_brackets_within_text_are_not_depth(tmp_path: Path) -> None:
    good, refused, _ = read(tmp_path, b'{"userId":"%b"}\n' % (b"[{" * 50))
    assert refused == []
    assert len(good) == 1


def test_null_empty_and_absent_are_missing(tmp_path: Path) -> None:
    good, refused, _ = read(tmp_path, b'{"userId":null}\n{"userId":""}\n{}\n')
    assert good == [{}, {}, {}]
    assert refused == []


def test_a_lone_carriage_return_joins_no_records(tmp_path: Path) -> None:
    good, refused, _ = read(tmp_path, b'{"userId":"M1"}\r{"userId":"M2"}\r\n\n{"userId":"M3"}')
    assert [row["userId"] for row in good] == ["M1", "M2", "M3"]
    assert refused == []


def test_lists_that_nobody_addresses_are_ignored(tmp_path: Path) -> None:
    good, refused, unknown = read(tmp_path, b'{"email":"a@example.com","tags":[1]}\n', columns={})
    assert good == [{"email": "a@example.com"}]
    assert refused == []
    assert unknown == ["tags"]


def test_an_object_under_a_columns_own_name_is_never_taken_for_nothing(tmp_path: Path) -> None:
    """Without the amount or the address that cannot be read, the record would say something else."""
    lines = b'{"email":["a"]}\n{"amount":{"v":5}}\n{"email":"b@example.com"}\n'
    good, refused, _ = read(tmp_path, lines, columns={})
    assert good == [{"email": "b@example.com"}]
    assert [(row[1], row[2]) for row in refused] == [("email", "not_a_value"), ("amount", "not_a_value")]


def test_the_second_reading_of_money_is_another_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first reading that loses or changes an amount is found out, record by record."""
    whole = JsonReader._cells

    def broken(self: JsonReader, found: dict[str, object], names: list[str]) -> list[str]:
        cells = whole(self, found, names)
        place = names.index("properties.revenue")
        cells[place] = {"1.00": "10.0", "2.00": ""}.get(cells[place], cells[place])
        return cells

    monkeypatch.setattr(JsonReader, "_cells", broken)
    content = b"".join(
        b'{"properties":{"revenue":%b}}\n' % text for text in (b"1.00", b"2.00", b"3.00", b'"4.00"')
    )
    good, refused, _ = read(tmp_path, content)
    assert [row["properties.revenue"] for row in good] == ["3.00", "4.00"]
    assert refused == [(1, "amount", "readings_differ"), (2, "amount", "readings_differ")]


def test_paths_are_split_at_dots() -> None:
    assert JsonPath.of("a.b.c").keys == ("a", "b", "c")
    assert JsonPath.of("a\\.b.$c d").keys == ("a.b", "$c d")
    assert JsonPath.of("it's").expression() is None
    assert [path.name for path in paths_by_column(COLUMNS, ["email"])["properties.email"]] == [
        "properties.email",
        "context.traits.email",
    ]
    assert "email" not in paths_by_column(COLUMNS, ["email"])


plain = st.decimals(-10_000_000, 10_000_000, places=2).map(str)
scalars = st.none() | st.booleans() | st.text(max_size=5) | plain.map(Decimal)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


class Encoder(json.JSONEncoder):
    """Writes decimals as JSON numbers."""

    def default(self, value: object) -> object:
        assert isinstance(value, Decimal)
        return float(value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"properties": st.fixed_dictionaries({"revenue": plain.map(Decimal), "x": values})}
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(20, 200),
)
def test_conservation_of_records_and_money(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, dict[str, Any]]], block_bytes: int
) -> None:
    """Whatever else a record holds, its amount is read once, the same in blocks of any size."""
    content = b"".join(json.dumps(record, cls=Encoder).encode() + b"\n" for record in records)
    folder = tmp_path_factory.mktemp("json")
    columns = {"properties.revenue": "amount"}
    good, refused, _ = read(folder, content, columns=columns, block_bytes=block_bytes)
    assert refused == []
    total = sum(Decimal(row["properties.revenue"]) for row in good)
    assert total == sum(Decimal(str(float(record["properties"]["revenue"]))) for record in records)
    assert read(folder, content, columns=columns)[0] == good


corruptions = st.lists(
    st.tuples(
        st.sampled_from(["flip", "delete", "duplicate", "insert"]),
        st.integers(0, 10_000),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=6,
)


def corrupted(content: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    """Return bytes with some flipped, deleted, doubled or inserted."""
    data = bytearray(content)
    for kind, where, value in changes:
        place = where % max(1, len(data))
        if kind == "flip" and data:
            data[place] ^= value or 1
        elif kind == "delete":
            del data[place : place + 1 + value % 9]
        elif kind == "duplicate":
            data[place:place] = data[place : place + 1 + value % 99]
        elif kind == "insert":
            data[place:place] = bytes([value])
    return bytes(data)


WHOLE = b"".join(
    b'{"userId":"M%d","properties":{"email":"a@example.com","revenue":%d.50},"context":{"traits":{}}}\n'
    % (n, n)
    for n in range(12)
)


@settings(max_examples=300, deadline=None)
@given(corruptions)
def test_no_corruption_loses_a_line_or_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int, int]]
) -> None:
    """As many records as lines; each is either good, with the money that an independent parser finds, or refused."""
    content = corrupted(WHOLE, changes)
    good, refused, _ = read(tmp_path_factory.mktemp("json"), content)
    lines = [line for line in content.replace(b"\r", b"\n").split(b"\n") if line]
    assert len(good) + len(refused) == len(lines)
    broken = {number for number, _, _ in refused}
    kept = [line for number, line in enumerate(lines, start=1) if number not in broken]
    for row, line in zip(good, kept, strict=True):
        revenue = json.loads(line, parse_float=Decimal, parse_int=Decimal).get("properties", {})
        amount = revenue.get("revenue") if isinstance(revenue, dict) else None
        found = row.get("properties.revenue")
        if isinstance(amount, Decimal):
            assert Decimal(str(found)) == amount
        else:
            assert found is None or isinstance(amount, str | bool)
