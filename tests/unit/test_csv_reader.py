"""The CSV reader loses nothing: every physical line is a header, record, refused record, control or blank line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.intake.csv_reader import CsvReader
from matchback.intake.csv_scanner import Dialect, scan_block, split_block
from matchback.intake.plain_text import prepare_text
from matchback.intake.records import UnreadableFile

Outcome = tuple[list[tuple[int, int, tuple[str, ...]]], list[tuple[int, int, str]]]


def read(path: Path, form: FileFormat | None = None, *, block_bytes: int = 1 << 20) -> Outcome:
    """Return (record, line, cells) of the good records, and (record, line, reason) of the refused."""
    reader = CsvReader(path, form or FileFormat(), block_bytes=block_bytes)
    good: list[tuple[int, int, tuple[str, ...]]] = []
    refused: list[tuple[int, int, str]] = []
    for block in reader.blocks():
        numbers, lines = block.record_numbers.tolist(), block.line_numbers.tolist()
        good += list(zip(numbers, lines, block.texts.rows(), strict=True))
        refused += [(item.record_number, item.line_number, item.reason_code) for item in block.refusals]
    assert reader.counts.records == len(good) + len(refused)
    raw = list(reader.raw_records())
    assert len(raw) == reader.counts.records
    for number, _, cells in good:
        assert tuple(cell.decode() for cell in reader.dialect.cells(raw[number - 1])) == cells
    return good, refused


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


HEADER = b"id,amt,d\n"


@pytest.mark.parametrize(
    ("content", "good", "refused"),
    [
        (b"1,2,3\n", [(1, 2, ("1", "2", "3"))], []),
        (b"1,2,3", [(1, 2, ("1", "2", "3"))], []),
        (b"", [], []),
        (
            b"1,2\n1,2,3\n4,5,6,7\n",
            [(2, 3, ("1", "2", "3"))],
            [(1, 2, "column_count"), (3, 4, "column_count")],
        ),
        (b"\n\n1,2,3\n\n", [(1, 4, ("1", "2", "3"))], []),
        (b"  \n1,2,3\n", [(2, 3, ("1", "2", "3"))], [(1, 2, "column_count")]),
        (b",,\n", [(1, 2, ("", "", ""))], []),
        (b'1,"a\nb",3\n2,2,2\n', [(1, 2, ("1", "a\nb", "3")), (2, 4, ("2", "2", "2"))], []),
        (b'1,"a""b",3\n', [(1, 2, ("1", 'a"b', "3"))], []),
        (b'1,"",""""\n', [(1, 2, ("1", "", '"'))], []),
        (b'1,"a"b,3\n2,2,2\n', [(2, 3, ("2", "2", "2"))], [(1, 2, "bad_quoting")]),
        (b"1,5'2\" tall,3\n2,2,2\n", [(2, 3, ("2", "2", "2"))], [(1, 2, "unclosed_quote")]),
        (b'1,$78.07"All-Weather, Round",3\n2,2,2\n', [(2, 3, ("2", "2", "2"))], [(1, 2, "bad_quoting")]),
        (
            b'1,"open,3\n2,2,2\n3,3,3\n',
            [(2, 3, ("2", "2", "2")), (3, 4, ("3", "3", "3"))],
            [(1, 2, "unclosed_quote")],
        ),
        (
            b'1,"open,3\n2,"x",2\n3,3,3\n',
            [(2, 3, ("2", "x", "2")), (3, 4, ("3", "3", "3"))],
            [(1, 2, "unclosed_quote")],
        ),
        (
            b"1,2,3\r\n4,5,6\n7,8,9\r\n",
            [(1, 2, ("1", "2", "3")), (2, 3, ("4", "5", "6")), (3, 4, ("7", "8", "9"))],
            [],
        ),
        (b"1,2\r,3\n2,2,2\n", [(2, 3, ("2", "2", "2"))], [(1, 2, "stray_line_end")]),
        (b"1,2,3\r4,5,6\n", [(1, 2, ("1", "2", "3")), (2, 2, ("4", "5", "6"))], []),
        (b"1,2,3\r\r\n4,5,6\r\r\n", [(1, 2, ("1", "2", "3")), (2, 3, ("4", "5", "6"))], []),
        (b"1,2,3\r4,5\n", [], [(1, 2, "stray_line_end"), (2, 2, "stray_line_end")]),
        (b'1,"a"b,3\r4,5,6\n', [], [(1, 2, "stray_line_end"), (2, 2, "stray_line_end")]),
        (b'1,"open,3\r4,5,6\n', [], [(1, 2, "stray_line_end"), (2, 2, "stray_line_end")]),
        (b'1,"a\rb",3\n', [(1, 2, ("1", "a\rb", "3"))], []),
        (b"\r\r\n1,2,3\n", [(1, 3, ("1", "2", "3"))], []),
        (b"1,\xe9,3\n2,2,2\n", [(2, 3, ("2", "2", "2"))], [(1, 2, "bad_encoding")]),
        ("1,a\u2028b\x0b\x0c\x85c,3\n".encode(), [(1, 2, ("1", "a\u2028b\x0b\x0c\x85c", "3"))], []),
        (
            b"1,2,3\nid,amt,d\n4,5,6\n",
            [(1, 2, ("1", "2", "3")), (3, 4, ("4", "5", "6"))],
            [(2, 3, "repeated_header")],
        ),
        (
            b"1,2,3\nname;town\nx;y\n",
            [(1, 2, ("1", "2", "3"))],
            [(2, 3, "column_count"), (3, 4, "column_count")],
        ),
        (b"1,2,", [(1, 2, ("1", "2", ""))], []),
        (b'1,2,"cut', [], [(1, 2, "unclosed_quote")]),
        (b"1,\x00,3\n", [(1, 2, ("1", "\x00", "3"))], []),
    ],
)
def test_a_bad_line_is_refused_alone(
    tmp_path: Path, content: bytes, good: list[object], refused: list[object]
) -> None:
    """Good records around a bad line are kept, with their record and line numbers."""
    assert read(written(tmp_path, HEADER + content)) == (good, refused)


