"""The entries of the reward ledger: what one holds, what may follow what, and the chain that binds them.

Append-only: a `Book` adds entries behind the last one and never touches what is there. A reversal names one entry and
negates it exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

GENESIS = "0" * 64
GRANT = "earned"
MANUAL = "manual"  # stands for rule and version where an operator granted a reward by hand
REVERSALS = ("declined", "voided", "clawed_back", "expired")
FOLLOWS: dict[str, tuple[str, ...]] = {
    "pending": ("approved", "declined", "voided"),
    "approved": ("issued", "declined", "voided"),
    "issued": ("fulfilled", "failed", "redeemed", "expired", "clawed_back"),
    "fulfilled": ("failed", "redeemed", "expired", "clawed_back"),
    "failed": ("fulfilled", "redeemed", "voided"),
    "redeemed": ("clawed_back",),
}
LATER = ("slot_journey_id", "slot_ordinal")
EntryKey = Callable[[int, int, str], int]


@dataclass(frozen=True)
class Grant:
    """What one reward is: whom it goes to, for what, by which version of the terms, and how much."""

    reward_id: int
    rule_id: str
    rule_version: str
    program: str
    role: str
    beneficiary_id: int | None
    friend_id: int | None
    journey_id: int | None  # with the event, None where an operator names none
    event_id: int | None
    root_event_id: int | None
    reward_kind: str
    amount_minor: int
    currency: str
    earned_on: date
    release_on: date
    slot_journey_id: int | None = field(default=None, kw_only=True)  # with the ordinal, where a rule counts
    slot_ordinal: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Entry(Grant):
    """One line of the ledger, on a reward; `chain_hash` covers it and everything before it."""

    entry_id: int
    sequence: int
    generation: int
    entry_kind: str
    effective_on: date
    posted_as_of: date
    caused_by: str
    reverses_entry_id: int | None
    reason_code: str | None
    chain_hash: str = ""


@dataclass
class RewardState:
    """A reward as its entries left it."""

    earned: Entry
    last: Entry
    kinds: dict[str, Entry] = field(default_factory=dict)
    used_causes: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        """The state's name, as in the table `rewards`."""
        return "pending" if self.last.entry_kind == GRANT else self.last.entry_kind

    @property
    def is_live(self) -> bool:
        """Granted and not reversed."""
        return self.last.entry_kind not in REVERSALS

    @property
    def was_issued(self) -> bool:
        """Sent out for payment in this generation."""
        return "issued" in self.kinds

    @property
    def issued(self) -> Entry:
        """The entry that sent it out in this generation."""
        return self.kinds["issued"]

    @property
    def was_issued_before(self) -> bool:
        """Sent out in an earlier generation too: it is paid again after a failure."""
        return sum(cause.startswith("payout:") for cause in self.used_causes) > 1

    @property
    def is_paid(self) -> bool:
        """Sent out, and not reported as failed."""
        return self.was_issued and self.state != "failed"

    def take(self, entry: Entry) -> None:
        """Follow one more entry of this reward."""
        if entry.entry_kind == GRANT:
            self.earned, self.kinds = entry, {}
        self.last = entry
        self.kinds[entry.entry_kind] = entry
        self.used_causes.add(entry.caused_by)


def fold(entries: Iterable[Entry]) -> dict[int, RewardState]:
    """Return the state of every reward from the ledger's entries in sequence."""
    states: dict[int, RewardState] = {}
    for entry in entries:
        state = states.get(entry.reward_id)
        if state is None:
            states[entry.reward_id] = state = RewardState(entry, entry)
        state.take(entry)
    return states


@dataclass(frozen=True)
class Head:
    """The end of a ledger: its last number and hash, and the latest day of which anything was posted."""

    sequence: int = 0
    chain_hash: str = GENESIS
    posted_as_of: date = date.min

    @classmethod
    def of(cls, entries: Sequence[Entry], before: Head | None = None) -> Head:
        """Return the head after entries in sequence that follow a former one."""
        head = before or cls()
        if not entries:
            return head
        latest = max(head.posted_as_of, *(entry.posted_as_of for entry in entries))
        return cls(entries[-1].sequence, entries[-1].chain_hash, latest)


class Book:
    """The ledger while entries are added to it: gives each the next number, its id and its link in the chain.

    `entries` are all of the rewards that may move; `head` is the whole ledger's.
    """

    def __init__(self, entries: Sequence[Entry], head: Head, as_of: date, entry_key: EntryKey) -> None:
        self.states = fold(entries)
        self.new: list[Entry] = []
        self._as_of = as_of
        self._entry_key = entry_key
        self._sequence = head.sequence
        self._head = head.chain_hash

    def grant(self, grant: Grant, caused_by: str, generation: int) -> RewardState:
        """Post an `earned` entry: the only kind that adds to what is owed."""
        entry = self._link(
            Entry(
                entry_id=self._entry_key(grant.reward_id, generation, GRANT),
                sequence=0,
                generation=generation,
                entry_kind=GRANT,
                effective_on=grant.earned_on,
                posted_as_of=self._as_of,
                caused_by=caused_by,
                reverses_entry_id=None,
                reason_code=None,
                **{item.name: getattr(grant, item.name) for item in fields(Grant)},
            )
        )
        state = self.states.setdefault(grant.reward_id, RewardState(entry, entry))
        state.take(entry)
        return state

    def post(
        self, state: RewardState, kind: str, caused_by: str, effective_on: date, reason: str | None = None
    ) -> None:
        """Post the next entry of a reward; a reversal negates the earned entry exactly."""
        assert kind in FOLLOWS[state.state], f"{kind} cannot follow {state.state}"
        reversal = kind in REVERSALS
        entry = self._link(
            replace(
                state.earned,
                entry_id=self._entry_key(state.earned.reward_id, state.earned.generation, kind),
                entry_kind=kind,
                amount_minor=-state.earned.amount_minor if reversal else 0,
                effective_on=max(effective_on, state.earned.effective_on),
                posted_as_of=self._as_of,
                caused_by=caused_by,
                reverses_entry_id=state.earned.entry_id if reversal else None,
                reason_code=reason,
            )
        )
        state.take(entry)

    def _link(self, entry: Entry) -> Entry:
        self._sequence += 1
        numbered = replace(entry, sequence=self._sequence)
        self._head = chain_hash(self._head, numbered)
        linked = replace(numbered, chain_hash=self._head)
        self.new.append(linked)
        return linked


def chain_hash(previous: str, entry: Entry) -> str:
    """Return the SHA-256 over the previous hash and the entry's canonical JSON."""
    return hashlib.sha256(f"{previous}\n{canonical_entry(entry)}".encode()).hexdigest()


def canonical_entry(entry: Entry) -> str:
    """Return an entry as the JSON that its hash covers: all but the hash, sorted by name, without blanks.

    What entries got later is left out where it says nothing: the hashes of former entries stay.
    """
    content: dict[str, Any] = {
        name: value
        for name, value in vars(entry).items()
        if name != "chain_hash" and (value is not None or name not in LATER)
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=date.isoformat)


def broken_link(entries: Sequence[Entry]) -> int | None:
    """Return the sequence of the first entry whose number or hash does not hold; None when the chain is whole."""
    head = GENESIS
    for expected, entry in enumerate(entries, start=1):
        if entry.sequence != expected or entry.chain_hash != chain_hash(head, entry):
            return expected
        head = entry.chain_hash
    return None


def grant_of(entry: Entry) -> Grant:
    """Return what an entry's reward is."""
    return Grant(**{item.name: getattr(entry, item.name) for item in fields(Grant)})
