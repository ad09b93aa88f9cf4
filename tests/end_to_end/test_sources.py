"""Pick-up from local folders, a real sshd and real S3, GCS and Azure servers: one list of scenarios for all of them."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from matchback import pickup
from matchback.context import RunContext, open_context
from matchback.errors import ConfigurationError, MatchbackError, SourceFailed
from matchback.intake import archive, sources
from matchback.intake.incoming import Incoming
from matchback.intake.received import received_files
from matchback.intake.transports import azure, gcs, local, s3, sftp
from matchback.progress import QuietProgress
from matchback.workspace import Workspace
from servers.azure import AzureServer
from servers.gcs import GcsServer
from servers.places import (
    BUCKET,
    KINDS,
    AzurePlace,
    FolderPlace,
    GcsPlace,
    Place,
    S3Place,
    SftpSite,
    next_prefix,
    sftp_site,
)
from servers.proxy import Proxy
from servers.s3 import S3Server
from servers.sshd import Sshd, make_key

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("servers")]

AS_OF = date(2026, 11, 3)
NAME = "events_20261102.csv"
CONFIGURATION = """
[workspace]
name = "test-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[transport]
connect_seconds = 5
stall_seconds = 2
listing_seconds = 30
attempts = 3
back_off_seconds = 0.02

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
id = "{id}"
kind = "events"
source = "{source}"
connection = "place"
pattern = "{pattern}"
quiet_seconds = 0
"""
CONTENT = b"event_name,event_time,email,partner_event_id\naccount_opened,2026-11-02,ann@example.com,E1\n"
LONG = b"x" * (12 << 20)


class Notes(QuietProgress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpSite]:
    with sftp_site(tmp_path_factory.mktemp("sftp")) as started:
        yield started


def proxied(server: Any) -> Iterator[Proxy]:
    proxy = Proxy(server.port)
    yield proxy
    proxy.stop()


@pytest.fixture(scope="session")
def s3_proxy(s3: S3Server) -> Iterator[Proxy]:
    yield from proxied(s3)


@pytest.fixture(scope="session")
def gcs_proxy(gcs: GcsServer) -> Iterator[Proxy]:
    gcs.make_bucket(BUCKET)
    yield from proxied(gcs)


@pytest.fixture(scope="session")
def azure_proxy(azure: AzureServer) -> Iterator[Proxy]:
    yield from proxied(azure)


def make_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    def given(name: str) -> Any:
        return request.getfixturevalue(name)

    if kind == "local":
        inbox = folder / "inbox"
        inbox.mkdir()
        return FolderPlace(inbox, str(inbox), {})
    if kind == "sftp":
        place: Place = given("site").place()
        return place
    places = {"s3": S3Place, "gcs": GcsPlace, "azure": AzurePlace}
    made: Place = places[kind](given(kind), given(f"{kind}_proxy"), next_prefix())
    return made


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made = make_place(request.param, request, tmp_path)
    if made.proxy:
        made.proxy.calm()
    monkeypatch.setenv("MATCHBACK_CONNECTION_PLACE", json.dumps(made.options or {"unused": True}))
    yield made
    if made.proxy:
        made.proxy.calm()


def workspace(
    folder: Path, place: Place, more: str = "", pattern: str = "events_{date:%Y%m%d}*.csv"
) -> RunContext:
    """A workspace with one feed at a place, as of 3 November 2026."""
    root = folder / "workspace"
    root.mkdir()
    (root / "secret.txt").write_text("openly-fake-secret-of-a-test")
    feed = FEED.format(id="openings", source=place.url, pattern=pattern)
    (root / "matchback.toml").write_text(CONFIGURATION + feed + more)
    return open_context(Workspace.at(root), as_of=AS_OF, progress=Notes())


def received(context: RunContext) -> list[str]:
    """The names of the files that were received, in order."""
    return [file.delivered_name for file in received_files(context.journal)]


def archived(context: RunContext) -> list[bytes]:
    """The bytes that were received, in order."""
    return [file.path(context.workspace).read_bytes() for file in received_files(context.journal)]


def notes(context: RunContext) -> str:
    assert isinstance(context.progress, Notes)
    return "\n".join(context.progress.lines)


def no_parts(context: RunContext) -> bool:
    return not list(context.workspace.archive.rglob("*.part"))


def after_reading(context: RunContext, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Pick up, and do something at the source once the bytes of a file were read."""
    keep = archive.keep

    def acting(*arguments: Any) -> Any:
        kept = keep(*arguments)
        act()
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(archive, "keep", acting)
        pickup.run(context)


MOVE, DELETE = 'after = { move_to = "done" }\n', "after = { delete = true }\n"