def test_an_unclosed_quote_loses_no_other_record(tmp_path: Path) -> None:
    """DuckDB 2.0.0 lost 396,822 of 499,999 rows behind one reject here."""
    lines = b"".join(b"%d,%d,%d\n" % (number, number, number) for number in range(3, 60_000))
    good, refused = read(written(tmp_path, HEADER + b'1,2,3\n2,"unclosed,5\n' + lines))
    assert len(good) == 59_998
    assert refused == [(2, 3, "unclosed_quote")]


def test_a_field_of_many_megabytes_is_refused_alone(tmp_path: Path) -> None:
    """The record after it is read; memory does not grow with the field."""
    content = HEADER + b"1,2,3\n2," + b"x" * (9 << 20) + b",5\n4,5,6\n"
    good, refused = read(written(tmp_path, content))
    assert [cells for _, _, cells in good] == [("1", "2", "3"), ("4", "5", "6")]
    assert refused == [(2, 3, "record_too_long")]


def test_a_body_that_ends_its_lines_in_carriage_returns_only_is_refused_whole(tmp_path: Path) -> None:
    """It would be one line too long for a record, and every record of it would be lost in one refusal."""
    path = written(tmp_path, HEADER + b"1,2,3\r" * 400_000)
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert caught.value.refused.reason_code == "stray_line_end"


def test_the_last_record_is_not_lost_when_it_is_long(tmp_path: Path) -> None:
    """DuckDB 2.0.0 drops a last record longer than its buffer without a word."""
    content = HEADER + b"1,2,3\n2," + b"x" * (9 << 20) + b",5"
    assert read(written(tmp_path, content))[1] == [(2, 3, "record_too_long")]


