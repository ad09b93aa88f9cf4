"""Feeds whose columns hold hashes, and workspaces that choose how addresses are compared: from files to persons."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from matchback import resolve
from matchback.config import Feed
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.intake.contract_check import refuse_misdeclared
from unit.intake_world import make_world, put, take_in, writing

FEEDS = """
[[feeds]]
id = "customers"
kind = "persons"
source = "inbox"
pattern = "customers_{date:%Y%m%d}.csv"

[[feeds]]
id = "opt-outs"
kind = "audience"
source = "inbox"
pattern = "optouts_{date:%Y%m%d}.csv"
constants = { purpose = "opt_out" }
columns = { "MD5" = "email" }
hashed = { email = "md5" }
refuse_file_above = "100%"
"""
ADDRESSES = (
    "bavottukyw-947@yopmail.com",
    "ogappaxok-513@yopmail.com",
    "saink1952@teleworm.us",
    "grathe6167@dayrep.com",
    "nthismity1982@armyspy.com",
)
HASHES = (
    "5258277a4a594874c3ac26d4df66a015",
    "aMAM3BnyIeITfXFZbilFDw==",  # the second one's, in base64
    "0A26AE263EA829375870CA32E71A9FDA",
    "d43c917940592ace1095e369ee3c33c9",
    "56dc55e0eaed38db7c30956cfbdc3b1f",
)


def customers() -> str:
    rows = [f"M{number},{address.upper()}" for number, address in enumerate(ADDRESSES)]
    return "\n".join(["partner_user_id,email", *rows]) + "\n"


def opt_outs() -> str:
    return "\n".join(["MD5", *HASHES]) + "\n"


def opted_out_members(context: RunContext) -> int:
    """Count the members of the list who are customers."""
    with writing(context) as writer:
        resolve.run(writer)
        persons = writer.writer.table("person_identifiers").to_pylist()
        listed = {row["person_id"] for row in writer.writer.table("memberships").to_pylist()}
    customers = {row["person_id"] for row in persons if row["kind"] == "partner_user_id"}
    return len(listed & customers)


@pytest.mark.parametrize("first", ["customers", "optouts"])
def test_a_hash_finds_its_person_whichever_comes_first(tmp_path: Path, first: str) -> None:
    """Of the published pair two of five match: the other three are hashes of addresses as they were typed."""
    context = make_world(tmp_path, FEEDS)
    texts = {"customers": customers(), "optouts": opt_outs()}
    for name in sorted(texts, key=lambda name: name != first):
        put(context, f"{name}_20261107.csv", texts[name])
        take_in(context)
    assert opted_out_members(context) == 2


def test_what_is_no_hash_is_refused_with_its_reason(tmp_path: Path) -> None:
    """An address in a column of hashes is no hash; neither is a hash of another kind; that of nothing is missing."""
    context = make_world(tmp_path, FEEDS)
    lines = ["MD5", HASHES[0], "ann@example.com", "b4c9a289323b21a01c3e940f150eb9b8c542587f"]
    put(context, "optouts_20261107.csv", "\n".join(lines) + "\n")
    take_in(context)
    with writing(context) as writer:
        refusals = writer.writer.table("refusals").to_pylist()
        vault = writer.writer.table("identifiers").to_pylist()
    assert [(row["record_number"], row["column_name"], row["reason_code"]) for row in refusals] == [
        (2, "email", "not_a_hash"),
        (3, "email", "not_a_hash"),
    ]
    assert [(row["kind"], row["value"]) for row in vault] == [("email_md5", HASHES[0])]


def test_the_hash_of_an_empty_cell_matches_nobody(tmp_path: Path) -> None:
    context = make_world(tmp_path, FEEDS)
    put(context, "optouts_20261107.csv", "MD5\nd41d8cd98f00b204e9800998ecf8427e\n1B2M2Y8AsgTpgAmY7PhCfg==\n")
    take_in(context)
    with writing(context) as writer:
        assert writer.writer.count("identifiers") == 0
        assert {row["email_key"] for row in writer.writer.table("fact_audience").to_pylist()} == {None}


def test_only_addresses_and_numbers_are_hashed(tmp_path: Path) -> None:
    wrong = FEEDS.replace('hashed = { email = "md5" }', 'hashed = { partner_user_id = "md5" }')
    with pytest.raises(ConfigurationError, match="neither addresses nor phone numbers"):
        refuse_misdeclared(make_world(tmp_path / "kind", wrong).config)
    wrong = FEEDS.replace('hashed = { email = "md5" }', 'hashed = { mail = "md5" }')
    with pytest.raises(ConfigurationError, match=r"feeds\.opt-outs\.hashed: .*mail"):
        refuse_misdeclared(make_world(tmp_path / "name", wrong).config)
    with pytest.raises(ValidationError, match="only feeds of kind audience, emails, persons take hashes"):
        Feed.model_validate(
            {"id": "e", "kind": "events", "source": "in", "pattern": "*", "hashed": {"email": "md5"}}
        )


def test_googles_profile_makes_its_addresses_one(tmp_path: Path) -> None:
    """Two writings of one mailbox are one key by the profile of Google, two by the usual one."""
    rows = "partner_user_id,email\nM1,Jane.Saoirse@gmail.com\nM2,janesaoirse+bank@gmail.com\n"
    keys = {}
    for profile in ("lower", "google"):
        context = make_world(tmp_path / profile, f'\n[identifiers]\nemail = "{profile}"\n' + FEEDS)
        put(context, "customers_20261107.csv", rows)
        take_in(context)
        with writing(context) as writer:
            keys[profile] = {row["email_key"] for row in writer.writer.table("fact_persons").to_pylist()}
    assert (len(keys["lower"]), len(keys["google"])) == (2, 1)


def test_the_profile_may_change_until_the_first_file_is_loaded(tmp_path: Path) -> None:
    """Afterwards nothing is touched: half of the addresses would have other keys than the rest."""
    for profile in ("exact", "google"):
        with writing(make_world(tmp_path, f'\n[identifiers]\nemail = "{profile}"\n' + FEEDS)):
            pass
    context = make_world(tmp_path, '\n[identifiers]\nemail = "google"\n' + FEEDS, as_of=date(2026, 11, 7))
    put(context, "customers_20261107.csv", customers())
    take_in(context)
    with (
        pytest.raises(ConfigurationError, match=r"identifiers\.email is not the profile"),
        writing(make_world(tmp_path, FEEDS)),
    ):
        pass
