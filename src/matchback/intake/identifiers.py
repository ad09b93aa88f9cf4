"""Identifiers: normalized by named profiles, then turned into keys. Load and `explain` both use this, and only this.

Common forms (ASCII addresses, national numbers, plain codes) are normalized vectorized; the distinct rest goes through
the libraries, and property tests prove both equal. Normalizing twice changes nothing. A placeholder is a missing value.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.keys import KEY_BITS

if TYPE_CHECKING:
    import numpy.typing as npt

# Which profile normalizes which kind; a change of a profile is a new name, since keys rest on it.
PROFILES: dict[str, str] = {
    "email": "email_1",
    "phone": "phone_1",
    "coupon_code": "code_1",
    "advocate_code": "code_1",
    "partner_user_id": "exact_1",
    "account_id": "exact_1",
    "visitor_id": "exact_1",
    "order_id": "exact_1",
    "share_id": "exact_1",
    "shareable_id": "exact_1",
    "partner_share_id": "exact_1",
    "partner_event_id": "exact_1",
    "click_id": "exact_1",
}
NANP_COUNTRIES = ("US", "CA")
_PRINTABLE_ASCII = r"^[\x20-\x7e]*$"
_ADDRESS = (
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$"
)
_HYPHENS_IN_LABEL = r"@(?:.*\.)?..--"
_NANP_TEXT = r"^(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)|[2-9][0-9]{2})[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}$"
_NO_REPLY = r"^(?:no-?reply|do-?not-?reply)@"
_ONE_DIGIT = r"^\+?1?(?:0{7,}|9{7,})$"
_MASKED = r"^\*{2,}"
_ZERO_UUID = "00000000-0000-0000-0000-000000000000"


def is_placeholder(column: str, kind: str, placeholders: Iterable[str]) -> pl.Expr:
    """Tell whether a text stands for no identifier at all: a declared placeholder, or an obvious one of its kind."""
    text = pl.col(column).str.strip_chars()
    folded = text.str.to_lowercase()
    known = folded.is_in([word.strip().lower() for word in placeholders]) | (folded == _ZERO_UUID)
    known |= text.str.contains(_MASKED)
    if kind == "email":
        known |= folded.str.contains(_NO_REPLY)
    if kind == "phone":
        known |= text.str.replace_all(r"[^0-9+]", "").str.contains(_ONE_DIGIT)
    return known.fill_null(False)


def are_placeholders(
    texts: pl.Series, normal: pl.Series, kind: str, country: str, placeholders: Iterable[str]
) -> pl.Series:
    """Tell which normalized values are placeholders that their texts did not show, such as one after an odd space."""
    words = list(placeholders)
    words += normalize(pl.Series(words, dtype=pl.String), kind, country).drop_nulls().to_list()
    changed = normal.filter((texts != normal).fill_null(False)).unique()
    hidden = changed.to_frame("normal").filter(is_placeholder("normal", kind, words))["normal"]
    return normal.is_in(hidden.implode()).fill_null(False)


def normalize(values: pl.Series, kind: str, country: str) -> pl.Series:
    """Return the normalized values of one kind; NULL where a text is no such identifier, and where it was missing."""
    profile = PROFILES[kind]
    stripped = values.str.strip_chars(" \t")
    if profile == "email_1":
        return _in_two_ways(stripped, _plain_address(stripped), _lower, normalize_email)
    if profile == "phone_1":
        plain = (
            stripped.str.contains(_NANP_TEXT)
            if country in NANP_COUNTRIES
            else pl.repeat(False, len(values), eager=True)
        )
        return _in_two_ways(
            stripped, plain.fill_null(False), _nanp, lambda text: normalize_phone(text, country)
        )
    plain = stripped.str.contains(_PRINTABLE_ASCII).fill_null(False)
    if profile == "code_1":
        return _in_two_ways(stripped, plain, _upper, normalize_code)
    return _in_two_ways(stripped, plain, _unchanged, normalize_exact)


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _upper(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase()


def _unchanged(text: pl.Expr) -> pl.Expr:
    return text


def _nanp(text: pl.Expr) -> pl.Expr:
    return "+1" + text.str.replace_all(r"[^0-9]", "").str.slice(-10)


def _plain_address(values: pl.Series) -> pl.Series:
    local_fits = values.str.extract(r"^([^@]*)@", 1).str.len_bytes() <= 64
    plain = values.str.contains(_ADDRESS) & ~values.str.contains(_HYPHENS_IN_LABEL)
    return (plain & local_fits & (values.str.len_bytes() <= 254)).fill_null(False)


def _in_two_ways(
    values: pl.Series,
    plain: pl.Series,
    common: Callable[[pl.Expr], pl.Expr],
    careful: Callable[[str], str | None],
) -> pl.Series:
    """Normalize the plain values by an expression and the distinct rest one by one."""
    frame = pl.DataFrame({"value": values, "plain": plain})
    frame = frame.with_columns(pl.when(pl.col("plain")).then(common(pl.col("value"))).alias("normal"))
    rest = frame.filter(~pl.col("plain") & pl.col("value").is_not_null())["value"].unique()
    if len(rest) == 0:
        return frame["normal"]
    texts = rest.to_list()
    done = [careful(text) for text in texts]
    table = pl.DataFrame({"value": texts, "careful": done}, schema={"value": pl.String, "careful": pl.String})
    joined = frame.join(table, on="value", how="left", maintain_order="left")
    return joined.select(
        pl.when(pl.col("plain")).then(pl.col("normal")).otherwise(pl.col("careful"))
    ).to_series()


def normalize_email(text: str) -> str | None:
    """Return an address in one form: NFC, lower case, its domain as the library normalizes it; None if it is none."""
    from email_validator import EmailNotValidError, validate_email

    folded = _settled(text.strip(), lambda value: value.lower())
    try:
        found = validate_email(
            folded, check_deliverability=False, test_environment=True, allow_quoted_local=False
        )
    except EmailNotValidError:
        return None
    return _settled(found.normalized, lambda value: value.lower())


def normalize_phone(text: str, country: str) -> str | None:
    """Return a number as E.164, its region taken from the workspace's country; None if it cannot be a number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text.strip(), country)
    except phonenumbers.NumberParseException:
        return None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:  # a local number without its area is nobody's key
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normalize_code(text: str) -> str | None:
    """Return a code that people type: NFC, upper case."""
    return _settled(text.strip(), lambda value: value.upper()) or None


