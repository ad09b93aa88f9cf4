"""Headers: what names none, or nearly one, of the contract's columns refuses the file, and no value is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchback.config import Feed
from matchback.intake.contracts import contract_of, feed_contract
from matchback.intake.dry_run import check_file
from matchback.intake.headers import map_header, shown_names
from matchback.intake.records import UnreadableFile
from unit.intake_world import EVENTS_FEED, make_world, put, table, take_in

AUDIENCE = """
[[feeds]]
id = "members"
kind = "audience"
source = "inbox"
pattern = "members_{date:%Y%m%d}.csv"
quiet_seconds = 0
constants = { purpose = "eligible_advocates" }
columns = { "member_id" = "partner_user_id" }
optional = ["partner_user_id"]
delivery = "full"
"""


def feed_of(kind: str, **more: object) -> Feed:
    return Feed.model_validate({"id": "feed", "kind": kind, "source": "in", "pattern": "*", **more})


def refusal(header: list[str], feed: Feed) -> str:
    with pytest.raises(UnreadableFile) as caught:
        map_header(header, feed, feed_contract(feed))
    assert caught.value.refused.reason_code == "missing_column"
    return caught.value.refused.detail


@pytest.mark.parametrize(
    "content",
    [
        "Service temporarily unavailable\n",
        "M1,a@b.com\n",
        "Email,Member\n",
        "a@b.com\nc@d.com\n",
        "purpose\n",
    ],
)
def test_a_list_that_names_no_member_column_is_refused_and_ends_no_membership(
    tmp_path: Path, content: str
) -> None:
    """Any line of text was once an empty whole list; what is needed is named, what the line says is not."""
    context = make_world(tmp_path, AUDIENCE)
    put(context, "members_20261101.csv", "member_id\nM1\nM2\n")
    put(context, "members_20261102.csv", content)
    take_in(context)
    right, wrong = sorted(table(context, "files"), key=lambda file: file["delivered_name"])
    assert (right["status"], wrong["status"], wrong["reason_code"]) == ("loaded", "refused", "missing_column")
    assert len(table(context, "fact_audience_lists")) == 1
    (answer,) = (context.workspace.outbox / "members").glob(f"{wrong['file_id']}*")
    said = answer.read_text()
    assert "at least one of email, phone, partner_user_id, member_id" in said
    assert not any(word in said for word in ("a@b", "M1", "Service", "Member,"))


def test_the_alternatives_of_a_contract_are_those_of_its_checks() -> None:
    assert contract_of("audience").alternatives == (("email", "phone", "partner_user_id"),)
    assert contract_of("clicks").alternatives == (("share_id", "shareable_id"),)
    assert contract_of("emails").alternatives == (("recipient_email", "recipient_phone"),)
    assert contract_of("events").alternatives == ()


@pytest.mark.parametrize(
    ("kind", "header", "words"),
    [
        ("clicks", ["clicked_at"], "at least one of share_id, shareable_id"),
        ("emails", ["share_id", "sent_at"], "at least one of recipient_email, recipient_phone"),
        ("persons", ["email"], "partner_user_id"),
        ("fulfillments", ["status", "reported_on"], "reward_id"),
    ],
)
def test_every_kind_needs_what_its_records_are_named_by(kind: str, header: list[str], words: str) -> None:
    assert words in refusal(header, feed_of(kind))


def test_a_file_that_only_constants_could_fill_is_refused() -> None:
    constants = {"program": "refer", "cost_on": "2026-11-01", "amount": "1.00"}
    assert "every column" in refusal(["note"], feed_of("costs", constants=constants))


@pytest.mark.parametrize(
    "name", ["Email", " email ", "E-mail", "EMAIL", "\u0435mail", "e_mail", "\uff45mail"]
)
def test_a_name_that_is_nearly_a_columns_refuses_the_file(name: str) -> None:
    """Addresses were once dropped without a word; the message says which column it is, and what to do about it."""
    words = refusal(["event_name", "event_time", name], feed_of("events"))
    assert "email (names are compared letter by letter); column 3 is nearly email: the sender writes" in words
    assert "under columns, or under ignore" in words


def test_a_name_that_is_nearly_an_alias_refuses_the_file() -> None:
    feed = feed_of("events", columns={"Member No": "partner_user_id"}, optional=["partner_user_id"])
    assert "column 3 is nearly Member No" in refusal(["event_name", "event_time", "MEMBER NO."], feed)


@pytest.mark.parametrize(
    ("header", "more"),
    [
        (["event_name", "event_time", "email", "Email"], {}),
        (["event_name", "event_time", "Event Name"], {}),
        (["event_time", "Event Name"], {"constants": {"event_name": "deposit"}}),
        (["event_name", "event_time", "Program"], {"ignore": ["Program"]}),
        (["event_name", "event_time", "Email"], {"columns": {"Email": "email"}}),
        (["event_name", "event_time", "mail", "emails"], {}),
    ],
)
def test_a_column_that_is_given_otherwise_or_ignored_refuses_nothing(
    header: list[str], more: dict[str, object]
) -> None:
    """The exact name holds, and the other is told of as a column that nothing takes."""
    feed = feed_of("events", **more)
    assert map_header(header, feed, feed_contract(feed)).source_of("event_time") == "event_time"


def test_an_ignored_column_fills_nothing_though_it_is_called_so() -> None:
    feed = feed_of("events", ignore=["program", "note"])
    found = map_header(["event_name", "event_time", "program", "note"], feed, feed_contract(feed))
    assert found.source_of("program") is None
    assert found.unknown == ()


def test_a_nearly_named_column_is_named_once() -> None:
    words = refusal(["Email", "Member"], feed_of("audience", constants={"purpose": "blocked"}))
    assert words.startswith("at least one of email, phone, partner_user_id (names")
    assert "column 1 is nearly email" in words


def test_keys_of_json_lines_can_be_ignored(tmp_path: Path) -> None:
    feed = EVENTS_FEED.replace(".csv", ".jsonl") + 'format = { type = "jsonl" }\nignore = ["teller"]\n'
    context = make_world(tmp_path / "world", feed)
    path = tmp_path / "events_20261101.jsonl"
    path.write_text('{"event_name":"account_opened","event_time":"2026-11-01","teller":"T","branch":"N"}\n')
    assert "nothing takes these columns: branch" in check_file(context, path, "events").data["notes"]


def test_names_are_shown_only_where_they_can_be_no_value() -> None:
    assert shown_names(["branch", "Cost Center", "joe.smith", "M1", "AB-12"]) == (
        "branch, Cost Center, 3 more that are not shown"
    )
    assert shown_names(["branch", "a@b.example"]) == "2 that are not shown"
    assert shown_names(["branch", "4111111111111111"]) == "2 that are not shown"
    assert shown_names(["branch"], show=False) == "1 that is not shown"
    assert shown_names([], ["properties.plan"]) == "properties.plan"


def test_a_run_tells_its_operator_which_columns_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a file, and not what is knowingly left out; where every record is refused, by number only."""
    notes: list[str] = []
    context = make_world(tmp_path, EVENTS_FEED + 'ignore = ["teller"]\n')
    monkeypatch.setattr(context.progress, "note", notes.append)
    put(
        context,
        "events_20261101.csv",
        "event_name,event_time,teller,branch\naccount_opened,2026-11-01,T,N\n",
    )
    put(context, "events_20261102.csv", "event_name,event_time,teller\naccount_opened,2026-11-02,T\n")
    put(context, "events_20261103.csv", "event_name,event_time,branch\nMary,Smith,Lane\n")
    take_in(context)
    told = [note for note in notes if "nothing takes these columns" in note]
    assert sorted(note.partition(": ")[2].partition(": ")[2] for note in told) == [
        "nothing takes these columns: 1 that is not shown",
        "nothing takes these columns: branch",
    ]
