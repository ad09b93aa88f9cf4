"""Reads Parquet through pyarrow, page checksums verified; every column becomes text, as the contracts' patterns expect.

Money never passes through a float's rounding unseen: what a double really holds is what the pattern judges. Times
without a zone stay without one, so that the feed's zone applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matchback.intake.money_scan import PLAIN, sum_money_texts
from matchback.intake.records import Block, Counts, UnreadableFile
from matchback.intake.unpack import Meter

if TYPE_CHECKING:
    from matchback.config import FileFormat
    from matchback.intake.control_totals import Claims

BATCH_ROWS = 100_000
MAX_COLUMNS = 2000
LEAST_CELL_BYTES = 8
MAGIC = b"PAR1"


class ParquetReader:
    """One Parquet file. `header` is known at once; `counts` is complete when `blocks` is exhausted.

    Raises UnreadableFile when nothing can be read, also while reading.
    """

    def __init__(self, path: Path, form: FileFormat, *, has_zone: bool = False) -> None:
        self.counts = Counts()
        self.claims: list[Claims] = []
        self.unknown: tuple[str, ...] = ()
        self._has_zone = has_zone
        _refuse_other_formats(path)
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
        except (pa.ArrowException, OSError):
            raise UnreadableFile("damaged_parquet", "its end is cut off or damaged") from None
        self._refuse_too_much(path.stat().st_size, form)
        self._schema = self._file.schema_arrow
        self.header = tuple(self._schema.names)

    def _refuse_too_much(self, size: int, form: FileFormat) -> None:
        """Judge by the file's own account of itself, before a page is read: a few kB can hold millions of rows."""
        rows, columns = self._file.metadata.num_rows, self._file.metadata.num_columns
        if rows > form.max_records:
            raise UnreadableFile("too_many_records", f"its feed takes {form.max_records:,}")
        if columns > MAX_COLUMNS:
            raise UnreadableFile("too_many_columns", f"it has more than {MAX_COLUMNS} columns")
        Meter(size, form).add(rows * columns * LEAST_CELL_BYTES)

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order; `texts` holds the wanted columns (default: all) as text."""
        positions = [index for index, name in enumerate(self.header) if wanted is None or name in wanted]
        self._refuse_odd_times(positions)
        if any(not _has_text(self._schema.field(index).type) for index in positions):
            raise UnreadableFile(
                "unsupported_type", "a column that is wanted holds lists, structures or bytes"
            )
        return self._blocks({index: self.header[index] for index in positions}, money_column)

    def _refuse_odd_times(self, positions: list[int]) -> None:
        """Refuse times of the old 96-bit kind: writers disagree on whether they are UTC, so a zone must be declared."""
        if self._has_zone:
            return
        wanted = {self.header[index] for index in positions}
        schema = self._file.schema
        for index in range(len(schema)):
            column = schema.column(index)
            if column.physical_type == "INT96" and column.name in wanted:
                raise UnreadableFile(
                    "unsupported_type", "its times are INT96; declare the time_zone of its feed"
                )

    def blocks_by_position(
        self, wanted: Sequence[str] | None = None
    ) -> tuple[tuple[str, ...], Iterator[Block]]:
        """Return the names of the wanted columns (default: all) that have text at all, and the records.

        In `texts` a column is called by its position in the file, since unknown columns may share a name. Decimals are
        written with all places of their column, as the sender has them.
        """
        positions = [
            index
            for index, name in enumerate(self.header)
            if (wanted is None or name in wanted) and _has_text(self._schema.field(index).type)
        ]
        names = tuple(self.header[index] for index in positions)
        return names, self._blocks({index: str(index) for index in positions}, None, all_places=True)

    def _blocks(
        self, labels: dict[int, str], money_column: str | None, *, all_places: bool = False
    ) -> Iterator[Block]:
        for batch in self._batches(sorted({self.header[index] for index in labels})):
            found = self._columns(batch, labels)
            texts = {label: _as_text(column, all_places=all_places) for label, column in found.items()}
            if money_column in texts:
                _refuse_endless(found[money_column])
                if not _sums_agree(found[money_column], texts[money_column]):
                    raise UnreadableFile("counts_disagree")
            numbers = np.arange(batch.num_rows, dtype=np.int64) + self.counts.records + 1
            self.counts.records += batch.num_rows
            frame = pl.DataFrame({label: pl.from_arrow(column) for label, column in texts.items()})
            yield Block(frame, numbers, numbers)
        if self.counts.records != self._file.metadata.num_rows:
            raise UnreadableFile("counts_disagree")

    def _columns(self, batch: Any, labels: dict[int, str]) -> dict[str, Any]:
        """Tell the columns of a batch apart: the library selects by name, and a name may stand several times."""
        places: dict[str, list[int]] = {}
        for place, name in enumerate(batch.schema.names):
            places.setdefault(name, []).append(place)
        return {
            label: batch.column(places[self.header[index]][self.header[:index].count(self.header[index])])
            for index, label in labels.items()
        }

    def _batches(self, names: list[str]) -> Iterator[Any]:
        """Read on; the library's own words stay inside, since they can quote cells."""
        batches = self._file.iter_batches(batch_size=BATCH_ROWS, columns=names, use_threads=False)
        while True:
            try:
                batch = next(batches, None)
                if batch is not None:
                    batch.validate(full=True)  # text that is no UTF-8 would break its reader later
            except (pa.ArrowException, OSError, ValueError) as error:
                if "decrypt" in str(
                    error
                ):  # the footer was in clear; the words are the library's, and stay here
                    raise UnreadableFile("encrypted_parquet") from None
                raise UnreadableFile(
                    "damaged_parquet", "a page is damaged, its checksum is wrong, or its text is not UTF-8"
                ) from None
            if batch is None:
                return
            yield batch


