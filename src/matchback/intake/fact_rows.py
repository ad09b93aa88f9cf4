"""From checked records to fact rows: identifiers become keys, and every row gets its identity, content and version.

What a row is called never depends on its record number, its file or the order of arrival. Repeatable events without an
id are told apart by their content and by how often that content has occurred in the file so far.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from matchback.intake.casts import side
from matchback.intake.extensions import attributes
from matchback.intake.identifiers import derive_keys
from matchback.intake.record_checks import LINE, RECORD
from matchback.intake.row_hash import RowHasher

if TYPE_CHECKING:
    from matchback.config import Config, Feed
    from matchback.intake.contracts import Contract, ContractColumn

IDENTIFIER_SHAPE = {"identifier_key": pl.Int64, "kind": pl.String, "value": pl.String, "check_bits": pl.Int64}
ACCOUNT_IDENTITY = ("event_name", "account_id", "partner_user_id")
_CORRECTING = ("action", "corrected_at")


class FactRows:
    """Makes the fact rows of one file, block by block, and gathers the vault's rows."""

    def __init__(self, contract: Contract, config: Config, feed: Feed, secret: bytes, list_on: date) -> None:
        self.contract = contract
        self._secret = secret
        self._list_on = list_on
        self._scope = feed.id if feed.scope == "feed" else ""
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
        self._occurrences = pl.DataFrame(schema={"content_key": pl.Int64, "seen": pl.Int64})
        self._vault = [pl.DataFrame(schema=IDENTIFIER_SHAPE)]

    @property
    def identifiers(self) -> pl.DataFrame:
        """The vault rows of all blocks so far, each identifier once."""
        return pl.concat(self._vault).unique(subset=["identifier_key", "check_bits"], maintain_order=True)

    def make(self, good: pl.DataFrame) -> pl.DataFrame:
        """Return the fact rows of a block of good records: the fact table's own columns, `identity` and the numbers."""
        rows = good.select(RECORD, LINE)
        for column in self.contract.columns:
            rows = rows.with_columns(self._values(good, column))
        if self.contract.kind == "events":
            rows = rows.with_columns(good["has_placeholder"], attributes(good, self.contract))
        if self.contract.kind == "audience":
            rows = rows.with_columns(pl.lit(self._list_on).alias("list_on"))
        hasher = RowHasher(rows, self._secret)
        content = self._hash(hasher, self._content_columns(), "content")
        version = self._hash(hasher, self._targets, "version")
        is_event = self.contract.kind == "events"
        identity = self._event_identity(rows, hasher) if is_event else self._plain_identity(rows, hasher)
        return rows.with_columns(
            content.alias("content_key"), version.alias("version_key"), identity.alias("identity")
        )

    # --- values -------------------------------------------------------------------------------------------------

    def _values(self, good: pl.DataFrame, column: ContractColumn) -> list[pl.Series]:
        name = column.name
        if column.extra:
            return []
        if column.type == "identifier":
            return [self._keys(good, column)]
        if column.type == "time":
            made = [_side(good, name, "at", pl.Datetime("us"), column.targets[0])]
            made += [_side(good, name, "on", pl.Date, target) for target in column.targets[1:2]]
            return made + [
                _side(good, name, "precision", pl.String, target) for target in column.targets[2:3]
            ]
        if column.type == "date":
            return [_side(good, name, "on", pl.Date, name)]
        if column.type == "money":
            return [_side(good, name, "minor", pl.Int64, "amount_minor")]
        if column.type == "currency":
            return [_currency(good)]
        if column.type == "flag":
            return [_side(good, name, "flag", pl.Boolean, name)]
        if column.type in ("whole", "id"):
            return [_side(good, name, "whole", pl.Int32 if column.type == "whole" else pl.Int64, name)]
        return [good[name]]

    def _keys(self, good: pl.DataFrame, column: ContractColumn) -> pl.Series:
        name = side(column.name, "normal")
        if name not in good.columns:
            return pl.Series(column.target, [None] * good.height, dtype=pl.Int64)
        distinct = good[name].drop_nulls().unique()
        keys, check_bits = derive_keys(self._secret, column.identifier, distinct.to_list())
        table = pl.DataFrame(
            {"identifier_key": keys, "value": distinct, "check_bits": check_bits},
            schema={"identifier_key": pl.Int64, "value": pl.String, "check_bits": pl.Int64},
        )
        vault = table.with_columns(pl.lit(column.identifier).alias("kind")).select(list(IDENTIFIER_SHAPE))
        self._vault.append(vault)
        joined = good.select(name).join(
            table, left_on=name, right_on="value", how="left", maintain_order="left"
        )
        return joined["identifier_key"].alias(column.target)

    # --- what a row is called -----------------------------------------------------------------------------------

    def _hash(self, hasher: RowHasher, columns: list[str], *purpose: str) -> pl.Series:
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

    def _plain_identity(self, rows: pl.DataFrame, hasher: RowHasher) -> pl.Series:
        names = self._identity or self.contract.identity
        targets = self._targets_of(names)
        if self.contract.keyed and self._identity is None:
            whole = rows[targets[0]]
        elif targets:
            whole = self._hash(hasher, targets, "identity", self._scope, *sorted(names))
        else:
            whole = pl.Series([None] * rows.height, dtype=pl.Int64)
        if whole.null_count() == 0:
            return whole
        return self._filled(whole, self._content_identity(hasher, whole.is_null()))

    def _event_identity(self, rows: pl.DataFrame, hasher: RowHasher) -> pl.Series:
        """Choose, row by row: the declared identity or the sender's id, else the account's milestone, else content."""
        repeatable = rows["event_name"].is_in(self._repeatable)
        has_id = rows["partner_event_key"].is_not_null()
        named = self._named_identity(hasher, self._identity or self.contract.identity)
        if self._identity is None:
            milestone = self._named_identity(hasher, ACCOUNT_IDENTITY)
            by_account = ~has_id & ~repeatable & rows["account_key"].is_not_null()
            whole = (
                pl.DataFrame({"named": named, "milestone": milestone, "has": has_id, "account": by_account})
                .select(pl.when("has").then("named").when("account").then("milestone"))
                .to_series()
            )
        else:
            own = [name for name in self._targets_of(self._identity) if name != "event_name"]
            told = pl.Series([False], dtype=pl.Boolean).new_from_index(0, rows.height)
            for name in own:
                told |= rows[name].is_not_null()
            keep = told & (~repeatable | has_id)
            whole = (
                pl.DataFrame({"named": named, "keep": keep}).select(pl.when("keep").then("named")).to_series()
            )
        return self._filled(whole, self._content_identity(hasher, repeatable & whole.is_null()))

    def _named_identity(self, hasher: RowHasher, names: tuple[str, ...]) -> pl.Series:
        return self._hash(hasher, self._targets_of(names), "identity", self._scope, *sorted(names))

    def _content_identity(self, hasher: RowHasher, repeatable: pl.Series) -> pl.Series:
        """Tell records apart by content; equal repeatable ones also by how often they have occurred in the file."""
        columns = sorted({*self._content, *(["event_name"] if self.contract.kind == "events" else [])})
        columns += [name for name in self._targets_of(self._identity or ()) if name not in columns]
        content = self._hash(hasher, columns, "identity", self._scope, "content")
        frame = pl.DataFrame({"content_key": content, "counted": repeatable})
        frame = frame.join(self._occurrences, on="content_key", how="left", maintain_order="left")
        number = pl.col("counted").cast(pl.Int64).cum_sum().over("content_key") + pl.col("seen").fill_null(0)
        frame = frame.with_columns(pl.when("counted").then(number).alias("occurrence"))
        fresh = frame.filter("counted").group_by("content_key").agg(pl.col("occurrence").max().alias("seen"))
        self._occurrences = (
            pl.concat([fresh, self._occurrences]).group_by("content_key").agg(pl.col("seen").max())
        )
        counted = RowHasher(frame, self._secret)
        return self._hash(counted, ["content_key", "occurrence"], "identity", self._scope, "occurrence")

    @staticmethod
    def _filled(whole: pl.Series, rest: pl.Series) -> pl.Series:
        return pl.DataFrame({"whole": whole, "rest": rest}).select(pl.coalesce("whole", "rest")).to_series()


def _currency(good: pl.DataFrame) -> pl.Series:
    """Return the amount's currency; a record without an amount has none."""
    code = _side(good, "amount", "currency", pl.String, "currency")
    amount = _side(good, "amount", "minor", pl.Int64, "minor")
    return (
        pl.DataFrame([code, amount])
        .select(pl.when(pl.col("minor").is_not_null()).then("currency"))
        .to_series()
    )


def _side(
    good: pl.DataFrame, name: str, what: str, kind: pl.DataType | type[pl.DataType], target: str
) -> pl.Series:
    column = side(name, what)
    if column not in good.columns:
        return pl.Series(target, [None] * good.height, dtype=kind)
    return good[column].cast(kind).alias(target)
