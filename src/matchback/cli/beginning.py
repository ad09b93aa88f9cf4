"""The command that begins a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command
from matchback.new_workspace import TEMPLATES, TERMS_FILE, make_program, make_workspace


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--template", type=click.Choice(TEMPLATES), help="Whose it is; a bank's unless you say otherwise."
)
@click.option(
    "--program", is_flag=False, flag_value="", metavar="NAME",
    help="Begin from an example program: public terms as rules. Without NAME, the list of them.",
)  # fmt: skip
def init(folder: Path | None, template: str | None, program: str | None) -> None:
    """Make a new workspace: a commented matchback.toml, a secret of its own, and a few files of invented people.

    Nothing is ever overwritten.

    \b
    matchback init --template bank my-bank
    matchback init --program                          what programs there are
    matchback init --program citadel my-program
    matchback run --workspace my-bank
    """
    from matchback.example_programs import example_program

    if program == "":
        _list_programs()
        return
    if program is not None:
        example_program(program)  # which knows its name, or lists them
    if folder is None:
        raise click.UsageError("Missing argument 'DIR': the folder that becomes a workspace.")
    if program is not None and template is not None:
        raise click.UsageError("--template and --program exclude each other: a workspace begins from one.")
    written = make_program(program, folder) if program else make_workspace(template or "bank", folder)
    _say(folder, written, program)


def _list_programs() -> None:
    from matchback.example_programs import example_programs, listed, program_row

    programs = example_programs()
    words = f"{listed(programs)}\nBegin from one:  matchback init --program {programs[0].name} my-program"
    OPTIONS.words(words, [program_row(program) for program in programs])


def _say(folder: Path, written: list[Path], program: str | None) -> None:
    lines = [
        f"{folder} is a workspace now; its secret is {folder / 'id_secret.txt'}, which never changes.",
        f"Run it:              matchback run --workspace {folder}",
        f"Then make it yours:  {folder / 'matchback.toml'}",
    ]
    if program is not None:
        lines += [
            f"See who earned what: matchback rewards list --workspace {folder}",
            f"Tell the sender:     matchback feeds spec activity --workspace {folder}",
            f"Terms in words:      {folder / TERMS_FILE}",
        ]
    OPTIONS.words("\n".join(lines), {"workspace": str(folder), "written": [str(path) for path in written]})
