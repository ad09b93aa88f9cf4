"""The README's quoted output: found between its markers, printed by the real commands, and written back on request.

make run > /tmp/printed.txt && .venv/bin/python -m tests.cli.readme /tmp/printed.txt build/sample
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
README = REPOSITORY / "README.md"
SHOWN_AS = "build/sample"
COMMANDS = {
    "explain": ("explain", "--event", "VE-TWO-ADVOCATES-USED"),
    "query": (
        "query",
        "SELECT label, COUNT(*) AS events FROM recognitions GROUP BY label ORDER BY events DESC, label",
    ),
}
_BLOCK = re.compile(r"(<!-- printed: ([a-z ]+) -->\n```text\n)(.*?)(```\n<!-- end -->)", re.DOTALL)


def quoted() -> dict[str, str]:
    """Return what the README quotes, by the name of each block."""
    return {name: text for _, name, text, _ in _BLOCK.findall(README.read_text(encoding="utf-8"))}


def printed(name: str, workspace: Path) -> str:
    """Run one of the quoted commands on a workspace; return the command and what it prints."""
    arguments = COMMANDS[name]
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from matchback.cli import main; main()",
            "--workspace",
            str(workspace),
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    typed = " ".join(f'"{word}"' if " " in word else word for word in arguments)
    return f"$ matchback --workspace {SHOWN_AS} {typed}\n{as_shown(result.stdout, workspace)}"


def as_shown(text: str, workspace: Path) -> str:
    """Return printed text with the workspace's place as the README names it."""
    return text.replace(str(workspace), SHOWN_AS)


def main(run_output: Path, workspace: Path) -> None:
    """Rewrite the README's blocks."""
    texts = {"make run": as_shown(run_output.read_text(encoding="utf-8"), workspace)}
    texts |= {name: printed(name, workspace) for name in COMMANDS}
    content = _BLOCK.sub(
        lambda match: match[1] + texts[match[2]] + match[4], README.read_text(encoding="utf-8")
    )
    README.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