@pytest.mark.parametrize("place", KINDS, indirect=True)
class TestAnyPlace:
    """What holds at every kind of place."""

    def test_a_file_is_archived_by_its_content_and_received_once(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place)
        place.put(NAME, CONTENT)
        place.put("events_20261104.csv", b"of a later day")
        place.put("events_20261101.csv.part", b"not yet whole")
        pickup.run(context)
        assert not pickup.run(replace(context, until=AS_OF)).changed
        assert (received(context), archived(context)) == ([NAME], [CONTENT])
        assert place.get(NAME) == CONTENT

    def test_folders_below_are_entered_as_far_as_declared(self, place: Place, tmp_path: Path) -> None:
        """A sender who makes a folder a day; two files of one name are two files."""
        context = workspace(tmp_path, place, "folders_below = 2")
        place.put(f"source/1762/{NAME}", CONTENT)
        place.put(f"source/1763/{NAME}", CONTENT.replace(b"E1", b"E2"))
        place.put(f"source/1763/deeper/{NAME}", b"too deep")
        place.put(f".hidden/{NAME}", b"of nobody")
        pickup.run(context)
        assert not pickup.run(context).changed
        assert sorted(received(context)) == [f"source/1762/{NAME}", f"source/1763/{NAME}"]
        assert archived(context) == [CONTENT, CONTENT.replace(b"E1", b"E2")]
        assert f"source/1762/{NAME}" in place.names()

    @pytest.mark.bad_input(70)
    def test_other_bytes_under_a_name_are_a_new_version(self, place: Place, tmp_path: Path) -> None:
        """The receipt says which generation it was."""
        context = workspace(tmp_path, place)
        place.put(NAME, CONTENT)
        pickup.run(context)
        time.sleep(1.1)  # an sshd tells whole seconds
        place.put(NAME, CONTENT.replace(b"E1", b"E2"))
        pickup.run(context)
        assert archived(context) == [CONTENT, CONTENT.replace(b"E1", b"E2")]
        stamps = [file.stamp for file in received_files(context.journal)]
        assert len(set(stamps)) == 2 and all(stamps)

    def test_a_file_is_moved_once_it_is_archived(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place, MOVE)
        place.put(NAME, CONTENT)
        pickup.run(context)
        assert (place.names(), place.get(f"done/{NAME}")) == ([f"done/{NAME}"], CONTENT)
        assert archived(context) == [CONTENT]

    def test_a_file_is_deleted_once_it_is_archived(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place, DELETE)
        place.put(NAME, CONTENT)
        pickup.run(context)
        assert (place.names(), archived(context)) == ([], [CONTENT])

    @pytest.mark.parametrize("after", [MOVE, DELETE], ids=["move", "delete"])
    def test_nothing_is_touched_before_the_archive_holds_it(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
    ) -> None:
        context = workspace(tmp_path, place, after)
        place.put(NAME, CONTENT)

        def fails(_: int) -> None:
            raise OSError(28, "full")

        with monkeypatch.context() as patched:
            patched.setattr(archive.os, "fsync", fails)
            with pytest.raises(MatchbackError, match="Writing into the archive failed"):
                pickup.run(context)
        assert (place.names(), received(context)) == ([NAME], [])

    @pytest.mark.bad_input(69)
    def test_a_move_never_overwrites(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place, MOVE)
        place.put(f"done/{NAME}", b"another file")
        place.put(NAME, CONTENT)
        pickup.run(context)
        tagged = f"done/events_20261102.{hashlib.sha256(CONTENT).hexdigest()[:12]}.csv"
        assert sorted(place.names()) == sorted([f"done/{NAME}", tagged])
        assert (place.get(f"done/{NAME}"), place.get(tagged)) == (b"another file", CONTENT)

    @pytest.mark.bad_input(69)
    def test_a_move_that_was_cut_off_half_way_is_finished(self, place: Place, tmp_path: Path) -> None:
        """The same bytes lie under the target's name already: the first copy goes, and there is no third."""
        context = workspace(tmp_path, place, MOVE)
        place.put(f"done/{NAME}", CONTENT)
        place.put(NAME, CONTENT)
        pickup.run(context)
        assert place.names() == [f"done/{NAME}"]

    @pytest.mark.parametrize("after", [MOVE, DELETE], ids=["move", "delete"])
    @pytest.mark.bad_input(63)
    def test_a_file_that_was_overwritten_after_it_was_read_is_left(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
    ) -> None:
        context = workspace(tmp_path, place, after)
        place.put(NAME, CONTENT)
        new = CONTENT + b"more\n"
        after_reading(context, monkeypatch, lambda: place.put(NAME, new))
        assert (place.names(), place.get(NAME)) == ([NAME], new)
        assert "overwritten at its source after it was read" in notes(context)
        pickup.run(context)
        assert archived(context) == [CONTENT, new]
        assert NAME not in place.names()

    @pytest.mark.bad_input(63)
    def test_a_file_that_changes_while_it_is_read_waits(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = workspace(tmp_path, place, MOVE)
        place.put(NAME, LONG)
        place.put("events_20261103.csv", CONTENT)
        read = Incoming.read

        def overwritten(stream: Incoming, size: int = 0) -> bytes:
            chunk = read(stream, size)
            if len(chunk) == 4 << 20:
                place.put(NAME, b"y" * (5 << 20))
            return chunk

        with monkeypatch.context() as patched:
            patched.setattr(Incoming, "read", overwritten)
            summary = pickup.run(context)
        assert (received(context), summary.counts["failed_files"]) == (["events_20261103.csv"], 1)
        assert "changed while it was read" in notes(context)
        assert no_parts(context) and place.get(NAME) == b"y" * (5 << 20)
        pickup.run(context)
        assert archived(context) == [CONTENT, b"y" * (5 << 20)]

    @pytest.mark.bad_input(61)
    def test_a_growing_file_waits(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = workspace(tmp_path, place)
        feed = replace_feed(context, quiet_seconds=0.2)
        place.put(NAME, CONTENT)
        place.put("events_20261101.csv", b"half")
        look = sources.look

        def grows(*arguments: Any) -> Any:
            seen = look(*arguments)
            place.put("events_20261101.csv", b"half and more")
            return seen

        with monkeypatch.context() as patched:
            patched.setattr(sources, "look", grows)
            pickup.run(feed)
        assert received(context) == [NAME]
        assert "1 entry is still being written and waits" in notes(context)
        pickup.run(feed)
        assert sorted(received(context)) == ["events_20261101.csv", NAME]

    @pytest.mark.bad_input(68)
    def test_one_that_vanished_and_one_that_is_refused_stop_no_other(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = workspace(tmp_path, place, MOVE)
        for day in (1, 2, 3):
            place.put(f"events_2026110{day}.csv", CONTENT + b"%d\n" % day)
        place.forbid("events_20261101.csv")
        listed = sources.list_source

        def vanishes(*arguments: Any) -> Any:
            found = listed(*arguments)
            place.delete(NAME)
            return found

        with monkeypatch.context() as patched:
            patched.setattr(sources, "list_source", vanishes)
            with as_somebody_else(place, context):
                summary = pickup.run(context)
        assert received(context) == ["events_20261103.csv"]
        assert (summary.counts["failed_files"], summary.counts["failed_sources"]) == (1, 0)
        assert "vanished before it was read" in notes(context)
        assert "may not be read" in notes(context)
        assert sorted(place.names()) == ["done/events_20261103.csv", "events_20261101.csv"]

    @pytest.mark.bad_input(58, 59)
    def test_odd_names_are_data(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place, MOVE, pattern="*")
        odd = [
            "-rf",
            "'; drop table files; --",
            "{{ 7 * 7 }}",
            "$(touch x)",
            "%00",
            "caf\u00e9",
            "a#1",
            "{0}",
            "t.",
        ]
        odd += ["b?versionId=2", "c?generation=3", "d:::e", "a+b&c=d", " lead", "trail ", "X.CSV", "x.csv"]
        odd += ["a b\nc", "x" * 250] if not isinstance(place, S3Place) else []  # which moto cannot keep
        for number, name in enumerate(odd):
            place.put(name, b"content %d" % number)
        pickup.run(context)
        assert sorted(received(context)) == sorted(odd)
        assert place.names() == sorted(f"done/{name}" for name in odd)
        stored = [path.name for path in context.workspace.archive.rglob("*") if path.is_file()]
        assert all(len(name) == 64 for name in stored)

    @pytest.mark.bad_input(61)
    def test_a_file_waits_for_its_marker(self, place: Place, tmp_path: Path) -> None:
        """The marker goes where its file goes."""
        context = workspace(tmp_path, place, MOVE + 'ready = { marker = "{name}.done" }\n')
        place.put(NAME, CONTENT)
        place.put("events_20261103.csv", b"other")
        place.put(f"{NAME}.done", b"")
        summary = pickup.run(context)
        assert (received(context), summary.counts["unmatched_files"]) == ([NAME], 0)
        assert "1 entry has no marker yet and waits" in notes(context)
        assert place.names() == [f"done/{NAME}", f"done/{NAME}.done", "events_20261103.csv"]

    @pytest.mark.bad_input(71)
    def test_a_file_waits_for_its_manifest(self, place: Place, tmp_path: Path) -> None:
        """What it says of size and checksum must hold; it goes with the last of its files."""
        more = MOVE + 'ready = { manifest = "MANIFEST_{date:%Y%m%d}.csv" }\n'
        context = workspace(tmp_path, place, more)
        good, wrong = hashlib.sha256(CONTENT).hexdigest(), "0" * 64
        lines = [f"events_2026110{day}.csv,{len(CONTENT)},{said},1" for day, said in ((1, wrong), (2, good))]
        lines += [f"events_20261103.csv,{len(CONTENT) + 1},,1", "events_20261031.csv,1,,1"]
        place.put("MANIFEST_20261102.csv", "\n".join(["name,size,sha256,records", *lines, ""]).encode())
        for day in (1, 2, 3):
            place.put(f"events_2026110{day}.csv", CONTENT)
        place.put("events_20261030.csv", CONTENT)
        summary = pickup.run(context)
        assert (received(context), summary.counts["failed_files"]) == ([NAME], 1)
        (entry,) = context.journal.entries(kind="file_received")
        assert entry.body["announced"] == {"size": str(len(CONTENT)), "sha256": good, "records": "1"}
        told = notes(context)
        assert "not those that its manifest announces" in told and "in no manifest yet" in told
        assert "another size than its manifest" in told and "named by a manifest and is not there" in told
        assert "MANIFEST_20261102.csv" in place.names()
        place.put("MANIFEST_20261102.csv", f"name,sha256\n{NAME},{good}\n".encode())
        pickup.run(context)
        assert "done/MANIFEST_20261102.csv" in place.names()

    def test_what_is_left_is_written_down_once(self, place: Place, tmp_path: Path) -> None:
        context = workspace(tmp_path, place)
        place.put("events_20261131.csv", CONTENT)
        pickup.run(context)
        pickup.run(context)
        assert [entry.body for entry in context.journal.entries(kind="left_at_source")] == [
            {"feed_id": "openings", "remote": "events_20261131.csv", "reason": "date"}
        ]
        assert "1 entry has no real date in its name" in notes(context)

    def test_answers_are_put_there_whole_and_over_nothing(self, place: Place, tmp_path: Path) -> None:
        answer = tmp_path / "answer.csv"
        answer.write_bytes(b"said")
        context = workspace(tmp_path, place)
        inbox = sources.open_source(place.url, "place", tmp_path, context.config.transport)
        named: list[bool] = []

        def before_naming() -> None:
            named.append("results/a.csv" not in place.names())

        assert (
            sources.deliver(inbox, answer, "results", "a.csv", "tag", before_naming=before_naming) == "a.csv"
        )
        assert named == [True]
        assert sources.deliver(inbox, answer, "results", "a.csv", "tag") == "a.csv"
        answer.write_bytes(b"something else")
        assert sources.deliver(inbox, answer, "results", "a.csv", "tag") == "a.tag.csv"
        assert place.names() == ["results/a.csv", "results/a.tag.csv"]
        assert place.get("results/a.csv") == b"said"
        assert not sources.has_arrived(inbox, answer)
        place.put("answer.csv", b"something else")
        assert sources.has_arrived(inbox, answer)

    def test_a_new_answer_takes_the_place_of_our_own_old_one_alone(
        self, place: Place, tmp_path: Path
    ) -> None:
        """It is known by its bytes: what somebody else has laid there since stays."""
        answer = tmp_path / "answer.csv"
        answer.write_bytes(b"refused")
        context = workspace(tmp_path, place)
        inbox = sources.open_source(place.url, "place", tmp_path, context.config.transport)
        sources.deliver(inbox, answer, "results", "a.csv", "tag")
        former = "a.csv", hashlib.sha256(b"refused").hexdigest()
        answer.write_bytes(b"accepted")
        assert sources.deliver(inbox, answer, "results", "a.csv", "tag", former=former) == "a.csv"
        assert place.names() == ["results/a.csv"]
        assert place.get("results/a.csv") == b"accepted"
        answer.write_bytes(b"conflict")
        assert sources.deliver(inbox, answer, "results", "a.csv", "tag", former=former) == "a.tag.csv"
        assert place.names() == ["results/a.csv", "results/a.tag.csv"]
        assert place.get("results/a.csv") == b"accepted"

    @pytest.mark.parametrize("act", ["write", "rename", "remove"])
    def test_a_killed_delivery_leaves_nothing_for_long(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
    ) -> None:
        """Killed before or after each act at the server; the next delivery leaves one file, also of other bytes."""
        answer = tmp_path / "answer.csv"
        context = workspace(tmp_path, place)
        inbox = sources.open_source(place.url, "place", tmp_path, context.config.transport)
        for number, is_after in enumerate((False, True, False)):
            answer.write_bytes(b"said" if number < 2 else b"said anew")
            with monkeypatch.context() as patched:
                done = getattr(type(inbox.store), act)

                def killed(*arguments: Any, is_after: bool = is_after, done: Any = done) -> None:
                    if is_after:
                        done(*arguments)
                    raise KeyboardInterrupt

                patched.setattr(type(inbox.store), act, killed)
                with suppress(KeyboardInterrupt):
                    sources.deliver(inbox, answer, "results", "a.csv", "tag")
            sources.deliver(inbox, answer, "results", "a.csv", "tag")
            assert place.names() == (
                ["results/a.csv"] if number < 2 else ["results/a.csv", "results/a.tag.csv"]
            )

    @pytest.mark.bad_input(66)
    def test_a_listing_of_many_pages_is_seen_whole(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (azure, gcs, local, s3, sftp):
            monkeypatch.setattr(module, "PAGE", 4)
        names = [f"many_{number:02}.csv" for number in range(14)]
        for name in names:
            place.put(name, name.encode())
        context = workspace(tmp_path, place, pattern="many_*.csv")
        pickup.run(context)
        assert received(context) == names

    @pytest.mark.bad_input(70)
    def test_a_place_that_is_not_there_is_named(self, place: Place, tmp_path: Path) -> None:
        missing = {"inbox": "nowhere", BUCKET: "no-such-bucket"}
        for before, after in missing.items():
            place.url = place.url.replace(f"/{before}", f"/{after}")
        context = workspace(tmp_path, place)
        with pytest.raises(SourceFailed, match=r"is not there") as failed:
            pickup.run(context)
        assert place.url.rpartition("://")[2] in failed.value.what


def hurried(context: RunContext) -> RunContext:
    """Wait for a silent server even less."""
    transport = context.config.transport.model_copy(update={"connect_seconds": 1.5, "stall_seconds": 0.7})
    return replace(context, config=context.config.model_copy(update={"transport": transport}))


NETWORKS = [kind for kind in KINDS if kind != "local"]


@pytest.mark.parametrize("place", NETWORKS, indirect=True)
class TestBrokenNetwork:
    """What holds wherever a connection can break. `attempts` is 3."""

    def test_a_dropped_connection_is_made_anew_and_the_file_read_on(
        self, place: Place, tmp_path: Path
    ) -> None:
        assert place.proxy
        context = workspace(tmp_path, place, MOVE)
        place.put(NAME, LONG)
        place.proxy.cut_after(5 << 20, 3 << 20)
        pickup.run(context)
        assert archived(context) == [LONG] and place.names() == [f"done/{NAME}"]
        assert place.proxy.received < len(LONG) + (9 << 20)  # what was there is not fetched again

    @pytest.mark.bad_input(65)
    def test_a_connection_that_always_drops_ends_in_time(self, place: Place, tmp_path: Path) -> None:
        """The remote is as it was, and the next run reads on from what came."""
        assert place.proxy
        context = hurried(workspace(tmp_path, place, MOVE))
        for day in (1, 2, 3):
            place.put(f"events_2026110{day}.csv", LONG[: 6 << 20])
        place.proxy.cut_after(*[(1 << 20) + 70_000] * 100)
        began = time.monotonic()
        with pytest.raises(SourceFailed, match="broke off"):
            pickup.run(context)
        assert time.monotonic() - began < 30
        assert place.proxy.connections < 40
        assert (received(context), len(place.names())) == ([], 3)
        place.proxy.calm()
        pickup.run(context)
        assert archived(context) == [LONG[: 6 << 20]] * 3 and no_parts(context)

    @pytest.mark.bad_input(65)
    def test_a_server_that_falls_silent_is_not_waited_for(self, place: Place, tmp_path: Path) -> None:
        """The next run receives the file."""
        assert place.proxy
        context = hurried(workspace(tmp_path, place, DELETE))
        place.put(NAME, LONG)
        place.proxy.stall_after(5 << 20)
        began = time.monotonic()
        with pytest.raises(SourceFailed, match="does not answer, or broke off"):
            pickup.receive(
                context, context.config.feeds[0], pickup.list_files(context, context.config.feeds[0])[0]
            )
        assert time.monotonic() - began < 30
        assert (received(context), place.names()) == ([], [NAME])
        place.proxy.calm()
        pickup.run(context)
        assert (archived(context), place.names()) == ([LONG], []) and no_parts(context)
        assert place.proxy.received < len(LONG) - (1 << 20)  # most of what came is not fetched again

    def test_a_server_that_never_says_a_word_stops_no_other_source(
        self, place: Place, tmp_path: Path
    ) -> None:
        assert place.proxy
        (tmp_path / "beside").mkdir()
        (tmp_path / "beside" / NAME).write_bytes(CONTENT)
        beside = FEED.format(id="beside", source=tmp_path / "beside", pattern="events_{date:%Y%m%d}*.csv")
        context = hurried(workspace(tmp_path, place, beside))
        place.proxy.stall_after(0)
        began = time.monotonic()
        summary = pickup.run(context)
        assert time.monotonic() - began < 60
        assert (summary.counts["failed_sources"], received(context)) == (1, [NAME])

    def test_an_answer_that_is_lost_after_the_move_does_no_harm(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Wherever the connection breaks while a file is put away, it lies in one place, or in both, and is whole."""
        assert place.proxy
        for size in (1, 300, 900):
            folder = tmp_path / str(size)
            folder.mkdir()
            context = workspace(folder, place, MOVE)
            for name in place.names():
                place.delete(name)
            place.put(NAME, CONTENT)
            after_reading(context, monkeypatch, partial(place.proxy.cut_after, size))
            place.proxy.calm()
            pickup.run(context)
            assert (place.names(), place.get(f"done/{NAME}")) == ([f"done/{NAME}"], CONTENT)
            assert archived(context) == [CONTENT]

    def test_no_name_is_told_but_in_the_protected_area(
        self, place: Place, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Neither our lines nor those of the libraries underneath quote what a sender calls a file."""
        assert place.proxy
        context = workspace(tmp_path, place, MOVE, pattern="*")
        place.put("ann-example.csv", LONG[: 6 << 20])
        place.proxy.cut_after(*[(1 << 20) + 70_000] * 100)
        assert pickup.run(context).counts["failed_files"] == 1
        place.proxy.calm()
        place.forbid("ann-example.csv")
        with as_somebody_else(place, context):
            pickup.run(context)
        printed = capfd.readouterr()
        assert "broke off" in notes(context) and "may not be read" in notes(context)
        assert "ann-example" not in f"{printed.out}{printed.err}{notes(context)}"


BIG = random.Random(1).randbytes(72 << 20)  # no two parts are alike


def kill_half_way(context: RunContext, proxy: Proxy) -> None:
    """Run the real command, and kill it without a word while the big file is on its way."""
    proxy.stall_after(56 << 20)
    program = [sys.executable, "-c", "from matchback.cli import main; main()"]
    root = context.workspace.root
    with subprocess.Popen([*program, "pickup", "--as-of", str(AS_OF), "--workspace", str(root)]) as process:
        try:
            deadline = time.monotonic() + 60
            while proxy.received < 40 << 20 or not list(context.workspace.incoming.glob("*.notes")):
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    assert received(context) == []
    proxy.calm()


@pytest.mark.parametrize("place", ["sftp", "s3"], indirect=True)
class TestKilled:
    """A pick-up that is killed in the middle of a large file."""

    def test_the_next_one_reads_on_where_it_was(self, place: Place, tmp_path: Path) -> None:
        assert place.proxy
        context = workspace(tmp_path, place, MOVE)
        patient(context)
        place.put(NAME, BIG)
        kill_half_way(context, place.proxy)
        pickup.run(context)
        assert archived(context) == [BIG] and place.names() == [f"done/{NAME}"]
        assert place.proxy.received < len(BIG) - (28 << 20)
        assert list(context.workspace.incoming.iterdir()) == []

    @pytest.mark.bad_input(63)
    def test_another_file_of_its_name_is_read_from_its_beginning(self, place: Place, tmp_path: Path) -> None:
        """Even one of its size and, as the server of whole seconds tells it, of its time."""
        assert place.proxy
        context = workspace(tmp_path, place)
        patient(context)
        place.put(NAME, BIG)
        kill_half_way(context, place.proxy)
        other = BIG[::-1]
        if isinstance(place, FolderPlace):
            then = (place.folder / NAME).stat().st_mtime_ns
            place.put(NAME, other)
            os.utime(place.folder / NAME, ns=(then, then))
        else:
            place.put(NAME, other)
        pickup.run(context)
        assert archived(context) == [other]
        assert list(context.workspace.incoming.iterdir()) == []

    def test_what_it_left_is_swept_away_once_its_file_is_gone(self, place: Place, tmp_path: Path) -> None:
        assert place.proxy
        context = workspace(tmp_path, place)
        patient(context)
        place.put(NAME, BIG)
        kill_half_way(context, place.proxy)
        pickup.run(replace(context, as_of=date(2026, 11, 1)))
        assert len(list(context.workspace.incoming.iterdir())) == 2  # it waits for its day
        place.delete(NAME)
        pickup.run(context)
        assert list(context.workspace.incoming.iterdir()) == []


def patient(context: RunContext) -> None:
    """Let the command wait for the silent server until it is killed."""
    path = context.workspace.config_path
    path.write_text(path.read_text().replace("stall_seconds = 2", "stall_seconds = 60"))


@pytest.fixture
def s3_place(s3: S3Server, s3_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Place]:
    place = S3Place(s3, s3_proxy, next_prefix())
    s3_proxy.calm()
    monkeypatch.setenv("MATCHBACK_CONNECTION_PLACE", json.dumps(place.options))
    yield place
    s3_proxy.calm()


class TestS3LikeStores:
    """Stores that speak like S3, and know less of it."""

    @pytest.mark.bad_input(70)
    def test_one_that_refuses_conditions_is_used_with_a_warning(
        self, s3_place: S3Place, tmp_path: Path
    ) -> None:
        """Nothing is overwritten that was there to be seen; and the operator is told what cannot be promised."""
        context = workspace(tmp_path, s3_place, MOVE)
        s3_place.put(NAME, CONTENT)
        s3_place.put(f"done/{NAME}", b"another file")
        s3_place.proxy.refuse_conditions()
        pickup.run(context)
        tagged = f"done/events_20261102.{hashlib.sha256(CONTENT).hexdigest()[:12]}.csv"
        assert (archived(context), s3_place.get(tagged)) == ([CONTENT], CONTENT)
        assert s3_place.get(f"done/{NAME}") == b"another file"
        assert NAME not in s3_place.names()
        assert notes(context).count("does not know conditional requests") == 1
        inbox = sources.open_source(s3_place.url, "place", tmp_path, context.config.transport)
        (tmp_path / "a.csv").write_bytes(b"said")
        s3_place.put("results/a.csv", b"another answer")
        assert sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag") == "a.tag.csv"
        assert s3_place.get("results/a.csv") == b"another answer"
        assert "let nobody else write into its folders" in sources.caveat(inbox)

    def test_a_version_that_takes_the_files_place_is_seen_without_conditions(
        self, s3_place: S3Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = workspace(tmp_path, s3_place, MOVE)
        s3_place.put(NAME, LONG)
        s3_place.proxy.refuse_conditions()
        read = Incoming.read

        def overwritten(stream: Incoming, size: int = 0) -> bytes:
            chunk = read(stream, size)
            s3_place.put(NAME, b"y" * len(LONG))
            return chunk

        with monkeypatch.context() as patched:
            patched.setattr(Incoming, "read", overwritten)
            pickup.run(context)
        assert (received(context), s3_place.names()) == ([], [NAME])

    @pytest.mark.parametrize("way", ["known", "ignored", "refused"])
    def test_a_name_that_is_taken_at_the_last_moment(
        self, s3_place: S3Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        """Where a condition is heeded in any way, nothing is overwritten even then; else the operator is told."""
        context = workspace(tmp_path, s3_place)
        inbox = sources.open_source(s3_place.url, "place", tmp_path, context.config.transport)
        (tmp_path / "a.csv").write_bytes(b"said")
        {"known": s3_place.proxy.calm, "ignored": s3_place.proxy.ignore_conditions,
         "refused": s3_place.proxy.refuse_conditions}[way]()  # fmt: skip
        copy = s3.S3Store._copy

        def taken(store: s3.S3Store, entry: sources.Entry, target: str) -> None:
            if target.endswith("/a.csv"):
                s3_place.put("results/a.csv", b"of somebody else")
            copy(store, entry, target)

        monkeypatch.setattr(s3.S3Store, "_copy", taken)
        if way == "known":
            with pytest.raises(SourceFailed, match="Taken"):
                sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag")
            assert s3_place.get("results/a.csv") == b"of somebody else"
            assert sources.caveat(inbox) == ""
            assert sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag") == "a.tag.csv"
            assert s3_place.names() == ["results/a.csv", "results/a.tag.csv"]
        else:
            sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag")
            assert "does not know conditional requests" in sources.caveat(inbox)

    def test_parts_of_a_killed_delivery_are_given_up(
        self, s3_place: S3Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        context = workspace(tmp_path, s3_place)
        inbox = sources.open_source(s3_place.url, "place", tmp_path, context.config.transport)
        (tmp_path / "a.csv").write_bytes(b"x" * (33 << 20))
        ask = s3.S3Store._ask

        def killed(store: s3.S3Store, *arguments: Any, **parameters: Any) -> Any:
            if "complete_multipart_upload" in arguments:
                raise KeyboardInterrupt
            return ask(store, *arguments, **parameters)

        def uploads() -> list[object]:
            found = s3_place.client.list_multipart_uploads(Bucket=BUCKET, Prefix=s3_place.prefix)
            return list(found.get("Uploads", []))

        with monkeypatch.context() as patched:
            patched.setattr(s3.S3Store, "_ask", killed)
            with pytest.raises(KeyboardInterrupt):
                sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag")
        assert len(uploads()) == 1
        inbox = sources.open_source(s3_place.url, "place", tmp_path, context.config.transport)
        assert sources.deliver(inbox, tmp_path / "a.csv", "results", "a.csv", "tag") == "a.csv"
        assert (uploads(), s3_place.names()) == ([], ["results/a.csv"])


@pytest.fixture
def sftp_place(site: SftpSite, monkeypatch: pytest.MonkeyPatch) -> FolderPlace:
    place = site.place()
    site.proxy.calm()
    monkeypatch.setenv("MATCHBACK_CONNECTION_PLACE", json.dumps(place.options))
    place.put(NAME, CONTENT)
    return place


def log_since(site: SftpSite, start: int) -> str:
    time.sleep(0.3)
    return (site.server.folder / "sshd.log").read_bytes()[start:].decode(errors="replace")


def log_size(site: SftpSite) -> int:
    return (site.server.folder / "sshd.log").stat().st_size


def connect_with(place: Place, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    """Change options of the connection; None takes one away."""
    changed = {name: value for name, value in {**place.options, **options}.items() if value is not None}
    monkeypatch.setenv("MATCHBACK_CONNECTION_PLACE", json.dumps(changed))


class TestSftpLogin:
    """Whom we trust, and how often we knock. The proofs are lines of the server's own log."""

    def test_a_good_login_is_seen_in_the_log(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path
    ) -> None:
        start = log_size(site)
        pickup.run(workspace(tmp_path, sftp_place))
        assert log_since(site, start).count("userauth-request for user") > 0
        assert log_since(site, start).count("Accepted publickey") == 1

    def test_feeds_of_one_server_share_a_login(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path
    ) -> None:
        sftp_place.put("more/other.csv", CONTENT)
        more = FEED.format(id="more", source=f"{sftp_place.url}/more", pattern="*.csv")
        context = workspace(tmp_path, sftp_place, more)
        pickup.run(context)
        assert received(context) == [NAME, "other.csv"]
        assert site.proxy.connections == 1

    @pytest.mark.bad_input(64)
    def test_a_changed_host_key_stops_before_any_credential(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stranger = " ".join(make_key(tmp_path / "stranger").split()[:2])
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{site.proxy.port} {stranger}\n")
        connect_with(sftp_place, monkeypatch, known_hosts=str(tmp_path / "known_hosts"), password="hunter2")
        context, start = workspace(tmp_path, sftp_place), log_size(site)
        with pytest.raises(SourceFailed, match="no credential was sent"):
            pickup.run(context)
        log = log_since(site, start)
        assert "Connection from 127.0.0.1" in log and "userauth-request" not in log
        assert site.proxy.connections == 1  # and it is not tried again

    @pytest.mark.bad_input(64)
    def test_an_unknown_host_is_refused_alike(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "known_hosts").write_text("")
        connect_with(sftp_place, monkeypatch, known_hosts=str(tmp_path / "known_hosts"))
        context, start = workspace(tmp_path, sftp_place), log_size(site)
        with pytest.raises(SourceFailed, match="no credential was sent"):
            pickup.run(context)
        assert "userauth-request" not in log_since(site, start)

    def test_without_a_pinned_key_nothing_is_contacted(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect_with(sftp_place, monkeypatch, known_hosts=None)
        context = workspace(tmp_path, sftp_place)
        with pytest.raises(ConfigurationError, match="known_hosts"):
            pickup.run(context)
        connect_with(sftp_place, monkeypatch, known_hosts=str(tmp_path / "missing"))
        with pytest.raises(SourceFailed, match="missing of an SFTP source is not there"):
            pickup.run(context)
        assert site.proxy.connections == 0

    @pytest.mark.bad_input(65)
    def test_a_refused_login_is_tried_once_by_all_feeds_together(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Three feeds, three attempts each, would be nine failed logins, and a locked account."""
        make_key(tmp_path / "wrong")
        connect_with(sftp_place, monkeypatch, client_keys=[str(tmp_path / "wrong")])
        more = "".join(
            FEED.format(id=name, source=sftp_place.url, pattern=f"{name}*.csv") for name in ("a", "b")
        )
        context, start = workspace(tmp_path, sftp_place, more), log_size(site)
        with pytest.raises(SourceFailed, match="refuses the login; it was tried once"):
            pickup.run(context)
        assert site.proxy.connections == 1
        assert log_since(site, start).count("Failed publickey") <= 1

    def test_a_connection_that_is_not_declared_is_named(
        self, sftp_place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MATCHBACK_CONNECTION_PLACE")
        with pytest.raises(ConfigurationError, match="place is not declared"):
            pickup.run(workspace(tmp_path, sftp_place))

    def test_the_user_sees_nothing_above_the_folder_of_the_server(
        self, site: SftpSite, sftp_place: FolderPlace, tmp_path: Path
    ) -> None:
        if site.owner is None:
            return  # only root can start a server that changes its root
        context = workspace(tmp_path, sftp_place)
        inbox = sources.open_source(sftp_place.url, "place", tmp_path, context.config.transport)
        assert inbox.store.look("/etc/passwd") is None
        assert inbox.store.look(f"/{sftp_place.folder.name}/{NAME}") is not None


@pytest.mark.parametrize("place", ["local", "sftp"], indirect=True)
class TestFolders:
    """What only folders hold."""

    @pytest.mark.bad_input(60)
    def test_what_is_no_file_is_left_and_told_of_one_by_one(self, place: Place, tmp_path: Path) -> None:
        assert isinstance(place, FolderPlace)
        context = workspace(tmp_path, place, MOVE)
        folder = place.folder
        place.put(NAME, CONTENT)
        (tmp_path / "outside.csv").write_text("private")
        (folder / "events_20261030.csv").symlink_to(tmp_path / "outside.csv")
        (folder / "events_20261029.csv").symlink_to("events_20261029.csv")
        (folder / "events_20261031.csv").mkdir()
        os.mkfifo(folder / "events_20261101.csv")
        if os.geteuid() == 0:
            os.mknod(folder / "events_20261103.csv", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
        pickup.run(context)
        assert archived(context) == [CONTENT]
        told = notes(context)
        assert "2 entries are links" in told and "1 entry is a folder" in told
        left = {
            entry.body["remote"]: entry.body["reason"]
            for entry in context.journal.entries(kind="left_at_source")
        }
        assert left["events_20261101.csv"] == "other" and left["events_20261030.csv"] == "link"
        assert len(left) == (5 if os.geteuid() == 0 else 4)

    @pytest.mark.bad_input(60)
    def test_a_link_or_pipe_that_takes_a_files_place_is_not_followed(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert isinstance(place, FolderPlace)
        context = workspace(tmp_path, place, MOVE)
        (tmp_path / "outside.csv").write_bytes(CONTENT)
        for day in (1, 2):
            place.put(f"events_2026110{day}.csv", CONTENT)
        listed = sources.list_source

        def swapped(*arguments: Any) -> Any:
            found = listed(*arguments)
            for day in (1, 2):
                (place.folder / f"events_2026110{day}.csv").unlink()
            (place.folder / "events_20261101.csv").symlink_to(tmp_path / "outside.csv")
            os.mkfifo(place.folder / "events_20261102.csv")
            return found

        with monkeypatch.context() as patched:
            patched.setattr(sources, "list_source", swapped)
            summary = pickup.run(context)
        assert (received(context), summary.counts["failed_files"]) == ([], 2)

    def test_a_name_that_is_not_utf_8_is_received(self, place: Place, tmp_path: Path) -> None:
        assert isinstance(place, FolderPlace)
        context = workspace(tmp_path, place, MOVE)
        path = os.fsencode(place.folder) + b"/events_20261102_caf\xe9.csv"
        with open(path, "wb") as stream:
            stream.write(CONTENT)
        if place.owner is not None:
            os.chown(path, place.owner, -1)
        pickup.run(context)
        assert received(context) == ["events_20261102_caf\\udce9.csv"]
        assert os.listdir(os.fsencode(place.folder) + b"/done") == [b"events_20261102_caf\xe9.csv"]

    @pytest.mark.bad_input(67)
    def test_a_clock_that_is_wrong_orders_nothing(self, place: Place, tmp_path: Path) -> None:
        assert isinstance(place, FolderPlace)
        context = workspace(tmp_path, place, pattern="*.csv")
        for name, moment in (("a.csv", 4_000_000_000), ("b.csv", 0), ("c.csv", 1_000)):
            place.put(name, name.encode())
            os.utime(place.folder / name, (moment, moment))
        pickup.run(context)
        assert received(context) == ["a.csv", "b.csv", "c.csv"]


@pytest.mark.bad_input(66)
@pytest.mark.parametrize("place", ["s3", "gcs", "azure"], indirect=True)
def test_a_listing_asks_once_a_page_and_never_once_an_object(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.proxy
    for module in (azure, gcs, s3):
        monkeypatch.setattr(module, "PAGE", 100)
    context = workspace(tmp_path, place, pattern="many_*.csv")
    for first, last, pages in ((0, 90, 1), (90, 450, 5)):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: place.put(f"many_{number:03}.csv", b"x"), range(first, last)))
        place.proxy.calm()
        found = pickup.list_files(context, context.config.feeds[0])
        assert [remote.name for remote in found] == [f"many_{number:03}.csv" for number in range(last)]
        assert pages <= place.proxy.requests <= pages + 1


def test_a_hundred_thousand_files_are_all_seen(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of this machine, and through an sshd, a thousand names at a time."""
    monkeypatch.setenv("MATCHBACK_CONNECTION_PLACE", json.dumps(sshd.options))
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        folder = Path(name)
        for number in range(100_000):
            os.close(os.open(folder / f"other_{number:06}.csv", os.O_CREAT | os.O_WRONLY))
        for day in (1, 2, 3):
            (folder / f"events_2026110{day}.csv").write_bytes(CONTENT + b"%d\n" % day)
        for kind, url in (("local", str(folder)), ("sftp", sshd.url(folder))):
            (tmp_path / kind).mkdir()
            place = FolderPlace(folder, url, sshd.options)
            context = workspace(tmp_path / kind, place, more="")
            patient = context.config.transport.model_copy(update={"listing_seconds": 120})
            context = replace(context, config=context.config.model_copy(update={"transport": patient}))
            summary = pickup.run(context)
            assert len(received(context)) == 3
            assert summary.counts["unmatched_files"] == 100_000


def test_a_listing_that_takes_too_long_is_given_up(sshd: Sshd, tmp_path: Path) -> None:
    """It would take as long the next time: it is not tried again."""
    (tmp_path / "inbox").mkdir()
    for number in range(5):
        (tmp_path / "inbox" / f"{number}.csv").write_bytes(CONTENT)
    place = FolderPlace(tmp_path / "inbox", str(tmp_path / "inbox"), {})
    context = workspace(tmp_path, place, more="")
    hasty = context.config.transport.model_copy(update={"listing_seconds": 1e-9})
    feed = context.config.feeds[0].model_copy(update={"connection": None})
    config = context.config.model_copy(update={"transport": hasty, "feeds": [feed]})
    with pytest.raises(SourceFailed, match="took longer than transport"):
        pickup.run(replace(context, config=config))


def replace_feed(context: RunContext, **changes: Any) -> RunContext:
    feeds = [feed.model_copy(update=changes) for feed in context.config.feeds]
    return replace(context, config=context.config.model_copy(update={"feeds": feeds}))


class as_somebody_else:  # noqa: N801 (a context manager)
    """Leave root's rights aside, for which no file of this machine is forbidden."""

    def __init__(self, place: Place, context: RunContext) -> None:
        self.needed = isinstance(place, FolderPlace) and place.proxy is None and os.geteuid() == 0
        self.place, self.context = place, context

    def __enter__(self) -> None:
        if self.needed:
            assert isinstance(self.place, FolderPlace)
            base = self.context.workspace.root.parent
            for path in (base, *base.rglob("*")):
                os.chown(path, 65534, -1, follow_symlinks=False)
            os.chown(self.place.folder / "events_20261101.csv", 0, -1)
            self.opened = [path for path in base.parents if path.stat().st_mode & 0o011 != 0o011]
            self.modes = [path.stat().st_mode for path in self.opened]
            for path, mode in zip(self.opened, self.modes, strict=True):
                path.chmod(mode | 0o011)
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        if self.needed:
            os.seteuid(0)
            for path, mode in zip(self.opened, self.modes, strict=True):
                path.chmod(mode)
