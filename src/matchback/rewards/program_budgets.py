"""Budgets of whole programs: what all of a program's rules together may cost, as terms and as rows for the SQL.

A budget belongs to the program and not to a version of a rule: it judges every reward that is not issued, by whichever
version that was promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matchback.config import Config, Program, ProgramBudget
from matchback.rewards.conditions import to_minor
from matchback.rewards.rule_tables import period_levels
from matchback.rewards.rules import limit_content

if TYPE_CHECKING:
    import pyarrow as pa


def budget_terms(program: Program, config: Config) -> list[dict[str, Any]]:
    """Return the budgets as their meaning is compared: amounts in one spelling, every default written out."""
    content = []
    for budget in program.budget:
        money = budget.currency or config.workspace.currency
        currency = {} if budget.value is None else {"currency": money}
        content.append({**limit_content(budget, money, program, config), **currency})
    return content


def budgets_over(program: Program, currency: str, config: Config) -> list[tuple[int, ProgramBudget]]:
    """Return the budgets that rewards of this currency (`XXX`: of none) draw on, each with its number in the file.

    The day on which its year begins stands in each.
    """
    terms = budget_terms(program, config)
    return [
        (number, budget.model_copy(update={"starts": said.get("starts")}))
        for number, (budget, said) in enumerate(zip(program.budget, terms, strict=True), start=1)
        if said.get("currency") in (None, currency)
    ]


def program_budgets(config: Config | None) -> pa.Table:
    """Return a row for each budget of each program; `currency` is null where rewards are counted, whatever they are.

    Amounts are in minor units. `level` is the rank in which a program's budgets are filled.
    """
    import pyarrow as pa

    rows = []
    for program in config.programs if config is not None else ():
        assert config is not None
        levels = period_levels(program.budget)
        for position, (budget, terms) in enumerate(
            zip(program.budget, budget_terms(program, config), strict=True), start=1
        ):
            currency = terms.get("currency")
            rows.append(
                {
                    "program": program.id,
                    "position": position,
                    "level": levels[position],
                    "condition": f"program_budget_{position}",
                    "measure": "count" if currency is None else "money",
                    "currency": currency,
                    "max_count": budget.count,
                    "max_value_minor": None
                    if budget.value is None or currency is None
                    else to_minor(budget.value, currency),
                    "per": budget.per,
                    "starts_on": int(terms.get("starts", "01-01").replace("-", "")),
                    "by_date": budget.by,
                }
            )
    text, number, whole = pa.string(), pa.int32(), pa.int64()
    columns = {
        "program": text,
        "position": number,
        "level": number,
        "condition": text,
        "measure": text,
        "currency": text,
        "max_count": whole,
        "max_value_minor": whole,
        "per": text,
        "starts_on": number,
        "by_date": text,
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))
