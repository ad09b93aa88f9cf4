"""What validation leaves for load: fact rows, vault rows, refusals and counts of one file, in the protected area.

A staged result is written aside and renamed, so that it is there whole or not at all; staging a file again replaces it.
Each process writes into a folder of its own, which it holds locked: two that stage one file do not meet (a run beside a
run, a task that was given up and wakes again), and what a killed one left is swept.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from matchback import __version__
from matchback.config import Config
from matchback.intake.identifier_profiles import named_profiles
from matchback.intake.reasons import record_message
from matchback.intake.records import Refusal
from matchback.intake.staging_files import FrameFile, frames_of
from matchback.keys import secret_fingerprint

if TYPE_CHECKING:
    import polars as pl

    from matchback.intake.vault_rows import VaultRows

WAITS_FOR = "waits_for.txt"
PART = ".part"
SUMMARY, ROWS, IDENTIFIERS, REFUSALS = "summary.json", "rows.arrow", "identifiers.arrow", "refusals.arrow"


@dataclass(frozen=True)
class StagedSummary:
    """Counts of one validated file. Money is {currency: [amount_minor, records]} of the records that hold an amount.

    `made_from` tells the configuration, secret and code that it rests on.
    `columns` tells the file's columns, as `arrivals.describe_columns` does. `status` is valid or refused; of a refused
    file (`reason_code`, `detail`) every record counts as refused.
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

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """Make an empty folder for validation to write to; `finish` makes it the result, else it goes at the end."""
        folder, held = _own_folder(self.folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)

    def finish(self, summary: StagedSummary, aside: Path) -> None:
        """Make what stands aside the result; all but the result goes. One that is the same already stays."""
        for leftover in aside.iterdir():
            if leftover.name not in (ROWS, IDENTIFIERS, REFUSALS):
                leftover.unlink()
        (aside / SUMMARY).write_text(json.dumps(asdict(summary)), encoding="utf-8")
        while self.summary() != summary:
            with self.aside() as former, suppress(FileNotFoundError):
                self.folder.rename(former / "result")
            try:
                aside.rename(self.folder)
                return
            except OSError as error:  # another process was faster: look at what it put there
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                    raise

    def refuse(self, reason_code: str, detail: str) -> StagedSummary:
        """Refuse a valid result as a whole after all, every record of it; return its new counts."""
        summary = self.summary()
        assert summary is not None and summary.status == "valid"
        refused = replace(
            summary,
            status="refused",
            reason_code=reason_code,
            detail=detail,
            refused=summary.records,
            money_refused=summary.money_seen,
        )
        with self.aside() as aside:
            for name in (ROWS, IDENTIFIERS, REFUSALS):
                shutil.copyfile(self.folder / name, aside / name)
            StagingWriter(aside).refuse_all()
            self.finish(refused, aside)
        return refused

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
        _sweep(self.folder)


class StagingWriter:
    """Writes a result block by block into the folder aside: of each file of it, one batch a block."""

    def __init__(self, aside: Path) -> None:
        self._rows = FrameFile(aside / ROWS)
        self._identifiers = FrameFile(aside / IDENTIFIERS)
        self._refusals = FrameFile(aside / REFUSALS)
        self.blocks = 0

    def append(self, rows: pl.DataFrame, identifiers: pl.DataFrame, refusals: list[Refusal]) -> None:
        """Append what became of one block."""
        self._rows.append(rows)
        self._identifiers.append(identifiers)
        self._refusals.append(refusal_rows(refusals))
        self.blocks += 1

    def close(self, vault: VaultRows | None = None) -> None:
        """Finish the files. Without a vault, the file is refused: its good records are too, and nothing else stays."""
        if not self.blocks:
            import polars as pl

            from matchback.intake.vault_rows import IDENTIFIER_SHAPE

            self.append(pl.DataFrame(), pl.DataFrame(schema=IDENTIFIER_SHAPE), [])
        files = (self._rows, self._identifiers, self._refusals)
        for file in files:
            file.close()
        if vault is None:
            self.refuse_all()
        else:
            vault.finish(self._identifiers.path)

    def refuse_all(self) -> None:
        """Let every record be refused; blocks of rows and of refusals go in step."""
        whole = FrameFile(self._refusals.path.with_suffix(".whole"))
        empty = None
        pairs = zip(frames_of(self._rows.path), frames_of(self._refusals.path), strict=True)
        for rows, refusals in pairs:
            empty = rows.clear() if empty is None else empty
            whole.append(_with_good_ones(rows, refusals))
        whole.close()
        whole.path.replace(self._refusals.path)
        assert empty is not None
        self._rows.append(empty)
        self._rows.close()
        self._identifiers.append(next(frames_of(self._identifiers.path)).clear())
        self._identifiers.close()


def refusal_rows(refusals: Iterable[Refusal]) -> pl.DataFrame:
    """Return refusals as they are staged: sorted, each once, with their words."""
    import polars as pl

    rows = sorted(
        {(item.record_number, item.line_number, item.column, item.reason_code) for item in refusals}
    )
    words = {(row[2], row[3]): record_message(row[3], row[2]) for row in rows}
    columns: list[Sequence[object]] = list(zip(*rows, strict=True)) or [(), (), (), ()]
    shape = {"record_number": pl.Int64, "line_number": pl.Int64, "column_name": pl.String}
    shape |= {"reason_code": pl.String, "message": pl.String}
    messages = [words[row[2], row[3]] for row in rows]
    return pl.DataFrame(dict(zip(shape, [*columns, messages], strict=True)), schema=shape)


def _with_good_ones(rows: pl.DataFrame, refusals: pl.DataFrame) -> pl.DataFrame:
    """Return the refusals of a block with those of its good records, in the order of the records."""
    import polars as pl

    if not rows.width:
        return refusals
    good = rows.select(
        "record_number",
        "line_number",
        pl.lit("").alias("column_name"),
        pl.lit("file_refused").alias("reason_code"),
        pl.lit(record_message("file_refused", "")).alias("message"),
    )
    return pl.concat([refusals, good]).sort("record_number", maintain_order=True)


def staging_basis(config: Config, secret: bytes) -> str:
    """Return the hash of all that a staged result rests on beside the file's bytes: another basis, another result."""
    profiles = json.dumps(named_profiles(config.identifiers.email), sort_keys=True)
    parts = (config.hash, secret_fingerprint(secret), __version__, profiles)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _own_folder(beside: Path) -> tuple[Path, int]:
    """Make an empty folder beside one, and hold it locked; return it with the descriptor that holds it."""
    _sweep(beside)
    beside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        made = Path(tempfile.mkdtemp(prefix=beside.name + ".", suffix=PART, dir=beside.parent))
        if (held := _hold(made)) is not None:
            return made, held


def _hold(folder: Path) -> int | None:
    """Lock a folder; return the descriptor, None if another process holds it or has swept it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == os.stat(folder).st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _sweep(beside: Path) -> None:
    """Remove the folders that killed processes left beside a result: those that nobody holds."""
    for left in beside.parent.glob(f"{glob.escape(beside.name)}.*{PART}"):
        if (held := _hold(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)


def staged_file(staging: Path, file_id: str) -> StagedFile:
    """Return where the result of a file stands (or will)."""
    assert file_id.isalnum()
    return StagedFile(staging / file_id)
