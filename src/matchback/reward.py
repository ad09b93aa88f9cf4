"""Reward: what the terms promise, posted to the ledger and paid out. The sixth step, after `recognize`.

SQL judges every journey by every rule and says what is due and what became of what is posted; the ledger is then
reconciled towards it by appending entries, and approved rewards go into a payout file. One transaction in all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matchback import watermarks
from matchback.acts import operator_id
from matchback.context import RunContext, StepSummary
from matchback.errors import CheckFailed
from matchback.rewards.acceptance import accepted_rules, posted_versions, take_up_terms
from matchback.rewards.conditions import conditions_query
from matchback.rewards.grants import counted_approvals, granted, withdrawn
from matchback.rewards.ledger import (
    Answer,
    Decision,
    Due,
    Finding,
    Posting,
    Verdict,
    answer,
    issue,
    reconcile,
)
from matchback.rewards.ledger_book import Entry
from matchback.rewards.ledger_tables import (
    Keys,
    append_entries,
    append_payouts,
    grant_of_row,
    only,
    read_ledger,
    write_findings,
)
from matchback.rewards.payout import (
    PayoutFile,
    PayoutLine,
    PayTo,
    batch_table,
    is_payout_day,
    plan_file,
    plan_lines,
    render_file,
    write_file,
)
from matchback.rewards.payout_numbers import (
    choose_number,
    content_hash,
    journaled_payouts,
    withdraw_unrecorded,
)
from matchback.rewards.rule_tables import rule_conditions, rule_tables
from matchback.rewards.rules import Rule, judged_rules
from matchback.settings import operator_name
from matchback.small_tables import replace_changed
from matchback.sqlfiles import step_tables, tables_behind, tables_resting_on

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

STEP = "reward"
MOST_PASSES = 5
POSTED_TABLES = ("reward_entries", "payouts")
POSTING_TABLES = tables_behind(
    STEP, ("rewards_due", "manual_grants", "reward_verdicts", "reward_approvals", "reward_answers")
)
PAYOUT_TABLES = ("pay_to_accounts", "payout_bars")


def run(context: RunContext) -> StepSummary:
    """Judge, post and pay, in one transaction; running again adds nothing."""
    warehouse = context.writer
    with warehouse.transaction(STEP):
        rules = accepted_rules(context)
        take_up_terms(context, rules)
        write_rules(warehouse, rules)
        posted, payout = _settle(context, Keys(context.config.id_secret(context.workspace.root)))
        if posted:
            context.journal.append(
                "ledger_head", sequence=posted[-1].sequence, chain_hash=posted[-1].chain_hash
            )
        watermarks.mark(warehouse, context, STEP)
    withdraw_unrecorded(context.workspace.outbox / "payouts", _recorded(warehouse))
    return _summary(context, posted, payout)


def build(warehouse: Warehouse, parameters: Mapping[str, Any], tables: Sequence[str] | None = None) -> None:
    """Make the tables of this step, for the rules that stand in the warehouse (none, if none were written)."""
    if "rule_terms" not in warehouse.tables():
        write_rules(warehouse, ())
    for table in step_tables(STEP) if tables is None else tables:
        warehouse.build_table(STEP, table, parameters)


def write_rules(warehouse: Warehouse, rules: Sequence[Rule]) -> None:
    """Write every rule version that judges something as rows, and the verdict of its condition on every event."""
    kept = warehouse.table("reward_rules").to_pylist()
    judged = judged_rules(rules, kept, set(posted_versions(warehouse)))
    replace_changed(warehouse, "rule_tables", rule_tables(judged))
    conditions = [item for rule in judged for item in rule_conditions(rule)]
    warehouse.build_expression("condition_results", conditions_query(conditions))


def _settle(context: RunContext, keys: Keys) -> tuple[list[Entry], PayoutFile | None]:
    """Build, reconcile and pay until nothing is left to post; the tables then are a function of the final ledger.

    A pass makes only what posting asks for, and after the first only what rests on the ledger; what people read is
    made once, when the ledger is at rest.
    """
    warehouse = context.writer
    entries = read_ledger(warehouse)
    posted: list[Entry] = []
    payout: PayoutFile | None = None
    stale = set(POSTING_TABLES)
    for _ in range(MOST_PASSES):
        _build(context, stale)
        posting = _reconcile(context, keys, entries)
        added = list(posting.entries)
        append_entries(warehouse, added)
        stale = set(POSTING_TABLES) & set(tables_resting_on(STEP, POSTED_TABLES)) if added else set()
        may_pay = payout is None and is_payout_day(context.config.payout, context.as_of)
        if may_pay or not added:
            wanted = set(tables_behind(STEP, PAYOUT_TABLES))
            _build(context, wanted & stale | set(PAYOUT_TABLES))
            stale -= wanted
            lines, blocked = _plan(context, posting)
            if may_pay and lines:
                payout = _pay(context, keys, lines)
                issued = _issue(context, keys, [*entries, *added], payout)
                append_entries(warehouse, issued)
                added += issued
                stale = set(POSTING_TABLES) & set(tables_resting_on(STEP, POSTED_TABLES))
        entries, posted = entries + added, posted + added
        if not added:
            _build(context, set(step_tables(STEP)) - set(POSTING_TABLES) - set(PAYOUT_TABLES))
            write_findings(warehouse, [*posting.findings, *blocked])
            return posted, payout
    raise CheckFailed(
        f"The reward ledger did not come to rest in {MOST_PASSES} passes.",
        state="The step was rolled back: no reward was posted or paid.",
        next_step="This is a defect of Matchback; please report it with the configuration of the rules.",
    )


def _build(context: RunContext, tables: Collection[str]) -> None:
    for table in step_tables(STEP):
        if table in tables:
            context.writer.build_table(STEP, table, context.parameters)


def _reconcile(context: RunContext, keys: Keys, entries: Sequence[Entry]) -> Posting:
    warehouse = context.writer
    rows = warehouse.table("rewards_due").to_pylist()
    due = {keys.reward(row): row for row in rows}
    grants = {reward_id: grant_of_row(reward_id, row) for reward_id, row in due.items()}
    verdicts = {
        row["reward_id"]: Verdict(
            reward_id=row["reward_id"],
            outcome=row["outcome"],
            approve=row["approve"],
            reason_code=row["reason_code"],
            caused_by="terms" if row["cause_event_id"] is None else f"event:{row['cause_event_id']}",
            effective_on=row["effective_on"],
            after_payment=row["after_payment"],
            moved_to=grants.get(row["reward_id"]) if row["on_displaced"] == "move" else None,
        )
        for row in warehouse.table("reward_verdicts").to_pylist()
    }
    given = warehouse.table("manual_grants").to_pylist()
    dual = context.config.payout.dual_control
    approvals = counted_approvals(given, warehouse.table("reward_approvals").to_pylist(), dual_control=dual)
    return reconcile(
        [Due(grant, due[reward_id]["approve"]) for reward_id, grant in grants.items()]
        + granted(given, dual_control=dual),
        verdicts | withdrawn(given),
        entries,
        [Decision(**only(Decision, row)) for row in approvals],
        [Answer(**only(Answer, row)) for row in warehouse.table("reward_answers").to_pylist()],
        context.as_of,
        keys.entry,
    )


def _plan(context: RunContext, posting: Posting) -> tuple[list[PayoutLine], list[Finding]]:
    """Return the lines that a payout file could carry now, and why other approved rewards wait."""
    accounts = {
        row["reward_id"]: PayTo(row["pay_to_key"], row["email_key"])
        for row in context.writer.table("pay_to_accounts").to_pylist()
    }
    return plan_lines(posting.payable, accounts, context.config.payout, barred=_barred(context, posting))


def _pay(context: RunContext, keys: Keys, lines: Sequence[PayoutLine]) -> PayoutFile:
    """Journal the next payout file, write it, and record its lines."""
    warehouse = context.writer
    warehouse.stage("payout_batch", batch_table(lines))
    content = render_file(warehouse.rows("payout/addressed_lines"))
    journaled = journaled_payouts(context.journal)
    number = choose_number(_recorded(warehouse), journaled, context.as_of, content_hash(content))
    payout = plan_file(context.workspace.outbox / "payouts", number, context.as_of, lines, content)
    if number not in {body["number"] for body in journaled}:
        context.journal.append(
            "payout",
            number=number,
            issued_on=context.as_of.isoformat(),
            lines=len(lines),
            totals=payout.totals,
            file_hash=payout.file_hash,
            operator=operator_name(),
        )
    write_file(payout, content)
    append_payouts(warehouse, keys.payout(number), payout)
    return payout


def _recorded(warehouse: Warehouse) -> set[int]:
    return set(warehouse.table("payouts").column("payout_number").to_pylist())


def _issue(context: RunContext, keys: Keys, entries: list[Entry], payout: PayoutFile) -> list[Entry]:
    """Return the `issued` entries of a payout file, and those of answers that are already there."""
    reward_ids = [line.reward_id for line in payout.lines]
    issued = issue(entries, reward_ids, f"payout:{payout.number}", context.as_of, keys.entry)
    rows = context.writer.table("reward_answers").to_pylist()
    answers = [Answer(**only(Answer, row)) for row in rows]
    return issued + answer([*entries, *issued], answers, context.as_of, keys.entry)


def _barred(context: RunContext, posting: Posting) -> dict[int, str]:
    """Return the rewards that may not go out, each with its finding.

    Under dual control the operator of this run does not issue what they approved or granted; where a program judges its
    advocates at the payout, one who is not eligible now waits.
    """
    rows = context.writer.table("payout_bars").to_pylist()
    barred: dict[int, str] = {row["reward_id"]: row["finding"] for row in rows}
    if context.config.payout.dual_control:
        approvals = context.writer.table("reward_approvals").to_pylist()
        own = [row for row in approvals if row["operator_id"] == operator_id(context)]
        causes = {row["caused_by"] for row in own}
        reviewed = {row["reward_id"] for row in own if row["decision"] == "approve"}
        approved = [
            state
            for state in posting.payable
            if state.last.caused_by in causes
            or (state.last.caused_by == "release" and state.earned.reward_id in reviewed)
        ]
        given = context.writer.table("manual_grants").to_pylist()
        granted_now = {row["reward_id"] for row in given if row["operator_id"] == operator_id(context)}
        approved += [state for state in posting.payable if state.earned.reward_id in granted_now]
        barred |= {state.earned.reward_id: "payout_needs_another_operator" for state in approved}
    return barred


def _summary(context: RunContext, posted: Sequence[Entry], payout: PayoutFile | None) -> StepSummary:
    warehouse = context.writer
    stands_at = max(
        warehouse.table("reward_entries").column("posted_as_of").to_pylist(), default=context.as_of
    )
    if stands_at > context.as_of:
        line = f"the ledger stands at {stands_at}, later than {context.as_of}: nothing was posted"
        return StepSummary(STEP, line, {"payouts": 0}, changed=False)
    kinds: dict[str, int] = {}
    for entry in posted:
        kinds[entry.entry_kind] = kinds.get(entry.entry_kind, 0) + 1
    words = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in kinds.items())
    line = words or f"nothing to post; {warehouse.count('rewards'):,} rewards stand"
    if payout is not None:
        line += f"; payout file {payout.number} with {len(payout.lines):,} rewards"
    counts = {f"rewards_{kind}": number for kind, number in kinds.items()}
    counts["payouts"] = 0 if payout is None else len(payout.lines)
    return StepSummary(STEP, line, counts, changed=bool(posted))
