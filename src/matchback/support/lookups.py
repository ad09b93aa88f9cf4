"""The one way by which the support page finds a person: it answers, and logs who looked, whom up, and why.

Nothing is answered before the log holds it, and the log never holds the value: it holds the key that the value has in
this workspace, and the ids of the persons that the answer names. That nothing was found is logged as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from matchback.answers.explain import PERSON_KINDS, RECORD_KINDS, Explanation, Question, explain
from matchback.answers.explain_gather import persons_in
from matchback.answers.lookup import id_in, identifier_key, kind_of
from matchback.answers.query import current_version
from matchback.answers.reasons import REASON_CODE
from matchback.config import load_config
from matchback.errors import ConfigurationError, MatchbackError
from matchback.support.access_log import AccessLog
from matchback.workspace import Workspace

Data = dict[str, Any]
Result = TypeVar("Result")
REASONS = {
    "member_called": "The member called",
    "member_wrote": "The member wrote",
    "branch_asked": "A branch asked",
    "complaint": "A complaint",
    "approval": "A decision about a reward",
    "audit": "An audit",
}
ACTS = ("recognition", "grant")  # why a person is looked up where an act names one
MOST_LETTERS = 320  # an email address has no more
FEW_LETTERS = 5  # so much of what is looked for would tell it, in the number of a ticket
MOST_PERSONS = 200
MOST_SAFE = 3


@dataclass(frozen=True)
class Asked:
    """What somebody asks, and why. The value is never shown by repr, and goes no further than the answer."""

    kind: str
    value: str = field(repr=False)
    friend: str = field(repr=False, default="")
    reason: str = ""
    ticket: str = ""

    @property
    def question(self) -> Question:
        return Question(self.kind, self.value, self.friend)


@dataclass(frozen=True)
class SafeAnswer:
    """What may be read out to one advocate: who that is, and the words."""

    whom: str
    text: str


@dataclass(frozen=True)
class Found:
    """An answer for staff, and what of it may be read to the advocate; `number` is the entry in the log."""

    explanation: Explanation
    safe: tuple[SafeAnswer, ...]
    number: int


def look_up(workspace: Workspace, who: str, asked: Asked) -> Found:
    """Answer a question and log it; raise ConfigurationError if it is none or has no reason, and log that too."""

    def find() -> Explanation:
        _check_reason(asked)
        return _whole(workspace, asked.question)

    def named(found: Explanation) -> tuple[list[int], bool]:
        data = found.data
        persons = persons_in(data)
        return persons, bool(persons or data["journeys"] or data["left_out"] or data["refused"])

    explanation, number = _logged(workspace, who, asked, find, named)
    return Found(explanation, _safe_answers(workspace, asked.question, explanation.data), number)


def find_for_act(
    workspace: Workspace,
    who: str,
    asked: Asked,
    act: Callable[[], Result],
    persons: Callable[[Result], list[int]],
) -> Result:
    """Do what names a person by what was typed, and log it like any look-up; `persons` returns whom it led to."""

    def act_for_a_reason() -> Result:
        if asked.ticket and not _is_ticket(asked):
            raise ConfigurationError(
                "The reason is whom you name, or part of it; the journal must not hold that.",
                state="Nothing was journaled.",
            )
        return act()

    found, _ = _logged(workspace, who, asked, act_for_a_reason, lambda result: (persons(result), True))
    return found


def _logged(
    workspace: Workspace,
    who: str,
    asked: Asked,
    find: Callable[[], Result],
    named: Callable[[Result], tuple[list[int], bool]],
) -> tuple[Result, int]:
    """Return what was found and the number of the entry; `named` tells which persons it names and if it is anything."""
    log = AccessLog(workspace)
    why = asked.reason if asked.reason in (*REASONS, *ACTS) else ""
    ticket = asked.ticket if _is_ticket(asked) else ""
    body: Data = {"who": who, "asked": asked.kind, "keys": [], "persons": [], "why": why, "ticket": ticket}
    try:
        _check_value(asked)
        body["keys"] = _keys(workspace, asked)
        found = find()
    except MatchbackError:
        log.append("looked_up", **body, outcome="refused")
        raise
    except Exception:
        log.append("looked_up", **body, outcome="failed")
        raise
    persons, is_found = named(found)
    body["persons"], body["person_count"] = persons[:MOST_PERSONS], len(persons)
    return found, log.append("looked_up", **body, outcome="found" if is_found else "nothing")


def _whole(workspace: Workspace, question: Question) -> Explanation:
    """Return the answer from one version; once more, if another was switched in and the first one went meanwhile."""
    before = current_version(workspace).version_id
    try:
        return explain(workspace, question)
    except Exception:
        if current_version(workspace).version_id == before:
            raise
        return explain(workspace, question)


def _safe_answers(workspace: Workspace, question: Question, data: Data) -> tuple[SafeAnswer, ...]:
    """Return what may be told: to whom the question names as an advocate, else to those whom the answer recognizes."""
    found = []
    if question.kind in ("pair", "reward"):
        found.append(_safe("the advocate asked about", workspace, question))
    elif question.kind in PERSON_KINDS and any(row["friends"] or row["activity"] for row in data["persons"]):
        found.append(_safe("the person asked about, as an advocate", workspace, question))
    pairs = [] if question.kind == "pair" else _recognized_pairs(data)
    for advocate, friend in pairs[: MOST_SAFE - len(found)]:
        own = Question("pair", advocate, friend) if friend else Question("partner_user_id", advocate)
        found.append(_safe(f"member {advocate}, the advocate who was recognized", workspace, own))
    if not found and question.kind in PERSON_KINDS:
        found.append(_safe("the person asked about, as an advocate", workspace, question))
    return tuple(found)


def _recognized_pairs(data: Data) -> list[tuple[str, str]]:
    """Return the member ids of each recognized advocate of the answer and of the friend ('': has none)."""
    pairs: dict[tuple[str, str], None] = {}
    for journey in data["journeys"]:
        for program in journey["programs"]:
            for row in program["recognitions"]:
                advocates = data["members"].get(row["advocate_id"]) or []
                friends = data["members"].get(program["person_id"]) or [""]
                if advocates:
                    pairs[(advocates[0], friends[0])] = None
    return list(pairs)


def _safe(whom: str, workspace: Workspace, question: Question) -> SafeAnswer:
    try:
        return SafeAnswer(whom, explain(workspace, question, "advocate").text())
    except MatchbackError as error:
        return SafeAnswer(whom, error.what)


def _keys(workspace: Workspace, asked: Asked) -> list[int]:
    """Return the keys or ids of what is asked about; raise ConfigurationError if a value is none of its kind."""
    if asked.kind in ("reward", "event"):
        own = id_in(asked.value)
        if own is not None or asked.kind == "reward":
            return [] if own is None else [own]
    kinds = {**PERSON_KINDS, **RECORD_KINDS, "event": "partner_event_id"}
    named = (
        [(kind_of(asked.value), asked.value), (kind_of(asked.friend), asked.friend)]
        if asked.kind == "pair"
        else [(kinds[asked.kind], asked.value)]
    )
    config = load_config(workspace.config_path)
    return [identifier_key(workspace, config, kind, value) for kind, value in named]


def _check_reason(asked: Asked) -> None:
    problem = ""
    if not asked.reason and not asked.ticket:
        problem = "Say why you look: choose a reason, or type the number of the ticket."
    elif asked.reason and asked.reason not in REASONS:
        problem = "This reason is none of those that can be chosen."
    elif asked.ticket and not REASON_CODE.fullmatch(asked.ticket):
        problem = "The number of a ticket is up to 64 letters, digits and the signs _ and -."
    elif asked.ticket and not _is_ticket(asked):
        problem = "The number of the ticket is what you look for, or part of it; the log must not hold that."
    if problem:
        raise ConfigurationError(problem, state="Nothing was looked up.")


def _is_ticket(asked: Asked) -> bool:
    """Tell whether the number of a ticket is one, and not what is looked for, however that is written."""
    ticket = _bare(asked.ticket)
    sought = [_bare(text) for text in (asked.value, asked.friend) if text]
    is_sought = ticket in sought or any(
        len(short) >= FEW_LETTERS and short in long
        for text in sought
        for short, long in ((ticket, text), (text, ticket))
    )
    return bool(REASON_CODE.fullmatch(asked.ticket)) and not is_sought


def _bare(text: str) -> str:
    """Return the letters and digits of a text: a phone number and a name are written in many ways."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _check_value(asked: Asked) -> None:
    problem = ""
    if asked.kind not in (*PERSON_KINDS, *RECORD_KINDS, "reward", "event", "pair"):
        problem = "Choose what you look by."
    elif not asked.value or (asked.kind == "pair" and not asked.friend):
        problem = (
            "Type what you look for." if asked.kind != "pair" else "Type both: the advocate and the friend."
        )
    elif max(len(asked.value), len(asked.friend)) > MOST_LETTERS:
        problem = f"What was typed is longer than {MOST_LETTERS} letters; nothing is known by so long a name."
    elif "\0" in asked.value + asked.friend:
        problem = "What was typed holds a character that cannot be read."
    if problem:
        raise ConfigurationError(problem, state="Nothing was looked up.")
