"""Pick-up: whole files only, archived before anything else, received once, and never a path of the sender's."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from matchback import pickup, validate
from matchback.answers.doctor import examine
from matchback.answers.waiting import waiting_rows
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError, SourceFailed
from matchback.intake import archive, folders, listing, sources
from matchback.intake.left_there import left_now
from matchback.intake.manifests import parse_manifest
from matchback.intake.received import received_files
from matchback.intake.transports import local
from unit.intake_world import EVENTS_FEED, make_world, on, put, table, take_in

MOVING = EVENTS_FEED + 'after = { move_to = "done" }\n'


def names(context: RunContext) -> list[str]:
    return [file.delivered_name for file in received_files(context.journal)]


def inbox(context: RunContext) -> Path:
    return context.workspace.root / "inbox"


def test_bytes_are_archived_under_their_hash(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    pickup.run(world)
    (file,) = received_files(world.journal)
    path = file.path(world.workspace)
    assert path.name == hashlib.sha256(b"content").hexdigest()
    assert path.read_bytes() == b"content"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (file.declared_on, file.received_on) == (date(2026, 11, 1), date(2026, 11, 1))


def test_a_file_left_in_place_is_received_once(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    pickup.run(world)
    assert not pickup.run(world).changed
    assert (inbox(world) / "events_20261101.csv").exists()


def test_other_bytes_under_the_same_name_are_a_new_delivery(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    pickup.run(world)
    put(world, "events_20261101.csv", "other content")
    pickup.run(world)
    assert len({file.file_id for file in received_files(world.journal)}) == 2


def test_the_same_bytes_again_are_the_next_occurrence(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    put(world, "events_20261101b.csv", "content")
    put(world, "events_20261102.csv", "content")
    pickup.run(world)
    files = received_files(world.journal)
    assert [file.occurrence for file in files] == [0, 1, 0]
    assert len({file.file_id for file in files}) == 3


def test_a_file_of_a_later_date_stays_at_the_source(tmp_path: Path) -> None:
    world = make_world(tmp_path, MOVING, as_of=date(2026, 11, 1))
    put(world, "events_20261102.csv", "content")
    pickup.run(world)
    assert names(world) == []
    assert (inbox(world) / "events_20261102.csv").exists()
    pickup.run(on(world, date(2026, 11, 2)))
    assert names(world) == ["events_20261102.csv"]


def test_moving_never_overwrites(tmp_path: Path) -> None:
    world = make_world(tmp_path, MOVING)
    for content in ("one", "two"):
        put(world, "events_20261101.csv", content)
        pickup.run(world)
    moved = sorted((inbox(world) / "done").iterdir())
    assert sorted(path.read_text() for path in moved) == ["one", "two"]
    assert not (inbox(world) / "events_20261101.csv").exists()


def test_a_crash_before_the_move_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is journaled once and moved by the next run."""
    world = make_world(tmp_path, MOVING)
    put(world, "events_20261101.csv", "content")
    with monkeypatch.context() as patched:
        patched.setattr(pickup, "_put_away", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pickup.run(world)
    pickup.run(world)
    assert names(world) == ["events_20261101.csv"]
    assert (inbox(world) / "done" / "events_20261101.csv").exists()


@pytest.mark.parametrize("after", ['{ move_to = "done" }', "{ delete = true }"])
def test_a_file_that_was_overwritten_after_it_was_read_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    """Nobody has read the new version: it is neither moved nor deleted, and the next run receives it."""
    world = make_world(tmp_path, EVENTS_FEED + f"after = {after}\n")
    notes: list[str] = []
    monkeypatch.setattr(world.progress, "note", notes.append, raising=False)
    path = put(world, "events_20261101.csv", "one")
    keep = archive.keep

    def overwritten(*arguments: Any) -> Any:
        kept = keep(*arguments)
        path.write_text("two")
        os.utime(path, (2_000_000_000, 2_000_000_000))
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(archive, "keep", overwritten)
        pickup.run(world)
    assert path.read_text() == "two"
    assert not (inbox(world) / "done" / path.name).exists()
    assert any("overwritten at its source after it was read" in note for note in notes)
    pickup.run(world)
    assert not path.exists()
    kept = [file.path(world.workspace).read_text() for file in received_files(world.journal)]
    assert kept == ["one", "two"]


def test_files_of_later_days_and_of_no_feed_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feeds that share a folder know each other's files, and tell of a stray one together, once."""
    clicks = EVENTS_FEED.replace('"events"', '"more"', 1).replace("events_", "more_")
    world = make_world(
        tmp_path, EVENTS_FEED + clicks.replace('"inbox"', '"./inbox/"'), as_of=date(2026, 11, 1)
    )
    notes: list[str] = []
    monkeypatch.setattr(world.progress, "note", notes.append, raising=False)
    for name in ("events_20261101.csv", "events_20261102.csv", "events_20261103.csv", "more_20261101.csv"):
        put(world, name, name)
    for name in ("other.csv", ".hidden", "more_20261101.csv.results.csv", "x.part"):
        put(world, name, "x")
    (inbox(world) / "done").mkdir()
    summary = pickup.run(world)
    assert (summary.counts["received"], summary.counts["later_files"], summary.counts["unmatched_files"]) == (
        2,
        2,
        1,
    )
    assert notes == [
        "events: 2 files are dated after 2026-11-01 and are left where they are",
        "inbox: 1 file matches no feed's pattern (left where it is); see  matchback feeds list",
    ]
    notes.clear()
    pickup.run(replace(world, until=date(2026, 11, 2)))
    assert "events: 1 file is dated after 2026-11-02 and is left where it is" in notes


@pytest.mark.bad_input(60)
def test_only_whole_regular_files_with_real_dates_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links, pipes, folders, hidden and unfinished files, our own answers and impossible dates stay where they are."""
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    for name in (".events_20261101.csv", "events_20261101.csv.part", "other_20261101.csv", "events_20261131.csv",
                 "events_2026110x.csv", "events_20261101.csv.results.csv"):  # fmt: skip
        put(world, name, "x")
    (inbox(world) / "events_20261103.csv").symlink_to("/etc/hostname")
    (inbox(world) / "events_20261104.csv").mkdir()
    os.mkfifo(inbox(world) / "events_20261105.csv")
    notes: list[str] = []
    monkeypatch.setattr(world.progress, "note", notes.append, raising=False)
    pickup.run(world)
    assert names(world) == ["events_20261101.csv"]
    unfinished = "have names of unfinished files (.part, .tmp, .filepart, a leading point) and wait"
    assert f"inbox: 2 entries {unfinished}" in notes
    assert not [words for words in notes if "results file" in words], (
        "the answer is called after a file of ours"
    )


def test_a_senders_results_and_unfinished_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are never taken, and whoever sent them waits for an answer; our own answers are no news."""
    world = make_world(tmp_path, EVENTS_FEED + 'after = { results_to = ".", move_to = "done" }\n')
    long = f"events_20261101_{'x' * 230}.csv"
    for name in ("events_20261101.csv", long):
        put(world, name, name)
    take_in(world)
    assert len(list(inbox(world).glob("*.results.csv"))) == 2
    notes: list[str] = []
    monkeypatch.setattr(world.progress, "note", notes.append, raising=False)
    pickup.run(world)
    assert notes == []
    for name in ("events_20261102.results.csv", "events_20261102.csv.tmp", "other.tmp", "notes.results.csv"):
        put(world, name, "x")
    assert pickup.run(world).counts["received"] == 0
    assert notes == [
        "inbox: 1 entry has a name of unfinished files (.part, .tmp, .filepart, a leading point) and waits",
        "inbox: 1 entry has the name of a results file and is not ours",
    ]
    shown = {row["name"]: row["reason_code"] for row in waiting_rows(world.workspace, {"events"})}
    assert shown == {"events_20261102.results.csv": "results", "events_20261102.csv.tmp": "unfinished"}


@pytest.mark.bad_input(58, 59)
def test_odd_names_are_data(tmp_path: Path) -> None:
    """A name with quotes, spaces, a newline, a leading dash or a template never becomes a path or a command."""
    world = make_world(tmp_path, EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", "*"))
    odd = [
        "-rf",
        "a b\nc",
        "'; drop table files; --",
        "{{ 7 * 7 }}",
        "$(touch x)",
        "%00",
        "caf\u00e9",
        "x" * 250,
    ]
    for number, name in enumerate(odd):
        put(world, name, f"content {number}")
    pickup.run(world)
    assert sorted(names(world)) == sorted(odd)
    archived = [path.name for path in world.workspace.archive.rglob("*") if path.is_file()]
    assert all(len(name) == 64 for name in archived)


@pytest.mark.bad_input(61)
def test_a_growing_file_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks must agree."""
    world = make_world(tmp_path, EVENTS_FEED + "quiet_seconds = 1\n")
    path = put(world, "events_20261101.csv", "half")
    put(world, "events_20261102.csv", "whole")

    def grows(seconds: float) -> None:
        assert 0.5 < seconds <= 1
        path.write_text("half and more")

    monkeypatch.setattr(listing.time, "sleep", grows)
    pickup.run(world)
    assert names(world) == ["events_20261102.csv"]


@pytest.mark.bad_input(62)
def test_a_file_that_changes_while_it_is_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noted, nothing of it is kept, and the next file is received."""
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")
    put(world, "events_20261102.csv", "whole")
    keep = archive.keep

    def announced(folder: Path, stream: Any, size: int, part: Any) -> Any:
        return keep(folder, stream, size + (size == len("content")), part)

    monkeypatch.setattr(archive, "keep", announced)
    summary = pickup.run(world)
    assert names(world) == ["events_20261102.csv"]
    assert summary.counts["failed_files"] == 1
    assert not list(world.workspace.archive.rglob("*.part"))


def test_a_full_disk_of_ours_is_not_blamed_on_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(tmp_path)
    put(world, "events_20261101.csv", "content")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(MatchbackError, match="Writing into the archive failed") as caught:
        pickup.run(world)
    assert not isinstance(caught.value, SourceFailed)
    assert names(world) == []


def test_a_source_that_does_not_answer_stops_no_other(tmp_path: Path) -> None:
    """It is counted; when it was asked for alone, it fails."""
    (tmp_path / "known_hosts").write_text("")
    os.environ["MATCHBACK_CONNECTION_NOWHERE"] = (
        '{"known_hosts": "/dev/null", "username": "x", "password": "x"}'
    )
    away = EVENTS_FEED.replace('id = "events"', 'id = "away"').replace('"inbox"', '"sftp://127.0.0.1:1/x"')
    hurried = "[transport]\nattempts = 2\nback_off_seconds = 0.01\n"
    world = make_world(tmp_path, EVENTS_FEED + away + 'connection = "nowhere"\n' + hurried)
    put(world, "events_20261101.csv", "content")
    summary = pickup.run(world)
    assert summary.counts == {
        "received": 1,
        "failed_sources": 1,
        "failed_files": 0,
        "later_files": 0,
        "unmatched_files": 0,
    }
    with pytest.raises(SourceFailed) as failed:
        pickup.list_files(world, world.config.feed("away"))
    assert "127.0.0.1" in failed.value.what


def test_a_local_folder_that_is_away_is_a_source_that_failed(tmp_path: Path) -> None:
    """A disk that is not mounted must not look like a quiet night."""
    away = EVENTS_FEED.replace('id = "events"', 'id = "away"').replace('"inbox"', '"disk/away"')
    world = make_world(tmp_path, EVENTS_FEED + away)
    put(world, "events_20261101.csv", "content")
    summary = pickup.run(world)
    assert (summary.counts["received"], summary.counts["failed_sources"]) == (1, 1)
    with pytest.raises(SourceFailed, match="The source disk/away is not there"):
        pickup.list_files(world, world.config.feed("away"))
    with pytest.raises(SourceFailed, match="The source disk/away is not there"):
        pickup.run(replace(world, feed_ids=("away",)))
    (tmp_path / "disk" / "away").mkdir(parents=True)
    assert pickup.run(world).counts["failed_sources"] == 0


def test_sftp_without_a_host_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="known_hosts"):
        sources.open_source("sftp://bank.example/outgoing", None, Path())


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("events_{date:%Y%m%d}*.csv", "events_20261101_late.csv", "20261101"),
        ("1578.*.OPENED_{date:%Y%m%d}", "1578.0507.10917.OPENED_20261101", "20261101"),
        ("{date:%Y-%m-%d}.txt", "2026-11-01.txt", "2026-11-01"),
        ("a[1]?.csv", "a[1]x.csv", None),
    ],
)
def test_patterns_match_literally_but_for_their_wildcards(pattern: str, name: str, found: str | None) -> None:
    expression, _ = sources.name_pattern(pattern)
    match = expression.fullmatch(name)
    assert match is not None
    assert match.groupdict().get("date") == found


