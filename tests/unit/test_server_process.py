"""The servers of tests end with them, and so does what a server starts in a session of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servers import ServerProcess

REPOSITORY = Path(__file__).resolve().parents[2]
SERVER = """
import os, subprocess, sys, time
started = subprocess.Popen(["sleep", "600"], start_new_session=True)
deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; setsid sleep 600 & echo $!"], stdout=subprocess.PIPE, text=True)
left = deaf.stdout.readline().strip()
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{started.pid} {left}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
TEST = """
import sys, time
from pathlib import Path
sys.path[:0] = {path!r}
from servers import ServerProcess
ServerProcess({command!r}, Path({log!r}), patience=1)
time.sleep(600)
"""


def lives(process_id: int) -> bool:
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def started(said: Path) -> list[int]:
    """Wait for a server to say what it started; return it."""
    for _ in range(600):
        if said.exists():
            return [int(number) for number in said.read_text().split()]
        time.sleep(0.05)
    raise AssertionError("the server did not come up")


def gone(process_ids: list[int]) -> bool:
    for _ in range(400):
        if not any(map(lives, process_ids)):
            return True
        time.sleep(0.05)
    return False


def test_stopping_a_server_ends_what_it_started_in_sessions_of_its_own(tmp_path: Path) -> None:
    server = ServerProcess(
        [sys.executable, "-c", SERVER, str(tmp_path / "said")], tmp_path / "log", patience=1
    )
    below = started(tmp_path / "said")
    assert all(map(lives, below))
    server.stop()
    assert gone(below)


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_ends_with_a_test_run_that_is_cut_off(tmp_path: Path, wanted: signal.Signals) -> None:
    """A killed test process runs no fixture to its end."""
    command = [sys.executable, "-c", SERVER, str(tmp_path / "said")]
    code = TEST.format(path=[str(REPOSITORY / "tests")], command=command, log=str(tmp_path / "log"))
    test = subprocess.Popen([sys.executable, "-c", code])
    below = started(tmp_path / "said")
    assert all(map(lives, below))
    test.send_signal(wanted)
    test.wait()
    assert gone(below)
