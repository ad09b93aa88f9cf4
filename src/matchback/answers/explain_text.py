"""Explain in plain words: what arrived, who was recognized and why, why others lost, what is owed, what is missing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from matchback.answers.explain_ambiguous import tell_ambiguous
from matchback.answers.explain_candidates import Judged, tell_candidates
from matchback.answers.explain_ineligible import tell_ineligible
from matchback.answers.explain_left_out import tell_acts, tell_left_out
from matchback.answers.explain_nothing import nothing_arrived
from matchback.answers.explain_refused_words import tell_refused
from matchback.answers.explain_short import in_short, measures
from matchback.answers.explain_timeline import tell_timeline
from matchback.answers.explain_times import local_time
from matchback.answers.explain_words import (
    BASIS,
    DECISION,
    OUTCOMES,
    SO_FAR,
    UNRECOGNIZED,
    describe_condition,
    describe_ground,
    describe_ineligible,
    describe_reasons,
    describe_unknown,
    fails_so_far,
)
from matchback.answers.printing import count, money
from matchback.answers.quality_words import quality_lines
from matchback.config import Config
from matchback.publishing.findings import finding_words

Data = dict[str, Any]


def tell(data: Data, config: Config) -> str:
    """Return the whole answer."""
    return "\n".join(Teller(data, config).lines())


class Teller:
    """Puts one answer into lines."""

    def __init__(self, data: Data, config: Config) -> None:
        self.data = data
        self.config = config
        self.labels = {event.name: event.label or event.name for event in config.events}

    def lines(self) -> list[str]:
        version = self.data["version"]
        parts = [[f"As of {version['as_of']}, in published version {version['version_id']}:"]]
        parts.append(in_short(self.data, self.config, self.name))
        parts.append(tell_refused(self.data, self.config))
        parts.append(tell_ambiguous(self.data["ambiguous"]))
        is_judged = any(journey["programs"] for journey in self.data["journeys"])
        if self.data["left_out"] and not is_judged:
            parts.append(self._left_out())
        parts += [self._person(person) for person in self.data["persons"]]
        if self.data["coupon"]:
            parts.append(self._coupon(self.data["coupon"]))
        if "touches" in self.data:
            parts.append(self._pair())
        parts += [tell_timeline(row, self.config, self.name) for row in self.data["timelines"]]
        parts += [self._journey(journey) for journey in self.data["journeys"]]
        if self.data["left_out"] and is_judged:
            parts.append(self._left_out())
        parts.append(tell_acts(self.data["acts"], self.name))
        if not self.data["journeys"] and not self.data["left_out"]:
            parts.append(nothing_arrived(self.data, self.config))
        return [line for part in parts for line in ([*part, ""] if part else [])][:-1]

    # --- who ---------------------------------------------------------------------------------------------------

    def name(self, person_id: int | None) -> str:
        """Return how a person is called: by member id where there is one."""
        if person_id is None:
            return "nobody known"
        members = self.data["members"].get(person_id) or []
        return f"member {' = '.join(members)} (person {person_id})" if members else f"person {person_id}"

    def _person(self, person: Data) -> list[str]:
        lines = [f"{self.name(person['person_id'])[0].upper()}{self.name(person['person_id'])[1:]}"]
        if person["carries_with_others"]:
            lines.append("  shares this identifier with others, so it links nobody; each of them is shown")
        if person["is_stand_in"]:
            lines.append("  stands for the shared identifier itself, where a record carries nothing else")
        facts = []
        if person.get("first_seen_on"):
            facts.append(f"first seen {person['first_seen_on']}")
        if person.get("customer_since_on"):
            facts.append(f"customer since {person['customer_since_on']}")
        if person.get("is_employee"):
            facts.append("employee")
        if facts:
            lines.append("  " + ", ".join(facts))
        for row in person["activity"]:
            reach = f"{count(row['click_count'], 'click')}, {count(row['recipient_count'], 'recipient')}"
            lines.append(
                f"  as an advocate{_in(row['program'])}: {count(row['share_count'], 'share')} from {row['first_on']}"
                f" to {row['last_on']}, {reach}"
            )
        for row in person["friends"]:
            verdict = (
                "eligible"
                if row["eligible"]
                else describe_ineligible(self.config, row["program"], row["ineligible_reason"])
            )
            lines.append(
                f"  recognized{_in(row['program'])} for {self.name(row['person_id'])}, {row['root_on']}, "
                f"{row['label']}: {verdict}"
            )
        shown = {reward["reward_id"] for journey in self.data["journeys"] for reward in journey["rewards"]}
        for reward in person["rewards"]:
            if reward["reward_id"] not in shown:
                lines.append(f"  {self._reward_head(reward)}")
        return lines

    def _coupon(self, coupon: Data) -> list[str]:
        purpose = {
            "friend_offer": f"an offer to friends from {self.name(coupon['advocate_id'])}",
            "advocate_reward": f"a reward of {self.name(coupon['advocate_id'])}, not an offer to friends",
            "public": "public: it is nobody's",
        }.get(coupon["purpose"], coupon["purpose"])
        line = f"The coupon is {purpose}{_in(coupon['program'])}, issued {coupon['issued_on']}"
        if coupon["valid_until"]:
            line += f", valid until {coupon['valid_until']}"
        if coupon["revoked_on"]:
            line += f", revoked {coupon['revoked_on']}"
        return [f"{line} (file {coupon['file_id'][:8]}, record {coupon['record_number']})."]

    def _pair(self) -> list[str]:
        advocates = " and ".join(self.name(person) for person in self.data["advocates"])
        if not advocates:
            return ["Nobody is known by the advocate's identifier."]
        lines = [f"Between {advocates} as the advocate and this friend:"]
        for touch in self.data["touches"]:
            lines.append(
                f"  {self.at(touch['touched_at'])}  {touch['touch']}{_in(touch['program'])}{_record(touch)}"
            )
        if not self.data["touches"]:
            shared = sum(row["share_count"] for row in self.data["advocate_activity"])
            lines.append(
                f"  no click of the friend on a link of theirs, and no share sent to the friend; "
                f"the advocate made {count(shared, 'share')} in all"
            )
        return lines

    # --- one journey -------------------------------------------------------------------------------------------

    def _journey(self, journey: Data) -> list[str]:
        if journey["journey_id"] is None:  # an operator granted something by hand, for no event
            return ["No journey", *(line for reward in journey["rewards"] for line in self._reward(reward))]
        lines = [f"Journey {journey['journey_id']}"]
        for program in journey["programs"]:
            lines += self._program(journey, program)
        if not journey["programs"] and not journey["events"]:
            lines.append("  Nothing of it counts now: its events are left out, as said above.")
        elif not journey["programs"]:
            judged = sorted({name for program in self.config.programs for name in program.events})
            lines.append(f"  No program judges these events; programs judge {', '.join(judged)}.")
        for decision in journey["decisions"]:
            alike = [(row["rule_id"], row["role"]) for row in journey["decisions"]]
            several = alike.count((decision["rule_id"], decision["role"])) > 1
            lines += self._decision(decision, names_event=several)
        for reward in journey["rewards"]:
            lines += self._reward(reward)
        return lines

    def judged(self, journey: Data, program: Data) -> Judged:
        """Return what else decided about the candidates of a journey in a program."""
        groups = {row.id: row.exclusive_group for row in self.config.programs}
        group = groups.get(program["program"])
        keeping = [
            row["program"]
            for row in journey["programs"]
            if row["recognitions"] and group and groups.get(row["program"]) == group
        ]
        return Judged(
            program["person_id"],
            frozenset(row["person_id"] for row in journey["owners"] if row["is_owner"]),
            next((name for name in keeping if name != program["program"]), None),
        )

    def _program(self, journey: Data, program: Data) -> list[str]:
        lines = [f"  Program {program['program']}: friend is {self.name(program['person_id'])}"]
        for found in program["recognitions"]:
            how = describe_ground(found["recognition_type"], found["on_event"])
            lines.append(
                f"    Recognized: {self.name(found['advocate_id'])}, {found['label']}: the friend {how}, "
                f"{self.at(found['evidence_at'])}{BASIS.get(found['basis'], '')}{_via(found)}"
            )
            if found["eligible"]:
                lines.append("    Eligible: yes")
            else:
                why = describe_ineligible(self.config, program["program"], found["ineligible_reason"])
                lines.append(f"    Not eligible: {why}")
                lines += [f"      {line}" for line in tell_ineligible(program["ineligible"], self.name)]
            lines += [f"    {line}" for line in quality_lines(program["quality"])]
        for missing in program["unrecognized"]:
            lines.append(f"    Nobody recognized: {describe_reasons(missing['reason_code'], UNRECOGNIZED)}")
        for words in describe_unknown(self.config, program):
            lines.append(f"    {words[0].upper()}{words[1:]}")
        lines += tell_candidates(program["candidates"], self.name, self.at, self.judged(journey, program))
        return lines

    # --- rewards -----------------------------------------------------------------------------------------------

    def _decision(self, decision: Data, *, names_event: bool) -> list[str]:
        status = SO_FAR if fails_so_far(decision) else DECISION.get(decision["status"], decision["status"])
        event = (
            f" on event {decision['event_id']}" if names_event and decision["event_id"] is not None else ""
        )
        lines = [f"  Reward rule {decision['rule_id']} for the {decision['role']}{event} {status}"]
        over = decision["status"] in ("failed", "expired")
        for row in decision["conditions"]:
            if over and row["reason_code"] == "not_judged":
                continue
            words = describe_condition(self.config, decision["rule_id"], row["condition"])
            details = measures(row, is_described=words != row["condition"])
            tail = f": {', '.join(details)}" if details else ""
            lines.append(f"    {OUTCOMES.get(row['outcome'], row['outcome'])}  {words}{tail}")
        return lines

    def _reward_head(self, reward: Data) -> str:
        amount = money(reward["amount_minor"], reward["currency"])
        return (
            f"Reward {reward['reward_id']}: {amount} {reward['kind'].replace('_', ' ')} for the {reward['role']} "
            f"by rule {reward['rule_id']}: {reward['state'].replace('_', ' ')}, earned {reward['earned_on']}, "
            f"release {reward['release_on']}"
        )

    def _reward(self, reward: Data) -> list[str]:
        lines = [f"  {self._reward_head(reward)}", f"    goes to {self.name(reward['beneficiary_id'])}"]
        for entry in reward["entries"]:
            amount = f"  {money(entry['amount_minor'], entry['currency'])}" if entry["amount_minor"] else ""
            reason = f"  ({entry['reason_code']})" if entry["reason_code"] else ""
            lines.append(
                f"    {entry['effective_on']}  {entry['entry_kind'].replace('_', ' ')}{amount}{reason}"
            )
        for finding in reward["findings"]:
            name, meaning = finding_words(finding["finding"])
            lines.append(f"    to look at: {name}. {meaning} ({finding['finding']})")
        for payout in reward["payouts"]:
            lines.append(
                f"    in payout file {payout['payout_number']}, issued {payout['issued_on']}: {payout['status']}"
            )
        return lines

    def _left_out(self) -> list[str]:
        return tell_left_out(self.data["left_out"], self.config, self.name, self._reward)

    def at(self, moment: datetime | None, beside: datetime | None = None) -> str:
        """Return a time in the program's zone, told apart from the one beside it."""
        return local_time(moment, self.config.zone, beside)


def _record(row: Data) -> str:
    return f"  [{row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}]"


def _via(found: Data) -> str:
    """The record of the event that founded the relationship, if one recognizes."""
    if found["basis"] != "relationship" or not found["via_file_id"]:
        return ""
    where = f"file {found['via_file_id'][:8]} record {found['via_record_number']}"
    return f" on {found['via_on']}  [event {found['via_event_id']}, {where}]"


def _in(program: str | date | None) -> str:
    return f" in {program}" if program else ""
