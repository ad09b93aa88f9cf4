"""`explain` on the command line: values from standard input, whom it is for, and the page for an auditor."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Call


@pytest.mark.parametrize(
    ("option", "typed"), [("--account", "ACC1"), ("--event", "OPEN-1"), ("--partner-user-id", "F1")]
)
def test_any_value_can_come_from_standard_input(run_bank: Path, call: Call, option: str, typed: str) -> None:
    said = call("explain", "--workspace", run_bank, option, "-", stdin=f"{typed}\n")
    assert said.code == 0
    assert "refer: member M1" in said.out


def test_both_of_a_pair_can_come_from_standard_input(run_bank: Path, call: Call) -> None:
    said = call(
        "explain", "--workspace", run_bank, "--advocate", "-", "--friend", "-",
        stdin="ada@example.com\nfinn@example.net\n",
    )  # fmt: skip
    assert said.code == 0
    assert "Between member M1" in said.out
    assert "@" not in said.out


def test_an_event_that_never_came_is_an_answer(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--event", "NEVER-1")
    assert (said.code, said.err) == (0, "")
    assert "No event that counts has arrived about this event." in said.out


def test_an_advocate_hears_of_the_own_reward_and_not_of_the_friend(run_bank: Path, call: Call) -> None:
    said = call(
        "explain", "--workspace", run_bank, "--audience", "advocate", "--advocate", "M1", "--friend", "-",
        stdin="finn@example.net\n",
    )  # fmt: skip
    assert said.code == 0
    assert (
        "A reward of 25.00 USD (cash) of refer is granted and goes out after the pending period" in said.out
    )
    for kept in ("F1", "ACC1", "OPEN-1", "900.00", "2026-11-02", "2026-11-05", "finn"):
        assert kept not in said.out


def test_a_question_about_the_friends_account_is_refused_for_an_advocate(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--audience", "advocate", "--account", "ACC1")
    assert (said.code, said.out) == (2, "")
    assert "--audience advocate --advocate ID --friend -" in said.err


def test_the_page_is_never_for_an_advocate(run_bank: Path, call: Call, tmp_path: Path) -> None:
    said = call(
        "explain", "--workspace", run_bank, "--audience", "advocate", "--partner-user-id", "M1",
        "--pack", tmp_path / "pack.html",
    )  # fmt: skip
    assert said.code == 2
    assert not (tmp_path / "pack.html").exists()


def test_the_page_is_written_beside_the_answer_and_never_over_a_file(
    run_bank: Path, call: Call, tmp_path: Path
) -> None:
    asked = ("explain", "--workspace", run_bank, "--account", "ACC1", "--pack", tmp_path / "pack.html")
    said = call(*asked)
    assert said.code == 0
    assert "In short" in said.out
    assert said.err == "Wrote TMP/pack.html, which only you may read: it names members.\n"
    again = call(*asked)
    assert (again.code, again.out) == (2, "")
    assert "add --force" in again.err
    assert call(*asked, "--force").code == 0
    assert (
        call(
            "explain", "--workspace", run_bank, "--account", "ACC1", "--pack", tmp_path / "no" / "p.html"
        ).code
        == 2
    )


@pytest.mark.parametrize("typed", ["1" * 5000, "٣", "²", "<script>", "a\x00b", "{0}", "\u202eabc", "é" * 300])
@pytest.mark.parametrize("option", ["--event", "--account", "--reward"])
def test_odd_keys_are_answered_and_never_repeated(
    run_bank: Path, call: Call, option: str, typed: str
) -> None:
    """Digits beyond what a number can hold, digits of other alphabets, markup: nobody has such an id."""
    said = call("explain", "--workspace", run_bank, option, "-", stdin=f"{typed}\n")
    assert said.code == (1 if option == "--reward" else 0)
    assert typed not in said.out + said.err
    assert "unexpectedly" not in said.err


@pytest.mark.parametrize("option", ["--event", "--account", "--coupon", "--partner-user-id"])
def test_bytes_that_are_no_text_are_refused_in_words(run_bank: Path, call: Call, option: str) -> None:
    """A command line's bytes that are no UTF-8 stand in Python's text as lone surrogates."""
    said = call("explain", "--workspace", run_bank, option, "\udcff")
    assert (said.code, said.out) == (2, "")
    assert "it is no text in UTF-8" in said.err
