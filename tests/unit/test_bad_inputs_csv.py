"""Bad CSV: what its sender gets, case by case. The numbers are those of the list of bad inputs."""

from __future__ import annotations

import pytest

from unit.bad_inputs import OK, Case, Refused, Sender, as_parameters, judge

HEADER = "event_name,event_time,partner_event_id,email,amount\n"
NO_NAME = "missing_column"


def line(number: int, *, email: str = "", amount: str = "10.00", time: str = "2026-11-01") -> str:
    return f"account_opened,{time},E{number},{email},{amount}\n"


ONE, TWO, THREE = line(1), line(2), line(3)
CARD_HEADER = "event_name,event_time,CARD\n"


def card(text: str) -> str:
    return f"account_opened,2026-11-01,{text}\n"


CASES = [
    Case(1, "no bytes at all", b"", Refused("empty_file")),
    Case(1, "line ends only", b"\n\r\n\n", Refused("empty_file")),
    Case(2, "a header alone", HEADER, [], notes=["holds no records"]),
    Case(3, "no header", ONE + TWO, Refused(NO_NAME, "event_name, event_time")),
    Case(
        3,
        "no header, as declared: the first record counts",
        ONE + TWO,
        [OK, OK],
        format='header = false, columns = ["event_name", "event_time", "partner_event_id", "email", "amount"]',
    ),
    Case(4, "a column twice", HEADER.replace("email", "amount") + ONE, Refused("repeated_column", "amount again")),
    Case(5, "a header in capitals", HEADER.upper() + ONE, Refused(NO_NAME, "letter by letter")),
    Case(5, "a header with blanks", HEADER.replace(",", " ,") + ONE, Refused(NO_NAME, "event_name")),
    Case(
        5,
        "another name, declared as an alias",
        HEADER.replace("email", "E-mail") + line(1, email="ann@example.com"),
        [OK],
        columns='"E-mail" = "email"',
    ),
    Case(5, "a declared alias that is not there", HEADER.replace("email", "mail") + ONE, Refused(NO_NAME, "E-mail"), columns='"E-mail" = "email"'),
    Case(6, "a Cyrillic letter in the header", HEADER.replace("event_name", "\u0435vent_name") + ONE, Refused(NO_NAME, "event_name")),
    Case(7, "columns in another order", "amount,event_time,event_name\n10.00,2026-11-01,account_opened\n", [OK], money={"USD": 1000}),
    Case(8, "a required column is missing", "event_name,amount\naccount_opened,10.00\n", Refused(NO_NAME, "event_time")),
    Case(
        9,
        "an unknown column is noted by name, and shifts nothing",
        "event_name,branch,event_time,amount\naccount_opened,North,2026-11-01,10.00\n",
        [OK],
        notes=["nothing takes these columns: branch"],
        money={"USD": 1000},
    ),
    Case(10, "a short record", HEADER + ONE + "account_opened,2026-11-01\n" + THREE, [OK, "column_count", OK]),
    Case(10, "an unquoted 1,025.00", HEADER + line(1, amount="1,025.00") + TWO, ["column_count", OK]),
    Case(11, "a quote that is never closed", HEADER + ONE + 'account_opened,"2026-11-01,E2,,\n' + THREE, [OK, "unclosed_quote", OK]),
    Case(12, "a bare quote in a cell", HEADER + line(1, email='5"') + line(2, email='a"b"c'), ["unclosed_quote", "bad_quoting"]),
    Case(13, "a missing comma before a quoted cell", HEADER + 'account_opened,2026-11-01,E1"x, y",,10.00\n' + TWO, ["bad_quoting", OK]),
    Case(14, "an extra quote that would swallow the next record", HEADER + line(1, email='"') + TWO + THREE, ["unclosed_quote", OK, OK]),
    Case(14, "two extra quotes, two records apart", HEADER + line(1, email='"') + line(2, email='"') + THREE, ["unclosed_quote", "unclosed_quote", OK]),
    Case(15, "a line end within quotes", 'event_name,event_time,note\naccount_opened,2026-11-01,"two\nlines"\naccount_opened,2026-11-02,x\n', [OK, OK]),
    Case(16, "LF", HEADER + ONE + TWO, [OK, OK]),
    Case(16, "CRLF", (HEADER + ONE + TWO).replace("\n", "\r\n"), [OK, OK]),
    Case(16, "CR only", (HEADER + ONE + TWO).replace("\n", "\r"), Refused("stray_line_end")),
    Case(16, "a header in LF, records in CR", HEADER + (ONE + TWO).replace("\n", "\r"), [OK, OK]),
    Case(16, "LF and CRLF mixed", HEADER + ONE.replace("\n", "\r\n") + TWO + THREE, [OK, OK, OK]),
    Case(16, "a lone CR between two records", HEADER + ONE.replace("\n", "\r") + TWO + THREE, [OK, OK, OK], money={"USD": 3000}),
    Case(16, "a lone CR before a short record", HEADER + ONE.replace("\n", "\r") + "x,y\n" + THREE, ["stray_line_end", "stray_line_end", OK]),
    Case(16, "a lone CR in a cell", HEADER + line(1, email="ann\r@example.com") + TWO, ["stray_line_end", OK]),
    Case(16, "CR CR LF", (HEADER + ONE + TWO).replace("\n", "\n") .replace("10.00\n", "10.00\r\r\n"), [OK, OK]),
    Case(17, "Unicode line separators in a cell", "event_name,event_time,note\naccount_opened,2026-11-01,a\u2028b\x0b\x0c\x85c\n", [OK]),
    Case(18, "semicolons in a comma feed", (HEADER + ONE).replace(",", ";"), Refused(NO_NAME, "event_name")),
    Case(18, "tabs in a comma feed", (HEADER + ONE).replace(",", "\t"), Refused(NO_NAME, "event_name")),
    Case(18, "semicolons, declared", (HEADER + ONE).replace(",", ";"), [OK], format='delimiter = ";"'),
    Case(18, "tabs, declared", (HEADER + ONE).replace(",", "\t"), [OK], format='delimiter = "\\t"'),
    Case(18, "pipes in a PSV feed", (HEADER + ONE).replace(",", "|"), [OK], format='type = "psv"'),
    Case(19, "a sep= line", "sep=,\n" + HEADER + ONE, Refused(NO_NAME, "event_name")),
    Case(19, "a sep= line, declared", "sep=,\n" + HEADER + ONE, [OK], format="skip_lines = 1"),
    Case(19, "a preamble", "Report of accounts\nNovember\n" + HEADER + ONE, Refused(NO_NAME, "event_name")),
    Case(19, "a preamble, declared", "Report of accounts\nNovember\n" + HEADER + ONE, [OK], format="skip_lines = 2"),
    Case(19, "two header lines", HEADER + HEADER + ONE, ["repeated_header", OK]),
    Case(20, "the right trailer", HEADER + ONE + TWO + "TRAILER,2,20.00\n", [OK, OK], format='trailer = "TRAILER,{records},{amount}"'),
    Case(20, "a trailer that counts otherwise", HEADER + ONE + "TRAILER,2,10.00\n", Refused("trailer_wrong", "2 records, the file has 1"), format='trailer = "TRAILER,{records},{amount}"'),
    Case(20, "a trailer with another sum", HEADER + ONE + "TRAILER,1,11.00\n", Refused("trailer_wrong", "amount"), format='trailer = "TRAILER,{records},{amount}"'),
    Case(20, "no trailer where one is declared", HEADER + ONE, Refused("trailer_missing"), format='trailer = "TRAILER,{records},{amount}"'),
    Case(20, "a trailer that is not declared", HEADER + ONE + "TRAILER,1,10.00\n", [OK, "column_count"]),
    Case(20, "the right hash total", "event_name,event_time,account_id\naccount_opened,2026-11-01,900000000007\naccount_opened,2026-11-01,200000000005\nT|20261107|00000000012\n", [OK, OK], format='trailer = "T|{any}|{hash}", hash_column = "account_id"'),
    Case(20, "a wrong hash total", "event_name,event_time,account_id\naccount_opened,2026-11-01,900000000007\nT|20261107|00000000012\n", Refused("trailer_wrong", "hash total"), format='trailer = "T|{any}|{hash}", hash_column = "account_id"'),
    Case(21, "a second header in the middle", HEADER + ONE + HEADER + TWO, [OK, "repeated_header", OK]),
    Case(22, "a second table of another width", HEADER + ONE + "branch,town\n7,York\n", [OK, "column_count", "column_count"]),
    Case(22, "a second table of the same width", HEADER + ONE + "a,b,c,d,e\n", [OK, "amount:not_money email:not_an_email event_name:unknown_event_name event_time:not_a_timestamp"]),
    Case(23, "cut within a record", HEADER + ONE + "account_opened,2026-1", [OK, "column_count"]),
    Case(23, "cut at the end of a record, told by the trailer", HEADER + ONE, Refused("trailer_missing"), format='trailer = "T,{records}"'),
    Case(23, "cut at the end of a record, told by the manifest", HEADER + ONE, Refused("manifest_wrong", "2 records, the file has 1"), announced={"records": "2"}),
    Case(23, "cut at the end of a record, told by the manifest's total", HEADER + ONE, Refused("manifest_wrong", "amount"), announced={"records": "1", "total": "20.00"}),
    Case(23, "as the manifest says", HEADER + ONE + TWO, [OK, OK], announced={"records": "2", "total": "20.00"}),
    Case(23, "a manifest whose total is no number", HEADER + ONE, Refused("manifest_wrong", "not a number as the feed declares"), announced={"records": "two"}),
    Case(24, "no line end after the last record", HEADER + ONE + TWO.rstrip(), [OK, OK], notes=["has no line end"]),
    Case(25, "a cell of 9 MB in the middle", HEADER + ONE + line(2, email="x" * (9 << 20)) + THREE, [OK, "record_too_long", OK]),
    Case(25, "a cell of 9 MB at the end", HEADER + ONE + line(2, email="x" * (9 << 20)).rstrip(), [OK, "record_too_long"]),
    Case(26, "100,000 columns", ",".join(f"c{number}" for number in range(100_000)) + "\n", Refused("too_many_columns", "2000")),
    Case(27, "more records than the feed takes", HEADER + ONE * 11, Refused("too_many_records", "10"), format="max_records = 10"),
    Case(29, "quotes escaped by a backslash, declared", 'event_name,event_time,note\naccount_opened,2026-11-01,"a \\"b\\", c"\n', [OK], format='escape = "\\\\"'),
    Case(29, "quotes escaped by a backslash, not declared", 'event_name,event_time,note\naccount_opened,2026-11-01,"a \\"b\\", c"\naccount_opened,2026-11-01,x\n', ["bad_quoting", OK]),
    Case(30, "empty and quoted empty cells are missing", 'event_name,event_time,email,amount\naccount_opened,2026-11-01,,\naccount_opened,2026-11-01,"",""\n', [OK, OK], money={}),
    Case(30, "NULL and N/A in an amount, not declared", HEADER + line(1, amount="NULL") + line(2, amount="N/A"), ["amount:not_money"] * 2),
    Case(30, "NULL and N/A in an amount, declared", HEADER + line(1, amount="NULL") + line(2, amount="N/A") + line(3, amount="null"), [OK, OK, "amount:not_money"], format='missing = ["NULL", "N/A"]'),
    Case(105, "card numbers in a column that nothing takes", CARD_HEADER + "".join(card(text) for text in ("4111111111111111", "4111 1111 1111 1111", "378282246310005", "")), [OK] * 4, notes=["payment card numbers seem to stand in columns that nothing takes; leave them out of the file: CARD"]),
    Case(105, "a card number within a free text", CARD_HEADER + card("paid with 5555-5555-5555-4444 (01/29)"), [OK], notes=["payment card numbers"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


@pytest.mark.parametrize(
    "numbers",
    [
        ["4111111111111112"],
        ["1793527200123", "9780306406157"],
        [f"4{number:015d}" for number in range(40)],
        ["14111111111111111", "2026-11-01 4111"],
    ],
)
def test_other_numbers_raise_no_alarm(sender: Sender, numbers: list[str]) -> None:
    """105: one of ten random numbers has the check digit of a card."""
    content = CARD_HEADER + "".join(card(text) for text in numbers)
    summary, _, _ = sender.send(Case(105, "no cards", content, [OK] * len(numbers)))
    assert not any("card" in note for note in summary.notes)


def test_a_card_number_is_never_quoted(sender: Sender) -> None:
    """105: neither in a note nor in anything that is staged; a column whose name could be a value is not named."""
    number = "4111111111111111"
    content = f"event_name,event_time,{number}\naccount_opened,2026-11-01,{number}\n"
    summary, staged, _ = sender.send(Case(105, "a number as a name", content, [OK]))
    assert any(note.endswith("of the file: 1 that is not shown") for note in summary.notes)
    kept = [path for path in staged.folder.rglob("*") if path.is_file()]
    assert kept and not any(number.encode() in path.read_bytes() for path in kept)
