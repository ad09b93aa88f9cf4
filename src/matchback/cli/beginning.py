"""The command that begins a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command
from matchback.new_workspace import TEMPLATES, make_workspace


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--template", type=click.Choice(TEMPLATES), default="bank", show_default=True, help="Whose it is."
)
def init(folder: Path, template: str) -> None:
    """Make a new workspace: a commented matchback.toml, a secret of its own, and a few files of invented people.

    Nothing is ever overwritten.

    \b
    matchback init --template bank my-bank
    matchback run --workspace my-bank
    """
    written = make_workspace(template, folder)
    words = (
        f"{folder} is a workspace now; its secret is {folder / 'id_secret.txt'}, which never changes.\n"
        f"Run it:              matchback run --workspace {folder}\n"
        f"Then make it yours:  {folder / 'matchback.toml'}"
    )
    OPTIONS.words(words, {"workspace": str(folder), "written": [str(path) for path in written]})
