"""What every command shares: the common options, before or after its name, and how results are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchback.errors import ConfigurationError
from matchback.settings import enable_debug

if TYPE_CHECKING:
    from matchback.context import RunContext
    from matchback.workspace import Workspace


@dataclass
class Options:
    """What was said before or after the command's name."""

    workspace: Path | None = None
    quiet: bool = False
    debug: bool = False
    json: bool = False
    allow_future: bool = False

    def reset(self) -> None:
        """Forget what an earlier call in the same process said."""
        for field in fields(self):
            setattr(self, field.name, field.default)

    def open_workspace(self) -> Workspace:
        """Return the workspace that was named, by option, by environment, or by standing in it."""
        from matchback.settings import workspace_from_environment
        from matchback.workspace import Workspace

        return Workspace.at(self.workspace or workspace_from_environment() or Path("."))

    def open_context(self, as_of: date | None = None, **more: Any) -> RunContext:
        """Return the context in which steps run, with progress on stderr unless --quiet."""
        from matchback.context import open_context, refuse_future
        from matchback.progress import choose_progress

        progress = choose_progress(self.quiet)
        context = open_context(self.open_workspace(), as_of=as_of, progress=progress, **more)
        for feed_id in context.feed_ids:
            context.config.feed(feed_id)
        if as_of and not self.allow_future:
            refuse_future(context.config, as_of)
        return context

    def rows(self, rows: Sequence[Any]) -> None:
        """Print rows to stdout, as columns or as JSON."""
        from matchback.answers.printing import as_columns, as_json

        click.echo(as_json(list(rows)) if self.json else as_columns(rows))

    def words(self, text: str, data: Any) -> None:
        """Print what was found as text, or with --json its data."""
        from matchback.answers.printing import as_json, for_terminal

        if self.json:
            click.echo(as_json(data))
        elif text:
            click.echo(for_terminal(text))

    def note(self, words: str) -> None:
        """Say something beside the result, on stderr."""
        from matchback.answers.printing import for_terminal

        click.echo(for_terminal(words), err=True)


OPTIONS = Options()
DATE = click.DateTime(["%Y-%m-%d"])


class Command(click.Command):
    """A command that also takes the common options."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.params += common_options()


class Group(click.Group):
    """A group whose commands stand in the order in which they are declared."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def common_options() -> list[click.Parameter]:
    """Return the options that every command takes."""
    flags = {
        "--quiet": "Print no progress.",
        "--debug": "On a failure, print where it happened. That can quote records: not for a shared log.",
        "--json": "Print results as JSON.",
    }
    folder = click.Path(file_okay=False, path_type=Path)
    where = "The folder with matchback.toml; else MATCHBACK_WORKSPACE, else the current folder."
    return [
        click.Option(
            ["--workspace"], type=folder, metavar="DIR", help=where, expose_value=False, callback=_remember
        ),
        *(
            click.Option([name], is_flag=True, help=text, expose_value=False, callback=_remember)
            for name, text in flags.items()
        ),
    ]


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --as-of to a command, and the consent that a future one needs."""
    words = "The local date to stand at (default: today in the program's zone)."
    consent = "Take an --as-of after today; the ledger then stands there, and never goes back."
    command = click.option(
        "--allow-future", is_flag=True, help=consent, expose_value=False, callback=_remember
    )(command)
    return click.option("--as-of", type=DATE, metavar="DATE", callback=to_date, help=words)(command)


def to_date(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    """Return what was typed as a date."""
    return value.date() if value else None


def read_value(value: str) -> str:
    """Return a value, or for `-` the next line of standard input: what names a person stays off the command line."""
    if value != "-":
        return value
    line = sys.stdin.readline().strip()
    if not line:
        raise ConfigurationError("Standard input held no line to read the value from.")
    return line


def member_or_stdin(name: str, value: str | None) -> str | None:
    """Return what names a member; refuse an email on the command line."""
    if value is None:
        return None
    if "@" in value:
        raise click.UsageError(f"--{name} takes a member id, or - to read an email from standard input.")
    return read_value(value)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        assert parameter.name is not None
        setattr(OPTIONS, parameter.name, value)
    if OPTIONS.debug:
        enable_debug()
