"""Pick-up from a real sshd and a real S3 server: what is fetched, what is left, what is refused."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matchback import pickup
from matchback.context import RunContext, open_context
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake import archive
from matchback.workspace import Workspace
from servers.s3 import S3Server
from servers.sshd import Sshd, make_key

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("servers")]

AS_OF = date(2026, 11, 3)
CONFIGURATION = """
[workspace]
name = "test-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
rewardable = true
"""
FEED = """
[[feeds]]
id = "openings"
kind = "events"
source = "{source}"
connection = "{connection}"
pattern = "events_{{date:%Y%m%d}}*.csv"
quiet_seconds = {quiet_seconds}
after = {after}
"""
CONTENT = "event_name,event_time,email,partner_event_id\naccount_opened,2026-11-02,ann@example.com,E1\n"


def workspace_with(
    folder: Path, source: str, connection: str, *, quiet_seconds: float = 0.0, after: str = "{}"
) -> RunContext:
    """A workspace of one feed, as of 3 November 2026."""
    folder.mkdir()
    (folder / "secret.txt").write_text("openly-fake-secret-of-a-test")
    feed = FEED.format(source=source, connection=connection, quiet_seconds=quiet_seconds, after=after)
    (folder / "matchback.toml").write_text(CONFIGURATION + feed)
    return open_context(Workspace.at(folder), as_of=AS_OF)


def received(context: RunContext) -> list[str]:
    """The names of the files that were received, in order."""
    return [
        Path(entry.body["delivered_name"]).name for entry in context.journal.entries(kind="file_received")
    ]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A folder that the sshd serves, with one file of 2 November."""
    folder = tmp_path / "remote"
    folder.mkdir()
    (folder / "events_20261102.csv").write_text(CONTENT)
    return folder


@pytest.fixture
def sftp_connection(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MATCHBACK_CONNECTION_BANK", json.dumps(sshd.options))
    return "bank"


def test_a_file_on_sftp_is_archived_by_its_content(
    sshd: Sshd, sftp_connection: str, remote: Path, tmp_path: Path
) -> None:
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection)
    pickup.run(context)
    assert received(context) == ["events_20261102.csv"]
    archived = [path.read_bytes() for path in context.workspace.archive.rglob("*") if path.is_file()]
    assert CONTENT.encode() in archived
    assert (remote / "events_20261102.csv").exists()


def test_a_file_left_in_place_is_received_once(
    sshd: Sshd, sftp_connection: str, remote: Path, tmp_path: Path
) -> None:
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection)
    pickup.run(context)
    pickup.run(replace(context, as_of=date(2026, 11, 4)))
    assert received(context) == ["events_20261102.csv"]


def test_a_file_dated_after_the_as_of_date_is_left(
    sshd: Sshd, sftp_connection: str, remote: Path, tmp_path: Path
) -> None:
    (remote / "events_20261103.csv").write_text(CONTENT.replace("E1", "E2"))
    (remote / "events_20261104.csv").write_text(CONTENT.replace("E1", "E3"))
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection)
    pickup.run(context)
    assert received(context) == ["events_20261102.csv", "events_20261103.csv"]


def test_unfinished_uploads_are_left(sshd: Sshd, sftp_connection: str, remote: Path, tmp_path: Path) -> None:
    for name in ("events_20261101.csv.tmp", "events_20261101.csv.part", ".events_20261101.csv"):
        (remote / name).write_text(CONTENT)
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection)
    pickup.run(context)
    assert received(context) == ["events_20261102.csv"]


def test_a_growing_file_is_left_until_it_is_whole(
    sshd: Sshd, sftp_connection: str, remote: Path, tmp_path: Path
) -> None:
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection, quiet_seconds=1.0)
    growing = remote / "events_20261101.csv"
    growing.write_text(CONTENT)
    done = threading.Event()

    def upload() -> None:
        while not done.is_set():
            with growing.open("a") as stream:
                stream.write("account_opened,2026-11-02,bob@example.com,E9\n")
            time.sleep(0.1)

    uploader = threading.Thread(target=upload)
    uploader.start()
    try:
        pickup.run(context)
    finally:
        done.set()
        uploader.join()
    assert received(context) == ["events_20261102.csv"]
    pickup.run(context)
    assert sorted(received(context)) == ["events_20261101.csv", "events_20261102.csv"]


