"""Reward: what the terms promise, posted to the ledger and paid out. The sixth step, after `recognize`.

SQL judges every journey by every rule and says what is due and what became of what is posted; the ledger is then
reconciled towards it by appending entries, and approved rewards go into a payout file. One transaction in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from matchback.rewards.ledger_book import Entry, Head
from matchback.rewards.ledger_tables import (
    Keys,
    append_payouts,
    grant_of_row,
    only,
    write_findings,
)
from matchback.rewards.open_ledger import OpenLedger
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
from matchback.rewards.payouts_after_restore import held_rewards, sent_number, taken_numbers, without_sent
from matchback.rewards.program_budgets import program_budgets
from matchback.rewards.rule_tables import rule_conditions, rule_tables
from matchback.rewards.rules import Rule, judged_rules
from matchback.rewards.scope import Scope
from matchback.settings import operator_name
from matchback.small_tables import replace_changed
from matchback.sqlfiles import step_tables, tables_behind, tables_resting_on

if TYPE_CHECKING:
    from matchback.config import Config
    from matchback.warehouse import Warehouse

STEP = "reward"
MOST_PASSES = 5
POSTED_TABLES = ("reward_entries", "payouts")
POSTING_TABLES = tables_behind(
    STEP,
    (
        "rewards_due",
        "manual_grants",
        "reward_verdicts",
        "reward_approvals",
        "reward_answers",
        "settled_rewards",
    ),
)
PAYOUT_TABLES = ("pay_to_accounts", "payout_bars")


def run(context: RunContext) -> StepSummary:
    """Judge, post and pay, in one transaction; running again adds nothing."""
    warehouse = context.writer
    with warehouse.transaction(STEP):
        rules = accepted_rules(context)
        take_up_terms(context, rules)
        judged = write_rule_tables(warehouse, rules, context.config)
        scope = Scope(context)
        write_conditions(warehouse, judged)
        ledger = OpenLedger(warehouse)
        payout = _settle(context, Keys(context.config.id_secret(context.workspace.root)), scope, ledger)
        scope.close()
        ledger.seal()
        if ledger.posted:
            context.journal.append(
                "ledger_head", sequence=ledger.head.sequence, chain_hash=ledger.head.chain_hash
            )
        watermarks.mark(warehouse, context, STEP)
    withdraw_unrecorded(context.workspace.outbox / "payouts", _recorded(warehouse))
    return _summary(context, ledger, payout)


def build(warehouse: Warehouse, parameters: Mapping[str, Any], tables: Sequence[str] | None = None) -> None:
    """Make the tables of this step, for the rules that stand in the warehouse (none, if none were written)."""
    if "rule_terms" not in warehouse.tables():
        write_rules(warehouse, ())
    for table in step_tables(STEP) if tables is None else tables:
        warehouse.build_table(STEP, table, parameters)


def write_rules(warehouse: Warehouse, rules: Sequence[Rule], config: Config | None = None) -> None:
    """Write every rule version that judges something as rows, and the verdict of its condition on every event.

    `config` is the one whose programs have the budgets; without it none has any.
    """
    write_conditions(warehouse, write_rule_tables(warehouse, rules, config))


def write_rule_tables(
    warehouse: Warehouse, rules: Sequence[Rule], config: Config | None = None
) -> tuple[Rule, ...]:
    """Write every rule version that judges something as rows, and the programs' budgets; return the versions."""
    kept = warehouse.table("reward_rules").to_pylist()
    judged = judged_rules(rules, kept, set(posted_versions(warehouse)))
    tables = {**rule_tables(judged), "program_budgets": program_budgets(config)}
    replace_changed(warehouse, "rule_tables", tables)
    return judged


def write_conditions(warehouse: Warehouse, judged: Sequence[Rule]) -> None:
    """Write the verdict of the rules' conditions on every event."""
    conditions = [item for rule in judged for item in rule_conditions(rule)]
    warehouse.build_expression("condition_results", conditions_query(conditions))


def _settle(context: RunContext, keys: Keys, scope: Scope, ledger: OpenLedger) -> PayoutFile | None:
    """Build, reconcile and pay until nothing is left to post; the tables then are a function of the final ledger.

    A pass makes only what posting asks for, and after the first only what rests on the ledger; what people read is
    made once, when the ledger is at rest.
    """
    payout: PayoutFile | None = None
    stale = set(POSTING_TABLES)
    for _ in range(MOST_PASSES):
        scope.build(stale)
        posting = _reconcile(context, keys, ledger)
        added = list(posting.entries)
        _post(scope, ledger, added)
        stale = set(POSTING_TABLES) & set(tables_resting_on(STEP, POSTED_TABLES)) if added else set()
        may_pay = payout is None and is_payout_day(context.config.payout, context.as_of)
        if may_pay or not added:
            wanted = set(tables_behind(STEP, PAYOUT_TABLES))
            scope.build(wanted & stale | set(PAYOUT_TABLES))
            stale -= wanted
            lines, blocked = _plan(context, posting, ledger)
            if may_pay and lines:
                payout = _pay(context, keys, lines)
                issued = _issue(context, keys, ledger, payout)
                _post(scope, ledger, issued)
                added += issued
                stale = set(POSTING_TABLES) & set(tables_resting_on(STEP, POSTED_TABLES))
        if not added:
            scope.build(set(step_tables(STEP)) - set(POSTING_TABLES) - set(PAYOUT_TABLES))
            write_findings(context.writer, [*posting.findings, *blocked])
            return payout
    raise CheckFailed(
        f"The reward ledger did not come to rest in {MOST_PASSES} passes.",
        state="The step was rolled back: no reward was posted or paid.",
        next_step="This is a defect of Matchback; please report it with the configuration of the rules.",
    )


