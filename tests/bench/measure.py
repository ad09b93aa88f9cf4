"""One measured step: run in a process of its own, so that its peak memory and CPU seconds are its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any


def main(folder: str, step: str, as_of: str) -> None:
    """Run one step of a workspace and print what it took as one line of JSON."""
    from matchback.context import open_context
    from matchback.steps import run_steps
    from matchback.workspace import Workspace

    by_file = watch_files()
    began, start = time.perf_counter(), spent()
    context = open_context(Workspace.at(Path(folder)), as_of=date.fromisoformat(as_of))
    (summary,) = run_steps(context, (step,))
    print(
        json.dumps(
            {
                "step": step,
                "wall": time.perf_counter() - began,
                "cpu": spent(),
                "step_cpu": spent() - start,
                "rss_mb": peak_kilobytes() / 1024,
                "counts": summary.counts,
                "line": summary.line,
                "by_file": dict(by_file),
            }
        )
    )


def watch_files() -> dict[str, float]:
    """Count from now on the CPU seconds of every statement: of SQL files by `step/name`, of others by what they do."""
    from matchback.warehouse_rows import Runner

    by_file: dict[str, float] = defaultdict(float)
    execute = Runner._execute

    def timed(self: Runner, *arguments: Any, what: str) -> Any:
        began = spent()
        try:
            return execute(self, *arguments, what=what)
        finally:
            name = what.removeprefix("sql/").removesuffix(".sql")
            by_file[name] += spent() - began

    Runner._execute = timed  # type: ignore[method-assign, assignment]  # watched in this process alone
    return by_file


def spent() -> float:
    """Return the CPU seconds of this process and of those that it started and that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_kilobytes() -> int:
    """Return this process's own peak memory; `ru_maxrss` would still hold that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
