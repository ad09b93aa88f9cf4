"""Why each possible advocate won or lost, in words and by how much. Every figure is read, none is worked out here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from matchback.answers.explain_words import LOST, describe_ground, describe_reasons
from matchback.answers.printing import count

Data = dict[str, Any]
MOST_CANDIDATES = 12


def tell_candidates(
    rows: list[Data], name: Callable[[int | None], str], at: Callable[[datetime | None], str]
) -> list[str]:
    """Return the lines about the candidates of one root and program: the winner's why, then the others."""
    lines = []
    for row in rows:
        if row["outcome"] == "won":
            lines.append(f"    It won: {_won(row)}{evidence(row)}")
    losers = [row for row in rows if row["outcome"] != "won"]
    if losers:
        lines.append("    Others who could have been:")
    for row in losers[:MOST_CANDIDATES]:
        by = _by_how_much(row, at)
        lines.append(
            f"      {name(row['advocate_id'])}: {describe_ground(row['recognition_type'], row['on_event'])}, "
            f"{at(row['evidence_at'])}; lost, since {describe_reasons(row['reason_code'], LOST)}"
            f"{': ' + by if by else ''}{evidence(row)}"
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


def evidence(row: Data) -> str:
    """Return the record that a candidate rests on, in brackets."""
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


def _by_how_much(row: Data, at: Callable[[datetime | None], str]) -> str:
    """Return what decided, in figures; empty where the reason says it all."""
    words = {
        "lower_tier": f"its rank is {row['tier']}, and rank {row['deciding_tier']} decided",
        "older": f"against {at(row['deciding_at'])}",
        "newer": f"against {at(row['deciding_at'])}",
        "opened_before_share": f"the event was at {at(row['root_at'])}",
        "out_of_look_back": (
            f"{count(row['days_before'] or 0, 'day')} before, {row['look_back_days']} count, "
            f"{count(row['days_beyond'] or 0, 'day')} too many"
        ),
        "coupon_expired": f"on {row['coupon_valid_until']}, and the event was on {row['root_on']}",
        "coupon_not_yet_valid": f"valid from {row['coupon_valid_from']}, and the event was on {row['root_on']}",
        "coupon_revoked": f"on {row['coupon_revoked_on']}, and the event was on {row['root_on']}",
        "coupon_already_used": f"first on {row['first_used_on']}, by event {row['first_used_event_id']}",
        "other_program": f"{row['evidence_program']}" if row["evidence_program"] else "",
    }
    return words.get(row["reason_code"] or "", "")
