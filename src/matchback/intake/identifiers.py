"""Identifiers: normalized by named profiles, then turned into keys. Load and `explain` both use this, and only this.

Common forms (ASCII addresses, national numbers, plain codes) are normalized vectorized; the distinct rest goes through
the libraries, and property tests prove both equal. Normalizing twice changes nothing. A placeholder is a missing value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

import polars as pl

from matchback.intake.hashed_lists import HASHED_KINDS, hashed_placeholders, hex_pattern, normalize_hash
from matchback.intake.identifier_profiles import EMAIL_PROFILES
from matchback.intake.identifier_profiles import PROFILES as PROFILES

GOOGLE_DOMAINS = ("gmail.com", "googlemail.com")
NANP_COUNTRIES = ("US", "CA")
_PRINTABLE_ASCII = r"^[\x20-\x7e]*$"
_ADDRESS = (
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$"
)
_NANP_TEXT = r"^(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)|[2-9][0-9]{2})[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}$"
_OF_GOOGLE = r"@(?:gmail|googlemail)\.com$"
_NO_NAME = "(?:null|none|unknown|no-?e?mail|test)"
_NO_REPLY = rf"^(?:(?:no-?reply|do-?not-?reply)@|{_NO_NAME}@{_NO_NAME}\.)"
_BESIDE = r"[^0-9+]*"  # what people put between digits
_ONE_DIGIT = rf"^{_BESIDE}(?:\+{_BESIDE})?(?:1{_BESIDE})?(?:(?:0{_BESIDE}){{7,}}|(?:9{_BESIDE}){{7,}})$"
_MASKED = "**"
_ZERO_UUID = "00000000-0000-0000-0000-000000000000"


def is_placeholder(column: str, kind: str, placeholders: Iterable[str]) -> pl.Expr:
    """Tell whether a text stands for no identifier at all: a declared placeholder, or an obvious one of its kind."""
    text = pl.col(column).str.strip_chars()
    folded = text.str.to_lowercase()
    known = folded.is_in([*(word.strip().lower() for word in placeholders), _ZERO_UUID])
    known |= text.str.starts_with(_MASKED)
    if kind == "email" or kind.startswith("email:"):
        known |= folded.str.contains(_NO_REPLY)
    if kind == "phone":
        known |= text.str.contains(_ONE_DIGIT)
    return known.fill_null(False)


def is_usual_placeholder(text: pl.Expr, kind: str, placeholders: Iterable[str]) -> pl.Expr:
    """Tell the same of ids of letters and digits, and of common addresses, which blanks and asterisks cannot hide."""
    words = [*(word.strip().lower() for word in placeholders), _ZERO_UUID]
    lengths = sorted({len(word.encode("utf-8")) for word in words})
    as_long = pl.when(text.str.len_bytes().is_in(lengths)).then(text)
    known = as_long.str.to_lowercase().is_in(words).fill_null(False)
    if kind == "email" or kind.startswith("email:"):
        known |= text.str.contains(f"(?i){_NO_REPLY}").fill_null(False)
    return known


@cache
def placeholder_words(kind: str, country: str, placeholders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the declared placeholders with their normal forms: a value written in either is one."""
    if kind in HASHED_KINDS:
        return (*placeholders, *hashed_placeholders(kind, placeholders))
    normal = normalize(pl.Series(placeholders, dtype=pl.String), kind, country).drop_nulls().to_list()
    return tuple(dict.fromkeys([*placeholders, *normal]))


def normalize(values: pl.Series, kind: str, country: str) -> pl.Series:
    """Return the normalized values of one kind; NULL where a text is no such identifier, and where it was missing."""
    frame = pl.DataFrame({"value": values}).with_columns(pl.col("value").str.strip_chars(" \t"))
    frame = frame.with_columns(common_form("value", kind, country).alias("normal"))
    return with_careful_forms(frame["value"], frame["normal"], kind, country)[0]


