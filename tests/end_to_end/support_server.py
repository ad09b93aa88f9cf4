"""A running support page on a copy of the sample, and what a person does in a browser before it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from end_to_end.chromium import Page
from matchback.support.access import BY_TOKEN, add_member
from matchback.workspace import Workspace
from servers import free_port


@dataclass(frozen=True)
class Served:
    """A server that runs: its workspace, address, what it says, and a token of each role."""

    workspace: Workspace
    address: str
    said: Path
    tokens: dict[str, str]


@contextmanager
def serve(sample: Path, folder: Path, *options: str) -> Iterator[Served]:
    """Serve a copy of a workspace, whose journal and warehouse nobody else sees; what is never written is linked."""
    root = folder / "sample"
    (root / "var").mkdir(parents=True)
    for name in ("protected", "published", "archive"):
        shutil.copytree(sample / "var" / name, root / "var" / name, symlinks=True, copy_function=os.link)
    shutil.rmtree(root / "var" / "protected" / "support", ignore_errors=True)
    shutil.copytree(sample / "var" / "journal", root / "var" / "journal")
    for path in [*sample.iterdir(), *(sample / "var").glob("warehouse.duckdb*")]:
        if path.is_file():
            shutil.copy(path, root / path.relative_to(sample))
    workspace = Workspace.at(root)
    workspace.prepare()
    roles = ("support", "operator", "approver", "admin")
    tokens = {role: add_member(workspace, role, role, BY_TOKEN)[1] for role in roles}
    port, said = free_port(), folder / "said.txt"
    program = str(Path(sys.executable).with_name("matchback"))
    command = [program, "support", "--port", str(port), "--workspace", str(root), *options]
    with said.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        _wait(process, said)
        yield Served(workspace, f"http://127.0.0.1:{port}", said, tokens)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, said.read_text()
        if "The support page is at" in said.read_text():
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {said.read_text()}")


def log_in(tab: Page, served: Served, role: str) -> None:
    """Log in by typing a token and pressing Enter."""
    tab.call("Network.clearBrowserCookies")
    tab.go(f"{served.address}/login")
    tab.type("#token", served.tokens[role])
    tab.begin()
    tab.press("Enter")
    tab.loaded()
    assert role in said(tab)


def choose(tab: Page, selector: str, value: str) -> None:
    """Choose in a list as a click does."""
    tab.value(
        f"(() => {{ const list = document.querySelector('{selector}'); list.value = '{value}'; "
        "list.dispatchEvent(new Event('change')); })()"
    )


def send(tab: Page, selector: str) -> None:
    """Press a button that sends a form, and wait for the answer."""
    tab.begin()
    tab.value(f"document.querySelector({selector!r}).click()")
    tab.loaded()


def said(tab: Page) -> str:
    """Return the words that are seen."""
    return str(tab.value("document.body.innerText"))


def look_up(tab: Page, kind: str, *values: str) -> str:
    """Look up, and return what the answer says."""
    choose(tab, "form.search #reason", "member_called")
    choose(tab, "form.search #kind", kind)
    for field, value in zip(("advocate", "friend") if kind == "pair" else ("value",), values, strict=True):
        tab.type(f"form.search #{field}", value)
    send(tab, "form.search button")
    return said(tab)
