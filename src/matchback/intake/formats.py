"""Opens an archived file as its feed declares it, and maps its header to the contract's columns, by name only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from matchback.intake.records import Block, Counts, UnreadableFile

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.contracts import Contract
    from matchback.intake.csv_reader import CsvReader, Trailer
    from matchback.intake.parquet_reader import ParquetReader


class Reader(Protocol):
    """What both readers offer."""

    header: tuple[str, ...]
    counts: Counts
    trailer: Trailer | None

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order."""
        ...


@dataclass(frozen=True)
class HeaderMap:
    """Which column of the file fills which column of the contract, and the names that nothing takes."""

    names: dict[str, str]
    unknown: tuple[str, ...]

    def source_of(self, column: str) -> str | None:
        """Return the file's name of a contract column."""
        return next((name for name, target in self.names.items() if target == column), None)


def open_reader(path: Path, feed: Feed, scratch: Path) -> CsvReader | ParquetReader:
    """Open a file; `scratch` is a folder for an inflated or recoded copy. Raises UnreadableFile."""
    if feed.format.type == "parquet":
        from matchback.intake.parquet_reader import ParquetReader

        return ParquetReader(path)
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.plain_text import prepare_text

    return CsvReader(prepare_text(path, feed.format, scratch), feed.format)


def map_header(header: Sequence[str], feed: Feed, contract: Contract) -> HeaderMap:
    """Match the header with the declared names, exactly; raises UnreadableFile naming what is missing.

    Names of the file's own are never quoted in a refusal: where the header is missing they are somebody's data.
    """
    names: dict[str, str] = {}
    unknown: list[str] = []
    for position, name in enumerate(header, start=1):
        target = feed.columns.get(name) or (name if contract.column(name) else None)
        if target is None:
            unknown.append(name)
            continue
        if target in names.values() or name in names:
            raise UnreadableFile("repeated_column", f"column {position} is {target} again")
        names[name] = target
    _refuse_missing(names, feed, contract)
    return HeaderMap(names, tuple(unknown))


def _refuse_missing(names: dict[str, str], feed: Feed, contract: Contract) -> None:
    present = set(names.values())
    missing = []
    for column in contract.columns:
        aliases = [alias for alias, target in feed.columns.items() if target == column.name]
        needed = column.required or aliases
        if needed and column.name not in present and column.name not in feed.constants:
            missing.append(" or ".join(aliases) if aliases else column.name)
    if missing:
        words = ", ".join(missing)
        raise UnreadableFile("missing_column", f"{words} (names are compared letter by letter)")
