"""Commands that try other terms on the records that are there, and change nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from matchback.cli.common import DATE, OPTIONS, Command, Group, to_date

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group)
def simulate() -> None:
    """What other terms would have given; nothing is changed."""


@simulate.command("recognition", cls=Command)
@click.option("--program", metavar="ID", help="Whose terms change; needed if there are several programs.")
@click.option("--look-back", multiple=True, metavar="GROUND=DAYS", help="Another look-back; may be repeated.")
@click.option("--tie-break", type=click.Choice(["latest", "first"]), help="Another tie-break.")
@click.option("--without", multiple=True, metavar="GROUND", help="Switch a ground off; may be repeated.")
@click.option(
    "--order", metavar="FILE|TIERS", help="Other tiers: a TOML file with `order`, or GROUND,GROUND/GROUND."
)
@click.option("--config", type=FILE, metavar="FILE", help="Another configuration of this workspace, whole.")
@click.option(
    "--from", "from_on", type=DATE, metavar="DATE", callback=to_date, help="Compare roots from here."
)
@click.option("--to", "to_on", type=DATE, metavar="DATE", callback=to_date, help="Compare roots up to here.")
@click.option(
    "--near", type=click.IntRange(1, 365), default=7, show_default=True, metavar="DAYS", help="What is near."
)
@click.option("--sweep", metavar="KEY=VALUES", help="One line for each of several values of a term.")
@click.option("--page", type=FILE, metavar="FILE", help="With --sweep: write a page with a chart as well.")
def recognition(
    from_on: date | None,
    to_on: date | None,
    near: int,
    sweep: str | None,
    page: Path | None,
    program: str | None,
    look_back: tuple[str, ...],
    tie_break: str | None,
    without: tuple[str, ...],
    order: str | None,
    config: Path | None,
) -> None:
    """Show what other terms would have recognized and owed: the same steps on the same records, compared.

    Without options it tries matchback.toml as it stands now against the terms in force. A sweep takes
    look_back_days.GROUND, tie_break, relationship.days, relationship.mode or recent_customer_days.

    \b
    matchback simulate recognition --program refer-a-member --look-back SHARE_RECIPIENT=30
    matchback simulate recognition --program refer-a-member --tie-break first --without SHARE_RECIPIENT
    matchback simulate recognition --config next-year.toml --from 2026-10-01
    matchback simulate recognition --program refer-a-member --sweep look_back_days.SHARE_RECIPIENT=30,60,90
    """
    from matchback.answers.simulate import Scope, simulate_recognition, sweep_recognition
    from matchback.answers.simulate_sweep import sweep_text
    from matchback.answers.simulate_terms import Edits
    from matchback.answers.simulate_text import outcome_text
    from matchback.progress import choose_progress

    if page and not sweep:
        raise click.UsageError("--page goes with --sweep.")
    edits = Edits(program, look_back, tie_break, without, order, config)
    scope, progress = Scope(from_on, to_on, near), choose_progress(OPTIONS.quiet)
    if not sweep:
        data = simulate_recognition(OPTIONS.open_workspace(), edits, scope, progress)
        OPTIONS.words(outcome_text(data), data)
        return
    data = sweep_recognition(OPTIONS.open_workspace(), edits, scope, progress, sweep)
    if page:
        from matchback.answers.simulate_page import sweep_page, write_page

        write_page(sweep_page(data), page)
    OPTIONS.words(sweep_text(data), data)


@simulate.command("rewards", cls=Command)
@click.option("--rules", type=FILE, required=True, metavar="FILE", help="TOML with the other [[rewards]].")
@click.option(
    "--from", "from_on", type=DATE, metavar="DATE", callback=to_date, help="Compare roots from here."
)
@click.option("--to", "to_on", type=DATE, metavar="DATE", callback=to_date, help="Compare roots up to here.")
@click.option("--page", type=FILE, metavar="FILE", help="Write a page with charts as well.")
def simulate_rewards_command(
    rules: Path, from_on: date | None, to_on: date | None, page: Path | None
) -> None:
    """Show what other reward rules would have cost: who gains, who loses, each month, limits hit and near misses.

    The file holds [[rewards]] as matchback.toml does; of a whole configuration only its rewards and the budgets of its
    programs are tried. Both sets of rules are judged over the same history, each as if it had always been in force.
    Nothing is changed.

    \b
    matchback simulate rewards --rules next-year.toml
    matchback simulate rewards --rules next-year.toml --from 2026-01-01 --to 2026-06-30 --page rewards.html
    """
    from matchback.answers.simulate import Scope
    from matchback.answers.simulate_page import write_page
    from matchback.answers.simulate_rewards import simulate_rewards
    from matchback.answers.simulate_rewards_page import rewards_page
    from matchback.answers.simulate_rewards_text import rewards_text
    from matchback.progress import choose_progress

    scope, progress = Scope(from_on, to_on), choose_progress(OPTIONS.quiet)
    data = simulate_rewards(OPTIONS.open_workspace(), rules, scope, progress)
    if page:
        write_page(rewards_page(data), page)
    OPTIONS.words(rewards_text(data), data)
