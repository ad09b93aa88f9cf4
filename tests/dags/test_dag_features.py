"""What Airflow adds to the nights: its connections and secrets, files that arrive, notices, links, lineage, metrics.

Each part runs in a real Python of Airflow's, against real servers; no scheduler runs here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dags.airflow_python import REPOSITORY, answers_of, environment, run_python, secrets_backend
from servers.s3 import S3Server
from servers.sshd import Sshd

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("dags")]

REFUSING = "inbox/account-openings/events_20261106.csv"
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
told = []
class Ear(logging.Handler):
    def emit(self, record):
        told.append(record.getMessage())
from matchback.under_airflow.arrival import FilesArrived, logger
logger.addHandler(Ear())
root = Path(sys.argv[1])
trigger = FilesArrived(str(root), 0.2)
def drop(name, number):
    (root / "remote" / name).write_text((root / "remote" / "ann_1.csv").read_text().replace("E1", f"E{number}"))
async def fired(events, seconds):
    task = asyncio.ensure_future(anext(events))
    done, _ = await asyncio.wait([task], timeout=seconds)
    return (task.result().payload, None) if done else (None, task)
async def until_told(words):
    async with asyncio.timeout(60):
        while not any(words in line for line in told):
            await asyncio.sleep(0.1)
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
    await until_told("is not there")
    (root / "away").rename(root / "remote")
    await until_told("openings can be read again")
    lost = waits.done()
    configuration = (root / "matchback.toml").read_text()
    (root / "matchback.toml").write_text("[broken")
    await until_told("is not valid TOML")
    (root / "half.toml").write_text(configuration)
    (root / "half.toml").rename(root / "matchback.toml")
    await until_told("the workspace can be read again")
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


AS_OF = "2026-11-06"
LACKING = "1 expected day lacks its files"
RUN = """
import json, os, sys
from pathlib import Path
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.models.taskinstance import TaskInstance
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils
from airflow.serialization.serialized_objects import DagSerialization
from airflow.utils.session import create_session
stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)
folder = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
manager = DagBundlesManager()
manager.sync_bundles_to_db()
def test(name, **parameters):
    bag = BundleDagBag(str(folder), bundle_path=folder, bundle_name="dags-folder")
    assert not bag.import_errors, bag.import_errors
    sync_bag_to_db(bag, "dags-folder", None)
    dag = bag.dags[f"bank.{name}"]
    run = dag.test(run_conf={"as_of": sys.argv[1], "allow_future": True, **parameters})
    print("answer", json.dumps([name, str(run.state.value)]), flush=True)
    return run, DagSerialization.from_dict(DagSerialization.to_dict(dag))
def links(run, dag):
    with create_session() as session:
        for ti in session.query(TaskInstance).where(TaskInstance.run_id == run.run_id):
            task = dag.get_task(ti.task_id)
            found = {name: task.get_extra_links(ti, name) for name in task.extra_links}
            if found:
                print("answer", json.dumps([ti.task_id, found]), flush=True)
links(*test("offline_events"))
test("offline_events")
test("reward_run")
links(*test("publish_reports"))
"""


@dataclass(frozen=True)
class Night:
    """What a night of the sample left, run task by task by Airflow."""

    workspace: Path
    answers: list[Any]
    told: list[str]
    metrics: list[str]
    lineage: list[dict[str, Any]]
    said: str


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One file of the sample, with the records that it refuses: loaded twice, rewarded, published. No other came."""
    home = tmp_path_factory.mktemp("night")
    root = home / "workspace"
    left_out = shutil.ignore_patterns("var", "generator", "expected", "inbox", "__pycache__", "*.py")
    shutil.copytree(REPOSITORY / "sample_data", root, ignore=left_out)
    for folder in (REPOSITORY / "sample_data" / "inbox").iterdir():
        (root / "inbox" / folder.name).mkdir(parents=True)
    shutil.copy(REPOSITORY / "sample_data" / REFUSING, root / REFUSING)
    notifier = {"path": str(home / "told.txt"), "text": "{message}"}
    notify = [{"class": "file_notifier.FileNotifier", "arguments": notifier}]
    listed = {
        "folder": str(root),
        "pages": "https://pages.example/bank/",
        "support": "https://support.example",
        "notify": notify,
    }
    with StatsListener() as listener:
        variables = environment(
            home,
            MATCHBACK_WORKSPACES=json.dumps({"bank": listed}),
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=str(listener.port),
            AIRFLOW__OPENLINEAGE__NAMESPACE="airflow",
            AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
                {"type": "file", "log_file_path": str(home / "lineage.jsonl"), "append": True}
            ),
        )
        result = run_python(RUN, variables, AS_OF)
    events = [json.loads(line) for line in (home / "lineage.jsonl").read_text().splitlines()]
    told = (home / "told.txt").read_text().splitlines()
    return Night(root, answers_of(result), told, listener.heard, events, result.stdout + result.stderr)


