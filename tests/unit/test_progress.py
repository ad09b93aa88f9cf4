"""Bars on a terminal, one line a step elsewhere, nothing with --quiet; a failing step leaves the terminal whole."""

from __future__ import annotations

import io

import pytest

from matchback.progress import BarProgress, LineProgress, QuietProgress, choose_progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_stream_decides() -> None:
    assert type(choose_progress(True, Terminal())) is QuietProgress
    assert type(choose_progress(False, Terminal())) is BarProgress
    assert type(choose_progress(False, io.StringIO())) is LineProgress


def test_lines_hold_the_step_and_its_summary() -> None:
    stream = io.StringIO()
    progress = LineProgress(stream)
    progress.start("load", 3)
    progress.advance()
    progress.note("a note")
    progress.finish("3 files")
    progress.finish("no step is under way")
    assert stream.getvalue() == "a note\nload       3 files\n"


def test_a_step_may_start_twice_and_speak_while_its_bar_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = BarProgress(stream)
    progress.start("load")
    progress.start("load", 3)
    progress.advance(2)
    progress.note("a note with [brackets]")
    progress.finish("3 files")
    progress.finish()
    assert "a note with [brackets]\n" in stream.getvalue()
    assert "load       3 files\n" in stream.getvalue()


def test_a_bar_can_leave_nothing_behind() -> None:
    stream = Terminal()
    progress = BarProgress(stream, leaves_lines=False)
    progress.start("load", 1)
    progress.finish("3 files")
    assert "3 files" not in stream.getvalue()
