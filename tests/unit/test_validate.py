"""Validation: what a sender gets for every bad record and every bad file, and that the next record still loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matchback import validate
from matchback.config import load_config
from matchback.errors import ConfigurationError
from matchback.intake import stage_file
from matchback.intake.contracts import contract_of
from matchback.intake.reasons import RECORD_REASONS
from matchback.intake.staging import StagedFile, StagedSummary
from unit.intake_world import AS_OF, EVENTS_FEED, make_world

HEADER = "event_name,event_time,email,phone,partner_user_id,partner_event_id,amount,currency,container,owner_rank\n"
GOOD = {"event_name": "account_opened", "event_time": "2026-11-01", "partner_event_id": "E1"}


def stage(root: Path, content: str | bytes, feeds: str = EVENTS_FEED) -> tuple[StagedSummary, StagedFile]:
    """Stage one file of the first feed."""
    make_world(root, feeds)
    path = root / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    config = load_config(root / "matchback.toml")
    request = validate.FileToStage(
        file_id="0" * 16,
        path=path,
        folder=root / "staged",
        feed=config.feeds[0],
        config=config,
        received_on=AS_OF,
        declared_on=None,
        secret=b"secret",
    )
    return validate.stage_file(request), StagedFile(root / "staged")


def line(**cells: str) -> str:
    names = HEADER.strip().split(",")
    return ",".join({**GOOD, **cells}.get(name, "") for name in names) + "\n"


def reasons(staged: StagedFile) -> list[tuple[int, str, str]]:
    return [(row[0], row[2], row[3]) for row in staged.refusals().iter_rows()]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("event_name", "", "missing"),
        ("event_name", "freind_registered", "unknown_event_name"),
        ("event_time", "", "missing"),
        ("event_time", "11/07/2026", "not_a_timestamp"),
        ("event_time", "2026-02-30", "not_a_timestamp"),
        ("event_time", "2026-11-01T24:00:00", "not_a_timestamp"),
        ("event_time", "2026-11-01T10:00:60", "not_a_timestamp"),
        ("event_time", "0000-01-01", "not_a_timestamp"),
        ("event_time", "9999-01-01", "not_a_timestamp"),
        ("event_time", "46000", "not_a_timestamp"),
        ("event_time", "2026-11-01T10:00:00 EST", "not_a_timestamp"),
        ("event_time", "2026-03-08T02:30:00", "nonexistent_time"),
        ("amount", "25.005", "too_many_decimals"),
        ("amount", "2.5E1", "not_money"),
        ("amount", "+25.00", "not_money"),
        ("amount", "2_5.00", "not_money"),
        ("amount", "0x19", "not_money"),
        ("amount", "NaN", "not_money"),
        ("amount", "Infinity", "not_money"),
        ("amount", "1e400", "not_money"),
        ("amount", "99999999999999999999", "not_money"),
        ("amount", "$25.00", "not_money"),
        ("amount", "25.00-", "not_money"),
        ("amount", "(25.00)", "not_money"),
        ("amount", "25.00\u00a0", "not_money"),
        ("amount", "\u0662\u0665.00", "not_money"),
        ("amount", "\uff12\uff15.00", "not_money"),
        ("currency", "usd", "unknown_currency"),
        ("currency", "US$", "unknown_currency"),
        ("currency", "XYZ", "unknown_currency"),
        ("email", "ann@", "not_an_email"),
        ("email", "ann@example.com;bob@example.com", "not_an_email"),
        ("email", "Ann Lee <ann@example.com>", "not_an_email"),
        ("phone", "555-1212", "not_a_phone"),
        ("phone", "call me", "not_a_phone"),
        ("partner_user_id", "1.23457E+15", "spreadsheet_number"),
        ("partner_user_id", "M\u202e1", "not_printable"),
        ("partner_user_id", "M\x001", "not_printable"),
        ("partner_user_id", "M" * 300, "too_long"),
        ("container", "staging", "not_one_of"),
        ("owner_rank", "first", "not_a_whole_number"),
    ],
)
def test_a_bad_cell_refuses_its_record_alone(tmp_path: Path, column: str, text: str, reason: str) -> None:
    """The reason names the column; the record after it is good; no message holds the value."""
    summary, staged = stage(tmp_path, HEADER + line(**{column: text}) + line(partner_event_id="E2"))
    assert reasons(staged) == [(1, column, reason)]
    assert (summary.status, summary.records, summary.refused) == ("valid", 2, 1)
    assert staged.rows()["record_number"].to_list() == [2]
    assert not text or text not in staged.refusals()["message"][0]


def test_a_record_is_told_every_reason_at_once(tmp_path: Path) -> None:
    _, staged = stage(tmp_path, HEADER + line(event_time="soon", amount="x", email="@"))
    assert reasons(staged) == [
        (1, "amount", "not_money"),
        (1, "email", "not_an_email"),
        (1, "event_time", "not_a_timestamp"),
    ]


@pytest.mark.parametrize(
    ("text", "minor"), [("-0.00", 0), ("0", 0), ("-12.5", -1250), ("999999999999.99", 99999999999999)]
)
def test_plain_amounts_are_exact(tmp_path: Path, text: str, minor: int) -> None:
    summary, staged = stage(tmp_path, HEADER + line(amount=text))
    assert staged.rows()["amount_minor"].to_list() == [minor]
    assert summary.money_seen == {"USD": [minor, 1]}


def test_a_currency_has_its_own_decimal_places(tmp_path: Path) -> None:
    content = HEADER + line(amount="7", currency="JPY") + line(amount="7.0", currency="JPY")
    content += line(amount="1.234", currency="KWD")
    _, staged = stage(tmp_path, content)
    assert reasons(staged) == [(2, "amount", "too_many_decimals")]
    assert staged.rows().select("amount_minor", "currency").rows() == [(7, "JPY"), (1234, "KWD")]


@pytest.mark.parametrize(
    ("text", "at", "on", "precision"),
    [
        ("2013-06-19T10:12:53-0700", "2013-06-19 17:12:53", "2013-06-19", "second"),
        ("2026-11-01T03:30:00Z", "2026-11-01 03:30:00", "2026-10-31", "second"),
        ("2026-11-01 01:30", "2026-11-01 05:30:00", "2026-11-01", "second"),
        ("2026-11-01T01:30:00-05:00", "2026-11-01 06:30:00", "2026-11-01", "second"),
        ("2026-11-01", "2026-11-02 04:59:59", "2026-11-01", "day"),
        ("2028-02-29", "2028-03-01 04:59:59", "2028-02-29", "day"),
    ],
)
def test_times_are_read_in_the_feeds_zone(
    tmp_path: Path, text: str, at: str, on: str, precision: str
) -> None:
    """A time that occurs twice is the first; a date alone keeps its date and ends its day."""
    _, staged = stage(tmp_path, HEADER + line(event_time=text))
    row = staged.rows().row(0, named=True)
    assert (str(row["occurred_at"]), str(row["occurred_on"]), row["time_precision"]) == (at, on, precision)


def test_placeholders_are_accepted_as_missing(tmp_path: Path) -> None:
    _, staged = stage(tmp_path, HEADER + line(partner_user_id="0", email="N/A", phone="000-000-0000"))
    row = staged.rows().row(0, named=True)
    assert (row["partner_user_key"], row["email_key"], row["phone_key"]) == (None, None, None)
    assert row["has_placeholder"]


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "empty_file", ""),
        (b"event_name;event_time\naccount_opened;2026-11-01\n", "missing_column", "event_name, event_time"),
        (b"Event_Name,event_time\nx,2026-11-01\n", "missing_column", "event_name"),
        ("\u0435vent_name,event_time\nx,2026-11-01\n".encode(), "missing_column", "event_name"),
        (
            b"event_name,event_time,email,email\nx,2026-11-01,,\n",
            "repeated_column",
            "column 4 is email again",
        ),
        (b"account_opened,2026-11-01,ann@example.com\n", "missing_column", "event_name"),
        (b"PK\x03\x04", "wrong_format", "spreadsheet"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    tmp_path: Path, content: bytes, reason: str, words: str
) -> None:
    """Nothing of it is staged, and the reason never quotes its first line, which may be somebody's data."""
    summary, staged = stage(tmp_path, content)
    assert (summary.status, summary.reason_code) == ("refused", reason)
    assert words in summary.detail
    assert "ann@example.com" not in summary.detail
    assert staged.rows().height == staged.refusals().height == 0


