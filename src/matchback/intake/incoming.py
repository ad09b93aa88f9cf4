"""The bytes of a file at a source, as they come in: read on after a broken connection, and of one version only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matchback.errors import SourceFailed
from matchback.intake.manifests import CHECKSUMS
from matchback.intake.places import RemoteFile, Source, address, told
from matchback.intake.transports.store import CHUNK, Changed, Entry, Refused, Vanished

COMPARED = 1 << 20
_WAITS = "It stays at the source and waits; other files go on."


class FileWaits(SourceFailed):
    """One file cannot be received now; `reason` is `changed`, `refused`, `vanished` or `checksum`."""

    def __init__(self, what: str, reason: str = "") -> None:
        super().__init__(what, state=_WAITS)
        self.reason = reason


class Incoming:
    """A file that is being read, from its first byte to the last that was listed.

    A lost connection is made anew and the reading goes on where it broke off. The end is reported only when the file
    is still the one that was listed, with all that was announced of it: what changed meanwhile waits.
    """

    def __init__(self, source: Source, remote: RemoteFile) -> None:
        self._source, self._remote = source, remote
        self._offset = 0
        self._checksums = {
            name: hashlib.new(name, usedforsecurity=False)
            for name in CHECKSUMS.values()
            if name in remote.announced
        }
        found = source.tried(source.store.look, remote.path)
        if found is None:
            raise Vanished
        if not found.is_like(remote.size, remote.stamp):
            raise Changed
        self.entry: Entry = found

    def resume(self, beginning: Path, size: int) -> bool:
        """Go on after `size` bytes that an earlier try fetched; return False if they are not this file's.

        Name, size and stamp are those of then, but a server of whole seconds can hold another file under them: so the
        first and the last of those bytes are fetched once more, and compared.
        """
        remote = self._remote
        if size > remote.size:
            return False
        with beginning.open("rb") as stream, _told(self._source):
            for start in {0, max(0, size - COMPARED)}:
                length = min(COMPARED, size - start)
                stream.seek(start)
                there = self._source.tried(self._source.store.read, remote.path, start, length, remote.stamp)
                if there != stream.read(length):
                    return False
            stream.seek(0)
            while self._checksums and (chunk := stream.read(min(CHUNK, size - stream.tell()))):
                for checksum in self._checksums.values():
                    checksum.update(chunk)
        self._offset = size
        return True

    def read(self, size: int = CHUNK) -> bytes:
        """Return the next bytes, at most `size` and some at least; none at the end of the whole, unchanged file."""
        remote, start = self._remote, self._offset
        if start == remote.size:
            self._finish()
            return b""
        length = min(size, CHUNK, remote.size - start)
        with _told(self._source):
            chunk = self._source.tried(self._source.store.read, remote.path, start, length, remote.stamp)
            if not chunk:
                raise Changed  # it has become shorter
        self._offset += len(chunk)
        for checksum in self._checksums.values():
            checksum.update(chunk)
        return chunk

    def _finish(self) -> None:
        with _told(self._source):
            self._refuse_changed()
        for name, checksum in self._checksums.items():
            announced, found = self._remote.announced[name], checksum.hexdigest()
            if found != announced:
                raise FileWaits(_other_bytes(name, announced, found), "checksum")

    def _refuse_changed(self) -> None:
        now = self._source.tried(self._source.store.look, self._remote.path)
        if now is None:
            raise Vanished
        if now != self.entry:
            raise Changed


@contextmanager
def reading(source: Source, remote: RemoteFile) -> Iterator[Incoming]:
    """Open a file at the source for reading; the stream's `entry` is the very file that is read."""
    with _told(source):
        stream = Incoming(source, remote)
    try:
        yield stream
    finally:
        source.store.rest()


@contextmanager
def _told(source: Source) -> Iterator[None]:
    place = address(source.url)
    with told(source.url):
        try:
            yield
        except Vanished:
            raise FileWaits(f"A file at {place} vanished before it was read.", "vanished") from None
        except Changed:
            raise FileWaits(
                f"A file at {place} changed while it was read: it is still being written.", "changed"
            ) from None
        except Refused as trouble:
            raise FileWaits(f"A file at {place} may not be read ({trouble.kind}).", "refused") from None


def _other_bytes(name: str, announced: str, found: str) -> str:
    """Tell a file by its checksums: names can be personal data, and it has no id before it is received."""
    is_checksum = len(announced) == len(found) and not set(announced) - set("0123456789abcdef")
    said = f"{announced[:8]}..." if is_checksum else "no checksum of its kind"
    return (
        f"A file's bytes are not those that its manifest announces: its {name} there is {said}, of the bytes "
        f"{found[:8]}... It stays at the source. See which it is:  matchback files list\n"
        "Then ask the sender for the right file or manifest; the next run looks again."
    )
