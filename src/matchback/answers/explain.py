"""Explain: all that is known about one question, gathered from the published version and the vault's copy beside it.

It never opens the warehouse that a run may hold. What is gathered here is data; `explain_text` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matchback.answers.explain_advocate import answer_advocate
from matchback.answers.explain_ambiguous import ambiguous_identifiers
from matchback.answers.explain_gather import acts_about, left_out_events, persons_in
from matchback.answers.explain_proof import gather_proof
from matchback.answers.explain_refused import refused_records
from matchback.answers.explain_timeline import timelines
from matchback.answers.lookup import (
    UnknownEvent,
    find_event,
    hash_keys,
    id_in,
    identifier_key,
    kind_of,
    refuse_other_secret,
)
from matchback.answers.query import open_published
from matchback.config import Config, load_config
from matchback.errors import ConfigurationError, MatchbackError
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Data = dict[str, Any]
PERSON_KINDS = {"email": "email", "phone": "phone", "partner_user_id": "partner_user_id"}
RECORD_KINDS = {"account": "account_id", "order": "order_id", "coupon": "coupon_code"}
DECISION = ("program", "rule_id", "rule_version", "role", "event_id", "status")
KINDS = ("event", *PERSON_KINDS, *RECORD_KINDS, "reward")


@dataclass(frozen=True)
class Question:
    """What is asked about: one thing of a kind, or the pair of an advocate and a friend."""

    kind: str
    value: str
    friend: str = ""

    @classmethod
    def asked(cls, given: Mapping[str, str | None]) -> Question:
        """Return the question behind the options given; raise ConfigurationError unless it is exactly one."""
        named = {name: value for name, value in given.items() if value}
        if set(named) == {"advocate", "friend"}:
            return cls("pair", named["advocate"], named["friend"])
        if len(named) != 1 or not set(named) <= set(KINDS):
            options = ", ".join("--" + kind.replace("_", "-") for kind in KINDS)
            raise ConfigurationError(
                "explain answers one question at a time.",
                next_step=f"Give one of {options}, or --advocate together with --friend.",
            )
        ((kind, value),) = named.items()
        return cls(kind, value)


@dataclass(frozen=True)
class Explanation:
    """The answer: `data` for programs, `text()` for people. Neither holds an email or a phone number."""

    data: Data
    config: Config

    def text(self) -> str:
        """Return the answer in plain words."""
        from matchback.answers.explain_advocate import tell_advocate
        from matchback.answers.explain_text import tell

        return (
            tell_advocate(self.data) if self.data["audience"] == "advocate" else tell(self.data, self.config)
        )


def explain(
    workspace: Workspace, question: Question, audience: str = "staff", *, proof: bool = False
) -> Explanation:
    """Gather the answer to a question from the current version, for `staff` or for the `advocate`'s ears.

    With `proof`, the answer for staff also holds the rules, files and ledger links that an auditor checks it by.
    """
    config = load_config(workspace.config_path)
    with open_published(workspace, vault=True) as (version, warehouse):
        refuse_other_secret(warehouse, workspace, config)
        (standing,) = warehouse.rows("explain/version", {"version_id": version.version_id})
        search = Search(workspace, config, warehouse, standing["as_of"])
        if audience == "advocate":
            return Explanation(answer_advocate(search, question), config)
        data = search.answer(question)
        if proof:
            data["proof"] = gather_proof(warehouse, data)
    data["version"] = standing
    return Explanation(data, config)


@dataclass(frozen=True)
class Search:
    """One look into one version."""

    workspace: Workspace
    config: Config
    warehouse: Warehouse
    as_of: date

    def answer(self, question: Question) -> Data:
        data: Data = {
            "audience": "staff",
            "asked": question.kind,
            "persons": [],
            "journeys": [],
            "left_out": [],
            "coupon": None,
        }
        if question.kind == "pair":
            self._pair(question, data)
        elif question.kind in PERSON_KINDS:
            self._persons(data, self.people(PERSON_KINDS[question.kind], question.value))
            self._left_out_of(data, PERSON_KINDS[question.kind], question.value)
        elif question.kind in RECORD_KINDS:
            self._records(data, RECORD_KINDS[question.kind], question.value)
        elif question.kind == "reward":
            self._reward(data, question.value)
        else:
            self._event(data, question.value)
        data["left_out"] = left_out_events(self.warehouse, data["left_out"], self._reward_of)
        data["timelines"] = timelines(self.warehouse, data)
        data["feeds"] = self.warehouse.rows("explain/received_files")
        data["ambiguous"] = ambiguous_identifiers(self, question, data)
        data |= refused_records(self, question, data)
        data["acts"] = acts_about(self.warehouse, self.workspace, data)
        data["members"] = {person: self._members(person) for person in persons_in(data)}
        return data

    def _event(self, data: Data, text: str) -> None:
        try:
            event = find_event(self.warehouse, self.workspace, self.config, text)
        except UnknownEvent:
            return
        if event["journey_id"] is None:
            data["left_out"] = [event["event_id"]]
        else:
            data["journeys"] = [self.journey(event["journey_id"])]

    def _reward(self, data: Data, text: str) -> None:
        reward_id = id_in(text)
        rows = [] if reward_id is None else self._rewards(reward_id=reward_id)
        if not rows:
            raise MatchbackError(
                "No reward of this id is in the published version.",
                next_step="See them:  matchback rewards list",
            )
        journey = self.journey(rows[0]["journey_id"])
        if rows[0]["reward_id"] not in [reward["reward_id"] for reward in journey["rewards"]]:
            journey["rewards"].append(self._with_ledger(rows[0]))
        data["journeys"] = [journey]
        data["reward_id"] = rows[0]["reward_id"]
        found = self.warehouse.rows("explain/reward_left_out_events", {"reward_id": rows[0]["reward_id"]})
        data["left_out"] = [row["event_id"] for row in found]

    def _records(self, data: Data, kind: str, text: str) -> None:
        key = identifier_key(self.workspace, self.config, kind, text)
        carried = [
            row
            for row in self.warehouse.rows("explain/key_events", {"identifier_key": key})
            if row["column_name"] == kind
        ]
        journeys = dict.fromkeys(row["journey_id"] for row in carried if row["journey_id"] is not None)
        data["journeys"] = [self.journey(journey_id) for journey_id in journeys]
        data["left_out"] = [row["event_id"] for row in carried if row["journey_id"] is None]
        if kind == "coupon_code":
            coupons = self.warehouse.rows("explain/coupon", {"identifier_key": key})
            data["coupon"] = coupons[0] if coupons else None

    def people(self, kind: str, text: str) -> list[Data]:
        """Return whom an identifier means, `person_id` and `is_shared`: as it stands, else as a hash of it."""
        return next((people for people in self._people_by_key(kind, text) if people), [])

    def everybody(self, text: str) -> list[Data]:
        """Return whom an email or a member id may mean, as it stands and as every hash of it."""
        return [row for people in self._people_by_key(kind_of(text), text) for row in people]

    def _people_by_key(self, kind: str, text: str) -> Iterator[list[Data]]:
        for key in self.keys(kind, text):
            rows = self.warehouse.rows("explain/identifier_persons", {"identifier_key": key})
            yield [row for row in rows if row["person_id"] is not None]

    def keys(self, kind: str, text: str) -> Iterator[int]:
        """Yield the keys of an identifier: as it stands, then as every hash that feeds bring."""
        yield identifier_key(self.workspace, self.config, kind, text)
        yield from hash_keys(self.workspace, self.config, kind, text)

    def _persons(self, data: Data, people: list[Data]) -> None:
        is_shared = any(row["is_shared"] for row in people)
        for row in people:
            person_id = row["person_id"]
            known = self.warehouse.rows("explain/person", {"person_id": person_id})
            person: Data = known[0] if known else {"person_id": person_id}
            person["carries_with_others"] = bool(row["is_shared"])
            person["is_stand_in"] = is_shared and not row["is_shared"]
            parameters = {"person_id": person_id}
            person["activity"] = self.warehouse.rows("explain/advocate_activity", parameters)
            person["friends"] = self.warehouse.rows("explain/advocate_friends", parameters)
            rewards = self._rewards(beneficiary_id=person_id)
            person["rewards"] = [self._with_ledger(reward) for reward in rewards]
            data["persons"].append(person)
            known_journeys = [journey["journey_id"] for journey in data["journeys"]]
            for found in self.warehouse.rows("explain/person_journeys", parameters):
                if found["journey_id"] not in known_journeys:
                    data["journeys"].append(self.journey(found["journey_id"]))
            left_out = self.warehouse.rows("explain/person_left_out_events", parameters)
            data["left_out"] += [row["event_id"] for row in left_out]

    def _left_out_of(self, data: Data, kind: str, text: str) -> None:
        """Add the events that carry an identifier and count for nothing: they belong to no person."""
        for key in self.keys(kind, text):
            found = self.warehouse.rows("explain/key_left_out_events", {"identifier_key": key})
            data["left_out"] += [row["event_id"] for row in found]

    def _pair(self, question: Question, data: Data) -> None:
        advocates = self.people(kind_of(question.value), question.value)
        friends = self.people(kind_of(question.friend), question.friend)
        self._persons(data, friends)
        self._left_out_of(data, kind_of(question.friend), question.friend)
        data["advocates"] = [row["person_id"] for row in advocates]
        touches: list[Data] = []
        for advocate in advocates:
            for person_id in self._stand_ins(friends):
                parameters = {"advocate_id": advocate["person_id"], "person_id": person_id}
                touches += self.warehouse.rows("explain/pair_touches", parameters)
        data["touches"] = sorted(touches, key=lambda row: (row["touched_at"], row["touch"]))
        data["advocate_activity"] = [
            row
            for advocate in advocates
            for row in self.warehouse.rows("explain/advocate_activity", {"person_id": advocate["person_id"]})
        ]

    def _stand_ins(self, people: list[Data]) -> list[int]:
        """The persons, and the stand-ins of addresses that they share: what was sent there may mean them."""
        found = {row["person_id"]: None for row in people}
        for person_id in list(found):
            rows = self.warehouse.rows("explain/person_shared_with", {"person_id": person_id})
            found.update({row["person_id"]: None for row in rows})
        return list(found)

    def journey(self, journey_id: int) -> Data:
        """Return everything about one journey."""
        parameters = {"journey_id": journey_id}

        def rows(name: str) -> list[Data]:
            return self.warehouse.rows(f"explain/journey_{name}", parameters)

        programs = rows("programs")
        for name in ("recognitions", "quality", "candidates", "unrecognized", "named", "ineligible"):
            found = rows(name)
            for program in programs:
                program[name] = [row for row in found if row["program"] == program["program"]]
        decisions = [
            {**dict(zip(DECISION, key, strict=True)), "conditions": list(conditions)}
            for key, conditions in groupby(
                self.warehouse.rows("explain/journey_decisions", {**parameters, "as_of": self.as_of}),
                key=lambda row: tuple(row[name] for name in DECISION),
            )
        ]
        return {
            "journey_id": journey_id,
            "events": rows("events"),
            "owners": rows("owners"),
            "programs": programs,
            "decisions": decisions,
            "rewards": [self._with_ledger(reward) for reward in self._rewards(journey_id=journey_id)],
        }

    def _rewards(self, **of: int) -> list[Data]:
        """Return the rewards of one `reward_id`, `journey_id` or `beneficiary_id`."""
        nothing = dict.fromkeys(("reward_id", "journey_id", "beneficiary_id"))
        return self.warehouse.rows("explain/rewards_of", {**nothing, **of})

    def _reward_of(self, reward_id: int) -> list[Data]:
        return [self._with_ledger(reward) for reward in self._rewards(reward_id=reward_id)]

    def _with_ledger(self, reward: Data) -> Data:
        parameters = {"reward_id": reward["reward_id"]}
        reward["entries"] = self.warehouse.rows("explain/reward_ledger", parameters)
        reward["findings"] = self.warehouse.rows("explain/reward_findings", parameters)
        reward["payouts"] = self.warehouse.rows("explain/reward_payouts", parameters)
        return reward

    def _members(self, person_id: int) -> list[str]:
        rows = self.warehouse.rows("explain/person_members", {"person_id": person_id})
        return [row["partner_user_id"] for row in rows]
