"""What the guide on explaining shows: each command as typed, run on the sample, and written back on request.

.venv/bin/python -m tests.end_to_end.explaining_guide build/sample
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/explaining.md"
_BLOCK = re.compile(r"```text\n\$ (.*?)\n(.*?)```", re.DOTALL)
_TYPED = re.compile(r"(?:echo (?P<line>\S+) \| )?matchback (?P<words>.*?)(?: \| head -(?P<first>\d+))?")


def shown() -> list[tuple[str, str]]:
    """Return each command of the guide and what stands under it."""
    return _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


def printed(command: str, workspace: Path) -> str:
    """Run a command of the guide on a workspace, in an empty folder; return what it prints to stdout."""
    typed = _TYPED.fullmatch(command)
    assert typed, command
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            [sys.executable, "-c", "from matchback.cli import main; main()", *typed["words"].split()],
            input=f"{typed['line'] or ''}\n",
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env={"MATCHBACK_WORKSPACE": str(workspace.resolve())},
        )
    lines = result.stdout.splitlines(keepends=True)
    return "".join(lines[: int(typed["first"])] if typed["first"] else lines)


def main(workspace: Path) -> None:
    """Rewrite the guide's blocks."""
    text = GUIDE.read_text(encoding="utf-8")
    GUIDE.write_text(
        _BLOCK.sub(lambda found: f"```text\n$ {found[1]}\n{printed(found[1], workspace)}```", text),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
