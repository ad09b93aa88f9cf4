"""What the DAGs of a workspace share: its assets, the night that a run is for, and how a task is tried again.

No DAG stands here. A day after today is refused as the command line refuses it: what is posted on it holds up every
night before it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_current_context,
)
from matchback_notices import Failure
from matchback_workspaces import VARIABLE, ListedWorkspace, WrongList, listed_workspaces

WORKSPACES = listed_workspaces()
HOPELESS = RetryRule(
    exception="matchback.errors.ConfigurationError",
    action=RetryAction.FAIL,
    reason="the configuration or the parameters must be mended first",
)
NIGHT = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="As-of date",
        description="The local day at whose end everything stands. Empty: the day that the run is for.",
    ),
    "allow_future": Param(
        False,
        type="boolean",
        title="Allow a day after today",
        description="For copies of a workspace only: the ledger then stands there, and never goes back.",
    ),
}
MOST_MOMENTS = 10_000  # of a calendar that ends, each of which Airflow keeps
INTAKE = {
    "feed": Param(
        None,
        type=["null", "string"],
        title="Feed",
        description="Take only what this feed brings; its id as in matchback.toml. Empty: every feed.",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description="Only count the files that wait at the sources; receive, load and decide nothing.",
    ),
}


def facts_of(workspace: ListedWorkspace) -> Asset:
    """Return the asset that a load updates."""
    return Asset(name=f"{workspace.name}.facts", uri=f"matchback://{workspace.name}/facts")


def rewards_of(workspace: ListedWorkspace) -> Asset:
    """Return the asset that a night's rewards update."""
    return Asset(name=f"{workspace.name}.rewards", uri=f"matchback://{workspace.name}/rewards")


def published_of(workspace: ListedWorkspace) -> Asset:
    """Return the asset that a published version updates: what follow-up DAGs of others may wait for."""
    return Asset(name=f"{workspace.name}.published", uri=f"matchback://{workspace.name}/published")


def arrivals_of(workspace: ListedWorkspace) -> Asset:
    """Return the asset that new files at the sources update: Airflow's triggerer looks for them."""
    from matchback.under_airflow.arrival import FilesArrived

    name = f"{workspace.name}.arrivals"
    watcher = AssetWatcher(name=name, trigger=FilesArrived(workspace.folder, workspace.arrival))
    return Asset(name=name, uri=f"matchback://{workspace.name}/arrivals", watchers=[watcher])


def common(workspace: ListedWorkspace, *, hours: float) -> dict[str, Any]:
    """Return what every DAG of a workspace is declared with; `hours` is how long one task may take.

    Every task is a transaction, or several that stand each for itself: one that is stopped anywhere is tried again.
    """
    return {
        "start_date": pendulum.parse(workspace.first_night, tz=workspace.zone),
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["matchback", workspace.name],
        "default_args": {
            "retries": 3,
            "retry_delay": timedelta(seconds=workspace.retry_seconds),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=30),
            "retry_policy": ExceptionRetryPolicy(rules=[HOPELESS, overlapping(workspace)]),
            "execution_timeout": timedelta(hours=hours),
            "on_failure_callback": [Failure(workspace)],
            "pre_execute": find_secrets,
            "executor_config": workspace.executor_config,
            **({"queue": workspace.queue} if workspace.queue else {}),
        },
    }


def overlapping(workspace: ListedWorkspace) -> RetryRule:
    """Return how a night waits for an earlier one: longer than after a failure, as that one is well."""
    return RetryRule(
        exception="matchback.errors.NightsOverlap",
        action=RetryAction.RETRY,
        retry_delay=timedelta(seconds=10 * workspace.retry_seconds),
        reason="an earlier night is still running",
    )


def find_secrets(context: Any) -> None:
    """Let the task that begins find connections and secrets in Airflow, when a step asks for one."""
    from matchback.under_airflow.keeper import ask_airflow

    ask_airflow()


