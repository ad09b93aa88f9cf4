"""Commands by which an operator grants a reward by hand, or withdraws one."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import click

from matchback.cli.acting import REASON_HELP
from matchback.cli.common import OPTIONS, Command, as_of_option, member_or_stdin

_KINDS = ("cash", "account_credit", "gift_card", "coupon", "points", "tier", "badge")


def _amount(context: click.Context, parameter: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    from matchback.answers.lookup import amount_in

    amount = amount_in(value)
    if amount is None:
        raise click.BadParameter("write it like 50.00")
    return amount


@click.command("grant", cls=Command)
@click.option(
    "--to", "member", required=True, metavar="ID|-", help="The person's member id; - reads an email."
)
@click.option(
    "--program", required=True, metavar="ID", help="The program whose terms and budget it belongs to."
)
@click.option(
    "--amount", callback=_amount, metavar="AMOUNT", help="How much, such as 50.00, or how many points."
)
@click.option("--currency", metavar="CODE", help="The currency (default: the workspace's).")
@click.option("--kind", type=click.Choice(_KINDS), default="cash", show_default=True, help="What is given.")
@click.option("--name", metavar="NAME", help="The name of a tier or a badge.")
@click.option(
    "--role", type=click.Choice(("advocate", "friend", "actor")), default="advocate", show_default=True,
    help="As whom the person gets it; it decides the tax form.",
)  # fmt: skip
@click.option("--event", metavar="ID", help="The event that it is for; a friend is paid to its account.")
@click.option(
    "--reference", required=True, metavar="CODE",
    help="Your own number of the case: the same grant given twice is one.",
)  # fmt: skip
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@click.option("--accept-warnings", is_flag=True, help="Grant it though there are warnings.")
@as_of_option
def grant(
    member: str,
    program: str,
    amount: Decimal | None,
    currency: str | None,
    kind: str,
    name: str | None,
    role: str,
    event: str | None,
    reference: str,
    reason: str,
    accept_warnings: bool,
    as_of: date | None,
) -> None:
    """Grant a reward by hand, beside the rules. It is journaled with your name; another operator approves it.

    You are warned of what looks like a duplicate, of limits and budgets, and of a tax form that becomes due; at a
    terminal you are asked, elsewhere nothing is journaled without --accept-warnings. Exit codes: 0 done, 3 not granted
    because of warnings.

    \b
    matchback rewards grant --to M10482 --program refer-a-friend --amount 50.00 --reference CASE-4711 --reason goodwill
    """
    from matchback.answers.grants import Asked, journal_grant, plan_grant

    named = member_or_stdin("to", member)
    assert named is not None
    context = OPTIONS.open_context(as_of)
    asked = Asked(named, program, reference, kind, role, amount, currency, name, event)
    plan = plan_grant(context, asked, reason)
    if plan.warnings and not accept_warnings:
        if OPTIONS.json or not sys.stdin.isatty():
            advice = "Nothing was journaled. To grant it all the same, add --accept-warnings."
            OPTIONS.words(f"{plan.warning_words}\n{advice}", plan.data)
            sys.exit(3)
        OPTIONS.note(plan.warning_words)
        if not click.confirm("Grant it all the same?", err=True):
            OPTIONS.words("Nothing was journaled.", plan.data)
            sys.exit(3)
    elif plan.warnings and not OPTIONS.json:
        OPTIONS.note(plan.warning_words)
    OPTIONS.words(*journal_grant(context, plan))


@click.command("withdraw", cls=Command)
@click.argument("reward_ids", nargs=-1, required=True, type=click.IntRange(min=0), metavar="REWARD_ID...")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def withdraw(reward_ids: tuple[int, ...], reason: str, as_of: date | None) -> None:
    """Withdraw rewards that were granted by hand: void before they are paid, to be taken back after.

    \b
    matchback rewards withdraw 4611686018427387904 --reason wrong_person
    """
    from matchback.answers.grants import withdraw_grants

    OPTIONS.words(*withdraw_grants(OPTIONS.open_context(as_of), reward_ids, reason))
