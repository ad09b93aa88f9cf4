"""What readers hand to validation: blocks of records, and data problems as values.

A file is read block by block. Every physical line of it lands in exactly one of: header, record, refused record,
control line, blank line; so counts can be balanced at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Refusal:
    """One reason why a record is refused. `column` is empty when the record as a whole is."""

    record_number: int
    line_number: int
    column: str
    reason_code: str


@dataclass(frozen=True)
class FileRefused:
    """Why nothing of a file can be read; a value, never an exception. `detail` holds no value of a record."""

    reason_code: str
    detail: str = ""


class UnreadableFile(Exception):
    """Carries a FileRefused out of a reader; it never leaves the intake modules."""

    def __init__(self, reason_code: str, detail: str = "") -> None:
        super().__init__(reason_code)
        self.refused = FileRefused(reason_code, detail)


@dataclass(frozen=True)
class Block:
    """Consecutive records of a file.

    `texts` has one row per well-formed record: a text column per column of the header (by its name), missing cells
    as empty text. `record_numbers` counts records from 1 through the file, refused ones included; `line_numbers` are
    physical lines from 1, the header included. `is_stripped` tells that no text begins or ends with a blank.
    """

    texts: pl.DataFrame
    record_numbers: Int64Array
    line_numbers: Int64Array
    refusals: list[Refusal] = field(default_factory=list)
    is_stripped: bool = False


@dataclass
class Counts:
    """What a reader has seen so far; complete once its blocks are exhausted.

    `notes` are codes, with details, of what the sender should know though nothing is refused for it.
    """

    records: int = 0
    control_lines: int = 0
    blank_lines: int = 0
    physical_lines: int = 0
    slow_blocks: int = 0
    notes: dict[str, str] = field(default_factory=dict)
