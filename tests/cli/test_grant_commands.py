"""Rewards granted by hand, as typed: warned of, journaled once, approved by another operator, paid, explained."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Call, Said
from matchback.journal import Journal
from matchback.workspace import Workspace

AS_OF = ("--as-of", "2026-11-03")
ANSWERS = """
[[feeds]]
id = "answers"
kind = "fulfillments"
source = "inbox/answers"
pattern = "answers_{date:%Y%m%d}.csv"
"""
CONSENTS = """
[[feeds]]
id = "consents"
kind = "audience"
source = "inbox/consents"
pattern = "consents_{date:%Y%m%d}.csv"
constants = { purpose = "consent" }
"""
FRIEND = ("--to", "F1", "--role", "friend", "--event", "OPEN-1")


@pytest.fixture
def grant(run_bank: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call `rewards grant` as gina, with what the test says over a grant of 9 dollars."""

    def grant(*words: Any, reference: str = "CASE-1", amount: str | None = "9.00", **named: Any) -> Said:
        monkeypatch.setenv("MATCHBACK_OPERATOR", "gina")
        value = () if amount is None else ("--amount", amount)
        whole = ("--program", "refer", *value, "--reference", reference, "--reason", "goodwill", *words)
        return call("rewards", "grant", *whole, *AS_OF, "--workspace", run_bank, **named)

    return grant


def acts(root: Path) -> list[dict[str, Any]]:
    """Return the acts of the journal."""
    return [entry.body for entry in Journal(Workspace.at(root).journal_dir).entries(kind="act")]


def test_a_grant_that_no_friend_stands_behind_is_told_where_friends_are_asked_for_consent(
    run_bank: Path, grant: Any, call: Call
) -> None:
    """Consent is the friend's: a goodwill gesture betrays nobody; of a referral still nothing is told."""
    goodwill = json.loads(grant("--to", "M2", "--json").out)["reward_id"]
    of_a_friend = grant("--to", "M2", "--event", "OPEN-1", "--accept-warnings", "--json", reference="CASE-2")
    of_a_friend = json.loads(of_a_friend.out)["reward_id"]
    (run_bank / "inbox" / "consents").mkdir()
    with (run_bank / "matchback.toml").open("a") as config:
        config.write(CONSENTS)
    assert call("run", "--quiet", "--workspace", run_bank, "--as-of", "2026-11-04").code == 0
    advocate = ("explain", "--audience", "advocate", "--partner-user-id", "M2")
    said = call(*advocate, "--json", "--workspace", run_bank)
    told = [str(row["reward_id"]) for row in json.loads(said.out)["rewards"]]
    assert str(goodwill) in told
    assert str(of_a_friend) not in told


