"""What the vectorized forms give, the careful ones give too: for every kind, in every country's numbers."""

from __future__ import annotations

import base64

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.intake import identifiers
from matchback.intake.hashed_lists import HASHED_KINDS, hash_of

KINDS = sorted(identifiers.PROFILES)
COUNTRIES = ("US", "CA", "GB", "DE", "none")
CASES = [(kind, country) for kind in KINDS for country in (COUNTRIES if kind == "phone" else ("US",))]
ADDRESSES = st.from_regex(
    r"[A-Za-z0-9_+.'&-]{1,66}@([A-Za-z0-9-]{1,20}\.){1,2}(com|org|COM|museum|c0m|x)", fullmatch=True
) | st.from_regex(r"[A-Za-z.+]{1,12}@(Gmail|googlemail)\.com", fullmatch=True)
NUMBERS = st.from_regex(
    r"(\+?1?[ .-]?)?(\([0-9]{3}\)|[0-9]{3})[ .-]?[0-9]{3}[ .-]?[0-9]{4}( ?x[0-9]{1,3})?", fullmatch=True
) | st.text(st.sampled_from("+0123456789 ().-x#"), min_size=3, max_size=18)
CODES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), min_size=1, max_size=20)


def hashes(kind: str) -> st.SearchStrategy[str]:
    digest = st.text(max_size=5).map(lambda text: hash_of(text, kind))
    return (
        digest
        | digest.map(str.upper)
        | digest.map(lambda text: base64.b64encode(bytes.fromhex(text)).decode())
        | digest.map(lambda text: text[:-1])
    )


def texts_of(kind: str) -> st.SearchStrategy[str]:
    """Return what such identifiers look like, near misses among them."""
    if kind in HASHED_KINDS:
        return hashes(kind)
    if kind.startswith("email"):
        return ADDRESSES
    return NUMBERS if kind == "phone" else CODES


def common(texts: list[str], kind: str, country: str) -> list[str | None]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.with_columns(identifiers.common_form("text", kind, country).alias("found"))[
        "found"
    ].to_list()


@pytest.mark.parametrize(("kind", "country"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_common_form_is_the_careful_one(kind: str, country: str, data: st.DataObject) -> None:
    texts = [
        text.strip(" \t") for text in data.draw(st.lists(texts_of(kind) | st.text(max_size=20), max_size=12))
    ]
    texts = [text for text in texts if text]  # an empty cell is missing before it is read
    for text, found in zip(texts, common(texts, kind, country), strict=True):
        assert found is None or found == identifiers.careful_form(text, kind, country)


@pytest.mark.parametrize("kind", KINDS)
def test_usual_writings_take_the_quick_way(kind: str) -> None:
    """Else the property above would hold of nothing."""
    usual = {"phone": "(215) 555-0142", **{name: hash_of("ann@example.com", name) for name in HASHED_KINDS}}
    text = usual.get(kind, "Ann.Lee@Example.com" if kind.startswith("email") else "Ab-0042")
    assert common([text], kind, "US") == [identifiers.careful_form(text, kind, "US")]
    assert common([text], kind, "US") != [None]


@pytest.mark.parametrize(("kind", "country"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_normal_form_is_its_own(kind: str, country: str, data: st.DataObject) -> None:
    """In whichever country a number is read, and however it came: what stands in the vault means itself."""
    values = pl.Series(data.draw(st.lists(texts_of(kind), max_size=8)), dtype=pl.String)
    once = identifiers.normalize(values, kind, country)
    assert identifiers.normalize(once, kind, "none").to_list() == once.to_list()
