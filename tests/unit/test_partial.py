"""Parts of files that are being fetched: gone on with only where they can be trusted, else swept away."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matchback.errors import SourceFailed
from matchback.intake import partial
from matchback.intake.partial import Version, fetching, sweep
from matchback.intake.places import SourceLost

VERSION = Version("events", "sftp://bank/out", "/out/ann\udce9.csv", 100, "7")
FEEDS = {"events", "more"}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Note how far a part is every ten bytes."""
    monkeypatch.setattr(partial, "CHECKPOINT", 10)


def cut_off(folder: Path, version: Version = VERSION, pieces: int = 5) -> None:
    """Fetch so many pieces of ten bytes, and lose the connection after five bytes more."""
    with suppress(SourceLost), fetching(folder, version) as part:
        part.begin()
        for number in range(pieces):
            part.append(b"%d" % number * 10)
        part.append(b"x" * 5)
        raise SourceLost("gone")


def begun(folder: Path, version: Version = VERSION) -> tuple[int, str]:
    """Return how much the next try finds, and its hash; what it finds is left as it was."""
    with suppress(KeyboardInterrupt), fetching(folder, version) as part:
        size = part.begin()
        found = (size, hashlib.sha256(part.path.read_bytes()).hexdigest())
        assert found == (part.size, part.content_hash)
        raise KeyboardInterrupt
    return found


def test_it_is_gone_on_with_to_the_last_byte(tmp_path: Path) -> None:
    cut_off(tmp_path)
    whole = b"".join(b"%d" % number * 10 for number in range(5)) + b"x" * 5
    assert begun(tmp_path) == (55, hashlib.sha256(whole).hexdigest())


@pytest.mark.parametrize("changes", [{"stamp": "8"}, {"size": 101}, {"identity": "inode"}])
def test_another_version_of_the_file_is_begun_anew(tmp_path: Path, changes: dict[str, Any]) -> None:
    cut_off(tmp_path)
    assert begun(tmp_path, replace(VERSION, **changes))[0] == 0


def test_what_a_power_cut_spoiled_is_fetched_again(tmp_path: Path) -> None:
    """From the last point before it; and later points, noted then, do not disturb."""
    cut_off(tmp_path)
    (path,) = tmp_path.glob("*.part")
    with path.open("r+b") as stream:
        stream.seek(33)
        stream.write(b"\0")
    assert begun(tmp_path)[0] == 30
    with path.open("r+b") as stream:
        stream.truncate(29)
    assert begun(tmp_path)[0] == 0


def test_notes_that_were_cut_off_or_make_no_sense_say_nothing(tmp_path: Path) -> None:
    cut_off(tmp_path)
    (path,) = tmp_path.glob("*.notes")
    text = path.read_text()
    path.write_text(text[: text.index("[50")] + '[50, "ab')
    assert begun(tmp_path)[0] == 40
    path.write_text("nonsense\n")
    assert begun(tmp_path)[0] == 0


def test_two_processes_do_not_share_a_part(tmp_path: Path) -> None:
    with fetching(tmp_path, VERSION) as first:
        first.begin()
        first.append(b"a" * 20)
        with suppress(SourceLost), fetching(tmp_path, VERSION) as second:
            assert second.path != first.path
            assert second.begin() == 0
            second.append(b"b" * 20)
            raise SourceLost("gone")
        assert not second.path.exists()
        assert sweep(tmp_path, "events", VERSION.source, FEEDS, set()) == 0
        first.sync()
        assert first.path.read_bytes() == b"a" * 20
    assert list(tmp_path.iterdir()) == []


def test_a_failure_that_is_no_broken_connection_leaves_nothing(tmp_path: Path) -> None:
    with suppress(SourceFailed), fetching(tmp_path, VERSION) as part:
        part.begin()
        part.append(b"a" * 20)
        raise SourceFailed("it changed")
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_goes_on_with_is_swept_away(tmp_path: Path) -> None:
    waiting = {(VERSION.path, VERSION.size, VERSION.stamp)}
    cut_off(tmp_path)
    cut_off(tmp_path, replace(VERSION, feed_id="more"))
    assert sweep(tmp_path, "events", VERSION.source, FEEDS, waiting) == 0
    cut_off(tmp_path, replace(VERSION, feed_id="removed"))
    (tmp_path / "4711.part").write_bytes(b"of an older Matchback")
    (tmp_path / "4712.notes").write_text("left alone")
    assert sweep(tmp_path, "events", VERSION.source, FEEDS, waiting) == 2
    assert len(list(tmp_path.iterdir())) == 4
    assert sweep(tmp_path, "events", "sftp://elsewhere/out", FEEDS, waiting) == 1
    assert sweep(tmp_path, "more", VERSION.source, FEEDS, {(VERSION.path, VERSION.size, "8")}) == 1
    assert list(tmp_path.iterdir()) == []
