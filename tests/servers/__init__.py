"""Real servers on loopback for the tests: an sshd, and S3, GCS and Azure servers, each a process of the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """One server in a process group of its own, so that ending it ends what it started, and nothing else."""

    def __init__(self, command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def wait_for_port(self, port: int, seconds: float = 60.0) -> None:
        """Return when the port answers; fail with the log when the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"{self.process.args!r} did not come up:\n{self.log.read_text()[-4000:]}")

    def stop(self, seconds: float = 20.0) -> None:
        """End the process group: ask first, then insist."""
        for wanted, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.process.pid, wanted)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and _group_lives(self.process):
                time.sleep(0.05)
        self.process.wait()


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
