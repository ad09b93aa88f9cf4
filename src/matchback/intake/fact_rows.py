"""From checked records to fact rows: identifiers become keys, and every row gets its identity, content and version.

What a row is called never depends on its record number, its file or the order of arrival. Repeatable events without an
id are told apart by their content and by how often that content has occurred in the file so far.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from matchback.config_feeds import list_change
from matchback.intake.bulk_keys import derive_keys
from matchback.intake.casts import side, side_columns
from matchback.intake.extensions import attributes
from matchback.intake.identifier_profiles import AS_WRITTEN, keeps_writings
from matchback.intake.identifiers import normalize
from matchback.intake.occurrences import Occurrences
from matchback.intake.record_checks import LINE, RECORD
from matchback.intake.row_hash import HashedColumn, RowHasher, spread, texts_of
from matchback.intake.vault_rows import VaultRows

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.contracts import Contract, ContractColumn
    from matchback.intake.row_hash import Flags, Keys

ACCOUNT_IDENTITY = ("event_name", "account_id", "partner_user_id")
_CORRECTING = ("action", "corrected_at")


class FactRows:
    """Makes the fact rows of one file, block by block, and gathers the vault's rows."""

    def __init__(self, contract: Contract, config: Config, feed: Feed, secret: bytes, list_on: date) -> None:
        self.contract = contract
        self._secret = secret
        self._list_on = list_on
        self._list_change = list_change(feed)
        self._scope = feed.id if feed.scope == "feed" else ""
        if self._list_change is not None:  # to be added and to be removed on one day are two facts
            self._scope += f"|{self._list_change}"
        self._identity = tuple(feed.identity) if feed.identity is not None else None
        self._targets = [target for column in contract.columns for target in column.targets]
        self._targets += {"events": ["has_placeholder", "attributes"], "audience": ["list_on"]}.get(
            contract.kind, []
        )
        content = [
            column for column in contract.columns if feed.content is None or column.name in feed.content
        ]
        self._content = [
            target for column in content for target in column.targets if target not in _CORRECTING
        ]
        self._content += ["list_on"] if contract.kind == "audience" else []
        self._repeatable = [event.name for event in config.events if event.repeatable]
        self._occurrences = Occurrences()
        self._keeps_writings = keeps_writings(config)
        self.vault = VaultRows()

    def make(self, good: pl.DataFrame) -> pl.DataFrame:
        """Return the fact rows of a block of good records: `identity`, the numbers and the fact table's own columns.

        Columns that no record of the file can fill are left out.
        """
        given = frozenset(good.columns)
        rows = good.select(RECORD, LINE, *self._values(given))
        for column in self.contract.columns:
            if column.type == "identifier" and side(column.name, "normal") in given:
                made = self._keys(good[side(column.name, "normal")], column)
                rows.replace_column(rows.get_column_index(column.target), made)
                if self._keeps_writings and column.identifier == "email":
                    self._keep_writings(good[column.name], good[side(column.name, "normal")])
        if any(column.kept for column in self.contract.columns):
            rows.replace_column(rows.get_column_index("attributes"), attributes(good, self.contract))
        hasher = RowHasher.of_frame(rows, self._secret)
        content = self._hash(hasher, self._content_columns(), "content")
        version = self._hash(hasher, self._targets, "version")
        is_event = self.contract.kind == "events"
        identity = self._event_identity(rows, hasher) if is_event else self._plain_identity(rows, hasher)
        return rows.drop(self._never_given(given)).hstack(
            [
                pl.Series("content_key", content),
                pl.Series("version_key", version),
                pl.Series("identity", identity),
            ]
        )

    def _never_given(self, given: frozenset[str]) -> list[str]:
        """Return the fact columns that are NULL in every row of the file: they need not be written down."""
        return [
            target
            for column in self.contract.columns
            if not column.extra and side_columns(column.name, column.type)
            if not given.intersection(side_columns(column.name, column.type))
            for target in column.targets
        ]

    # --- values -------------------------------------------------------------------------------------------------

    def _values(self, given: frozenset[str]) -> list[pl.Expr]:
        """Return the fact columns of a block, those of keys still empty."""
        made = [value for column in self.contract.columns for value in _column_values(column, given)]
        if self.contract.kind == "events":
            made += [pl.col("has_placeholder"), pl.lit(None, pl.String).alias("attributes")]
        if self.contract.kind == "audience":
            made.append(pl.lit(self._list_on).alias("list_on"))
            made.append(pl.lit(self._list_change, pl.String).alias("list_change"))
        return made

    def _keys(self, normal: pl.Series, column: ContractColumn) -> pl.Series:
        texts = texts_of(normal)
        keys, check_bits = derive_keys(self._secret, column.identifier, texts.values)
        self.vault.add(column.identifier, texts, keys, check_bits)
        return pl.Series(column.target, pa.array(spread(keys, texts.places), mask=texts.places < 0))

    def _keep_writings(self, written: pl.Series, normal: pl.Series) -> None:
        """Keep the addresses that are not written in their normal form as they are, for hashes made of them."""
        texts = texts_of(
            normalize(written.filter(written != normal).unique().sort(), AS_WRITTEN, "").drop_nulls()
        )
        if texts.values.len():
            self.vault.add(AS_WRITTEN, texts, *derive_keys(self._secret, AS_WRITTEN, texts.values))

    # --- what a row is called -----------------------------------------------------------------------------------

    def _hash(self, hasher: RowHasher, columns: list[str], *purpose: str) -> Keys:
        return hasher.hash(columns, self.contract.kind, *purpose)

    def _content_columns(self) -> list[str]:
        """Return the content columns; of a correction also what makes it one, so that it never equals the original."""
        extra = [name for name in _CORRECTING if name in self._targets]
        return [*self._content, *extra]

    def _targets_of(self, names: tuple[str, ...]) -> list[str]:
        targets = []
        for name in names:
            column = self.contract.column(name)
            targets.append(column.targets[0] if column else name)
        return targets

    def _plain_identity(self, rows: pl.DataFrame, hasher: RowHasher) -> Keys:
        names = self._identity or self.contract.identity
        targets = self._targets_of(names)
        if self.contract.keyed and self._identity is None:
            told = rows[targets[0]].is_not_null().to_numpy()
            whole = rows[targets[0]].fill_null(0).to_numpy()
        elif targets:
            return self._hash(hasher, targets, "identity", self._scope, *sorted(names))
        else:
            told, whole = np.zeros(rows.height, dtype=bool), np.zeros(rows.height, dtype=np.int64)
        return self._completed(whole, told, ~told, hasher)

    def _event_identity(self, rows: pl.DataFrame, hasher: RowHasher) -> Keys:
        """Choose, row by row: the declared identity or the sender's id, else the account's milestone, else content."""
        own = [name for name in self._targets_of(self._identity or ()) if name != "event_name"]
        flags = rows.select(
            pl.col("event_name").is_in(self._repeatable).fill_null(False).alias("repeatable"),
            pl.col("partner_event_key").is_not_null().alias("id"),
            pl.col("account_key").is_not_null().alias("account"),
            pl.any_horizontal(pl.lit(False), *[pl.col(name).is_not_null() for name in own]).alias("told"),
        )
        repeatable, has_id, has_account, told = (flags[name].to_numpy() for name in flags.columns)
        whole = self._named_identity(hasher, self._identity or self.contract.identity)
        if self._identity is None:
            by_account = ~has_id & ~repeatable & has_account
            if by_account.any():
                whole = np.where(by_account, self._named_identity(hasher, ACCOUNT_IDENTITY), whole)
            kept = has_id | by_account
        else:
            kept = told & (~repeatable | has_id)
        return self._completed(whole, kept, repeatable & ~kept, hasher)

    def _named_identity(self, hasher: RowHasher, names: tuple[str, ...]) -> Keys:
        return self._hash(hasher, self._targets_of(names), "identity", self._scope, *sorted(names))

    def _completed(self, whole: Keys, kept: Flags, counted: Flags, hasher: RowHasher) -> Keys:
        """Give the rows that have no identity of their own one by content, numbered where they are `counted`."""
        return whole if kept.all() else np.where(kept, whole, self._content_identity(hasher, counted))

    def _content_identity(self, hasher: RowHasher, counted: Flags) -> Keys:
        """Tell records apart by content; equal repeatable ones also by how often they have occurred in the file."""
        columns = sorted({*self._content, *(["event_name"] if self.contract.kind == "events" else [])})
        columns += [name for name in self._targets_of(self._identity or ()) if name not in columns]
        content = self._hash(hasher, columns, "identity", self._scope, "content")
        numbers = np.zeros_like(content)
        numbers[counted] = self._occurrences.number(content[counted])
        named = {
            "content_key": HashedColumn(content.view(np.uint64)),
            "occurrence": HashedColumn(numbers.view(np.uint64), counted),
        }
        whole = RowHasher(named, content.size, self._secret)
        return self._hash(whole, ["content_key", "occurrence"], "identity", self._scope, "occurrence")


