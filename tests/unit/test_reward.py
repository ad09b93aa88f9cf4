"""The reward step on a workspace: posting, paying, answers, changed terms, and that running again adds nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from matchback import reward
from matchback.acts import operator_id
from matchback.config import load_config
from matchback.config_tables import write_config_tables
from matchback.context import RunContext
from matchback.errors import CheckFailed, ConfigurationError
from matchback.journal import Journal
from matchback.rewards.ledger_tables import read_ledger
from matchback.rewards.rules import current_rules
from matchback.rewards.terms import offered_terms
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.table_hashes import table_hash

TOML = """
[workspace]
name = "w"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["opened", "qualified"]

[[events]]
name = "opened"
stage = 3
rewardable = true

[[events]]
name = "qualified"
stage = 4
rewardable = true

[[events]]
name = "closed"
negative = true

[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "*.csv"

[[rewards]]
id = "advocate-100"
program = "refer"
from = 2026-01-01
to = "both"
on = "qualified"
value = { amount = "100.00" }
reversed_by = [{ event = "closed", after = "root", within_days = 180 }]
pending_days = 3
"""
MONDAY = date(2026, 11, 2)
ANN, BOB, JOURNEY, OPENING, MILESTONE, CLOSURE, ACCOUNT, EMAIL = 1, 2, 3, 4, 5, 6, 7, 8


@pytest.fixture(scope="module")
def workspace_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one journey that qualified on Thursday, 29 October 2026; made once, copied by each test."""
    folder = tmp_path_factory.mktemp("made") / "workspace"
    folder.mkdir()
    (folder / "matchback.toml").write_text(TOML)
    (folder / "secret.txt").write_text("secret")
    workspace = Workspace.at(folder)
    config = load_config(workspace.config_path)
    with Warehouse.open(workspace) as warehouse, warehouse.transaction():
        write_config_tables(warehouse, config)
        for step in ("resolve", "recognize"):
            _build(warehouse, step, config.workspace.currency)
        fill(warehouse)
    return folder


@pytest.fixture
def context(workspace_folder: Path, tmp_path: Path) -> Iterator[RunContext]:
    """The context of a copy of the workspace, with its warehouse open, on Monday, 2 November 2026."""
    shutil.copytree(workspace_folder, tmp_path / "workspace")
    workspace = Workspace.at(tmp_path / "workspace")
    journal = Journal(workspace.journal_dir)
    with Warehouse.open(workspace, journal) as warehouse:
        yield RunContext(
            workspace, load_config(workspace.config_path), journal, MONDAY, "run", warehouse=warehouse
        )


def _build(warehouse: Warehouse, step: str, currency: str) -> None:
    import importlib

    parameters = {"as_of": MONDAY, "time_zone": "America/New_York", "currency": currency}
    build = getattr(importlib.import_module(f"matchback.{step}"), "build", None)
    if build is None:
        warehouse.build(step, parameters)
    else:
        build(warehouse, parameters)


def add(warehouse: Warehouse, table: str, **row: Any) -> None:
    """Append one row to a table; what is not named is NULL."""
    schema = warehouse.table(table).schema
    full = {name: row.get(name) for name in schema.names}
    assert set(row) <= set(full), set(row) - set(full)
    warehouse.append(table, pa.Table.from_pylist([full], schema=schema))


def event(warehouse: Warehouse, event_id: int, name: str, on: date) -> None:
    """Append one active event of the journey."""
    add(
        warehouse, "events", event_id=event_id, event_name=name, occurred_on=on, journey_id=JOURNEY, person_id=BOB,
        account_key=ACCOUNT, container="production", status="active",
    )  # fmt: skip


def fill(warehouse: Warehouse) -> None:
    """Write what resolve and recognize would have made, and the two accounts into the vault."""
    add(
        warehouse, "journey_roots", journey_id=JOURNEY, program="refer", root_event_id=OPENING, person_id=BOB,
        account_key=ACCOUNT, root_on=date(2026, 10, 1), container="production",
    )  # fmt: skip
    add(
        warehouse, "recognitions", event_id=OPENING, program="refer", journey_id=JOURNEY, advocate_id=ANN,
        eligible=True, quality="passed", person_id=BOB, container="production",
    )  # fmt: skip
    event(warehouse, OPENING, "opened", date(2026, 10, 1))
    event(warehouse, MILESTONE, "qualified", date(2026, 10, 29))
    add(warehouse, "advocates", advocate_id=ANN, pay_to_key=EMAIL, enrolled_on=date(2026, 1, 1))
    add(warehouse, "identifiers", identifier_key=ACCOUNT, kind="account_id", value="300000000001")
    add(warehouse, "identifiers", identifier_key=EMAIL, kind="account_id", value="300000000002")


def run(context: RunContext, day: date) -> tuple[list[str], RunContext]:
    """Run the step for one night; return the kinds of the entries that it added, and the night's context."""
    before = context.writer.count("reward_entries")
    night = replace(context, as_of=day)
    reward.run(night)
    return [entry.entry_kind for entry in read_ledger(context.writer)][before:], night


def states(context: RunContext) -> dict[str, str]:
    """Return the state of the reward of each role."""
    return {row["role"]: row["state"] for row in context.writer.table("rewards").to_pylist()}


def test_reward_is_earned_approved_and_paid_in_one_night(context: RunContext) -> None:
    """Both sides go into payout file 1, which stands in the outbox, the table, the journal and the ledger."""
    kinds, _ = run(context, MONDAY)
    assert sorted(kinds) == ["approved", "approved", "earned", "earned", "issued", "issued"]
    assert states(context) == {"advocate": "issued", "friend": "issued"}
    content = (context.workspace.outbox / "payouts" / "earned-rewards-000001.csv").read_text()
    assert {line.split(",")[6] for line in content.splitlines()[1:]} == {"300000000001", "300000000002"}
    assert [row["payout_number"] for row in context.writer.table("payouts").to_pylist()] == [1, 1]
    journaled = context.journal.entries(kind="payout")[0].body
    assert (journaled["lines"], journaled["totals"]) == (2, {"USD": 20000})
    head = context.journal.entries(kind="ledger_head")[-1].body
    assert head["chain_hash"] == read_ledger(context.writer)[-1].chain_hash


def test_running_again_changes_no_table(context: RunContext) -> None:
    """A second run with the same input adds nothing, table by table."""
    run(context, MONDAY)
    hashes = {name: table_hash(context.writer, name) for name in context.writer.tables() if name != "state"}
    assert run(context, MONDAY)[0] == []
    assert {
        name: table_hash(context.writer, name) for name in context.writer.tables() if name != "state"
    } == hashes


def cut_off(context: RunContext, day: date) -> Path:
    """Stop a night after its payout file was written and before the commit; return the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matchback.watermarks.mark", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(context, day)
    return context.workspace.outbox / "payouts" / "earned-rewards-000001.csv"


def test_night_that_was_cut_off_writes_the_same_file_again(context: RunContext) -> None:
    """Same content, same day: same number, same bytes, one journal entry, no second line."""
    path = cut_off(context, MONDAY)
    written = path.read_bytes()
    assert context.writer.count("payouts") == 0
    run(context, MONDAY)
    assert (path.read_bytes(), context.writer.count("payouts")) == (written, 2)
    assert [entry.body["number"] for entry in context.journal.entries(kind="payout")] == [1]


def test_number_of_a_night_that_was_cut_off_never_gets_other_content(context: RunContext) -> None:
    """An account that closed in between is not paid; what is paid stands in file 2, and file 1 is withdrawn."""
    path = cut_off(context, MONDAY)
    context.writer.delete("advocates", {"advocate_id": ANN})
    run(context, MONDAY)
    assert [row["payout_number"] for row in context.writer.table("payouts").to_pylist()] == [2]
    assert sorted(name.name for name in path.parent.iterdir()) == [
        "earned-rewards-000001.csv.withdrawn",
        "earned-rewards-000001.totals.json.withdrawn",
        "earned-rewards-000002.csv",
        "earned-rewards-000002.totals.json",
    ]


def test_nights_and_catch_up_give_the_same_rewards(context: RunContext) -> None:
    """Effective days come from the facts, so a later run posts what the nights would have posted."""
    for day in (date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), MONDAY):
        run(context, day)
    entries = read_ledger(context.writer)
    assert {(entry.entry_kind, entry.effective_on.isoformat()) for entry in entries} == {
        ("earned", "2026-10-29"),
        ("approved", "2026-11-01"),
        ("issued", "2026-11-02"),
    }


def test_nothing_is_paid_on_a_weekend(context: RunContext) -> None:
    """On Sunday the rewards are approved; the file is made on Monday."""
    run(context, date(2026, 11, 1))
    assert set(states(context).values()) == {"approved"}
    assert run(context, MONDAY)[0] == ["issued", "issued"]


def test_answer_and_early_closure_reach_the_ledger(context: RunContext) -> None:
    """The fulfilled advocate's and the unanswered friend's reward are both clawed back when the account closes."""
    run(context, MONDAY)
    advocate = next(row for row in context.writer.table("rewards").to_pylist() if row["role"] == "advocate")
    answer = {"fulfillment_id": 9, "reward_id": advocate["reward_id"], "status": "fulfilled"}
    days = {"reported_on": date(2026, 11, 3), "received_on": date(2026, 11, 3)}
    add(context.writer, "fact_fulfillments", **answer, **days)
    assert run(context, date(2026, 11, 3))[0] == ["fulfilled"]
    assert context.writer.table("fulfillments").to_pylist()[0]["outcome"] == "applied"
    event(context.writer, CLOSURE, "closed", date(2026, 11, 4))
    assert run(context, date(2026, 11, 5))[0] == ["clawed_back", "clawed_back"]
    reversals = [entry for entry in read_ledger(context.writer) if entry.entry_kind == "clawed_back"]
    assert {(entry.caused_by, entry.effective_on, entry.amount_minor) for entry in reversals} == {
        (f"event:{CLOSURE}", date(2026, 11, 4), -10000)
    }
    assert run(context, date(2026, 11, 6))[0] == []


def test_night_before_the_last_posting_posts_nothing(context: RunContext) -> None:
    """The ledger never goes back, while the decisions show the earlier day."""
    run(context, MONDAY)
    event(context.writer, CLOSURE, "closed", date(2026, 10, 30))
    assert run(context, date(2026, 10, 31))[0] == []


def test_changed_terms_stop_until_they_are_accepted(context: RunContext) -> None:
    """Accepted terms judge what comes; what is posted stays under its own version."""
    run(context, date(2026, 10, 30))
    posted = {row["rule_version"] for row in context.writer.table("rewards").to_pylist()}
    path = context.workspace.config_path
    path.write_text(TOML.replace('amount = "100.00"', 'amount = "50.00"'))
    changed = replace(context, config=load_config(path))
    with pytest.raises(ConfigurationError, match="advocate-100: changed"):
        run(changed, MONDAY)
    run(replace(changed, accepted_terms=(offer(changed),)), MONDAY)
    rows = context.writer.table("rewards").to_pylist()
    assert ({row["rule_version"] for row in rows}, {row["amount_minor"] for row in rows}) == (posted, {10000})
    assert context.writer.count("reward_rules") == 2


def test_badge_of_a_rule_is_paid_out_by_its_name(context: RunContext) -> None:
    """The payout file says which badge, not which rule, and no code of a currency."""
    path = context.workspace.config_path
    path.write_text(TOML.replace('{ amount = "100.00" }', '{ kind = "badge", name = "Gold" }'))
    run(replace(context, config=load_config(path)), MONDAY)
    content = (context.workspace.outbox / "payouts" / "earned-rewards-000001.csv").read_text()
    assert {line.split(",", 7)[7] for line in content.splitlines()[1:]} == {"1,BADGE,Gold,badge"}


def offer(context: RunContext) -> str:
    """Return the hash by which the terms of a context are accepted."""
    return offered_terms(context.config, current_rules(context.config)).hash


def test_changed_program_stops_until_it_is_accepted(context: RunContext) -> None:
    """Nothing that was published as earned goes silently because a program judges otherwise now."""
    run(context, date(2026, 10, 30))
    path = context.workspace.config_path
    path.write_text(
        TOML.replace('events = ["opened", "qualified"]', 'events = ["qualified"]\ntie_break = "first"')
    )
    changed = replace(context, config=load_config(path))
    before = table_hash(context.writer, "reward_entries")
    with pytest.raises(ConfigurationError, match=r"programs\.refer: changed in events, tie_break"):
        run(changed, MONDAY)
    assert table_hash(context.writer, "reward_entries") == before
    assert "approved" in run(replace(changed, accepted_terms=(offer(changed),)), MONDAY)[0]


def test_renamed_rule_pays_nothing_again(context: RunContext) -> None:
    """Even accepted, a new name does not post until it says whose it was; with that, nobody is paid twice."""
    run(context, MONDAY)
    path = context.workspace.config_path
    for says, added in ((None, None), ("advocate-100", []), ("none", ["approved", "earned", "issued"])):
        path.write_text(
            TOML.replace('id = "advocate-100"', 'id = "better"' + (f'\nreplaces = "{says}"' if says else ""))
        )
        renamed = replace(context, config=load_config(path))
        accepted = replace(renamed, accepted_terms=(offer(renamed),))
        if added is None:
            with pytest.raises(
                ConfigurationError, match=r"(?s)'advocate-100', which is gone.*posted 2 rewards"
            ):
                run(accepted, MONDAY)
        else:
            assert sorted(set(run(accepted, MONDAY)[0])) == added


def test_reward_without_an_account_waits_and_is_named(context: RunContext) -> None:
    """The advocate's reward is blocked; the friend's goes out."""
    context.writer.delete("advocates", {"advocate_id": ANN})
    run(context, MONDAY)
    assert states(context) == {"advocate": "approved", "friend": "issued"}
    assert [row["finding"] for row in context.writer.table("reward_findings").to_pylist()] == [
        "payout_without_account"
    ]


def test_reward_to_an_account_without_a_value_waits_and_the_others_go_out(context: RunContext) -> None:
    """The vault may lack what its key stands for; such a line cannot be written, and holds nobody else up."""
    context.writer.delete("identifiers", {"identifier_key": EMAIL})
    run(context, MONDAY)
    assert states(context) == {"advocate": "approved", "friend": "issued"}
    assert [row["finding"] for row in context.writer.table("reward_findings").to_pylist()] == [
        "payout_without_account"
    ]
    add(context.writer, "identifiers", identifier_key=EMAIL, kind="account_id", value="300000000002")
    run(context, date(2026, 11, 3))
    assert states(context) == {"advocate": "issued", "friend": "issued"}


def test_operator_does_not_issue_what_they_approved(
    context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under dual control the run of another operator pays it."""
    path = context.workspace.config_path
    path.write_text(TOML + 'approve = "manual"\n')
    manual = replace(context, config=load_config(path))
    monkeypatch.setenv("MATCHBACK_OPERATOR", "olga")
    run(manual, MONDAY)
    for number, row in enumerate(manual.writer.table("rewards").to_pylist(), start=1):
        add(
            manual.writer, "operator_acts", journal_number=number, acted_on=MONDAY,
            operator_id=operator_id(manual, "olga"), act="reward_approved",
            subject_id=row["reward_id"], arguments="{}", reason_code="checked",
        )  # fmt: skip
    assert run(manual, MONDAY)[0] == ["approved", "approved"]
    monkeypatch.setenv("MATCHBACK_OPERATOR", "otto")
    assert run(manual, MONDAY)[0] == ["issued", "issued"]


def answered(context: RunContext, fulfillment_id: int, status: str, day: date) -> int:
    """Write an answer about the advocate's reward; return the reward's id."""
    advocate = next(row for row in context.writer.table("rewards").to_pylist() if row["role"] == "advocate")
    add(
        context.writer, "fact_fulfillments", fulfillment_id=fulfillment_id, reward_id=advocate["reward_id"],
        status=status, reported_on=day, received_on=day,
    )  # fmt: skip
    return int(advocate["reward_id"])


def retry(context: RunContext, number: int, reward_id: int, day: date) -> None:
    """Write the act that pays a failed reward again."""
    add(
        context.writer, "operator_acts", journal_number=number, acted_on=day, operator_id="operator-1",
        act="reward_retried", subject_id=reward_id, arguments="{}", reason_code="new_account",
    )  # fmt: skip


def test_failed_payment_is_made_again_once_and_only_on_a_decision(context: RunContext) -> None:
    """Without one it stays failed; with one it stands in the next file once, though the failure is told twice."""
    run(context, MONDAY)
    reward_id = answered(context, 9, "failed", date(2026, 11, 3))
    assert run(context, date(2026, 11, 3))[0] == ["failed"]
    answered(context, 10, "failed", date(2026, 11, 4))
    assert run(context, date(2026, 11, 4))[0] == []
    retry(context, 1, reward_id, date(2026, 11, 4))
    assert run(context, date(2026, 11, 4))[0] == ["voided", "earned", "approved", "issued"]
    assert run(context, date(2026, 11, 5))[0] == []
    lines = [row for row in context.writer.table("payouts").to_pylist() if row["reward_id"] == reward_id]
    assert [(row["payout_number"], row["generation"]) for row in lines] == [(1, 1), (2, 2)]


def test_payment_that_came_through_after_its_failure_is_not_made_again(context: RunContext) -> None:
    """The retry waits on a Sunday; by Monday the payer says that it paid after all, and a person has to look."""
    run(context, MONDAY)
    friday, monday = date(2026, 11, 6), date(2026, 11, 9)
    reward_id = answered(context, 9, "failed", friday)
    run(context, friday)
    retry(context, 1, reward_id, date(2026, 11, 8))
    assert run(context, date(2026, 11, 8))[0] == ["voided", "earned", "approved"]
    answered(context, 10, "fulfilled", monday)
    assert run(context, monday)[0] == []
    found = context.writer.table("reward_findings").to_pylist()
    assert [(row["reward_id"], row["finding"]) for row in found] == [(reward_id, "payout_answered_as_paid")]


def test_broken_chain_stops_the_step(context: RunContext) -> None:
    """A ledger that was edited posts and pays nothing more."""
    run(context, date(2026, 10, 30))
    schema = context.writer.table("reward_entries").schema
    rows = context.writer.table("reward_entries").to_pylist()
    rows[0]["amount_minor"] = 99999
    context.writer.replace("reward_entries", pa.Table.from_pylist(rows, schema=schema))
    with pytest.raises(CheckFailed, match="breaks at entry 1"):
        run(context, MONDAY)
