"""What `format` of a feed may hold: how a sender's files are written, packed and sealed. Declared, never guessed."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from matchback.config_values import ConfigModel

LONGEST_TRAILER = 4096
_CLAIMS = ("records", "members", "amount", "amount_minor", "hash", "any")
PLACE = re.compile(r"\{([a-z0-9_]*)(?::([0-9]{1,3}))?\}")


def _one_character(value: str) -> str:
    if len(value) != 1 or not value.isascii() or value in "\r\n\0":
        raise ValueError("is one ASCII character, and no line end")
    return value


def _at_most_one_character(value: str) -> str:
    return _one_character(value) if value else value


def _fingerprint(value: str) -> str:
    found = value.replace(" ", "").upper()
    if not re.fullmatch(r"[0-9A-F]{40}", found):
        raise ValueError("is a key's whole fingerprint: 40 digits and letters from A to F")
    return found


def _secret_reference(value: str) -> str:
    if not value.startswith(("env:", "file:")):
        raise ValueError("is a reference, env:NAME or file:NAME, never the secret itself")
    return value


Character = Annotated[str, AfterValidator(_one_character)]
OptionalCharacter = Annotated[str, AfterValidator(_at_most_one_character)]
Fingerprint = Annotated[str, AfterValidator(_fingerprint)]
Reference = Annotated[str, AfterValidator(_secret_reference)]


class Pgp(ConfigModel):
    """Files are encrypted to us, and signed by keys that are listed here."""

    key: Reference
    passphrase: Reference | None = None
    signed_by: list[Fingerprint] = Field(min_length=1)
    signer_keys: list[Reference] = Field(min_length=1)


class FileFormat(ConfigModel):
    type: Literal["csv", "psv", "fixed", "jsonl", "parquet"] = "csv"
    delimiter: Character = ","
    quote: OptionalCharacter = '"'
    escape: OptionalCharacter = '"'
    encoding: Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"] = "utf-8"
    header: bool = True
    columns: list[str] | None = None
    widths: list[int] | None = None
    skip_lines: int = Field(default=0, ge=0, le=1000)
    trailer: str | None = None
    hash_column: str | None = None
    missing: list[str] = []
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    times: Literal["iso", "day_first", "month_first", "compact", "epoch_seconds", "epoch_milliseconds"] = (
        "iso"
    )
    compression: Literal["none", "gzip", "zstd", "zip"] = "none"
    pgp: Pgp | None = None
    max_inflated_bytes: int = Field(default=20 << 30, ge=1)
    max_inflated_ratio: int = Field(default=200, ge=1)
    max_records: int = Field(default=100_000_000, ge=1)

    @property
    def separator(self) -> str:
        """The character between the columns: `psv` means the pipe, unless another one is declared."""
        return "|" if self.type == "psv" and self.delimiter == "," else self.delimiter

    @field_validator("trailer")
    @classmethod
    def _known_claims(cls, value: str | None) -> str | None:
        if value is not None:
            _refuse_odd_template(value, _CLAIMS)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> FileFormat:
        if self.quote and self.separator in (self.quote, self.escape):
            raise ValueError("delimiter, quote and escape: the delimiter is a character of its own")
        if self.type in ("csv", "psv") and not self.header and not self.columns:
            raise ValueError("columns: without a header, they name the columns in order")
        if self.type in ("csv", "psv") and self.header and self.columns:
            raise ValueError("columns: the header names them; with header = false, they are declared here")
        if self.separator.isalnum():
            raise ValueError("delimiter: a letter or a digit stands in the cells themselves")
        twice = next(
            (name for name in self.columns or [] if name and (self.columns or []).count(name) > 1), ""
        )
        if twice:
            raise ValueError(
                f"columns: {twice!r} is named twice; a column that nothing takes has an empty name"
            )
        if self.hash_column and self.columns and self.hash_column not in self.columns:
            raise ValueError(f"hash_column: {self.hash_column!r} is none of the columns")
        if self.decimal == self.thousands:
            raise ValueError("thousands: another character than the one before the decimals")
        self._refuse_odd_widths()
        if self.type not in ("csv", "psv") and self.header and "header" in self.model_fields_set:
            raise ValueError(f"header: a file of type {self.type} has none; skip_lines leaves lines out")
        if self.type == "parquet" and (self.trailer or self.skip_lines or self.encoding != "utf-8"):
            raise ValueError("trailer, skip_lines and encoding are of text files; Parquet has none of them")
        if self.hash_column is None and any(name == "hash" for name, _ in PLACE.findall(self.trailer or "")):
            raise ValueError("hash_column: {hash} is the sum of a column, and it must be named")
        return self

    def _refuse_odd_widths(self) -> None:
        if self.type != "fixed":
            if self.widths is not None:
                raise ValueError("widths: only files of type fixed have them")
            return
        names, widths = self.columns or [], self.widths or []
        if not names or len(names) != len(widths):
            raise ValueError("columns and widths: a file of type fixed declares both, one width a column")
        if min(widths) < 0 or 0 in widths[:-1] or sum(widths) > 1 << 16:
            raise ValueError("widths are whole numbers above 0; the last may be 0: the rest of the line")
        if not any(names):
            raise ValueError("columns: at least one has a name; an empty one is filler")


def _refuse_odd_template(template: str, known: tuple[str, ...]) -> None:
    """Refuse a template that could never match, or that says nothing."""
    parts = PLACE.split(template)  # text, then name, width and text of each place
    names, widths = parts[1::3], parts[2::3]
    for name in names:
        if name not in known:
            raise ValueError(
                f"{{{name}}} is not known; known are {', '.join('{' + word + '}' for word in known)}"
            )
    if len(template) > LONGEST_TRAILER or "\n" in template or "\r" in template:
        raise ValueError("is one line")
    for name in known:
        if name != "any" and names.count(name) > 1:
            raise ValueError(f"holds {{{name}}} twice")
    if any(width is not None and not int(width) for width in widths):
        raise ValueError("the width of a place is a whole number above 0")
    for at, between in enumerate(parts[3:-1:3]):
        if _run_together(names[at : at + 2], widths[at : at + 2], between):
            raise ValueError(
                f"{{{names[at]}}} and {{{names[at + 1]}}} run into each other: give one its width, such as "
                f"{{{names[at]}:6}}"
            )


def _run_together(names: list[str], widths: list[str | None], between: str) -> bool:
    """Tell whether nobody can say where the first of two numbers ends and the second begins."""
    return widths == [None, None] and names[0] != "any" and (between == "" or between.isdigit())
