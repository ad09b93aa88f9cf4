"""A notifier of Airflow's as a bank would name one; it writes what it is told into a file, a line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import BaseNotifier


class FileNotifier(BaseNotifier):  # type: ignore[misc]  # Airflow has no types here
    """Appends `text` to the file at `path`."""

    template_fields = ("text",)

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self.path = path
        self.text = text

    def notify(self, context: Any) -> None:
        with Path(self.path).open("a") as stream:
            stream.write(f"{self.text}\n")