def cron(line: str, workspace: ListedWorkspace) -> Any:
    """Return when a cron line of a workspace fires, until its last night; an empty one never does.

    An end date of the DAG would end the calendar, too, but then Airflow also runs no task of what the form starts
    later: such a run is green, and nothing was done.
    """
    if not line:
        return None
    if not workspace.last_night:
        return CronTriggerTimetable(line, timezone=workspace.zone)
    from itertools import islice

    from airflow.timetables.events import EventsTimetable  # that of airflow.sdk 3.3.2 cannot be read back
    from croniter import croniter_range

    first, last = (date.fromisoformat(day) for day in (workspace.first_night, workspace.last_night))
    days = (datetime.combine(first, time.min), datetime.combine(last, time.max))
    moments = [  # on the wall's clock: where it is put back, a moment that comes twice counts once
        pendulum.instance(moment, tz=workspace.zone)
        for moment in islice(croniter_range(*days, line), MOST_MOMENTS + 1)
    ]
    if len(moments) > MOST_MOMENTS:
        raise WrongList(
            f"{VARIABLE}: {line} fires more than {MOST_MOMENTS:,} times between first_night and last_night of "
            f"{workspace.name}."
        )
    return EventsTimetable(moments, presorted=True, description=f"{line}, until {workspace.last_night}")


def intake_schedule(workspace: ListedWorkspace) -> Any:
    """Return what wakes a workspace's intake: its calendar, files that arrive, either, or nothing."""
    calendar = cron(workspace.schedule, workspace)
    if not workspace.arrival:
        return calendar
    arrivals = arrivals_of(workspace)
    return AssetOrTimeSchedule(timetable=calendar, assets=arrivals) if calendar else [arrivals]


def chosen_night() -> dict[str, Any]:
    """Return the night that this run is for: of the newest update that woke it, else of its parameters.

    Files that arrived are of no night: who they wake takes the day of its own moment.
    """
    context = get_current_context()
    woken_by = [
        event.extra
        for events in (context.get("triggering_asset_events") or {}).values()
        for event in events
        if "as_of" in event.extra
    ]
    if woken_by:
        newest = max(woken_by, key=lambda extra: str(extra["as_of"]))
        return {"as_of": newest["as_of"], "allow_future": newest["allow_future"], "woken": True}
    return {name: context["params"][name] for name in NIGHT} | {"woken": False}


def moment_of_run() -> Any:
    """Return the moment that this run is for: that of its calendar, else when it was asked for."""
    run = get_current_context()["dag_run"]
    return run.logical_date or run.run_after


def open_night(workspace: ListedWorkspace) -> Any:
    """Open the workspace for the night of this run, held to one feed if its parameters name one."""
    from matchback import handover

    context, chosen = get_current_context(), chosen_night()
    return handover.open_night(
        workspace.folder,
        chosen["as_of"],
        moment_of_run(),
        allow_future=chosen["allow_future"],
        feed=context["params"].get("feed"),
    )


def refuse_overlap() -> None:
    """Refuse to begin a night while an earlier one runs: only a backfill that was let run several at once does."""
    from matchback.errors import NightsOverlap

    earlier = get_current_context()["ti"].get_previous_dagrun(state="running")
    if earlier is not None:
        raise NightsOverlap(
            "An earlier night of this workspace is still running.",
            state="Nothing was changed.",
            next_step="This task is tried again. Backfill with  --max-active-runs 1: nights go one by one.",
        )


def tell(asset: Asset, night: Any) -> None:
    """Say with an asset's update for which night it is."""
    get_current_context()["outlet_events"][asset].extra = {
        "as_of": night.as_of.isoformat(),
        "allow_future": chosen_night()["allow_future"],
    }


def bring_up_to(
    workspace: ListedWorkspace, steps: tuple[str, ...], asset: Asset | None = None
) -> dict[str, str]:
    """Run the steps for the night of this run; say in words what each did."""
    from matchback import handover
    from matchback.under_airflow.lineage import tell_lineage

    night = open_night(workspace)
    said: dict[str, str] = handover.bring_up_to(night, steps, unless_overtaken=chosen_night()["woken"])
    if asset is not None:
        tell(asset, night)
    tell_lineage(workspace.name, night.config, steps[-1])
    return said
