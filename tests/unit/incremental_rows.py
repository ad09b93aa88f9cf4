"""Rows as validation leaves them, of a world whose identifiers are small numbers.

Their values stand in the vault, since hashes are explained by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from matchback.intake.contracts import Contract, contract_of
from matchback.warehouse import Warehouse

Row = dict[str, Any]
FEEDS = {kind: kind for kind in ("events", "shares", "clicks", "emails", "coupons", "advocates", "persons")}
FEEDS |= {"audience": "audience", "audience-add": "audience", "audience-remove": "audience"}
_SILENT = {
    "product",
    "amount_minor",
    "currency",
    "campaign",
    "channel",
    "attributes",
    "action",
    "corrected_at",
}
_OF_THE_LOAD = {
    "file_id",
    "received_on",
    "facts_seq",
    "last_file_id",
    "last_record_number",
    "last_received_on",
}
_KEYS_OF_ROWS = ("record_number", "line_number", "identity")
VAULT_SHAPE = {
    "identifier_key": pa.int64(),
    "kind": pa.string(),
    "value": pa.string(),
    "check_bits": pa.int64(),
}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


CIRCLE = 1000  # the keys of one circle of people, the next has the same again
WRITTEN = 290  # how one address was written; it stands in the vault alone


def vault_value(key: int) -> tuple[str, str] | None:
    """Return the kind and value of an identifier, if it is one whose value matters."""
    circle, own = divmod(key, CIRCLE)
    ann, ben, phone = f"ann{circle}@example.com", f"ben{circle}@gone.example", f"+1212555{circle:04}"
    named = {
        200: ("email", ann),
        201: ("email", f"ben{circle}x1@gone.example"),
        202: ("email", ben),
        203: ("email", f"a.nn{circle}@gmail.com"),
        204: ("email", f"ann{circle}@gmail.com"),
        250: ("email_sha256", _sha(ann)),
        251: ("email_sha256", _sha(ben)),
        252: ("email_sha256:google", _sha(f"ann{circle}@gmail.com")),
        253: ("email_sha256:exact", _sha(ann.title())),
        254: ("email_sha256", _sha("nobody@example.com")),
        WRITTEN: ("email:exact", ann.title()),
        300: ("phone", phone + "0"),
        301: ("phone", phone + "1"),
        302: ("phone", phone + "2"),
        350: ("phone_sha256", _sha(phone + "0")),
    }
    kinds = {
        1: ("partner_user_id", "M"),
        4: ("visitor_id", "V"),
        5: ("account_id", "A"),
        7: ("coupon_code", f"GET{circle}N"),
    }
    kind, start = kinds.get(own // 100, ("", ""))
    return named.get(own) or ((kind, f"{start}{key}") if kind and own < 750 else None)


@dataclass(frozen=True)
class File:
    """One delivery: the rows of a feed, the day on which it was received, and the list that it is, if one."""

    number: int
    feed: str
    received_on: date
    rows: tuple[Row, ...]
    purpose: str = ""
    has_writings: bool = False

    @property
    def id(self) -> str:
        """A file's id is a hash: its order tells nothing of the order of arrival."""
        return _sha(f"{self.feed}|{self.number}")[:16]


def key_of(*parts: object) -> int:
    """Return a key of its own for some values."""
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()) >> 1


def identity_of(feed: str, row: Row) -> int:
    """Return what tells a fact from others, as the contract of its kind says."""
    kind = FEEDS[feed]
    contract = contract_of(kind)
    if contract.keyed:
        return int(row[contract.identity_column])
    if kind == "events":
        milestone = ("event_name", "account_key", "partner_user_key")
        if row.get("partner_event_key") is not None:
            return key_of("event", row["partner_event_key"])
        by_account = row.get("account_key") is not None
        return key_of("event", *(map(row.get, milestone) if by_account else _content(row)))
    if kind == "audience":
        member = [row.get(name) for name in ("partner_user_key", "email_key", "phone_key")]
        return key_of(feed, row["purpose"], row["list_on"], *member)
    targets = [target for name in contract.identity for target in _targets(contract, name)]
    return key_of(kind, *(row.get(target) for target in targets))


def version_of(row: Row) -> int:
    """Return the key of all that a row says."""
    return key_of("version", *sorted((name, repr(value)) for name, value in row.items() if value is not None))


def staged_rows(file: File) -> pa.Table:
    """Return the rows of a file as validation leaves them."""
    contract = contract_of(FEEDS[file.feed])
    columns = [
        item for item in fact_schema(contract.table) if item.name not in {*_OF_THE_LOAD, *_KEYS_OF_ROWS}
    ]
    schema = pa.schema([*((name, pa.int64()) for name in _KEYS_OF_ROWS), *columns])
    rows = [
        row
        | {
            "record_number": number,
            "line_number": number,
            "identity": identity_of(file.feed, row),
            "content_key": key_of(*_content(row), row.get("action"), row.get("corrected_at")),
            "version_key": version_of(row),
        }
        for number, row in enumerate(file.rows, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _content(row: Row) -> list[tuple[str, str]]:
    told = {name: value for name, value in row.items() if name not in _SILENT and value is not None}
    return sorted((name, repr(value)) for name, value in told.items())


def _targets(contract: Contract, name: str) -> Sequence[str]:
    column = contract.column(name)
    return column.targets if column else (name,)


@cache
def fact_schema(table: str) -> pa.Schema:
    """Return the columns of a fact table."""
    warehouse = Warehouse.memory()
    schema = warehouse.table(table).schema
    warehouse.close()
    return schema


def vault_rows(file: File) -> pa.Table:
    """Return the identifiers of a file, with their values where they matter."""
    keys = {value for row in file.rows for name, value in row.items() if name.endswith("_key")}
    keys |= {key - key % CIRCLE + WRITTEN for key in keys if file.has_writings and key % CIRCLE == 200}
    found = [(key, named) for key in sorted(keys) if (named := vault_value(key)) is not None]
    rows = [
        {"identifier_key": key, "kind": kind, "value": value, "check_bits": key}
        for key, (kind, value) in found
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(VAULT_SHAPE))
