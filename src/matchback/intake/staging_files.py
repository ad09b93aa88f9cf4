"""Frames in a file, appended and read batch by batch: what is staged of a large file is never in memory whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class FrameFile:
    """An Arrow file of frames of one shape; each frame that is appended is one batch of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: Any = None

    def append(self, frame: pl.DataFrame) -> None:
        """Append a frame, even one without rows."""
        import polars as pl
        import pyarrow as pa

        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pa.ipc.new_file(
                str(self.path), table.schema
            )  # most of it are hashes: nothing to compress
        # To combine one chunk copies it.
        arrays = [
            column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=table.schema))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def frames_of(path: Path) -> Iterator[pl.DataFrame]:
    """Yield the frames of a file, one batch at a time."""
    import polars as pl
    import pyarrow as pa

    with pa.OSFile(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            frame = pl.from_arrow(reader.get_batch(number))
            assert isinstance(frame, pl.DataFrame)
            yield frame
