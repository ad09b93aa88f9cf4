"""A real OpenSSH server on loopback: key login only, sftp only, its host key pinned in a known_hosts file."""

from __future__ import annotations

import getpass
import os
import subprocess
from dataclasses import dataclass, field
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
LogLevel {log_level}
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
    user: str = field(default_factory=getpass.getuser)

    @property
    def options(self) -> dict[str, object]:
        """The fsspec options that log in with the key and accept only this server."""
        return {
            "username": self.user,
            "known_hosts": str(self.folder / "known_hosts"),
            "client_keys": [str(self.folder / "client_key")],
        }

    def pin(self, port: int) -> None:
        """Accept the server's key at another port too: that of a proxy before it."""
        known_hosts = self.folder / "known_hosts"
        line = known_hosts.read_text().splitlines()[0]
        with known_hosts.open("a") as stream:
            stream.write(f"[127.0.0.1]:{port} {line.partition(' ')[2]}\n")

    def url(self, path: Path) -> str:
        """The address of a folder of this machine through the server."""
        return f"sftp://127.0.0.1:{self.port}{path.resolve()}"

    def stop(self) -> None:
        self.process.stop()


def make_key(path: Path) -> str:
    """Make an unprotected key pair at `path` and return its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)], check=True)
    return path.with_name(path.name + ".pub").read_text().strip()


def start_sshd(folder: Path, *, chroot: Path | None = None, user: str | None = None) -> Sshd:
    """Start a server whose keys, configuration and log lie in `folder`.

    With `chroot`, whose parents all belong to root, `user` sees nothing above that folder, and the log tells of
    every attempt to log in.
    """
    assert PROGRAM.exists(), "The tests need sshd. Type:  bash tests/servers/system-packages.sh"
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host_key = make_key(folder / "host_key")
    (folder / "authorized_keys").write_text(make_key(folder / "client_key") + "\n")
    port = free_port()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {' '.join(host_key.split()[:2])}\n")
    configuration = folder / "sshd_config"
    text = CONFIGURATION.format(port=port, folder=folder, log_level="DEBUG1")
    configuration.write_text(text + (f"ChrootDirectory {chroot}\n" if chroot else ""))
    process = ServerProcess([str(PROGRAM), "-D", "-e", "-f", str(configuration)], folder / "sshd.log")
    process.wait_for_port(port)
    return Sshd(folder, port, process, user or getpass.getuser())
