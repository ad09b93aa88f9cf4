"""Rewards granted by hand, night by night: posted once, approved by another operator, paid, withdrawn, replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from matchback.acts import apply_acts, record_act
from matchback.context import RunContext
from matchback.rewards.ledger_book import MANUAL
from matchback.rewards.ledger_tables import Keys, read_ledger
from unit.test_reward import ANN, BOB, JOURNEY, MILESTONE, MONDAY, add, run
from unit.test_reward import context as context
from unit.test_reward import workspace_folder as workspace_folder

DAY = timedelta(days=1)


@pytest.fixture
def paid(context: RunContext) -> RunContext:
    """A workspace whose rule has paid its two rewards on Monday."""
    run(context, MONDAY)
    return context


def grant(context: RunContext, day: date, operator: str, reference: str = "CASE-1", **changes: Any) -> int:
    """Journal a grant of $25 to Ann, as the command does; return the reward's id."""
    reward_id = Keys(b"secret").grant("refer", reference)
    value = {"kind": "cash", "name": None, "amount_minor": 2500, "currency": "USD"}
    whom = {"program": "refer", "role": "advocate", "person_id": ANN, "journey_id": None, "event_id": None}
    arguments = {**whom, **value, "reference": reference, **changes}
    act(context, day, operator, "reward_granted", reward_id, **arguments)
    return reward_id


def act(context: RunContext, day: date, operator: str, what: str, reward_id: int, **arguments: Any) -> None:
    """Journal an act of an operator and apply it, as the next writer does."""
    night = replace(context, as_of=day)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHBACK_OPERATOR", operator)
        record_act(night, what, subject_id=reward_id, reason_code="goodwill", **arguments)
    apply_acts(night.writer, night)


def night(context: RunContext, day: date, operator: str = "machine") -> list[str]:
    """Run one night as an operator; return the kinds of the entries that it added."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHBACK_OPERATOR", operator)
        return run(replace(context, operator=operator), day)[0]


def state_of(context: RunContext, reward_id: int) -> str:
    """Return the state of a reward."""
    rows = context.writer.table("rewards").to_pylist()
    return next(str(row["state"]) for row in rows if row["reward_id"] == reward_id)


def findings(context: RunContext) -> set[str]:
    """Return what the last night found."""
    return {row["finding"] for row in context.writer.table("reward_findings").to_pylist()}


def test_grant_waits_for_another_operator_and_is_then_paid_by_a_third(paid: RunContext) -> None:
    """Neither the giver's approval counts, nor do giver and approver issue it; it goes to the declared account."""
    reward_id = grant(paid, MONDAY + DAY, "gina")
    assert night(paid, MONDAY + DAY) == ["earned"]
    act(paid, MONDAY + DAY, "gina", "reward_approved", reward_id)
    assert night(paid, MONDAY + DAY) == []
    act(paid, MONDAY + 2 * DAY, "otto", "reward_approved", reward_id)
    assert night(paid, MONDAY + 2 * DAY, "otto") == ["approved"]
    assert findings(paid) == {"payout_needs_another_operator"}
    assert night(paid, MONDAY + 2 * DAY, "gina") == []
    assert findings(paid) == {"payout_needs_another_operator"}
    assert night(paid, MONDAY + 2 * DAY) == ["issued"]
    content = (paid.workspace.outbox / "payouts" / "earned-rewards-000002.csv").read_text()
    (line,) = content.splitlines()[1:]
    assert line.split(",")[6:10] == ["300000000002", "25.00", "USD", MANUAL]
    assert night(paid, MONDAY + 3 * DAY) == []


def test_grant_names_its_act_and_no_event_in_the_ledger(paid: RunContext) -> None:
    """Whoever reads the ledger finds who gave it, and the rule's own rewards are untouched."""
    reward_id = grant(paid, MONDAY + DAY, "gina")
    night(paid, MONDAY + DAY)
    (entry,) = [item for item in read_ledger(paid.writer) if item.reward_id == reward_id]
    number = paid.journal.entries(kind="act")[-1].number
    assert (entry.caused_by, entry.rule_id, entry.rule_version) == (f"act:{number}", MANUAL, MANUAL)
    assert (entry.event_id, entry.journey_id, entry.beneficiary_id, entry.amount_minor) == (
        None,
        None,
        ANN,
        2500,
    )


def test_the_same_grant_journaled_twice_is_one(paid: RunContext) -> None:
    """Two operators, one reference: the first act counts; another reference is another reward."""
    for operator, amount in (("gina", 2500), ("otto", 9900)):
        reward_id = grant(paid, MONDAY + DAY, operator, amount_minor=amount)
    grant(paid, MONDAY + DAY, "gina", reference="CASE-2")
    assert night(paid, MONDAY + DAY) == ["earned", "earned"]
    amounts = [item.amount_minor for item in read_ledger(paid.writer) if item.reward_id == reward_id]
    assert amounts == [2500]


def test_without_dual_control_a_grant_is_paid_at_once(paid: RunContext) -> None:
    """Where one person may do everything, the act is enough."""
    payout = paid.config.payout.model_copy(update={"dual_control": False})
    alone = replace(paid, config=paid.config.model_copy(update={"payout": payout}))
    grant(alone, MONDAY + DAY, "gina")
    assert night(alone, MONDAY + DAY, "gina") == ["earned", "approved", "issued"]


