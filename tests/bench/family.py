"""What this process and those that it started take: CPU seconds and resident memory, sampled from /proc."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
EVERY_SECONDS = 0.05


class Family:
    """Watches until `stop`. Memory that several processes share is counted in each: it is an upper bound."""

    def __init__(self) -> None:
        self._spent: dict[int, float] = {}
        self._peak = 0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def cpu_seconds(self) -> float:
        """Return what was spent so far; of a process that has ended, what its last sample says."""
        self._sample()
        own = resource.getrusage(resource.RUSAGE_SELF)
        with self._lock:
            return own.ru_utime + own.ru_stime + sum(self._spent.values())

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
        parents: dict[int, int] = {}
        spent: dict[int, float] = {}
        resident: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                except OSError:
                    continue  # it has ended
                pid = int(entry.name)
                parents[pid] = int(fields[1])
                spent[pid] = (int(fields[11]) + int(fields[12])) / TICKS
                resident[pid] = int(fields[21]) * PAGE_BYTES
        family = {os.getpid()}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        with self._lock:
            self._spent |= {pid: spent[pid] for pid in family if pid != os.getpid() and pid in spent}
            self._peak = max(self._peak, sum(resident.get(pid, 0) for pid in family))