def test_grant_goes_from_the_command_to_the_payout_file_and_is_explained(
    run_bank: Path, grant: Any, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Granted by one, approved by another, paid by a third; explain tells the act, and withdrawing claws it back."""
    said = grant(*FRIEND, "--json")
    assert said.code == 0, said.err
    reward_id = json.loads(said.out)["reward_id"]
    run = ("run", "--quiet", "--workspace", run_bank, "--as-of")
    assert call(*run, "2026-11-04").code == 0
    decide = ("--reason", "checked", "--as-of", "2026-11-04", "--workspace", run_bank)
    said = call("rewards", "approve", reward_id, *decide)
    assert (said.code, f"{reward_id}: granted by you: another operator decides" in said.err) == (1, True)
    monkeypatch.setenv("MATCHBACK_OPERATOR", "otto")
    assert call("rewards", "approve", reward_id, *decide).code == 0
    monkeypatch.setenv("MATCHBACK_OPERATOR", "machine")
    assert call(*run, "2026-11-05").code == 0
    file = run_bank / "var" / "outbox" / "payouts" / "earned-rewards-000001.csv"
    paid = file.read_text()
    file.write_text("edited")
    said = call("deliver", "--workspace", run_bank)
    assert (said.code, "Not sent, since not as issued: earned-rewards-000001.csv (changed)" in said.out) == (
        1,
        True,
    )
    file.write_text(paid)
    assert f"{reward_id},2026-11-03,refer,finn@example.net,,,ACC1,9.00,USD,manual,cash" in paid
    listed = json.loads(call("payouts", "reconcile", "--all", "--json", "--workspace", run_bank).out)
    assert [row["state"] for row in listed["open"] if row["reward_id"] == reward_id] == ["unanswered"]
    answers = run_bank / "inbox" / "answers"
    answers.mkdir()
    (answers / "answers_20261106.csv").write_text(
        f"reward_id,status,reported_on,amount,currency\n{reward_id},fulfilled,2026-11-06,90.00,USD\n"
    )
    with (run_bank / "matchback.toml").open("a") as config:
        config.write(ANSWERS)
    assert call(*run, "2026-11-06").code == 0
    listed = json.loads(call("payouts", "reconcile", "--all", "--json", "--workspace", run_bank).out)
    odd = [row for row in listed["open"] if row["reward_id"] == reward_id]
    assert [(row["state"], row["issued_minor"], row["fulfilled_minor"]) for row in odd] == [
        ("other_amount", 900, 9000)
    ]
    taxed = json.loads(call("payouts", "tax", "--all", "--json", "--workspace", run_bank).out)
    assert [row["paid_minor"] for row in taxed if row["form"] == "1099-INT"] == [900]
    told = call("explain", "--reward", reward_id, "--workspace", run_bank)
    assert (told.code, "granted the reward by hand" in told.out) == (0, True), told.out
    withdraw = ("--reason", "mistake", "--as-of", "2026-11-06", "--workspace", run_bank)
    assert call("rewards", "withdraw", reward_id, *withdraw).code == 0
    assert call(*run, "2026-11-07").code == 0
    listed = json.loads(call("payouts", "reconcile", "--all", "--json", "--workspace", run_bank).out)
    assert [row["state"] for row in listed["open"] if row["reward_id"] == reward_id] == ["to_recover"]
    close = ("--reason", "money_came_back", "--as-of", "2026-11-07", "--workspace", run_bank)
    assert call("payouts", "close", reward_id, *close).code == 0
    assert "1 stood so already" in call("payouts", "close", reward_id, *close).out
    assert call(*run, "2026-11-08").code == 0
    listed = json.loads(call("payouts", "reconcile", "--all", "--json", "--workspace", run_bank).out)
    assert [row["state"] for row in listed["open"] if row["reward_id"] == reward_id] == []
    assert [row["issued_minor"] for row in listed["totals"] if row["state"] == "closed"] == [900]
    said = call("payouts", "close", reward_id, *close)
    assert (said.code, f"{reward_id}: not open" in said.err) == (1, True)
    log = call(
        "query", "SELECT act FROM operator_log ORDER BY journal_number", "--json", "--workspace", run_bank
    )
    names = [row["act"] for row in json.loads(log.out)]
    assert names == ["reward_granted", "reward_approved", "reward_withdrawn", "payout_closed"]
    assert call("doctor", "--workspace", run_bank).code == 0
    said = call("replay", "--workspace", run_bank)
    assert said.code == 0, said.out + said.err


def test_grant_without_an_event_is_explained_and_waits_for_an_account(
    run_bank: Path, grant: Any, call: Call
) -> None:
    """A grant to an advocate for nothing in particular has no journey; explain tells it all the same."""
    reward_id = json.loads(grant("--to", "M2", "--json").out)["reward_id"]
    assert call("run", "--quiet", "--workspace", run_bank, "--as-of", "2026-11-04").code == 0
    told = call("explain", "--reward", reward_id, "--workspace", run_bank)
    assert told.code == 0, told.err
    assert f"Reward {reward_id}: 9.00 USD cash for the advocate" in told.out
    assert "granted the reward by hand" in told.out
    assert "None" not in told.out
    assert call("explain", "--reward", reward_id, "--json", "--workspace", run_bank).code == 0


def test_the_same_grant_again_journals_nothing_and_another_needs_its_own_reference(
    run_bank: Path, grant: Any, call: Call
) -> None:
    """A command may be repeated; a reference never stands for two grants, nor for one that was withdrawn."""
    first = json.loads(grant(*FRIEND, "--json").out)
    again = json.loads(grant(*FRIEND, "--json").out)
    assert (again["journal_number"], len(acts(run_bank))) == (first["journal_number"], 1)
    said = grant(*FRIEND, amount="9.50")
    assert (said.code, f"another grant, entry {first['journal_number']}" in said.err) == (1, True)
    taken = call("rewards", "withdraw", first["reward_id"], "--reason", "x", *AS_OF, "--workspace", run_bank)
    assert taken.code == 0
    said = grant(*FRIEND)
    assert (said.code, "withdrew" in said.err) == (1, True)
    assert [act["act"] for act in acts(run_bank)] == ["reward_granted", "reward_withdrawn"]


def test_duplicate_is_warned_of_before_any_run_and_must_be_accepted(run_bank: Path, grant: Any) -> None:
    """A second operator sees the grant of the first though no night applied it; nothing is journaled unasked."""
    first = json.loads(grant(*FRIEND, "--json").out)
    said = grant(*FRIEND, reference="CASE-2")
    assert said.code == 3
    assert f"The person has the same: reward {first['reward_id']} by manual of 2026-11-03." in said.out
    assert "add --accept-warnings" in said.out
    data = json.loads(grant(*FRIEND, "--json", reference="CASE-2").out)
    assert (data["journaled"], [item["warning"] for item in data["warnings"]]) == (False, ["same_value"])
    assert len(acts(run_bank)) == 1
    assert grant(*FRIEND, "--accept-warnings", reference="CASE-2").code == 0
    assert len(acts(run_bank)) == 2


@pytest.mark.parametrize(("answer", "code", "journaled"), [("y\n", 0, 2), ("n\n", 3, 1), ("\n", 3, 1)])
def test_whoever_sits_at_a_terminal_is_asked(
    run_bank: Path, grant: Any, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, journaled: int
) -> None:
    """The warnings are shown, and nothing but a yes grants it."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert grant(*FRIEND).code == 0
    monkeypatch.setattr("cli.conftest.io.StringIO", Terminal)
    said = grant(*FRIEND, reference="CASE-2", stdin=answer)
    assert (said.code, "The person has the same" in said.err, len(acts(run_bank))) == (code, True, journaled)


def test_journey_that_was_rewarded_and_a_person_outside_of_it_are_warned_of(grant: Any) -> None:
    """Ada was rewarded for the opening; Bea has nothing to do with it."""
    ada = json.loads(grant("--to", "M1", "--event", "OPEN-1", "--json").out)
    assert [item["warning"] for item in ada["warnings"]] == ["same_journey"]
    bea = json.loads(grant("--to", "M2", "--event", "OPEN-1", "--json").out)
    assert [item["warning"] for item in bea["warnings"]] == ["other_journey"]


def test_tax_form_that_becomes_due_is_warned_of(grant: Any) -> None:
    """From $2,000 in 2026 on, and not a cent before."""
    assert json.loads(grant("--to", "M2", "--json", amount="1999.99").out)["warnings"] == []
    data = json.loads(grant("--to", "M2", "--json", amount="2000.00", reference="CASE-9").out)
    assert [item["warning"] for item in data["warnings"]] == ["tax_form"]


@pytest.mark.parametrize(
    ("words", "amount", "said"),
    [
        (("--program", "other"), "1.00", "There is no program other"),
        ((), None, "--amount is missing"),
        ((), "0", "--amount is missing, or not above 0"),
        ((), "1.001", "decimal places"),
        ((), "10000000000000.00", "more than one amount can be"),
        (("--kind", "points", "--currency", "USD"), "5", "points have no currency"),
        (("--kind", "points"), "5.5", "decimal places"),
        (("--kind", "badge"), None, "A badge needs --name"),
        (("--kind", "badge", "--name", "Gold"), "1", "no amount"),
        (("--name", "Gold"), "1.00", "--name belongs to"),
        (("--currency", "usd"), "1.00", "three capital letters"),
    ],
)
def test_what_no_rule_could_say_is_refused(
    run_bank: Path, grant: Any, words: tuple[str, ...], amount: str | None, said: str
) -> None:
    """Nothing is journaled, and the message says what is wrong."""
    answer = grant("--to", "M2", *words, amount=amount)
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert acts(run_bank) == []


@pytest.mark.parametrize(
    ("words", "amount", "value"),
    [
        (("--kind", "points"), "500", ("points", 500, "XXX", None)),
        (("--kind", "badge", "--name", "Gold Member"), None, ("badge", 1, "XXX", "Gold Member")),
        (("--kind", "coupon", "--currency", "JPY"), "500", ("coupon", 500, "JPY", None)),
        (("--kind", "gift_card"), "10", ("gift_card", 1000, "USD", None)),
    ],
)
def test_every_kind_of_value_may_be_granted(
    run_bank: Path, grant: Any, words: tuple[str, ...], amount: str | None, value: tuple[Any, ...]
) -> None:
    """Money in minor units of its currency; points and names without one."""
    assert grant("--to", "M2", *words, amount=amount).code == 0
    given = acts(run_bank)[0]["arguments"]
    assert tuple(given[name] for name in ("kind", "amount_minor", "currency", "name")) == value


def test_nothing_that_names_a_person_is_taken_from_the_command_line_or_kept(
    run_bank: Path, grant: Any
) -> None:
    """An email comes by standard input alone, and no act holds it."""
    assert grant("--to", "bea@example.com").code == 2
    assert grant("--to", "M2", reference="bea@example.com").code == 2
    assert grant("--to", "nobody").code == 1
    assert grant("--to", "-", stdin="bea@example.com\n").code == 0
    assert "bea" not in json.dumps(acts(run_bank))


def test_only_what_was_granted_by_hand_is_withdrawn(run_bank: Path, call: Call) -> None:
    """What a rule promises is declined instead."""
    rows = json.loads(call("rewards", "list", "--json", "--workspace", run_bank).out)
    words = ("--reason", "x", *AS_OF, "--workspace", run_bank)
    said = call("rewards", "withdraw", rows[0]["reward_id"], *words)
    assert (said.code, "not granted by hand" in said.err, acts(run_bank)) == (1, True, [])