def normalize_exact(text: str) -> str | None:
    """Return an id as it is, in NFC: case and leading zeros belong to it."""
    return _settled(text.strip(), lambda value: value) or None


def _settled(text: str, fold: Callable[[str], str]) -> str:
    """Fold and compose until nothing changes, so that doing it again changes nothing."""
    for _ in range(4):
        folded = unicodedata.normalize("NFC", fold(unicodedata.normalize("NFC", text))).strip()
        if folded == text:
            break
        text = folded
    return text


def derive_keys(
    secret: bytes, kind: str, values: list[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return keys and check bits of many values: the same numbers as `keys.derive_key`, at a third of the cost."""
    block = secret if len(secret) <= 64 else hashlib.sha256(secret).digest()
    padded = block.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    inner.update(_escaped(kind) + b"\x1f")
    blob = "\n".join(values)
    plain = "\\" not in blob and "\x1f" not in blob
    digests = []
    for value in values:
        first, second = inner.copy(), outer.copy()
        first.update(value.encode("utf-8") if plain else _escaped(value))
        second.update(first.digest())
        digests.append(second.digest())
    words = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 4) & np.uint64((1 << KEY_BITS) - 1)
    pairs = words[:, :2].astype(np.int64)
    return pairs[:, 0], pairs[:, 1]


def _escaped(part: str) -> bytes:
    return part.replace("\\", "\\\\").replace("\x1f", "\\u").encode("utf-8")