class StatsListener:
    """A server on loopback that hears what is sent to StatsD."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._hear)

    def _hear(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                self.heard += self._socket.recv(65536).decode().splitlines()

    def __enter__(self) -> StatsListener:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._socket.close()


def test_a_night_runs_task_by_task(night: Night) -> None:
    states = [answer for answer in night.answers if isinstance(answer[1], str)]
    ran = ("offline_events", "offline_events", "reward_run", "publish_reports")
    assert states == [[name, "success"] for name in ran]
    assert (night.workspace / "var" / "published" / "current" / "report.html").exists()


def test_what_the_sample_refuses_and_what_is_late_is_told_once_a_night(night: Night) -> None:
    """The night is loaded twice; the feeds that came, or that expect nothing, are told of never."""
    begin = f"Matchback bank, night of {AS_OF}:"
    assert night.told == [
        f"{begin} 2 records refused. See  matchback files list",
        f"{begin} feed core-export is late since today; {LACKING}, from {AS_OF} on. See  matchback feeds calendar",
    ]


def test_tasks_link_to_what_they_made(night: Night) -> None:
    (results,) = (night.workspace / "var" / "outbox").rglob("*.results.csv")
    pages = "https://pages.example/bank"
    refused = f"https://support.example/files/{results.name.removesuffix('.results.csv')}"
    links = [answer for answer in night.answers if isinstance(answer[1], dict)]
    assert links == [
        [
            "take_in",
            {
                "Results file": f"{pages}/outbox/account-openings/{results.name}",
                "Refused records": refused,
            },
        ],
        ["publish", {"Published report": f"{pages}/published/current/report.html"}],
    ]
    assert f"Results file: {results}; what was refused, after the load:" in night.said


def test_steps_say_what_they_did_at_the_level_of_information(night: Night) -> None:
    said = [line for line in night.said.splitlines() if "[matchback]" in line]
    assert any("load       1 files: 30 records accepted, 2 refused" in line for line in said)
    assert [line for line in said if "[info     ]" not in line] == []
    assert "[error" not in night.said
    assert Path(REFUSING).name not in night.said


def test_a_night_is_measured_by_airflows_own_metrics(night: Night) -> None:
    counts, gauges = dict[str, int](), dict[str, tuple[int, str]]()
    for line in night.metrics:
        if line.startswith("airflow.matchback.bank."):
            name, _, value = line.removeprefix("airflow.matchback.bank.").partition(":")
            number, _, kind = value.partition("|")
            if kind == "c":
                counts[name] = counts.get(name, 0) + int(number)
            else:
                gauges[name] = (int(number), kind)
    assert counts == {
        "records.accepted": 30,
        "records.refused": 2,
        "records.duplicates": 0,
        "records.conflicts": 0,
        "records.waiting": 0,
        "files.read": 1,
        "files.refused": 0,
        "files.waiting": 0,
        "files.failed": 0,
    }
    assert gauges == {"lag_days.account-openings": (0, "g"), "lag_days.core-export": (0, "g")}


def test_lineage_leads_from_the_feeds_to_the_published_tables(night: Night) -> None:
    """The datasets of the running events belong to the runs that began and completed under the same job."""
    running = [event for event in night.lineage if event["eventType"] == "RUNNING"]
    completed = {event["run"]["runId"] for event in night.lineage if event["eventType"] == "COMPLETE"}
    assert {event["run"]["runId"] for event in running} <= completed
    jobs = [event["job"]["name"].removeprefix("bank.") for event in running]
    load, *derived = "offline_events.load", "reward_run.resolve", "reward_run.recognize", "reward_run.reward"
    assert jobs == [load, load, *derived, "publish_reports.report", "publish_reports.publish"]
    datasets = [dataset for event in running for dataset in event["inputs"] + event["outputs"]]
    assert {dataset["namespace"] for dataset in datasets} == {"matchback://bank"}
    made = {"warehouse.operator_acts", "warehouse.versions"}  # by commands, and by publishing itself
    for event in running:
        made |= {dataset["name"] for dataset in event["outputs"]}
        inputs = {dataset["name"] for dataset in event["inputs"]}
        assert {name for name in inputs if not name.startswith("feeds.")} <= made
    feeds = {dataset["name"]: dataset for dataset in running[0]["inputs"]}
    assert feeds["feeds.account-openings"]["facets"]["dataSource"]["uri"] == "inbox/account-openings"
    events = next(one for one in running[-1]["outputs"] if one["name"] == "published.events")
    origin = events["facets"]["columnLineage"]["fields"]["event_name"]["inputFields"][0]
    assert (origin["namespace"], origin["name"]) == ("matchback://bank", "warehouse.events")