def test_a_pattern_with_an_unknown_part_of_a_date_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="%Q"):
        sources.name_pattern("x_{date:%Q}.csv")


def test_a_fresh_file_of_this_machine_is_looked_at_twice_and_an_old_one_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is one for all feeds; a file whose last change is long past needs none."""
    clicks = EVENTS_FEED.replace('"events"', '"more"', 1).replace("events_", "more_")
    world = make_world(tmp_path, EVENTS_FEED + clicks)
    monkeypatch.setattr(pickup, "LOCAL_QUIET_SECONDS", 0.4)
    slept: list[float] = []
    sleep = listing.time.sleep

    def counted(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(listing.time, "sleep", counted)
    put(world, "events_20261101.csv", "content")
    put(world, "more_20261101.csv", "content")
    pickup.run(world)
    assert len(names(world)) == 2
    assert 0 < sum(slept) <= 0.4
    slept.clear()
    sleep(0.5)
    pickup.run(world)
    assert slept == []


def test_a_file_is_moved_to_another_disk_whole(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    assert memory.stat().st_dev != tmp_path.stat().st_dev
    with TemporaryDirectory(dir=memory) as folder:
        (Path(folder) / "events_20261101.csv").write_text("another file")
        world = make_world(tmp_path, EVENTS_FEED + f'after = {{ move_to = "{folder}" }}\n')
        put(world, "events_20261101.csv", "content")
        pickup.run(world)
        assert sorted(path.read_text() for path in Path(folder).iterdir()) == ["another file", "content"]
        assert list(inbox(world).iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,size\na.csv,3\n", {"a.csv": {"size": "3"}}),
        ('\ufeffFile;Record_Count\r\n"a;b.csv";7\r\n', {"a;b.csv": {"records": "7"}}),
        (
            f"{'A' * 64}  a b.csv\n{'b' * 64} *c.csv\n",
            {"a b.csv": {"sha256": "a" * 64}, "c.csv": {"sha256": "b" * 64}},
        ),
        (f"{'0' * 32}  a.csv\n", {"a.csv": {"md5": "0" * 32}}),
        ("name|size|total\na.csv||12.50\n", {"a.csv": {"total": "12.50"}}),
        ("name\n", {}),
    ],
)
def test_manifests_of_both_layouts_are_read(content: str, said: dict[str, dict[str, str]]) -> None:
    assert parse_manifest(content.encode()) == said


@pytest.mark.parametrize("content", ["", "a.csv\nb.csv\n", "name,size\na.csv\n", "name,size\na.csv,1,2\n"])
def test_what_is_no_manifest_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="column"):
        parse_manifest(content.encode())


@pytest.mark.parametrize(
    ("ready", "words"),
    [
        ('{ marker = "a/b" }', "is a file name"),
        ('{ marker = "*.done" }', "is a file name"),
        ('{ manifest = "{name}.txt" }', "its own name holds at most"),
        ('{ marker = "x", manifest = "y" }', "it is one of both"),
    ],
)
def test_a_sign_of_readiness_that_makes_no_sense_is_refused(tmp_path: Path, ready: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make_world(tmp_path, EVENTS_FEED + f"ready = {ready}\n")


def test_a_marker_of_the_day_and_one_of_the_stem_are_found(tmp_path: Path) -> None:
    daily = EVENTS_FEED + 'ready = { marker = "READY_{date:%d.%m.%Y}" }\n'
    own = EVENTS_FEED.replace('"events"', '"more"', 1).replace("events_", "more_")
    world = make_world(tmp_path, daily + own + 'ready = { marker = "{stem}.ok" }\n')
    for name in ("events_20261101.csv", "events_20261102.csv", "more_20261101.csv", "more_20261102.csv"):
        put(world, name, name)
    put(world, "READY_01.11.2026", "")
    put(world, "more_20261102.ok", "")
    summary = pickup.run(world)
    assert names(world) == ["events_20261101.csv", "more_20261102.csv"]
    assert summary.counts["unmatched_files"] == 0


def test_a_source_of_an_unknown_kind_and_a_password_in_an_address_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="of no known kind"):
        sources.open_source("ftp://bank.example/outgoing", None, Path())
    with pytest.raises(ConfigurationError, match="holds a password") as refused:
        sources.open_source("sftp://u:hunter2@bank.example/outgoing", None, Path())
    assert "hunter2" not in str(refused.value)


LISTED = EVENTS_FEED + 'ready = { manifest = "MANIFEST.csv" }\n'
RECORD = "event_name,event_time,partner_event_id,partner_user_id\naccount_opened,2026-11-01,E1,M1\n"


def verdicts(context: RunContext) -> list[tuple[object, ...]]:
    return [(row["status"], row["reason_code"], row["accepted"]) for row in table(context, "files")]


@pytest.mark.parametrize("after", ["", 'after = { move_to = "done", results_to = "results" }\n'])
def test_a_file_that_its_manifest_got_refused_is_judged_again_by_a_corrected_one(
    tmp_path: Path, after: str
) -> None:
    """Whether file and manifest were left or moved away; and only a manifest that speaks of these bytes."""
    world = make_world(tmp_path, LISTED + after)
    name, right = "events_20261101.csv", hashlib.sha256(RECORD.encode()).hexdigest()
    put(world, name, RECORD)
    put(world, "MANIFEST.csv", f"name,records\n{name},7\n")
    take_in(world)
    assert verdicts(world) == [("refused", "manifest_wrong", 0)]
    put(world, "MANIFEST.csv", f"name,records,sha256\n{name},1,{'0' * 64}\n")
    take_in(world)
    assert verdicts(world) == [("refused", "manifest_wrong", 0)]
    put(world, "MANIFEST.csv", f"name,records,sha256\n{name},1,{right}\n")
    take_in(world)
    assert verdicts(world) == [("loaded", None, 1)]
    put(world, "MANIFEST.csv", f"name,records\n{name},7\n")
    take_in(world)
    assert verdicts(world) == [("loaded", None, 1)], "what was loaded stands"
    assert len(received_files(world.journal)) == 1
    if after:
        answers = [path.read_text() for path in (inbox(world) / "results").iterdir()]
        assert sorted(text.count("\naccepted,") for text in answers) == [1], (
            "the new answer took the place of the old one"
        )


def test_a_manifest_that_is_corrected_before_load_counts(tmp_path: Path) -> None:
    world = make_world(tmp_path, LISTED)
    put(world, "events_20261101.csv", RECORD)
    put(world, "MANIFEST.csv", "name,records\nevents_20261101.csv,7\n")
    pickup.run(world)
    validate.run(world)
    put(world, "MANIFEST.csv", "name,records\nevents_20261101.csv,1\n")
    take_in(world)
    assert verdicts(world) == [("loaded", None, 1)]


def test_what_is_left_is_known_until_it_came_or_went(tmp_path: Path) -> None:
    world = make_world(tmp_path, EVENTS_FEED + 'ready = { marker = "{name}.done" }\n')
    for day in (1, 2):
        put(world, f"events_2026110{day}.csv", f"content {day}")
    pickup.run(world)
    first, second = ("events", "events_20261101.csv"), ("events", "events_20261102.csv")
    assert left_now(world.journal) == {first: "marker", second: "marker"}
    put(world, "events_20261101.csv.done", "")
    (inbox(world) / "events_20261102.csv").unlink()
    pickup.run(world)
    assert left_now(world.journal) == {}
    put(world, "events_20261102.csv", "content 2")
    pickup.run(world)
    assert left_now(world.journal) == {second: "marker"}


def test_folders_that_the_configuration_speaks_of_are_nothing_to_tell_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed that takes everything knows where it moves files to, and the folders of other feeds."""
    all_of_it = EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", "*")
    below = EVENTS_FEED.replace('"events"', '"below"', 1).replace('"inbox"', '"inbox/clicks/new"')
    world = make_world(
        tmp_path, all_of_it + 'after = { move_to = "done/2026", results_to = "answers" }\n' + below
    )
    (inbox(world) / "clicks/new").mkdir(parents=True)
    notes: list[str] = []
    monkeypatch.setattr(world.progress, "note", notes.append, raising=False)
    put(world, "a.csv", "content")
    (inbox(world) / "answers").mkdir()
    pickup.run(world)
    put(world, "b.csv", "content 2")
    pickup.run(world)
    assert (names(world), notes, left_now(world.journal)) == (["a.csv", "b.csv"], [], {})
    (inbox(world) / "strange").mkdir()
    pickup.run(world)
    assert left_now(world.journal) == {("events", "strange"): "folder"}


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [
        ("*", "events_{date:%Y%m%d}.csv", True),
        ("events_*.csv", "*_{date:%Y}.csv", True),
        ("events_{date:%Y%m%d}.csv", "events_{date:%d%m%Y}.csv", True),
        ("events_{date:%Y%m%d}.csv", "events_{date:%Y-%m-%d}.csv", False),
        ("events_{date:%Y%m%d}*.csv", "clicks_{date:%Y%m%d}*.csv", False),
        ("events_?.csv", "events_??.csv", False),
        ("events_?.csv", "events_7.csv", True),
        ("a*b", "*ba*", True),
        ("*.csv", "*.csv.gz", False),
        ("x", "x", True),
        ("x", "xy", False),
    ],
)
def test_patterns_that_one_name_can_match_are_found(one: str, two: str, meet: bool) -> None:
    assert folders.overlap(one, two) is folders.overlap(two, one) is meet


