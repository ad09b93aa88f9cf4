"""The command line: thin. Each command parses its words, calls another module, and prints what comes back.

Rows go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 a file
refused or waiting.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from matchback.cli import (
    acting,
    beginning,
    feeds,
    granting,
    keeping,
    payouts,
    quarantine,
    querying,
    reading,
    running,
    simulating,
    supporting,
)
from matchback.cli.common import OPTIONS, Group, common_options
from matchback.errors import MatchbackError


@click.group(
    cls=Group,
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="matchback", prog_name="matchback")
def cli() -> None:
    """Match offline-event files to the advocates who brought each friend, and pay what was promised.

    \b
    matchback run                                 all steps, as of today
    matchback explain --partner-user-id M10482    who was recognized, why, and what is owed
    matchback query "SELECT * FROM rewards"       SQL on the published tables

    Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 a file was refused or waits.
    """


cli.add_command(beginning.init)
cli.add_command(running.run)
for step in running.STEP_HELP:
    cli.add_command(running.step_command(step))
cli.add_command(running.check)
for command in (feeds.feeds, reading.files, quarantine.quarantine, reading.events, reading.explain):
    cli.add_command(command)
reading.files.add_command(acting.redeliver)
reading.events.add_command(acting.resolve)
cli.add_command(acting.recognitions)
cli.add_command(reading.rewards)
reading.rewards.add_command(acting.approve)
reading.rewards.add_command(acting.decline)
reading.rewards.add_command(acting.retry)
reading.rewards.add_command(acting.decide)
reading.rewards.add_command(granting.grant)
reading.rewards.add_command(granting.withdraw)
cli.add_command(payouts.payouts)
payouts.payouts.add_command(keeping.resume)
cli.add_command(simulating.simulate)
cli.add_command(querying.query)
cli.add_command(supporting.support)
cli.add_command(running.deliver)
cli.add_command(running.doctor)
cli.add_command(running.replay)
cli.add_command(keeping.backup)
cli.add_command(keeping.restore)
cli.add_command(keeping.tidy)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every failure ends as a message and an exit code, never as a bare stack trace."""
    OPTIONS.reset()
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    from matchback.settings import wants_debug

    try:
        cli.main(args=arguments, prog_name="matchback", standalone_mode=False)
        return 0
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. Run again: it goes on where it stopped.", err=True)
        return 1
    except SystemExit as ended:
        return int(ended.code or 0)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if wants_debug():
            raise
        OPTIONS.note(_message(error))
        return error.exit_code if isinstance(error, MatchbackError) else 1


def _message(error: Exception) -> str:
    if isinstance(error, MatchbackError):
        return str(error)
    return (
        f"Failed unexpectedly ({type(error).__name__}). What was committed stands; the step that failed was undone.\n"
        "To see where it happened, on a machine that may show records:  add --debug"
    )
