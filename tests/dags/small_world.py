"""A bank with seven files and three nights, the last of which refuses a record and pays a reward.

Its feeds lie on a real sshd, on a real S3 server and in a folder. Copies of its workspace differ in nothing: all read
the same places.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dags.worlds import matchback, payout_files, published_tables
from matchback.journal import Journal
from matchback.new_workspace import make_workspace
from servers.s3 import S3Server
from servers.sshd import Sshd

NIGHTS = (date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5))
BUCKET = "small"
REFUSED = "2026-11-04T16:00:00-05:00,30002009,12.3.4,DEP-9\n"  # its amount is none
CHANGED = (
    ("pending_days = 30", "pending_days = 0"),
    (
        'constants = { event_name = "direct_deposit"',
        'refuse_file_above = "50%"\nconstants = { event_name = "direct_deposit"',
    ),
    ('on = "business_days"', 'on = "every_day"\nformat = "earned-rewards-csv"\nto = "outgoing/payouts"'),
)


@dataclass(frozen=True)
class SmallWorld:
    """The workspaces `after`, one for each number of nights that the command line has run there."""

    after: tuple[Path, ...]
    environment: dict[str, str]
    inbox: Path  # every file that was delivered, by feed

    def copy(self, nights: int, target: Path) -> Path:
        """Make a workspace of which so many nights have been run."""
        return Path(shutil.copytree(self.after[nights], target, symlinks=True))

    @property
    def reference(self) -> Path:
        """The workspace whose three nights the command line has run."""
        return self.after[len(NIGHTS)]


def make_small_world(folder: Path, sshd: Sshd, s3: S3Server) -> SmallWorld:
    """Make the files and the workspace, and let the command line run the nights one by one, on a copy each."""
    first = folder / "0"
    make_workspace("bank", first, NIGHTS[-1])
    inbox = folder / "inbox"
    (first / "inbox").rename(inbox)
    with (inbox / "deposits" / f"deposits_{NIGHTS[-1]:%Y%m%d}.csv").open("a") as deposits:
        deposits.write(REFUSED)
    s3.upload(inbox / "deposits", f"{BUCKET}/deposits")
    configuration = first / "matchback.toml"
    text = re.sub(r"^after = .*\n", "", configuration.read_text(), flags=re.MULTILINE)
    places = {
        "openings": f'"{sshd.url(inbox / "openings")}"\nconnection = "bank_sftp"',
        "deposits": f'"s3://{BUCKET}/deposits"\nconnection = "lake"',
        "shares": f'"{inbox / "shares"}"',
        "advocates": f'"{sshd.url(inbox / "advocates")}"\nconnection = "bank_sftp"',
    }
    for before, now in (*CHANGED, *((f'"inbox/{name}"', place) for name, place in places.items())):
        assert before in text
        text = text.replace(before, now)
    configuration.write_text(text)
    environment = {
        "MATCHBACK_CONNECTION_BANK_SFTP": json.dumps(sshd.options),
        "MATCHBACK_CONNECTION_LAKE": json.dumps(s3.options),
    }
    after = [first]
    for number, night in enumerate(NIGHTS, 1):
        after.append(Path(shutil.copytree(after[-1], folder / str(number), symlinks=True)))
        matchback(after[-1], *run_of(night), **environment)
    return SmallWorld(tuple(after), environment, inbox)


def run_of(night: date) -> tuple[str, ...]:
    """The words of the command that runs a night."""
    return "run", "--quiet", "--as-of", night.isoformat(), "--allow-future"


@dataclass(frozen=True)
class Outcome:
    """What a workspace's nights have come to."""

    tables: dict[str, list[tuple[object, ...]]]
    payouts: dict[str, bytes]
    received: tuple[str, ...]  # the ids of the files, as often as they were received
    paid: frozenset[tuple[int, str]]  # the number and the hash of each payout file that was decided on


def outcome_of(workspace: Path) -> Outcome:
    """Read what there is to compare."""
    journal = Journal(workspace / "var" / "journal")
    journal.verify()
    received = sorted(entry.body["file_id"] for entry in journal.entries(kind="file_received"))
    paid = {(entry.body["number"], entry.body["file_hash"]) for entry in journal.entries(kind="payout")}
    return Outcome(published_tables(workspace), payout_files(workspace), tuple(received), frozenset(paid))


def current_version(workspace: Path) -> str:
    """The version that readers get."""
    return os.readlink(workspace / "var" / "published" / "current")
