"""A real PostgreSQL server for one test run: its data in a folder of its own, its socket in that folder, no port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from servers import ServerProcess

SYSTEM_USER = "postgres"  # what the server runs as where the tests run as root, which it refuses
USER = DATABASE = "airflow"
# The data is thrown away at the end: nothing of it need outlive a power cut.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


@dataclass
class PostgresServer:
    """A running server with one empty database, whose owner needs no password: only the folder's user gets at it."""

    folder: Path
    process: ServerProcess

    def url(self, driver: str) -> str:
        """The address of the database for SQLAlchemy and a driver of it."""
        return f"postgresql+{driver}://{USER}@/{DATABASE}?host={self.folder}"

    def dump(self) -> bytes:
        """Everything that the database holds, as text."""
        return subprocess.run(
            [str(_program("pg_dump")), "--host", str(self.folder), "--username", USER, DATABASE],
            check=True,
            capture_output=True,
        ).stdout

    def stop(self) -> None:
        self.process.stop()
        shutil.rmtree(self.folder)


def start_postgres(log: Path) -> PostgresServer:
    """Start a server that writes `log`; whatever is left of its data goes when it is stopped."""
    # Not below pytest's folders, which another user cannot enter; short, as the name of a socket must be.
    folder = Path(tempfile.mkdtemp(prefix="matchback-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, SYSTEM_USER)
    data = folder / "data"
    make = [str(_program("initdb")), "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
    subprocess.run(_as_user([*make, f"--username={USER}", str(data)]), check=True, capture_output=True)
    run = [str(_program("postgres")), "-D", str(data), "-c", f"unix_socket_directories={folder}"]
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    server = PostgresServer(folder, ServerProcess(_as_user([*run, *settings]), log))
    create = [str(_program("createdb")), "--host", str(folder), "--username", USER, DATABASE]
    deadline = time.monotonic() + 60
    while (created := subprocess.run(create, capture_output=True, text=True)).returncode:
        if time.monotonic() > deadline:
            server.stop()
            raise AssertionError(f"PostgreSQL did not come up: {created.stderr}\n{log.read_text()[-4000:]}")
        time.sleep(0.1)
    return server


def _as_user(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--init-groups", *command]


def _program(name: str) -> Path:
    """Find a program of the newest PostgreSQL that is installed, where Debian puts them, or on the PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    ) or [Path(where) for where in [shutil.which(name)] if where]
    assert found, "The tests need PostgreSQL. Type:  bash tests/servers/system-packages.sh"
    return found[-1]
