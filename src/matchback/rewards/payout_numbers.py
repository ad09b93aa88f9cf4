"""The numbers of payout files: a number, once used, never stands for other content. A part of `reward`.

A file is journaled, then written, then recorded by the commit. A run that is cut off in between leaves a number that
the warehouse does not know: the same content of the same day takes it up again, any other content takes the next one,
and the file that nothing records is withdrawn from the outbox.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from matchback.journal import Journal
from matchback.rewards.conditions import NO_CURRENCY, minor_digits

WITHDRAWN = ".withdrawn"
AS_ISSUED, CHANGED, MISSING, TOTALS_CHANGED = "as issued", "changed", "missing", "totals changed"
_NAME = re.compile(r"earned-rewards-(\d+)\.csv")


def payout_path(folder: Path, number: int) -> Path:
    """Return where the payout file of a number stands."""
    return folder / f"earned-rewards-{number:06d}.csv"


def file_numbers(folder: Path) -> dict[int, Path]:
    """Return the payout files of a folder by their numbers, in order."""
    found = {
        int(match[1]): path
        for path in folder.glob("*.csv")
        if (match := _NAME.fullmatch(path.name)) is not None
    }
    return dict(sorted(found.items()))


def content_hash(content: bytes) -> str:
    """Return the SHA-256 by which a payout file's bytes are known."""
    return hashlib.sha256(content).hexdigest()


def amount_text(amount_minor: int, currency: str) -> str:
    """Return minor units as a plain decimal number of the currency, like 100.00."""
    digits = minor_digits(currency)
    if digits == 0:
        return str(amount_minor)
    whole, rest = divmod(amount_minor, 10**digits)
    return f"{whole}.{rest:0{digits}d}"


def totals_content(
    number: int, issued_on: str, lines: int, totals: Mapping[str, int], file_hash: str
) -> bytes:
    """Return the totals file of a payout file (`.totals.json`): a function of what the journal says of it."""
    summary = {
        "payout_number": number,
        "issued_on": issued_on,
        "file": payout_path(Path(), number).name,
        "sha256": file_hash,
        "lines": lines,
        "totals": {unit: amount_text(amount, _currency(unit)) for unit, amount in sorted(totals.items())},
    }
    return json.dumps(summary, indent=2).encode() + b"\n"


def _currency(unit: str) -> str:
    """Return the currency of a face value type; what is no currency of three letters has none."""
    return unit if len(unit) == len(NO_CURRENCY) else NO_CURRENCY


def journaled_payouts(journal: Journal) -> list[dict[str, Any]]:
    """Return what the journal says of each payout file ever begun, in order: number, issued_on, file_hash, totals."""
    return [entry.body for entry in journal.entries(kind="payout")]


def choose_number(
    recorded: Iterable[int], journaled: Iterable[dict[str, Any]], issued_on: date, file_hash: str
) -> int:
    """Return the number of the next payout file: behind every recorded one, and none that meant other content."""
    own = (issued_on.isoformat(), file_hash)
    number = max(recorded, default=0) + 1
    others = {int(body["number"]) for body in journaled if (body["issued_on"], body["file_hash"]) != own}
    while number in others:
        number += 1
    return number


def withdraw_unrecorded(folder: Path, recorded: Collection[int]) -> list[Path]:
    """Put aside the payout files of numbers that the warehouse does not record; return their new names.

    Called after a commit: what it did not record was left by a run that was cut off, and nobody may pay from it.
    """
    withdrawn = []
    for number, path in file_numbers(folder).items():
        if number in recorded:
            continue
        for name in (path.with_suffix(".totals.json"), path):
            if name.exists():
                withdrawn.append(name.replace(name.with_name(name.name + WITHDRAWN)))
    return withdrawn


def file_states(
    folder: Path, recorded: Mapping[int, str], journaled: Iterable[Mapping[str, Any]]
) -> dict[int, str]:
    """Return of each recorded payout file, by number, whether its bytes in the outbox are those that were issued.

    `recorded` holds the SHA-256 of each number, `journaled` what the journal says of each file. The totals beside a
    file must be its own as well: who pays compares with them. `missing` is no fault by itself: a file may be put away
    once delivered.
    """
    said = {(int(body["number"]), str(body["file_hash"])): body for body in journaled}
    states = {}
    for number, file_hash in sorted(recorded.items()):
        path = payout_path(folder, number)
        if not path.is_file():
            states[number] = MISSING
        elif content_hash(path.read_bytes()) != file_hash:
            states[number] = CHANGED
        else:
            states[number] = (
                AS_ISSUED if has_own_totals(path, said.get((number, file_hash))) else TOTALS_CHANGED
            )
    return states


def has_own_totals(path: Path, body: Mapping[str, Any] | None) -> bool:
    """Tell whether the totals beside a payout file are those that were made with it, or were put away.

    `body` is what the journal says of the file; where it says nothing, there is nothing to compare with.
    """
    beside = path.with_suffix(".totals.json")
    if body is None or not beside.is_file():
        return True
    names = ("number", "issued_on", "lines", "totals", "file_hash")
    return beside.read_bytes() == totals_content(*(body[name] for name in names))
