"""From the file that the sender wrote to a UTF-8 text that the readers can trust: checked and re-encoded.

What is not what the feed declares (a spreadsheet, a login page, another encoding) is refused here, before any parser
sees it.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from matchback.intake.pgp import looks_encrypted
from matchback.intake.records import UnreadableFile
from matchback.intake.unpack import CHUNK, unpack

if TYPE_CHECKING:
    from matchback.config import FileFormat

HEAD = 4096
UTF8_BOM = b"\xef\xbb\xbf"
REPLACEMENT = "�"

_MAGIC = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file or a spreadsheet"),
    (b"PK\x05\x06", "an empty zip file"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
    (b"-----BEGIN PGP", "a PGP message"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml")


def prepare_text(path: Path, form: FileFormat, scratch: Path, root: Path = Path()) -> Path:
    """Return a file of plain UTF-8: `path` itself if it is that already, else a copy in the folder `scratch`.

    `root` is the workspace, where references to keys begin. Raises UnreadableFile.
    """
    unpacked = unpack(path, form, scratch, root)
    _refuse_other_formats(unpacked, form)
    if form.encoding == "utf-8":
        return unpacked
    recoded = _recode(unpacked, form.encoding, scratch / "recoded")
    if unpacked != path:
        unpacked.unlink()
    return recoded


def _refuse_other_formats(path: Path, form: FileFormat) -> None:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    declared = f"not {form.type.upper()} text"
    for magic, words in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile("wrong_format", f"it is {words}, {declared}")
    if head.lstrip(UTF8_BOM + b" \t\r\n").lower().startswith(_MARKUP):
        raise UnreadableFile("wrong_format", f"it is a web page or XML, {declared}")
    _refuse_other_encodings(head, form.encoding)
    if form.encoding == "utf-8" and looks_encrypted(head) and _is_binary(head):
        raise UnreadableFile("wrong_format", f"it is a PGP message, {declared}")


def _refuse_other_encodings(head: bytes, encoding: str) -> None:
    """Refuse what the first bytes show to be written otherwise than declared."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not encoding.startswith("utf-16"):
        if marked:
            raise UnreadableFile("wrong_encoding", f"it is UTF-16; the feed declares {encoding}")
        if head.count(b"\0") > len(head) // 8:
            raise UnreadableFile("wrong_encoding", f"it is not text in {encoding}")
        if encoding != "utf-8" and head.startswith(UTF8_BOM):
            raise UnreadableFile("wrong_encoding", f"it is UTF-8; the feed declares {encoding}")
    elif encoding == "utf-16" and not marked:
        raise UnreadableFile(
            "wrong_encoding",
            "it has no byte order mark of UTF-16; declare utf-16-le or utf-16-be if it never has one",
        )


def _is_binary(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return True
    return False


def _recode(path: Path, encoding: str, target: Path) -> Path:
    """Write the text again as UTF-8. Bytes that the encoding does not know become U+FFFD, which is refused later."""
    errors = "strict" if encoding.startswith("utf-16") else "replace"
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
