"""Every normalization and hash that vendors publish for addresses and numbers, each under the vendor that published it.

Names, birth dates and the like are no identifiers here (they never link persons): of their vectors only the digests are
checked, which prove the algorithm and the encoding of what is hashed.
"""

from __future__ import annotations

import base64

import polars as pl
import pytest

from matchback.intake import identifiers
from matchback.intake.hashed_lists import hash_of
from matchback.intake.identifier_profiles import read_as


def normal(text: str, kind: str, country: str = "US") -> str | None:
    found = identifiers.normalize(pl.Series([text], dtype=pl.String), kind, country)[0]
    assert found is None or isinstance(found, str)
    return found


# vendor, profile, text, normal form (empty: not published), hash
ADDRESSES = [
    ("Extole", "lower", "saink1952@teleworm.us", "", "md5", "20c628ac26de39b5b8d7fe45d68447b9"),
    ("Extole", "exact", "Saink1952@teleworm.us", "", "md5", "0a26ae263ea829375870ca32e71a9fda"),
    ("Extole", "lower", "bavottukyw-947@yopmail.com", "", "md5", "5258277a4a594874c3ac26d4df66a015"),
    ("Extole", "lower", "ogappaxok-513@yopmail.com", "", "md5", "68c00cdc19f221e2137d71596e29450f"),
    ("Extole", "exact", "Grathe6167@dayrep.com", "", "md5", "d43c917940592ace1095e369ee3c33c9"),
    ("Extole", "exact", "NThismity1982@armyspy.com", "", "md5", "56dc55e0eaed38db7c30956cfbdc3b1f"),
    (
        "Meta",
        "lower",
        "john_smith@gmail.com",
        "john_smith@gmail.com",
        "sha256",
        "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
    ),
    (
        "Snap",
        "lower",
        "Person@Example.com",
        "person@example.com",
        "sha256",
        "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345",
    ),
    (
        "TikTok",
        "lower",
        "bugsbunny@warnerbros.com",
        "bugsbunny@warnerbros.com",
        "sha256",
        "67e28cdcc3e845d3a4da05ca9fe5ddb7320a83b4cc2167f0555a3b04f63511e3",
    ),
    (
        "UID2",
        "google",
        "USER@example.com",
        "user@example.com",
        "sha256",
        "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
    ),
    (
        "UID2",
        "google",
        "MyEmail@example.com",
        "myemail@example.com",
        "sha256",
        "16c18d336f0b250f0e2d907452ceb9658a74ecdae8bc94864c23122a72cc27a5",
    ),
    (
        "UID2",
        "google",
        "My.Email@example.com",
        "my.email@example.com",
        "sha256",
        "e22b53bc6f871274f3a62ab37a3caed7214fc14d676215a96a242fcfada1c81f",
    ),
    (
        "UID2",
        "google",
        "JaneSaoirse+Work@example.com",
        "janesaoirse+work@example.com",
        "sha256",
        "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180",
    ),
    (
        "UID2",
        "google",
        "Jane.Saoirse@gmail.com",
        "janesaoirse@gmail.com",
        "sha256",
        "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f",
    ),
    (
        "UID2",
        "google",
        "JaneSaoirse+Work@gmail.com",
        "janesaoirse@gmail.com",
        "sha256",
        "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f",
    ),
]


@pytest.mark.parametrize(("vendor", "profile", "text", "form", "algorithm", "published"), ADDRESSES)
def test_addresses(vendor: str, profile: str, text: str, form: str, algorithm: str, published: str) -> None:
    found = normal(text, read_as("email", profile))
    assert found is not None, vendor
    assert found == (form or text)
    assert hash_of(found, f"email_{algorithm}") == published


@pytest.mark.parametrize(
    ("published", "hexadecimal"),
    [
        (
            "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=",
            "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
        ),
        (
            "FsGNM28LJQ8OLZB0Us65ZYp07NrovJSGTCMSKnLMJ6U=",
            "16c18d336f0b250f0e2d907452ceb9658a74ecdae8bc94864c23122a72cc27a5",
        ),
        (
            "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=",
            "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f",
        ),
        (
            "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=",
            "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee",
        ),
    ],
)  # fmt: skip
def test_hashes_that_uid2_publishes_in_base64_and_in_hex_are_one(published: str, hexadecimal: str) -> None:
    assert normal(published, "email_sha256") == normal(hexadecimal.upper(), "email_sha256") == hexadecimal
    assert base64.b64decode(published).hex() == hexadecimal


