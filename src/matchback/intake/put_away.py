"""What we change at a source: a file is moved or deleted once it is archived, and answers are put there.

Nothing is ever overwritten, and nothing that nobody has read is ever touched.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from matchback.intake.listing import RESULTS_SUFFIX
from matchback.intake.places import Source, told
from matchback.intake.transports.store import CHUNK, Changed, Entry, NoSuchPlace, Refused, Taken, Vanished

MOST_NAME_BYTES = 255
MOST_NAMES = 20


def remove(source: Source, entry: Entry) -> bool:
    """Delete a file at the source; one that is gone already is no failure.

    Returns False if another version lies there by now: nobody has read it, so it stays.
    """
    with told(source.url):
        try:
            source.tried(source.store.remove, entry)
        except Vanished:
            return True
        except Changed:
            return False
        return True


def move(source: Source, entry: Entry, folder: str, content_hash: str) -> bool:
    """Move a file into a folder beside it, never over another one.

    A name that is taken gets the content's hash, then a number; where the same bytes already lie under it, a move was
    cut off, and only the first copy goes. Returns False if another version of the file lies there by now: nobody has
    read it, so it stays.
    """
    with told(source.url):
        target_folder = posixpath.join(posixpath.dirname(entry.path), folder)
        source.tried(source.store.make_folder, target_folder)
        for name in _names(entry.name, content_hash[:12]):
            target = posixpath.join(target_folder, name)
            try:
                source.tried(source.store.rename, entry, target)
            except Vanished:
                return True
            except Changed:
                return False
            except Taken:
                there = source.tried(source.store.look, target)
                if there and _hash_at(source, there, entry.size) == content_hash:
                    return remove(source, entry)
                continue
            return True
        raise Taken


def _names(name: str, tag: str) -> list[str]:
    """Return the names to try, in order, none longer than file systems take.

    The end by which a results file is known stays, or it would be received as a delivery where it lies among those.
    """
    stem, suffix = posixpath.splitext(name)
    if name.endswith(RESULTS_SUFFIX):
        stem, suffix = name.removesuffix(RESULTS_SUFFIX), RESULTS_SUFFIX
    tags = [f".{tag}"] + [f".{tag}.{number}" for number in range(2, MOST_NAMES)]
    return [name] + [f"{_cut(stem, len((mark + suffix).encode('utf-8', 'surrogateescape')))}{mark}{suffix}"
                     for mark in tags]  # fmt: skip


def _cut(stem: str, beside: int) -> str:
    content = stem.encode("utf-8", "surrogateescape")
    if len(content) + beside <= MOST_NAME_BYTES:
        return stem
    return content[: MOST_NAME_BYTES - beside].decode("utf-8", "ignore")


def _hash_at(source: Source, entry: Entry, size: int) -> str:
    """Return the SHA-256 of a file at the source, '' if it has another size."""
    if (entry.kind, entry.size) != ("file", size):
        return ""
    digest, start = hashlib.sha256(), 0
    while start < size:
        chunk = source.tried(source.store.read, entry.path, start, min(CHUNK, size - start), entry.stamp)
        if not chunk:
            break
        digest.update(chunk)
        start += len(chunk)
    source.store.rest()
    return digest.hexdigest()


def deliver(
    source: Source,
    content: Path,
    folder: str,
    name: str,
    tag: str,
    *,
    before_naming: Callable[[], object] = lambda: None,
    former: tuple[str, str] = ("", ""),
) -> str:
    """Put a file of ours into a folder at the source under a name, whole or not at all; return the name it got.

    `former` is the name and SHA-256 of an earlier answer of ours that this one replaces: if exactly those bytes still
    lie there, they go when the new ones have come, and these get their name. Anything else under it stays.

    `before_naming` is called when all bytes are there, right before they get the name: what fails until then, or is
    killed, did not arrive. The same bytes under the name count as put there. A local file is for our own user only.
    A folder beside a source that is away is not made.
    """
    with told(source.url):
        store = source.store
        if folder and source.is_local and not Path(source.root).is_dir():
            raise NoSuchPlace
        target_folder = source.join(folder)
        source.tried(store.make_folder, target_folder)
        size = content.stat().st_size
        for free_name in dict.fromkeys([*filter(None, former[:1]), *_names(name, tag)]):
            target = posixpath.join(target_folder, free_name)
            there = source.tried(store.look, target)
            if there:
                _clear(source, f"{target}.part")
            if there and there.size == size and _hash_at(source, there, size) == _hash_of(content):
                return free_name
            if there and (free_name, _hash_at(source, there, there.size)) == former:
                if _replace(source, content, target, there, before_naming):
                    return free_name
                continue
            if there is None:
                _put(source, content, target, before_naming)
                return free_name
        raise Taken


def _replace(
    source: Source, content: Path, target: str, there: Entry, before_naming: Callable[[], object]
) -> bool:
    """Put a file in the place of one of ours; return False if that one was changed or may not be removed: it stays."""

    def make_room() -> None:
        before_naming()
        with suppress(Vanished):
            source.tried(source.store.remove, there)

    try:
        _put(source, content, target, make_room)
    except (Changed, Refused, Taken):
        _clear(source, f"{target}.part")
        return False
    return True


def _clear(source: Source, aside: str) -> None:
    """Take away what a killed delivery left beside a name: nobody but us writes under it."""
    left = source.tried(source.store.look, aside)
    if left and left.kind == "file":
        with suppress(Vanished, Changed):
            source.tried(source.store.remove, left)


def _put(source: Source, content: Path, target: str, before_naming: Callable[[], object]) -> None:
    store, aside = source.store, f"{target}.part"
    size = content.stat().st_size

    def write() -> Entry:
        with content.open("rb") as mine:
            store.write(aside, mine)
        written = store.look(aside)
        if written is None or written.size != size:
            raise Vanished
        return written

    written = source.tried(write)
    before_naming()

    def name() -> None:
        try:
            store.rename(written, target)
        except Vanished:  # the answer to an earlier try was lost
            there = store.look(target)
            if there is None or there.size != size:
                raise

    source.tried(name)


def has_arrived(source: Source, content: Path) -> bool:
    """Tell whether a file of this name and these bytes can be read at the source.

    Then what a delivery that was killed right after naming it left beside it goes, if it may be removed.
    """
    with told(source.url):
        target = source.join(content.name)
        try:
            there = source.tried(source.store.look, target)
            size = content.stat().st_size
            if there is None or _hash_at(source, there, size) != _hash_of(content):
                return False
            with suppress(Refused):
                _clear(source, f"{target}.part")
            return True
        except (Vanished, Changed, NoSuchPlace):
            return False


def _hash_of(content: Path) -> str:
    stream: BinaryIO
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
