"""Tax totals as an operator sees them: who reaches the threshold of a form, now or with what is approved next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import as_columns, money
from matchback.answers.query import open_published
from matchback.context import RunContext
from matchback.rewards.tax_thresholds import known_through, threshold_rows
from matchback.workspace import Workspace

Row = dict[str, Any]
TAXED_KINDS = ("cash", "account_credit", "gift_card")


def tax_list(workspace: Workspace, year: int | None, everyone: bool) -> tuple[str, list[Row]]:
    """Return who reaches the threshold of a tax form, or with `everyone` all totals, in words and as data."""
    with open_published(workspace) as (_, warehouse):
        rows = warehouse.rows("explain/tax_totals")
    kept = [row for row in rows if year in (None, row["tax_year"]) and (everyone or row["will_need_form"])]
    shown = [_tax_row(row) for row in kept]
    lines = [as_columns(shown) if shown else "Nobody reaches the threshold of a form."]
    late = {row["tax_year"] for row in kept if row["tax_year"] > known_through()}
    if late:
        lines.append(
            f"The thresholds are known through {known_through()}; later years are judged by that year's. "
            "Compare them with the IRS's."
        )
    return "\n\n".join(lines), kept


def threshold_words(rows: Sequence[Row]) -> list[str]:
    """Return a line for each person of these tax totals whom what is planned brings to a form's threshold."""
    return [
        f"  {row['form']} for {row['tax_year']}: person {row['person_id']} has "
        f"{money(row['paid_minor'], row['currency'])} paid and {money(row['planned_minor'], row['currency'])} planned; "
        f"the threshold is {money(row['threshold_minor'], row['currency'])}"
        for row in rows
    ]


def thresholds_reached(
    context: RunContext, approved: Sequence[Mapping[str, Any]], taxes: Sequence[Row]
) -> list[Row]:
    """Return this year's tax totals that reach a form's threshold only because of the rewards that are approved now.

    `approved` has role, kind, person_id, state, amount_minor and currency; `taxes` are rows of `tax_totals`.
    """
    year, forms = context.as_of.year, context.config.payout.tax_forms.model_dump()
    added: dict[tuple[int, str, str], int] = defaultdict(int)
    for reward in approved:
        form = forms.get(reward["role"], "none")
        if form != "none" and reward["kind"] in TAXED_KINDS and reward["state"] != "approved":
            added[reward["person_id"], form, reward["currency"]] += reward["amount_minor"]
    known = {
        (row["person_id"], row["form"], row["currency"]): row for row in taxes if row["tax_year"] == year
    }
    reached = []
    for key, more in sorted(added.items()):
        row = known.get(key) or _empty_row(year, *key)
        total = row["paid_minor"] + row["planned_minor"] + more
        if (
            row["threshold_minor"] is not None
            and not row["will_need_form"]
            and total >= row["threshold_minor"]
        ):
            reached.append({**row, "planned_minor": row["planned_minor"] + more, "will_need_form": True})
    return reached


def _empty_row(year: int, person_id: int, form: str, currency: str) -> Row:
    threshold = next(
        (
            row["threshold_minor"]
            for row in threshold_rows()
            if (row["form"], row["currency"]) == (form, currency)
            and row["from_year"] <= year <= (row["until_year"] or year)
        ),
        None,
    )
    names = {"tax_year": year, "person_id": person_id, "form": form, "currency": currency}
    money_of = {"payments": 0, "paid_minor": 0, "planned_minor": 0, "threshold_minor": threshold}
    return {**names, **money_of, "headroom_minor": threshold, "needs_form": False, "will_need_form": False}


def _tax_row(row: Row) -> Row:
    currency = row["currency"]
    return {
        "year": row["tax_year"],
        "form": row["form"],
        "person_id": row["person_id"],
        "payments": row["payments"],
        "paid": money(row["paid_minor"], currency),
        "planned": money(row["planned_minor"], currency),
        "threshold": "" if row["threshold_minor"] is None else money(row["threshold_minor"], currency),
        "headroom": "" if row["threshold_minor"] is None else money(row["headroom_minor"], currency),
        "form_is_due": row["needs_form"],
    }
