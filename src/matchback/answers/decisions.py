"""Approvals, declines and retries of rewards, one by one or by file: checked, then journaled for the next run.

A decision that is journaled already is not journaled again, so a command or a file may be repeated after a failure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchback.acts import acting_operator, deciding, own_grants, record_act
from matchback.answers.printing import count
from matchback.answers.query import open_published
from matchback.answers.reasons import REASON_CODE, Outcome, check_reason
from matchback.answers.tax import threshold_words, thresholds_reached
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError

COLUMNS = ("reward_id", "decision", "reason_code")
MOST_LINES = 100_000
MOST_SHOWN = 20
PAST = {"approve": "approved", "decline": "declined", "retry": "retried"}
FITTING = {"approve": ("pending",), "decline": ("pending", "approved"), "retry": ("failed",)}
_KEY = re.compile(r"[0-9]{1,19}")
_NEXT = "The next run applies it:  matchback run"


@dataclass(frozen=True)
class Decided:
    """One decision that was asked for: line is where it stands in the file, or its place on the command line."""

    line: int
    reward_id: int
    decision: str
    reason_code: str


@dataclass(frozen=True)
class Refusal:
    """Why one line was not journaled; `why` quotes nothing but ids, states and journal numbers."""

    line: int
    why: str


@dataclass(frozen=True)
class Sorted:
    """Decisions by what is to become of them: journaled now, there already, or refused."""

    fresh: list[Decided]
    repeated: list[Decided]
    refused: list[Refusal]


def decide_rewards(context: RunContext, act: str, reward_ids: Sequence[int], reason: str) -> Outcome:
    """Journal that rewards are approved, declined or to be paid again; all of them or none. Return words and data."""
    check_reason(reason)
    asked = [
        Decided(line, reward_id, act, reason)
        for line, reward_id in enumerate(dict.fromkeys(reward_ids), start=1)
    ]
    with deciding(context):
        found, taxes = _sort(context, asked)
        numbers = [] if found.refused else _journal(context, found.fresh)
    if found.refused:
        lines = [f"  {asked[item.line - 1].reward_id}: {item.why}" for item in found.refused]
        state = "failed" if act == "retry" else "pending"
        raise MatchbackError(
            f"These rewards cannot be {PAST[act]} in their state:\n" + "\n".join(lines),
            state="Nothing was journaled.",
            next_step=f"See those that can:  matchback rewards list --state {state}",
        )
    words = [f"Journaled {len(numbers)} as {PAST[act]} from {context.as_of}."]
    if found.repeated:
        words.append(f"{count(len(found.repeated), 'reward')} stood so already.")
    return "\n".join([*words, *_tax_words(taxes), *([_NEXT] if numbers else [])]), {
        "journal_numbers": numbers,
        "reward_ids": [item.reward_id for item in asked],
        "act": f"reward_{PAST[act]}",
        "thresholds_reached": taxes,
    }


def decide_file(context: RunContext, path: Path) -> tuple[str, dict[str, Any]]:
    """Journal the decisions of a CSV file, line by line, and tell the lines that were refused.

    Its header is reward_id,decision,reason_code. Raises ConfigurationError if it is no such file.
    """
    asked, unreadable = read_decisions(path)
    with deciding(context):
        found, taxes = _sort(context, asked)
        numbers = _journal(context, found.fresh)
    refused = sorted([*unreadable, *found.refused], key=lambda item: item.line)
    total = count(len(asked) + len(unreadable), "decision")
    outcome = f"{len(numbers)} journaled from {context.as_of}, {len(found.repeated)} stood so already"
    words = [f"{total}: {outcome}, {len(refused)} refused."]
    words += [f"  line {item.line}: {item.why}" for item in refused[:MOST_SHOWN]]
    if len(refused) > MOST_SHOWN:
        words.append(f"  and {len(refused) - MOST_SHOWN} more; all of them with --json")
    if refused:
        words.append(
            "Correct the refused lines and give the file again: what is journaled is not journaled twice."
        )
    return "\n".join([*words, *_tax_words(taxes), *([_NEXT] if numbers else [])]), {
        "journal_numbers": numbers,
        "repeated": len(found.repeated),
        "refused": [{"line": item.line, "why": item.why} for item in refused],
        "thresholds_reached": taxes,
    }


def read_decisions(path: Path) -> tuple[list[Decided], list[Refusal]]:
    """Return a file's decisions, and the lines that are none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"The file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigurationError("The file is not UTF-8.", state="Nothing was journaled.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    asked: list[Decided] = []
    refused: list[Refusal] = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if header != list(COLUMNS):
            raise ConfigurationError(
                f"The file's first line is not {','.join(COLUMNS)}.",
                state="Nothing was journaled.",
                next_step=f"Let it begin with the line:  {','.join(COLUMNS)}",
            )
        for row in reader:
            if not row:
                continue
            read = _read_line(reader.line_num, [cell.strip() for cell in row])
            if isinstance(read, Decided):
                asked.append(read)
            else:
                refused.append(read)
            if len(asked) + len(refused) > MOST_LINES:
                raise ConfigurationError(f"The file has more than {MOST_LINES:,} lines.")
    except csv.Error:
        raise ConfigurationError(
            f"The file is not well-formed CSV at line {reader.line_num}.", state="Nothing was journaled."
        ) from None
    return asked, refused


