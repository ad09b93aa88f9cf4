"""Real servers on loopback for the tests: an sshd, and S3, GCS and Azure servers, each a process of the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

GUARDIAN = Path(__file__).with_name("guardian.py")


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """One server under a guardian, so that ending it ends all that it started, and nothing else.

    It ends with the test process too, however that ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: dict[str, str] | None = None,
        patience: float = 15.0,
    ) -> None:
        self._patience = patience
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-ISs", str(GUARDIAN), str(os.getpid()), str(patience), *command],
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

    def stop(self) -> None:
        """End the guardian, which ends everything below it: asks first, then insists."""
        self.process.terminate()
        try:
            self.process.wait(self._patience + 10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