@pytest.mark.parametrize(
    ("after", "source", "told"),
    [
        ('after = { move_to = "done" }\n', "inbox", True),
        ("after = { delete = true }\n", "./inbox/", True),
        ("", "inbox", False),
        ('after = { move_to = "done" }\n', "other", False),
    ],
)
def test_feeds_that_take_each_others_files_away_are_told_of(
    tmp_path: Path, after: str, source: str, told: bool
) -> None:
    more = EVENTS_FEED.replace('"events"', '"more"', 1).replace("events_{date:%Y%m%d}*", "*")
    world = make_world(tmp_path, EVENTS_FEED + more.replace('"inbox"', f'"{source}"') + after)
    notes = [finding for finding in examine(world) if finding.subject == "folders"]
    assert [note.detail.startswith("The feeds events and more share a folder") for note in notes] == [
        True
    ] * told


def test_a_page_of_files_that_all_vanished_does_not_end_the_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(tmp_path)
    for number in range(9):
        put(world, f"events_20261101_{number}.csv", f"content {number}")
    monkeypatch.setattr(local, "PAGE", 3)
    look, looks = local.LocalStore.look, list[str]()

    def vanishes(store: local.LocalStore, path: str) -> Any:
        looks.append(path)
        return None if 3 < len(looks) <= 6 else look(store, path)

    monkeypatch.setattr(local.LocalStore, "look", vanishes)
    pages = list(local.LocalStore().pages(str(inbox(world))))
    assert [len(page) for page in pages] == [3, 0, 3]