def _read_line(line: int, cells: Sequence[str]) -> Decided | Refusal:
    if len(cells) != len(COLUMNS):
        return Refusal(line, f"{count(len(cells), 'column')} instead of {len(COLUMNS)}")
    reward_id, decision, reason = cells
    if not _KEY.fullmatch(reward_id) or int(reward_id) >= 2**63:
        return Refusal(line, "reward_id is not the id of a reward")
    if decision not in PAST:
        return Refusal(line, f"decision is none of {', '.join(PAST)}")
    if not REASON_CODE.fullmatch(reason):
        return Refusal(line, "reason_code is not a short code of letters, digits, _ and -")
    return Decided(line, int(reward_id), decision, reason)


def _sort(context: RunContext, asked: Sequence[Decided]) -> tuple[Sorted, list[dict[str, Any]]]:
    """Return what is to become of each decision, and the tax totals that the approvals bring to a threshold."""
    with open_published(context.workspace) as (_, warehouse):
        rewards = {row["reward_id"]: row for row in warehouse.rows("explain/decidable_rewards")}
        taxes = warehouse.rows("explain/tax_totals")
        used = {row["caused_by"] for row in warehouse.rows("explain/used_acts")}
    standing = standing_decisions(context, used)
    own = own_grants(context, acting_operator(context))
    found = Sorted([], [], [])
    first: dict[int, Decided] = {}
    for item in asked:
        earlier = first.setdefault(item.reward_id, item)
        if earlier is not item:
            if earlier.decision == item.decision:
                found.repeated.append(item)
            else:
                found.refused.append(Refusal(item.line, f"line {earlier.line} says another decision"))
            continue
        why = _why_not(item, rewards.get(item.reward_id), standing.get(item.reward_id))
        if why is None and item.decision != "decline" and item.reward_id in own:
            why = "granted by you: another operator decides"
        if why is None:
            found.fresh.append(item)
        elif why == "":
            found.repeated.append(item)
        else:
            found.refused.append(Refusal(item.line, why))
    approved = [rewards[item.reward_id] for item in found.fresh if item.decision == "approve"]
    return found, thresholds_reached(context, approved, taxes)


def standing_decisions(context: RunContext, used: Collection[str]) -> dict[int, tuple[str, int]]:
    """Return of each reward the last decision that is journaled and that the ledger has not used up, and its number."""
    acts = {f"reward_{past}": decision for decision, past in PAST.items()}
    return {
        int(entry.body["subject_id"]): (acts[entry.body["act"]], entry.number)
        for entry in context.journal.entries(kind="act")
        if entry.body["act"] in acts and f"act:{entry.number}" not in used
    }


def _why_not(item: Decided, reward: Mapping[str, Any] | None, standing: tuple[str, int] | None) -> str | None:
    """Return why a decision is refused; an empty text if it stands so already, None if it is to be journaled."""
    if reward is None:
        return "unknown"
    state = str(reward["state"])
    if state not in FITTING[item.decision] and not (item.decision == "approve" and reward["in_review"]):
        return "" if state == PAST[item.decision] else state
    if standing is None or standing[0] not in (item.decision, "decline"):
        return None
    return "" if standing[0] == item.decision else f"declined by journal entry {standing[1]}"


def _tax_words(taxes: Sequence[dict[str, Any]]) -> list[str]:
    return ["With this a tax form becomes due:", *threshold_words(taxes)] if taxes else []


def _journal(context: RunContext, fresh: Sequence[Decided]) -> list[int]:
    return [
        record_act(
            context,
            f"reward_{PAST[item.decision]}",
            subject_id=item.reward_id,
            reason_code=item.reason_code,
        )
        for item in fresh
    ]
