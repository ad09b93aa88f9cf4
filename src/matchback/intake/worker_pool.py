"""Stages files in limited child processes, so that a file that kills, blocks or swells its parser refuses itself alone.

Workers are started when files wait, live as long as this process, and are replaced when one dies. They are spawned, so
they share nothing with us but two pipes; secrets travel through the pipe, and nothing that a worker says is trusted
beyond a few words. All is done in the calling thread, and a worker ends with the thread that started it.
"""

from __future__ import annotations

import atexit
import os
import selectors
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchback import errors
from matchback.errors import MatchbackError
from matchback.intake.worker_process import Limits, WorkerProcess

if TYPE_CHECKING:
    from matchback.intake.stage_file import FileToStage

COMMAND = (sys.executable, "-P", "-m", "matchback.intake.worker")


@dataclass(frozen=True)
class Done:
    """The file is staged; its result lies in the staging folder."""


@dataclass(frozen=True)
class Broken:
    """The file broke its parser, and is to be refused with these words for its sender."""

    reason_code: str
    detail: str


@dataclass(frozen=True)
class Failed:
    """The file could not be staged, through no fault of its own: the operator's problem, or the name of ours."""

    name: str
    error: MatchbackError | None = None


Outcome = Done | Broken | Failed


class Workers:
    """A few long-lived workers. `command` starts one; tests start worse ones."""

    def __init__(self, limits: Limits, command: Sequence[str] = COMMAND) -> None:
        self.limits = limits
        self._command = list(command)
        self._idle: list[WorkerProcess] = []
        self._busy: list[WorkerProcess] = []
        self._owner = os.getpid()
        atexit.register(self.close)

    @property
    def is_ours(self) -> bool:
        """Whether this process started the workers: a forked copy of it must not touch them."""
        return self._owner == os.getpid()

    def stage(self, requests: Iterable[FileToStage]) -> Iterator[tuple[FileToStage, Outcome]]:
        """Stage every file; yield each, with what became of it, as it is done."""
        waiting = deque((request, False) for request in requests)
        try:
            while waiting or self._busy:
                while waiting and len(self._busy) < self.limits.workers:
                    self._begin(*waiting.popleft())
                for worker in self._finished():
                    outcome = self._outcome(worker)
                    if outcome is None:
                        waiting.appendleft((worker.request, True))
                    else:
                        yield worker.request, outcome
        finally:
            while self._busy:
                self._busy.pop().end()

    def close(self) -> None:
        """End all workers."""
        atexit.unregister(self.close)
        if self.is_ours:
            for worker in (*self._idle, *self._busy):
                worker.end()
        self._idle.clear()
        self._busy.clear()

    def _begin(self, request: FileToStage, again: bool) -> None:
        programs = getattr(request.feed.format, "pgp", None) is not None
        self._idle = [idle for idle in self._idle if idle.process.poll() is None]
        worker = next((idle for idle in self._idle if idle.programs == programs), None)
        if worker is not None:
            self._idle.remove(worker)
        else:
            if len(self._idle) + len(self._busy) >= self.limits.workers:
                self._idle.pop().end()
            worker = WorkerProcess(self._command, self.limits, programs=programs)
        self._busy.append(worker)
        worker.begin(request, again=again)

    def _finished(self) -> list[WorkerProcess]:
        """Wait until workers have answered, have ended, or have had their time; take them off the busy ones."""
        with selectors.DefaultSelector() as selector:
            for worker in self._busy:
                selector.register(worker.replies, selectors.EVENT_READ, worker)
            soonest = min(worker.deadline for worker in self._busy)
            ready = [key.data for key, _ in selector.select(max(0.0, soonest - time.monotonic()))]
        finished = [worker for worker in ready if worker.listen()]
        now = time.monotonic()
        finished += [worker for worker in self._busy if worker.deadline <= now and worker not in finished]
        self._busy = [worker for worker in self._busy if worker not in finished]
        return finished

    def _outcome(self, worker: WorkerProcess) -> Outcome | None:
        """Return what became of a worker's file; None when it is to be tried once more."""
        if worker.has_answered:
            answer = worker.answer
            if answer.get("done"):
                self._idle.append(worker)
                return Done()
            worker.end()  # what it still holds would count against the next file
            return self._too_large() if "memory" in answer else _failed(answer)
        late = worker.deadline <= time.monotonic()
        ending = worker.end()
        if ending.lacked_memory:
            return self._too_large()
        if late:
            return Broken("took_too_long", f"its limit is {self.limits.seconds / 60:g} minutes")
        if ending.from_outside and not worker.again:
            return None
        return Broken("parser_failed", ending.words)

    def _too_large(self) -> Broken:
        return Broken("too_large", f"its limit is {self.limits.memory_bytes >> 20:,} MB of memory")


def _failed(answer: dict[str, Any]) -> Failed:
    """Make the worker's words an operator's problem again, if they are one."""
    kind = getattr(errors, str(answer.get("error")), None)
    if isinstance(kind, type) and issubclass(kind, MatchbackError):
        words = {name: str(answer.get(name, "")) for name in ("what", "state", "next_step")}
        return Failed(kind.__name__, kind(words["what"], state=words["state"], next_step=words["next_step"]))
    return Failed(str(answer.get("failed", "unknown"))[:100])


_shared: list[Workers] = []


def shared_workers(limits: Limits) -> Workers:
    """Return the workers of this process; they stay for the files of later nights."""
    for workers in list(_shared):
        if workers.is_ours and workers.limits == limits:
            return workers
        workers.close()
        _shared.remove(workers)
    _shared.append(Workers(limits))
    return _shared[-1]
