"""Copies of the sample workspace: one for the command line, one whose files lie on servers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from servers.s3 import S3Server
from servers.sshd import Sshd

REPOSITORY = Path(__file__).resolve().parents[2]
BUCKET = "bank"
KEPT = re.compile(r"_(20261031|20261102)|^eligible_advocates_20260731")
# Where two runs of the same files may differ: the clock, and what names the configuration or the version.
CLOCK_COLUMNS = {"received_at", "acted_at"}
VERSION_TABLES = {"versions"}


def copy_of_sample(target: Path) -> Path:
    """Copy the sample workspace, with the files of its history and of one night: each costs a task some seconds."""
    shutil.copytree(REPOSITORY / "sample_data", target, ignore=shutil.ignore_patterns("var", "__pycache__"))
    for path in (target / "inbox").rglob("*_*"):
        if path.is_file() and not KEPT.search(path.name):
            path.unlink()
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


def run_by_command_line(workspace: Path, nights: Sequence[date]) -> None:
    """Run the nights one by one, as an operator would."""
    program = Path(sys.executable).with_name("matchback")
    for night in nights:
        command = [
            str(program),
            "run",
            "--quiet",
            "--workspace",
            str(workspace),
            "--as-of",
            night.isoformat(),
            "--allow-future",
        ]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode in (0, 3), result.stdout + result.stderr


def published_tables(workspace: Path) -> dict[str, list[tuple[object, ...]]]:
    """Read every published table, its rows in one order, without what only the clock decides."""
    import duckdb

    database = workspace / "var" / "published" / "current" / "analytics.duckdb"
    tables = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        for name in names:
            if name in VERSION_TABLES:
                continue
            columns = [column for column, *_ in connection.execute(f'DESCRIBE "{name}"').fetchall()]
            kept = ", ".join(f'"{column}"' for column in columns if column not in CLOCK_COLUMNS)
            tables[name] = sorted(connection.execute(f'SELECT {kept} FROM "{name}"').fetchall(), key=repr)
    return tables