def _post(scope: Scope, ledger: OpenLedger, entries: Sequence[Entry]) -> None:
    ledger.append(entries)
    scope.posted(entries)


def _reconcile(context: RunContext, keys: Keys, ledger: OpenLedger) -> Posting:
    """Reconcile the rewards that may move; the others stand as they are, and not even their entries are read."""
    warehouse = context.writer
    due = {keys.reward(row): row for row in warehouse.rows("ledger/unsettled_due")}
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
        for row in warehouse.rows("ledger/unsettled_verdicts")
    }
    given = warehouse.table("manual_grants").to_pylist()
    dual = context.config.payout.dual_control
    approvals = counted_approvals(given, warehouse.rows("ledger/unsettled_approvals"), dual_control=dual)
    promised = [Due(grant, due[reward_id]["approve"]) for reward_id, grant in grants.items()]
    promised += granted(given, dual_control=dual)
    verdicts |= withdrawn(given)
    decisions = [Decision(**only(Decision, row)) for row in approvals]
    answers = [Answer(**only(Answer, row)) for row in warehouse.rows("ledger/unsettled_answers")]
    moved = {item.grant.reward_id for item in promised} | verdicts.keys()
    moved |= {item.reward_id for item in decisions} | {item.reward_id for item in answers}
    entries = ledger.entries_of(moved)
    return reconcile(promised, verdicts, entries, decisions, answers, context.as_of, keys.entry, ledger.head)


def _plan(
    context: RunContext, posting: Posting, ledger: OpenLedger
) -> tuple[list[PayoutLine], list[Finding]]:
    """Return the lines that a payout file could carry now, and why other approved rewards wait."""
    payable = [state.earned.reward_id for state in posting.payable]
    accounts = {
        row["reward_id"]: PayTo(row["pay_to_key"], row["email_key"])
        for row in ledger.rows_of("accounts_of", payable)
    }
    barred = {row["reward_id"]: row["finding"] for row in ledger.rows_of("bars_of", payable)}
    barred |= _barred_by_control(context, posting)
    barred |= held_rewards(context.journal, payable)
    lines, waiting = plan_lines(posting.payable, accounts, context.config.payout, barred=barred)
    lines, sent = without_sent(
        context.journal, _recorded(context.writer), lines, lambda own: _rendered(context.writer, own)
    )
    return lines, waiting + sent


def _pay(context: RunContext, keys: Keys, lines: Sequence[PayoutLine]) -> PayoutFile:
    """Journal the next payout file, write it, and record its lines."""
    warehouse = context.writer
    content = _rendered(warehouse, lines)
    journaled, recorded = journaled_payouts(context.journal), _recorded(warehouse)
    number = sent_number(context.journal, recorded, content_hash(content))
    if number is None:
        taken = [*journaled, *taken_numbers(context.journal)]
        number = choose_number(recorded, taken, context.as_of, content_hash(content))
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


def _rendered(warehouse: Warehouse, lines: Sequence[PayoutLine]) -> bytes:
    warehouse.stage("payout_batch", batch_table(lines))
    return render_file(warehouse.rows("payout/addressed_lines"))


def _recorded(warehouse: Warehouse) -> set[int]:
    return set(warehouse.table("payouts").column("payout_number").to_pylist())


def _issue(context: RunContext, keys: Keys, ledger: OpenLedger, payout: PayoutFile) -> list[Entry]:
    """Return the `issued` entries of a payout file, and those of answers that are already there."""
    reward_ids = [line.reward_id for line in payout.lines]
    entries, as_of = ledger.entries_of(reward_ids), context.as_of
    issued = issue(entries, reward_ids, f"payout:{payout.number}", as_of, keys.entry, ledger.head)
    answers = [Answer(**only(Answer, row)) for row in ledger.rows_of("answers_of", reward_ids)]
    head = Head.of(issued, ledger.head)
    return issued + answer([*entries, *issued], answers, as_of, keys.entry, head)


def _barred_by_control(context: RunContext, posting: Posting) -> dict[int, str]:
    """Return the rewards that wait for somebody else: the operator of this run does not issue what they approved.

    Nor what they granted; without dual control there are none.
    """
    barred: dict[int, str] = {}
    if context.config.payout.dual_control:
        approvals = context.writer.rows("ledger/unsettled_approvals")
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


def _summary(context: RunContext, ledger: OpenLedger, payout: PayoutFile | None) -> StepSummary:
    warehouse, posted = context.writer, ledger.posted
    if ledger.head.posted_as_of > context.as_of:
        line = (
            f"the ledger stands at {ledger.head.posted_as_of}, later than {context.as_of}: nothing was posted"
        )
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
