"""A real OpenSSH server on loopback: key login only, sftp only, its host key pinned in a known_hosts file."""

from __future__ import annotations

import getpass
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servers import ServerProcess, free_port

PROGRAM = Path("/usr/sbin/sshd")

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
AllowTcpForwarding no
X11Forwarding no
"""


@dataclass
class Sshd:
    """A running server; `url` and `options` are what a feed needs to reach a folder through it."""

    folder: Path
    port: int
    process: ServerProcess

    @property
    def options(self) -> dict[str, object]:
        """The fsspec options that log in with the key and accept only this server."""
        return {
            "username": getpass.getuser(),
            "known_hosts": str(self.folder / "known_hosts"),
            "client_keys": [str(self.folder / "client_key")],
        }

    def url(self, path: Path) -> str:
        """The address of a folder of this machine through the server."""
        return f"sftp://127.0.0.1:{self.port}{path.resolve()}"

    def stop(self) -> None:
        self.process.stop()


def make_key(path: Path) -> str:
    """Make an unprotected key pair at `path` and return its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)], check=True)
    return path.with_name(path.name + ".pub").read_text().strip()


def start_sshd(folder: Path) -> Sshd:
    """Start a server whose keys, configuration and log lie in `folder`."""
    assert PROGRAM.exists(), "The tests need sshd. Type:  bash tests/servers/system-packages.sh"
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host_key = make_key(folder / "host_key")
    (folder / "authorized_keys").write_text(make_key(folder / "client_key") + "\n")
    port = free_port()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {' '.join(host_key.split()[:2])}\n")
    configuration = folder / "sshd_config"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder))
    process = ServerProcess([str(PROGRAM), "-D", "-e", "-f", str(configuration)], folder / "sshd.log")
    process.wait_for_port(port)
    return Sshd(folder, port, process)
