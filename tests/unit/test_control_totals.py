"""Trailers, manifests and hash totals: what a sender claims of a file must be so, or the file is refused."""

from __future__ import annotations

import hashlib
import re
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchback import pickup
from matchback.config import FileFormat
from matchback.errors import ConfigurationError
from matchback.intake.control_totals import (
    Claims,
    HashTotal,
    announced_claims,
    read_trailer,
    refuse_unless_equal,
    template_pattern,
)
from matchback.intake.dry_run import check_file
from matchback.intake.records import UnreadableFile
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in

HEADER = "event_name,event_time,partner_event_id,amount,branch\n"
BODY = HEADER + "account_opened,2026-11-01,E1,10.00,N\naccount_opened,2026-11-01,E2,5.50,N\n"
WITH_MANIFEST = EVENTS_FEED + 'ready = { manifest = "MANIFEST.csv" }\n'


@pytest.mark.parametrize(
    ("said", "reason"),
    [("2,15.50", None), ("3,15.50", "manifest_wrong"), ("2,15.51", "manifest_wrong"), (",", None)],
)
def test_a_file_must_hold_what_its_manifest_says(tmp_path: Path, said: str, reason: str | None) -> None:
    """From the source to the warehouse: the manifest lies beside the file, and its totals are compared with it."""
    context = make_world(tmp_path, WITH_MANIFEST)
    put(context, "events_20261107.csv", BODY)
    put(context, "MANIFEST.csv", f"name,records,total\nevents_20261107.csv,{said}\n")
    take_in(context)
    (file,) = table(context, "files")
    assert (file["status"], file["reason_code"] or None) == ("refused" if reason else "loaded", reason)


