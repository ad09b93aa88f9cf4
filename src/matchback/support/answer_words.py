"""The answer as the page shows it: the data of `explain`, put into words part by part; a template only lays it out."""

from __future__ import annotations

from typing import Any

from matchback.answers.explain import Explanation
from matchback.answers.explain_ambiguous import tell_ambiguous
from matchback.answers.explain_candidates import evidence, outcome
from matchback.answers.explain_ineligible import tell_ineligible
from matchback.answers.explain_left_out import ACTS, WHY
from matchback.answers.explain_nothing import ASKED
from matchback.answers.explain_short import in_short
from matchback.answers.explain_text import Teller
from matchback.answers.explain_timeline import happening, rests_on, when
from matchback.answers.explain_words import (
    BASIS,
    INELIGIBLE,
    UNRECOGNIZED,
    describe_ground,
    describe_ineligible,
    describe_reasons,
    describe_unknown,
)
from matchback.answers.printing import count
from matchback.answers.quality_words import quality_lines
from matchback.support.answer_nothing import came_and_refused, nothing_came
from matchback.support.answer_rewards import decision_words, reward_words

Data = dict[str, Any]
MOST_LINES = 200


class PageTeller(Teller):
    """Calls a person by member id alone where there is one: the page is for people who know members, not keys."""

    def name(self, person_id: int | None) -> str:
        if person_id is None:
            return "nobody known"
        members = self.data["members"].get(person_id) or []
        return f"member {' = '.join(members)}" if members else f"person {person_id}"


def answer_words(explanation: Explanation) -> Data:
    """Return everything that the page of an answer shows, as words and lists of words."""
    data, config = explanation.data, explanation.config
    teller = PageTeller(data, config)
    shown = {reward["reward_id"] for journey in data["journeys"] for reward in journey["rewards"]}
    codes = ",".join((*UNRECOGNIZED, *INELIGIBLE))
    nothing = not data["journeys"] and not data["left_out"]
    return {
        "as_of": data["version"]["as_of"],
        "version_id": data["version"]["version_id"],
        "asked": "this advocate and friend" if data["asked"] == "pair" else ASKED[data["asked"]],
        "short": [_without_codes(line.strip(), codes) for line in in_short(data, config, teller.name)[1:]],
        "nothing": nothing_came(data, config) if nothing else None,
        "refused": came_and_refused(data, config),
        "ambiguous": tell_ambiguous(data["ambiguous"]),
        "persons": [_person(person, teller, shown) for person in data["persons"]],
        "coupon": _coupon(data["coupon"], teller),
        "touches": _touches(data, teller),
        "timelines": [_timeline(row, teller) for row in data["timelines"]],
        "referrals": [_referral(journey, teller) for journey in data["journeys"]],
        "left_out": [_left_out(event, teller) for event in data["left_out"]],
        "acts": [_act(act, teller) for act in data["acts"]],
    }


# --- who -------------------------------------------------------------------------------------------------------


def _person(person: Data, teller: Teller, shown: set[int]) -> Data:
    notes = []
    if person["carries_with_others"]:
        notes.append("Shares what was typed with others: each of them is shown.")
    if person["is_stand_in"]:
        notes.append("Stands for the shared address itself, where a record carries nothing else.")
    for key, words in (("first_seen_on", "First seen"), ("customer_since_on", "Customer since")):
        if person.get(key):
            notes.append(f"{words} {person[key]}.")
    if person.get("is_employee"):
        notes.append("Is an employee.")
    for row in person["activity"]:
        notes.append(
            f"As an advocate{_in(row['program'])}: {count(row['share_count'], 'share')} from {row['first_on']} to "
            f"{row['last_on']}, {count(row['click_count'], 'click')}, {count(row['recipient_count'], 'recipient')}."
        )
    friends = [
        {
            "name": teller.name(row["person_id"]),
            "member": _member(row["person_id"], teller),
            "on": row["root_on"],
            "how": row["label"],
            "program": row["program"],
            "eligible": bool(row["eligible"]),
            "why_not": ""
            if row["eligible"]
            else _without_codes(
                describe_ineligible(teller.config, row["program"], row["ineligible_reason"]),
                row["ineligible_reason"],
            ),
        }
        for row in person["friends"][:MOST_LINES]
    ]
    rewards = [reward_words(row, teller) for row in person["rewards"] if row["reward_id"] not in shown]
    name = teller.name(person["person_id"])
    member = _member(person["person_id"], teller)
    return {
        "more_friends": max(0, len(person["friends"]) - MOST_LINES),
        "name": name[0].upper() + name[1:],
        "member": member,
        "notes": notes,
        "friends": friends,
        "rewards": rewards,
    }


def _member(person_id: int, teller: Teller) -> str:
    """Return a member id of a person, by which the person can be looked up; empty if none is known."""
    members = teller.data["members"].get(person_id) or [""]
    return str(members[0])


def _coupon(coupon: Data | None, teller: Teller) -> str:
    if not coupon:
        return ""
    whose = teller.name(coupon["advocate_id"])
    purpose = {
        "friend_offer": f"an offer to friends from {whose}",
        "advocate_reward": f"a reward of {whose}, not an offer to friends",
        "public": "public: it is nobody's",
    }.get(coupon["purpose"], str(coupon["purpose"]))
    words = f"The coupon is {purpose}{_in(coupon['program'])}, issued {coupon['issued_on']}"
    words += f", valid until {coupon['valid_until']}" if coupon["valid_until"] else ""
    words += f", revoked {coupon['revoked_on']}" if coupon["revoked_on"] else ""
    return f"{words}."


