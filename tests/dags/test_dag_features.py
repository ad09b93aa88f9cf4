"""What Airflow adds to the nights: its connections and secrets, files that arrive, notices, links, lineage, metrics.

Each part runs in a real Python of Airflow's, against real servers; no scheduler runs here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dags.airflow_python import answers_of, environment, run_python, secrets_backend
from servers.s3 import S3Server
from servers.sshd import Sshd

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("dags")]

SECRET = "openly-fake-secret-of-a-test"
CONFIGURATION = """
[workspace]
name = "test-bank"
time_zone = "UTC"
id_secret = "env:BANK_ID_SECRET"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "{openings}"
connection = "bank_sftp"
pattern = "*.csv"
quiet_seconds = 0.5

[[feeds]]
id = "branch"
kind = "events"
source = "{branch}"
connection = "bank_lake"
pattern = "*.csv"
"""
CONTENT = "event_name,event_time,email,partner_event_id\naccount_opened,2026-11-02,ann@example.com,{}\n"
BROKEN = "Expected ']' at the end of a table declaration (at end of document)"
NO_SECRET = """\
The environment variable NO_SECRET is not set, and matchback.toml takes a secret from it.
There is no Airflow Variable of that name either.
Set it and run again:  export NO_SECRET=...
For the DAGs, set it there, or as an Airflow Variable or in its secrets backend:  NO_SECRET"""
NO_CONNECTION = """\
The connection nobody is not declared.
Nothing was changed.
For the command line:  export MATCHBACK_CONNECTION_NOBODY='{...}'
For the DAGs, in Airflow's connections or secrets backend:  airflow connections add nobody ..."""


def sftp_connection(sshd: Sshd) -> dict[str, Any]:
    """An Airflow connection as its form makes it, with the server's key and ours as text."""
    host_key = (sshd.folder / "known_hosts").read_text().splitlines()[0].partition(" ")[2]
    private = (sshd.folder / "client_key").read_text()
    return {
        "conn_type": "sftp",
        "host": "127.0.0.1",
        "port": sshd.port,
        "login": sshd.user,
        "extra": {"private_key": private, "host_key": host_key, "no_host_key_check": "false"},
    }


def lake_connection(s3: S3Server) -> dict[str, Any]:
    return {
        "conn_type": "aws",
        "login": "test",
        "password": "a-very-secret-key",
        "extra": {"endpoint_url": f"http://127.0.0.1:{s3.port}", "region_name": "us-east-1"},
    }


@pytest.fixture
def workspace(tmp_path: Path, sshd: Sshd, s3: S3Server) -> Path:
    """A workspace with a feed at a real sshd and one in a real S3 server, one file waiting at each."""
    root = tmp_path / "workspace"
    (root / "remote").mkdir(parents=True)
    (root / "remote" / "ann_1.csv").write_text(CONTENT.format("E1"))
    bucket = f"bank-{abs(hash(tmp_path)) % 10**9}"
    (root / "upload").mkdir()
    (root / "upload" / "ann_2.csv").write_text(CONTENT.format("E2"))
    s3.upload(root / "upload", f"{bucket}/incoming")
    (root / "matchback.toml").write_text(
        CONFIGURATION.format(openings=sshd.url(root / "remote"), branch=f"s3://{bucket}/incoming")
    )
    return root


COUNT = """
import json, sys
from datetime import UTC, datetime
from matchback import handover
from matchback.errors import MatchbackError
from matchback.under_airflow.keeper import ask_airflow
ask_airflow()
for folder in sys.argv[1:]:
    try:
        night = handover.open_night(folder, None, datetime(2026, 11, 3, 12, tzinfo=UTC))
        said = handover.count_deliveries(night)
    except MatchbackError as error:
        said = [type(error).__name__, str(error)]
    print("answer", json.dumps(said))
"""


def test_connections_and_secrets_come_from_airflows_secrets_backend(
    workspace: Path, tmp_path: Path, sshd: Sshd, s3: S3Server
) -> None:
    """What Airflow does not have is named for both worlds."""
    text = (workspace / "matchback.toml").read_text()
    for folder, known, unknown in (("b", "BANK_ID_SECRET", "NO_SECRET"), ("c", "bank_sftp", "nobody")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "matchback.toml").write_text(text.replace(known, unknown))
    kept = {"bank_sftp": sftp_connection(sshd), "bank_lake": lake_connection(s3)}
    backend = secrets_backend(tmp_path, kept, {"BANK_ID_SECRET": SECRET})
    folders = [str(workspace), str(tmp_path / "b"), str(tmp_path / "c")]
    result = run_python(COUNT, environment(tmp_path, **backend), *folders)
    assert answers_of(result) == [
        {"openings": 1, "branch": 1},
        ["ConfigurationError", NO_SECRET],
        ["ConfigurationError", NO_CONNECTION],
    ]
    heard = result.stdout + result.stderr
    assert not any(secret in heard for secret in (SECRET, "a-very-secret-key", "PRIVATE KEY"))


