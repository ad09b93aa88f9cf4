"""Phone numbers: E.164 where the region is known, from the number, its feed or the workspace; else nobody's key."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from matchback.context import open_context
from matchback.errors import ConfigurationError
from matchback.intake import identifiers
from matchback.intake.contract_check import refuse_misdeclared
from matchback.workspace import Workspace
from unit.intake_world import AS_OF, CONFIGURATION, make_world, put, take_in, writing

FEED = """
[[feeds]]
id = "customers"
kind = "persons"
source = "inbox"
pattern = "customers_{date:%Y%m%d}.csv"
refuse_file_above = "100%"
"""
BRITISH = FEED.replace('"customers"', '"british"').replace("customers_", "british_") + 'country = "GB"\n'


def normal(text: str, country: str) -> str | None:
    found = identifiers.normalize(pl.Series([text], dtype=pl.String), "phone", country)[0]
    assert found is None or isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "none", None),
        ("(215) 555-0142", "none", None),
        ("+1 215 555 0142", "none", "+12155550142"),
        ("0044 20 7946 0018", "GB", "+442079460018"),
        ("0044 20 7946 0018", "none", None),  # which digits dial abroad depends on the country, too
        ("12155550142", "US", "+12155550142"),
        ("12155550142", "none", None),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("(215) 555-0142 ext. 77", "US", "+12155550142"),
        ("(215) 555-0142 x77", "US", "+12155550142"),
        ("+12155550142;ext=77", "none", "+12155550142"),
        ("911", "US", None),
        ("12345", "US", None),
        ("555-0142", "US", None),
        ("215-555-0142 / 215-555-0143", "US", None),
        ("+999 123 4567", "US", None),
        ("+1 215 555 014", "US", None),
        ("+1 215 555 01423", "US", None),
    ],
)
def test_a_number_needs_its_region(text: str, country: str, expected: str | None) -> None:
    """An extension is dropped: the line is the office's, which the cap on persons keeps from linking strangers."""
    assert normal(text, country) == expected


def phones(root: Path, feeds: str, name: str, text: str, *, home: str = "") -> tuple[list[str], list[str]]:
    """Load a file of one customer with a number; return the numbers of the vault and the reasons of refusals."""
    context = make_world(root, feeds)
    if home:
        declared = CONFIGURATION.replace("id_secret", f'country = "{home}"\nid_secret', 1)
        (root / "matchback.toml").write_text(declared + feeds)
        context = open_context(Workspace.at(root), as_of=AS_OF)
    put(context, f"{name}_20261107.csv", f"partner_user_id,phone\nM1,{text}\n")
    take_in(context)
    with writing(context) as writer:
        vault = [
            row["value"] for row in writer.writer.table("identifiers").to_pylist() if row["kind"] == "phone"
        ]
        reasons = [row["reason_code"] for row in writer.writer.table("refusals").to_pylist()]
    return vault, reasons


def test_a_feeds_country_goes_before_the_workspaces(tmp_path: Path) -> None:
    feeds = FEED + BRITISH
    assert phones(tmp_path / "feed", feeds, "british", "020 7946 0018") == (["+442079460018"], [])
    assert phones(tmp_path / "home", feeds, "customers", "020 7946 0018") == ([], ["not_a_phone"])
    assert phones(tmp_path / "us", feeds, "customers", "(215) 555-0142") == (["+12155550142"], [])


def test_without_a_country_only_international_numbers_are_keys(tmp_path: Path) -> None:
    """Nothing is guessed: the sender is told that the number lacks its code."""
    found = phones(tmp_path / "national", FEED + BRITISH, "customers", "(215) 555-0142", home="none")
    assert found == ([], ["not_a_phone"])
    found = phones(tmp_path / "whole", FEED + BRITISH, "customers", "+1 (215) 555-0142", home="none")
    assert found == (["+12155550142"], [])
    found = phones(tmp_path / "feed", FEED + BRITISH, "british", "020 7946 0018", home="none")
    assert found == (["+442079460018"], [])


def test_one_number_is_one_key_whichever_country_reads_it(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEED + BRITISH)
    put(context, "customers_20261107.csv", "partner_user_id,phone\nM1,+44 20 7946 0018\n")
    put(context, "british_20261107.csv", "partner_user_id,phone\nM2,020 7946 0018\n")
    take_in(context)
    with writing(context) as writer:
        keys = [row["phone_key"] for row in writer.writer.table("fact_persons").to_pylist()]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_country_without_numbers_is_refused_at_start(tmp_path: Path) -> None:
    """By a mistyped code every national number would be refused, file after file."""
    with pytest.raises(ConfigurationError, match=r"feeds\.british\.country: UK is no country"):
        refuse_misdeclared(make_world(tmp_path / "known", FEED + BRITISH.replace('"GB"', '"UK"')).config)
    with pytest.raises(ConfigurationError, match=r"country"):
        make_world(tmp_path / "words", FEED + BRITISH.replace('"GB"', '"Britain"'))
