"""Identifiers: one normal form each, equal to the libraries', and keys that equal the plain implementation's."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.intake import bulk_keys, identifiers
from matchback.intake.bulk_keys import derive_keys
from matchback.keys import BLOCK, derive_check_bits, derive_key, subkeys

KINDS = sorted(identifiers.PROFILES)


def normal(text: str, kind: str, country: str = "US") -> str | None:
    found = identifiers.normalize(pl.Series([text], dtype=pl.String), kind, country)[0]
    assert found is None or isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (" Ann.Lee@Example.COM ", "email", "ann.lee@example.com"),
        ("JaneSaoirse+Work@example.com", "email", "janesaoirse+work@example.com"),
        ("ann@", "email", None),
        ("ann@b@c.de", "email", None),
        ("mailto:ann@example.com", "email", None),
        ("ann@example.com;bob@example.com", "email", None),
        ("null@null", "email", None),
        ("jos\u00e9@example.com", "email", "jos\u00e9@example.com"),
        ("jose\u0301@EXAMPLE.com", "email", "jos\u00e9@example.com"),
        ("ann\u200b@example.com", "email", None),
        ("(650) 555-1212", "phone", "+16505551212"),
        ("650.555.1212", "phone", "+16505551212"),
        ("1-650-555-1212", "phone", "+16505551212"),
        ("+44 844 412 4653", "phone", "+448444124653"),
        ("555-1212", "phone", None),
        ("spam", "phone", None),
        (" save-10 ", "coupon_code", "SAVE-10"),
        ("stra\u00dfe", "coupon_code", "STRASSE"),
        (" 0042aB ", "partner_user_id", "0042aB"),
    ],
)
def test_normal_forms(text: str, kind: str, expected: str | None) -> None:
    assert normal(text, kind) == expected


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=30))
def test_normalizing_twice_changes_nothing(kind: str, text: str) -> None:
    once = normal(text, kind)
    if once is not None:
        assert normal(once, kind) == once


@pytest.mark.parametrize("kind", ["email", "coupon_code", "partner_user_id"])
@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("a\u00e9o\u0308\u00dfI\u0130n\u0303@."), min_size=1, max_size=12))
def test_composed_and_decomposed_text_is_one_identifier(kind: str, text: str) -> None:
    composed = normal(unicodedata.normalize("NFC", text), kind)
    assert composed == normal(unicodedata.normalize("NFD", text), kind)


ascii_addresses = st.from_regex(
    r"\A[A-Za-z0-9_+.'-]{1,12}@([A-Za-z0-9-]{1,8}\.){1,2}[A-Za-z]{2,4}\Z", fullmatch=True
)


@settings(max_examples=300, deadline=None)
@given(ascii_addresses)
def test_the_common_address_equals_the_librarys(text: str) -> None:
    """What the vectorized form accepts, the library accepts and normalizes to the same."""
    common = pl.DataFrame({"text": [text]}).select(identifiers.common_form("text", "email", "US")).item()
    if common is not None:
        assert normal(text, "email") == identifiers.normalize_email(text)


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(
        r"\A(\+?1[ .-]?)?(\([2-9][0-9]{2}\)|[2-9][0-9]{2})[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}\Z", fullmatch=True
    )
)
def test_the_common_phone_equals_the_librarys(text: str) -> None:
    assert normal(text, "phone") == identifiers.normalize_phone(text, "US")


@settings(max_examples=100, deadline=None)
@given(
    st.binary(min_size=1, max_size=100), st.sampled_from(KINDS), st.lists(st.text(max_size=20), max_size=5)
)
def test_vectorized_keys_equal_the_plain_ones(secret: bytes, kind: str, values: list[str]) -> None:
    keys, check_bits = derive_keys(secret, kind, pl.Series(values, dtype=pl.String))
    assert keys.tolist() == [derive_key(secret, kind, value) for value in values]
    assert check_bits.tolist() == [derive_check_bits(secret, kind, value) for value in values]


def test_vectorized_keys_equal_the_plain_ones_at_every_length() -> None:
    """Around the ends of words, blocks and parts, and for texts too long to go along with the others."""
    longest = bulk_keys.MOST_BLOCKS * BLOCK
    lengths = [*range(3 * BLOCK + 1), longest - 1, longest, longest + 1, 5 * longest]
    values = ["".join(chr(97 + (length + place) % 26) for place in range(length)) for length in lengths]
    for series in (values, values[::-1], *([value] for value in values)):
        keys, _ = derive_keys(b"s", "text", pl.Series(series, dtype=pl.String))
        assert keys.tolist() == [derive_key(b"s", "text", value) for value in series]
    many = pl.Series([f"{number:011d}" for number in range(bulk_keys.AT_ONCE + 5)])
    kept = many.slice(3)  # a part of a column begins elsewhere in the same bytes
    assert derive_keys(b"s", "text", kept)[0].tolist()[-2:] == [
        derive_key(b"s", "text", v) for v in many.tail(2)
    ]
    assert derive_keys(b"s", "text", kept)[0].tolist()[:2] == [derive_key(b"s", "text", v) for v in kept[:2]]


def test_subkeys_are_the_standards() -> None:
    """The subkeys of the examples of RFC 4493; the code itself is that of the library."""
    cipher = Cipher(AES(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")), ECB()).encryptor()
    first, second = (key.hex() for key in subkeys(cipher))
    assert (first, second) == ("fbeed618357133667c85e08f7236a8de", "f7ddac306ae266ccf90bc11ee46d513b")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", "partner_user_id"),
        ("NULL", "visitor_id"),
        ("N/A", "email"),
        ("no-reply@bank.example", "email"),
        ("(000) 000-0000", "phone"),
        ("****1234", "account_id"),
        ("00000000-0000-0000-0000-000000000000", "visitor_id"),
    ],
)
def test_placeholders_are_missing(text: str, kind: str) -> None:
    frame = pl.DataFrame({"x": [text, "A17", None]})
    found = frame.select(identifiers.is_placeholder("x", kind, ["0", "null", "n/a"])).to_series()
    assert found.to_list() == [True, False, False]
