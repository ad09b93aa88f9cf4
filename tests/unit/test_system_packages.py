"""The script that sees to the tests' system packages: whoever may not install them is told what to type."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "servers" / "system-packages.sh"
COMMANDS = ("bash", "id", "ssh-keygen")
NOBODY = 65534


@pytest.fixture
def somewhere(tmp_path: Path) -> Path:
    """A PATH on which two of the programs are missing, and on which installing would leave a trace."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COMMANDS:
        (program,) = [found for found in (Path(at, name) for at in ("/usr/bin", "/bin")) if found.exists()][
            :1
        ]
        (folder / name).symlink_to(program)
    for name in ("sudo", "apt-get"):
        (folder / name).write_text(f"#!/bin/bash\n: > {tmp_path}/installed\n")
        (folder / name).chmod(0o755)
    for parent in (folder, *folder.parents):
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(0o755)
    tmp_path.chmod(0o777)
    return folder


def test_whoever_may_not_install_is_told_one_line_to_type(somewhere: Path) -> None:
    other = NOBODY if os.getuid() == 0 else None
    said = subprocess.run(
        ["/bin/bash", "-s"],
        input=SCRIPT.read_text(),
        env={"PATH": str(somewhere)},
        cwd="/",
        capture_output=True,
        text=True,
        user=other,
        group=other,
    )
    assert said.returncode == 1
    assert said.stdout == ""
    (line,) = said.stderr.splitlines()
    before, _, command = line.partition(" Type:  ")
    assert before == "The tests need programs that are not on this machine."
    start = "sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
    assert command.startswith(start)
    assert command.removeprefix(start).split()[-2:] == ["chromium", "gnupg"]
    assert not (somewhere.parent / "installed").exists()
