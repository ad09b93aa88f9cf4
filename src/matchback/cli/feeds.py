"""Commands about feeds: what is declared, what a sender is told, what was expected and came."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from matchback.cli.acting import REASON_HELP
from matchback.cli.common import DATE, OPTIONS, Group, as_of_option, to_date


@click.group(cls=Group)
def feeds() -> None:
    """The standing sources of files."""


@feeds.command("list")
def feeds_list() -> None:
    """List the feeds, with their sources.

    \b
    matchback feeds list
    """
    from matchback.answers.listings import feed_rows

    OPTIONS.rows(feed_rows(OPTIONS.open_workspace()))


@feeds.command("spec")
@click.argument("feed_id", metavar="FEED")
@click.option(
    "--format", "form", type=click.Choice(["markdown", "html"]), help="By default as the file's name says."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
def feeds_spec(feed_id: str, form: str | None, output: Path | None) -> None:
    """Write the file specification for a feed's sender: what to send, how, and what comes back.

    \b
    matchback feeds spec account-openings
    matchback feeds spec account-openings -o account-openings.html
    """
    from matchback.answers.listings import feed_spec

    form = form or ("html" if output is not None and output.suffix in (".html", ".htm") else "markdown")
    text, data = feed_spec(OPTIONS.open_workspace(), feed_id, form)
    if output is None:
        OPTIONS.words(text.rstrip("\n"), data)
        return
    output.write_text(text, encoding="utf-8")
    OPTIONS.words(f"Written: {output}", {"feed": feed_id, "written": str(output)})


@feeds.command("plan")
def feeds_plan() -> None:
    """Print the tracking plan: every event name, its stage and what it is for.

    \b
    matchback feeds plan
    """
    from matchback.answers.listings import plan_rows

    OPTIONS.rows(plan_rows(OPTIONS.open_workspace()))


@feeds.command("calendar")
@click.option("--feed", metavar="ID", help="Only this feed.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many days back.")
def feeds_calendar(feed: str | None, days: int) -> None:
    """Show what was expected and came, by feed and day, as of the last night.

    Late, missing, doubled, empty, ten times the usual, other columns; and the rewards that a missing file endangers.

    \b
    matchback feeds calendar
    matchback feeds calendar --feed account-openings --days 31
    """
    from matchback.answers.calendar import feed_calendar

    OPTIONS.words(*feed_calendar(OPTIONS.open_workspace(), days, feed, OPTIONS.note))


@feeds.command("excuse")
@click.argument("feed_id", metavar="FEED")
@click.option(
    "--day", type=DATE, required=True, metavar="DATE", callback=to_date, help="The day of the file."
)
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def feeds_excuse(feed_id: str, day: date, reason: str, as_of: date | None) -> None:
    """Say that a feed's file for a day is not waited for; journaled, and the next run goes on without it.

    \b
    matchback feeds excuse account-openings --day 2026-11-26 --reason bank_holiday
    """
    from matchback.answers.calendar import excuse

    OPTIONS.words(*excuse(OPTIONS.open_context(as_of), feed_id, day, reason))
