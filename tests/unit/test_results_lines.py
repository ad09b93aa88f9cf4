"""The lines of a results file do not depend on how the sender's bytes fall into blocks and runs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.intake.csv_reader import CsvReader
from matchback.intake.record_answers import Answers
from matchback.intake.results_lines import _csv_lines
from matchback.intake.staging_files import FrameFile

PIECES = [
    b"1,2",
    b"1,2\n",
    b"3,4\n",
    b"5,6\r\n",
    b'7,"a\nb"\n',
    b'7,"a""b"\n',
    b"\n",
    b"\r\n",
    b"x\n",
    b'"',
    b'8,"c\r\nd"\r\n',
]
contents = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)


def answers_for(folder: Path, duplicates: list[int]) -> Answers:
    file = FrameFile(folder / "outcomes")
    shape = {"record_number": pl.Int64, "status": pl.String}
    file.append(
        pl.DataFrame({"record_number": duplicates, "status": ["duplicate"] * len(duplicates)}, schema=shape)
    )
    file.close()
    return Answers("accepted", None, folder / "outcomes")


@settings(max_examples=200, deadline=None)
@given(contents, st.sets(st.integers(1, 30)), st.integers(3, 60))
def test_every_record_keeps_its_bytes_behind_its_answer(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, duplicates: set[int], block_bytes: int
) -> None:
    """Runs of lines, quoted line ends, blank lines and both line ends: as if each record were written alone."""
    folder = tmp_path_factory.mktemp("lines")
    path = folder / "file.csv"
    path.write_bytes(b"a,b\n" + content)
    whole = CsvReader(path, FileFormat())
    records = [
        buffer[start:end]
        for buffer, split, _ in whole._splits()
        for start, end in zip(split.starts.tolist(), split.ends.tolist(), strict=True)
    ]
    prefixes = {True: b"duplicate,delivered before; counted once,", False: b"accepted,,"}
    expected = [
        prefixes[number in duplicates] + record + b"\n" for number, record in enumerate(records, start=1)
    ]
    reader = CsvReader(path, FileFormat(), block_bytes=block_bytes)
    lines = b"".join(_csv_lines(reader, answers_for(folder, sorted(duplicates))))
    assert lines == b"matchback_status,matchback_message,a,b\n" + b"".join(expected)
    assert list(CsvReader(path, FileFormat(), block_bytes=block_bytes).raw_records()) == records
