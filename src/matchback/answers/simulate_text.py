"""A simulation in plain words: what would have been otherwise, and what stays as it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from matchback.answers.printing import as_columns, count, money

Data = Mapping[str, Any]
ENOUGH_CERTAIN = 100  # so many recognitions tell how long friends take
_BECAME = {
    "gained": "recognized only then",
    "lost": "no longer recognized",
    "changed_advocate": "recognized for another advocate",
    "changed_eligibility": "for the same advocate, judged otherwise (eligibility or quality)",
    "changed_ground": "for the same advocate, by another ground",
}


def outcome_text(data: Data) -> str:
    """Return what `simulate recognition` prints for one set of other terms."""
    parts = [heading(data), changed_terms(data), _recognitions(data)]
    parts += [_programs(data["programs"]), _grounds(data["grounds"]), _rewards(data["rewards"])]
    parts += [_advocates(data["advocates"]), _near(data["near_look_back"]), _ages(data["evidence_ages"])]
    parts.append(_closing(data))
    return "\n\n".join(part for part in parts if part)


def heading(data: Data) -> str:
    days = ""
    if data["from"] or data["to"]:
        first = f" from {data['from']}" if data["from"] else ""
        last = f" to {data['to']}" if data["to"] else ""
        days = f"\nCompared are journeys whose root lies{first}{last}."
    return (
        f"What other terms would have given on the records of version {data['version']}, as of {data['as_of']}.\n"
        f"Nothing was changed: no table, no ledger entry, no line of the journal.{days}"
    )


def changed_terms(data: Data) -> str:
    if not data["terms"]:
        return "" if "key" in data else "The terms are those in force, so nothing differs."
    lines = [f"  {term['path']}: {_change(term['now'], term['then'])}" for term in data["terms"]]
    return "\n".join(["The terms that differ", *lines])


def _change(now: Any, then: Any) -> str:
    """Return a change in words; of tiers only the grounds that go or come, if nothing else moves."""
    if _is_tiers(now) and _is_tiers(then):
        gone, new = _grounds_of(now) - _grounds_of(then), _grounds_of(then) - _grounds_of(now)
        if gone and _without(now, gone) == then:
            return f"without {', '.join(sorted(gone))}"
        if new and _without(then, new) == now:
            return f"with {', '.join(sorted(new))} as well"
    return f"{_value(now)} -> {_value(then)}"


def _is_tiers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(tier, list) for tier in value)


def _grounds_of(tiers: Sequence[Sequence[str]]) -> set[str]:
    return {ground for tier in tiers for ground in tier}


def _without(tiers: Sequence[Sequence[str]], gone: set[str]) -> list[list[str]]:
    left = [[ground for ground in tier if ground not in gone] for tier in tiers]
    return [tier for tier in left if tier]


def _value(value: Any) -> str:
    if value is None:
        return "not there"
    if _is_tiers(value):
        return " / ".join(", ".join(tier) for tier in value) or "no ground"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _recognitions(data: Data) -> str:
    totals = data["recognitions"]
    eligible = f"eligible: {totals['now_eligible_count']:,} now, {totals['then_eligible_count']:,} then"
    lines = [f"Recognized events: {totals['now_count']:,} now, {totals['then_count']:,} then ({eligible})"]
    lines += [f"  {totals[name]:>7,}  {words}" for name, words in _BECAME.items() if totals[name]]
    friends, journeys = totals["changed_friends"], totals["changed_journeys"]
    if friends:
        lines.append(f"{count(friends, 'friend')} with {count(journeys, 'journey')} would see a difference.")
    else:
        lines.append("No friend would see a difference.")
    return "\n".join(lines)


def _programs(rows: Sequence[Data]) -> str:
    if not any(row["changed_journeys"] for row in rows):
        return ""
    names = {
        "program": "program",
        "now_count": "now",
        "then_count": "then",
        "gained": "gained",
        "lost": "lost",
        "changed_advocate": "other advocate",
        "changed_friends": "friends",
    }
    return titled("By program", ({words: row[name] for name, words in names.items()} for row in rows))


def _grounds(rows: Sequence[Data]) -> str:
    changed = [row for row in rows if row["now_count"] != row["then_count"]]
    return titled(
        "By ground, where the number differs",
        (
            {
                "program": row["program"],
                "ground": _ground(row),
                "now": row["now_count"],
                "then": row["then_count"],
                "difference": row["then_count"] - row["now_count"],
            }
            for row in changed
        ),
    )


def _ground(row: Data) -> str:
    earlier = not row["on_event"] and row["recognition_type"] in ("SHARE_ID", "SHAREABLE_ID")
    return f"{row['recognition_type']}{'.click' if earlier else ''}"


def _rewards(rows: Sequence[Data]) -> str:
    if not rows:
        return ""
    table = titled(
        "Rewards due",
        (
            {
                "rule": row["rule_id"],
                "to": row["role"],
                "now": row["now_count"],
                "then": row["then_count"],
                "gained": row["gained"],
                "lost": row["lost"],
                "due now": amount(row["now_minor"], row["currency"]),
                "due then": amount(row["then_minor"], row["currency"]),
                "currency": row["currency"],
            }
            for row in rows
        ),
    )
    return "\n".join([table, *_money_words(rows)])


def _money_words(rows: Sequence[Data]) -> list[str]:
    """Say what becomes of the difference: what is paid stays, what waits would be voided."""
    lines = []
    for currency in sorted({row["currency"] for row in rows}):
        total: Counter[str] = Counter()
        for row in rows:
            if row["currency"] == currency:
                total.update({name: value for name, value in row.items() if isinstance(value, int)})
        difference = total["then_minor"] - total["now_minor"]
        if difference:
            sign = "more" if difference > 0 else "less"
            lines.append(f"In all {money(abs(difference), currency)} {sign} would be due.")
        if total["lost"]:
            lines += [f"Of the {count(total['lost'], 'reward')} lost in {currency}:", *_lost(total, currency)]
        moved, kept = total["changed_beneficiary"], total["changed_beneficiary_stays"]
        if moved:
            lines.append(
                f"{count(moved, 'reward')} in {currency} would be due to another: {kept:,} posted and kept as posted, "
                f"{moved - kept:,} would go to the other."
            )
    return lines


def _lost(total: Mapping[str, int], currency: str) -> list[str]:
    stays, voided = total["lost_stays"], total["lost_voided"]
    rest = total["lost"] - stays - voided
    rest_minor = total["lost_minor"] - total["lost_stays_minor"] - total["lost_voided_minor"]
    parts = [
        (
            stays,
            total["lost_stays_minor"],
            "issued already, or held by a conflict: no other terms take that back",
        ),
        (voided, total["lost_voided_minor"], "posted, not issued: voided by a run under these terms"),
        (rest, rest_minor, "not posted yet: never posted under these terms"),
    ]
    return [f"  {number:,} ({money(minor, currency)}) {words}" for number, minor, words in parts if number]


def _advocates(rows: Sequence[Data]) -> str:
    if not rows:
        return ""
    number = rows[0]["advocate_count"]
    title = f"Advocates for whom most changes ({len(rows):,} of {number:,})"
    return titled(
        title,
        (
            {"advocate_id": str(row["advocate_id"]), "gained": row["gained"], "lost": row["lost"]}
            for row in rows
        ),
    )


def _near(near: Data) -> str:
    lines = [
        {
            "terms": side,
            "program": row["program"],
            "ground": _ground(row),
            "look-back": row["look_back_days"],
            "just inside": row["inside"],
            "of them won": row["inside_won"],
            "just outside": row["outside"],
        }
        for side in ("now", "then")
        for row in near[side]
    ]
    return titled(f"Candidates within {count(near['days'], 'day')} of their look-back", lines)


def _ages(rows: Sequence[Data]) -> str:
    """Return how old earlier evidence was where the advocate is certain; a few of them tell nothing."""
    told = [row for row in rows if row["certain_count"] >= ENOUGH_CERTAIN]
    lines = [
        {
            "program": row["program"],
            "ground": _ground(row),
            "look-back": row["look_back_days"],
            "certain": row["certain_count"],
            "half by": row["half_days"],
            "90% by": row["most_days"],
            "99% by": row["nearly_all_days"],
        }
        for row in told
    ]
    long = [row for row in told if row["look_back_days"] > row["nearly_all_days"]]
    words = [
        f"\nAlmost none of it was older than {count(row['nearly_all_days'], 'day')}; what is, may have moved nobody:"
        f"  --program {row['program']} --look-back {_ground(row)}={row['nearly_all_days']}"
        for row in long
    ]
    return titled(
        "Age in days of earlier evidence, where a used code or link names its advocate", lines
    ) + "".join(words)


def _closing(data: Data) -> str:
    if not data["terms"]:
        return "Try other terms:  matchback simulate recognition --help"
    return (
        "To put these terms in force, write them into matchback.toml and accept them:\n"
        f"  matchback run --accept-terms {data['terms_hash']}"
    )


def titled(title: str, rows: Iterable[Mapping[str, Any]]) -> str:
    lines = list(rows)
    return f"{title}\n{as_columns(lines)}" if lines else ""


def amount(amount_minor: int, currency: str) -> Decimal:
    """Return an amount without its currency or unit, which stands in a column or a heading."""
    return Decimal(money(amount_minor, currency).partition(" ")[0].replace(",", ""))
