"""Bad encodings and bad characters: what their sender gets. The numbers are those of the list of bad inputs."""

from __future__ import annotations

import pytest

from unit.bad_inputs import OK, Case, Refused, Sender, as_parameters, judge

HEADER = "event_name,event_time,partner_user_id,email\n"


def line(user: str = "M1", email: str = "") -> str:
    return f"account_opened,2026-11-01,{user},{email}\n"


def lines(*users: bytes) -> bytes:
    return HEADER.encode() + b"".join(b"account_opened,2026-11-01," + user + b",\n" for user in users)


TEXT = HEADER + line("Zoë") + line("M2")
CASES = [
    Case(31, "a byte order mark of UTF-8", TEXT.encode("utf-8-sig"), [OK, OK]),
    Case(32, "UTF-16 with its mark, not declared", TEXT.encode("utf-16"), Refused("wrong_encoding", "it is UTF-16; the feed declares utf-8")),
    Case(32, "UTF-16 without a mark, not declared", TEXT.encode("utf-16-le"), Refused("wrong_encoding", "not text in utf-8")),
    Case(32, "UTF-16, declared", TEXT.encode("utf-16"), [OK, OK], format='encoding = "utf-16"'),
    Case(32, "UTF-16 without a mark, declared as marked", TEXT.encode("utf-16-be"), Refused("wrong_encoding", "no byte order mark"), format='encoding = "utf-16"'),
    Case(32, "UTF-16 without a mark, declared", TEXT.encode("utf-16-be"), [OK, OK], format='encoding = "utf-16-be"'),
    Case(32, "UTF-16 that ends within a character", TEXT.encode("utf-16")[:-1], Refused("wrong_encoding"), format='encoding = "utf-16"'),
    Case(33, "Latin-1 bytes, not declared", TEXT.encode("latin-1"), ["bad_encoding", OK]),
    Case(33, "Latin-1 bytes in a column that nothing takes", HEADER.replace("email", "note").encode() + line(email="Zo").encode() + line(email="Zoë").encode("latin-1"), [OK, "bad_encoding"]),
    Case(33, "a byte that CP1252 does not have in a column that nothing takes", HEADER.replace("email", "note").encode() + line().encode().replace(b"M1,", b"M1,\x81"), ["bad_encoding"], format='encoding = "cp1252"'),
    Case(33, "Latin-1, declared", TEXT.encode("latin-1"), [OK, OK], format='encoding = "latin-1"'),
    Case(33, "CP1252, declared", (HEADER + line("Zoë €")).encode("cp1252"), [OK], format='encoding = "cp1252"'),
    Case(33, "a byte that CP1252 does not have", lines(b"\x81", b"M2"), ["bad_encoding", OK], format='encoding = "cp1252"'),
    Case(33, "UTF-8 where Latin-1 is declared", TEXT.encode("utf-8-sig"), Refused("wrong_encoding", "it is UTF-8"), format='encoding = "latin-1"'),
    Case(34, "an overlong sequence", lines(b"\xc0\xaf", b"M2"), ["bad_encoding", OK]),
    Case(34, "half of a surrogate pair", lines(b"\xed\xa0\x80", b"M2"), ["bad_encoding", OK]),
    Case(34, "a lone continuation byte", lines(b"\x80", b"M2"), ["bad_encoding", OK]),
    Case(35, "NUL in an id", lines(b"M\0", b"M2"), ["partner_user_id:not_printable", OK]),
    Case(35, "^Z in an id", lines(b"M\x1a", b"M2"), ["partner_user_id:not_printable", OK]),
    Case(35, "^Z as the end of the file", lines(b"M1") + b"\x1a", [OK, "column_count"]),
    Case(36, "UTF-8 that was read as Latin-1 before", HEADER + line("JosÃ©"), [OK], notes=["read in another encoding"]),
    Case(37, "two encodings in one file", lines("Zoë".encode(), "Zoë".encode("latin-1"), b"M3"), [OK, "bad_encoding", OK]),
    Case(38, "a character that turns the direction of writing", HEADER + line("M\u202e1"), ["partner_user_id:not_printable"]),
    Case(38, "an invisible character in an id", HEADER + line("M\u200b1"), ["partner_user_id:not_printable"]),
    Case(38, "an invisible character in an address", HEADER + line(email="ann\u200b@example.com"), ["email:not_an_email email:not_printable"]),
    Case(40, "a terminal's escape sequence in an id", HEADER + line("\x1b[31mM1"), ["partner_user_id:not_printable"]),
    Case(40, "a carriage return in a quoted id", HEADER + line('"M\r1"'), ["partner_user_id:not_printable"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


def test_composed_and_decomposed_letters_are_one_person(sender: Sender) -> None:
    """39: `é` as one character and as two are the same address."""
    case = Case(
        39,
        "NFC and NFD",
        HEADER + line(email="zoe\u0308@example.com") + line(email="zo\u00eb@example.com"),
        [OK, OK],
    )
    _, staged, _ = sender.send(case)
    assert staged.rows()["email_key"].n_unique() == 1


def test_a_look_alike_letter_is_another_person(sender: Sender) -> None:
    """38: a Cyrillic a is not a Latin one, so it matches nobody else's address."""
    case = Case(
        38,
        "a look-alike",
        HEADER + line(email="\u0430nn@example.com") + line(email="ann@example.com"),
        [OK, OK],
    )
    _, staged, _ = sender.send(case)
    assert staged.rows()["email_key"].n_unique() == 2
