"""The reward ledger: reconciled towards what the terms promise by adding entries, never by editing.

Pure functions from what is due, what is posted and what was answered to the entries that are missing. A reward lives
in generations; each generation is earned once and reversed at most once, exactly. Running again adds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from matchback.rewards.ledger_book import (
    FOLLOWS,
    Book,
    Entry,
    EntryKey,
    Grant,
    Head,
    RewardState,
    grant_of,
)


@dataclass(frozen=True)
class Due:
    """A grant that the terms promise now, or that an operator gives, and whether a person must approve it."""

    grant: Grant
    approve: Literal["auto", "manual"] = "auto"
    caused_by: str | None = None  # None: by its event


@dataclass(frozen=True)
class Verdict:
    """What the terms say now about a reward that is posted, judged by the version that posted it.

    `outcome`: due; waits (a conflict); reversed (what the terms name, or a cancelled event); undue (any other reason);
    displaced (due, but to another beneficiary: `moved_to` if the terms move it, else it is kept).
    """

    reward_id: int
    outcome: Literal["due", "waits", "reversed", "undue", "displaced"]
    approve: Literal["auto", "manual"] = "auto"
    reason_code: str | None = None
    caused_by: str = "terms"
    effective_on: date | None = None
    after_payment: Literal["clawback", "keep"] = "clawback"
    moved_to: Grant | None = None


@dataclass(frozen=True)
class Decision:
    """An approval or a decline, by file or by an operator's act."""

    reward_id: int
    decision: Literal["approve", "decline"]
    decided_on: date
    caused_by: str
    reason_code: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the core system or the vendor said about an issued reward."""

    reward_id: int
    status: Literal["fulfilled", "failed", "redeemed", "expired"]
    reported_on: date
    caused_by: str
    reason_code: str | None = None
    received_on: date | None = None  # None: on the day of the report


@dataclass(frozen=True)
class Finding:
    """Something that the ledger must not mend by itself and that a person should see."""

    reward_id: int
    finding: str
    caused_by: str


@dataclass
class Posting:
    """What a reconciliation adds: entries in order, findings, and the approved rewards that may be paid."""

    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    payable: list[RewardState] = field(default_factory=list)


def reconcile(
    due: Sequence[Due],
    verdicts: Mapping[int, Verdict],
    entries: Sequence[Entry],
    decisions: Sequence[Decision],
    answers: Sequence[Answer],
    as_of: date,
    entry_key: EntryKey,
    head: Head,
) -> Posting:
    """Return the entries that bring the ledger to what is due at the end of `as_of`.

    `entries` are all of the rewards that are due, judged, decided or answered, in sequence, and `head` is the ledger's
    end. Rewards that are neither due nor judged stay as they are. An as-of before the last posting posts nothing: the
    ledger never goes back.
    """
    if as_of < head.posted_as_of:
        return Posting()
    book = Book(entries, head, as_of, entry_key)
    posting = Posting()
    owed = {item.grant.reward_id: item for item in due}
    decided = _by_reward(decisions, lambda item: (item.decided_on, item.decision, item.caused_by))
    answered = _by_reward(answers, lambda item: (item.reported_on, item.status, item.caused_by))
    for reward_id in _in_order(owed, book.states):
        state = _grant_if_owed(book, owed.get(reward_id), book.states.get(reward_id))
        if state is None or not state.is_live or not (reward_id in verdicts or reward_id in owed):
            continue
        verdict = verdicts.get(reward_id) or _verdict_of_new(owed[reward_id])
        _answer(book, state, answered[reward_id])
        _reissue_if_approved(book, state, decided[reward_id])
        _judge(book, posting, state, verdict)
        _decide(book, posting, state, verdict, decided[reward_id], as_of)
        if state.state == "approved" and verdict.outcome in ("due", "displaced"):
            posting.payable.append(state)
    posting.findings += [
        Finding(item.reward_id, "answer_to_unknown_reward", item.caused_by)
        for item in answers
        if item.reward_id not in book.states
    ]
    posting.entries = book.new
    return posting


def issue(
    entries: Sequence[Entry],
    reward_ids: Sequence[int],
    payout: str,
    as_of: date,
    entry_key: EntryKey,
    head: Head,
) -> list[Entry]:
    """Return the `issued` entries of the rewards that a payout file carries; `entries` are all of these rewards."""
    book = Book(entries, head, as_of, entry_key)
    for reward_id in reward_ids:
        book.post(book.states[reward_id], "issued", payout, as_of)
    return book.new


def answer(
    entries: Sequence[Entry], answers: Sequence[Answer], as_of: date, entry_key: EntryKey, head: Head
) -> list[Entry]:
    """Return the entries of answers to rewards that were issued in this very run: nothing waits for a second one."""
    book = Book(entries, head, as_of, entry_key)
    answered = _by_reward(answers, lambda item: (item.reported_on, item.status, item.caused_by))
    for reward_id in _in_order({}, book.states):
        _answer(book, book.states[reward_id], answered[reward_id])
    return book.new


def _in_order(owed: Mapping[int, Due], states: Mapping[int, RewardState]) -> list[int]:
    earned = {reward_id: state.earned.earned_on for reward_id, state in states.items()}
    earned |= {reward_id: item.grant.earned_on for reward_id, item in owed.items() if reward_id not in earned}
    return sorted(earned, key=lambda reward_id: (earned[reward_id], reward_id))


def _grant_if_owed(book: Book, due: Due | None, state: RewardState | None) -> RewardState | None:
    """Earn what is due and not posted; a voided reward can be earned again, a slot once issued stays consumed."""
    if due is None or (state is not None and (state.last.entry_kind != "voided" or state.was_issued)):
        return state
    generation = 1 if state is None else state.earned.generation + 1
    return book.grant(due.grant, due.caused_by or f"event:{due.grant.event_id}", generation)


def _verdict_of_new(due: Due) -> Verdict:
    return Verdict(due.grant.reward_id, "due", due.approve)


def _reissue_if_approved(book: Book, state: RewardState, decisions: Sequence[Decision]) -> None:
    """A failed payment that a person approves again goes back and is earned anew, ready to be issued."""
    if state.state != "failed":
        return
    known_on = state.last.posted_as_of
    for decision in decisions:
        fresh = decision.decided_on >= known_on and decision.caused_by not in state.used_causes
        if decision.decision == "approve" and fresh:
            earned = state.earned
            book.post(state, "voided", decision.caused_by, decision.decided_on, "paid_again")
            book.grant(grant_of(earned), earned.caused_by, earned.generation + 1)
            book.post(state, "approved", decision.caused_by, decision.decided_on, decision.reason_code)
            return


def _judge(book: Book, posting: Posting, state: RewardState, verdict: Verdict) -> None:
    """Reverse what is no longer promised; what was paid and cannot be taken back is reported."""
    if not state.is_live:
        return
    if verdict.outcome == "displaced":
        if verdict.moved_to is not None and not state.was_issued:
            generation = state.earned.generation + 1
            _reverse(book, state, "voided", verdict)
            book.grant(verdict.moved_to, f"event:{verdict.moved_to.event_id}", generation)
        else:
            posting.findings.append(Finding(state.earned.reward_id, "displaced_kept", verdict.caused_by))
        return
    if verdict.outcome == "due":
        return
    if verdict.outcome == "waits":
        if state.is_paid:
            posting.findings.append(Finding(state.earned.reward_id, "paid_on_conflict", verdict.caused_by))
    elif not state.is_paid:
        _reverse(book, state, "voided", verdict)
    elif verdict.outcome == "reversed" and verdict.after_payment == "clawback":
        _reverse(book, state, "clawed_back", verdict)
    else:
        posting.findings.append(Finding(state.earned.reward_id, "paid_not_due", verdict.caused_by))


def _reverse(book: Book, state: RewardState, kind: str, verdict: Verdict) -> None:
    on = verdict.effective_on or state.last.effective_on
    book.post(state, kind, verdict.caused_by, on, verdict.reason_code)


def _decide(
    book: Book,
    posting: Posting,
    state: RewardState,
    verdict: Verdict,
    decisions: Sequence[Decision],
    as_of: date,
) -> None:
    """Decline or approve; nothing is approved before its release day ends or while a conflict stands."""
    decision = decisions[-1] if decisions else None
    if decision is not None and decision.decision == "decline":
        if state.state in ("pending", "approved"):
            book.post(state, "declined", decision.caused_by, decision.decided_on, decision.reason_code)
        elif state.is_paid:
            posting.findings.append(Finding(state.earned.reward_id, "declined_too_late", decision.caused_by))
        return
    if state.state != "pending" or verdict.outcome == "waits" or as_of < state.earned.release_on:
        return
    if verdict.approve == "auto":
        book.post(state, "approved", "release", state.earned.release_on)
    elif decision is not None and decision.caused_by not in state.used_causes:
        on = max(decision.decided_on, state.earned.release_on)
        book.post(state, "approved", decision.caused_by, on, decision.reason_code)


def _answer(book: Book, state: RewardState, answers: Sequence[Answer]) -> None:
    """Follow the answers to an issued reward in the order of their days; one that came too late changes nothing."""
    if not state.was_issued:
        return
    for answer in answers:
        if (
            state.was_issued_before
            and (answer.received_on or answer.reported_on) <= state.issued.posted_as_of
        ):
            continue  # it was there when the reward was paid again, and told of an earlier payment
        fits = answer.status in FOLLOWS.get(state.state, ()) and answer.status not in state.kinds
        if (
            fits
            and answer.caused_by not in state.used_causes
            and answer.reported_on >= state.last.effective_on
        ):
            book.post(state, answer.status, answer.caused_by, answer.reported_on, answer.reason_code)


def _by_reward(items: Sequence[Any], order: Callable[[Any], Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for item in sorted(items, key=order):
        grouped[item.reward_id].append(item)
    return grouped
