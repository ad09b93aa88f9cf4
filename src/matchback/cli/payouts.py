"""Commands about payouts: the files, what is open between due, issued and fulfilled, and the tax forms."""

from __future__ import annotations

from datetime import date

import click

from matchback.cli.acting import REASON_HELP
from matchback.cli.common import OPTIONS, Group, as_of_option


@click.group(cls=Group)
def payouts() -> None:
    """Payout files, and what became of what they pay."""


@payouts.command("list")
def payouts_list() -> None:
    """List the payout files: their totals, what was answered, and whether their bytes are those that were issued.

    \b
    matchback payouts list
    """
    from matchback.answers.payouts import payout_list

    OPTIONS.words(*payout_list(OPTIONS.open_workspace()))


@payouts.command("reconcile")
@click.option("--state", metavar="STATE", help="Only rewards in this state, such as overdue or failed.")
@click.option("--program", metavar="ID", help="Only this program.")
@click.option(
    "--all", "everything", is_flag=True, help="Also what only waits, for a payout file or an answer."
)
def payouts_reconcile(state: str | None, program: str | None, everything: bool) -> None:
    """Hold what is due, what was issued and what was fulfilled against each other; list what somebody has to clear.

    Each with what to do. What only waits is counted, and listed with --all or by its state. The sums above the list are
    those of all. The same stands in the published tables payout_reconciliation and payout_totals.

    \b
    matchback payouts reconcile
    matchback payouts reconcile --all
    matchback payouts reconcile --state overdue
    """
    from matchback.answers.payouts import reconciliation

    OPTIONS.words(*reconciliation(OPTIONS.open_workspace(), state, program, everything=everything))


@payouts.command("close")
@click.argument("reward_ids", nargs=-1, required=True, type=click.IntRange(min=0), metavar="REWARD_ID...")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def payouts_close(reward_ids: tuple[int, ...], reason: str, as_of: date | None) -> None:
    """Close what was cleared with the payer or written off; journaled with your name, applied by the next run.

    It opens again when its state changes, or the payer says something new.

    \b
    matchback payouts close 4611686018427387904 --reason money_came_back
    matchback payouts close 4611686018427387904 --reason written_off
    """
    from matchback.answers.payouts import close_payouts

    OPTIONS.words(*close_payouts(OPTIONS.open_context(as_of), reward_ids, reason))


@payouts.command("tax")
@click.option("--year", type=click.IntRange(1900, 9999), metavar="YEAR", help="Only this calendar year.")
@click.option(
    "--all", "everyone", is_flag=True, help="Everybody who was paid, not only whoever reaches a threshold."
)
def payouts_tax(year: int | None, everyone: bool) -> None:
    """List who was paid, or is about to be paid, so much in a year that a tax form is due; persons by id alone.

    \b
    matchback payouts tax --year 2026
    matchback payouts tax --year 2026 --all
    """
    from matchback.answers.tax import tax_list

    OPTIONS.words(*tax_list(OPTIONS.open_workspace(), year, everyone))