@pytest.mark.parametrize(
    ("is_paid", "kinds", "state"), [(False, ["voided"], "voided"), (True, ["clawed_back"], "clawed_back")]
)
def test_withdrawn_grant_is_reversed_exactly_and_for_good(
    paid: RunContext, is_paid: bool, kinds: list[str], state: str
) -> None:
    """Before the payment it is voided, after it clawed back; it never comes again."""
    reward_id = grant(paid, MONDAY + DAY, "gina")
    night(paid, MONDAY + DAY)
    if is_paid:
        act(paid, MONDAY + DAY, "otto", "reward_approved", reward_id)
        assert night(paid, MONDAY + DAY) == ["approved", "issued"]
    act(paid, MONDAY + 2 * DAY, "gina", "reward_withdrawn", reward_id)
    assert night(paid, MONDAY + 2 * DAY) == kinds
    assert night(paid, MONDAY + 3 * DAY) == []
    entries = [item for item in read_ledger(paid.writer) if item.reward_id == reward_id]
    assert (state_of(paid, reward_id), sum(item.amount_minor for item in entries)) == (state, 0)
    assert entries[-1].caused_by == f"act:{paid.journal.entries(kind='act')[-1].number}"


def test_grant_withdrawn_before_any_night_is_never_earned(paid: RunContext) -> None:
    """Nothing is posted for what was taken back the same day."""
    reward_id = grant(paid, MONDAY + DAY, "gina")
    act(paid, MONDAY + DAY, "gina", "reward_withdrawn", reward_id)
    assert night(paid, MONDAY + DAY) == []


def test_failed_grant_is_paid_again_when_another_operator_says_so(paid: RunContext) -> None:
    """The second generation names the act that granted it, as the first does."""
    reward_id = grant(paid, MONDAY + DAY, "gina")
    act(paid, MONDAY + DAY, "otto", "reward_approved", reward_id)
    assert night(paid, MONDAY + DAY) == ["earned", "approved", "issued"]
    add(
        paid.writer, "fact_fulfillments", fulfillment_id=1, reward_id=reward_id, status="failed",
        reported_on=MONDAY + 2 * DAY, received_on=MONDAY + 2 * DAY, last_received_on=MONDAY + 2 * DAY,
        last_record_number=1, version_key=1,
    )  # fmt: skip
    assert night(paid, MONDAY + 2 * DAY) == ["failed"]
    act(paid, MONDAY + 2 * DAY, "gina", "reward_retried", reward_id)
    assert night(paid, MONDAY + 2 * DAY) == []
    act(paid, MONDAY + 2 * DAY, "otto", "reward_retried", reward_id)
    assert night(paid, MONDAY + 2 * DAY) == ["voided", "earned", "approved", "issued"]
    earned = [
        item.caused_by
        for item in read_ledger(paid.writer)
        if (item.reward_id, item.entry_kind) == (reward_id, "earned")
    ]
    assert len(set(earned)) == 1 and earned[0].startswith("act:")


def test_friend_is_paid_to_the_account_of_the_event(paid: RunContext) -> None:
    """A friend declares no account: that of the journey named by the act counts, and none without one."""
    given: dict[str, Any] = {"role": "friend", "person_id": BOB}
    with_event = grant(paid, MONDAY + DAY, "gina", journey_id=JOURNEY, event_id=MILESTONE, **given)
    without = grant(paid, MONDAY + DAY, "gina", reference="CASE-2", **given)
    for reward_id in (with_event, without):
        act(paid, MONDAY + DAY, "otto", "reward_approved", reward_id)
    night(paid, MONDAY + DAY)
    assert (state_of(paid, with_event), state_of(paid, without)) == ("issued", "approved")
    assert findings(paid) == {"payout_without_account"}
    content = (paid.workspace.outbox / "payouts" / "earned-rewards-000002.csv").read_text()
    assert content.splitlines()[1].split(",")[6] == "300000000001"


def test_badge_stands_in_the_payout_file_by_its_name(paid: RunContext) -> None:
    """Whoever gives out badges reads which one, and no code of a currency."""
    named = grant(paid, MONDAY + DAY, "gina", kind="badge", name="Gold", amount_minor=1, currency="XXX")
    act(paid, MONDAY + DAY, "otto", "reward_approved", named)
    night(paid, MONDAY + DAY)
    content = (paid.workspace.outbox / "payouts" / "earned-rewards-000002.csv").read_text()
    assert content.splitlines()[1].split(",")[7:] == ["1", "BADGE", "Gold", "badge"]


def test_grant_goes_to_whom_its_id_means_when_it_is_posted(paid: RunContext) -> None:
    """Two ids that turned out to be one person before the night: the person of today gets it."""
    add(paid.writer, "person_aliases", alias=77, person_id=ANN)
    reward_id = grant(paid, MONDAY + DAY, "gina", person_id=77)
    night(paid, MONDAY + DAY)
    rows = {row["reward_id"]: row for row in paid.writer.table("rewards").to_pylist()}
    assert rows[reward_id]["beneficiary_id"] == ANN


def test_grant_by_hand_posts_no_version_of_a_rule(paid: RunContext) -> None:
    """What a person gives can neither keep a rule from being changed nor be taken for a rule's promise."""
    before = paid.writer.rows("terms/posted_versions")
    grant(paid, MONDAY + DAY, "gina")
    night(paid, MONDAY + DAY)
    assert paid.writer.rows("terms/posted_versions") == before
    assert paid.writer.count("posted_slots") == 2
