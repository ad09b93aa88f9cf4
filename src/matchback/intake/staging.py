"""What validation leaves for load: fact rows, vault rows, refusals and counts of one file, in the protected area.

A staged result is written aside and renamed, so that it is there whole or not at all; staging a file again replaces it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from matchback import __version__
from matchback.config import Config
from matchback.keys import secret_fingerprint

if TYPE_CHECKING:
    import polars as pl

WAITS_FOR = "waits_for.txt"
SUMMARY, ROWS, IDENTIFIERS, REFUSALS = "summary.json", "rows.arrow", "identifiers.arrow", "refusals.arrow"


@dataclass(frozen=True)
class StagedSummary:
    """Counts of one validated file. Money is {currency: [amount_minor, records]} of the records that hold an amount.

    `made_from` tells the configuration, secret and code that it rests on.
    `columns` tells the file's columns, as `arrivals.describe_columns` does. `status` is valid or refused; of a refused file (`reason_code`, `detail`) every record counts as refused.
    """

    file_id: str
    feed_id: str
    kind: str
    made_from: str
    status: str
    reason_code: str = ""
    detail: str = ""
    records: int = 0
    refused: int = 0
    control_lines: int = 0
    blank_lines: int = 0
    unknown_columns: int = 0
    columns: str | None = None
    notes: list[str] = field(default_factory=list)
    purpose: str = ""
    money_seen: dict[str, list[int]] = field(default_factory=dict)
    money_refused: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class StagedFile:
    """A staged result on disk."""

    folder: Path

    def summary(self) -> StagedSummary | None:
        """Return the counts, or None if the file is not staged."""
        try:
            text = (self.folder / SUMMARY).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return StagedSummary(**json.loads(text))

    def rows(self) -> pl.DataFrame:
        """Return the fact rows."""
        return self._read(ROWS)

    def identifiers(self) -> pl.DataFrame:
        """Return the vault rows."""
        return self._read(IDENTIFIERS)

    def refusals(self) -> pl.DataFrame:
        """Return the refusals."""
        return self._read(REFUSALS)

    def _read(self, name: str) -> pl.DataFrame:
        import polars as pl

        return pl.read_ipc(self.folder / name)

    def write(
        self, summary: StagedSummary, rows: pl.DataFrame, identifiers: pl.DataFrame, refusals: pl.DataFrame
    ) -> None:
        """Write the result aside, where `begin` made room, and rename it into its place."""
        for name, frame in ((ROWS, rows), (IDENTIFIERS, identifiers), (REFUSALS, refusals)):
            frame.write_ipc(self._aside / name, compression="lz4")
        (self._aside / SUMMARY).write_text(json.dumps(asdict(summary)), encoding="utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        self._aside.replace(self.folder)

    @property
    def _aside(self) -> Path:
        return self.folder.with_name(self.folder.name + ".part")

    def begin(self) -> Path:
        """Make and return an empty folder aside; validation may put copies there, `write` makes it the result."""
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(mode=0o700, parents=True)
        return self._aside

    def note_waiting(self, words: str) -> None:
        """Keep why the file is not loaded though it is valid."""
        (self.folder / WAITS_FOR).write_text(words, encoding="utf-8")

    def waits_for(self) -> str | None:
        """Return why the file waits, if it was held back."""
        path = self.folder / WAITS_FOR
        return path.read_text(encoding="utf-8") if path.exists() else None

    def remove(self) -> None:
        """Forget the result; load needs it no more."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self._aside, ignore_errors=True)


def staging_basis(config: Config, secret: bytes) -> str:
    """Return the hash of all that a staged result rests on beside the file's bytes: another basis, another result."""
    parts = (config.hash, secret_fingerprint(secret), __version__)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def staged_file(staging: Path, file_id: str) -> StagedFile:
    """Return where the result of a file stands (or will)."""
    assert file_id.isalnum()
    return StagedFile(staging / file_id)
