"""The command for analysts: their own SQL, or a worked question, on the published version."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command
from matchback.errors import ConfigurationError

FORMATS = ("table", "csv", "spreadsheet", "json")
SHOWN = 1_000


@click.command(cls=Command)
@click.argument("sql", required=False)
@click.option("--question", metavar="NAME", help="Run a worked question instead of SQL of your own.")
@click.option("--questions", is_flag=True, help="List the worked questions.")
@click.option("--sql", "shows_sql", is_flag=True, help="With --question: print its SQL, to make it your own.")
@click.option(
    "--with", "brought", multiple=True, metavar="NAME=FILE",
    help="Read a CSV or Parquet file of yours as a table of this name; all columns of a CSV file are text.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table",
    help="csv is exact; spreadsheet is CSV in which no text acts as a formula and no long id loses digits.",
)  # fmt: skip
@click.option(
    "--rows", "most", type=click.IntRange(min=1), default=SHOWN, show_default=True,
    help="Print at most so many rows as a table; csv and json give all.",
)  # fmt: skip
def query(
    sql: str | None,
    question: str | None,
    questions: bool,
    shows_sql: bool,
    brought: tuple[str, ...],
    form: str,
    most: int,
) -> None:
    """Run SQL on the published tables.

    They are never locked, never half-written, and hold no personal data. With -, the SQL is read from stdin.

    \b
    matchback query "SELECT label, COUNT(*) FROM recognitions GROUP BY label"
    matchback query --questions
    matchback query --question channels_by_model
    matchback query --format csv "SELECT * FROM recognitions" > recognitions.csv
    matchback query --with members=members.csv --question members_by_branch
    """
    from matchback.answers.query import asked
    from matchback.answers.questions import listed, worked_question

    if questions:
        OPTIONS.rows(listed())
        return
    if (sql is None) == (question is None):
        raise click.UsageError(
            "Give either SQL, or --question NAME (matchback query --questions lists them)."
        )
    if shows_sql and question is None:
        raise click.UsageError("--sql prints the SQL of a worked question: give --question NAME too.")
    text = worked_question(question).sql if question else sys.stdin.read() if sql == "-" else str(sql)
    if shows_sql:
        click.echo(text)
        return
    with asked(OPTIONS.open_workspace(), text, _files(brought)) as answer:
        _print(answer.columns, answer.rows, "json" if OPTIONS.json else form, most)


def _print(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]], form: str, most: int) -> None:
    from matchback.answers.printing import as_columns, as_csv, as_json

    if form in ("csv", "spreadsheet"):
        for text in as_csv(columns, rows, for_spreadsheet=form == "spreadsheet"):
            click.echo(text, nl=False)
        return
    if form == "json":
        click.echo(as_json([dict(zip(columns, row, strict=True)) for row in rows]))
        return
    read = iter(rows)
    shown = [dict(zip(columns, row, strict=True)) for row in islice(read, most)]
    click.echo(as_columns(shown, columns))
    left = sum(1 for _ in read)
    if left:
        OPTIONS.note(f"{left:,} more rows: --rows {most + left} shows all, --format csv writes all.")


def _files(brought: tuple[str, ...]) -> dict[str, Path]:
    files = {}
    for text in brought:
        name, is_named, path = text.partition("=")
        if not is_named or not path:
            raise ConfigurationError(
                f"--with takes NAME=FILE, not {text!r}.",
                next_step="Such as:  matchback query --with members=members.csv ...",
            )
        if name in files:
            raise ConfigurationError(f"--with names {name} twice; give the second file another name.")
        files[name] = Path(path)
    return files
