"""Why each possible advocate won or lost, in words and by how much. Every figure is read, none is worked out here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matchback.answers.explain_left_out import act_record
from matchback.answers.explain_words import LOST, describe_ground, describe_reasons
from matchback.answers.printing import count

Data = dict[str, Any]
MOST_CANDIDATES = 12


@dataclass(frozen=True)
class Judged:
    """What else decided about a root's candidates: its friend, its owners, and the program that kept it, if one did."""

    friend_id: int | None = None
    owner_ids: frozenset[int] = frozenset()
    kept_by: str | None = None


def tell_candidates(
    rows: list[Data], name: Callable[[int | None], str], at: Callable[..., str], judged: Judged
) -> list[str]:
    """Return the lines about the candidates of one root and program: the winner's why, then the others."""
    lines = []
    for row in rows:
        if row["outcome"] == "won":
            lines.append(f"    It {outcome(row, at, judged)}{evidence(row)}")
    losers = [row for row in rows if row["outcome"] != "won"]
    if losers:
        lines.append("    Others who could have been:")
    for row in losers[:MOST_CANDIDATES]:
        lines.append(
            f"      {_who(row, name)}, {at(row['evidence_at'], _beside(row))}; "
            f"{outcome(row, at, judged)}{evidence(row)}"
        )
    more = len(losers) - MOST_CANDIDATES
    if more > 0:
        lines.append(f"      and {more} more, with --json")
    unkept = sum(
        {(row["recognition_type"], row["on_event"]): row["rest_count"] or 0 for row in rows}.values()
    )
    if unkept:
        lines.append(f"      and {count(unkept, 'candidate')} of the same grounds that are only counted")
    return lines


def outcome(row: Data, at: Callable[..., str], judged: Judged) -> str:
    """Return whether a candidate won or lost, why, and what decided in figures."""
    if row["outcome"] == "won":
        return f"won: {_won(row)}{shared(row)}"
    by = _by_how_much(row, at)
    why = describe_reasons(row["reason_code"], {**LOST, **_closer(row, judged)})
    return f"lost, since {why}{': ' + by if by else ''}{shared(row)}"


def shared(row: Data) -> str:
    """Return what follows when evidence was left at, or sent to, an address of several members; else nothing."""
    if not row.get("shared_by"):
        return ""
    return f"; {row['shared_by']:,} members share the address, so it may mean each of them"


def evidence(row: Data) -> str:
    """Return the record, or the operator's act, that a candidate rests on, in brackets."""
    if row["act_number"] is not None:
        return f"  [{act_record(row)}]"
    if not row["file_id"]:
        return ""
    return f"  [{row['evidence']}, {row['feed_id']} file {row['file_id'][:8]} record {row['record_number']}]"


def _won(row: Data) -> str:
    if row["recognition_type"] == "MANUAL":
        return "what an operator added ranks first"
    place = "used on the event itself" if row["on_event"] else "what came before the event"
    parts = [f"rank {row['tier']} of the program's order ({place})"]
    if row["days_before"] is not None and row["look_back_days"] is not None:
        parts.append(f"{count(row['days_before'], 'day')} before the event, {row['look_back_days']} count")
    return ", ".join(parts)


def _who(row: Data, name: Callable[[int | None], str]) -> str:
    if row["advocate_id"] is None and row["recognition_type"] == "COUPON_CODE":
        return "no advocate: the friend used a public coupon"
    return f"{name(row['advocate_id'])}: {describe_ground(row['recognition_type'], row['on_event'])}"


def _beside(row: Data) -> datetime | None:
    """Return the moment that the evidence's own is compared with, if any."""
    compared = {"older": "deciding_at", "newer": "deciding_at", "opened_before_share": "root_at"}
    column = compared.get(row["reason_code"] or "")
    return row[column] if column else None


def _is_tie(row: Data) -> bool:
    return row["reason_code"] in ("older", "newer") and row["evidence_at"] == row["deciding_at"]


def _closer(row: Data, judged: Judged) -> dict[str, str]:
    """Return the words of reasons about which more is known here than the reason says."""
    words = {"other_program": "it belongs to another program"}
    is_own = row["evidence_program"] in (None, row["program"])
    if is_own and judged.kept_by and row["candidate_rank"] == 1:
        words["other_program"] = f"program {judged.kept_by}, of the same group, keeps the recognition"
    if row["advocate_id"] != judged.friend_id and judged.owner_ids:
        words["self_referral"] = (
            "that is another owner of the same account, and nobody refers themselves"
            if row["advocate_id"] in judged.owner_ids
            else "an owner of the account carries the same address, and nobody refers themselves"
        )
    if _is_tie(row):
        words["older"] = words["newer"] = f"one of the same rank and time decided, {_tie_break(row)}"
    return words


def _tie_break(row: Data) -> str:
    """Return what decides between candidates of the same rank and time; the order of `ranked_candidates`."""
    if row["recognition_type"] == "MANUAL":
        return "which an operator added later"
    if row["advocate_id"] != row["deciding_advocate_id"]:
        return "whose person id is the smaller one"
    return "another ground of the same advocate that the program's order names first"


def _by_how_much(row: Data, at: Callable[..., str]) -> str:
    """Return what decided, in figures; empty where the reason says it all."""
    deciding = at(row["deciding_at"], row["evidence_at"])
    against = f"both at {deciding}" if _is_tie(row) else f"against {deciding}"
    words = {
        "lower_tier": f"its rank is {row['tier']}, and rank {row['deciding_tier']} decided",
        "older": against,
        "newer": against,
        "opened_before_share": f"the event was at {at(row['root_at'], row['evidence_at'])}",
        "out_of_look_back": (
            f"{count(row['days_before'] or 0, 'day')} before, {row['look_back_days']} count, "
            f"{count(row['days_beyond'] or 0, 'day')} too many"
        ),
        "coupon_expired": f"on {row['coupon_valid_until']}, and the event was on {row['root_on']}",
        "coupon_not_yet_valid": f"valid from {row['coupon_valid_from']}, and the event was on {row['root_on']}",
        "coupon_revoked": f"on {row['coupon_revoked_on']}, and the event was on {row['root_on']}",
        "coupon_already_used": f"first on {row['first_used_on']}, by event {row['first_used_event_id']}",
        "other_program": row["evidence_program"] if row["evidence_program"] != row["program"] else "",
    }
    return words.get(row["reason_code"] or "") or ""
