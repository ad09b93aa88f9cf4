"""The reference of the command line, made from the commands themselves.

Regenerate it with `python -m matchback.cli.reference > docs/reference/cli.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

_HEAD = """# Command line

Generated from the commands; do not edit. Regenerate it with
`python -m matchback.cli.reference > docs/reference/cli.md`.

Every command takes `--workspace DIR`, `--quiet`, `--debug` and `--json`, before or after its name. Rows go to stdout,
progress and errors to stderr. Nothing asks a question.

| exit code | meaning |
|---|---|
| 0 | done: files were loaded, though some of their records may be refused |
| 1 | failed: a source, a lock, a check; what was committed stands |
| 2 | wrong usage or configuration, or changed terms that nobody accepted; the message says what stands |
| 3 | done, but a file was refused or waits |
"""
_WIDTH = 100


def cli_reference() -> str:
    """Return the text of `docs/reference/cli.md`."""
    from matchback.cli import cli

    parts = [_HEAD]
    for path, command in _commands(cli, "matchback"):
        context = click.Context(command, info_name=path, terminal_width=_WIDTH, **cli.context_settings)
        parts.append(f"## {path}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


if __name__ == "__main__":
    sys.stdout.write(cli_reference())
