"""Opens an archived file as its feed declares it, and maps its header to the contract's columns, by name only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from matchback.intake.card_numbers import CardNumbers
from matchback.intake.control_totals import Claims, HashTotal, announced_claims, refuse_unless_equal
from matchback.intake.records import Block, Counts, UnreadableFile

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.contracts import Contract
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.fixed_reader import FixedReader
    from matchback.intake.json_reader import JsonReader
    from matchback.intake.parquet_reader import ParquetReader
    from matchback.intake.written_values import WrittenValues

    AnyReader = CsvReader | FixedReader | JsonReader | ParquetReader

MOST_NAMES = 20
MOST_BESIDE = 200
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_ $.()/#-]{0,63}")
_MANY_DIGITS = re.compile(r"[0-9]{5}")


class Reader(Protocol):
    """What every reader offers; `claims` and `header` are known at once, the others when `blocks` is exhausted.

    `unknown` names what the file holds beside its header (keys of JSON objects).
    """

    header: tuple[str, ...]
    counts: Counts
    claims: list[Claims]

    @property
    def unknown(self) -> Sequence[str]:
        """Names that the header does not have."""
        ...

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order."""
        ...


class DeclaredFile:
    """A file with all that its feed declares of it: a reader, words for missing cells, totals, the most records."""

    def __init__(self, reader: Reader, feed: Feed, announced: Claims | None = None) -> None:
        self._reader, self._form = reader, feed.format
        self.header, self.counts = reader.header, reader.counts
        self.claims = [*reader.claims, *([announced] if announced else [])]
        self._values = _written_values(reader.header, feed)
        headed = self._form.type == "parquet" or (self._form.type in ("csv", "psv") and self._form.header)
        self._starts_with_records = not headed
        self._cards = CardNumbers()
        summed = any(claims.hash_total is not None for claims in self.claims)
        self._hash = HashTotal() if summed else None
        if summed and feed.format.hash_column not in reader.header:
            raise UnreadableFile("missing_column", f"{feed.format.hash_column}, of the hash total")

    @property
    def unknown(self) -> Sequence[str]:
        """Names that the header does not have, once every block was read."""
        return self._reader.unknown

    def blocks(self, wanted: Sequence[str] | None = None, money_column: str | None = None) -> Iterator[Block]:
        """Yield the records in order; raises UnreadableFile."""
        names = list(self.header if wanted is None else wanted)
        column = str(self._form.hash_column)
        if self._hash and column not in names:
            names.append(column)
        beside = self._read_beside(names)
        for block in self._reader.blocks([*names, *beside], money_column):
            if self.counts.records > self._form.max_records:
                raise UnreadableFile("too_many_records", f"its feed takes {self._form.max_records:,}")
            if self._hash:
                self._hash.add(block.texts[column])
            if beside:
                self._cards.add(block.texts.select(beside))
                texts = block.texts.drop(beside)
                block = Block(texts, block.record_numbers, block.line_numbers, block.refusals)
            yield self._rewritten(block)
        if self._starts_with_records and not self.counts.records and not self.counts.control_lines:
            raise UnreadableFile("empty_file")

    def _read_beside(self, names: Sequence[str]) -> list[str]:
        """Return the columns that nothing takes and that are looked through all the same; nothing of them is kept."""
        if self._form.type not in ("csv", "psv", "fixed"):
            return []
        unknown = dict.fromkeys(name for name in self.header if name and name not in names)
        return list(unknown)[:MOST_BESIDE]

    def _rewritten(self, block: Block) -> Block:
        """Return the block with empty cells for what the feed calls missing, and values as the contract writes them."""
        import polars as pl

        if not self._form.missing and self._values is None:
            return block
        texts = block.texts
        if self._form.missing:
            cells = pl.all().str.strip_chars(" \t").is_in(self._form.missing)
            texts = texts.with_columns(pl.when(~cells).then(pl.all()).otherwise(pl.lit("")))
        if self._values is not None:
            texts = self._values.rewrite(texts)
        return Block(texts, block.record_numbers, block.line_numbers, block.refusals)

    def refuse_wrong_totals(self, amounts: dict[str, Decimal]) -> None:
        """Compare every claim with what was read, once it is; `amounts` is money in major units, by currency."""
        for claims in self.claims:
            refuse_unless_equal(claims, self.counts.records, amounts, self._hash)

    def notes(self, unknown_columns: Sequence[str]) -> list[tuple[str, str]]:
        """Return what the sender should know though nothing is refused, as (code, detail)."""
        found = list(self.counts.notes.items())
        names = [*unknown_columns, *self.unknown]
        if names:
            found.append(("unknown_columns", shown_names(names)))
        cards = [*self._cards.columns(), *getattr(self._reader, "card_keys", ())]
        if cards:
            found.append(("card_numbers", shown_names(cards)))
        if not self.counts.records:
            found.append(("no_records", ""))
        return found


