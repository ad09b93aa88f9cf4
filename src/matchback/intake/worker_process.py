"""One worker as its parent sees it: two pipes, a file in hand, and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from matchback.intake.worker import LENGTH
from matchback.settings import wants_debug, worker_environment

if TYPE_CHECKING:
    from matchback.intake.stage_file import FileToStage

START_SECONDS = 300  # a worker loads its libraries before the time of its first file begins
END_SECONDS = 10
LONGEST_REPLY = 1 << 16
_LAST_WORDS = 1 << 16
_OUT_OF_MEMORY = (b"memory allocation of", b"out of memory", b"MemoryError", b"bad_alloc")
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Limits:
    """What one file may take: memory of its parser beside what the libraries hold, and time by the clock."""

    memory_bytes: int
    seconds: float
    workers: int = 2


@dataclass(frozen=True)
class Ending:
    """How a worker ended: its code (a signal's number below zero), and whether it lacked memory."""

    code: int
    lacked_memory: bool

    @property
    def from_outside(self) -> bool:
        """Whether somebody may have ended it, rather than what it did."""
        return -self.code in _FROM_OUTSIDE

    @property
    def words(self) -> str:
        """Say it without a value of a record."""
        if self.code < 0:
            return f"it ended its parser ({signal.Signals(-self.code).name})"
        return "it ended its parser"


class WorkerProcess:
    """A spawned worker. `programs` says whether it may start programs (PGP does), with our whole environment."""

    request: FileToStage

    def __init__(self, command: Sequence[str], limits: Limits, *, programs: bool) -> None:
        self.programs = programs
        self.again = False
        self.deadline = 0.0
        self._limits = limits
        self._said = b""
        self._is_new = True
        self._hung_up = self._is_closed = False
        self._config_hash = ""
        self._words = os.memfd_create("worker")  # what it prints can quote a row: it never touches a disk
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if wants_debug() else self._words,
            env=worker_environment(whole=programs),
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._requests, self.replies = self.process.stdin, self.process.stdout
        self._send({"parent": os.getpid(), "memory_bytes": limits.memory_bytes, "programs": programs})

    def begin(self, request: FileToStage, *, again: bool) -> None:
        """Hand over a file; its time begins when the worker is ready."""
        self.request, self.again, self._said = request, again, b""
        self.deadline = time.monotonic() + self._limits.seconds + (START_SECONDS if self._is_new else 0)
        own = ("config", "feed")
        message = {
            field.name: getattr(request, field.name) for field in fields(request) if field.name not in own
        }
        message["feed_id"] = request.feed.id
        config_hash = request.config.hash
        if config_hash != self._config_hash:
            self._config_hash = config_hash
            message["config"] = request.config
        self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        body = pickle.dumps(message)
        with contextlib.suppress(BrokenPipeError):  # it is dead, which shows when its answer is read
            self._requests.write(LENGTH.pack(len(body)) + body)
            self._requests.flush()

    def listen(self) -> bool:
        """Read what the worker says; tell whether it has finished, or has ended."""
        piece = os.read(self.replies.fileno(), LONGEST_REPLY)
        self._said += piece
        if self._is_new and b"\n" in self._said:
            self._is_new = False
            self._said = self._said.partition(b"\n")[2]
            self.deadline = time.monotonic() + self._limits.seconds
        self._hung_up = not piece
        return not piece or self.has_answered or len(self._said) > LONGEST_REPLY

    @property
    def has_answered(self) -> bool:
        """Whether the worker has finished its file; otherwise it is at work, or ended without an answer."""
        return self._said.endswith(b"\n")

    @property
    def answer(self) -> dict[str, Any]:
        """What the worker says of its file."""
        try:
            said = json.loads(self._said)
        except ValueError:
            said = None
        return said if isinstance(said, dict) else {"failed": "an answer that is none"}

    def end(self) -> Ending:
        """End the process, if it has not ended by itself; return how it ended."""
        if self._hung_up:  # its status comes a moment after its pipe has closed
            ends = time.monotonic() + END_SECONDS
            while os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                if time.monotonic() > ends:
                    break
                time.sleep(0.001)
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # whatever it started goes with it
        code = self.process.wait()
        last = b""
        if not self._is_closed:
            self._is_closed = True
            size = os.fstat(self._words).st_size
            last = os.pread(self._words, _LAST_WORDS, max(0, size - _LAST_WORDS))
            os.close(self._words)
        for stream in (self._requests, self.replies):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        return Ending(code, any(words in last for words in _OUT_OF_MEMORY))
