"""Makes the pictures of docs/guides/support-page.md: a real server on the sample, looked at in Chromium.

    make pictures

Nothing is painted by hand, so that they can be made again after every change of the pages.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from end_to_end.chromium import Page, chromium
from end_to_end.support_server import choose, log_in, look_up, send, serve

REPOSITORY = Path(__file__).resolve().parents[2]
WIDTH = 1280


def main(arguments: list[str]) -> int:
    """Run the sample, or take the workspace that is named second; write every picture into the folder named first."""
    target = Path(arguments[0])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures", ignore_cleanup_errors=True) as folder:
        sample = Path(arguments[1]) if arguments[1:] else Path(folder) / "ran"
        if not arguments[1:]:
            program = REPOSITORY / "sample_data" / "run_sample.py"
            subprocess.run([sys.executable, str(program), str(sample)], check=True)
        with serve(sample, Path(folder)) as served, chromium() as tab:
            tab.look(width=WIDTH)
            log_in(tab, served, "support")
            look_up(tab, "pair", "M900016", "M910015")
            keep(tab, target / "support-answer.png", 800)
            tab.go(f"{served.address}/search")
            look_up(tab, "email", "nobody@example.org")
            keep(tab, target / "support-nothing.png", 860)
            log_in(tab, served, "approver")
            tab.go(f"{served.address}/approvals")
            choose(tab, "#why-1", "documents_checked")
            tab.value(
                "[...document.querySelectorAll('[name=reward]')].slice(0, 2).forEach(box => box.click())"
            )
            send(tab, "button[value=approve]")
            keep(tab, target / "support-approvals.png", 660)
    return 0


def keep(tab: Page, path: Path, height: int) -> None:
    """Write a picture of the page from its top down to a height, in pixels."""
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    answer = tab.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True, format="png")
    path.write_bytes(base64.b64decode(answer["data"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
