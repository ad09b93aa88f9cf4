"""Run one night of a workspace and be killed just before the Nth lasting deed of its reward step.

python killed_night.py WORKSPACE DAY N. A lasting deed is a flush to the disk, a renaming, or a commit. It prints
nothing when it is killed, and how many deeds there were when N is beyond them.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matchback import reward
from matchback.warehouse_rows import Runner
from matchback.workspace import Workspace
from unit.replayed_bank import run_night


class Killer:
    """Counts lasting deeds once it is armed, and kills this process before one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.deeds, self.is_armed = at, 0, False

    def before(self) -> None:
        if self.is_armed:
            self.deeds += 1
            if self.deeds == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, owner: Any, name: str) -> None:
        deed = getattr(owner, name)

        def watched(*arguments: Any, **named: Any) -> Any:
            self.before()
            return deed(*arguments, **named)

        setattr(owner, name, watched)


def main(workspace: str, day: str, at: str) -> None:
    """Run the night, watched from the reward step on."""
    killer = Killer(int(at))
    for name in ("fsync", "replace", "rename", "link"):
        killer.watch(os, name)
    execute, run = Runner._execute, reward.run

    def executed(self: Runner, statement: str, *arguments: Any, **named: Any) -> Any:
        if statement.startswith("COMMIT"):
            killer.before()
        return execute(self, statement, *arguments, **named)

    def armed(context: Any) -> Any:
        killer.is_armed = True
        summary = run(context)
        killer.is_armed = False
        return summary

    Runner._execute = executed  # type: ignore[method-assign]  # in this process alone
    reward.run = armed
    run_night(Workspace.at(Path(workspace)), int(day), "olga", accept=True)
    print(killer.deeds)


if __name__ == "__main__":
    main(*sys.argv[1:])
