"""Progress of long work: bars on a terminal's stderr, quiet lines elsewhere, nothing with --quiet."""

from __future__ import annotations

import logging
import sys
from typing import Any, Protocol, TextIO

from matchback.answers.printing import for_terminal


class Progress(Protocol):
    """What a step may say while it works."""

    def start(self, label: str, total: int | None = None) -> None:
        """A step begins; `total` is how many parts it has, if known."""

    def advance(self, count: int = 1) -> None:
        """Parts of the step are done."""

    def note(self, text: str) -> None:
        """A line for the operator; never a value of a record."""

    def finish(self, summary: str = "") -> None:
        """The step has ended."""


class QuietProgress:
    """Says nothing."""

    def start(self, label: str, total: int | None = None) -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def finish(self, summary: str = "") -> None:
        pass


class LineProgress(QuietProgress):
    """One line a step: for log files, Airflow and pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._label = ""

    def start(self, label: str, total: int | None = None) -> None:
        self._label = label

    def note(self, text: str) -> None:
        self._say(for_terminal(text))

    def finish(self, summary: str = "") -> None:
        if self._label:
            self._say(f"{self._label:<10} {summary}".rstrip())
        self._label = ""

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class LogProgress(LineProgress):
    """The same lines into the log of this process: a scheduler shows what goes to stderr as errors."""

    def __init__(self) -> None:
        super().__init__()
        self._log = logging.getLogger("matchback")

    def _say(self, text: str) -> None:
        for line in text.splitlines():
            self._log.info(line)


class BarProgress(LineProgress):
    """A bar that is drawn over while a step works, and leaves one line behind (none with `leaves_lines` False)."""

    def __init__(self, stream: TextIO | None = None, *, leaves_lines: bool = True) -> None:
        super().__init__(stream)
        self._leaves_lines = leaves_lines
        self._bar: Any = None
        self._task: Any = None

    def start(self, label: str, total: int | None = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        super().start(label, total)
        self._stop()
        columns = [
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        ]
        self._bar = RichProgress(*columns, console=Console(file=self._stream), transient=True)
        self._task = self._bar.add_task(label, total=total)
        self._bar.start()

    def advance(self, count: int = 1) -> None:
        if self._bar is not None:
            self._bar.advance(self._task, count)

    def note(self, text: str) -> None:
        if self._bar is None:
            super().note(text)
        else:
            self._bar.console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)

    def finish(self, summary: str = "") -> None:
        self._stop()
        if self._leaves_lines:
            super().finish(summary)

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def choose_progress(quiet: bool, stream: TextIO | None = None) -> Progress:
    """Return the progress that fits: nothing, bars on a terminal, or lines."""
    target = stream or sys.stderr
    if quiet:
        return QuietProgress()
    return BarProgress(target) if target.isatty() else LineProgress(target)