def _written_values(header: Sequence[str], feed: Feed) -> WrittenValues | None:
    if (feed.format.decimal, feed.format.thousands, feed.format.times) == (".", "", "iso"):
        return None
    from matchback.intake.contracts import feed_contract
    from matchback.intake.written_values import WrittenValues

    return WrittenValues(header, feed, feed_contract(feed))


def shown_names(names: Sequence[str]) -> str:
    """Return names of the sender's columns for people; what does not look like a name could be somebody's data."""
    plain = [name for name in names if _NAME.fullmatch(name) and not _MANY_DIGITS.search(name)]
    words = plain[:MOST_NAMES]
    more = len(names) - len(words)
    return ", ".join(words + ([f"{more} more that are not shown"] if more else []))


@dataclass(frozen=True)
class HeaderMap:
    """Which column of the file fills which column of the contract, and the names that nothing takes."""

    names: dict[str, str]
    unknown: tuple[str, ...]

    def source_of(self, column: str) -> str | None:
        """Return the file's name of a contract column."""
        return next((name for name, target in self.names.items() if target == column), None)


def open_file(
    path: Path,
    feed: Feed,
    scratch: Path,
    *,
    root: Path = Path(),
    announced: Mapping[str, str] | None = None,
) -> DeclaredFile:
    """Open a file with everything that its feed declares of it; `announced` is what a manifest says of it.

    Raises UnreadableFile.
    """
    claims = announced_claims(announced or {})
    return DeclaredFile(open_reader(path, feed, scratch, root=root), feed, claims)


def open_reader(path: Path, feed: Feed, scratch: Path, *, root: Path = Path()) -> AnyReader:
    """Open a file; `scratch` is a folder for an unpacked or recoded copy, `root` the workspace.

    Raises UnreadableFile.
    """
    form = feed.format
    if form.type == "parquet":
        from matchback.intake.parquet_reader import ParquetReader
        from matchback.intake.unpack import unpack

        return ParquetReader(unpack(path, form, scratch, root), form, has_zone=feed.time_zone is not None)
    from matchback.intake.plain_text import prepare_text

    text = prepare_text(path, form, scratch, root)
    if form.type == "fixed":
        from matchback.intake.fixed_reader import FixedReader

        return FixedReader(text, form)
    if form.type == "jsonl":
        from matchback.intake.contracts import feed_contract
        from matchback.intake.json_reader import JsonReader

        return JsonReader(text, form, feed.columns, [column.name for column in feed_contract(feed).columns])
    from matchback.intake.csv_reader import CsvReader

    return CsvReader(text, form)


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
        needed = column.required or (aliases and column.name not in feed.optional)
        if needed and column.name not in present and column.name not in feed.constants:
            missing.append(" or ".join(aliases) if aliases else column.name)
    if missing:
        words = ", ".join(missing)
        raise UnreadableFile("missing_column", f"{words} (names are compared letter by letter)")
