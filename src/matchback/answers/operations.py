"""What an operator does by hand: checked against what is published, then journaled for the next run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.acts import record_act
from matchback.answers.decisions import decide_rewards as decide_rewards
from matchback.answers.lookup import find_event, identifier_key, refuse_other_secret
from matchback.answers.query import open_published
from matchback.answers.reasons import Outcome
from matchback.answers.reasons import check_reason as check_reason
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError

_NOT_COUNTING = {
    "conflict": "came in versions that contradict each other, and counts only once a correction record comes",
    "cancelled": "was cancelled by its sender, and counts no more",
}


def add_recognition(
    context: RunContext, event: str, program: str | None, advocate: str, reason: str
) -> Outcome:
    """Journal that `advocate` (a member id or email) is to be recognized for an event; return words and data."""
    check_reason(reason)
    config = context.config
    if program is not None and program not in [known.id for known in config.programs]:
        names = ", ".join(known.id for known in config.programs)
        raise ConfigurationError(f"There is no program {program}.", next_step=f"The programs are: {names}.")
    kind = "email" if "@" in advocate else "partner_user_id"
    key = identifier_key(context.workspace, config, kind, advocate)
    with open_published(context.workspace, vault=True) as (_, warehouse):
        refuse_other_secret(warehouse, context.workspace, config)
        found = find_event(warehouse, context.workspace, config, event)
        persons = warehouse.rows("explain/identifier_persons", {"identifier_key": key})
        journey = {"journey_id": found["journey_id"]}
        is_counted = found["journey_id"] is not None
        programs = warehouse.rows("explain/journey_programs", journey) if is_counted else []
        owners = warehouse.rows("explain/journey_owners", journey) if is_counted else []
    if found["status"] in _NOT_COUNTING:
        raise MatchbackError(
            f"This event {_NOT_COUNTING[found['status']]}. Nothing was journaled.",
            next_step=f"See it:  matchback explain --event {found['event_id']}",
        )
    advocate_id = _one_person(persons)
    program = _judging_program(program, [row["program"] for row in programs])
    if any(row["program"] == program and row["person_id"] == advocate_id for row in programs):
        raise MatchbackError(
            "This advocate is the friend of that event: nobody is recognized for themselves."
        )
    if any(row["person_id"] == advocate_id for row in owners):
        raise MatchbackError(
            "This advocate is an owner of the same account, or cannot be told from one: nobody is recognized for "
            "themselves. Nothing was journaled.",
            next_step=f"See the account's events:  matchback explain --event {found['event_id']}",
        )
    number = record_act(
        context,
        "recognition_added",
        subject_id=found["event_id"],
        reason_code=reason,
        event_id=found["event_id"],
        program=program,
        advocate_id=advocate_id,
    )
    words = f"Journaled as entry {number}: event {found['event_id']} in {program}. It counts from {context.as_of}."
    return f"{words}\nThe next run applies it:  matchback run", {
        "journal_number": number,
        "event_id": found["event_id"],
        "program": program,
        "advocate_id": advocate_id,
    }


def _one_person(rows: Sequence[Mapping[str, Any]]) -> int:
    persons = [row["person_id"] for row in rows if row["person_id"] is not None]
    if not persons:
        raise MatchbackError(
            "Nobody is known by this advocate's identifier, so nothing was journaled.",
            next_step="Check it, or load the advocate's record first.",
        )
    if len(persons) > 1:
        raise MatchbackError(
            "Several persons share this identifier, so nothing was journaled.",
            next_step="Name the advocate by member id.",
        )
    return int(persons[0])


def _judging_program(program: str | None, judging: Sequence[str]) -> str:
    if program is None and len(judging) == 1:
        return judging[0]
    if program is None or program not in judging:
        names = ", ".join(judging) or "no program"
        raise MatchbackError(
            f"{'Program ' + program + ' does not judge this event' if program else 'No program was named'}: "
            f"{names} judge{'s' if len(judging) < 2 else ''} it. Nothing was journaled.",
            next_step="Name one of them with --program." if judging else "",
        )
    return program