def test_a_server_with_another_key_is_refused(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, remote: Path, tmp_path: Path
) -> None:
    stranger = make_key(tmp_path / "stranger").split()[:2]
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {' '.join(stranger)}\n")
    options = {**sshd.options, "known_hosts": str(tmp_path / "known_hosts")}
    monkeypatch.setenv("MATCHBACK_CONNECTION_BANK", json.dumps(options))
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), "bank")
    with pytest.raises(MatchbackError, match="no credential was sent"):
        pickup.run(context)
    assert received(context) == []


def test_a_server_without_a_pinned_key_is_refused(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, remote: Path, tmp_path: Path
) -> None:
    options = {name: value for name, value in sshd.options.items() if name != "known_hosts"}
    monkeypatch.setenv("MATCHBACK_CONNECTION_BANK", json.dumps(options))
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), "bank")
    with pytest.raises(MatchbackError, match="known_hosts"):
        pickup.run(context)
    assert received(context) == []


def test_a_connection_that_is_not_declared_is_named(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, remote: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("MATCHBACK_CONNECTION_BANK", raising=False)
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), "bank")
    with pytest.raises(ConfigurationError, match="bank"):
        pickup.run(context)


def test_a_file_in_a_bucket_is_archived_and_left_in_place(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, remote: Path, tmp_path: Path
) -> None:
    s3.upload(remote, "sources-test/in")
    monkeypatch.setenv("MATCHBACK_CONNECTION_LAKE", json.dumps(s3.options))
    context = workspace_with(tmp_path / "workspace", "s3://sources-test/in", "lake")
    pickup.run(context)
    pickup.run(context)
    assert received(context) == ["events_20261102.csv"]
    archived = [path.read_bytes() for path in context.workspace.archive.rglob("*") if path.is_file()]
    assert CONTENT.encode() in archived


def test_a_bucket_that_is_not_there_is_an_error_of_its_feed(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MATCHBACK_CONNECTION_LAKE", json.dumps(s3.options))
    context = workspace_with(tmp_path / "workspace", "s3://no-such-bucket/in", "lake")
    with pytest.raises(MatchbackError, match="no-such-bucket"):
        pickup.run(context)


AFTER = pytest.mark.parametrize(
    "after", ['{ move_to = "done" }', "{ delete = true }"], ids=["move", "delete"]
)


def run_while_overwriting(
    context: RunContext, monkeypatch: pytest.MonkeyPatch, overwrite: Callable[[], object]
) -> None:
    """Pick up, and overwrite the file at its source once its bytes were read."""
    keep = archive.keep

    def overwritten(*arguments: Any) -> Any:
        kept = keep(*arguments)
        overwrite()
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(archive, "keep", overwritten)
        pickup.run(context)


@AFTER
def test_a_file_on_sftp_that_was_overwritten_after_it_was_read_is_left(
    sshd: Sshd,
    sftp_connection: str,
    remote: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: str,
) -> None:
    context = workspace_with(tmp_path / "workspace", sshd.url(remote), sftp_connection, after=after)
    path = remote / "events_20261102.csv"
    os.utime(path, (1_700_000_000, 1_700_000_000))
    run_while_overwriting(context, monkeypatch, lambda: path.write_text(CONTENT.replace("E1", "E2")))
    assert path.read_text() == CONTENT.replace("E1", "E2")
    pickup.run(context)
    assert len(received(context)) == 2
    assert not path.exists()


@AFTER
def test_a_file_on_s3_that_was_overwritten_after_it_was_read_is_left(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, remote: Path, tmp_path: Path, after: str
) -> None:
    import s3fs

    place = f"overwritten-test/{'in-move' if 'move' in after else 'in-delete'}"
    s3.upload(remote, place)
    monkeypatch.setenv("MATCHBACK_CONNECTION_LAKE", json.dumps(s3.options))
    context = workspace_with(tmp_path / "workspace", f"s3://{place}", "lake", after=after)
    store = s3fs.S3FileSystem(**s3.options, use_listings_cache=False, skip_instance_cache=True)
    path = f"{place}/events_20261102.csv"
    other = CONTENT.replace("E1", "E2").encode()
    run_while_overwriting(context, monkeypatch, lambda: store.pipe_file(path, other))
    assert store.cat_file(path) == other
    pickup.run(context)
    assert len(received(context)) == 2
    store.invalidate_cache()
    assert not store.exists(path)
