"""Bad identifiers: what their sender gets, and which of them become keys. The numbers are those of the list of bad inputs."""

from __future__ import annotations

import pytest

from unit.bad_inputs import OK, Case, Sender, as_parameters, judge


def column(row: int, what: str, name: str, texts: list[str], reason: str = "", more: str = "") -> Case:
    """Return a case of one column, one text a record: all are accepted, or all refused for the same reason."""
    lines = "".join(f'account_opened,2026-11-01,"{text}"\n' for text in texts)
    outcome = f"{name}:{reason}" if reason else OK
    return Case(row, what, f"event_name,event_time,{name}\n{lines}", [outcome] * len(texts), more=more)


MEMBER, ACCOUNT, COUPON = "partner_user_id", "account_id", "coupon_code"
CASES = [
    column(90, "case, outer blanks, plus tags, dots, an international domain", "email", [" Ann@Example.COM ", "ann+tag@example.com", "a.n.n@gmail.com", "ann@bücher.example"]),
    column(90, "a quoted local part", "email", ['""ann lee""@example.com'], "not_an_email"),
    column(91, "two addresses, a link, a name before the address", "email", ["ann@example.com;bob@example.com", "ann@example.com, bob@example.com", "ann@example.com bob@example.com", "mailto:ann@example.com", "Ann <ann@example.com>"], "not_an_email"),
    column(92, "addresses of nobody are missing, not refused", "email", ["null@null.null", "noreply@bank.example", "do-not-reply@bank.example", "test@test.com", "none@none.com", "n/a"]),
    column(93, "letters whose case is not one to one", "email", ["İnan@example.com", "straße@example.com"]),
    column(93, "a full-width at sign", "email", ["ann\uff20example.com"], "not_an_email"),
    column(95, "without its area code, or of another country without its code", "phone", ["555-1212", "020 7946 0958", "call me"], "not_a_phone"),
    column(95, "with its area code, an extension, as a word, of another country with its code", "phone", ["(650) 555-1212", "(650) 555-1212 x12", "1-800-FLOWERS", "+44 20 7946 0958"]),
    column(96, "an id that a spreadsheet made a number of", MEMBER, ["1.23457E+15", "1,23457E+15", "1234.0"], "spreadsheet_number"),
    column(96, "an account that a spreadsheet made a number of", ACCOUNT, ["3.00000E+11", "300000000009.0"], "spreadsheet_number"),
    column(96, "leading zeros are kept", MEMBER, ["0001234", "1234"]),
    column(96, "leading zeros lost, where the feed declares how ids are written", MEMBER, ["1234"], "not_in_pattern", more='checks = { partner_user_id = { pattern = "[0-9]{7}" } }'),
    column(97, "a masked account is missing, not refused", ACCOUNT, ["****1234", "**********"]),
    column(101, "codes are text, whatever they look like", COUPON, ["1E5", "MAR-05", "TRUE", "%", "A_B", "000123", "O0I1"]),
    column(101, "a code that a spreadsheet made a number of", COUPON, ["1.00E+05"], "spreadsheet_number"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


@pytest.mark.parametrize(
    ("name", "texts", "values"),
    [
        ("email", [" Ann@Example.COM ", "ann@example.com"], ["ann@example.com"]),
        ("email", ["ann@example.com", "ann+tag@example.com"], ["ann+tag@example.com", "ann@example.com"]),
        ("email", ["ann@bücher.example", "ANN@BÜCHER.example"], ["ann@bücher.example"]),
        ("email", ["null@null.null", "noreply@bank.example", "test@test.com", "N/A", "0"], []),
        (
            "email",
            ["annull@null.example", "nullify@bank.example"],
            ["annull@null.example", "nullify@bank.example"],
        ),
        (
            "email",
            ["straße@example.com", "strasse@example.com"],
            ["strasse@example.com", "straße@example.com"],
        ),
        ("phone", ["(650) 555-1212", "650.555.1212", "+1 650 555 1212"], ["+16505551212"]),
        ("phone", ["000-000-0000", "9999999999"], []),
        (MEMBER, ["0001234", "1234"], ["0001234", "1234"]),
        (ACCOUNT, ["****1234", "****1234"], []),
        (COUPON, [" save-10 ", "SAVE-10"], ["SAVE-10"]),
        (COUPON, ["O0", "00", "I1", "11", "0100", "100"], ["00", "0100", "100", "11", "I1", "O0"]),
    ],
)
def test_which_texts_are_one_key(sender: Sender, name: str, texts: list[str], values: list[str]) -> None:
    """90, 92, 93, 95 to 97 and 101: by a stated rule, the same for whoever sends it; nobody's identifier is no key."""
    _, staged, _ = sender.send(column(90, "keys", name, texts))
    assert sorted(staged.identifiers()["value"].to_list()) == sorted(values)
