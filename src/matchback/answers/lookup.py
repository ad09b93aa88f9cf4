"""From what an operator types to keys: the same normalization and the same secret as at load."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from matchback.config import Config
from matchback.errors import ConfigurationError, MatchbackError
from matchback.keys import derive_key
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

WORDS = {
    "email": "an email address",
    "phone": "a phone number",
    "partner_user_id": "a member id",
    "account_id": "an account number",
    "order_id": "an order number",
    "coupon_code": "a coupon code",
    "partner_event_id": "an event's id",
}
# Python reads more as a number: 1e5, 1_000, digits of other alphabets, Infinity.
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)


class UnknownEvent(MatchbackError):
    """No published event has the id that was typed."""


def identifier_key(workspace: Workspace, config: Config, kind: str, text: str) -> int:
    """Return the key of an identifier; raise ConfigurationError if the text is none, or a placeholder."""
    value = identifier_value(config, kind, text)
    return derive_key(config.id_secret(workspace.root), kind, value)


def identifier_value(config: Config, kind: str, text: str) -> str:
    """Return an identifier as normalized at load; raise ConfigurationError if the text is none, or a placeholder."""
    import polars as pl

    if not is_text(text):
        raise ConfigurationError(f"What was typed is not {WORDS[kind]}: it is no text in UTF-8.")
    from matchback.intake.identifier_profiles import read_as
    from matchback.intake.identifiers import is_placeholder, normalize, placeholder_words

    typed = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    read, country = read_as(kind, config.identifiers.email), config.workspace.country
    value: str | None = normalize(typed["text"], read, country)[0]
    words = placeholder_words(read, country, tuple(config.identifiers.placeholders))
    forms = pl.DataFrame({"text": [text, value]}, schema={"text": pl.String})
    if forms.select(is_placeholder("text", read, words).any()).item():
        raise ConfigurationError(
            f"What was typed is a placeholder, not {WORDS[kind]}.",
            state="Placeholders are read as missing: they link and match nobody.",
        )
    if value is None:
        raise ConfigurationError(
            f"What was typed is not {WORDS[kind]}.",
            next_step="Type it as it stands in the file, or in the core system.",
        )
    return value


def hash_keys(workspace: Workspace, config: Config, kind: str, text: str) -> list[int]:
    """Return the keys that an address or number would have if it came as a hash, as the workspace's feeds take them."""
    secret = config.id_secret(workspace.root)
    return [derive_key(secret, hashed, value) for hashed, value in hash_values(config, kind, text)]


def hash_values(config: Config, kind: str, text: str) -> list[tuple[str, str]]:
    """Return the hashes, each with its kind, by which the workspace's feeds may name an address or number."""
    import polars as pl

    from matchback.intake.hashed_lists import HASHED_KINDS, hash_of, hashed_kind, profile_of
    from matchback.intake.identifier_profiles import read_as
    from matchback.intake.identifiers import normalize

    taken = sorted(
        {
            hashed_kind(kind, algorithm, feed.hashed_profile)
            for feed in config.feeds
            for algorithm in feed.hashed.values()
            if (kind, algorithm) in HASHED_KINDS.values()
        }
    )
    typed = pl.Series([text], dtype=pl.String)
    found = []
    for hashed in taken:
        read = read_as(kind, profile_of(hashed, config.identifiers.email))
        value = normalize(typed, read, config.workspace.country)[0]
        values = [] if value is None else [value, value[1:]] if kind == "phone" else [value]
        found += [(hashed, hash_of(each, hashed)) for each in values]
    return found


def refuse_other_secret(warehouse: Warehouse, workspace: Workspace, config: Config) -> None:
    """Refuse to look anything up under a secret that did not make these keys: nothing would ever be found."""
    samples = warehouse.rows("explain/any_identifier")
    secret = config.id_secret(workspace.root)
    if any(derive_key(secret, row["kind"], row["value"]) != row["identifier_key"] for row in samples):
        raise ConfigurationError(
            "The id_secret is not the one under which this version was made, so nothing could be found.",
            next_step="Set the secret that was used before; it never rotates, since every id rests on it.",
        )


def amount_in(text: str) -> Decimal | None:
    """Return an amount that is written in plain digits, such as 50.00; None for any other text."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def id_in(text: str) -> int | None:
    """Return the id of ours that was typed: digits of a whole number below 2^63; None for any other text."""
    is_id = text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) < 2**63
    return int(text) if is_id else None


def is_text(text: str) -> bool:
    """Tell whether what was typed can be written: bytes of a command line that are no UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kind_of(text: str) -> str:
    """Return the kind of identifier by which one of a pair is named: an email, else a member id."""
    return "email" if "@" in text else "partner_user_id"


def find_event(warehouse: Warehouse, workspace: Workspace, config: Config, text: str) -> dict[str, Any]:
    """Return one published event, by its id or by the sender's own id of it."""
    event_id = id_in(text)
    if event_id is not None:
        rows = warehouse.rows("explain/event", {"event_id": event_id})
        if rows:
            return rows[0]
    key = identifier_key(workspace, config, "partner_event_id", text)
    carried = [
        row
        for row in warehouse.rows("explain/key_events", {"identifier_key": key})
        if row["column_name"] == "partner_event_id"
    ]
    if not carried:
        raise UnknownEvent(
            "No event of this id is in the published version.",
            next_step="Look for the person or the account instead:  matchback explain --account ID",
        )
    if len(carried) > 1:
        raise MatchbackError(
            f"{len(carried)} events carry this id.",
            next_step="Name one of them:  " + ", ".join(str(row["event_id"]) for row in carried),
        )
    return warehouse.rows("explain/event", {"event_id": carried[0]["event_id"]})[0]
