"""The guide to simulating quotes what the commands print on the sample: found between its markers, and written back.

PYTHONPATH=tests .venv/bin/python -m end_to_end.simulating_guide build/sample
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/simulating.md"
PROGRAM = ("--program", "refer-a-member")
COMMANDS = {
    "one": (*PROGRAM, "--look-back", "SHARE_RECIPIENT=30"),
    "without": ("--program", "family-certificate", "--without", "COUPON_CODE", "--tie-break", "latest"),
    "sweep": (*PROGRAM, "--sweep", "look_back_days.SHARE_RECIPIENT=14,30,60,90,180"),
}
_BLOCK = re.compile(r"(<!-- printed: ([a-z]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def quoted() -> dict[str, str]:
    """Return what the guide quotes, by the name of each block."""
    return {name: text for _, name, text, _ in _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))}


def printed(name: str, workspace: Path) -> str:
    """Run one of the quoted commands on the sample; return it and what it prints, as the guide shows them."""
    words = ("simulate", "recognition", *COMMANDS[name])
    command = [sys.executable, "-c", "from matchback.cli import main; main()", *words, "--quiet"]
    told = subprocess.run(
        [*command, "--workspace", str(workspace)], capture_output=True, text=True, check=True
    ).stdout
    return f"```console\n$ matchback {' '.join(words)}\n{told}```\n"


def main(workspace: Path) -> None:
    """Rewrite the guide's blocks."""
    text = GUIDE.read_text(encoding="utf-8")
    text = _BLOCK.sub(lambda block: f"{block[1]}{printed(block[2], workspace)}{block[4]}", text)
    GUIDE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