def test_a_wrong_checksum_is_told_without_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name can be personal data; the checksum finds the file, and the message says what to type and whom to ask."""
    notes: list[str] = []
    context = make_world(tmp_path, EVENTS_FEED + 'ready = { manifest = "MANIFEST" }\nquiet_seconds = 0\n')
    monkeypatch.setattr(context.progress, "note", notes.append)
    put(context, "events_20261107_ann_smith.csv", BODY)
    put(context, "MANIFEST", "0123abcd" * 8 + "  events_20261107_ann_smith.csv\n")
    pickup.run(context)
    (note,) = [note for note in notes if "manifest" in note]
    assert "its sha256 there is 0123abcd..., of the bytes " in note
    assert hashlib.sha256(BODY.encode()).hexdigest()[:8] in note
    assert "matchback files list" in note
    assert "ask the sender" in note
    assert "ann_smith" not in note


def test_the_totals_of_a_manifest_are_numbers() -> None:
    assert announced_claims({"size": "7", "md5": "x"}, FileFormat()) is None
    assert announced_claims({"records": "7", "total": "-1.50", "hash_total": "007"}, FileFormat()) == Claims(
        7, Decimal("-1.50"), "007", "manifest"
    )
    for wrong in ({"records": "-1"}, {"total": "1,50"}, {"hash_total": "1.5"}):
        with pytest.raises(UnreadableFile):
            announced_claims(wrong, FileFormat())


GERMAN = FileFormat(delimiter=";", decimal=",", thousands=".", trailer="T;{records};{amount}")


@pytest.mark.parametrize("written", ["1030,50", "1.030,50", "001030,50"])
def test_totals_are_written_as_the_feed_declares_amounts(tmp_path: Path, written: str) -> None:
    path = tmp_path / "file"
    path.write_text(f"a\nT;2;{written}\n")
    found, _ = read_trailer(path, 0, path.stat().st_size, GERMAN)
    assert (found.records, found.amount) == (2, Decimal("1030.50"))
    assert announced_claims({"total": written}, GERMAN) == Claims(
        amount=Decimal("1030.50"), source="manifest"
    )


@pytest.mark.parametrize("written", ["1030.50", "10.30,50", "1,030.50", "1.030.50", "1030,", ",50", ""])
def test_a_total_that_is_written_otherwise_is_none(tmp_path: Path, written: str) -> None:
    """It is never guessed: under a decimal comma, `1.030` is a thousand and thirty."""
    path = tmp_path / "file"
    path.write_text(f"a\nT;2;{written}\n")
    with pytest.raises(UnreadableFile):
        read_trailer(path, 0, path.stat().st_size, GERMAN)
    assert announced_claims({"total": "1.030"}, GERMAN) == Claims(amount=Decimal(1030), source="manifest")


MONEY = [
    ("T;{records};{amount}", "T;2;1.015,50", None),
    ("T;{records};{amount}", "T;2;1.015,51", "trailer_wrong"),
    ("TRL{records:6}{amount:12}", "TRL000002000001015,50", None),
    ("TRL{records:6}{amount:12}", "TRL     2    1.015,50", None),
    ("TRL{records:6}{amount:12}", "TRL     2     1015.50", "trailer_missing"),
    ("TRL{records:6}{amount_minor:12}", "TRL000002000000101550", None),
    ("TRL{records:6}{amount_minor:12}", "TRL000002000000101551", "trailer_wrong"),
]


@pytest.mark.parametrize(("template", "last", "reason"), MONEY)
def test_a_trailer_of_declared_money_is_compared_with_the_records(
    tmp_path: Path, template: str, last: str, reason: str | None
) -> None:
    declared = 'format = { delimiter = ";", decimal = ",", thousands = ".", '
    context = make_world(tmp_path / "world", EVENTS_FEED + declared + f'trailer = "{template}" }}\n')
    path = tmp_path / "new.csv"
    header = "event_name;event_time;partner_event_id;amount\n"
    records = "account_opened;2026-11-01;E1;1.010,00\naccount_opened;2026-11-01;E2;5,50\n"
    path.write_text(header + records + last + "\n")
    found = check_file(context, path, "events").data
    assert (found["reason_code"] or None, found["refused"]) == (reason, 0)


def test_a_total_is_wider_than_an_amount(tmp_path: Path) -> None:
    """A thousand of the largest amounts."""
    context = make_world(tmp_path / "world", EVENTS_FEED + 'format = { trailer = "T,{records},{amount}" }\n')
    path = tmp_path / "new.csv"
    header = "event_name,event_time,partner_event_id,amount\n"
    records = [f"account_opened,2026-11-01,E{number},999999999999.99" for number in range(1101)]
    for total, code in (("1100999999999988.99", ""), ("1100999999999988.98", "trailer_wrong")):
        path.write_text(header + "\n".join(records) + f"\nT,1101,{total}\n")
        assert check_file(context, path, "events").data["reason_code"] == code


def test_minor_units_are_those_of_each_currency() -> None:
    amounts = {"USD": Decimal("10.50"), "JPY": Decimal(700), "KWD": Decimal("1.234")}
    refuse_unless_equal(Claims(amount_minor=1050 + 700 + 1234), 3, amounts, None)
    with pytest.raises(UnreadableFile, match="trailer_wrong"):
        refuse_unless_equal(Claims(amount_minor=1), 3, amounts, None)


@pytest.mark.parametrize(
    ("template", "last", "claims"),
    [
        ("TRAILER,{records},{amount}", "TRAILER,2,15.50", Claims(2, Decimal("15.50"))),
        ("T|{any}|{records}|{hash}", "T|20261107|000002|0042", Claims(2, None, "0042")),
        ('{"count": {records}}', '{"count": 2}', Claims(2)),
        ("9{any}{records}", "9END002", Claims(2)),
        ("END", "END", Claims()),
    ],
)
def test_a_trailer_is_declared_as_it_is_written(
    tmp_path: Path, template: str, last: str, claims: Claims
) -> None:
    path = tmp_path / "file"
    path.write_text(f"a\nb\n{last}\r\n\n")
    form = FileFormat(trailer=template, hash_column="a")
    found, begin = read_trailer(path, 0, path.stat().st_size, form)
    assert found.amount == claims.amount
    assert found.hash_total == claims.hash_total
    assert (found.records is None) == (claims.records is None)
    assert begin == 4


def test_a_template_matches_the_whole_line_only() -> None:
    assert template_pattern(FileFormat(trailer="T,{records}")).fullmatch(b"T,12x") is None
    assert template_pattern(FileFormat(trailer="T.{records}")).fullmatch(b"Tx12") is None
    assert template_pattern(FileFormat(trailer="T{any:3}{records:2}")).fullmatch(b"Tabc12") is not None
    assert template_pattern(FileFormat(trailer="T{any:3}{records:2}")).fullmatch(b"Tabcd12") is None


@given(st.lists(st.integers(0, 10**30 - 1).map(str) | st.sampled_from(["", "A1", "1.5", " 7 "]), max_size=30))
def test_a_hash_total_is_exact(cells: list[str]) -> None:
    """Of numbers up to thirty digits, whatever stands between them; only as many digits count as are written."""
    total = HashTotal()
    total.add(pl.Series(cells, dtype=pl.String))
    expected = sum(int(cell) for cell in cells if cell.strip().isdigit())
    assert total.total == expected
    assert total.agrees(str(expected))
    assert total.agrees(str(expected)[-4:])
    assert not total.agrees(str(expected + 1))


def test_a_dry_run_tells_what_is_noted(tmp_path: Path) -> None:
    context = make_world(tmp_path / "world", EVENTS_FEED)
    path = tmp_path / "new.csv"
    path.write_text(BODY.rstrip())
    words = check_file(context, path, "events").text()
    assert "Note: nothing takes these columns: branch." in words
    assert "Note: the last line has no line end; it was read all the same." in words


@pytest.mark.parametrize(
    "form",
    [
        'delimiter = ";;"',
        'delimiter = "\\n"',
        "delimiter = '\"'",
        'quote = "ab"',
        "header = false",
        'columns = ["a"]',
        'type = "fixed"',
        'type = "fixed", columns = ["a", "b"], widths = [1]',
        'type = "fixed", columns = ["a", "b"], widths = [0, 1]',
        'type = "fixed", columns = [""], widths = [1]',
        "widths = [1]",
        'type = "jsonl", header = true',
        'type = "parquet", trailer = "T"',
        'trailer = "T,{record}"',
        'trailer = "T,{records},{records}"',
        'trailer = "T,{hash}"',
        'trailer = "T,{hash:8}"',
        'trailer = "T{records}{amount}"',
        'trailer = "T{records}0{amount_minor}"',
        'trailer = "T{records:0}{amount}"',
        'trailer = "T,{records:6},{records}"',
        'decimal = ",", thousands = ","',
        'pgp = { key = "file:k", signed_by = [], signer_keys = ["file:s"] }',
        'pgp = { key = "file:k", signed_by = ["abc"], signer_keys = ["file:s"] }',
        'pgp = { key = "the key itself", signed_by = ["' + "A" * 40 + '"], signer_keys = ["file:s"] }',
    ],
)  # fmt: skip
def test_a_format_that_cannot_be_is_refused_at_start(tmp_path: Path, form: str) -> None:
    with pytest.raises(ConfigurationError, match=r"feeds\.0\.format"):
        make_world(tmp_path, EVENTS_FEED + f"format = {{ {form} }}\n")
    shutil.rmtree(tmp_path)


def test_the_pipe_is_what_psv_is_about() -> None:
    assert FileFormat(type="psv").separator == "|"
    assert FileFormat(type="psv", delimiter="~").separator == "~"
    assert FileFormat().separator == ","


def examples() -> list[str]:
    guide = Path(__file__).resolve().parents[2] / "docs" / "guides" / "file-formats.md"
    return re.findall(r"```toml\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("declaration", examples())
def test_the_guides_declarations_are_taken(tmp_path: Path, declaration: str) -> None:
    make_world(tmp_path, EVENTS_FEED + declaration)
    assert len(examples()) >= 7