def test_columns_are_taken_by_name_in_any_order(tmp_path: Path) -> None:
    """An unknown column is counted and not stored; a file with a header alone is a file without records."""
    summary, staged = stage(tmp_path, "note,event_time,event_name\nx,2026-11-01,account_opened\n")
    assert staged.rows()["event_name"].to_list() == ["account_opened"]
    assert summary.unknown_columns == 1
    assert "note" not in staged.rows().columns
    summary, _ = stage(tmp_path / "empty", HEADER)
    assert (summary.status, summary.records) == ("valid", 0)


def test_aliases_and_constants_fill_the_contract(tmp_path: Path) -> None:
    feeds = EVENTS_FEED + 'columns = { "WHEN" = "event_time" }\nconstants = { event_name = "deposit" }\n'
    summary, staged = stage(tmp_path, "WHEN,email\n2026-11-01,\n", feeds)
    assert staged.rows()["event_name"].to_list() == ["deposit"]
    summary, _ = stage(tmp_path / "other", "event_time\n2026-11-01\n", feeds)
    assert summary.status == "valid"
    summary, _ = stage(tmp_path / "third", "when\n2026-11-01\n", feeds)
    assert (summary.reason_code, summary.detail.split(" ")[0]) == ("missing_column", "WHEN")


def test_a_feed_that_names_an_unknown_column_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="emial"):
        stage(tmp_path, HEADER, EVENTS_FEED + 'columns = { "E" = "emial" }\n')


