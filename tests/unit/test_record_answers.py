"""What is said of each record is the same for whatever blocks it is asked in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matchback.intake.record_answers import MESSAGES, Answers
from matchback.intake.staging_files import FrameFile

REFUSED = [
    (2, "not_money", "b: no amount"),
    (2, "not_a_date", "a: no date"),
    (2, "not_a_date", "a: no date"),
    (5, "column_count", "other columns"),
    (6, "not_money", "b: no amount"),
    (9, "not_money", "b: no amount"),
]
UNACCEPTED = [(3, "duplicate"), (7, "waiting"), (8, "conflict")]
EXPECTED = {
    1: ("accepted", ""),
    2: ("refused", "a: no date; b: no amount"),
    3: ("duplicate", MESSAGES["duplicate"]),
    4: ("accepted", ""),
    5: ("refused", "other columns"),
    6: ("refused", "b: no amount"),
    7: ("waiting", MESSAGES["waiting"]),
    8: ("conflict", MESSAGES["conflict"]),
    9: ("refused", "b: no amount"),
    10: ("accepted", ""),
}


def in_blocks(path: Path, rows: list[tuple[object, ...]], columns: list[str], size: int) -> Path:
    file = FrameFile(path)
    for first in range(0, len(rows), size):
        file.append(pl.DataFrame(rows[first : first + size], schema=columns, orient="row"))
    file.close()
    return path


@pytest.mark.parametrize("asked", [1, 2, 3, 10])
@pytest.mark.parametrize("staged", [1, 2, 4, 100])
def test_answers_do_not_depend_on_blocks(tmp_path: Path, asked: int, staged: int) -> None:
    """All reasons of a record make one answer, even where they lie in two blocks."""
    refusals = in_blocks(
        tmp_path / "refusals", list(REFUSED), ["record_number", "reason_code", "message"], staged
    )
    unaccepted = in_blocks(tmp_path / "others", list(UNACCEPTED), ["record_number", "status"], staged)
    answers = Answers("accepted", refusals, unaccepted)
    found = {}
    for first in range(1, 11, asked):
        numbers = np.arange(first, min(first + asked, 11), dtype=np.int64)
        for number, code in zip(numbers.tolist(), answers.of(numbers).tolist(), strict=True):
            found[number] = answers.said[code]
    assert {number: (answer.status, answer.message) for number, answer in found.items()} == EXPECTED
    assert [number for number, answer in found.items() if answer.is_broken] == [5]


def test_records_that_are_not_asked_for_are_passed_over(tmp_path: Path) -> None:
    """A Parquet block can leave records out."""
    unaccepted = in_blocks(tmp_path / "others", list(UNACCEPTED), ["record_number", "status"], 2)
    answers = Answers("accepted", None, unaccepted)
    codes = answers.of(np.array([1, 2, 4, 8], dtype=np.int64))
    assert [answers.said[code].status for code in codes] == ["accepted", "accepted", "accepted", "conflict"]
