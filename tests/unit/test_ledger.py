"""The reward ledger: every transition, exact reversals, and a model that no sequence of runs may break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.keys import derive_key
from matchback.rewards.grants import counted_approvals, granted, withdrawn
from matchback.rewards.ledger import Answer, Decision, Due, Posting, Verdict, answer, issue, reconcile
from matchback.rewards.ledger_book import REVERSALS, Book, Entry, Grant, Head, broken_link, fold

DAY = date(2026, 11, 1)


def entry_key(reward_id: int, generation: int, kind: str) -> int:
    """Return an entry's id as the reward step makes it."""
    return derive_key(b"secret", "entry", str(reward_id), str(generation), kind)


def grant(reward_id: int = 1, **changes: Any) -> Grant:
    """Return a grant of $100 earned on 1 November and released on 4 November."""
    plain = Grant(
        reward_id=reward_id,
        rule_id="advocate-100",
        rule_version="v1",
        program="refer",
        role="advocate",
        beneficiary_id=70,
        friend_id=80,
        journey_id=90,
        event_id=91,
        root_event_id=92,
        reward_kind="cash",
        amount_minor=10000,
        currency="USD",
        earned_on=DAY,
        release_on=DAY + timedelta(days=3),
    )
    return replace(plain, **changes)


class World:
    """A ledger that is run day by day; what was decided and answered stays known, as facts do."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.decisions: list[Decision] = []
        self.answers: list[Answer] = []
        self.posting = Posting()

    def run(
        self, day: int, due: Sequence[Due] = (), verdicts: Sequence[Verdict] = (), pay: bool = False
    ) -> list[str]:
        """Run one night (`day` of November); return the kinds of the entries that it added."""
        as_of = DAY + timedelta(days=day - 1)
        known = {item.reward_id: item for item in verdicts}
        before = len(self.entries)
        self.posting = reconcile(
            due, known, self.entries, self.decisions, self.answers, as_of, entry_key, Head.of(self.entries)
        )
        self.entries += self.posting.entries
        if pay:
            paid = [state.earned.reward_id for state in self.posting.payable]
            self.entries += issue(
                self.entries, paid, f"payout:{day}", as_of, entry_key, Head.of(self.entries)
            )
            self.entries += answer(self.entries, self.answers, as_of, entry_key, Head.of(self.entries))
        return [entry.entry_kind for entry in self.entries[before:]]

    @property
    def state(self) -> str:
        """The state of reward 1."""
        return fold(self.entries)[1].state

    @property
    def balance(self) -> int:
        """What the ledger says is granted, in minor units."""
        return sum(entry.amount_minor for entry in self.entries)


DUE = Verdict(1, "due")


def earned() -> World:
    """Return a world where reward 1 is pending."""
    world = World()
    assert world.run(1, [Due(grant())]) == ["earned"]
    return world


def issued() -> World:
    """Return a world where reward 1 went out on 4 November."""
    world = earned()
    assert world.run(4, [Due(grant())], [DUE], pay=True) == ["approved", "issued"]
    return world


def test_reward_is_earned_once_and_approved_at_the_end_of_its_release_day() -> None:
    """The day before the release nothing is approved; on it the reward is."""
    world = earned()
    assert world.run(3, [Due(grant())], [DUE]) == []
    assert world.run(4, [Due(grant())], [DUE]) == ["approved"]
    assert world.run(4, [Due(grant())], [DUE]) == []
    assert (world.entries[1].effective_on, world.entries[1].amount_minor) == (DAY + timedelta(days=3), 0)


def test_reward_found_after_its_release_day_is_earned_and_approved_in_one_run() -> None:
    """A catch-up run posts what the nights would have posted, with the same effective days."""
    world = World()
    assert world.run(9, [Due(grant())], pay=True) == ["earned", "approved", "issued"]
    assert [entry.effective_on.day for entry in world.entries] == [1, 4, 9]


def test_manual_reward_waits_for_a_person() -> None:
    """Without an approval a manual reward stays pending, however long."""
    world = World()
    due = [Due(grant(), "manual")]
    assert world.run(9, due) == ["earned"]
    world.decisions.append(Decision(1, "approve", DAY + timedelta(days=9), "act:5"))
    assert world.run(10, due, [replace(DUE, approve="manual")]) == ["approved"]
    assert world.entries[-1].caused_by == "act:5"


def test_early_approval_does_not_shorten_the_pending_period() -> None:
    """An approval given on day 1 takes effect on the release day."""
    world = World()
    world.decisions.append(Decision(1, "approve", DAY, "act:5"))
    due = [Due(grant(), "manual")]
    assert world.run(1, due) == ["earned"]
    assert world.run(3, due, [replace(DUE, approve="manual")]) == []
    assert world.run(4, due, [replace(DUE, approve="manual")]) == ["approved"]


def test_decline_negates_the_grant_and_ends_the_reward() -> None:
    """A declined reward is never earned again."""
    world = earned()
    world.decisions.append(Decision(1, "decline", DAY + timedelta(days=1), "act:6", "fraud"))
    assert world.run(2, [Due(grant())], [DUE]) == ["declined"]
    assert world.run(9, [Due(grant())], [DUE]) == []
    assert (world.balance, world.entries[-1].reverses_entry_id) == (0, world.entries[0].entry_id)


def test_decline_after_the_payment_is_reported_only() -> None:
    """Money that is out is not taken back by a decline."""
    world = issued()
    world.decisions.append(Decision(1, "decline", DAY + timedelta(days=5), "act:6"))
    assert world.run(6, [Due(grant())], [DUE]) == []
    assert [item.finding for item in world.posting.findings] == ["declined_too_late"]


@pytest.mark.parametrize("outcome", ["undue", "reversed"])
def test_pending_reward_is_voided_when_the_terms_no_longer_promise_it(outcome: Any) -> None:
    """The reversal negates the stored amount and names the entry."""
    world = earned()
    assert world.run(2, [], [Verdict(1, outcome, reason_code="x", caused_by="event:5")]) == ["voided"]
    reversal = world.entries[-1]
    assert (reversal.amount_minor, reversal.reverses_entry_id) == (-10000, world.entries[0].entry_id)
    assert (reversal.caused_by, reversal.reason_code, world.balance) == ("event:5", "x", 0)


def test_voided_reward_is_earned_again_in_a_new_generation() -> None:
    """A correction that comes back makes a second grant, never an edit of the first."""
    world = earned()
    world.run(2, [], [Verdict(1, "undue")])
    assert world.run(3, [Due(grant())]) == ["earned"]
    assert [entry.generation for entry in world.entries] == [1, 1, 2]
    assert len({entry.entry_id for entry in world.entries}) == 3


def test_paid_reward_is_clawed_back_and_its_slot_stays_consumed() -> None:
    """After a clawback the same slot is never paid again."""
    world = issued()
    assert world.run(5, [], [Verdict(1, "reversed", caused_by="event:5")]) == ["clawed_back"]
    assert world.run(6, [Due(grant())]) == []
    assert (world.state, world.balance) == ("clawed_back", 0)


def test_paid_reward_is_kept_where_the_terms_say_so() -> None:
    """`after_payment = "keep"` reports the reversal instead."""
    world = issued()
    verdict = Verdict(1, "reversed", after_payment="keep", caused_by="event:5")
    assert world.run(5, [], [verdict]) == []
    assert [item.finding for item in world.posting.findings] == ["paid_not_due"]


def test_paid_reward_that_is_merely_no_longer_due_is_reported() -> None:
    """Late evidence never takes money back by itself."""
    world = issued()
    assert world.run(5, [], [Verdict(1, "undue")]) == []
    assert [item.finding for item in world.posting.findings] == ["paid_not_due"]


def test_conflict_makes_a_pending_reward_wait_and_reports_a_paid_one() -> None:
    """Nothing is approved while two versions of an event contradict each other."""
    world = earned()
    waits = Verdict(1, "waits", caused_by="event:91")
    assert world.run(5, [], [waits]) == []
    assert world.posting.payable == []
    assert world.run(6, [Due(grant())], [DUE], pay=True) == ["approved", "issued"]
    assert world.run(7, [], [waits]) == []
    assert [item.finding for item in world.posting.findings] == ["paid_on_conflict"]


def test_conflict_after_the_approval_keeps_the_reward_out_of_the_payout() -> None:
    """An approved reward in conflict is not payable."""
    world = earned()
    world.run(4, [Due(grant())], [DUE])
    assert world.run(5, [], [Verdict(1, "waits")], pay=True) == []
    assert world.state == "approved"


def test_displaced_advocate_keeps_the_reward() -> None:
    """`on_displaced = "keep"` pays the advocate whom the posted reward names, and says so."""
    world = earned()
    displaced = Verdict(1, "displaced", caused_by="event:91")
    assert world.run(4, [Due(grant(beneficiary_id=71))], [displaced], pay=True) == ["approved", "issued"]
    assert {entry.beneficiary_id for entry in world.entries} == {70}
    assert [item.finding for item in world.posting.findings] == ["displaced_kept"]


def test_displaced_reward_moves_while_it_is_not_issued() -> None:
    """`on_displaced = "move"` reverses the first grant and makes another for the new advocate."""
    world = earned()
    moved = grant(beneficiary_id=71)
    assert world.run(2, [Due(moved)], [Verdict(1, "displaced", moved_to=moved)]) == ["voided", "earned"]
    assert (world.entries[-1].beneficiary_id, world.entries[-1].generation, world.balance) == (71, 2, 10000)
    paid = issued()
    assert paid.run(5, [Due(moved)], [Verdict(1, "displaced", moved_to=moved)]) == []


@pytest.mark.parametrize(
    ("statuses", "kinds", "balance"),
    [
        (["fulfilled"], ["fulfilled"], 10000),
        (["failed"], ["failed"], 10000),
        (["failed", "fulfilled"], ["failed", "fulfilled"], 10000),
        (["fulfilled", "redeemed"], ["fulfilled", "redeemed"], 10000),
        (["expired"], ["expired"], 0),
        (["redeemed", "expired"], ["redeemed"], 10000),
    ],
)
def test_answers_move_an_issued_reward(statuses: list[Any], kinds: list[str], balance: int) -> None:
    """Each answer is one entry without an amount; only an unused, expired card gives the money back."""
    world = issued()
    world.answers += [
        Answer(1, status, DAY + timedelta(days=5 + number), f"fulfillment:{number}")
        for number, status in enumerate(statuses)
    ]
    assert world.run(9, [Due(grant())], [DUE]) == kinds
    assert world.run(9, [Due(grant())], [DUE]) == []
    assert world.balance == balance


def test_answer_to_a_reward_that_was_not_issued_changes_nothing() -> None:
    """Neither a pending nor an unknown reward can be fulfilled; the unknown one is reported."""
    world = earned()
    world.answers += [
        Answer(1, "fulfilled", DAY, "fulfillment:1"),
        Answer(5, "fulfilled", DAY, "fulfillment:2"),
    ]
    assert world.run(2, [Due(grant())], [DUE]) == []
    assert [(item.reward_id, item.finding) for item in world.posting.findings] == [
        (5, "answer_to_unknown_reward")
    ]


def test_failed_payment_goes_out_again_after_a_new_approval() -> None:
    """The failed generation is reversed and a new one is earned and approved, so that each is issued once."""
    world = issued()
    world.answers.append(Answer(1, "failed", DAY + timedelta(days=5), "fulfillment:1"))
    assert world.run(6, [Due(grant())], [DUE], pay=True) == ["failed"]
    world.decisions.append(Decision(1, "approve", DAY + timedelta(days=6), "act:9"))
    assert world.run(7, [Due(grant())], [DUE], pay=True) == ["voided", "earned", "approved", "issued"]
    assert world.run(8, [Due(grant())], [DUE], pay=True) == []
    assert world.balance == 10000


@pytest.mark.parametrize(("received_day", "kinds"), [(6, []), (7, ["failed"])])
def test_failure_that_was_known_when_it_was_paid_again_is_not_told_of_the_second_payment(
    received_day: int, kinds: list[str]
) -> None:
    """Both are told on the day of the second payment; only the one that came after it is about it."""
    world = issued()
    world.answers.append(Answer(1, "failed", DAY + timedelta(days=4), "fulfillment:1"))
    world.run(5, [Due(grant())], [DUE])
    second, received = DAY + timedelta(days=5), DAY + timedelta(days=received_day - 1)
    world.answers.append(Answer(1, "failed", second, "fulfillment:2", received_on=received))
    world.decisions.append(Decision(1, "approve", second, "act:1"))
    late = [item for item in world.answers if (item.received_on or item.reported_on) > second]
    world.answers = [item for item in world.answers if item not in late]
    assert world.run(6, [Due(grant())], [DUE], pay=True) == ["voided", "earned", "approved", "issued"]
    world.answers += late
    assert world.run(7, [Due(grant())], [DUE]) == kinds


def test_failed_payment_is_voided_when_the_reward_is_reversed() -> None:
    """A payment that never arrived is not clawed back; its slot stays consumed."""
    world = issued()
    world.answers.append(Answer(1, "failed", DAY + timedelta(days=5), "fulfillment:1"))
    world.run(6, [Due(grant())], [DUE])
    assert world.run(7, [], [Verdict(1, "reversed")]) == ["voided"]
    assert world.run(8, [Due(grant())]) == []


def test_failure_and_lost_promise_of_one_night_are_both_followed_in_it() -> None:
    """The answer comes first, so that the reward that failed is voided at once and not in a second run."""
    world = issued()
    world.answers.append(Answer(1, "failed", DAY + timedelta(days=5), "fulfillment:1"))
    assert world.run(6, [], [Verdict(1, "undue")]) == ["failed", "voided"]
    assert world.run(6, [], [Verdict(1, "undue")]) == []


def test_as_of_before_the_last_posting_posts_nothing() -> None:
    """The ledger never goes back."""
    world = issued()
    assert world.run(3, [Due(grant()), Due(grant(2))], [DUE], pay=True) == []


def test_illegal_transition_is_a_bug() -> None:
    """Nothing is issued that was not approved."""
    world = earned()
    book = Book(world.entries, Head.of(world.entries), DAY, entry_key)
    with pytest.raises(AssertionError, match="issued cannot follow pending"):
        book.post(book.states[1], "issued", "payout:1", DAY)


def test_chain_tells_where_an_entry_was_changed_or_taken_out() -> None:
    """An edit, a removal or a swap breaks the chain at its place."""
    entries = issued().entries
    assert broken_link(entries) is None
    assert broken_link([entries[0], replace(entries[1], amount_minor=5), entries[2]]) == 2
    assert broken_link([entries[0], entries[2]]) == 2
    assert broken_link([entries[1], entries[0], entries[2]]) == 1


REWARDS = (1, 2, 3)
BY_HAND = 4
INTENTS = ("absent", "due", "other advocate", "undue", "reversed", "conflict")
NIGHTS = st.lists(
    st.fixed_dictionaries(
        {
            "days": st.integers(1, 4),
            "intents": st.tuples(*(st.sampled_from(INTENTS) for _ in REWARDS)),
            "decisions": st.lists(
                st.tuples(st.sampled_from(REWARDS), st.sampled_from(["approve", "decline"])), max_size=2
            ),
            "answers": st.lists(
                st.tuples(
                    st.sampled_from((*REWARDS, BY_HAND)),
                    st.sampled_from(["fulfilled", "failed", "redeemed", "expired"]),
                ),
                max_size=2,
            ),
            "pay": st.booleans(),
            "by_hand": st.sampled_from(["nothing", "nothing", "grant", "withdraw"]),
            "approver": st.sampled_from([None, "giver", "another"]),
        }
    ),
    max_size=12,
)


def judged(
    world: World, intents: Sequence[str], moves: bool, approve: Any
) -> tuple[list[Due], list[Verdict]]:
    """Return what the SQL would say for these intents: due rows and verdicts about what is posted."""
    states = fold(world.entries)
    due, verdicts = [], []
    for reward_id, intent in zip(REWARDS, intents, strict=True):
        advocate = 71 if intent == "other advocate" else 70
        promised = grant(reward_id, beneficiary_id=advocate)
        if intent in ("due", "other advocate"):
            due.append(Due(promised, approve))
        if reward_id not in states:
            continue
        displaced = states[reward_id].earned.beneficiary_id != advocate
        outcome: Any = {"absent": "undue", "conflict": "waits"}.get(intent, intent)
        if intent in ("due", "other advocate"):
            outcome = "displaced" if displaced else "due"
        verdicts.append(
            Verdict(reward_id, outcome, approve, moved_to=promised if moves and displaced else None)
        )
    return due, verdicts


def check_invariants(entries: Sequence[Entry]) -> None:
    """Hold the ledger against a model that knows nothing of the code: sums, sets and the chain."""
    assert broken_link(entries) is None
    assert len({entry.entry_id for entry in entries}) == len(entries)
    for reward_id in {entry.reward_id for entry in entries}:
        mine = [entry for entry in entries if entry.reward_id == reward_id]
        balance, approved, out = 0, set(), set()
        for entry in mine:
            if entry.entry_kind == "earned":
                assert entry.amount_minor == 10000
                granted = entry
            elif entry.entry_kind in REVERSALS:
                assert entry.amount_minor == -granted.amount_minor
                assert entry.reverses_entry_id == granted.entry_id
            else:
                assert entry.amount_minor == 0
            assert entry.generation == granted.generation
            balance += entry.amount_minor
            assert balance in (0, 10000)
            if entry.entry_kind == "approved":
                approved.add(entry.generation)
                assert entry.effective_on >= entry.release_on
            if entry.entry_kind == "issued":
                assert entry.generation in approved
                out.add(entry.generation)
            if entry.entry_kind in ("fulfilled", "failed", "redeemed", "clawed_back", "expired"):
                assert entry.generation in out
            assert entry.effective_on >= entry.earned_on


@settings(max_examples=300, deadline=None)
@given(NIGHTS, st.booleans(), st.sampled_from(["auto", "manual"]))
def test_no_sequence_of_nights_breaks_the_ledger(
    nights: list[dict[str, Any]], moves: bool, approve: str
) -> None:
    """Grants less reversals are 0 or 1, issued is approved is earned, and a second run adds nothing.

    One reward is granted by hand: its giver's approval never counts, and once it is withdrawn nothing of it stands.
    """
    world, day, number = World(), 0, 0
    by_hand: list[dict[str, Any]] = []
    approvals: list[dict[str, Any]] = []
    decided: list[Decision] = []
    names = [item.name for item in fields(Decision)]
    for night in nights:
        day += night["days"]
        on = DAY + timedelta(days=day - 1)
        answered = {reward_id for reward_id, _ in night["answers"]}
        for reward_id, decision in night["decisions"]:
            if reward_id in answered:  # an approval of a failed payment is given after the failure is known
                continue
            number += 1
            decided.append(Decision(reward_id, decision, on, f"act:{number}"))
        for reward_id, status in night["answers"]:
            number += 1
            world.answers.append(Answer(reward_id, status, on, f"fulfillment:{number}"))
        if night["by_hand"] == "grant" and not by_hand:
            by_hand.append(given_row(on))
        elif night["by_hand"] == "withdraw" and by_hand and by_hand[0]["withdrawn_by"] is None:
            by_hand[0] |= {"withdrawn_by": "act:withdrawn", "withdrawn_on": on, "withdrawn_reason": "mistake"}
        if night["approver"] is not None and BY_HAND not in answered:
            number += 1
            row = {"reward_id": BY_HAND, "decision": "approve", "decided_on": on, "reason_code": "checked"}
            approvals.append({**row, "caused_by": f"act:{number}", "operator_id": night["approver"]})
        counted = counted_approvals(by_hand, approvals, dual_control=True)
        world.decisions = [*decided, *(Decision(**{name: row[name] for name in names}) for row in counted)]
        before = list(world.entries)
        for is_again in (False, True):
            due, verdicts = judged(world, night["intents"], moves, approve)
            due += granted(by_hand, dual_control=True)
            verdicts += withdrawn(by_hand).values()
            added = world.run(day, due, verdicts, pay=night["pay"])
            assert not (is_again and added)
        assert world.entries[: len(before)] == before
        check_invariants(world.entries)
        check_by_hand(world.entries, by_hand, approvals)


def given_row(on: date) -> dict[str, Any]:
    """Return a row of `manual_grants` for the reward that is granted by hand."""
    content = vars(grant(BY_HAND, rule_id="manual", rule_version="manual", journey_id=None, event_id=None))
    act = {
        "operator_id": "giver",
        "granted_by": "act:granted",
        "withdrawn_by": None,
        "withdrawn_reason": None,
    }
    return {**content, **act, "withdrawn_on": None, "earned_on": on, "release_on": on}


def check_by_hand(
    entries: Sequence[Entry], by_hand: Sequence[dict[str, Any]], approvals: Sequence[dict[str, Any]]
) -> None:
    """Hold the grant by hand to its acts: earned by its own act, approved by another, gone once withdrawn."""
    mine = [entry for entry in entries if entry.reward_id == BY_HAND]
    own = {row["caused_by"] for row in approvals if row["operator_id"] == "giver"}
    assert not {entry.caused_by for entry in mine} & own
    assert {entry.caused_by for entry in mine if entry.entry_kind == "earned"} <= {"act:granted"}
    if by_hand and by_hand[0]["withdrawn_by"] is not None:
        assert sum(entry.amount_minor for entry in mine) == 0
