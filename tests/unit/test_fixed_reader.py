"""Fixed width: columns are cut by characters, every line is accounted for, and two readings agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.intake.fixed_reader import FixedReader
from matchback.intake.plain_text import prepare_text
from matchback.intake.records import UnreadableFile

FORM = FileFormat(type="fixed", columns=["id", "", "amount", "name"], widths=[4, 2, 8, 6])
Outcome = tuple[list[tuple[int, int, tuple[str, ...]]], list[tuple[int, int, str]]]


def read(
    folder: Path, content: bytes, form: FileFormat = FORM, *, block_bytes: int = 1 << 20, slow: int = 0
) -> Outcome:
    """Return (record, line, cells) of the good records, and (record, line, reason) of the refused."""
    path = folder / "file.txt"
    path.write_bytes(content)
    reader = FixedReader(prepare_text(path, form, folder), form, block_bytes=block_bytes)
    good: list[tuple[int, int, tuple[str, ...]]] = []
    refused: list[tuple[int, int, str]] = []
    for block in reader.blocks(money_column="amount"):
        good += list(
            zip(block.record_numbers.tolist(), block.line_numbers.tolist(), block.texts.rows(), strict=True)
        )
        refused += [(item.record_number, item.line_number, item.reason_code) for item in block.refusals]
    assert reader.counts.records == len(good) + len(refused)
    assert len(list(reader.answer_rows())) == reader.counts.records
    assert reader.counts.slow_blocks == slow
    return good, refused


def test_columns_are_cut_by_their_widths_and_lose_their_blanks(tmp_path: Path) -> None:
    """Filler is left out; a letter of several bytes is one character."""
    good, refused = read(tmp_path, "A1  XX   25.10Zoë   \nA2  XX    1.00Ann   \n".encode())
    assert good == [(1, 1, ("A1", "25.10", "Zoë")), (2, 2, ("A2", "1.00", "Ann"))]
    assert refused == []


@pytest.mark.parametrize(
    ("content", "good", "refused"),
    [
        (b"A1  XX   25.10Ann   \nA2  XX   25.10Ann\n", [1], [(2, 2, "record_length")]),
        (b"A1  XX   25.10Ann    \n\nA2  XX   25.10Ann   ", [2], [(1, 1, "record_length")]),
        (b"A1  XX   25.10Ann   \r\nA2  XX   25.10Ann   \r\n", [1, 2], []),
        (b"A1  XX   25.10Ann   \rA2  XX   25.10Ann   \nA3", [1, 2], [(3, 3, "record_length")]),
        (b" " * 20 + b"\n", [1], []),
        (b"x" * (2 << 20) + b"\nA2  XX   25.10Ann   \n", [2], [(1, 1, "record_too_long")]),
    ],
)
def test_a_line_of_another_length_is_refused_alone(
    tmp_path: Path, content: bytes, good: list[int], refused: list[object]
) -> None:
    found, lost = read(tmp_path, content)
    assert [number for number, _, _ in found] == good
    assert lost == refused


def test_a_line_that_is_no_text_is_refused_alone(tmp_path: Path) -> None:
    content = b"A1  XX   25.10Zo\xeb   \nA2  XX    1.00Ann   \n"
    assert read(tmp_path, content, slow=1)[1] == [(1, 1, "bad_encoding")]
    latin = FORM.model_copy(update={"encoding": "latin-1"})
    assert [cells for _, _, cells in read(tmp_path, content, latin)[0]] == [
        ("A1", "25.10", "Zoë"),
        ("A2", "1.00", "Ann"),
    ]


def test_the_last_column_may_be_the_rest_of_the_line(tmp_path: Path) -> None:
    form = FileFormat(type="fixed", columns=["id", "amount"], widths=[3, 0])
    good, refused = read(tmp_path, b"A1 25.10\nA2 7\nA3 \nA\n", form)
    assert [cells for _, _, cells in good] == [("A1", "25.10"), ("A2", "7"), ("A3", "")]
    assert refused == [(4, 4, "record_length")]


def test_a_preamble_and_a_trailer_are_no_records(tmp_path: Path) -> None:
    form = FORM.model_copy(update={"skip_lines": 1, "trailer": "T{records}"})
    assert [line for _, line, _ in read(tmp_path, b"HDR\nA1  XX   25.10Ann   \nT1\n", form)[0]] == [2]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read(tmp_path, b"")


lines_of_bytes = st.lists(
    st.sampled_from(
        [
            *(b"A1  XX   25.10Ann   ", b"A2  XX    -3.5Bob   "),
            *(b"\n", b"\r\n", b"\r", b"\xc3\xa9", b"\xe9", b" ", b"9"),
        ]
    ),
    min_size=1,
    max_size=40,
).map(b"".join)


class OnlyStrict(FixedReader):
    """Reads line by line, as if the fast reading had failed."""

    def _cut_fast(self, *_: object) -> None:
        return None


@settings(max_examples=200, deadline=None)
@given(lines_of_bytes, st.integers(3, 60))
def test_every_line_is_accounted_for_however_the_file_is_cut(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, block_bytes: int
) -> None:
    """Records are the lines that hold anything; neither the size of blocks nor the reading changes a cell."""
    path = tmp_path_factory.mktemp("fixed") / "file.txt"
    path.write_bytes(content)
    reads = []
    for kind, size in ((FixedReader, block_bytes), (FixedReader, 1 << 20), (OnlyStrict, 1 << 20)):
        reader = kind(path, FORM, block_bytes=size)
        blocks = list(reader.blocks(money_column="amount"))
        reads.append(
            (
                [row for block in blocks for row in block.texts.rows()],
                [number for block in blocks for number in block.record_numbers.tolist()],
                [item for block in blocks for item in block.refusals],
                reader.counts.records,
                reader.counts.physical_lines,
                reader.counts.blank_lines,
            )
        )
    assert reads[0] == reads[1] == reads[2]
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert reads[0][3] == sum(1 for line in lines if line)
