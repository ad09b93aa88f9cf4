"""What the quality rules found about a recognized journey, in the words of an operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import count

VERDICTS = {
    "passed": "passed",
    "review": "review: nothing is paid until a person approves the reward",
    "rejected": "rejected: it earns nothing",
}
_WORST_FIRST = ("rejected", "review", "passed")
_NOTHING = {
    "similar_emails": "friend and advocate have no addresses at one provider",
    "seconds_after_click": "no click of the friend in the day before, or the time of day is not known",
    "coupon_overused": "no coupon of an advocate was used",
    "guessed_series": "no numbered coupon of an advocate was used",
}


def quality_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the worst verdict and a line for each rule; nothing where the program has no rules."""
    if not rows:
        return []
    worst = min((str(row["verdict"]) for row in rows), key=_WORST_FIRST.index)
    return [f"Quality: {VERDICTS[worst]}", *(f"  {row['verdict']:<8}  {_sentence(row)}" for row in rows)]


def _sentence(row: Mapping[str, Any]) -> str:
    """Return what a rule observed and from which number on it holds."""
    side = "above" if row["comparison"] == "more_than" else "below"
    limit = f"the rule holds {side} {row['threshold']:,} ({row['rule']})"
    if row["observed"] is None:
        return f"{_NOTHING.get(row['rule'], 'nothing to observe')}; {limit}"
    return f"{_observation(row)}; {limit}"


def _observation(row: Mapping[str, Any]) -> str:
    number = int(row["observed"])
    days = f" in {count(row['within_days'], 'day')}" if row["within_days"] is not None else ""
    both = "that friend and advocate share"
    return {
        "similar_emails": f"the nearest addresses of friend and advocate differ by {count(number, 'letter')}",
        "shared_phone": f"{count(number, 'phone number')} {both}",
        "shared_device": f"{count(number, 'device')} {both}",
        "advocate_velocity": f"{count(number, 'referral')} of the advocate{days}, up to this one",
        "referral_cap": f"{count(number, 'referral')} of the advocate{days}, up to this one",
        "seconds_after_click": f"{count(number, 'second')} after the friend's last click",
        "disposable_domain": f"addresses of the two at domains of disposable mail: {number:,}",
        "coupon_overused": f"the coupon was used by {count(number, 'friend')}, up to this one",
        "guessed_series": f"codes beside the coupon's number that were used{days}, itself included: {number:,}",
    }[row["rule"]]
