"""Commands that keep a workspace: backups of it, a workspace from a backup, and what may be removed."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from matchback.cli.common import OPTIONS, Command, as_of_option

_FOLDER = click.Path(path_type=Path)


@click.command(cls=Command)
@click.argument("target", metavar="TARGET", type=_FOLDER)
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Remove the oldest; the newest N stay.")
@click.option("--whole", is_flag=True, help="Copy every byte, and share nothing with earlier backups.")
@click.option("--verify", is_flag=True, help="Make none: read every byte of those in TARGET, or of one.")
def backup(target: Path, keep: int | None, whole: bool, verify: bool) -> None:
    """Keep a copy of all that cannot be made again, as the next numbered backup in the folder TARGET.

    Journal, archive, warehouse, outbox, the published version and matchback.toml, each byte with its hash; secrets are
    not in it. What the backup before holds is linked and takes no room. A run that goes on is waited for; one that
    begins while the warehouse is copied is refused. Exit code 1: something was lost already, or a byte is not the one
    that was kept.

    \b
    matchback backup /backups/bank --keep 30
    matchback backup /backups/bank --verify
    """
    from matchback.progress import choose_progress

    progress = choose_progress(OPTIONS.quiet)
    if verify:
        from matchback.backup_manifest import verify_backups

        verified = verify_backups(target.expanduser().resolve(), progress)
        OPTIONS.words(verified.text(), verified.data)
        sys.exit(0 if verified.holds else 1)
    from matchback.backup import back_up

    context = OPTIONS.open_context()
    made = back_up(context.workspace, context.config, target, progress, keep=keep, whole=whole)
    OPTIONS.words(made.text(), made.data)
    sys.exit(0 if made.holds else 1)


@click.command(cls=Command)
@click.argument("place", metavar="BACKUP", type=_FOLDER)
@click.option(
    "--into", required=True, type=_FOLDER, metavar="DIR", help="The workspace: a folder not there yet."
)
def restore(place: Path, into: Path) -> None:
    """Make a workspace again from a backup, or from the newest of a folder of backups; verify every byte first.

    At any place and as any user. It then says what is left to do: secrets, files and acts that came after the backup,
    and which payout files were sent, before which none is made.

    \b
    matchback restore /backups/bank --into /srv/bank
    matchback restore /backups/bank/0031-2026-11-20 --into /srv/drill
    """
    from matchback.progress import choose_progress
    from matchback.restore import restore as restore_backup

    restored = restore_backup(place, into, choose_progress(OPTIONS.quiet))
    OPTIONS.words(restored.text(), restored.data)


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option(
    "--results-days", type=click.IntRange(min=1), default=90, show_default=True, metavar="N",
    help="Results files that were sent stay so many days after their file was received.",
)  # fmt: skip
@as_of_option
def tidy(dry_run: bool, results_days: int, as_of: date | None) -> None:
    """Remove what has served its purpose and can be made again; never archive, journal, warehouse or payout files.

    Published versions beyond publish.keep_versions and older than a day, results files that went back to their senders
    long ago, and what killed processes left. Backups go with `matchback backup TARGET --keep N`.

    \b
    matchback tidy --dry-run
    matchback tidy --results-days 30
    """
    from matchback.tidy import tidy as tidy_workspace

    tidied = tidy_workspace(OPTIONS.open_context(as_of), results_days=results_days, dry_run=dry_run)
    OPTIONS.words(tidied.text(), tidied.data)


@click.command("resume", cls=Command)
@click.option(
    "--last", required=True, type=click.IntRange(min=0), metavar="N", help="The last one that was sent."
)
@click.option(
    "--sent", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="PATH",
    help="A payout file that was sent after the backup, or a folder of them; may be repeated.",
)  # fmt: skip
@click.option(
    "--never-sent", multiple=True, type=click.IntRange(min=1), metavar="NUMBER",
    help="A number after the backup of which no file was sent; may be repeated.",
)  # fmt: skip
def resume(last: int, sent: tuple[Path, ...], never_sent: tuple[int, ...]) -> None:
    """Let payouts go on in a restored workspace, once it is known which payout files were sent.

    What stands in a file that was sent after the backup is paid by no other file: it is made again only with the same
    number and bytes.

    \b
    matchback payouts resume --last 12
    matchback payouts resume --last 14 --sent /srv/payer/incoming
    """
    from matchback.rewards.payouts_after_restore import resume_payouts

    OPTIONS.words(*resume_payouts(OPTIONS.open_context(), last, sent, never_sent))
