"""Commands by which an operator acts: they append to the journal, and the next run applies them."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command, Group, as_of_option, member_or_stdin

REASON_HELP = "Why, as a short code of letters, digits, _ and -."


@click.group(cls=Group)
def recognitions() -> None:
    """Who was recognized."""


@recognitions.command("add")
@click.option(
    "--event", required=True, metavar="ID", help="The friend's event, by its id or the sender's own."
)
@click.option("--program", metavar="ID", help="The program; needed if several judge the event.")
@click.option("--advocate", required=True, metavar="ID|-", help="The advocate's member id; - reads an email.")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def recognitions_add(event: str, program: str | None, advocate: str, reason: str, as_of: date | None) -> None:
    """Name the advocate of an event by hand. It is journaled with your name and ranks before every other ground.

    \b
    matchback recognitions add --event OPEN-20261103-0017 --advocate M10482 --reason verified_by_phone
    """
    from matchback.answers.operations import add_recognition

    member = member_or_stdin("advocate", advocate)
    assert member is not None
    OPTIONS.words(*add_recognition(OPTIONS.open_context(as_of), event, program, member, reason))


@click.command("resolve", cls=Command)
@click.argument("event")
@click.option(
    "--version", "version_key", required=True, type=int, metavar="VERSION", help="The one that holds."
)
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def resolve(event: str, version_key: int, reason: str, as_of: date | None) -> None:
    """Choose the version of an event in conflict that holds; journaled, applied by the next run.

    \b
    matchback events show OPEN-20261103-0017
    matchback events resolve OPEN-20261103-0017 --version 4611686018427387904 --reason bank_confirmed
    """
    from matchback.answers.events import resolve_event

    OPTIONS.words(*resolve_event(OPTIONS.open_context(as_of), event, version_key, reason))


@click.command("redeliver", cls=Command)
@click.argument("file_ids", nargs=-1, metavar="[FILE_ID...]")
@click.option("--feed", "feed_id", required=True, metavar="ID", help="The feed whose source moved.")
@click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
@as_of_option
def redeliver(file_ids: tuple[str, ...], feed_id: str, reason: str, as_of: date | None) -> None:
    """Send results that are owed to a feed's former source to its source of today; journaled with your name.

    Results go back only to where their file came from, until you say that the same sender is at the new address.

    \b
    matchback files redeliver --feed account-openings --reason server_moved
    matchback files redeliver 9c1f42d0 --feed account-openings --reason server_moved
    matchback deliver
    """
    from matchback.answers.redelivery import redeliver

    OPTIONS.words(*redeliver(OPTIONS.open_context(as_of), feed_id, file_ids, reason))


def decide_command(act: str, words: str) -> click.Command:
    """Return `rewards approve`, `rewards decline` or `rewards retry`."""

    @click.command(
        act, cls=Command, help=f"{words}\n\n\b\nmatchback rewards {act} 4611686018427387904 --reason checked"
    )
    @click.argument("reward_ids", nargs=-1, required=True, type=click.IntRange(min=0), metavar="REWARD_ID...")
    @click.option("--reason", required=True, metavar="CODE", help=REASON_HELP)
    @as_of_option
    def command(reward_ids: tuple[int, ...], reason: str, as_of: date | None) -> None:
        from matchback.answers.decisions import decide_rewards

        OPTIONS.words(*decide_rewards(OPTIONS.open_context(as_of), act, reward_ids, reason))

    return command


approve = decide_command(
    "approve", "Approve rewards that wait for a person; journaled, applied by the next run."
)
decline = decide_command(
    "decline", "Decline rewards that are not issued yet; journaled, applied by the next run."
)
retry = decide_command(
    "retry",
    "Pay rewards again whose payment failed, in the next payout file; journaled, applied by the next run.",
)


@click.command("decide", cls=Command)
@click.option(
    "--file", "path", required=True, metavar="FILE.csv", type=click.Path(dir_okay=False, path_type=Path),
    help="With the columns reward_id,decision,reason_code.",
)  # fmt: skip
@as_of_option
def decide(path: Path, as_of: date | None) -> None:
    """Approve, decline or retry the rewards of a file; journaled with your name, applied by the next run.

    Each line is a reward's id, approve, decline or retry, and why as a short code. A line that cannot be followed is
    told and left out; giving the file again journals nothing twice. Exit codes: 0 done, 3 some lines were refused.

    \b
    matchback rewards decide --file approvals-2026-11.csv
    """
    from matchback.answers.decisions import decide_file

    words, data = decide_file(OPTIONS.open_context(as_of), path)
    OPTIONS.words(words, data)
    sys.exit(3 if data["refused"] else 0)
