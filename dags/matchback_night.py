"""What both DAGs share: the night that a run is for, and how a task is tried again. No DAG stands here.

A day after today is refused as the command line refuses it: what is posted on it holds up every night before it.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import Asset, ExceptionRetryPolicy, Param, RetryAction, RetryRule, get_current_context

FACTS = Asset(name="matchback_facts", uri="matchback://facts")
HOPELESS = RetryRule(
    exception="matchback.errors.ConfigurationError",
    action=RetryAction.FAIL,
    reason="the configuration must be mended first",
)
RETRIES = {
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": ExceptionRetryPolicy(rules=[HOPELESS]),
}
PARAMETERS = {
    "workspace": Param(None, type=["null", "string"], description="Folder; default: MATCHBACK_WORKSPACE"),
    "as_of": Param(None, type=["null", "string"], format="date", description="Local day; default: the run's"),
    "allow_future": Param(
        False,
        type="boolean",
        description="Take an as_of after today; the ledger then stands there, and never goes back",
    ),
}
ONE_AT_A_TIME = {
    "start_date": pendulum.datetime(2026, 1, 1, tz=os.environ.get("MATCHBACK_SCHEDULE_ZONE", "UTC")),
    "catchup": False,
    "max_active_runs": 1,
    "tags": ["matchback"],
    "params": PARAMETERS,
}


def chosen_night() -> dict[str, Any]:
    """Return what the run's parameters say of its night."""
    parameters = get_current_context()["params"]
    return {name: parameters[name] for name in PARAMETERS}


def open_night(chosen: dict[str, Any]) -> Any:
    """Open the workspace for the night that was chosen; without a date, for the day that this run is for."""
    from matchback import handover

    run = get_current_context()["dag_run"]
    moment = run.logical_date or run.run_after
    return handover.open_night(
        chosen["workspace"], chosen["as_of"], moment, allow_future=chosen["allow_future"]
    )
