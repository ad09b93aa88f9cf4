"""The guide for senders is a real SFTP session: every line that it types is typed here, and answered the same."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from matchback.context import RunContext
from servers.sshd import Sshd
from unit.intake_world import make_world, take_in

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("servers")]

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/uploading.md"
LOGIN = "sftp -i bank_key uploader@sftp.bank.example:outgoing"
FEED = """
[[feeds]]
id = "openings"
kind = "events"
source = "{source}"
connection = "bank"
pattern = "openings_{{date:%Y%m%d}}*.csv"
quiet_seconds = 0
refuse_file_above = "50%"
after = {{ results_to = "results" }}
"""


@dataclass(frozen=True)
class Typed:
    """A line at the shell's prompt, and everything that the guide shows until the next one."""

    command: str
    shown: str


def blocks() -> list[list[Typed]]:
    """Return the guide's sessions, block by block."""
    found = re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [list(_typed(block)) for block in found]


def _typed(block: str) -> Iterator[Typed]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield Typed(command, shown)


def answered(sshd: Sshd, outgoing: Path, mine: Path, session: str) -> str:
    """Type the lines of a session at a real client; return what stands on the screen."""
    lines = [line.removeprefix("sftp> ") for line in session.splitlines() if line.startswith("sftp> ")]
    options = ["-P", str(sshd.port), "-i", str(sshd.folder / "client_key"), "-o", "IdentitiesOnly=yes"]
    options += ["-o", f"UserKnownHostsFile={sshd.folder / 'known_hosts'}", "-o", "StrictHostKeyChecking=yes"]
    done = subprocess.run(
        ["sftp", "-b", "-", *options, f"{sshd.user}@127.0.0.1:{outgoing}"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        cwd=mine,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def night(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunContext:
    """A bank whose feed is a folder of the server."""
    (tmp_path / "outgoing/results").mkdir(parents=True)
    monkeypatch.setenv("MATCHBACK_CONNECTION_BANK", json.dumps(sshd.options))
    feed = FEED.format(source=sshd.url(tmp_path / "outgoing"))
    return make_world(tmp_path / "bank", feed, as_of=date(2026, 11, 7))


def test_what_the_guide_types_is_answered_as_it_says(sshd: Sshd, night: RunContext, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    sessions = 0
    for block in blocks():
        for typed in block:
            name = typed.command.removeprefix("cat ")
            if typed.command == LOGIN:
                assert answered(sshd, tmp_path / "outgoing", mine, typed.shown) == typed.shown
                sessions += 1
            elif (mine / name).exists():
                assert (mine / name).read_text(encoding="utf-8") == typed.shown
            else:
                assert typed.command == f"cat {name}"
                assert not name.endswith(".results.csv")
                (mine / name).write_text(typed.shown, encoding="utf-8")
        take_in(night)
    assert sessions == 4


def test_an_unknown_host_key_stops_the_sender(sshd: Sshd, tmp_path: Path) -> None:
    """The guide's last row: what the client says when the server is another one."""
    (tmp_path / "known_hosts").write_text("")
    done = subprocess.run(
        [
            *("sftp", "-b", "-", "-P", str(sshd.port), "-i", str(sshd.folder / "client_key")),
            *("-o", f"UserKnownHostsFile={tmp_path / 'known_hosts'}", "-o", "StrictHostKeyChecking=yes"),
            f"{sshd.user}@127.0.0.1:{tmp_path}",
        ],
        input="ls\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Host key verification failed" in done.stderr