def _touches(data: Data, teller: Teller) -> Data | None:
    """Return what passed between the two of a pair; None if no pair was asked about."""
    if "touches" not in data:
        return None
    shared = sum(row["share_count"] for row in data["advocate_activity"])
    return {
        "advocates": " and ".join(teller.name(person) for person in data["advocates"]),
        "rows": [
            {
                "when": teller.at(row["touched_at"]),
                "what": f"{row['touch']}{_in(row['program'])}",
                "rests_on": _record(row),
            }
            for row in data["touches"]
        ],
        "shared": count(shared, "share"),
    }


def _timeline(timeline: Data, teller: Teller) -> Data:
    rows = timeline["rows"]
    return {
        "whose": " and ".join(teller.name(person) for person in timeline["person_ids"])
        or "a friend whom no record names",
        "rows": [
            {
                "when": when(row, teller.config).strip(),
                "kind": row["what"],
                "what": _sentence(happening(row, teller.config, teller.name)),
                "is_test": row.get("container") == "test",
                "rests_on": rests_on(row).strip(" []"),
            }
            for row in rows[:MOST_LINES]
        ],
        "more": max(0, len(rows) - MOST_LINES),
    }


# --- one referral ------------------------------------------------------------------------------------------------


def _referral(journey: Data, teller: Teller) -> Data:
    rewarded = {(row["rule_id"], row["role"]): row for row in journey["rewards"]}
    return {
        "title": _title(journey, teller),
        "programs": [_program(journey, program, teller) for program in journey["programs"]],
        "decisions": [
            decision_words(decision, teller, rewarded.get((decision["rule_id"], decision["role"])))
            for decision in journey["decisions"]
        ],
        "rewards": [reward_words(row, teller) for row in journey["rewards"]],
        "unjudged": not journey["programs"] and bool(journey["events"]),
    }


def _title(journey: Data, teller: Teller) -> str:
    roots = [(row["root_on"], row["root_event_name"]) for row in journey["programs"]]
    roots += [(row["occurred_on"], row["event_name"]) for row in journey["events"]]
    if not roots:
        return "Without an event"
    on, name = roots[0]
    return f"{teller.labels.get(name, name)} on {on}"


def _program(journey: Data, program: Data, teller: Teller) -> Data:
    judged = teller.judged(journey, program)
    recognized = []
    for row in program["recognitions"]:
        why = describe_ineligible(teller.config, program["program"], row["ineligible_reason"])
        recognized.append(
            {
                "advocate": teller.name(row["advocate_id"]),
                "how": f"the friend {describe_ground(row['recognition_type'], row['on_event'])}"
                f"{BASIS.get(row['basis'], '')}",
                "label": row["label"],
                "when": teller.at(row["evidence_at"]),
                "eligible": bool(row["eligible"]),
                "why_not": "" if row["eligible"] else _without_codes(why, row["ineligible_reason"]),
                "details": [] if row["eligible"] else tell_ineligible(program["ineligible"], teller.name),
            }
        )
    missing = [
        _without_codes(describe_reasons(row["reason_code"], UNRECOGNIZED), row["reason_code"])
        for row in program["unrecognized"]
    ] + describe_unknown(teller.config, program)
    candidates = [
        {
            "advocate": teller.name(row["advocate_id"])
            if row["advocate_id"]
            else "no advocate: a public coupon",
            "how": _sentence(describe_ground(row["recognition_type"], row["on_event"])),
            "when": teller.at(row["evidence_at"]),
            "won": row["outcome"] == "won",
            "why": _sentence(_without_codes(outcome(row, teller.at, judged), row["reason_code"])),
            "rests_on": evidence(row).strip(" []"),
        }
        for row in program["candidates"]
    ]
    return {
        "program": program["program"],
        "friend": teller.name(program["person_id"]),
        "recognized": recognized,
        "missing": [_sentence(words) for words in missing],
        "quality": [line.strip() for line in quality_lines(program["quality"])],
        "candidates": candidates,
        "lost": sum(not row["won"] for row in candidates),
    }


def _left_out(event: Data, teller: Teller) -> Data:
    return {
        "on": event["occurred_on"],
        "what": teller.labels.get(event["event_name"], event["event_name"]),
        "why": _sentence(WHY.get(event["status"], event["status"])),
        "rests_on": _record(event),
        "versions": [_record(row) for row in event["versions"]],
        "rewards": [reward_words(row, teller) for row in event["rewards"]],
    }


def _act(act: Data, teller: Teller) -> Data:
    whom = f": {teller.name(act['advocate_id'])}" if act["advocate_id"] else ""
    return {
        "on": act["acted_on"],
        "what": f"Somebody {ACTS[act['act']]}{whom}",
        "reason": act["reason_code"],
        "entry": act["journal_number"],
        "is_applied": act["is_applied"],
    }


def _record(row: Data) -> str:
    return f"{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}"


def _in(program: str | None) -> str:
    return f" in {program}" if program else ""


def _without_codes(words: str, codes: str | None) -> str:
    """Return words without the codes of reasons in brackets: they are for those who know the tables."""
    for code in (codes or "").split(","):
        words = words.replace(f" ({code.strip()})", "")
    return words


def _sentence(words: str | None) -> str:
    words = words or ""
    return words[:1].upper() + words[1:]
