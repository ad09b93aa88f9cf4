"""Notices that no notifier could send: told later, each once, and a silent notifier holds nobody up for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchback.untold import MOST_FAILED, MOST_KEPT, tell_waiting_too
from matchback.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Workspace(tmp_path).staging.mkdir(parents=True)
    return tmp_path


def told(root: Path, *words: str, deaf: bool = False, unheard: str = "") -> tuple[list[str], int]:
    """Return what a notifier was handed, and how much it did not take."""
    handed: list[str] = []

    def send(line: str) -> bool:
        handed.append(line)
        return not deaf and line != unheard

    return handed, tell_waiting_too(str(root), words, send)


def test_what_nobody_heard_is_told_later_and_once(root: Path) -> None:
    assert told(root, "ä late", "b late", deaf=True) == (["ä late", "b late"], 2)
    assert told(root, "c") == (["ä late", "b late", "c"], 0)
    assert told(root) == ([], 0)


def test_a_notifier_that_does_not_answer_is_asked_a_few_times_only(root: Path) -> None:
    for number in range(MOST_KEPT + 5):
        handed, _ = told(root, str(number), deaf=True)
        assert len(handed) <= MOST_FAILED + 1
    handed, left = told(root)
    assert handed == [str(number) for number in range(5, MOST_KEPT + 5)]
    assert left == 0


def test_a_notice_that_no_notifier_takes_keeps_no_other_from_being_told(root: Path) -> None:
    told(root, "odd", "a", "b", deaf=True)
    assert told(root, "c", unheard="odd") == (["odd", "a", "b", "c"], 1)
    assert told(root) == (["odd"], 0)


def test_what_a_sender_breaks_off_is_told_once_more(root: Path) -> None:
    def killed(line: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell_waiting_too(str(root), ["a", "b"], killed)
    assert told(root) == (["a", "b"], 0)


def test_a_torn_line_stops_no_notice(root: Path) -> None:
    told(root, "a", deaf=True)
    (path,) = Workspace(root).staging.rglob("untold.txt")
    path.write_bytes(path.read_bytes() + b"\xc3\x00")
    handed, left = told(root, "b")
    assert (handed[0], handed[-1], left) == ("a", "b", 0)
