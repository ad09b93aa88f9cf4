"""Bad archives and containers: what their sender gets. The numbers are those of the list of bad inputs."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
from functools import cache

import pyarrow as pa
import pytest

from unit.bad_inputs import OK, Case, Refused, Sender, as_parameters, judge

HEADER = "event_name,event_time,partner_event_id,amount\n"
ONE, TWO = "account_opened,2026-11-01,E1,10.00\n", "account_opened,2026-11-02,E2,5.00\n"
TEXT = (HEADER + ONE + TWO).encode()
GZIP, ZSTD, ZIP = ('compression = "gzip"', 'compression = "zstd"', 'compression = "zip"')


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return packed


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0x40
    return bytes(changed)


def encrypted() -> bytes:
    """Return a zip file whose flags say that its member is encrypted."""
    content = bytearray(zipped(("a.csv", TEXT)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@cache
def bomb() -> bytes:
    return gzip.compress(b"\0" * (110 << 20))


def many_members(count: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.csv", b"")
    return stream.getvalue()


PACKED = gzip.compress(TEXT)
CASES = [
    Case(41, "gzip, cut", PACKED[:-9], Refused("damaged_archive", "ends too early"), format=GZIP),
    Case(41, "zstd, cut", zstd(TEXT)[:-2], Refused("damaged_archive", "ends too early"), format=ZSTD),
    Case(41, "zip, cut", zipped(("a.csv", TEXT))[:-30], Refused("damaged_archive", "cut off"), format=ZIP),
    Case(42, "gzip with a wrong checksum", flipped(PACKED, -6), Refused("damaged_archive", "checksum"), format=GZIP),
    Case(42, "zip with a flipped bit", flipped(zipped(("a.csv", TEXT)), 60), Refused("damaged_archive"), format=ZIP),
    Case(43, "gzip of two members", gzip.compress((HEADER + ONE).encode()) + gzip.compress(TWO.encode()), [OK, OK], format=GZIP),
    Case(43, "zstd of two frames", zstd((HEADER + ONE).encode()) + zstd(TWO.encode()), [OK, OK], format=ZSTD),
    Case(43, "gzip and something after it", PACKED + b"more", Refused("damaged_archive", "not gzip"), format=GZIP),
    Case(44, "plain text where gzip is declared", TEXT, Refused("wrong_format", "not a gzip file"), format=GZIP),
    Case(44, "plain text where zstd is declared", TEXT, Refused("wrong_format", "not a zstd file"), format=ZSTD),
    Case(44, "plain text where zip is declared", TEXT, Refused("wrong_format", "not a zip file"), format=ZIP),
    Case(44, "gzip where plain text is declared", PACKED, Refused("wrong_format", "it is a gzip file, not CSV text")),
    Case(44, "gzip in gzip", gzip.compress(PACKED), Refused("wrong_format", "it is a gzip file"), format=GZIP),
    Case(44, "a spreadsheet", zipped(("xl/workbook.xml", b"<x/>")), Refused("wrong_format", "a zip file or a spreadsheet")),
    Case(44, "an old spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, Refused("wrong_format", "an old spreadsheet")),
    Case(44, "a PDF", b"%PDF-1.7\n", Refused("wrong_format", "a PDF")),
    Case(44, "a login page", b"\r\n <!DOCTYPE html><html>Log in</html>", Refused("wrong_format", "a web page")),
    Case(44, "a login page in gzip", gzip.compress(b"<HTML>Log in</HTML>"), Refused("wrong_format", "a web page"), format=GZIP),
    Case(44, "a Parquet file", b"PAR1....", Refused("wrong_format", "a Parquet file")),
    Case(44, "a PGP message", b"-----BEGIN PGP MESSAGE-----\n", Refused("wrong_format", "a PGP message")),
    Case(44, "an empty file in gzip", gzip.compress(b""), Refused("empty_file"), format=GZIP),
    Case(45, "gzip of 110 MB of nothing", bomb(), Refused("inflates_too_much", "104,857,600 bytes"), format=GZIP),
    Case(45, "larger than the feed's limit", PACKED, Refused("inflates_too_much", "100 bytes"), format=GZIP + ", max_inflated_bytes = 100"),
    Case(45, "zstd larger than the feed's limit", zstd(TEXT), Refused("inflates_too_much"), format=ZSTD + ", max_inflated_bytes = 100"),
    Case(45, "zip larger than the feed's limit", zipped(("a.csv", TEXT)), Refused("inflates_too_much"), format=ZIP + ", max_inflated_bytes = 100"),
    Case(45, "zip in zip", zipped(("a.csv", zipped(("b.csv", TEXT)))), Refused("wrong_format", "a zip file"), format=ZIP),
    Case(45, "bzip2", b"BZh91AY&SY", Refused("wrong_format", "a bzip2 file")),
    Case(46, "a zip file of one file", zipped(("a.csv", TEXT)), [OK, OK], format=ZIP),
    Case(46, "a member of a folder", zipped(("out/a.csv", TEXT)), [OK, OK], format=ZIP),
    Case(46, "a member that climbs out", zipped(("../../a.csv", TEXT)), Refused("unsafe_archive", "points outside"), format=ZIP),
    Case(46, "a member that climbs out, as Windows writes it", zipped(("..\\a.csv", TEXT)), Refused("unsafe_archive", "points outside"), format=ZIP),
    Case(46, "a member with an absolute name", zipped(("/etc/a.csv", TEXT)), Refused("unsafe_archive"), format=ZIP),
    Case(46, "a member on a drive", zipped(("C:a.csv", TEXT)), Refused("unsafe_archive"), format=ZIP),
    Case(46, "a link", zipped((link(), b"/etc/passwd")), Refused("unsafe_archive", "a link"), format=ZIP),
    Case(46, "a folder alone", zipped(("out/", b"")), Refused("not_one_member"), format=ZIP),
    Case(46, "two members of one name", zipped(("a.csv", TEXT), ("a.csv ", TEXT)), Refused("not_one_member"), format=ZIP),
    Case(46, "70,000 members", many_members(70_000), Refused("not_one_member"), format=ZIP),
    Case(46, "an encrypted member", encrypted(), Refused("encrypted_archive", "PGP"), format=ZIP),
    Case(47, "two zip files in one, of which only the last has a directory that counts", zipped(("a.csv", TEXT)) + zipped(("a.csv", TEXT)), Refused("not_one_member", "one file in one zip file"), format=ZIP),
    Case(43, "zip and something after it", zipped(("a.csv", TEXT)) + b"more", Refused("damaged_archive", "not zip"), format=ZIP),
    Case(43, "zip, filled up to a whole block", zipped(("a.csv", TEXT)) + bytes(80), [OK, OK], format=ZIP),
    Case(47, "two files in one zip file", zipped(("a.csv", TEXT), ("b.csv", TEXT)), Refused("not_one_member", "one file in one zip file"), format=ZIP),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)