@pytest.mark.parametrize(
    ("vendor", "text", "country", "form", "published"),
    [
        (
            "Meta", "(650)555-1212", "US", "+16505551212",
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
        ),
        (
            "Snap", "+44 844 412 4653", "none", "+448444124653",
            "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383",
        ),
    ],
)  # fmt: skip
def test_numbers_hashed_without_their_plus_sign(
    vendor: str, text: str, country: str, form: str, published: str
) -> None:
    assert normal(text, "phone", country) == form, vendor
    assert hash_of(form[1:], "phone_sha256") == published


@pytest.mark.parametrize(
    ("vendor", "text", "country", "form"),
    [
        ("UID2", "1 (234) 567-8901", "US", "+12345678901"),
        ("UID2", "0491 570 006", "AU", "+61491570006"),
        ("Google Data Manager", "(800)555-0100", "US", "+18005550100"),
        ("Segment", "6195551000", "US", "+16195551000"),
        ("Segment", "20 7123 4567", "GB", "+442071234567"),
        ("Segment", "30 1234567", "DE", "+49301234567"),
    ],
)
def test_numbers(vendor: str, text: str, country: str, form: str) -> None:
    assert normal(text, "phone", country) == form, vendor


def test_uid2_hashes_the_number_with_its_plus_sign() -> None:
    published = "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee"
    assert hash_of("+12345678901", "phone_sha256") == published


def test_tiktoks_number_is_longer_than_any_and_nobodys_key() -> None:
    """Segment's test for TikTok pads digits that are no number: the digest agrees, the number is refused."""
    published = "00a63bd0437d6ca0fa7b95c00ab2e7c020faa71440e5246750d6b517689e6777"
    assert hash_of("+12345678901234", "phone_sha256") == published
    assert normal("12345678901234", "phone", "US") is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("cloudy.sanfrancisco+shopping@gmail.com", "cloudysanfrancisco@gmail.com"),
        ("user.name+NYC@Example.com", "user.name+nyc@example.com"),
    ],
)
def test_googles_examples(text: str, form: str) -> None:
    assert normal(text, read_as("email", "google")) == form


def test_known_faults_of_vendors_samples_are_not_copied() -> None:
    """Segment's formatter drops the first dot only; Google's own sample drops dots and plus signs everywhere."""
    kind = read_as("email", "google")
    assert normal("a.b.c@gmail.com", kind) == "abc@gmail.com"
    assert normal("a.b+c@example.com", kind) == "a.b+c@example.com"


@pytest.mark.parametrize("text", ["a", "abc", "a@b", "@b.c", ".c", "@"])
def test_what_metas_library_takes_for_no_address_is_none(text: str) -> None:
    assert normal(text, "email") is None


def test_an_apostrophe_belongs_to_an_address_and_quotes_do_not() -> None:
    """Meta's library accepts both; an address in quotes is refused here, since hardly any server delivers to it."""
    assert normal("fo'o@bar.com", "email") == "fo'o@bar.com"
    assert normal('"a b"@c.de', "email") is None


def test_what_is_hashed_already_stays_as_it_is() -> None:
    """Meta's library returns 64 hexadecimal digits unchanged, also with blanks around them."""
    assert normal("a" * 64, "email_sha256") == "a" * 64
    assert normal(f"  {'a' * 64} ", "email_sha256") == "a" * 64


@pytest.mark.parametrize(
    ("vendor", "text", "published"),
    [
        ("Meta", "mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("Meta", "\uc815", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("Meta", "val\u00e9ry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("Meta", "19970216", "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c"),
        ("Meta", "us", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
        ("Meta through Segment", "m", "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
        ("Meta through Segment", "5105550011", "cf9b0227ee02d8f8f9dbb6060fa2941bb667efc71f6ee2e6ee17b40121a5f4a6"),
        ("Extole, a blank behind it", "saink1952@teleworm.us ", "455d94ab6fba67f7f850bc9f2a5ddb87"),
    ],
)  # fmt: skip
def test_digests(vendor: str, text: str, published: str) -> None:
    kind = "email_md5" if len(published) == 32 else "email_sha256"
    assert hash_of(text, kind) == published, vendor
