"""Runs one server for a test and ends it, with all that it started, when the test process ends in whatever way.

python guardian.py PARENT_PID PATIENCE_SECONDS COMMAND...

What the server starts in sessions of its own (as Airflow's components do) becomes the guardian's child when its parent
ends, so nothing outlives the guardian; and the kernel tells the guardian when its own parent dies, even by a signal
that leaves no time to clean up.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36  # of prctl(2)


def main() -> int:
    """Run the server until it ends, or until this process is asked to; return its exit code."""
    parent, patience, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, _ask_to_end)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is the test's: its fixtures end their servers in order
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    assert libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0) == 0
    code = 1
    try:
        if os.getppid() == int(parent):  # else it died before it could be watched
            code = subprocess.Popen(command).wait()
    except SystemExit:
        code = 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end_descendants(float(patience))
    return code


def end_descendants(seconds: float) -> None:
    """End everything below this process: ask first, then insist."""
    for wanted, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        asked: set[int] = set()
        while (left := descendants(os.getpid())) and time.monotonic() < deadline:
            for process_id in left - asked:
                _send(process_id, wanted)
            asked |= left
            _reap()
            time.sleep(0.05)


def descendants(ancestor: int) -> set[int]:
    """Return the living processes below one."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, rest = (folder / "stat").read_text(errors="replace").rpartition(")")
        except OSError:
            continue
        state, parent, *_ = rest.split()
        if state != "Z" or parent == str(os.getpid()):
            children.setdefault(int(parent), []).append(int(folder.name))
    found: set[int] = set()
    waiting = [ancestor]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _send(process_id: int, wanted: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process_id, wanted)


def _ask_to_end(number: int, frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    sys.exit(main())
