"""One measured step: run in a process of its own, so that its peak memory and CPU seconds are its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from .world import AS_OF


def main(folder: str, step: str) -> None:
    """Run one step of a workspace and print what it took as one line of JSON."""
    from matchback.context import open_context
    from matchback.steps import run_steps
    from matchback.workspace import Workspace

    began = time.perf_counter()
    context = open_context(Workspace.at(Path(folder)), as_of=AS_OF)
    (summary,) = run_steps(context, (step,))
    wall = time.perf_counter() - began
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "step": step,
                "wall": wall,
                "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
                "rss_mb": peak_kilobytes() / 1024,
                "counts": summary.counts,
                "line": summary.line,
            }
        )
    )


def peak_kilobytes() -> int:
    """Return this process's own peak memory; `ru_maxrss` would still hold that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
