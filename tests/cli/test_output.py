"""What the commands print: rows on stdout, progress on stderr, JSON on request, and words that a person can act on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call
from matchback.publishing.checks import CheckFailure

RUN = ("run", "--as-of", "2026-11-03")


def test_a_run_prints_its_summary_and_its_steps(bank: Path, call: Call) -> None:
    said = call(*RUN, "--workspace", bank)
    assert said.code == 0
    assert said.out == (
        "Files      2 files: 2 loaded\n"
        "Records    6 records: 5 accepted, 1 refused\n"
        "\n"
        "Recognized 2 events\n"
        "  Advocate Code        ADVOCATE_CODE                  2  100.0 %\n"
        "Not        1 event: 1 no_evidence\n"
        "Coupon only would have recognized 0 friends; Matchback recognized 2\n"
        "\n"
        "Rewards    1\n"
        "  pending                   1         25.00 USD\n"
        "\n"
        "Tables     TMP/bank/var/published/current/analytics.duckdb\n"
        "Report     TMP/bank/var/published/current/report.html\n"
        "Results    TMP/bank/var/outbox\n"
    )
    steps = [line.split()[0] for line in said.err.splitlines()]
    assert steps == ["pickup", "validate", "load", "resolve", "recognize", "reward", "report", "publish"]


def test_a_second_run_says_that_nothing_is_new(run_bank: Path, call: Call) -> None:
    said = call(*RUN, "--workspace", run_bank)
    assert said.code == 0
    assert said.out.startswith("Nothing is new. In all, so far:\n\nFiles      2 files: 2 loaded\n")


def test_quiet_prints_nothing(bank: Path, call: Call) -> None:
    said = call(*RUN, "--workspace", bank, "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_the_common_options_stand_before_or_after_the_command(bank: Path, call: Call) -> None:
    for arguments in (
        ("--quiet", "--json", "--workspace", bank, "pickup"),
        ("pickup", "--json", "--workspace", bank, "--quiet"),
    ):
        said = call(*arguments)
        assert (said.code, said.err) == (0, "")
        assert json.loads(said.out)["step"] == "pickup"


def test_json_holds_counts_minor_units_and_paths(bank: Path, call: Call) -> None:
    said = call(*RUN, "--workspace", bank, "--quiet", "--json")
    data = json.loads(said.out)
    assert data["changed"] is True
    assert data["files"]["records"] == 6
    pending = {"state": "pending", "currency": "USD", "unit": "USD", "rewards": 1, "amount_minor": 2500}
    assert data["rewards"] == [pending]
    assert data["paths"]["version"] == "0001-2026-11-03"


@pytest.mark.slow
def test_nights_run_one_by_one(bank: Path, call: Call) -> None:
    said = call(
        "run", "--workspace", bank, "--from", "2026-11-02", "--as-of", "2026-11-04", "--quiet", "--json"
    )
    assert said.code == 0
    assert json.loads(said.out)["paths"]["version"] == "0003-2026-11-04"


def test_each_step_runs_by_itself(bank: Path, call: Call) -> None:
    steps = ("pickup", "validate", "load", "resolve", "recognize", "reward", "report", "publish")
    for step in steps:
        said = call(step, "--workspace", bank, "--as-of", "2026-11-03", "--json", "--quiet")
        assert (said.code, json.loads(said.out)["step"]) == (0, step)
    assert call(*RUN, "--workspace", bank).out.startswith("Nothing is new.")


def test_publishing_before_the_steps_is_refused(run_bank: Path, call: Call) -> None:
    said = call("publish", "--workspace", run_bank, "--as-of", "2026-11-05", "--quiet")
    assert said.code == 1
    assert "matchback run --as-of 2026-11-05" in said.err


def test_an_account_is_explained_from_file_to_reward(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--account", "ACC1")
    assert said.code == 0
    for words in (
        "Account opened  900.00 USD",
        "record 1, received 2026-11-03",
        "friend is member F1",
        "Recognized: member M1",
        "Advocate Code: the friend named the advocate's code, 2026-11-02 10:00",
        "Eligible: yes",
        "Reward rule advocate-25 for the advocate is met",
        "25.00 USD cash for the advocate by rule advocate-25: pending, earned 2026-11-02, release 2026-11-05",
        "earned  25.00 USD",
    ):
        assert words in said.out
    assert "example" not in said.out


def test_a_failed_condition_says_by_how_much(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--event", "OPEN-2")
    assert "NO    amount >= 500.00: observed 100.00" in said.out


def test_an_unrecognized_friend_is_told_why(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--email", "-", stdin="HUGO@example.net\n")
    assert (
        "Nobody recognized: no share, click, coupon or code of any advocate leads to this friend (no_evidence)"
        in said.out
    )


def test_an_advocate_sees_friends_and_rewards(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--partner-user-id", "M1")
    assert "recognized in refer for member F1" in said.out
    assert "25.00 USD cash for the advocate" in said.out


def test_a_pair_is_explained_also_without_any_touch(run_bank: Path, call: Call) -> None:
    said = call(
        "explain", "--workspace", run_bank, "--advocate", "M2", "--friend", "-", stdin="hugo@example.net\n"
    )
    assert said.code == 0
    assert "Between member M2" in said.out
    assert "no click of the friend on a link of theirs, and no share sent to the friend" in said.out


def test_nothing_arrived_is_said_with_what_usually_is_missing(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--email", "-", stdin="nobody@example.net\n")
    assert said.code == 0
    assert (
        "No event that counts has arrived about this email. Looked for it in all events of 1 feed:"
        in said.out
    )
    assert "Of 1 record refused or not loaded, none names it." in said.out
    assert "balances                 nothing was ever received" in said.out
    assert "This person is not known at all" in said.out
    assert "nobody" not in said.out


def test_a_refused_record_is_found_by_the_address_that_it_names(run_bank: Path, call: Call) -> None:
    said = call("explain", "--workspace", run_bank, "--email", "-", stdin="iris@example.net\n")
    assert said.code == 0
    assert "openings file 66cd69cb record 4 (line 5)]: the record was refused" in said.out
    assert "not_a_timestamp: event_time" in said.out
    assert "iris" not in said.out
    assert "T25" not in said.out


def test_files_and_refusals_are_shown_without_values(run_bank: Path, call: Call) -> None:
    rows = json.loads(call("files", "list", "--workspace", run_bank, "--feed", "openings", "--json").out)
    assert [(row["status"], row["records"], row["accepted"], row["refused"]) for row in rows] == [
        ("loaded", 4, 3, 1)
    ]
    shown = call("files", "show", "--workspace", run_bank, rows[0]["file_id"][:6]).out
    assert "delivered as openings_20261103.csv" in shown
    assert "4 records = 3 accepted + 1 refused" in shown
    refused = json.loads(
        call("quarantine", "show", "--workspace", run_bank, rows[0]["file_id"], "--json").out
    )
    assert [(row["record_number"], row["line_number"], row["column_name"]) for row in refused] == [
        (4, 5, "event_time")
    ]
    assert "T25" not in json.dumps(refused)
    counted = json.loads(call("quarantine", "list", "--workspace", run_bank, "--json").out)
    assert [row["records"] for row in counted] == [1]


def test_a_file_is_checked_before_it_is_sent(bank: Path, call: Call) -> None:
    said = call(
        "check", bank / "inbox/openings/openings_20261103.csv", "--feed", "openings", "--workspace", bank
    )
    assert said.code == 3
    assert said.out.startswith("Feed openings would read 4 records: 3 accepted, 1 refused.\n")
    assert "T25" not in said.out
    assert list((bank / "var" / "staging").iterdir()) == []
    said = call(
        "check", bank / "inbox/advocates/advocates_20261103.csv", "--feed", "advocates", "--workspace", bank
    )
    assert said.code == 0


def test_queries_read_the_published_tables_only(run_bank: Path, call: Call) -> None:
    said = call(
        "query", "--workspace", run_bank, "SELECT label, COUNT(*) AS events FROM recognitions GROUP BY label"
    )
    assert said.out == "label          events\n-------------  ------\nAdvocate Code       2\n"
    said = call("query", "--workspace", run_bank, "-", stdin="SELECT 1 AS one")
    assert said.out == "one\n---\n  1\n"
    said = call("query", "--workspace", run_bank, "SELECT nothing FROM recognitions")
    assert said.code == 1
    assert said.err.startswith("The query was not understood.\n")
    said = call("query", "--workspace", run_bank, "DELETE FROM recognitions")
    assert said.code == 1
    secret = run_bank / "id_secret.txt"
    said = call("query", "--workspace", run_bank, f"SELECT * FROM read_text('{secret}')")
    assert (said.code, "protects" in said.out + said.err) == (1, False)


def test_a_recognition_is_added_by_hand_and_applied_by_the_next_run(run_bank: Path, call: Call) -> None:
    said = call(
        "recognitions", "add", "--workspace", run_bank, "--event", "OPEN-3", "--advocate", "M2",
        "--reason", "verified_by_phone", "--as-of", "2026-11-04",
    )  # fmt: skip
    assert said.code == 0
    assert "in refer. It counts from 2026-11-04." in said.out
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet").code == 0
    said = call("explain", "--workspace", run_bank, "--account", "ACC3")
    assert "Manual: the friend was assigned to the advocate by an operator" in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--event", "OPEN-9", "--advocate", "M2"), "No event of this id"),
        (("--event", "OPEN-3", "--advocate", "M9"), "Nobody is known by this advocate's identifier"),
        (("--event", "OPEN-3", "--advocate", "F3"), "nobody is recognized for themselves"),
        (("--event", "OPEN-3", "--advocate", "M2", "--program", "no"), "There is no program no"),
    ],
)
def test_a_recognition_that_cannot_be_is_refused(
    run_bank: Path, call: Call, arguments: tuple[str, ...], words: str
) -> None:
    said = call("recognitions", "add", "--workspace", run_bank, *arguments, "--reason", "x")
    assert said.code in (1, 2)
    assert words in said.err


def test_rewards_are_listed_and_declined(run_bank: Path, call: Call) -> None:
    rows = json.loads(call("rewards", "list", "--workspace", run_bank, "--state", "pending", "--json").out)
    assert [(row["rule"], row["amount"]) for row in rows] == [("advocate-25", "25.00 USD")]
    reward_id = rows[0]["reward_id"]
    said = call(
        "rewards", "decline", "--workspace", run_bank, reward_id, "--reason", "abuse", "--as-of", "2026-11-04"
    )
    assert (said.code, said.out.splitlines()[0]) == (0, "Journaled 1 as declined from 2026-11-04.")
    assert call("run", "--workspace", run_bank, "--as-of", "2026-11-04", "--quiet").code == 0
    rows = json.loads(call("rewards", "list", "--workspace", run_bank, "--json").out)
    assert [row["state"] for row in rows] == ["declined"]
    said = call("rewards", "approve", "--workspace", run_bank, reward_id, "--reason", "again")
    assert said.code == 1
    assert "Nothing was journaled." in said.err


def test_doctor_looks_at_everything(run_bank: Path, call: Call) -> None:
    said = call("doctor", "--workspace", run_bank, "--json")
    findings = {row["subject"]: row["status"] for row in json.loads(said.out)}
    assert said.code == 0
    assert set(findings.values()) <= {"ok", "note"}
    assert {"journal", "warehouse", "watermarks", "invariants", "published", "id_secret"} <= set(findings)


def test_doctor_finds_an_edited_journal(run_bank: Path, call: Call) -> None:
    journal = run_bank / "var/journal/journal.jsonl"
    journal.write_text(journal.read_text().replace('"2026-11-03"', '"2026-11-02"', 1))
    said = call("doctor", "--workspace", run_bank, "--json")
    assert said.code == 1
    assert {row["subject"] for row in json.loads(said.out) if row["status"] == "failed"} == {"journal"}


OF_DOCTOR = {
    "a wrong secret": ("id_secret.txt", "another secret", {"id_secret": "failed", "fingerprint": "failed"}),
    "an empty secret": ("id_secret.txt", "", {"id_secret": "failed", "fingerprint": "skipped"}),
    "a torn journal": ("var/journal/journal.jsonl", "{}\n", {"journal": "failed", "warehouse": "failed"}),
    "a broken warehouse": ("var/warehouse.duckdb", "no database", {"warehouse": "failed"}),
    "no version": ("var/published/current/analytics.duckdb", None, {"published": "note"}),
    "no protected copy": ("var/protected/*/vault.duckdb", None, {"published": "failed"}),
}


@pytest.mark.parametrize("harm", OF_DOCTOR)
def test_doctor_says_what_to_do_about_each_finding(run_bank: Path, call: Call, harm: str) -> None:
    name, content, expected = OF_DOCTOR[harm]
    (path,) = run_bank.glob(name)
    path.parent.resolve().chmod(0o700)
    path.chmod(0o600)
    path.write_text(content) if content is not None else path.unlink()
    findings = json.loads(call("doctor", "--workspace", run_bank, "--json").out)
    assert {row["subject"]: row["status"] for row in findings if row["subject"] in expected} == expected
    assert [row["subject"] for row in findings if (row["status"] == "ok") == bool(row["next_step"])] == []


def test_doctor_tells_what_to_do_about_a_wrong_secret(run_bank: Path, call: Call) -> None:
    (run_bank / "id_secret.txt").write_text("another secret")
    said = call("doctor", "--workspace", run_bank)
    assert said.code == 1
    lines = said.out.splitlines()
    at = lines.index(
        "id_secret      failed   The id_secret is not the one under which this workspace was begun."
    )
    assert lines[at + 1].strip().startswith("→ Set the secret that was used before; it never rotates")


def test_doctor_finds_a_wrong_secret_without_a_warehouse_too(bank: Path, call: Call) -> None:
    assert call("pickup", "--workspace", bank, "--as-of", "2026-11-03").code == 0
    (bank / "id_secret.txt").write_text("another secret")
    findings = {row["subject"]: row for row in json.loads(call("doctor", "--workspace", bank, "--json").out)}
    assert (findings["warehouse"]["status"], findings["id_secret"]["status"]) == ("note", "failed")


def test_doctor_says_what_to_do_about_an_invariant_that_does_not_hold(
    run_bank: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = CheckFailure("rewarded_limits_hold", "No limit is passed", 2)
    monkeypatch.setattr("matchback.publishing.checks.run_checks", lambda *_, **__: [broken])
    said = call("doctor", "--workspace", run_bank)
    assert said.code == 1
    assert "2 rows: No limit is passed" in said.out
    assert "→ Nothing that breaks it is published. Make the tables anew:  matchback run;" in said.out


def test_feeds_and_event_names_are_listed(bank: Path, call: Call) -> None:
    feeds = json.loads(call("feeds", "list", "--workspace", bank, "--json").out)
    assert [row["feed"] for row in feeds] == ["openings", "advocates", "balances"]
    plan = json.loads(call("feeds", "plan", "--workspace", bank, "--json").out)
    assert [(row["event"], row["rewardable"]) for row in plan] == [
        ("account_opened", True),
        ("account_closed", False),
    ]


def test_one_event_is_shown(run_bank: Path, call: Call) -> None:
    (event,) = json.loads(call("events", "show", "--workspace", run_bank, "OPEN-1", "--json").out)
    assert (event["event_name"], event["status"]) == ("account_opened", "active")
    said = call("events", "show", "--workspace", run_bank, event["event_id"])
    assert "account_opened" in said.out


def test_nothing_is_left_to_deliver(run_bank: Path, call: Call) -> None:
    said = call("deliver", "--workspace", run_bank, "--quiet")
    assert (said.code, said.out) == (0, "Delivered: 0 results files, 0 payout files.\n")
