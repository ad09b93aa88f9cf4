"""Whatever happens to a file's bytes, no record and no cent is lost unsaid, and nothing crashes.

Files of every format are generated and corrupted (bytes flipped, deleted, doubled, inserted); what the readers find is
compared with scans that share nothing with them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from functools import cache
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.intake.csv_reader import CsvReader
from matchback.intake.records import UnreadableFile
from unit.bad_inputs import Case, Sender

Change = tuple[str, int, int]
NAMES = ("event_name", "event_time", "partner_event_id", "amount", "email")
changes = st.lists(
    st.tuples(
        st.sampled_from(["flip", "delete", "duplicate", "insert"]),
        st.integers(0, 1 << 16),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=5,
)
telling = st.lists(
    st.tuples(st.just("insert"), st.integers(0, 1 << 16), st.sampled_from(list(b'"\r\n,\\;\0'))), max_size=4
)


def corrupted(content: bytes, done: list[Change]) -> bytes:
    """Return bytes with some flipped, deleted, doubled or inserted."""
    data = bytearray(content)
    for kind, where, value in done:
        place = where % max(1, len(data))
        if kind == "flip" and data:
            data[place] ^= value or 1
        elif kind == "delete":
            del data[place : place + 1 + value % 40]
        elif kind == "duplicate":
            data[place:place] = data[place : place + 1 + value]
        elif kind == "insert":
            data[place:place] = bytes([value])
    return bytes(data)


def records(count: int) -> list[tuple[str, ...]]:
    return [
        ("account_opened", f"2026-11-{1 + n % 28:02d}", f"E{n}", f"{n}.{n % 100:02d}", f"p{n}@example.com")
        for n in range(count)
    ]


@cache
def delimited(delimiter: str, quoting: Literal[0, 1]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=quoting)
    writer.writerows([NAMES, *records(25)])
    return text.getvalue().encode()


@settings(max_examples=200, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(changes, telling, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.integers(40, 400))
def test_every_byte_of_corrupted_csv_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    done: list[Change],
    more: list[Change],
    quoting: int,
    block_bytes: int,
) -> None:
    """Between the records there are line ends only; Python's reader finds the same cells."""
    content = corrupted(delimited(",", quoting), done + more)
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_bytes(content)
    try:
        reader = CsvReader(path, FileFormat(), block_bytes=block_bytes)
        blocks = list(reader.blocks(money_column="amount"))
    except UnreadableFile:
        return
    assume(len(set(reader.header)) == len(reader.header))  # else its contract refuses the file
    raw = list(reader.raw_records())
    position = content.index(b"\n", len(reader._header_line) if reader._header_line in content else 0)
    for record in raw:
        start = content.index(record, position)
        assert content[position:start].strip(b"\r\n") == b""
        position = start + len(record)
    assert content[position:].strip(b"\r\n") == b""
    refused = {item.record_number for block in blocks for item in block.refusals}
    cells = [row for block in blocks for row in block.texts.iter_rows(named=True)]
    kept = [record.decode() for number, record in enumerate(raw, start=1) if number not in refused]
    assert len(cells) == len(kept) == len(raw) - len(refused)
    for row, text in zip(cells, kept, strict=True):
        again = (
            next(csv.reader(io.StringIO(text, newline=""), strict=True)) if '"' in text else text.split(",")
        )
        assert row == {name: cell for name, cell in zip(reader.header, again, strict=True) if name}


def _fixed() -> bytes:
    widths = (16, 12, 8, 10, 24)
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + "\n"
        for row in records(25)
    ).encode()


def _json() -> bytes:
    return b"".join(
        json.dumps({"properties": dict(zip(NAMES, row, strict=True))}).encode() + b"\n" for row in records(25)
    )


def _parquet() -> bytes:
    stream = io.BytesIO()
    columns = dict(zip(NAMES, zip(*records(25), strict=True), strict=True))
    pq.write_table(
        pa.table({name: list(cells) for name, cells in columns.items()}), stream, write_page_checksum=True
    )
    return stream.getvalue()


def _zstd(content: bytes) -> bytes:
    packed: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return packed


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", delimited(",", csv.QUOTE_MINIMAL))
    return stream.getvalue()


PATHS = ", ".join(f'"properties.{name}" = "{name}"' for name in NAMES)
COLUMNS = ", ".join(f'"{name}"' for name in NAMES)
KINDS = {
    "csv": (lambda: delimited(",", csv.QUOTE_ALL), "", ""),
    "psv": (lambda: delimited("|", csv.QUOTE_MINIMAL), 'type = "psv"', ""),
    "backslash": (lambda: delimited(",", csv.QUOTE_ALL), 'escape = "\\\\"', ""),
    "utf-16": (lambda: delimited(",", csv.QUOTE_MINIMAL).decode().encode("utf-16"), 'encoding = "utf-16"', ""),
    "cp1252": (lambda: delimited(",", csv.QUOTE_MINIMAL), 'encoding = "cp1252"', ""),
    "fixed": (_fixed, f'type = "fixed", columns = [{COLUMNS}], widths = [16, 12, 8, 10, 24]', ""),
    "jsonl": (_json, 'type = "jsonl"', PATHS),
    "parquet": (_parquet, 'type = "parquet"', ""),
    "gzip": (lambda: gzip.compress(delimited(",", csv.QUOTE_MINIMAL), mtime=0), 'compression = "gzip"', ""),
    "zstd": (lambda: _zstd(delimited(",", csv.QUOTE_MINIMAL)), 'compression = "zstd"', ""),
    "zip": (_zip, 'compression = "zip"', ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(done=changes)
def test_records_and_money_balance_whatever_becomes_of_a_file(
    sender: Sender, kind: str, done: list[Change]
) -> None:
    """Seen is accepted and refused; the results file has a line for every record, or one for the whole file."""
    make, form, columns = KINDS[kind]
    case = Case(0, kind, corrupted(make(), done), [], format=form, columns=columns)
    summary, staged, answer = sender.send(case)
    rows = staged.rows()
    if summary.status == "refused":
        assert rows.height == 0
        assert [line[0] for line in answer[1:]] == ["refused"]
        return
    assert summary.records == rows.height + summary.refused
    assert staged.refusals()["record_number"].n_unique() == summary.refused
    kept = {
        code: sum(rows.filter(rows["currency"] == code)["amount_minor"].drop_nulls())
        for code in summary.money_seen
    }
    for code, (seen, _) in summary.money_seen.items():
        assert seen == kept[code] + summary.money_refused.get(code, [0])[0]
    assert len(answer) == summary.records + 1
    refused = set(staged.refusals()["record_number"].to_list())
    for number, line in enumerate(answer[1:], start=1):
        assert line[0] == ("refused" if number in refused else "accepted")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_corrupted_is_whole_before(sender: Sender, kind: str) -> None:
    make, form, columns = KINDS[kind]
    summary, _, _ = sender.send(Case(0, kind, make(), [], format=form, columns=columns))
    assert (summary.records, summary.refused) == (25, 0)
    assert summary.money_seen == {"USD": [sum(int(row[3].replace(".", "")) for row in records(25)), 25]}
