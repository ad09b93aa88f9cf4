"""Kills or stops the process of a task right at one of its deeds, as a plan says (`plugins/fault_listener.py`).

The plan, a JSON file that FAULTS names, holds for each task what befalls its first, second, third try, once:

    {"killed.reward_run.reward": ["kill before commit 1", "kill after payout 1"]}

so: kill it just before the first commit that the try makes; and just after the first payout that it journals. The
deeds are those of `watched`: file operations by their names, commits, listings kept, and journal entries by their
kinds. Every signal is written down beside the plan before it is sent, so a test knows that none was left out. `stop`
stops the process and, under Airflow, its supervisor with it, which then gives no sign of life, as on a machine that
hangs; `orphan` kills the supervisor alone, and the process goes on by itself. As a program, it runs a command of
`matchback` under one such fault:

    python faults.py "stop before commit 1" run --workspace DIR
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

FAULTS = "MATCHBACK_TEST_FAULTS"


def befall(task_instance: Any) -> None:
    """Watch this process, if the plan has something for this try of its task."""
    plan = Path(os.environ[FAULTS])
    name = f"{task_instance.dag_id}.{task_instance.task_id}"
    tries = json.loads(plan.read_text()).get(name, []) if task_instance.map_index < 1 else []
    number, sent = task_instance.try_number, plan.with_suffix(".sent")
    told = f"{name} {number}"
    if number <= len(tries) and f" {told}: " not in sent.read_text():
        Fault(tries[number - 1], told, sent, (os.getppid(),)).watch()


class Fault:
    """One fault in this process; `others` is its supervisor, if it has one."""

    def __init__(self, words: str, told: str, sent: Path, others: tuple[int, ...] = ()) -> None:
        deed, self.when, self.what, number = words.split()
        self.signal = signal.SIGSTOP if deed == "stop" else signal.SIGKILL
        self.victims = {"kill": (os.getpid(),), "stop": (*others, os.getpid()), "orphan": others}[deed]
        self.number, self.words, self.told, self.sent = int(number), words, told, sent
        self.seen: Counter[str] = Counter()

    def watch(self) -> None:
        """Watch every kind of deed from now on."""
        from matchback import handover
        from matchback.journal import Journal
        from matchback.warehouse_rows import Runner

        for name in ("fsync", "link", "rename", "replace"):
            self._wrap(os, name, lambda *_, name=name: str(name))
        self._wrap(handover, "_keep", lambda *_: "keep")
        self._wrap(Journal, "append", lambda _, kind: str(kind))
        self._wrap(Runner, "_execute", lambda _, said, *__: "commit" if said.startswith("COMMIT") else "")

    def _wrap(self, owner: Any, name: str, named: Callable[..., str]) -> None:
        deed = getattr(owner, name)

        @functools.wraps(deed)
        def watched(*arguments: Any, **options: Any) -> Any:
            what = named(*arguments)
            self.seen[what] += 1
            is_it = what == self.what and self.seen[what] == self.number
            if is_it and self.when == "before":
                self._send()
            done = deed(*arguments, **options)
            if is_it and self.when == "after":
                self._send()
            return done

        setattr(owner, name, watched)

    def _send(self) -> None:
        with self.sent.open("a") as stream:
            stream.write(f"{os.getpid()} {os.getppid()} {self.told}: {self.words}\n")
        for process_id in self.victims:
            os.kill(process_id, self.signal)


if __name__ == "__main__":
    from matchback.cli import main

    sent = Path(os.environ[FAULTS]).with_suffix(".sent")
    Fault(sys.argv[1], "command line", sent).watch()
    main(sys.argv[2:])
