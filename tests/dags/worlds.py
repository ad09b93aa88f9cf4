"""Copies of the sample workspace, one for the command line, one whose files lie on servers, and what its people do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

from servers.s3 import S3Server
from servers.sshd import Sshd

REPOSITORY = Path(__file__).resolve().parents[2]
BUCKET = "bank"
# The history, and three nights; before the last one, an operator acts. What came in the two days between stays away:
# one task takes in one file, and one file is as good as another here.
NIGHTS = (date(2026, 10, 31), date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5))
LEFT_OUT = ("*20261101*", "*20261102*")
# Where two runs of the same files may differ: the clock, how many entries the journal has got (a task writes its own),
# and what names the configuration or the version.
RUN_COLUMNS = {"received_at", "acted_at", "journal_number"}
VERSION_TABLES = {"versions"}


def copy_of_sample(target: Path) -> Path:
    """Copy the sample workspace, not run yet, without the files of two days."""
    left_out = shutil.ignore_patterns("var", "generator", "expected", "__pycache__", "*.py", *LEFT_OUT)
    shutil.copytree(REPOSITORY / "sample_data", target, ignore=left_out)
    return target


def spread_over_servers(workspace: Path, sshd: Sshd, s3: S3Server) -> dict[str, str]:
    """Move the feeds' folders: every third to the sshd, every third to the S3 server, the rest stay local.

    Returns the environment variables that hold the connections. The files of the sftp feeds lie in
    `remote/`, those of the S3 feeds in a bucket; their copies in `inbox` are read by no feed any more.
    """
    configuration = workspace / "matchback.toml"
    text = configuration.read_text()
    named = set(re.findall(r'^source = "(inbox/[^"]+)"', text, flags=re.MULTILINE))
    folders = [folder for folder in sorted(named) if (workspace / folder).is_dir()]
    assert len(folders) > 9
    for number, folder in enumerate(folders):
        if number % 3 == 0:
            shutil.copytree(workspace / folder, workspace / "remote" / folder)
            address, connection = sshd.url(workspace / "remote" / folder), "bank_sftp"
        elif number % 3 == 1:
            s3.upload(workspace / folder, f"{BUCKET}/{folder}")
            address, connection = f"s3://{BUCKET}/{folder}", "lake"
        else:
            continue
        text = text.replace(f'source = "{folder}"', f'source = "{address}"\nconnection = "{connection}"')
    configuration.write_text(text)
    return {
        "MATCHBACK_CONNECTION_BANK_SFTP": json.dumps(sshd.options),
        "MATCHBACK_CONNECTION_LAKE": json.dumps(s3.options),
    }


def run_by_command_line(workspace: Path) -> None:
    """Run the nights one by one, as operators would."""
    for night in NIGHTS:
        record_acts(workspace, night)
        matchback(workspace, "run", "--quiet", "--as-of", night.isoformat(), "--allow-future")


def record_acts(workspace: Path, night: date) -> None:
    """Do by command what the sample's operators do by hand before this night."""
    for act in tomllib.loads((workspace / "acts.toml").read_text())["acts"]:
        if act["on"] == night:
            assert act["act"] == "recognition_added"
            said = [f"--{name}={act[name]}" for name in ("event", "program", "advocate", "reason")]
            when = ["--as-of", night.isoformat(), "--allow-future"]
            matchback(workspace, "recognitions", "add", *said, *when, MATCHBACK_OPERATOR=act["operator"])


def matchback(workspace: Path, *arguments: str, **environment: str) -> None:
    """Run one command in a process of its own."""
    command = [str(Path(sys.executable).with_name("matchback")), *arguments, "--workspace", str(workspace)]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    assert result.returncode in (0, 3), result.stdout + result.stderr


def payout_files(workspace: Path) -> dict[str, bytes]:
    """Read every payout file that was sent, by name."""
    return {path.name: path.read_bytes() for path in (workspace / "outgoing" / "payouts").iterdir()}


def published_tables(workspace: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read every published table, its rows in one order, without what only the run decides."""
    import duckdb

    database = workspace / "var" / "published" / "current" / "analytics.duckdb"
    tables = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        for name in names:
            if name in VERSION_TABLES:
                continue
            columns = [column for column, *_ in connection.execute(f'DESCRIBE "{name}"').fetchall()]
            kept = ", ".join(f'"{column}"' for column in columns if column not in RUN_COLUMNS)
            tables[name] = sorted(connection.execute(f'SELECT {kept} FROM "{name}"').fetchall(), key=repr)
    return tables
