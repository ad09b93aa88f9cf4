"""Payout files: approved rewards as numbered, hashed CSV files in the earned-rewards layout, for the core system.

A file is written to `outbox/payouts` before the transaction that records it commits, and delivered only after it. What
a crash in between leaves is written again with the same bytes and number, or withdrawn (`payout_numbers`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.config import Payout
from matchback.rewards.conditions import NO_CURRENCY, minor_digits
from matchback.rewards.ledger import Finding
from matchback.rewards.ledger_book import RewardState
from matchback.rewards.payout_numbers import amount_text as amount_text
from matchback.rewards.payout_numbers import content_hash, payout_path, totals_content

if TYPE_CHECKING:
    import pyarrow as pa

HEADER = (
    "Reward ID",
    "Earned Date",
    "Program",
    "Email",
    "First Name",
    "Last Name",
    "Account Number",
    "Face Value",
    "Face Value Type",
    "Reward Name",
    "Reward Supplier Id",
)
LONGEST_BARE_VALUE = 24


@dataclass(frozen=True)
class PayTo:
    """Where a reward is paid: keys of the account and of the email; None where nothing is known."""

    pay_to_key: int | None
    email_key: int | None


@dataclass(frozen=True)
class PayoutLine:
    """One reward of a payout file."""

    line_number: int
    reward_id: int
    generation: int
    beneficiary_id: int | None
    pay_to_key: int
    email_key: int | None
    amount_minor: int
    currency: str
    earned_on: date
    program: str
    rule_id: str
    reward_kind: str


@dataclass(frozen=True)
class PayoutFile:
    """A written payout file: its number, lines, totals per face value type in minor units, SHA-256 and place."""

    number: int
    issued_on: date
    lines: tuple[PayoutLine, ...]
    totals: dict[str, int]
    file_hash: str
    path: Path


def is_payout_day(payout: Payout, on: date) -> bool:
    """Tell whether payout files are made on this day: always, or Monday to Friday without the declared holidays."""
    return payout.on == "every_day" or (on.weekday() < 5 and on not in payout.holidays)


def plan_lines(
    payable: Sequence[RewardState],
    accounts: Mapping[int, PayTo],
    payout: Payout,
    *,
    barred: Mapping[int, str] | None = None,
) -> tuple[list[PayoutLine], list[Finding]]:
    """Return the lines of the next payout file and why the other approved rewards wait.

    Without a pay-to account a reward is blocked; below the minimum (per account and currency) it waits for more;
    `barred` are those that must not go out now, each with its finding.
    """
    kept_back = barred or {}
    findings: list[Finding] = []
    addressed: list[RewardState] = []
    for state in payable:
        reward_id = state.earned.reward_id
        if reward_id in kept_back:
            findings.append(Finding(reward_id, kept_back[reward_id], "payout"))
        elif reward_id not in accounts or accounts[reward_id].pay_to_key is None:
            findings.append(Finding(reward_id, "payout_without_account", "payout"))
        else:
            addressed.append(state)
    owed: dict[tuple[int | None, str], int] = defaultdict(int)
    for state in addressed:
        owed[accounts[state.earned.reward_id].pay_to_key, state.earned.currency] += state.earned.amount_minor
    lines: list[PayoutLine] = []
    for state in sorted(addressed, key=lambda item: (item.earned.earned_on, item.earned.reward_id)):
        entry, pay_to = state.earned, accounts[state.earned.reward_id]
        # One minimum for all currencies: of 10.50 there is something above also where there are no halves.
        if owed[pay_to.pay_to_key, entry.currency] < payout.minimum.scaleb(minor_digits(entry.currency)):
            findings.append(Finding(entry.reward_id, "payout_below_minimum", "payout"))
            continue
        assert pay_to.pay_to_key is not None
        lines.append(
            PayoutLine(
                line_number=len(lines) + 1,
                reward_id=entry.reward_id,
                generation=entry.generation,
                beneficiary_id=entry.beneficiary_id,
                pay_to_key=pay_to.pay_to_key,
                email_key=pay_to.email_key,
                amount_minor=entry.amount_minor,
                currency=entry.currency,
                earned_on=entry.earned_on,
                program=entry.program,
                rule_id=entry.rule_id,
                reward_kind=entry.reward_kind,
            )
        )
    return lines, findings


def batch_table(lines: Sequence[PayoutLine]) -> pa.Table:
    """Return the lines as the staged table that sql/payout/addressed_lines reads."""
    import pyarrow as pa

    types = {"line_number": pa.int64(), "generation": pa.int32(), "earned_on": pa.date32()}
    types |= dict.fromkeys(("currency", "program", "rule_id", "reward_kind"), pa.string())
    names = [item.name for item in fields(PayoutLine)]
    shape = pa.schema([(name, types.get(name, pa.int64())) for name in names])
    return pa.Table.from_pylist([asdict(line) for line in lines], schema=shape)


def render_file(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the CSV of the addressed lines (sql/payout/addressed_lines), header first, `\\n` line ends, UTF-8.

    A value is quoted when it holds a comma or any sign below it in ASCII, or is longer than 24 signs; quotes inside are
    doubled. The receiver is a machine, so nothing is changed against formulas.
    """
    lines = [",".join(HEADER)]
    for row in rows:
        values = (
            str(row["reward_id"]),
            row["earned_on"].isoformat(),
            row["program"],
            row["email"] or "",
            "",
            "",
            row["account_number"],
            amount_text(row["amount_minor"], row["currency"]),
            face_value_type(row["reward_kind"], row["currency"]),
            row["reward_name"],
            row["reward_kind"],
        )
        lines.append(",".join(quoted(value) for value in values))
    return ("\n".join(lines) + "\n").encode()


def face_value_type(reward_kind: str, currency: str) -> str:
    """Return what a face value counts: the currency, or POINTS, TIER and BADGE, of which a receiver knows no XXX."""
    return reward_kind.upper() if currency == NO_CURRENCY else currency


def quoted(value: str) -> str:
    """Return a value as the layout's quoting rule writes it."""
    if len(value) > LONGEST_BARE_VALUE or any(sign <= "," for sign in value):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return value


def plan_file(
    folder: Path, number: int, issued_on: date, lines: Sequence[PayoutLine], content: bytes
) -> PayoutFile:
    """Return what a payout file will be; nothing is written yet."""
    totals: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[face_value_type(line.reward_kind, line.currency)] += line.amount_minor
    path = payout_path(folder, number)
    return PayoutFile(number, issued_on, tuple(lines), dict(totals), content_hash(content), path)


def write_file(payout: PayoutFile, content: bytes) -> None:
    """Write a payout file and its totals (`.totals.json`), each aside, fsynced and renamed."""
    assert content_hash(content) == payout.file_hash
    payout.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    totals = totals_content(
        payout.number, payout.issued_on.isoformat(), len(payout.lines), payout.totals, payout.file_hash
    )
    _write(payout.path, content)
    _write(payout.path.with_suffix(".totals.json"), totals)


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(path.name + ".part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
