"""A real browser for the tests: Chromium over its debugging pipe, without any library in between."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


@dataclass
class Page:
    """One tab; everything that the page did and said is kept in `events`."""

    _out: Any
    _in: Any
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])
            self.events.append(answer)

    def wait_for(self, method: str) -> None:
        """Wait until the page says that something has happened."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._read())

    def open(self, path: Path, *, width: int, dark: bool = False) -> None:
        """Open a file as a screen of this width shows it."""
        self.look(width=width, dark=dark)
        self.go(path.as_uri())

    def go(self, address: str) -> None:
        """Open an address, and wait until it is loaded."""
        self.begin()
        self.call("Page.navigate", url=address)
        self.loaded()

    def begin(self) -> None:
        """Forget what was loaded before: what is done next is waited for by `loaded`."""
        self.events[:] = [event for event in self.events if event.get("method") != "Page.loadEventFired"]

    def loaded(self) -> None:
        """Wait until a page is loaded."""
        self.wait_for("Page.loadEventFired")

    def look(self, *, width: int, dark: bool = False) -> None:
        """Look through a screen of this width, and keep what pages do and say."""
        for domain in ("Page", "Network", "Runtime", "Log", "Security"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="screen", features=[scheme])

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def type(self, selector: str, words: str) -> None:
        """Type into a field as a person does, key by key as far as the page can tell."""
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=words)

    def press(self, key: str) -> None:
        """Press a key, such as Tab or Enter."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        name = " " if key == "Space" else key
        named = {"key": name, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        path.write_bytes(base64.b64decode(answer["data"]))

    def requested(self) -> list[str]:
        """Return every address that was asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Return every console message, log entry and exception."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in kinds]

    def _read(self) -> dict[str, Any]:
        line = bytearray()
        while not line.endswith(b"\0"):
            byte = self._in.read(1)
            assert byte, "Chromium has ended"
            line += byte
        return dict(json.loads(line[:-1]))


@contextmanager
def chromium() -> Iterator[Page]:
    """Start Chromium and give one tab of it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing; install it:  apt-get install chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process, out, back = _start(program, f"--user-data-dir={profile}")
        try:
            with out, back:
                page = Page(out, back)
                target = page.call("Target.createTarget", url="about:blank")["targetId"]
                page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                yield page
        finally:
            process.terminate()
            process.wait(timeout=30)


def _start(program: str, profile: str) -> tuple[subprocess.Popen[bytes], BinaryIO, BinaryIO]:
    """Start the browser, which reads commands from descriptor 3 and answers on 4; return it with our two ends."""
    to_child, from_us = os.pipe()
    to_us, from_child = os.pipe()
    lifted = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_child, from_child)]

    def join() -> None:
        for end, number in zip(lifted, (3, 4), strict=True):
            os.dup2(end, number)

    process = subprocess.Popen(
        [program, *OPTIONS, profile],
        preexec_fn=join,
        pass_fds=(3, 4),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (to_child, from_child, *lifted):
        os.close(end)
    return process, os.fdopen(from_us, "wb"), os.fdopen(to_us, "rb")