def common_form(column: str, kind: str, country: str) -> pl.Expr:
    """Return the normal form of the values that are written in a common way; NULL for all others.

    What is NULL here and not missing goes through `careful_form`, which gives the same for common values.
    """
    text = pl.col(column)
    profile = PROFILES[kind]
    if profile in EMAIL_PROFILES.values():
        plain = is_common_address(text)
        if profile == "email_google_1":
            plain &= ~text.str.to_lowercase().str.contains(_OF_GOOGLE)
        return pl.when(plain).then(text if profile == "email_exact_1" else text.str.to_lowercase())
    if profile == "hash_1":
        return pl.when(text.str.contains(hex_pattern(kind))).then(text.str.to_lowercase())
    if profile == "phone_1":
        if country not in NANP_COUNTRIES:
            return pl.lit(None, pl.String)
        digits = text.str.replace_many(list(" .-()+"), [""])
        return pl.when(text.str.contains(_NANP_TEXT)).then("+1" + digits.str.slice(-10))
    plain = text.str.contains(_PRINTABLE_ASCII)
    return pl.when(plain).then(text.str.to_uppercase() if profile == "code_1" else text)


def is_common_address(text: pl.Expr) -> pl.Expr:
    """Tell whether an address is written as nearly all are: in ASCII, its parts within their lengths."""
    plain = text.str.contains(_ADDRESS) & ~text.str.contains("--", literal=True)
    return plain & (text.str.find("@", literal=True) <= 64) & (text.str.len_bytes() <= 254)


def careful_form(text: str, kind: str, country: str) -> str | None:
    """Return the normal form of one value, as the libraries see it; None where it is none."""
    profile = PROFILES[kind]
    if profile in EMAIL_PROFILES.values():
        return normalize_email(text, profile)
    if profile == "phone_1":
        return normalize_phone(text, country)
    if profile == "hash_1":
        return normalize_hash(text, kind)
    return normalize_code(text) if profile == "code_1" else normalize_exact(text)


def with_careful_forms(
    values: pl.Series, normal: pl.Series, kind: str, country: str, placeholders: Iterable[str] = ()
) -> tuple[pl.Series, pl.Series | None]:
    """Complete the common normal forms of values by the careful ones of the distinct rest.

    Also tell which of the rest are placeholders that their texts did not show, such as one after an odd space (those
    have no normal form); None if there are none.
    """
    if normal.null_count() == values.null_count():
        return normal, None
    rest = values.filter(normal.is_null() & values.is_not_null()).unique().to_list()
    table = pl.DataFrame(
        {"value": rest, "careful": [careful_form(text, kind, country) for text in rest]},
        schema={"value": pl.String, "careful": pl.String},
    )
    hidden = pl.lit(False) if placeholders == () else is_placeholder("careful", kind, placeholders)
    table = table.with_columns(hidden.alias("hidden"))
    joined = pl.DataFrame({"value": values, "normal": normal}).join(
        table, on="value", how="left", maintain_order="left"
    )
    joined = joined.select(
        pl.coalesce("normal", pl.when(~pl.col("hidden")).then("careful")).alias("normal"),
        pl.col("hidden").fill_null(False),
    )
    return joined["normal"], joined["hidden"] if joined["hidden"].any() else None


def normalize_email(text: str, profile: str = "email_1") -> str | None:
    """Return an address in one form: NFC, lower case, its domain as the library normalizes it; None if it is none.

    `email_exact_1` leaves it as it is written, in NFC. `email_google_1` drops what Google ignores in addresses of its
    own domains, and there alone: the dots of the local part, and a plus sign with all that follows it.
    """
    from email_validator import EmailNotValidError, validate_email

    folded = _settled(text.strip(), lambda value: value.lower())
    try:
        found = validate_email(
            folded, check_deliverability=False, test_environment=True, allow_quoted_local=False
        )
    except EmailNotValidError:
        return None
    if profile == "email_exact_1":
        return normalize_exact(text)
    lower = _settled(found.normalized, lambda value: value.lower())
    return _as_google(lower) if profile == "email_google_1" else lower


def _as_google(address: str) -> str | None:
    local, _, domain = address.rpartition("@")
    if domain not in GOOGLE_DOMAINS:
        return address
    local = local.partition("+")[0].replace(".", "")
    return f"{local}@{domain}" if local else None


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
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if number.italian_leading_zero and phonenumbers.parse(written) != number:
        return None  # zeros where no country has them: written in full, it would be another number
    return written


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
