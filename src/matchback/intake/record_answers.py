"""What a results file says of each record, read as two sorted streams: the refusals, and the good records not accepted.

Nothing is held for a whole file: a block of records asks for its own answers, in input order, each block once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.intake.staged_rows import batches

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from matchback.intake.records import Int64Array

    CodeArray = npt.NDArray[np.int32]

MESSAGES = {
    "accepted": "",
    "duplicate": "delivered before; counted once",
    "conflict": "another record with this id says something else; neither counts until a correction record is sent "
    "(action correct or cancel)",
    "waiting": "corrects or cancels a record that has not arrived yet",
}
NO_RECORD = (
    "column_count",
    "bad_quoting",
    "unclosed_quote",
    "stray_line_end",
    "record_too_long",
    "bad_encoding",
)
"""Reasons for which a record could not be split into cells; of the others the sender's own bytes stand."""


@dataclass(frozen=True)
class Answer:
    """Status and message of a record; `is_broken` when it could not be split into cells."""

    status: str
    message: str
    is_broken: bool = False


class Answers:
    """The answers to the records of one file. `said` holds each different one; records have its place therein."""

    def __init__(self, usual: str, refusals: Path | None, unaccepted: Path | None) -> None:
        self.said = [Answer(usual, MESSAGES[usual])]
        self._codes: dict[Answer, int] = {self.said[0]: 0}
        self._streams = [
            stream
            for stream in (
                _Ahead(self._refused(refusals)) if refusals else None,
                _Ahead(self._unaccepted(unaccepted)) if unaccepted else None,
            )
            if stream
        ]

    def of(self, numbers: Int64Array) -> CodeArray:
        """Return the place in `said` of the answers to some records; they are asked for in input order, each once."""
        import numpy as np

        codes = np.zeros(len(numbers), dtype=np.int32)
        if len(numbers):
            for stream in self._streams:
                for found, said in stream.up_to(int(numbers[-1])):
                    places = np.searchsorted(numbers, found)
                    is_asked = numbers[places] == found
                    codes[places[is_asked]] = said[is_asked]
        return codes

    def _code(self, answer: Answer) -> int:
        code = self._codes.setdefault(answer, len(self.said))
        if code == len(self.said):
            self.said.append(answer)
        return code

    def _refused(self, path: Path) -> Iterator[tuple[Int64Array, CodeArray]]:
        """Yield refused records and their answers; all reasons of a record make one message, in order of words."""
        import numpy as np

        known: dict[tuple[tuple[str, str], ...], int] = {}
        for numbers, reasons in _whole_records(path):
            starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
            ends = np.append(starts[1:], len(numbers))
            codes = np.empty(len(starts), dtype=np.int32)
            for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
                key = tuple(reasons[start:end])
                if key not in known:
                    message = "; ".join(sorted({message for _, message in key}))
                    known[key] = self._code(
                        Answer("refused", message, any(reason in NO_RECORD for reason, _ in key))
                    )
                codes[place] = known[key]
            yield numbers[starts], codes

    def _unaccepted(self, path: Path) -> Iterator[tuple[Int64Array, CodeArray]]:
        import numpy as np

        for batch in batches(path):
            status = batch.column("status").dictionary_encode()
            codes = [self._code(Answer(word, MESSAGES[word])) for word in status.dictionary.to_pylist()]
            places = status.indices.to_numpy(zero_copy_only=False)
            yield batch.column("record_number").to_numpy(), np.array(codes, dtype=np.int32)[places]


class _Ahead:
    """A stream of sorted record numbers and codes, taken as far as it is asked for."""

    def __init__(self, parts: Iterator[tuple[Int64Array, CodeArray]]) -> None:
        self._parts = parts
        self._next = next(parts, None)

    def up_to(self, last: int) -> Iterator[tuple[Int64Array, CodeArray]]:
        import numpy as np

        while self._next is not None:
            numbers, codes = self._next
            cut = int(np.searchsorted(numbers, last, side="right"))
            yield numbers[:cut], codes[:cut]
            if cut < len(numbers):
                self._next = numbers[cut:], codes[cut:]
                return
            self._next = next(self._parts, None)


def _whole_records(path: Path) -> Iterator[tuple[Int64Array, list[tuple[str, str]]]]:
    """Yield the refusals, (reason, message), with their record numbers; no record stands in two parts."""
    import numpy as np

    numbers: Int64Array = np.empty(0, dtype=np.int64)
    reasons: list[tuple[str, str]] = []
    for batch in batches(path):
        words = (batch.column(name).to_pylist() for name in ("reason_code", "message"))
        numbers = np.concatenate((numbers, batch.column("record_number").to_numpy()))
        reasons += zip(*words, strict=True)
        whole = int(np.searchsorted(numbers, numbers[-1]))
        if whole:
            yield numbers[:whole], reasons[:whole]
            numbers, reasons = numbers[whole:], reasons[whole:]
    if len(numbers):
        yield numbers, reasons
