"""Makes the pictures of docs/guides/airflow.md: a local Airflow runs nights of the sample, and Chromium looks at it.

    make pictures

Nothing is painted by hand, so that they can be made again after every change of Airflow's pages or of the DAGs.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local_airflow import REPOSITORY, LocalAirflow

from end_to_end.chromium import Page, chromium
from servers import free_port

WIDTH = 1280
EVENTS, PUBLISH = "sample.offline_events", "sample.publish_reports"
SECOND_NIGHT = "2026-11-01"
PATIENCE = 1800.0  # seconds; a night takes one or two minutes, seven on a busy machine


def main(arguments: list[str]) -> int:
    """Start Airflow, let two nights run, and write every picture into the folder that is named."""
    target = Path(arguments[0])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures", ignore_cleanup_errors=True) as folder:
        port = free_port()
        command = [
            str(REPOSITORY / ".venv-airflow" / "bin" / "python"),
            str(REPOSITORY / "sample_data" / "run_airflow.py"),
            folder,
            "--port",
            str(port),
        ]
        process = subprocess.Popen(command)
        try:
            airflow = LocalAirflow(Path(folder), port, secret="", variables={})
            _wait(lambda: _published(airflow) == 1, "the first night")
            airflow.call(f"dags/{EVENTS}/dagRuns", {"logical_date": None, "conf": {"as_of": SECOND_NIGHT}})
            _wait(lambda: _published(airflow) == 2, "the second night")
            _look(airflow, Path(folder) / "sample", target)
        finally:
            process.terminate()
            process.wait()
    return 0


def _wait(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(2)


def _published(airflow: LocalAirflow) -> int:
    """Return how many nights were published: 0 as well while Airflow does not answer yet."""
    try:
        runs = airflow.call(f"dags/{PUBLISH}/dagRuns")["dag_runs"]
    except OSError:
        return 0
    return sum(run["state"] == "success" for run in runs)


def _look(airflow: LocalAirflow, workspace: Path, target: Path) -> None:
    last = airflow.call(f"dags/{EVENTS}/dagRuns?order_by=-start_date")["dag_runs"][0]["dag_run_id"]
    assets = {asset["name"]: asset["id"] for asset in airflow.call("assets")["assets"]}
    run = f"/dags/{EVENTS}/runs/{quote(last)}"
    with chromium() as tab:
        for domain in ("Page", "Network", "Runtime", "Log"):
            tab.call(f"{domain}.enable")
        light = {"name": "prefers-color-scheme", "value": "light"}
        tab.call("Emulation.setEmulatedMedia", media="screen", features=[light])
        pages = Pages(tab, airflow.address, target)
        pages.show("/dags", "sample.reward_run")
        pages.press("Show table view")
        pages.keep("airflow-dags", 580)
        pages.show(run, "Task Instances")
        pages.press("Show Graph (Press g)")
        pages.keep("airflow-graph", 620)
        pages.show(f"{run}/tasks/take_in/mapped", "take_in")
        pages.press("Show Grid (Press g)")
        pages.keep("airflow-files", 780)
        pages.show(f"/dags/{EVENTS}", "Trigger")
        pages.press("Trigger")
        pages.keep("airflow-form", 1010)
        pages.show(f"{run}/tasks/load", "records accepted")
        pages.keep("airflow-log", 520)
        pages.show(f"/assets/{assets['sample.rewards']}", "sample.rewards")
        pages.keep("airflow-assets", 560)
        pages.tab.call("Page.navigate", url=(workspace / "var/published/current/report.html").as_uri())
        pages.keep("airflow-report", 860)


class Pages:
    """Airflow's pages in one tab of a browser."""

    def __init__(self, tab: Page, address: str, target: Path) -> None:
        self.tab = tab
        self._address = address
        self._target = target
        self._size(800)

    def show(self, path: str, words: str) -> None:
        """Open a page, and wait until it shows these words."""
        self.tab.call("Page.navigate", url=self._address + path)
        said = json.dumps(words)
        _wait(
            lambda: bool(self.tab.value(f"document.body?.innerText.includes({said})")), f"{words} on {path}"
        )
        time.sleep(2)

    def press(self, name: str) -> None:
        """Press the button of this name, as people read it or as a screen reader tells it."""
        said = json.dumps(name)
        found = f"""(() => {{
            const button = [...document.querySelectorAll("button, label")].find(
                one => one.getAttribute("aria-label") === {said} || one.innerText.trim() === {said});
            button?.click();
            return Boolean(button);
        }})()"""
        _wait(lambda: bool(self.tab.value(found)), f"a button {name}")
        time.sleep(2)

    def keep(self, name: str, height: int) -> None:
        """Write what the window shows at this height."""
        self._size(height)
        # A graph's own small map lies over the end of the graph.
        hidden = ".react-flow__minimap { display: none }"
        self.tab.value(
            f"document.head.append(Object.assign(document.createElement('style'), {{textContent: '{hidden}'}}))"
        )
        time.sleep(3)
        answer: dict[str, Any] = self.tab.call("Page.captureScreenshot", format="png")
        (self._target / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))

    def _size(self, height: int) -> None:
        self.tab.call(
            "Emulation.setDeviceMetricsOverride",
            width=WIDTH,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
