"""Presets: a file in each vendor's own layout is read as the guide says, and a feed's own keys win."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from matchback.config import load_config
from matchback.config_presets import preset_names, presets_page
from matchback.context import RunContext
from matchback.errors import ConfigurationError
from unit.intake_world import make_world, put, table, take_in

EVENTS = ("purchase", "friend_registered", "identified", "account_qualified", "conversion", "form_submitted")
CATALOG = "".join(f'\n[[events]]\nname = "{name}"\nstage = 1\n' for name in EVENTS)

# The layouts are those of the vendors' documentation; the people in them are invented.
FILES: dict[str, tuple[str, str]] = {
    "extole-events": (
        "events_20261101000000.csv",
        (
            "event_name,email,member_id,event_time,value\n"
            'account_opened,ann@example.com,AAA123,2026-11-01T10:12:53-0500,"25.23"\n'
            "account_opened,bo@example.com,AAA124,2026-11-01T11:42:51-0500,\n"
        ),
    ),
    "extole-conversions": (
        "2147483647_conversion_20261101000000.csv",
        (
            "event_name,required_labels,email,event_time,partner_conversion_id,cart_value\n"
            "conversion,existing_customer,cy@example.com,2026-11-01T10:12:53-0500,00540000001PULM,20.34\n"
            ",existing_customer,di@example.com,2026-11-01T10:12:53-0500,00540000001PULN,20.35\n"
        ),
    ),
    "extole-approvals": (
        "approval_20261101000000.csv",
        (
            "event_name,account_id,partner_conversion_id,event_time\n"
            "account_qualified,300000000001,00540000001PULM,2026-11-02T10:12:53-0500\n"
        ),
    ),
    "extole-audience": (
        "members_20261101.csv",
        "first_name,last_name,email,member_id\nJohn,Jones,jjones@example.com,200728\n",
    ),
    "extole-optouts": ("optout_20261101.csv", "email\neve@example.com\n"),
    "fiserv-dna": (
        "1578.0507.10917.ACCOUNTOPENED_20261101",
        (
            "EVENT_NAME,FIRST_NAME,LAST_NAME,EMAIL,DNA_ACCOUNT,OPEN_DATE(YYYY-MM-DD),BALANCE,DESC-ABRV,PERSON_NUMBER\n"
            'account_opened,John,Jones,JJONES@EXAMPLE.COM,300000000009,2026-11-01,"1,250.00",CD5,1234\n'
        ),
    ),
    "mantl": (
        "simplified-acquisition_2026-11-01.csv",
        (
            "email,first_name,last_name,utm_term_first_touch,account_created_at,account_type\n"
            "fay@example.com,Fay,Moss,BO-LEE,2026-11-01T09:00:00-05:00,checking\n"
            "fay@example.com,Fay,Moss,BO-LEE,2026-11-01T09:00:00-05:00,savings\n"
        ),
    ),
    "segment": (
        "source-1/1477958400000/1478035200000.gz",
        (
            '{"type":"track","event":"Order Completed","messageId":"ajs-1","userId":"AiUGstSDIg","anonymousId":"v-1",'
            '"timestamp":"2026-11-01T15:00:00.000Z","properties":{"revenue":25.10,"currency":"USD","coupon":"FRIEND1"}}\n'
            '{"type":"identify","messageId":"ajs-2","userId":"AiUGstSDIg","anonymousId":"v-1",'
            '"timestamp":"2026-11-01T14:59:00.000Z","traits":{"email":"gil@example.com"}}\n'
            '{"type":"track","event":"Product Viewed","messageId":"ajs-3","timestamp":"2026-11-01T15:01:00.000Z"}\n'
        ),
    ),
    "mixpanel": (
        "export_2026-11-01.jsonl",
        (
            '{"event":"Signed up","properties":{"time":1793545200,"distinct_id":"u-77","$user_id":"u-77",'
            '"$device_id":"d-9","$insert_id":"hpuDqcvpltpCjBsebtxwadtEBDnFAdycabFb"}}\n'
            '{"event":"Signed up","properties":{"time":1793545201,"distinct_id":"undefined","$user_id":"undefined",'
            '"$device_id":"d-10","$insert_id":"hpuDqcvpltpCjBsebtxwadtEBDnFAdycabFc"}}\n'
        ),
    ),
    "klaviyo-profiles": (
        "profiles_20261101.csv",
        (
            "Email,Klaviyo ID,First Name,Last Name,Phone Number,External ID,Email Marketing Consent\n"
            "hal@example.com,01H,Hal,Frost,+12155550142,M-8,SUBSCRIBED\nivy@example.com,01J,Ivy,Lane,,,SUBSCRIBED\n"
        ),
    ),
    "klaviyo-events": (
        "events_20261101.jsonl",
        (
            '{"type":"event","attributes":{"time":"2026-11-01T09:00:00+00:00","value":99.90,"value_currency":"USD",'
            '"unique_id":"k-1","metric":{"data":{"attributes":{"name":"Placed Order"}}},'
            '"profile":{"data":{"attributes":{"email":"jo@example.com","external_id":"M-9"}}}}}\n'
            '{"metric":"Placed Order","time":"2026-11-01T09:05:00+00:00","unique_id":"k-2","email":"kim@example.com"}\n'
        ),
    ),
    "hubspot-contacts": (
        "hubspot-crm-exports-contacts-2026-11-01.csv",
        "Record ID,First Name,Last Name,Email,Phone Number,External ID\n501,Liz,Park,liz@example.com,,M-10\n",
    ),
    "hubspot-deals": (
        "hubspot-crm-exports-deals-2026-11-01.csv",
        (
            "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Associated Contact IDs,External ID\n"
            "9001,Roof,Closed Won,1200.00,Sam,2026-11-01 10:00,501;502,M-10\n9002,Wall,Qualified To Buy,,Sam,,503,\n"
        ),
    ),
    "typeform": (
        "responses-2026-11-01.csv",
        (
            "#,What is your name?,email,user_id,Start Date (UTC),Submit Date (UTC),Network ID\n"
            "068127e3d5e9ca5f5fac8e04fa692a9e,Max,max@example.com,M-11,2026-11-01 09:05:14,2026-11-01 09:05:40,d35\n"
        ),
    ),
    "make-webhook": (
        "webhook_20261101.jsonl",
        (
            '{"event":"account_opened","timestamp":"2026-11-01T09:00:00Z","id":"w-1","external_id":"M-12",'
            '"email":"ned@example.com","advocate_code":"BO-LEE"}\n'
        ),
    ),
}

# (accepted, refused), and for each accepted event in order of its time: name, amount in cents, identifiers.
COUNTS = {
    "mantl": (2, 0),
    "klaviyo-profiles": (1, 1),
    "hubspot-deals": (1, 1),
    "segment": (2, 1),
} | dict.fromkeys(("extole-events", "extole-conversions", "mixpanel", "klaviyo-events"), (2, 0))
READ: dict[str, list[tuple[str, int | None, str, dict[str, str]]]] = {
    "extole-events": [
        (
            "account_opened",
            2523,
            "2026-11-01 15:12:53",
            {"email_key": "ann@example.com", "partner_user_key": "AAA123"},
        ),
        (
            "account_opened",
            None,
            "2026-11-01 16:42:51",
            {"email_key": "bo@example.com", "partner_user_key": "AAA124"},
        ),
    ],
    "extole-conversions": [
        ("conversion", 2034, "2026-11-01 15:12:53", {"partner_event_key": "00540000001PULM"}),
        ("conversion", 2035, "2026-11-01 15:12:53", {"partner_event_key": "00540000001PULN"}),
    ],
    "extole-approvals": [
        (
            "account_qualified",
            None,
            "2026-11-02 15:12:53",
            {"account_key": "300000000001", "earlier_event_key": "00540000001PULM"},
        )
    ],
    "fiserv-dna": [
        (
            "account_opened",
            125000,
            "2026-11-02 04:59:59",
            {"email_key": "jjones@example.com", "account_key": "300000000009", "partner_user_key": "1234"},
        )
    ],
    "mantl": [
        (
            "account_opened",
            None,
            "2026-11-01 14:00:00",
            {"email_key": "fay@example.com", "advocate_code_key": "BO-LEE"},
        )
    ]
    * 2,
    "segment": [
        (
            "identified",
            None,
            "2026-11-01 14:59:00",
            {"email_key": "gil@example.com", "partner_user_key": "AiUGstSDIg", "visitor_key": "v-1"},
        ),
        (
            "purchase",
            2510,
            "2026-11-01 15:00:00",
            {"partner_user_key": "AiUGstSDIg", "coupon_key": "FRIEND1", "partner_event_key": "ajs-1"},
        ),
    ],
    "mixpanel": [
        (
            "friend_registered",
            None,
            "2026-11-01 15:00:00",
            {"partner_user_key": "u-77", "visitor_key": "d-9"},
        ),
        ("friend_registered", None, "2026-11-01 15:00:01", {"partner_user_key": "", "visitor_key": "d-10"}),
    ],
    "klaviyo-events": [
        ("purchase", 9990, "2026-11-01 09:00:00", {"email_key": "jo@example.com", "partner_user_key": "M-9"}),
        ("purchase", None, "2026-11-01 09:05:00", {"email_key": "kim@example.com", "partner_user_key": ""}),
    ],
    "hubspot-deals": [
        ("purchase", 120000, "2026-11-01 15:00:00", {"partner_event_key": "9001", "partner_user_key": "M-10"})
    ],
    "typeform": [
        (
            "form_submitted",
            None,
            "2026-11-01 09:05:40",
            {"email_key": "max@example.com", "partner_user_key": "M-11"},
        )
    ],
    "make-webhook": [
        (
            "account_opened",
            None,
            "2026-11-01 09:00:00",
            {"partner_user_key": "M-12", "advocate_code_key": "BO-LEE"},
        )
    ],
}
PEOPLE = {
    "extole-audience": ("fact_audience", {"email_key": "jjones@example.com", "partner_user_key": "200728"}),
    "extole-optouts": ("fact_audience", {"email_key": "eve@example.com"}),
    "klaviyo-profiles": ("fact_persons", {"email_key": "hal@example.com", "partner_user_key": "M-8"}),
    "hubspot-contacts": ("fact_persons", {"email_key": "liz@example.com", "partner_user_key": "M-10"}),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    feeds = "".join(
        f'\n[[feeds]]\nid = "{name}"\npreset = "{name}"\nsource = "inbox/{name}"\n' for name in FILES
    )
    context = make_world(tmp_path_factory.mktemp("presets") / "w", CATALOG + feeds)
    for name, (delivered, content) in FILES.items():
        (context.workspace.root / "inbox" / name).mkdir()
        body = content.encode()
        put(
            context,
            delivered,
            gzip.compress(body, mtime=0) if delivered.endswith(".gz") else body,
            f"inbox/{name}",
        )
    return take_in(context)


def test_every_preset_has_a_file_here() -> None:
    assert sorted(FILES) == preset_names() == sorted({*READ, *PEOPLE})


@pytest.mark.parametrize("preset", sorted(FILES))
def test_a_file_in_the_vendors_layout_is_taken_in(world: RunContext, preset: str) -> None:
    files = {row["feed_id"]: row for row in table(world, "files")}
    row = files[preset]
    assert (row["status"], row["accepted"], row["refused"]) == ("loaded", *COUNTS.get(preset, (1, 0)))


@pytest.mark.parametrize("preset", sorted(READ))
def test_every_column_becomes_what_the_guide_says(world: RunContext, preset: str) -> None:
    values = {row["identifier_key"]: row["value"] for row in table(world, "identifiers")}
    ids = {row["file_id"] for row in table(world, "files") if row["feed_id"] == preset}
    events = [row for row in table(world, "fact_events") if row["file_id"] in ids]
    events.sort(key=lambda row: (row["occurred_at"], row["amount_minor"] or 0))
    found = [
        (
            event["event_name"],
            event["amount_minor"],
            str(event["occurred_at"]),
            {key: values.get(event[key], "") for key in keys},
        )
        for event, (_, _, _, keys) in zip(events, READ[preset], strict=True)
    ]
    assert found == READ[preset]


@pytest.mark.parametrize("preset", sorted(PEOPLE))
def test_people_keep_their_identifiers(world: RunContext, preset: str) -> None:
    name, expected = PEOPLE[preset]
    values = {row["identifier_key"]: row["value"] for row in table(world, "identifiers")}
    ids = {row["file_id"] for row in table(world, "files") if row["feed_id"] == preset}
    found: list[dict[str, Any]] = [row for row in table(world, name) if row["file_id"] in ids]
    assert [{key: values.get(row[key], "") for key in expected} for row in found] == [expected]


def test_a_feeds_own_keys_win(tmp_path: Path) -> None:
    context = make_world(
        tmp_path / "w",
        '\n[[feeds]]\nid = "deals"\npreset = "hubspot-deals"\nsource = "inbox"\nrefuse_file_above = "10%"\n'
        'columns = { "Login" = "partner_user_id" }\nvalues = { event_name = { "Won" = "account_opened" } }\n',
    )
    feed = context.config.feed("deals")
    assert feed.refuse_file_above == "10%"
    assert {name for name, target in feed.columns.items() if target == "partner_user_id"} == {"Login"}
    assert feed.columns["Record ID"] == "partner_event_id"
    assert feed.values["event_name"] == {"Won": "account_opened"}


def test_an_unknown_preset_names_the_nearest(tmp_path: Path) -> None:
    context = make_world(tmp_path / "w")
    path = context.workspace.config_path
    path.write_text(path.read_text() + '\n[[feeds]]\nid = "x"\npreset = "mixpannel"\nsource = "inbox"\n')
    with pytest.raises(ConfigurationError, match="Did you mean 'mixpanel'"):
        load_config(path)


def test_the_guide_of_presets_is_current(repository: Path) -> None:
    assert (repository / "docs/guides/presets.md").read_text(encoding="utf-8") == presets_page()