def _refuse_other_formats(path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile("empty_file")
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"PARE":
        raise UnreadableFile("encrypted_parquet")
    if head != MAGIC:
        raise UnreadableFile("wrong_format", "it is not Parquet")


def _has_text(kind: Any) -> bool:
    """Tell whether values of a type can be written as text."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_nested(value) or pa.types.is_binary(value) or pa.types.is_large_binary(value):
        return False
    try:
        _text_of(pa.array([], kind))
    except (pa.ArrowException, NotImplementedError):
        return False
    return True


def _as_text(column: Any, *, all_places: bool) -> Any:
    try:
        return _text_of(column, all_places=all_places)
    except (pa.ArrowException, ValueError):
        raise UnreadableFile("damaged_parquet", "a column holds values that are no text") from None


def _text_of(column: Any, *, all_places: bool = False) -> Any:
    """Return an Arrow column as text: numbers without rounding, times in ISO 8601, missing cells as NULL.

    Without `all_places`, zeros at a decimal's end are dropped: contracts judge an amount, not the scale of its column.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_timestamp(kind):
        written = pc.cast(pc.cast(column, pa.timestamp("us", tz=kind.tz), safe=False), pa.timestamp("us"))
        text = pc.strftime(written, format="%Y-%m-%dT%H:%M:%S")
        return pc.binary_join_element_wise(text, "Z", "") if kind.tz else text
    text = pc.cast(column, pa.string())
    if pa.types.is_decimal(kind) and not all_places:
        text = pc.replace_substring_regex(text, pattern=r"(\.[0-9]*?)0+$", replacement=r"\1")
        text = pc.replace_substring_regex(text, pattern=r"\.$", replacement="")
    return text


def _refuse_endless(column: Any) -> None:
    """Refuse money that is no number at all: a writer that lets it happen computed the rest as well."""
    if (
        pa.types.is_floating(column.type)
        and not pc.all(pc.is_finite(column.drop_null()), min_count=0).as_py()
    ):
        raise UnreadableFile("unsupported_type", "its money holds NaN or infinity")


def _sums_agree(column: Any, text: Any) -> bool:
    """Compare the money column's sum over the stored numbers with the sum over the text that was made of them."""
    if not (pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)):
        return True
    plain = pc.fill_null(pc.match_substring_regex(text, PLAIN), False)
    total = pc.sum(pc.cast(column.filter(plain), pa.decimal128(38, 9))).as_py()
    return int((total or 0) * 1000) == sum_money_texts(text)
