"""Commands about what was refused: listing it, showing it, and having it validated again."""

from __future__ import annotations

from datetime import date

import click

from matchback.cli.acting import REASON_HELP
from matchback.cli.common import OPTIONS, Group, as_of_option


@click.group(cls=Group)
def quarantine() -> None:
    """Refused files and records."""


@quarantine.command("list")
def quarantine_list() -> None:
    """Count what is refused by file, column and reason.

    \b
    matchback quarantine list
    """
    from matchback.answers.quarantine import quarantine_rows

    OPTIONS.rows(quarantine_rows(OPTIONS.open_workspace(), OPTIONS.note))


@quarantine.command("show")
@click.argument("file_id")
@click.option(
    "--show-values", is_flag=True, help="Also print what the records hold: personal data. It is journaled."
)
@click.option("--reason", metavar="CODE", help=f"With --show-values. {REASON_HELP}")
@as_of_option
def quarantine_show(file_id: str, show_values: bool, reason: str | None, as_of: date | None) -> None:
    """List every refused record of one file with its reason. The records' own text stays in the archive.

    \b
    matchback quarantine show 9c1f42d0
    matchback quarantine show 9c1f42d0 --show-values --reason sender_asked
    """
    from matchback.answers.quarantine import refusal_rows, refused_values

    if not show_values:
        OPTIONS.rows(refusal_rows(OPTIONS.open_workspace(), file_id))
        return
    if reason is None:
        raise click.UsageError(
            "--show-values prints personal data and is journaled: say why with --reason CODE."
        )
    OPTIONS.rows(refused_values(OPTIONS.open_context(as_of), file_id, reason))


@quarantine.command("readmit")
@click.argument("file_id")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def quarantine_readmit(file_id: str, reason: str, as_of: date | None) -> None:
    """Have a file with refused records validated again under today's configuration; journaled, done by the next run.

    What it brought already counts once. Its new results file takes the place of the old one, at the sender's too if
    that still lies there as it was sent; else it goes beside.

    \b
    matchback quarantine readmit 9c1f42d0 --reason catalog_completed
    """
    from matchback.answers.quarantine import readmit

    OPTIONS.words(*readmit(OPTIONS.open_context(as_of), file_id, reason))


@quarantine.command("decline")
@click.argument("file_id")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def quarantine_decline(file_id: str, reason: str, as_of: date | None) -> None:
    """Refuse a file that waits since it is not as expected, such as a test file; journaled, done by the next run.

    Nothing of it is loaded, and its results file says why.

    \b
    matchback quarantine decline 9c1f42d0 --reason test_file
    """
    from matchback.answers.quarantine import decline

    OPTIONS.words(*decline(OPTIONS.open_context(as_of), file_id, reason))
