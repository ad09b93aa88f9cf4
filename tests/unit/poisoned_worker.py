"""A worker for tests, whose parser does what a file's first line says: die, hang, eat memory, or read the file."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from matchback.intake.stage_file import stage_file
from matchback.intake.worker import main


def act(request: Any) -> None:
    deed, _, argument = request.path.read_text(encoding="utf-8").partition("\n")[0].partition(" ")
    if deed == "segfault":
        ctypes.string_at(0)
    elif deed == "hang":
        while True:
            time.sleep(60)
    elif deed == "eat-python":
        held = []
        while True:
            held.append(bytearray(16 << 20))
    elif deed == "eat-polars":
        import polars as pl

        wide = pl.DataFrame({"number": range(50_000)})
        wide.join(wide, how="cross")
    elif deed == "exit":
        os._exit(int(argument))
    elif deed == "abort":
        sys.stderr.write("ann@example.com\n")
        os.abort()
    elif deed == "killed-once":
        marker = request.path.with_suffix(".tried")
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        stage_file(request)
    elif deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif deed == "raise":
        raise RuntimeError("ann@example.com")
    elif deed == "babble":
        os.write(1, b"ann@example.com\n")
        sys.stdout.write("ann@example.com\n")
        stage_file(request)
    elif deed == "connect":
        socket.create_connection(("127.0.0.1", int(argument)), timeout=5)
    elif deed == "program":
        subprocess.run(["/bin/true"], check=True)
    elif deed == "fork":
        if os.fork() == 0:
            time.sleep(600)
        time.sleep(600)
    else:
        stage_file(request)


if __name__ == "__main__":
    main(act)
