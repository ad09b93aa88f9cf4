"""Feeds whose columns hold hashes, and workspaces that choose how addresses are compared: from files to persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from matchback import recognize, resolve
from matchback.answers.explain import Question, explain
from matchback.config import Feed
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.intake.contract_check import refuse_misdeclared
from matchback.intake.hashed_lists import hash_of
from matchback.progress import QuietProgress
from matchback.rewards.payout import PayoutLine, batch_table
from matchback.steps import run_steps
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
@pytest.mark.bad_input(94, 104)
def test_a_hash_finds_its_person_whichever_comes_first(tmp_path: Path, first: str) -> None:
    """Of the published pair two of five match: the other three are hashes of addresses as they were typed."""
    context = make_world(tmp_path, FEEDS)
    texts = {"customers": customers(), "optouts": opt_outs()}
    for name in sorted(texts, key=lambda name: name != first):
        put(context, f"{name}_20261107.csv", texts[name])
        take_in(context)
    assert opted_out_members(context) == 2


@pytest.mark.bad_input(94)
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


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"kind": "costs", "hashed": {"program": "md5"}}, "feeds of kind costs name nobody"),
        ({"kind": "fulfillments", "hashed": {"email": "md5"}}, "feeds of kind fulfillments name nobody"),
        ({"kind": "events", "hashed_profile": "google"}, "no column is `hashed`"),
        ({"kind": "events", "hashed": {"email": "md5"}, "identity": ["event_name", "email"]}, "would be two"),
        (
            {"kind": "shares", "hashed": {"advocate_email": "md5"}, "identity": ["advocate_email"]},
            "would be two",
        ),
    ],
)
def test_hashes_are_refused_where_they_cannot_be_trusted(declared: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Feed.model_validate({"id": "f", "source": "in", "pattern": "*", **declared})


def test_a_list_may_name_its_members_by_hashes_alone() -> None:
    feed = {"id": "f", "source": "in", "pattern": "*", "kind": "audience", "hashed": {"email": "md5"}}
    assert Feed.model_validate({**feed, "identity": ["purpose", "list_on", "email"]}).hashed


HASHED_EVENTS = """
[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "events_{date:%Y%m%d}.csv"
hashed = { email = "sha256", advocate_email = "md5" }
"""


def sha256(text: str) -> str:
    return hash_of(text, "email_sha256")


@pytest.mark.parametrize("first", ["customers", "events"])
def test_a_friend_and_an_advocate_named_by_hashes_are_recognized(tmp_path: Path, first: str) -> None:
    """Whichever file comes first; who was only a hash before stays to be found by that id."""
    context = make_world(tmp_path, FEEDS + HASHED_EVENTS)
    hashes = (sha256("ann@example.com"), hash_of("bo@example.com", "email_md5"))
    texts = {
        "customers": "partner_user_id,email\nM1,Ann@Example.com\nM2,bo@example.com\n",
        "events": "event_name,event_time,account_id,email,advocate_email\n"
        f"account_opened,2026-11-05T10:00:00-05:00,A1,{hashes[0]},{hashes[1]}\n"
        f"account_opened,2026-11-05T11:00:00-05:00,A2,{sha256('nobody@example.com')},\n",
    }
    for name in sorted(texts, key=lambda name: name != first):
        put(context, f"{name}_20261107.csv", texts[name])
        take_in(context)
        with writing(context) as writer:
            resolve.run(writer)
            recognize.run(writer)
            aliases = {
                row["alias"]: row["person_id"] for row in writer.writer.table("person_aliases").to_pylist()
            }
            if name == "events":
                earlier = [row["person_id"] for row in writer.writer.table("events").to_pylist()]
    with writing(context) as writer:
        persons = writer.writer.table("person_identifiers").to_pylist()
        members = {row["person_id"] for row in persons if row["kind"] == "partner_user_id"}
        (recognized,) = writer.writer.table("recognitions").to_pylist()
        (counts,) = writer.writer.table("file_hashes").to_pylist()
    assert recognized["recognition_type"] == "ADVOCATE_EMAIL"
    assert recognized["advocate_id"] in members
    assert len({aliases[person_id] for person_id in earlier} & members) == 1
    assert (counts["hashed_identifiers"], counts["unmatched_hashes"]) == (3, 1)


def test_support_finds_a_customer_of_whom_only_a_hash_came(tmp_path: Path) -> None:
    """And the journey, though nobody ever sent the address."""
    context = make_world(tmp_path, HASHED_EVENTS)
    rows = f"account_opened,2026-11-05T10:00:00-05:00,A1,{sha256('ann@example.com')}\n"
    put(context, "events_20261107.csv", "event_name,event_time,account_id,email\n" + rows)
    run_steps(context)
    found = explain(context.workspace, Question("email", " Ann@Example.com "))
    assert len(found.data["persons"]) == len(found.data["journeys"]) == 1
    assert not explain(context.workspace, Question("email", "bo@example.com")).data["persons"]


def test_a_payout_file_writes_to_no_hash(tmp_path: Path) -> None:
    """Where an address came, it is written; where only its hash did, none."""
    context = make_world(tmp_path, FEEDS + HASHED_EVENTS)
    put(context, "customers_20261107.csv", "partner_user_id,email\nM1,bo@example.com\n")
    row = f"account_opened,2026-11-05T10:00:00-05:00,A1,{sha256('ann@example.com')}\n"
    put(context, "events_20261107.csv", "event_name,event_time,account_id,email\n" + row)
    take_in(context)
    with writing(context) as writer:
        vault = {row["kind"]: row["identifier_key"] for row in writer.writer.table("identifiers").to_pylist()}
        lines = [
            PayoutLine(
                line_number=number,
                reward_id=number,
                generation=1,
                beneficiary_id=None,
                pay_to_key=vault["account_id"],
                email_key=vault[kind],
                amount_minor=100,
                currency="USD",
                earned_on=date(2026, 11, 5),
                program="refer",
                rule_id="r",
                reward_kind="cash",
            )
            for number, kind in enumerate(("email_sha256", "email"), start=1)
        ]
        writer.writer.stage("payout_batch", batch_table(lines))
        named = pa.schema(
            [("reward_id", pa.int64()), ("rule_version", pa.string()), ("reward_name", pa.string())]
        )
        for table in ("rewards", "rule_terms", "manual_grants"):  # none has a name of its own
            writer.writer.stage(table, named.empty_table())
        addressed = writer.writer.rows("payout/addressed_lines")
    assert [line["email"] for line in addressed] == [None, "bo@example.com"]
    assert {line["account_number"] for line in addressed} == {"A1"}


class Notes(QuietProgress):
    """Keeps what was noted."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


@pytest.mark.parametrize("first", ["customers", "optouts"])
def test_hashes_of_addresses_as_they_were_typed_are_told_in_numbers(tmp_path: Path, first: str) -> None:
    """The published pair: three of its five hashes were made of addresses with capitals."""
    typed = (*ADDRESSES[:2], "Saink1952@teleworm.us", "Grathe6167@dayrep.com", "NThismity1982@armyspy.com")
    context = replace(make_world(tmp_path, FEEDS), progress=(notes := Notes()))
    rows = "".join(f"M{number},{address}\n" for number, address in enumerate(typed))
    texts = {"customers": "partner_user_id,email\n" + rows, "optouts": opt_outs()}
    for name in sorted(texts, key=lambda name: name != first):
        put(context, f"{name}_20261107.csv", texts[name])
        take_in(context)
    with writing(context) as writer:
        resolve.run(writer)
        (counts,) = writer.writer.table("file_hashes").to_pylist()
        known = writer.writer.table("person_identifiers").to_pylist()
    columns = ("hashed_identifiers", "unmatched_hashes", "unnormalized_hashes")
    assert [counts[name] for name in columns] == [5, 0, 3]
    emails = sum(row["kind"] == "email" for row in known)
    assert emails == len(ADDRESSES) + 3  # a hash of a writing stays somebody of its own
    (note,) = [text for text in notes.texts if "hashes" in text]
    assert note.startswith("opt-outs: 3 of 5 hashes that came on 2026-11-07")
    assert not any(word in note.lower() for word in (*ADDRESSES, *HASHES))


def test_addresses_are_kept_as_written_only_where_hashes_come(tmp_path: Path) -> None:
    """Without a feed of hashes, the vault holds an address once."""
    rows = "partner_user_id,email\nM1,Ann@Example.com\nM2,bo@example.com\n"
    kept = {}
    for name, feeds in (("hashed", FEEDS), ("plain", FEEDS.replace('hashed = { email = "md5" }', ""))):
        context = make_world(tmp_path / name, feeds)
        put(context, "customers_20261107.csv", rows)
        take_in(context)
        with writing(context) as writer:
            vault = writer.writer.table("identifiers").to_pylist()
        kept[name] = sorted(row["value"] for row in vault if row["kind"].startswith("email"))
    assert kept == {
        "hashed": ["Ann@Example.com", "ann@example.com", "bo@example.com"],
        "plain": ["ann@example.com", "bo@example.com"],
    }


def test_a_list_hashed_by_googles_profile_finds_addresses_kept_by_case_alone(tmp_path: Path) -> None:
    """What the feed says is how its sender hashed; keys stay the workspace's."""
    found = {}
    for profile in ("", 'hashed_profile = "google"\n'):
        context = make_world(tmp_path / (profile[-7:-2] or "own"), FEEDS + profile)
        put(context, "customers_20261107.csv", "partner_user_id,email\nM1,Jane.Saoirse@gmail.com\n")
        put(context, "optouts_20261107.csv", f"MD5\n{hash_of('janesaoirse@gmail.com', 'email_md5')}\n")
        take_in(context)
        found[profile] = opted_out_members(context)
    assert list(found.values()) == [0, 1]


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
