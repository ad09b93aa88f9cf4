"""What a sender claims of a file, in its last line or in a manifest beside it, and whether the records agree.

Three totals are usual: the number of records, the sum of their money, and a hash total: the sum of a column that is no
quantity (account numbers), of which only the last digits are written. A file that disagrees is refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    import polars as pl

TAIL_BYTES = 1 << 16
_WRITTEN = {
    "records": r"(?P<records>[0-9]{1,12})",
    "amount": r"(?P<amount>-?[0-9]{1,15}(?:\.[0-9]{1,3})?)",
    "hash": r"(?P<hash>[0-9]{1,30})",
    "any": r"[^\r\n]*?",
}


@dataclass(frozen=True)
class Claims:
    """What a trailer or a manifest says; `hash_total` as it is written, `source` for messages."""

    records: int | None = None
    amount: Decimal | None = None
    hash_total: str | None = None
    source: str = "trailer"


def template_pattern(template: str) -> re.Pattern[bytes]:
    """Return the pattern of a line that a feed declares as text with `{records}` and the like in it."""
    parts = re.split(r"\{([a-z0-9]+)\}", template)
    written = [_WRITTEN[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)]
    return re.compile("".join(written).encode())


def read_trailer(path: Path, start: int, end: int, template: str) -> tuple[Claims, int]:
    """Return what the last line says, and where it begins; raises UnreadableFile when it is not as declared."""
    with path.open("rb") as stream:
        first = max(start, end - TAIL_BYTES)
        stream.seek(first)
        tail = stream.read(end - first).rstrip(b"\r\n")
    begin = max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1
    match = template_pattern(template).fullmatch(tail[begin:])
    if match is None:
        raise UnreadableFile("trailer_missing", "its last line is not the declared trailer")
    return _claims(match.groupdict(), "trailer"), first + begin


def announced_claims(announced: Mapping[str, str]) -> Claims | None:
    """Return what a manifest announced of a file (`records`, `total`, `hash_total`), None if it names none of them.

    Raises UnreadableFile where a number is none; sizes and checksums are compared when the file is fetched.
    """
    known = {"records": "records", "total": "amount", "hash_total": "hash"}
    found = {ours: announced[theirs].encode() for theirs, ours in known.items() if announced.get(theirs)}
    for name, value in found.items():
        if re.fullmatch(_WRITTEN[name].encode(), value) is None:
            raise UnreadableFile("manifest_wrong", "one of its totals is not a plain number")
    return _claims(found, "manifest") if found else None


def _claims(found: dict[str, Any], source: str) -> Claims:
    records, amount, total = (found.get(key) for key in ("records", "amount", "hash"))
    return Claims(
        int(records) if records else None,
        Decimal(amount.decode()) if amount else None,
        total.decode() if total else None,
        source,
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
    if claims.hash_total is not None and (hash_total is None or not hash_total.agrees(claims.hash_total)):
        raise UnreadableFile(code, "its hash total is not that of the records")
