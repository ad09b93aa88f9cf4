"""Commands that run steps, and the one that checks a workspace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from matchback.cli.common import DATE, OPTIONS, Command, as_of_option, to_date

if TYPE_CHECKING:
    from matchback.nights import Night

STEP_HELP = {
    "pickup": "Fetch what the sources hold, and archive the bytes before anything reads them.",
    "validate": "Check every record of every fetched file against its feed's contract.",
    "load": "Write accepted records once, and write each sender's results file.",
    "resolve": "Put persons behind identifiers, and events into journeys.",
    "recognize": "Decide who referred whom, and keep every losing candidate with its reason.",
    "reward": "Judge the terms, and bring the reward ledger to what is due.",
    "report": "Make the tables that reports read.",
    "publish": "Check everything, switch in a new version whole, and deliver payouts and results files.",
}
STEPS_BY_FEED = ("pickup", "validate", "load")


@click.command(cls=Command)
@as_of_option
@click.option(
    "--from", "from_on", type=DATE, metavar="DATE", callback=to_date, help="Run night by night from here."
)
@click.option("--feed", "feeds", multiple=True, metavar="ID", help="Pick up only this feed; may be repeated.")
@click.option("--accept-terms", "terms", multiple=True, metavar="HASH", help="Accept changed reward terms.")
def run(as_of: date | None, from_on: date | None, feeds: tuple[str, ...], terms: tuple[str, ...]) -> None:
    """Run all steps. Running again with nothing new changes nothing.

    \b
    matchback run --workspace /srv/bank
    matchback run --as-of 2026-11-07
    matchback run --from 2026-11-01 --as-of 2026-11-07     seven nights, one by one
    matchback run --feed account-openings
    """
    from matchback.answers.doctor_rules import waiting_rules
    from matchback.answers.summary import summarize
    from matchback.nights import nights_between, run_nights

    context = OPTIONS.open_context(as_of, feed_ids=feeds, accepted_terms=terms)
    nights = run_nights(context, nights_between(from_on, context.as_of))
    summary = summarize(context.workspace, nights, waiting_rules(context))
    OPTIONS.words("" if OPTIONS.quiet else summary.text(), summary.data)
    _end(nights)


def _end(nights: Sequence[Night]) -> NoReturn:
    from matchback.nights import exit_code, unread

    if unread(nights):
        click.echo(unread(nights), err=True)
    sys.exit(exit_code(nights))


def step_command(step: str) -> click.Command:
    """Return the command that runs one step; only those that take files one by one can be held to a feed."""

    @click.command(step, cls=Command, help=f"{STEP_HELP[step]}\n\n\b\nmatchback {step} --as-of 2026-11-07")
    @as_of_option
    def command(as_of: date | None, feeds: tuple[str, ...] = ()) -> None:
        from matchback.nights import run_nights

        context = OPTIONS.open_context(as_of, feed_ids=feeds)
        nights = run_nights(context, [context.as_of], steps=(step,))
        (summary,) = nights[0].summaries
        OPTIONS.words("", {"step": step, "line": summary.line, "counts": summary.counts})
        _end(nights)

    if step in STEPS_BY_FEED:
        words = "Only this feed; may be repeated."
        command.params.insert(2, click.Option(["--feed", "feeds"], multiple=True, metavar="ID", help=words))
    return command


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--feed", required=True, metavar="ID", help="The feed whose contract the file must satisfy.")
def check(file: Path, feed: str) -> None:
    """Check a file before it is sent: the verdict of a delivery under its name, and nothing is kept.

    Records are judged by the contract and by one another, the file by the arrival calendar and the list before. Whether
    a record came before is seen at load only. With - as FILE, standard input is checked. Exit code 3: a record is
    refused, or the file, or it would wait or never be picked up.

    \b
    matchback check openings.csv --feed account-openings
    export-openings | matchback check - --feed account-openings --json
    """
    from matchback.intake.dry_run import check_file

    checked = check_file(OPTIONS.open_context(), file, feed)
    OPTIONS.words(checked.text(), checked.data)
    sys.exit(checked.exit_code)


@click.command(cls=Command)
def deliver() -> None:
    """Send what lies undelivered in the outbox: results files, and payout files whose sending was cut off.

    Look first whether a payout file arrived: this command sends it again. One whose bytes are not those that were
    issued is never sent. Exit codes: 0 done, 1 a payout file is not as issued or still in doubt.

    \b
    matchback deliver
    """
    from matchback.publishing.deliver import deliver_outbox
    from matchback.steps import open_writer

    with open_writer(OPTIONS.open_context()) as context:
        sent = deliver_outbox(context, again=True)
    words = f"Delivered: {sent.results} results files, {sent.payouts} payout files."
    names = {"doubtful": list(sent.doubtful), "not_as_issued": list(sent.unfit)}
    OPTIONS.words(
        "\n".join([words, *sent.words()]), {"results": sent.results, "payouts": sent.payouts, **names}
    )
    sys.exit(1 if sent.words() else 0)


@click.command(cls=Command)
def doctor() -> None:
    """Check all that a workspace rests on, from its secret to the last byte of its archive; change nothing.

    Configuration and contracts, secret, permissions, the journal's chain, archived files and configurations, warehouse,
    ledger, payout files, a night that stopped, watermarks, every invariant and the published version. What does not
    hold says what to do next. Exit code 1: something does not hold.

    \b
    matchback doctor
    """
    from matchback.answers.doctor import examine, told

    findings = examine(OPTIONS.open_context())
    OPTIONS.words(told(findings), [finding.row() for finding in findings])
    sys.exit(1 if any(finding.failed for finding in findings) else 0)


@click.command(cls=Command)
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR",
    help="Keep the replayed warehouse in this new folder; else it is removed after the comparison.",
)  # fmt: skip
def replay(into: Path | None) -> None:
    """Make the warehouse again from archive and journal alone, and compare it with the live one table by table.

    Night by night as the journal says, with the configurations that were in force, operators' acts and payouts. Nothing
    of the workspace changes, no source is asked, nothing is delivered. Exit code 1: something differs, or is damaged.

    \b
    matchback replay
    matchback replay --into /srv/replayed      keep it: after a lost warehouse, or to look where it differs
    """
    from matchback.answers.replay import replay
    from matchback.answers.replay_text import replay_text
    from matchback.progress import choose_progress

    found = replay(OPTIONS.open_workspace(), choose_progress(OPTIONS.quiet), into)
    OPTIONS.words(replay_text(found), found.data)
    sys.exit(0 if found.holds else 1)
