"""Audiences: whole lists, lists of changes, and the guards of a list that would end too many memberships."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from matchback import resolve
from matchback.config import Feed
from matchback.context import RunContext
from unit.intake_world import make_world, put, take_in, writing

FEEDS = "".join(
    f"""
[[feeds]]
id = "{name}"
kind = "audience"
source = "inbox"
pattern = "{name}_{{date:%Y%m%d}}.csv"
constants = {{ purpose = "blocked" }}
delivery = "{delivery}"
refuse_file_above = "50%"
"""
    for name, delivery in (("whole", "full"), ("added", "add"), ("removed", "remove"))
)
FILES = {
    "whole_20261101.csv": "partner_user_id\nM1\nM2\n",
    "added_20261102.csv": "partner_user_id\nM3\nM1\n",
    "removed_20261103.csv": "partner_user_id\nM1\nM9\n",
    "added_20261103.csv": "partner_user_id\nM1\nM4\n",
    "whole_20261105.csv": "partner_user_id\nM2\nM4\n",
}


def memberships(context: RunContext) -> set[tuple[str, date, date | None]]:
    """Return who stands on the list from when until when, by member id."""
    with writing(context) as writer:
        resolve.run(writer)
        values = {row["identifier_key"]: row["value"] for row in rows_of(writer, "identifiers")}
        names = {
            row["person_id"]: values[row["identifier_key"]] for row in rows_of(writer, "person_identifiers")
        }
        return {
            (names[row["person_id"]], row["from_on"], row["until_on"])
            for row in rows_of(writer, "memberships")
        }


def rows_of(writer: RunContext, table: str) -> list[dict[str, Any]]:
    return list(writer.writer.table(table).to_pylist())


def test_lists_of_changes_hold_between_whole_lists(tmp_path: Path) -> None:
    """Whichever night a file comes in: each order of arrival gives the same intervals."""
    found = []
    orders = list(itertools.permutations(FILES))
    for number, order in enumerate((orders[0], orders[37], orders[-1])):
        context = make_world(tmp_path / str(number), FEEDS)
        for name in order:
            put(context, name, FILES[name])
            take_in(context)
        found.append(memberships(context))
    assert found[0] == {
        ("M1", date(2026, 11, 1), date(2026, 11, 3)),
        ("M2", date(2026, 11, 1), None),
        ("M3", date(2026, 11, 2), date(2026, 11, 5)),
        ("M4", date(2026, 11, 3), None),
    }
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_only_audiences_change_lists() -> None:
    plain = {"id": "f", "source": "in", "pattern": "*"}
    with pytest.raises(ValidationError, match='delivery = "add" is for feeds of kind audience'):
        Feed.model_validate(plain | {"kind": "persons", "delivery": "add"})
    with pytest.raises(ValidationError, match="max_shrink is for audience feeds that deliver whole lists"):
        Feed.model_validate(plain | {"kind": "audience", "delivery": "remove", "max_shrink": "20%"})
    with pytest.raises(ValidationError, match="is a percentage"):
        Feed.model_validate(plain | {"kind": "audience", "delivery": "full", "max_shrink": "20"})


GUARDED = """
[[feeds]]
id = "members"
kind = "audience"
source = "inbox"
pattern = "members_{date:%Y%m%d}.csv"
constants = { purpose = "existing_customers" }
format = { type = "csv", trailer = "END {records}" }
delivery = "full"
max_shrink = "20%"
refuse_file_above = "50%"
"""


PLAIN = GUARDED.replace(', trailer = "END {records}"', "").replace('refuse_file_above = "50%"\n', "")


def listed(*members: str, said: int | str | None = None) -> str:
    return "\n".join(["partner_user_id", *members, f"END {len(members) if said is None else said}"]) + "\n"


def files_of(context: RunContext) -> dict[str, dict[str, Any]]:
    with writing(context) as writer:
        return {row["delivered_name"]: row for row in rows_of(writer, "files")}


def test_a_list_that_shrinks_too_much_is_refused_whole(tmp_path: Path) -> None:
    """20% less is allowed, 25% is not: every record is refused, the list before goes on, and a right one is taken."""
    context = make_world(tmp_path, GUARDED)
    lists = {
        "members_20261101.csv": listed("M1", "M2", "M3", "M4", "M5"),
        "members_20261102.csv": listed("M1", "M2", "M3", "M4"),
        "members_20261103.csv": listed("M1", "M2", "M3"),
        "members_20261104.csv": listed("M1", "M2", "M3", "M6"),
    }
    for name, text in lists.items():
        put(context, name, text)
        take_in(context)
    files = files_of(context)
    assert [files[name]["status"] for name in lists] == ["loaded", "loaded", "refused", "loaded"]
    shrunk = files["members_20261103.csv"]
    assert (shrunk["reason_code"], shrunk["records"], shrunk["refused"]) == ("list_shrank", 4, 3)
    with writing(context) as writer:
        refusals = rows_of(writer, "refusals")
        dates = {row["list_on"] for row in rows_of(writer, "fact_audience_lists")}
    assert [(row["record_number"], row["reason_code"]) for row in refusals] == [
        (number, "file_refused") for number in (1, 2, 3)
    ]
    assert dates == {date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 4)}
    assert ("M4", date(2026, 11, 1), date(2026, 11, 4)) in memberships(context)


def test_an_empty_list_ends_nothing_where_lists_may_not_shrink(tmp_path: Path) -> None:
    context = make_world(tmp_path, GUARDED)
    put(context, "members_20261101.csv", listed("M1", "M2"))
    put(context, "members_20261102.csv", listed())
    take_in(context)
    assert files_of(context)["members_20261102.csv"]["reason_code"] == "list_shrank"
    assert memberships(context) == {("M1", date(2026, 11, 1), None), ("M2", date(2026, 11, 1), None)}


def test_a_list_names_as_many_members_as_its_trailer_says(tmp_path: Path) -> None:
    """`{members}` counts distinct ones, `{records}` records; one that is refused is judged by its own limit."""
    context = make_world(tmp_path, GUARDED.replace("END {records}", "END {records} {members}"))
    put(context, "members_20261101.csv", listed("M1", "M2", "M2", said="3 3"))
    put(context, "members_20261102.csv", listed("M1", "M2", "1.2E+15", said="3 3"))
    put(context, "members_20261103.csv", listed("M1", "M2", said="3 2"))
    put(context, "members_20261104.csv", listed("M1", "M2", "M2", said="3 2"))
    put(context, "members_20261105.csv", listed("M1", "M2", "1.2E+15", said="3 4"))
    take_in(context)
    files = files_of(context)
    assert {name: (row["status"], row["reason_code"]) for name, row in files.items()} == {
        "members_20261101.csv": ("refused", "list_count_wrong"),
        "members_20261102.csv": ("loaded", None),
        "members_20261103.csv": ("refused", "trailer_wrong"),
        "members_20261104.csv": ("loaded", None),
        "members_20261105.csv": ("refused", "list_count_wrong"),
    }


def test_a_list_that_names_a_member_twice_agrees_with_its_trailer(tmp_path: Path) -> None:
    """A trailer counts records; the second record of a member is a duplicate, and is counted as one."""
    context = make_world(tmp_path, GUARDED)
    put(context, "members_20261101.csv", listed("M1", "M2", "M2"))
    take_in(context)
    file = files_of(context)["members_20261101.csv"]
    assert (file["status"], file["accepted"], file["duplicates"], file["refused"]) == ("loaded", 2, 1, 0)
    assert memberships(context) == {("M1", date(2026, 11, 1), None), ("M2", date(2026, 11, 1), None)}


def test_a_manifest_may_say_how_many_members_a_list_names(tmp_path: Path) -> None:
    context = make_world(tmp_path, PLAIN + 'ready = { manifest = "MANIFEST" }\n')
    put(context, "members_20261101.csv", "partner_user_id\nM1\nM2\nM2\n")
    put(context, "members_20261102.csv", "partner_user_id\nM1\nM2\nM2\n")
    put(context, "MANIFEST", "name,records,members\nmembers_20261101.csv,3,2\nmembers_20261102.csv,3,3\n")
    take_in(context)
    assert {name: row["reason_code"] for name, row in files_of(context).items()} == {
        "members_20261101.csv": None,
        "members_20261102.csv": "list_count_wrong",
    }


def test_a_list_of_which_every_record_is_refused_ends_nothing(tmp_path: Path) -> None:
    """Whatever limit is declared: it would be an empty list."""
    context = make_world(
        tmp_path, PLAIN.replace("max_shrink = ", 'refuse_file_above = "100%"\n# max_shrink = ')
    )
    put(context, "members_20261101.csv", "partner_user_id\nM1\nM2\n")
    put(context, "members_20261102.csv", "partner_user_id\n1.2E+15\n1.2E+15\n")
    take_in(context)
    assert files_of(context)["members_20261102.csv"]["reason_code"] == "too_many_refused"
    assert memberships(context) == {("M1", date(2026, 11, 1), None), ("M2", date(2026, 11, 1), None)}
