"""Opens an archived file as its feed declares it, with its totals, its words for missing cells and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from matchback.intake.card_numbers import CardNumbers
from matchback.intake.control_totals import Claims, HashTotal, announced_claims, refuse_unless_equal
from matchback.intake.headers import HeaderMap as HeaderMap
from matchback.intake.headers import map_header as map_header
from matchback.intake.headers import shown_names
from matchback.intake.records import Block, Counts, UnreadableFile

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.csv_reader import CsvReader
    from matchback.intake.fixed_reader import FixedReader
    from matchback.intake.json_reader import JsonReader
    from matchback.intake.parquet_reader import ParquetReader
    from matchback.intake.written_values import WrittenValues

    AnyReader = CsvReader | FixedReader | JsonReader | ParquetReader

MOST_BESIDE = 200


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
        self._ignored = feed.ignore
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

    def notes(self, unknown_columns: Sequence[str], *, show: bool = True) -> list[tuple[str, str]]:
        """Return what the sender should know though nothing is refused, as (code, detail).

        Without `show`, names are counted alone: where no record is good, they could be values too.
        """
        found = list(self.counts.notes.items())
        keys = [name for name in self.unknown if name not in self._ignored]
        if unknown_columns or keys:
            found.append(("unknown_columns", shown_names(unknown_columns, keys, show=show)))
        card_keys = getattr(self._reader, "card_keys", ())
        cards = self._cards.columns()
        if cards or card_keys:
            found.append(("card_numbers", shown_names(cards, card_keys, show=show)))
        if not self.counts.records:
            found.append(("no_records", ""))
        return found


def _written_values(header: Sequence[str], feed: Feed) -> WrittenValues | None:
    if (feed.format.decimal, feed.format.thousands, feed.format.times) == (".", "", "iso"):
        return None
    from matchback.intake.contracts import feed_contract
    from matchback.intake.written_values import WrittenValues

    return WrittenValues(header, feed, feed_contract(feed))


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
    claims = announced_claims(announced or {}, feed.format)
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
