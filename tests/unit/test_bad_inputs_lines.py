"""Bad JSON lines and bad files of fixed width: what their sender gets. Numbers are those of the nearest bad CSV.

The last tests see to it that no entry of the list is left out.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from unit.bad_inputs import OK, Case, Refused, Sender, as_parameters, judge

JSON = 'type = "jsonl"'
PATHS = '"event" = "event_name", "timestamp" = "event_time", "properties.revenue" = "amount", "userId" = "partner_user_id"'
FIXED = 'type = "fixed", columns = ["event_name", "event_time", "", "amount"], widths = [15, 10, 2, 8]'


def record(properties: str = '{"revenue":10.00}', user: str = '"M1"') -> str:
    return f'{{"event":"account_opened","timestamp":"2026-11-01T10:00:00Z","userId":{user},"properties":{properties}}}\n'


def row(amount: str = "10.00", time: str = "2026-11-01") -> str:
    return f"account_opened {time}  {amount:>8}\n"


CASES = [
    Case(1, "JSON lines: nothing", b"", Refused("empty_file"), format=JSON, columns=PATHS),
    Case(1, "JSON lines: line ends only", b"\n\r\n", Refused("empty_file"), format=JSON, columns=PATHS),
    Case(9, "JSON lines: unknown keys are noted by name", record('{"revenue":1,"plan":"x","shown":[1]}'), [OK], format=JSON, columns=PATHS, notes=["properties.plan, properties.shown"]),
    Case(9, "JSON lines: a key that could be somebody's data is not shown", record('{"ann@example.com":1}'), [OK], format=JSON, columns=PATHS, notes=["these columns: 1 that is not shown"]),
    Case(12, "JSON lines: no JSON", record() + "{'event': 1}\n" + record(), [OK, "not_json", OK], format=JSON, columns=PATHS),
    Case(12, "JSON lines: a list", "[1]\n" + record(), ["not_json", OK], format=JSON, columns=PATHS),
    Case(4, "JSON lines: a key twice", record('{"revenue":1,"revenue":2}') + record(), ["repeated_key", OK], format=JSON, columns=PATHS),
    Case(16, "JSON lines: a lone CR between two records", record().replace("\n", "\r") + record(), [OK, OK], format=JSON, columns=PATHS, money={"USD": 2000}),
    Case(20, "JSON lines: a trailer", record() + "END 1\n", [OK], format=JSON + ', trailer = "END {records}"', columns=PATHS),
    Case(20, "JSON lines: a trailer that counts otherwise", record() + "END 2\n", Refused("trailer_wrong"), format=JSON + ', trailer = "END {records}"', columns=PATHS),
    Case(23, "JSON lines: cut within a record", record() + record()[:40], [OK, "not_json"], format=JSON, columns=PATHS),
    Case(25, "JSON lines: a record of 3 MB", record() + record(user='"' + "M" * (3 << 20) + '"') + record(), [OK, "record_too_long", OK], format=JSON, columns=PATHS),
    Case(33, "JSON lines: not UTF-8", record().encode() + record(user='"Zo\xeb"').encode("latin-1"), [OK, "bad_encoding"], format=JSON, columns=PATHS),
    Case(45, "JSON lines: nested without end", record("[" * 5000 + "]" * 5000) + record(), ["too_deep", OK], format=JSON, columns=PATHS),
    Case(54, "JSON lines: an object where a value belongs", record('{"revenue":{"value":1}}') + record(user="[1]"), ["amount:not_a_value", "partner_user_id:not_a_value"], format=JSON, columns=PATHS),
    Case(74, "JSON lines: money stays as it is written", record('{"revenue":25.10}') + record('{"revenue":"0.1"}') + record('{"revenue":25.005}') + record('{"revenue":2.5e1}'), [OK, OK, "amount:too_many_decimals", "amount:not_money"], format=JSON, columns=PATHS, money={"USD": 2520}),
    Case(34, "JSON lines: half of a surrogate pair in a key that nothing takes", record('{"revenue":1,"note":"\\ud800"}') + record(), ["bad_encoding", OK], format=JSON, columns=PATHS),
    Case(34, "JSON lines: half of a surrogate pair in a name", record('{"revenue":1,"\\udc00":2}') + record(user='"\\ud800"'), ["bad_encoding"] * 2, format=JSON, columns=PATHS),
    Case(76, "JSON lines: a number beyond any in a key that nothing takes", record('{"revenue":1,"x":1e400}') + record('{"revenue":1,"x":-1' + "0" * 400 + "}"), ["number_too_large"] * 2, format=JSON, columns=PATHS),
    Case(76, "JSON lines: an amount beyond any number", record('{"revenue":1e400}') + record('{"revenue":1' + "0" * 400 + "}"), ["amount:not_money"] * 2, format=JSON, columns=PATHS),
    Case(76, "JSON lines: NaN", record('{"revenue":NaN}') + record(), ["not_json", OK], format=JSON, columns=PATHS),
    Case(3, "JSON lines: a record without a required value", record().replace("timestamp", "time"), ["event_time:missing"], format=JSON, columns=PATHS),
    Case(1, "fixed width: line ends only", b"\n\n", Refused("empty_file"), format=FIXED),
    Case(10, "fixed width: a short and a long record", row() + row()[:-2] + "\n" + row().replace("\n", " \n") + row(), [OK, "record_length", "record_length", OK], format=FIXED, money={"USD": 2000}),
    Case(16, "fixed width: lines that end in CR", (row() + row()).replace("\n", "\r"), [OK, OK], format=FIXED, money={"USD": 2000}),
    Case(19, "fixed width: a preamble and a trailer", "HDR\n" + row() + "T1\n", [OK], format=FIXED + ', skip_lines = 1, trailer = "T{records}"'),
    Case(33, "fixed width: not UTF-8", row().encode() + row().replace("opened ", "open\xebd ").encode("latin-1"), [OK, "bad_encoding"], format=FIXED),
    Case(74, "fixed width: bad money and a bad time", row("1e2") + row(time="01.11.2026") + row(), ["amount:not_money", "event_time:not_a_timestamp", OK], format=FIXED),
    Case(105, "JSON lines: a card number in a key that nothing takes", record('{"revenue":1,"paid":{"with":["4111111111111111"]}}') + record('{"revenue":1,"paid":4111111111111111}'), [OK] * 2, format=JSON, columns=PATHS, notes=["leave them out of the file: properties.paid"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


def test_the_first_path_that_holds_something_fills_a_column(sender: Sender) -> None:
    """Vendors put an address in one of several places; constants fill what no place holds."""
    columns = '"event" = "event_name", "timestamp" = "event_time", "context.traits.email" = "email", "traits.email" = "email"'
    content = record().replace(
        '"userId":"M1"', '"traits":{"email":"ann@example.com"},"context":{"traits":{"email":""}}'
    )
    case = Case(9, "two paths", content, [OK], format=JSON, columns=columns, constants='container = "test"')
    _, staged, answer = sender.send(case)
    assert staged.identifiers()["kind"].to_list() == ["email"]
    assert staged.rows()["container"].to_list() == ["test"]
    assert answer[1] == ["accepted", "", content.strip()]


ELSEWHERE = {
    28: ("test_load", "test_two_contents_in_one_file_are_both_in_conflict"),
    39: ("test_bad_inputs_encoding", "test_composed_and_decomposed_letters_are_one_person"),
    48: ("test_bad_inputs_pgp", "test_any_other_file_is_refused_whole"),
}
OF_INTAKE = {*range(1, 58), *range(74, 87)}
NOT_OF_ONE_FILE = {
    56,
    81,
}  # parts of one delivery wait at pick-up; rewards are rounded where they are counted


def test_every_entry_of_the_list_has_a_case() -> None:
    modules = ("csv", "encoding", "archives", "parquet", "values", "lines")
    covered = {
        case.row for name in modules for case in importlib.import_module(f"unit.test_bad_inputs_{name}").CASES
    }
    assert OF_INTAKE - covered - NOT_OF_ONE_FILE == set(ELSEWHERE) - covered


@pytest.mark.parametrize("place", list(ELSEWHERE.values()), ids=lambda place: place[0])
def test_what_is_shown_elsewhere_is_there(place: tuple[str, str]) -> None:
    text = (Path(__file__).parent / f"{place[0]}.py").read_text()
    assert f"def {place[1]}" in text
