"""Profiles of addresses and hashed identifiers, against the vectors that vendors publish."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.intake import identifiers
from matchback.intake.hashed_lists import HASHED_KINDS, hash_of, hashed_placeholders, normalize_hash
from matchback.intake.identifier_profiles import named_profiles, read_as

OF_OPT_OUTS = {
    "bavottukyw-947@yopmail.com": "5258277a4a594874c3ac26d4df66a015",
    "ogappaxok-513@yopmail.com": "68c00cdc19f221e2137d71596e29450f",
    "saink1952@teleworm.us": "0a26ae263ea829375870ca32e71a9fda",
    "grathe6167@dayrep.com": "d43c917940592ace1095e369ee3c33c9",
    "nthismity1982@armyspy.com": "56dc55e0eaed38db7c30956cfbdc3b1f",
}


def normal(text: str, kind: str) -> str | None:
    found = identifiers.normalize(pl.Series([text], dtype=pl.String), kind, "US")[0]
    assert found is None or isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("text", "profile", "expected"),
    [
        ("Saink1952@Teleworm.us", "exact", "Saink1952@Teleworm.us"),
        ("Saink1952@Teleworm.us ", "lower", "saink1952@teleworm.us"),
        ("cloudy.sanfrancisco+shopping@gmail.com", "google", "cloudysanfrancisco@gmail.com"),
        ("cloudy.sanfrancisco+shopping@gmail.com", "lower", "cloudy.sanfrancisco+shopping@gmail.com"),
        ("Jane.Saoirse@GoogleMail.com", "google", "janesaoirse@googlemail.com"),
        ("user.name+NYC@Example.com", "google", "user.name+nyc@example.com"),
        ("a.b@notgmail.com", "google", "a.b@notgmail.com"),
        ("a.b@gmail.com.example", "google", "a.b@gmail.com.example"),
        ("+tag@gmail.com", "google", None),
        ("not an address", "exact", None),
    ],
)
def test_a_profile_says_which_addresses_are_one(text: str, profile: str, expected: str | None) -> None:
    assert normal(text, read_as("email", profile)) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"\A[A-Za-z0-9_+.'-]{1,12}@(gmail|googlemail|example)\.com\Z", fullmatch=True),
    st.sampled_from(["exact", "google"]),
)
def test_the_common_address_equals_the_careful_one(text: str, profile: str) -> None:
    kind = read_as("email", profile)
    common = pl.DataFrame({"text": [text]}).select(identifiers.common_form("text", kind, "US")).item()
    if common is not None:
        assert common == identifiers.careful_form(text, kind, "US")


@pytest.mark.parametrize(
    ("text", "profile", "kind", "published"),
    [
        ("saink1952@teleworm.us", "lower", "email_md5", "20c628ac26de39b5b8d7fe45d68447b9"),
        ("Saink1952@teleworm.us", "exact", "email_md5", "0a26ae263ea829375870ca32e71a9fda"),
        ("saink1952@teleworm.us ", "lower", "email_md5", "20c628ac26de39b5b8d7fe45d68447b9"),
        (
            "john_smith@gmail.com",
            "lower",
            "email_sha256",
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
        ),
        (
            "Person@Example.com",
            "lower",
            "email_sha256",
            "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345",
        ),
        ("USER@example.com", "lower", "email_sha256", "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="),
        ("MyEmail@example.com", "google", "email_sha256", "FsGNM28LJQ8OLZB0Us65ZYp07NrovJSGTCMSKnLMJ6U="),
        (
            "JaneSaoirse+Work@example.com",
            "google",
            "email_sha256",
            "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180",
        ),
        ("Jane.Saoirse@gmail.com", "google", "email_sha256", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8="),
        (
            "JaneSaoirse+Work@gmail.com",
            "google",
            "email_sha256",
            "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=",
        ),
        (
            "bugsbunny@warnerbros.com",
            "lower",
            "email_sha256",
            "67E28CDCC3E845D3A4DA05CA9FE5DDB7320A83B4CC2167F0555A3B04F63511E3",
        ),
        ("1 (234) 567-8901", "lower", "phone_sha256", "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="),
    ],
)
def test_published_hashes_are_those_of_normalized_values(
    text: str, profile: str, kind: str, published: str
) -> None:
    plain = normal(text, read_as(HASHED_KINDS[kind][0], profile))
    assert plain is not None
    assert normal(published, kind) == hash_of(plain, kind)


def test_profiles_do_not_mix() -> None:
    """An address with dots at Google's domain has one hash by one profile and another by the other."""
    found = {normal("Jane.Saoirse@gmail.com", read_as("email", name)) for name in ("lower", "google")}
    assert len(found) == 2


@pytest.mark.bad_input(94)
def test_hashes_of_addresses_that_were_not_normalized_are_others() -> None:
    """Of the published pair of opt-out lists, plain and hashed, two of five agree."""
    equal = [address for address, digest in OF_OPT_OUTS.items() if hash_of(address, "email_md5") == digest]
    assert equal == ["bavottukyw-947@yopmail.com", "ogappaxok-513@yopmail.com"]


@pytest.mark.parametrize("kind", sorted(HASHED_KINDS))
@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
@pytest.mark.bad_input(94)
def test_every_writing_of_a_hash_is_one_value(kind: str, text: str) -> None:
    import base64

    digest = hash_of(text, kind)
    written = [digest, digest.upper(), base64.b64encode(bytes.fromhex(digest)).decode(), f" {digest}\t"]
    assert {normal(form, kind) for form in written} == {digest}
    assert {normalize_hash(form, kind) for form in written} == {digest}


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.com",
        "20c628ac26de39b5b8d7fe45d68447b9",
        "z" * 64,
        "a" * 63,
        "a" * 65,
        "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ",
        "aa " * 21 + "a",
    ],
)
def test_other_texts_are_no_sha256(text: str) -> None:
    assert normal(text, "email_sha256") is None


@pytest.mark.parametrize("kind", sorted(HASHED_KINDS))
def test_the_hash_of_nothing_is_a_placeholder(kind: str) -> None:
    words = identifiers.placeholder_words(kind, "US", ("n/a",))
    frame = pl.DataFrame({"x": [hash_of("", kind), hash_of("n/a", kind).upper(), hash_of("ann", kind)]})
    found = frame.select(identifiers.is_placeholder("x", kind, words)).to_series()
    assert found.to_list() == [True, True, False]
    assert hash_of("", kind) in hashed_placeholders(kind, [])


def test_the_profiles_of_a_workspace_are_named_with_their_versions() -> None:
    assert named_profiles("lower")["email"] == "email_1"
    assert named_profiles("google")["email"] == "email_google_1"
    assert named_profiles("exact")["phone"] == "phone_1"
