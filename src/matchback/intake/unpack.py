"""From archived bytes to the file that the sender wrote: decrypted, inflated, every checksum verified.

What comes out is counted while it is written, so that a small file cannot fill the disk. Everything is written into the
folder that validation gives, and nothing of an archive's own names is ever used.
"""

from __future__ import annotations

import errno
import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    from matchback.config import FileFormat

CHUNK = 1 << 20
RATIO_COUNTS_FROM = 100 << 20
MAX_ZIP_DIRECTORY = 1 << 16
_ENCRYPTED_MEMBER = 0x1
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd", "zip": b"PK\x03\x04"}
_OTHER_MAGIC = {"zstd": b"\x2a\x4d\x18"}  # of a frame to skip, from its second byte on


class Meter:
    """Counts what is written of one file, and stops it at the feed's limits."""

    def __init__(self, packed: int, form: FileFormat) -> None:
        by_ratio = max(packed * form.max_inflated_ratio, RATIO_COUNTS_FROM)
        self.most = min(form.max_inflated_bytes, by_ratio)
        self.written = 0

    def add(self, size: int) -> None:
        """Count more bytes; raises UnreadableFile."""
        self.written += size
        if self.written > self.most:
            raise UnreadableFile("inflates_too_much", f"it becomes larger than {self.most:,} bytes")


def unpack(path: Path, form: FileFormat, scratch: Path, root: Path) -> Path:
    """Return the file that the sender wrote: `path` itself where nothing is packed, else a file in `scratch`.

    `root` is the workspace, to which references to keys are relative. Raises UnreadableFile.
    """
    packed = path.stat().st_size
    if packed == 0:
        raise UnreadableFile("empty_file")
    if form.pgp is not None:
        from matchback.intake.pgp import decrypt

        path = decrypt(path, form.pgp, scratch, root, Meter(packed, form).most)
    if form.compression != "none":
        inflated = _inflate(path, form, scratch / "inflated", Meter(packed, form))
        if path.parent == scratch:
            path.unlink()  # the decrypted copy
        path = inflated
    if path.stat().st_size == 0:
        raise UnreadableFile("empty_file")
    return path


def _inflate(path: Path, form: FileFormat, target: Path, meter: Meter) -> Path:
    kind = form.compression
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head.startswith(_MAGIC[kind]) and head[1:] != _OTHER_MAGIC.get(kind):
        raise UnreadableFile("wrong_format", f"it is not a {kind} file, as the feed declares")
    pieces: dict[str, Callable[[Path], Iterator[bytes]]] = {"gzip": _gzip, "zstd": _zstd, "zip": _zip}
    with target.open("wb") as sink:
        for piece in pieces[kind](path):
            meter.add(len(piece))
            sink.write(piece)
    return target


def _gzip(path: Path) -> Iterator[bytes]:
    """Inflate through Python's gzip, which checks the checksum and the length (DuckDB does neither)."""
    try:
        with gzip.open(path, "rb") as source:
            while piece := source.read(CHUNK):
                yield piece
    except EOFError:
        raise UnreadableFile("damaged_archive", "it ends too early") from None
    except (gzip.BadGzipFile, zlib.error):
        raise UnreadableFile(
            "damaged_archive", "its checksum is wrong, or something follows that is not gzip"
        ) from None


def _zstd(path: Path) -> Iterator[bytes]:
    """Inflate every frame through Arrow; its library refuses a frame that wants more than 128 MB of memory."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as packed, pa.CompressedInputStream(packed, "zstd") as source:
            while piece := source.read(CHUNK):
                yield piece
    except (pa.ArrowException, OSError):
        raise UnreadableFile(
            "damaged_archive", "it ends too early, its checksum is wrong, or it wants too much memory"
        ) from None


def _zip(path: Path) -> Iterator[bytes]:
    """Inflate the only member of a zip file; its name is not looked at but for what makes it suspicious."""
    with path.open("rb") as stream:
        _refuse_large_directory(stream)
        with _damage("its directory is damaged or cut off"):
            archive = zipfile.ZipFile(stream)
        with archive:
            member = _only_member(archive)
            with _damage("its member is damaged or cut off"), archive.open(member) as source:
                while piece := source.read(CHUNK):
                    yield piece


@contextmanager
def _damage(words: str) -> Iterator[None]:
    """Refuse an archive over which the library stumbles; it takes an odd place in the file for a fault of the disk."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError):
        raise UnreadableFile("damaged_archive", words) from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise UnreadableFile("damaged_archive", words) from None


def _refuse_large_directory(stream: BinaryIO) -> None:
    """Refuse an archive of many members before its directory is read into memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise UnreadableFile("damaged_archive", "its directory is damaged or cut off")
    members, directory, comment = struct.unpack("<10xHL4xH", tail[end : end + 22])
    if tail[end + 22 + comment :].strip(b"\0"):  # some systems fill the last block
        raise UnreadableFile("damaged_archive", "something follows that is not zip")
    locator = tail[end - 20 : end] if end >= 20 else b""
    if locator.startswith(b"PK\x06\x07"):
        stream.seek(min(struct.unpack("<8xQ", locator[:16])[0], size))
        record = stream.read(56)
        if len(record) < 56 or not record.startswith(b"PK\x06\x06"):
            raise UnreadableFile("damaged_archive", "its directory is damaged or cut off")
        members, directory = struct.unpack("<32xQQ", record[:48])
    if members != 1 or directory > MAX_ZIP_DIRECTORY:
        raise UnreadableFile("not_one_member", "send one file in one zip file")


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) != 1 or members[0].is_dir():
        raise UnreadableFile("not_one_member", "send one file in one zip file")
    member = members[0]
    if member.header_offset:  # an archive before this one, of which no directory tells
        raise UnreadableFile("not_one_member", "send one file in one zip file")
    name = member.orig_filename
    if (
        name.startswith(("/", "\\"))
        or ":" in name
        or ".." in name.replace("\\", "/").split("/")
        or "\0" in name
    ):
        raise UnreadableFile("unsafe_archive", "its member's name points outside of the archive")
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise UnreadableFile("unsafe_archive", "its member is a link or a device")
    if member.flag_bits & _ENCRYPTED_MEMBER:
        raise UnreadableFile("encrypted_archive", "zip passwords are not taken; PGP is")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFile("damaged_archive", "its member is packed in a way that is not taken: deflate is")
    return member
