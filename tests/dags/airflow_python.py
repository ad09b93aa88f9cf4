"""A Python of Airflow's environment in which no server runs: for what Airflow imports, asks and reports."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = REPOSITORY / ".venv-airflow" / "bin" / "python"
BACKEND = "airflow.secrets.local_filesystem.LocalFilesystemBackend"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process of Airflow's that knows of no other Airflow, and whose home is `home`."""
    strange = ("AIRFLOW", "MATCHBACK", "PYTHONPATH")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    return {
        **inherited,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PYTHONPATH": f"{REPOSITORY / 'dags'}:{REPOSITORY / 'tests' / 'dags'}",
        **more,
    }


def secrets_backend(
    home: Path, connections: Mapping[str, Any], variables: Mapping[str, str]
) -> dict[str, str]:
    """Write a real secrets backend's files; return what configures it."""
    files = {
        "connections_file_path": home / "connections.json",
        "variables_file_path": home / "variables.json",
    }
    for path, content in zip(files.values(), (connections, variables), strict=True):
        path.write_text(json.dumps(content))
    return {
        "AIRFLOW__SECRETS__BACKEND": BACKEND,
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({name: str(path) for name, path in files.items()}),
    }


def run_python(code: str, variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in Airflow's environment; it must end well."""
    assert PYTHON.exists(), "The tests need Airflow. Type:  make test"
    result = subprocess.run(
        [str(PYTHON), "-c", code, *arguments],
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=560,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def answers_of(result: subprocess.CompletedProcess[str]) -> list[Any]:
    """Return what a program printed as data: a line each, after the word `answer` (Airflow's log goes there too)."""
    lines = [
        line.removeprefix("answer ") for line in result.stdout.splitlines() if line.startswith("answer ")
    ]
    return [json.loads(line) for line in lines]
