"""From archived bytes to a UTF-8 text file that the readers can trust: inflated, checked, re-encoded.

What is not what the feed declares (a spreadsheet, a login page, another encoding, a cut archive) is refused here,
before any parser sees it.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    from matchback.config import FileFormat

CHUNK = 1 << 20
MAX_INFLATED_BYTES = 20 << 30
MAX_INFLATED_RATIO = 200
RATIO_COUNTS_FROM = 100 << 20
HEAD = 4096
UTF8_BOM = b"\xef\xbb\xbf"

_MAGIC = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file or a spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"-----BEGIN PGP", "a PGP message"),
)


def prepare_text(path: Path, form: FileFormat, scratch: Path) -> Path:
    """Return a file of plain UTF-8: `path` itself if it is that already, else a copy in the folder `scratch`.

    Raises UnreadableFile.
    """
    if path.stat().st_size == 0:
        raise UnreadableFile("empty_file")
    if form.compression == "gzip":
        path = _inflate(path, scratch / "inflated")
    _refuse_other_formats(path, form)
    if form.encoding != "utf-8":
        path = _recode(path, form.encoding, scratch / "recoded")
    return path


def _inflate(path: Path, target: Path) -> Path:
    """Inflate through Python's gzip, which checks the checksum and the length (DuckDB does neither)."""
    packed = path.stat().st_size
    written = 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as sink:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > MAX_INFLATED_BYTES or (
                    written > RATIO_COUNTS_FROM and written > packed * MAX_INFLATED_RATIO
                ):
                    raise UnreadableFile("inflates_too_much")
                sink.write(chunk)
    except EOFError:
        raise UnreadableFile("damaged_archive", "it ends too early") from None
    except (gzip.BadGzipFile, zlib.error):
        raise UnreadableFile("damaged_archive", "it is not gzip, or its checksum is wrong") from None
    if written == 0:
        raise UnreadableFile("empty_file")
    return target


def _refuse_other_formats(path: Path, form: FileFormat) -> None:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    for magic, words in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile("wrong_format", f"it is {words}, not {form.type.upper()} text")
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnreadableFile("wrong_format", f"it is a web page or XML, not {form.type.upper()} text")
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if form.encoding != "utf-16" and marked:
        raise UnreadableFile("wrong_encoding", f"it is UTF-16; the feed declares {form.encoding}")
    if form.encoding != "utf-16" and head.count(b"\0") > len(head) // 8:
        raise UnreadableFile("wrong_encoding", f"it is not text in {form.encoding}")


def _recode(path: Path, encoding: str, target: Path) -> Path:
    """Write the text again as UTF-8. Bytes that the encoding does not know become U+FFFD, which is refused later."""
    errors = "strict" if encoding == "utf-16" else "replace"
    try:
        with path.open("rb") as source, target.open("wb") as sink:
            _copy_text(source, sink, encoding, errors)
    except UnicodeError:
        raise UnreadableFile("wrong_encoding", f"it is not text in {encoding}") from None
    return target


def _copy_text(source: BinaryIO, sink: BinaryIO, encoding: str, errors: str) -> None:
    decoder = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")
    while text := decoder.read(CHUNK):
        sink.write(text.encode("utf-8"))
    decoder.detach()
