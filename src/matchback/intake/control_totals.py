"""What a sender claims of a file, in its last line or in a manifest beside it, and whether the records agree.

Usual are the number of records, the sum of their money, and a hash total: the sum of a column that is no quantity
(account numbers), of which only the last digits are written. A list may claim its distinct members besides. Sums are
written as the feed declares its amounts, or in minor units; they are wider than amounts. A file that disagrees is
refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.config_formats import PLACE
from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    import polars as pl

    from matchback.config import FileFormat

TAIL_BYTES = 1 << 16
_ANNOUNCED = {
    "records": "records",
    "members": "members",
    "total": "amount",
    "total_minor": "amount_minor",
    "hash_total": "hash",
}
_WRITTEN = {
    "records": r"[0-9]{1,12}",
    "members": r"[0-9]{1,12}",
    "amount_minor": r"-?[0-9]{1,30}",
    "hash": r"[0-9]{1,30}",
}


@dataclass(frozen=True)
class Claims:
    """What a trailer or a manifest says; `hash_total` as it is written, `source` for messages.

    `amount` is in major units, `amount_minor` in minor ones, `members` the number of distinct members of a list.
    """

    records: int | None = None
    amount: Decimal | None = None
    hash_total: str | None = None
    source: str = "trailer"
    amount_minor: int | None = None
    members: int | None = None


def _number(name: str, form: FileFormat) -> str:
    """Return the pattern of a total; an amount is written as the amounts of the records are."""
    if name != "amount":
        return _WRITTEN[name]
    whole = r"[0-9]{1,30}"
    if form.thousands:
        whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(form.thousands)}[0-9]{{3}}){{1,9}}|{whole})"
    return rf"-?{whole}(?:{re.escape(form.decimal)}[0-9]{{1,3}})?"


def template_pattern(form: FileFormat) -> re.Pattern[bytes]:
    """Return the pattern of the last line, declared as text with `{records}`, `{amount:12}` and the like in it."""
    parts = PLACE.split(form.trailer or "")
    written = re.escape(parts[0])
    for name, width, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if name == "any":
            place = rf"[^\r\n]{{{width}}}" if width else r"[^\r\n]*?"
        else:
            place = f"(?P<{name}>" + (f"[ -~]{{{width}}}" if width else _number(name, form)) + ")"
        written += place + re.escape(after)
    return re.compile(written.encode())


def read_trailer(path: Path, start: int, end: int, form: FileFormat) -> tuple[Claims, int]:
    """Return what the last line says, and where it begins; raises UnreadableFile when it is not as declared."""
    with path.open("rb") as stream:
        first = max(start, end - TAIL_BYTES)
        stream.seek(first)
        tail = stream.read(end - first).rstrip(b"\r\n")
    begin = max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1
    match = template_pattern(form).fullmatch(tail[begin:])
    found = {name: text.decode().strip(" ") for name, text in match.groupdict().items()} if match else {}
    if match is None or not _are_numbers(found, form):  # within a width, blanks may stand before a number
        raise UnreadableFile(
            "trailer_missing", "its last line is not the declared trailer, written as declared"
        )
    return _claims(found, "trailer", form), first + begin


def announced_claims(announced: Mapping[str, str], form: FileFormat) -> Claims | None:
    """Return what a manifest announced of a file (`records`, `total` and the like), None if it names none of them.

    Raises UnreadableFile where a number is none; sizes and checksums are compared when the file is fetched.
    """
    found = {ours: announced[theirs] for theirs, ours in _ANNOUNCED.items() if announced.get(theirs)}
    if not _are_numbers(found, form):
        raise UnreadableFile(
            "manifest_wrong", "one of its totals is not a number as the feed declares amounts"
        )
    return _claims(found, "manifest", form) if found else None


def _are_numbers(found: Mapping[str, str], form: FileFormat) -> bool:
    return all(re.fullmatch(_number(name, form), text) for name, text in found.items())


def _claims(found: Mapping[str, str], source: str, form: FileFormat) -> Claims:
    def whole(name: str) -> int | None:
        return int(found[name]) if name in found else None

    amount = found.get("amount")
    if amount is not None and form.thousands:
        amount = amount.replace(form.thousands, "")
    return Claims(
        records=whole("records"),
        amount=Decimal(amount.replace(form.decimal, ".")) if amount is not None else None,
        hash_total=found.get("hash"),
        source=source,
        amount_minor=whole("amount_minor"),
        members=whole("members"),
    )


class HashTotal:
    """Adds up the whole numbers of a column; cells that hold none count as nothing."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, cells: pl.Series) -> None:
        """Count the cells of one block; a number of up to 30 digits is exact."""
        import polars as pl

        plain = cells.str.strip_chars(" \t")
        plain = plain.filter(plain.str.contains(r"^[0-9]{1,30}$")).str.pad_start(30, "0")
        for offset in (0, 10, 20):
            part = plain.str.slice(offset, 10).cast(pl.Int64).sum()
            self.total += int(part) * 10 ** (20 - offset)

    def agrees(self, written: str) -> bool:
        """Compare with a total of which only the last digits may be written."""
        return self.total % int(10 ** len(written)) == int(written)


def refuse_unless_equal(
    claims: Claims, records: int, amounts: dict[str, Decimal], hash_total: HashTotal | None
) -> None:
    """Raise UnreadableFile when a claim differs from the file. `amounts` is money in major units, by currency."""
    code = "trailer_wrong" if claims.source == "trailer" else "manifest_wrong"
    if claims.records is not None and claims.records != records:
        raise UnreadableFile(code, f"it says {claims.records} records, the file has {records}")
    if claims.amount is not None and claims.amount != sum(amounts.values(), Decimal(0)):
        raise UnreadableFile(code, "its amount is not the sum of the records")
    if claims.amount_minor is not None and claims.amount_minor != _minor(amounts):
        raise UnreadableFile(code, "its amount in minor units is not the sum of the records")
    if claims.hash_total is not None and (hash_total is None or not hash_total.agrees(claims.hash_total)):
        raise UnreadableFile(code, "its hash total is not that of the records")


def _minor(amounts: Mapping[str, Decimal]) -> int:
    from matchback.intake.currencies import EXPONENTS

    return sum(int(amount.scaleb(EXPONENTS[currency])) for currency, amount in amounts.items())
