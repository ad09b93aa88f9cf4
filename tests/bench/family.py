"""What this process and those that it started take: CPU seconds and resident memory, sampled from /proc."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
EVERY_SECONDS = 0.1


class Family:
    """Watches until `stop`. Memory that several processes share is counted in each: it is an upper bound."""

    def __init__(self) -> None:
        self._spent: dict[int, float] = {}
        self._peak, self._watching = 0, 0.0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def cpu_seconds(self) -> float:
        """Return what was spent so far, but for the watching; of an ended process, what its last sample says."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        self._sample()
        with self._lock:
            return own.ru_utime + own.ru_stime - self._watching + sum(self._spent.values())

    def take_peak(self) -> int:
        """Return the most bytes that were resident together since the last call."""
        self._sample()
        with self._lock:
            peak, self._peak = self._peak, 0
        return peak

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self._sample()

    def _sample(self) -> None:
        began = time.thread_time()
        found = dict(_descendants(os.getpid()))
        with self._lock:
            self._spent |= {pid: spent for pid, (spent, _) in found.items() if pid != os.getpid()}
            self._peak = max(self._peak, sum(resident for _, resident in found.values()))
            self._watching += time.thread_time() - began


def _descendants(pid: int) -> Iterator[tuple[int, tuple[float, int]]]:
    """Yield a process and those that it started, with their CPU seconds and resident bytes."""
    process = Path("/proc") / str(pid)
    try:
        fields = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        children = [
            child
            for task in (process / "task").iterdir()
            for child in (task / "children").read_text(encoding="utf-8").split()
        ]
    except OSError:
        return  # it has ended
    yield pid, ((int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE_BYTES)
    for child in children:
        yield from _descendants(int(child))