def test_too_many_refused_records_refuse_the_file(tmp_path: Path) -> None:
    """Every record counts as refused, the good ones as file_refused; at the limit itself the file loads."""
    feeds = EVENTS_FEED.replace("100%", "50%")
    two = HEADER + line() + line(amount="x", partner_event_id="E2")
    assert stage(tmp_path / "at", two, feeds)[0].status == "valid"
    three = two + line(amount="y", partner_event_id="E3")
    summary, staged = stage(tmp_path / "above", three, feeds)
    assert (summary.status, summary.reason_code) == ("refused", "too_many_refused")
    assert (summary.records, summary.refused) == (3, 3)
    assert reasons(staged)[0] == (1, "", "file_refused")
    assert staged.rows().height == staged.identifiers().height == 0
    assert summary.money_refused == summary.money_seen


def test_a_trailer_must_agree(tmp_path: Path) -> None:
    feeds = EVENTS_FEED + 'format = { trailer = "T,{records},{amount}" }\n'
    body = HEADER + line(amount="1.50") + line(amount="2.00", partner_event_id="E2")
    assert stage(tmp_path / "right", body + "T,2,3.50\n", feeds)[0].control_lines == 1
    assert stage(tmp_path / "count", body + "T,3,3.50\n", feeds)[0].reason_code == "trailer_wrong"
    assert stage(tmp_path / "sum", body + "T,2,3.51\n", feeds)[0].reason_code == "trailer_wrong"
    assert stage(tmp_path / "none", body, feeds)[0].reason_code == "trailer_missing"


def test_a_file_that_breaks_its_reader_refuses_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("quotes ann@example.com")

    monkeypatch.setattr("matchback.intake.record_checks.check_block", breaks)
    summary, _ = stage(tmp_path, HEADER + line())
    assert (summary.reason_code, summary.detail) == ("unreadable", "its reader failed (RuntimeError)")


@pytest.mark.parametrize(
    "kind",
    ["events", "shares", "clicks", "emails", "coupons", "advocates", "persons", "audience", "approvals",
     "fulfillments", "costs"],
)  # fmt: skip
def test_each_contract_fills_its_fact_table_and_explains_itself(kind: str) -> None:
    """Every target is a column of the table, every check a reason with words, every column described."""
    from matchback.warehouse import Warehouse

    contract = contract_of(kind)
    columns = set(Warehouse.memory().table(contract.table).column_names)
    for column in contract.columns:
        targets = set(column.targets)
        assert targets <= columns
        assert set(column.reasons) <= set(RECORD_REASONS)
        assert column.description.endswith(".")
        assert column.example
    assert contract.identity_column in columns


def test_the_same_bytes_are_staged_the_same(tmp_path: Path) -> None:
    content = HEADER + line() + line(partner_event_id="", event_name="deposit", amount="5.00") * 2
    _, first = stage(tmp_path / "one", content)
    _, second = stage(tmp_path / "two", content)
    assert first.rows().equals(second.rows())
    assert first.rows()["identity"].n_unique() == 3


@pytest.mark.parametrize(
    "text", ["\u00a00", "0\u00a0", "\u30000", "\u2003n/a", "\u00a0****1234", "\u3000No-Reply@example.com"]
)
def test_an_odd_space_hides_no_placeholder(tmp_path: Path, text: str) -> None:
    column = "email" if "@" in text else "partner_user_id"
    _, staged = stage(tmp_path, HEADER + line(**{column: text}))
    assert reasons(staged) == []
    assert staged.rows()["has_placeholder"].to_list() == [True]
    assert staged.rows()["email_key"].null_count() == staged.rows()["partner_user_key"].null_count() == 1
    assert staged.identifiers()["kind"].to_list() == ["partner_event_id"]


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        ("999999999999.99", []),
        ("-999999999999.99", []),
        ("0000000000001.00", []),
        ("1000000000000", ["amount_too_large"]),
        ("-1000000000000.00", ["amount_too_large"]),
        ("999999999999999", ["amount_too_large"]),
    ],
)
def test_an_amount_that_the_published_tables_cannot_hold_is_refused(
    tmp_path: Path, amount: str, found: list[str]
) -> None:
    _, staged = stage(tmp_path, HEADER + line(amount=amount))
    assert [reason for _, _, reason in reasons(staged)] == found


def test_a_panic_of_a_reader_refuses_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: Any) -> Any:
        raise PanicException("ann@example.com")

    monkeypatch.setattr(stage_file, "_read_and_check", panic)
    summary, _ = stage(tmp_path, HEADER + line())
    assert (summary.reason_code, summary.detail) == ("unreadable", "its reader failed (PanicException)")