def _column_values(column: ContractColumn, given: frozenset[str]) -> list[pl.Expr]:
    """Return the fact columns that a column fills; those that a file cannot fill are NULL in every row."""
    name = column.name
    if column.extra:
        return []
    if column.type == "identifier":
        return [pl.lit(None, pl.Int64).alias(column.target)]
    if column.type == "time":
        kinds = (("at", pl.Datetime("us")), ("on", pl.Date()), ("precision", pl.String()))
        return [
            _side(given, name, what, kind, target)
            for (what, kind), target in zip(kinds, column.targets, strict=False)
        ]
    if column.type == "date":
        return [_side(given, name, "on", pl.Date(), name)]
    if column.type == "money":
        return [_side(given, name, "minor", pl.Int64(), "amount_minor")]
    if column.type == "currency":  # a record without an amount has none
        minor = _side(given, "amount", "minor", pl.Int64(), "minor")
        code = _side(given, "amount", "currency", pl.String(), "currency")
        return [pl.when(minor.is_not_null()).then(code).alias("currency")]
    if column.type == "flag":
        return [_side(given, name, "flag", pl.Boolean(), name)]
    if column.type in ("whole", "id"):
        return [_side(given, name, "whole", pl.Int32() if column.type == "whole" else pl.Int64(), name)]
    return [pl.col(name)]


def _side(given: frozenset[str], name: str, what: str, kind: pl.DataType, target: str) -> pl.Expr:
    column = side(name, what)
    made = pl.col(column).cast(kind) if column in given else pl.lit(None, kind)
    return made.alias(target)
