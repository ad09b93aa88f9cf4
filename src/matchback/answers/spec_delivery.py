"""What a file specification says of the proofs that come with a file: that it is whole, and how much is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchback.config import Feed, FileFormat

SAMPLE_DAY = date(2026, 11, 7)
_DATE = re.compile(r"\{date:([^}]+)\}")
_CLAIM = re.compile(r"\{([a-z_]+)(?::[0-9]+)?\}")
_UNITS = 1 << 10


def example_name(feed: Feed) -> str:
    """Return a file name that belongs to the feed, for a sample day."""
    return dated(feed.pattern).replace("*", "")


def dated(pattern: str) -> str:
    """Return a name with the sample day where its date stands."""
    return _DATE.sub(lambda found: SAMPLE_DAY.strftime(found[1]), pattern)


def ready_rules(feed: Feed) -> Iterator[str]:
    """Say what besides the file itself must come before it is taken."""
    if feed.ready is None:
        return
    name = example_name(feed)
    if feed.ready.marker:
        stem = name.rpartition(".")[0] or name
        marker = dated(feed.ready.marker).replace("{name}", name).replace("{stem}", stem)
        yield (
            f"When a file is whole, put an empty file beside it that says so: for `{name}` that is `{marker}`. "
            "Until then the file waits."
        )
    elif feed.ready.manifest:
        yield (
            f"List your files in a manifest beside them, for example `{dated(feed.ready.manifest)}`: a file that no "
            "manifest names waits. A manifest is lines of a checksum tool (MD5, SHA-1 or SHA-256, then the file's "
            "name), or CSV with a header: `name`, and of `size`, `md5`, `sha1`, `sha256`, `records`, `total` (the sum "
            "of the money, written as in the file), `total_minor` (the same in the smallest unit), `hash_total` and "
            "`members` (of a list: how many different ones) those that you can give. What is given must hold, else the "
            "file waits or is refused."
        )


def trailer_rules(form: FileFormat) -> Iterator[str]:
    """Say what the last line holds, and how it is written."""
    if not form.trailer:
        return
    point = "comma" if form.decimal == "," else "point"
    meanings = {
        "records": "`{records}` is the number of records, without header and this line",
        "amount": f"`{{amount}}` is the sum of the column `amount`, written as there (decimal {point})",
        "amount_minor": "`{amount_minor}` is the sum of the column `amount` in the smallest unit, without a point",
        "hash": f"`{{hash}}` is the sum of the column `{form.hash_column}` read as a whole number, or its last digits",
        "members": "`{members}` is the number of different members",
        "any": "`{any}` is anything",
    }
    found = [meanings[name] for name in dict.fromkeys(_CLAIM.findall(form.trailer)) if name in meanings]
    yield (
        f"The last line counts the others: `{form.trailer}`, where {'; '.join(found)}. A file whose counts disagree, "
        "or that ends without this line, is refused."
    )


def list_rules(feed: Feed) -> Iterator[str]:
    """Say what holds of whole lists and of lists of changes."""
    if feed.kind != "audience":
        return
    if feed.delivery == "add":
        yield "Each file names members that join the list; those who are on it stay."
    elif feed.delivery == "remove":
        yield "Each file names members who leave the list; all others stay."
    else:
        yield "Each file is the whole list of its day, in one file: whoever is not in it is on the list no more."
        if feed.max_shrink:
            yield (
                f"A list that is smaller than the one before by more than {feed.max_shrink} is refused, and the one "
                "before goes on."
            )


def limit_rules(form: FileFormat) -> Iterator[str]:
    """Say how much a file may hold."""
    yield f"A file holds at most {form.max_records:,} records."
    if form.compression != "none" or form.pgp is not None:
        yield (
            f"Unpacked it has at most {_size(form.max_inflated_bytes)}, and at most {form.max_inflated_ratio:,} times "
            "its packed size."
        )


def _size(count: int) -> str:
    names = ("bytes", "KB", "MB", "GB", "TB")
    power = 0
    while count % _UNITS == 0 and power < len(names) - 1:
        count, power = count // _UNITS, power + 1
    return f"{count:,} {names[power]}"