def test_the_same_names_work_from_the_command_line(workspace: Path, sshd: Sshd, s3: S3Server) -> None:
    named = {"AIRFLOW_CONN_BANK_SFTP": sftp_connection(sshd), "AIRFLOW_CONN_BANK_LAKE": lake_connection(s3)}
    variables = {name: json.dumps(connection) for name, connection in named.items()}
    program = str(Path(sys.executable).with_name("matchback"))
    result = subprocess.run(
        [program, "pickup", "--workspace", str(workspace), "--as-of", "2026-11-03"],
        env={**os.environ, **variables, "BANK_ID_SECRET": SECRET},
        capture_output=True,
        text=True,
    )
    assert "2 files received" in result.stderr, result.stdout + result.stderr


WATCH = """
import asyncio, json, logging, shutil, sys
from pathlib import Path
logging.basicConfig(level=logging.INFO)
from matchback.under_airflow.arrival import FilesArrived
root = Path(sys.argv[1])
trigger = FilesArrived(str(root), 0.2)
def drop(name, number):
    (root / "remote" / name).write_text((root / "remote" / "ann_1.csv").read_text().replace("E1", f"E{number}"))
async def fired(events, seconds):
    task = asyncio.ensure_future(anext(events))
    done, _ = await asyncio.wait([task], timeout=seconds)
    return (task.result().payload, None) if done else (None, task)
async def main():
    said, events = [trigger.serialize()], trigger.run()
    first, _ = await fired(events, 60)
    again, waits = await fired(events, 4)
    drop("ann_3.csv.part", 3)
    await asyncio.sleep(2)
    begun = waits.done()
    (root / "remote" / "ann_3.csv.part").rename(root / "remote" / "ann_3.csv")
    second = (await waits).payload
    _, waits = await fired(events, 1)
    (root / "remote").rename(root / "away")
    await asyncio.sleep(3)
    (root / "away").rename(root / "remote")
    await asyncio.sleep(3)
    lost = waits.done()
    configuration = (root / "matchback.toml").read_text()
    (root / "matchback.toml").write_text("[broken")
    await asyncio.sleep(1)
    (root / "matchback.toml").write_text(configuration)
    drop("ann_4.csv", 4)
    third = (await waits).payload
    print("answer", json.dumps([said, first, again, begun, second, lost, third]))
asyncio.run(main())
"""


def test_files_that_arrive_fire_once_each_whatever_happens_in_between(
    workspace: Path, tmp_path: Path, sshd: Sshd, s3: S3Server
) -> None:
    """Once for each new whole file; a source that is away for a while, or a broken configuration, fires nothing."""
    kept = {"bank_sftp": sftp_connection(sshd), "bank_lake": lake_connection(s3)}
    backend = secrets_backend(tmp_path, kept, {"BANK_ID_SECRET": SECRET})
    result = run_python(WATCH, environment(tmp_path, **backend), str(workspace))
    ((serialized, first, again, begun, second, lost, third),) = answers_of(result)
    assert serialized == [
        ["matchback.under_airflow.arrival.FilesArrived", {"folder": str(workspace), "seconds": 0.2}]
    ]
    assert first == {"files": 2, "feeds": {"openings": 1, "branch": 1}}
    assert (again, begun, lost) == (None, False, False)
    assert second == third == {"files": 1, "feeds": {"openings": 1}}
    heard = [line for line in result.stdout.splitlines() if f"Files of {workspace}: " in line]
    told = [line.partition(f"{workspace}: ")[2].partition(" [matchback")[0].rstrip() for line in heard]
    url = f"sftp://127.0.0.1:{sshd.port}{workspace}/remote"
    assert told == [
        f"openings: The source {url} is not there.",
        "openings can be read again",
        f"the workspace: {workspace}/matchback.toml is not valid TOML: {BROKEN}.",
        "the workspace can be read again",
    ]
    assert not (workspace / "var" / "journal" / "journal.jsonl").exists()
    assert "ann_" not in result.stdout + result.stderr