@pytest.mark.parametrize(
    ("content", "good", "refused"),
    [
        (b'1,"say \\"hi\\", ok",3\n', [(1, 2, ("1", 'say "hi", ok', "3"))], []),
        (b'1,"back\\\\",3\n2,2,2\n', [(1, 2, ("1", "back\\", "3")), (2, 3, ("2", "2", "2"))], []),
        (b"1,a\\b,3\n", [(1, 2, ("1", "a\\b", "3"))], []),
        (b'1,"a""b",3\n2,2,2\n', [(2, 3, ("2", "2", "2"))], [(1, 2, "bad_quoting")]),
    ],
)
def test_quotes_escaped_by_a_backslash(
    tmp_path: Path, content: bytes, good: list[object], refused: list[object]
) -> None:
    """A backslash escapes inside quotes and is itself outside of them."""
    assert read(written(tmp_path, HEADER + content), FileFormat(escape="\\")) == (good, refused)


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert CsvReader(written(tmp_path, b"\xef\xbb\xbfid,d\n1,2\n"), FileFormat()).header == ("id", "d")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"\n\n\r\n", "empty_file"),
        (b"PK\x03\x04xlsx", "wrong_format"),
        (b"%PDF-1.7", "wrong_format"),
        (b"\x1f\x8b\x08zzz", "wrong_format"),
        (b"PAR1....", "wrong_format"),
        (b"<!DOCTYPE html><html>Log in</html>", "wrong_format"),
        ("id,amt\n1,2\n".encode("utf-16"), "wrong_encoding"),
        ("id,amt\n1,2\n".encode("utf-16-le"), "wrong_encoding"),
        (b"id,amt\r1,2\r3,4\r", "stray_line_end"),
        (b'id,"am\n1,2\n', "bad_header"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        CsvReader(prepare_text(written(tmp_path, content), FileFormat(), tmp_path), FileFormat())
    assert caught.value.refused.reason_code == reason


def test_declared_encodings_are_read(tmp_path: Path) -> None:
    """Undefined bytes of the declared encoding refuse their record only."""
    form = FileFormat(encoding="cp1252")
    path = written(tmp_path, "id,name\n1,Zoë €\n".encode("cp1252") + b"2,\x81\n")
    good, refused = read(prepare_text(path, form, tmp_path), form)
    assert good == [(1, 2, ("1", "Zoë €"))]
    assert refused == [(2, 3, "bad_encoding")]
    wide = FileFormat(encoding="utf-16")
    path = written(tmp_path, "id,name\n1,Zoë\n".encode("utf-16"))
    assert read(prepare_text(path, wide, tmp_path), wide)[0] == [(1, 2, ("1", "Zoë"))]


def test_gzip_is_checked_to_the_last_byte(tmp_path: Path) -> None:
    """A wrong checksum, a cut file and a bomb are refused; several members are one text."""
    form = FileFormat(compression="gzip")
    whole = gzip.compress(b"id,d\n1,2\n") + gzip.compress(b"3,4\n")
    assert len(read(prepare_text(written(tmp_path, whole), form, tmp_path), form)[0]) == 2
    flipped = bytearray(gzip.compress(b"id,d\n1,2\n"))
    flipped[-6] ^= 1
    for content in (bytes(flipped), whole[:-4], whole + b"more"):
        with pytest.raises(UnreadableFile) as caught:
            prepare_text(written(tmp_path, content), form, tmp_path)
        assert caught.value.refused.reason_code == "damaged_archive"
    bomb = gzip.compress(b"\0" * (150 << 20))
    with pytest.raises(UnreadableFile) as caught:
        prepare_text(written(tmp_path, bomb), form, tmp_path)
    assert caught.value.refused.reason_code == "inflates_too_much"


def test_the_declared_trailer_is_a_control_line(tmp_path: Path) -> None:
    form = FileFormat(trailer="TRAILER,{records},{amount}")
    reader = CsvReader(written(tmp_path, HEADER + b"1,2,3\n4,5,6\nTRAILER,2,7.00\n\n"), form)
    assert sum(block.texts.height for block in reader.blocks()) == 2
    (claims,) = reader.claims
    assert (claims.records, str(claims.amount)) == (2, "7.00")
    assert reader.counts.control_lines == 1
    with pytest.raises(UnreadableFile):
        CsvReader(written(tmp_path, HEADER + b"1,2,3\n"), form)


def test_the_money_columns_two_sums_agree_only_on_the_same_cells(tmp_path: Path) -> None:
    """Amounts in any position, quoted or not; a text that is no amount counts as nothing in both."""
    path = written(tmp_path, HEADER + b'1,25.00,3\n2,"-3.5",2\n3,x,2\n4,2.5E1,1\n5,999999999999999.999,1\n')
    reader = CsvReader(path, FileFormat())
    assert [block.texts.height for block in reader.blocks(money_column="amt")] == [5]
    assert reader.counts.slow_blocks == 0


bytes_of_csv = st.lists(
    st.sampled_from(
        [b"a", b"1.25", b",", b",", b'"', b'"', b"\n", b"\r\n", b"\r", b"\\", b"\xc3\xa9", b"\xe9"]
    ),
    max_size=60,
).map(b"".join)
dialects = st.sampled_from([Dialect(), Dialect(escape="\\"), Dialect(quote="")])


def test_a_line_end_in_a_cell_is_no_record_though_the_last_one_has_none() -> None:
    """There are as many line ends as records then, but not of the same ones."""
    split = scan_block(b'1,"x\ny",c,4\n5,6,7,8', Dialect(",", '"', '"'), 4, final=True)
    assert split is not None
    assert (split.starts.tolist(), split.lines.tolist(), split.physical_lines) == ([0, 12], [0, 2], 3)


@settings(max_examples=400, deadline=None)
@given(bytes_of_csv, dialects, st.integers(1, 4))
def test_the_fast_scanner_agrees_with_the_strict_one(content: bytes, dialect: Dialect, columns: int) -> None:
    """Where the fast scanner is sure, the strict one finds the same records, lines and reasons."""
    fast = scan_block(content, dialect, columns, final=True)
    slow = split_block(content, dialect, columns, final=True)
    assert slow.consumed == len(content)
    if fast is not None:
        assert fast.consumed == slow.consumed
        assert fast.starts.tolist() == slow.starts.tolist()
        assert fast.ends.tolist() == slow.ends.tolist()
        assert fast.lines.tolist() == slow.lines.tolist()
        assert set(fast.reasons) == set(slow.reasons)
        assert fast.physical_lines == slow.physical_lines
        assert fast.blank_lines == slow.blank_lines


@settings(max_examples=200, deadline=None)
@given(bytes_of_csv, st.sampled_from(['"', "\\"]), st.integers(3, 40))
def test_the_size_of_blocks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, escape: str, block_bytes: int
) -> None:
    """Records, lines, cells and refusals are the same however the file is cut into blocks."""
    path = written(tmp_path_factory.mktemp("blocks"), b"x,y\n" + content)
    form = FileFormat(escape=escape)
    assert read(path, form, block_bytes=block_bytes) == read(path, form)
