"""Manifests: a sender's list of the files that belong to a delivery, with what each must hold.

Two layouts are read: lines of a checksum tool (`<MD5, SHA-1 or SHA-256>  <name>`), and delimited text whose header
names a column of file names, and perhaps of sizes, checksums, records and control totals.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from matchback.intake.places import RemoteFile, Source
from matchback.intake.transports.store import CHUNK, Changed, Entry, Refused, Vanished

MOST_BYTES = 8 << 20
CHECKSUMS = {32: "md5", 40: "sha1", 64: "sha256"}
_CHECKSUM_LINE = re.compile(r"([0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}) [ *](.+)")
_COLUMNS = {
    "name": ("name", "file", "filename", "file_name"),
    "size": ("size", "bytes", "file_size"),
    "md5": ("md5",),
    "sha1": ("sha1",),
    "sha256": ("sha256",),
    "records": ("records", "record_count", "rows", "row_count", "count"),
    "members": ("members", "member_count"),
    "total_minor": ("total_minor", "amount_minor"),
    "total": ("total", "control_total", "amount", "amount_total"),
    "hash_total": ("hash_total", "hash"),
}


@dataclass(frozen=True)
class Manifest:
    """A manifest as it lies at the source. `files` is what it says of each name; None if it cannot be read."""

    entry: Entry
    files: dict[str, dict[str, str]] | None = field(default_factory=dict)


def read_manifest(source: Source, entry: Entry) -> Manifest:
    """Read a manifest; one that is too large, refused or of no known layout has no files."""

    def content() -> bytes:
        parts = []
        for start in range(0, entry.size, CHUNK):
            parts.append(source.store.read(entry.path, start, min(CHUNK, entry.size - start), entry.stamp))
        source.store.rest()
        return b"".join(parts)

    if entry.size > MOST_BYTES:
        return Manifest(entry, None)
    try:
        return Manifest(entry, parse_manifest(source.tried(content)))
    except (Refused, Vanished, Changed, ValueError, csv.Error):
        return Manifest(entry, None)


def parse_manifest(content: bytes) -> dict[str, dict[str, str]]:
    """Return what a manifest says of each file, by name; raises ValueError where it has neither layout."""
    lines = content.decode("utf-8-sig").splitlines()
    lines = [line for line in lines if line.strip()]
    found = [_CHECKSUM_LINE.fullmatch(line) for line in lines]
    if lines and all(found):
        return {match[2]: {CHECKSUMS[len(match[1])]: match[1].lower()} for match in found if match}
    header = lines[0] if lines else ""
    delimiter = next((mark for mark in ",|;\t" if mark in header), ",")
    names = [cell.strip().lower() for cell in next(csv.reader([header], delimiter=delimiter))]
    places = {
        column: next((names.index(alias) for alias in aliases if alias in names), None)
        for column, aliases in _COLUMNS.items()
    }
    if places["name"] is None:
        raise ValueError("no column of file names")
    files: dict[str, dict[str, str]] = {}
    for cells in csv.reader(lines[1:], delimiter=delimiter, strict=True):
        if len(cells) != len(names):
            raise ValueError("a line has another number of columns")
        said = {
            column: cells[place].strip()
            for column, place in places.items()
            if place is not None and cells[place].strip()
        }
        name = said.pop("name", "")
        files[name] = {
            column: value.lower() if column in CHECKSUMS.values() else value for column, value in said.items()
        }
    return files


def in_manifest(
    manifests: Sequence[Manifest], files: Sequence[RemoteFile], known: Set[str]
) -> tuple[list[RemoteFile], list[tuple[str, str]]]:
    """Part files into those that a manifest announces as they are, and those that wait.

    `known` are the names that are there or came before; what a manifest names besides is missing.
    """
    announced: dict[str, dict[str, str]] = {}
    waiting = [(manifest.entry.name, "unread") for manifest in manifests if manifest.files is None]
    for manifest in manifests:  # of two that name a file, the one of the later name counts
        announced |= manifest.files or {}
    ready = []
    for file in files:
        said = announced.get(file.name)
        if said is None:
            waiting.append((file.name, "manifest"))
        elif said.get("size", str(file.size)) != str(file.size):
            waiting.append((file.name, "size"))
        else:
            ready.append(replace(file, announced=said))
    waiting += [(name, "missing") for name in announced if name not in known]
    return ready, waiting
