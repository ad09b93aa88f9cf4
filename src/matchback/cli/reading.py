"""Commands that read: the configuration, the published version, and of files what a night has not published yet."""

from __future__ import annotations

from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command, Group, member_or_stdin, read_value

FILE_STATUSES = ("loaded", "refused", "duplicate", "superseded", "waiting", "at_source", "held")


@click.group(cls=Group)
def files() -> None:
    """The files that were delivered."""


@files.command("list")
@click.option("--feed", metavar="ID", help="Only this feed.")
@click.option("--status", type=click.Choice(FILE_STATUSES), help="Only files with this status.")
def files_list(feed: str | None, status: str | None) -> None:
    """List delivered files, and what is not taken in yet: left at its source, or held for you, with what to do next.

    Records = accepted + refused + duplicates + conflicts + waiting + control lines, for every file.

    \b
    matchback files list --status refused
    matchback files list --status at_source
    """
    from matchback.answers.listings import file_list

    OPTIONS.words(*file_list(OPTIONS.open_workspace(), feed, status, OPTIONS.note))


@files.command("show")
@click.argument("file_id")
def files_show(file_id: str) -> None:
    """Show one file: what became of it and why, and where its results file is. The start of an id is enough.

    \b
    matchback files show 9c1f42d0
    """
    from matchback.answers.listings import show_file

    OPTIONS.words(*show_file(OPTIONS.open_workspace(), file_id))


@click.group(cls=Group)
def events() -> None:
    """Events as they stand after corrections."""


@events.command("show")
@click.argument("event")
def events_show(event: str) -> None:
    """Show one event by its id, or by the sender's own event id; of one in conflict, every version.

    \b
    matchback events show 4611686018427387904
    matchback events show OPEN-20261103-0017
    """
    from matchback.answers.events import show_event

    OPTIONS.words(*show_event(OPTIONS.open_workspace(), event))


@click.group(cls=Group)
def rewards() -> None:
    """Rewards and the ledger behind them."""


@rewards.command("list")
@click.option("--state", metavar="STATE", help="Only rewards in this state, such as pending or approved.")
@click.option("--program", metavar="ID", help="Only this program.")
def rewards_list(state: str | None, program: str | None) -> None:
    """List rewards with their states.

    \b
    matchback rewards list --state pending
    """
    from matchback.answers.listings import reward_rows

    OPTIONS.rows(reward_rows(OPTIONS.open_workspace(), state, program))


@click.command(cls=Command)
@click.option("--event", metavar="ID", help="An event's id, or the sender's own id of it.")
@click.option("--email", metavar="-", help="A person's email, read from standard input.")
@click.option("--phone", metavar="-", help="A person's phone number, read from standard input.")
@click.option("--partner-user-id", metavar="ID", help="A person's member or customer id.")
@click.option("--account", metavar="ID", help="An account.")
@click.option("--order", metavar="ID", help="An order or application.")
@click.option("--coupon", metavar="CODE", help="A coupon.")
@click.option("--reward", metavar="ID", help="A reward.")
@click.option("--advocate", metavar="ID|-", help="With --friend: the advocate's member id; - reads an email.")
@click.option("--friend", metavar="ID|-", help="With --advocate: the friend's member id; - reads an email.")
@click.option(
    "--audience", type=click.Choice(("staff", "advocate")), default="staff",
    help="Whom the answer is for: an advocate hears nothing about a friend.",
)  # fmt: skip
@click.option(
    "--pack", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH",
    help="Also write the answer as one page for an auditor, with the rules and hashes to check it by.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="With --pack: write over a file that is there.")
def explain(audience: str, pack: Path | None, force: bool, **asked: str | None) -> None:
    """Explain a decision, also when nothing arrived.

    What arrived, who was recognized and why, why others lost, what is owed, and what is missing by how much.
    A value of - is read from standard input, a line each: what names a person need not stand on a command line.
    Exit codes: 0 answered, also when nothing arrived; 1 nothing published, or no such reward; 2 not one question.

    \b
    matchback explain --partner-user-id M10482
    matchback explain --account 000123456789
    matchback explain --email -                         then type the address
    matchback explain --advocate M10482 --friend -      then type the friend's address
    matchback explain --advocate M10482 --friend M10977 --audience advocate     what the advocate may hear
    matchback explain --reward 5061112229 --pack reward.html                    for an auditor
    """
    from matchback.answers.explain import Question, explain

    for name in ("email", "phone"):
        if asked[name] not in (None, "-"):
            raise click.UsageError(
                f"--{name} takes only -, since a command line can be read by others on this machine.\n"
                f"Type the value instead:  matchback explain --{name} -"
            )
    values = {
        name: member_or_stdin(name, text)
        if name in ("advocate", "friend")
        else (read_value(text) if text else None)
        for name, text in asked.items()
    }
    workspace, question = OPTIONS.open_workspace(), Question.asked(values)
    if pack is None:
        explanation = explain(workspace, question, audience)
    else:
        from matchback.answers.explain_pack import write_pack

        if audience != "staff":
            raise click.UsageError("--pack names the friend, so it is never for an advocate.")
        explanation = explain(workspace, question, proof=True)
        write_pack(explanation, pack, force=force)
        click.echo(f"Wrote {pack}, which only you may read: it names members.", err=True)
    OPTIONS.words(explanation.text(), explanation.data)
