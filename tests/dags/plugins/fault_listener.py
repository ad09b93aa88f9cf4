"""A plug-in of the tests' Airflow: lets the plan of `faults.py` befall tasks."""

from __future__ import annotations

import sys
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from dags.faults import befall


@hookimpl  # type: ignore[untyped-decorator]  # Airflow has no types here
def on_task_instance_running(previous_state: Any, task_instance: Any) -> None:
    """Airflow calls this in the task's own process, before the task."""
    befall(task_instance)


class Faults(AirflowPlugin):  # type: ignore[misc]  # Airflow has no types here
    """Makes Airflow call this module's function."""

    name = "matchback-test-faults"
    listeners = (sys.modules[__name__],)
