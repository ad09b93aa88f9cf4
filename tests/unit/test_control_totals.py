"""Trailers, manifests and hash totals: what a sender claims of a file must be so, or the file is refused."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchback.config import FileFormat
from matchback.errors import ConfigurationError
from matchback.intake.control_totals import (
    Claims,
    HashTotal,
    announced_claims,
    read_trailer,
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


def test_the_totals_of_a_manifest_are_numbers() -> None:
    assert announced_claims({"size": "7", "md5": "x"}) is None
    assert announced_claims({"records": "7", "total": "-1.50", "hash_total": "007"}) == Claims(
        7, Decimal("-1.50"), "007", "manifest"
    )
    for wrong in ({"records": "-1"}, {"total": "1,50"}, {"hash_total": "1.5"}):
        with pytest.raises(UnreadableFile):
            announced_claims(wrong)


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
    found, begin = read_trailer(path, 0, path.stat().st_size, template)
    assert found.amount == claims.amount
    assert found.hash_total == claims.hash_total
    assert (found.records is None) == (claims.records is None)
    assert begin == 4


def test_a_template_matches_the_whole_line_only() -> None:
    assert template_pattern("T,{records}").fullmatch(b"T,12x") is None
    assert template_pattern("T.{records}").fullmatch(b"Tx12") is None


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
