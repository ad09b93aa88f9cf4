"""Rewards in an answer: each condition with what is missing and until when, what comes next, and the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from matchback.answers.explain_text import Teller
from matchback.answers.explain_words import DECISION, SO_FAR, WHY, describe_condition, fails_so_far
from matchback.answers.printing import count, money
from matchback.publishing.findings import finding_words

Data = dict[str, Any]
SIGNS = {"passed": ("Met", "yes"), "failed": ("Not met", "no"), "open": ("Open", "open")}
STATES = {
    "pending": "Earned, and waits",
    "approved": "Approved, goes out with the next payout",
    "issued": "Sent in a payout file",
    "fulfilled": "Paid, as the paying system confirmed",
    "redeemed": "Redeemed",
    "failed": "Sent, and could not be paid",
    "declined": "Declined",
    "voided": "Taken back before it was sent",
    "clawed_back": "Sent, and taken back later",
    "expired": "Sent, and expired unused",
}
ENTRIES = {"clawed_back": "taken back", "issued": "sent", "voided": "taken back before it was sent"}
WAITING = ("pending",)


def decision_words(decision: Data, teller: Teller, reward: Data | None) -> Data:
    """Return what one rule says about one referral: `next` is the nearest day on which something is due."""
    over = decision["status"] in ("failed", "expired")
    rows = [row for row in decision["conditions"] if not (over and row["reason_code"] == "not_judged")]
    open_days = [
        row["deadline_on"] for row in rows if row["outcome"] == "open" and row["deadline_on"] and not over
    ]
    if reward is not None and reward["state"] in WAITING:
        open_days.append(reward["release_on"])
    status = SO_FAR if fails_so_far(decision) else DECISION.get(decision["status"], decision["status"])
    return {
        "rule": decision["rule_id"],
        "role": decision["role"],
        "status": status,
        "sign": {"met": "yes", "waiting": "open"}.get(decision["status"], "no"),
        "conditions": [_condition(decision, row, teller) for row in rows],
        "missing": sum(row["outcome"] != "passed" and row["reason_code"] != "not_judged" for row in rows),
        "next": _next(min(open_days, default=None), teller),
    }


def reward_words(reward: Data, teller: Teller) -> Data:
    """Return one reward with its state in words, its ledger and where it was sent."""
    state = str(reward["state"])
    return {
        "id": reward["reward_id"],
        "amount": money(reward["amount_minor"], reward["currency"]),
        "kind": reward["kind"].replace("_", " "),
        "role": reward["role"],
        "rule": "by hand" if reward["rule_id"] == "manual" else reward["rule_id"],
        "to": teller.name(reward["beneficiary_id"]),
        "state": state.replace("_", " "),
        "meaning": STATES.get(state, state.replace("_", " ")),
        "sign": {"fulfilled": "yes", "redeemed": "yes", "issued": "yes", "pending": "open", "approved": "open"}.get(
            state, "no"
        ),
        "earned_on": reward["earned_on"],
        "release_on": reward["release_on"],
        "entries": [
            {
                "on": row["effective_on"],
                "what": ENTRIES.get(row["entry_kind"], row["entry_kind"].replace("_", " ")),
                "amount": money(row["amount_minor"], row["currency"]) if row["amount_minor"] else "",
                "reason": row["reason_code"] or "",
            }
            for row in reward["entries"]
        ],
        "findings": [" ".join(f"{part}." if at == 0 else part for at, part in enumerate(finding_words(row["finding"])))
                     for row in reward["findings"]],
        "payouts": [
            {"number": row["payout_number"], "on": row["issued_on"], "status": row["status"]}
            for row in reward["payouts"]
        ],
    }  # fmt: skip


def _condition(decision: Data, row: Data, teller: Teller) -> Data:
    words = describe_condition(teller.config, decision["rule_id"], row["condition"])
    label, sign = SIGNS.get(row["outcome"], (row["outcome"], "open"))
    if row["reason_code"] == "not_judged":
        label, sign = "Judged later", "later"
    why = WHY.get(row["reason_code"], row["reason_code"].replace("_", " ")) if row["reason_code"] else ""
    why = "" if sign == "later" else why[:1].upper() + why[1:]
    left = f"{count(row['days_left'], 'day')} left" if (row["days_left"] or -1) >= 0 else ""
    is_described = words != row["condition"]
    return {
        "what": words[:1].upper() + words[1:],
        "label": label,
        "sign": sign,
        "observed": _said(row["observed"]),
        "needed": "" if is_described else _said(row["threshold"]),
        "gap": _said(row["gap"]),
        "until": row["deadline_on"],
        "left": left if row["outcome"] == "open" else "",
        "why": why if row["outcome"] != "passed" else "",
    }


def _next(day: date | None, teller: Teller) -> str:
    if day is None:
        return ""
    days = (day - teller.data["version"]["as_of"]).days
    return f"{day}, in {count(days, 'day')}" if days > 0 else f"{day}, today" if days == 0 else f"{day}"


def _said(value: Any) -> str:
    return "" if value in (None, "") else str(value)
