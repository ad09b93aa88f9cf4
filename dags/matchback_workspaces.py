"""Which workspaces there are DAGs for: what MATCHBACK_WORKSPACES says. No Airflow, no workspace is read here.

A JSON object, one entry a workspace; a folder alone is short for an object with that folder:

    {"bank": "/srv/bank",
     "shop": {"folder": "/srv/shop", "schedule": "30 4 * * *", "zone": "Europe/Berlin"}}
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

VARIABLE = "MATCHBACK_WORKSPACES"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
TEXTS = (
    "folder",
    "schedule",
    "zone",
    "housekeeping",
    "pool",
    "queue",
    "first_night",
    "last_night",
    "pages",
    "support",
    "backup_schedule",
)
LEAST_SECONDS = 5


class WrongList(ValueError):
    """The variable does not say what it should; Airflow shows these words as the import error of every DAG."""


@dataclass(frozen=True)
class ListedWorkspace:
    """One workspace as the variable names it.

    `schedule`, `housekeeping` and `backup_schedule` are cron lines, read in `zone`; an empty one means: only by hand.
    They, and a backfill, reach from `first_night` to `last_night` (none: on and on); what is started by hand runs any
    time. `pool` has one slot: the warehouse has one writer. `queue` and `executor_config` tell Airflow's executor on
    which machine the tasks run: the one on whose disk the workspace lies. A task that failed is tried again after
    `retry_seconds`, then after twice and four times as many. `arrival` is the number of seconds between two looks at
    the sources for new files; 0: nobody looks. `pages` is the address under which the workspace's `var` is served to
    people, for links, `support` that of the support page; empty: there are none. `backup` is the folder that is
    backed up into, and keeps `backups_kept`; empty: no backup is made.
    `notify` holds Airflow notifiers, each a class and its arguments.
    """

    name: str
    folder: str
    schedule: str = "0 6 * * *"
    zone: str = "UTC"
    housekeeping: str = "0 12 * * SUN"
    pool: str = "duckdb_writer"
    queue: str = ""
    executor_config: dict[str, Any] = field(default_factory=dict, hash=False)
    first_night: str = "2026-01-01"
    last_night: str = ""
    retry_seconds: int = 60
    arrival: int = 0
    pages: str = ""
    support: str = ""
    backup: str = ""
    backup_schedule: str = "0 10 * * *"
    backups_kept: int = 8
    notify: tuple[dict[str, Any], ...] = field(default=(), hash=False)


def listed_workspaces() -> list[ListedWorkspace]:
    """Return the workspaces of MATCHBACK_WORKSPACES by name; none if it is not set. Raises WrongList, in words."""
    text = os.environ.get(VARIABLE)
    if not text:
        return []
    try:
        listed = json.loads(text)
    except ValueError:
        listed = None
    if not isinstance(listed, dict):
        raise WrongList(f'{VARIABLE} is not a JSON object such as {{"bank": "/srv/bank"}}.')
    found = [_workspace(name, said) for name, said in sorted(listed.items())]
    folders: dict[str, str] = {}
    for workspace in found:
        same = folders.setdefault(os.path.realpath(workspace.folder), workspace.name)
        if same != workspace.name:
            raise WrongList(
                f"{VARIABLE}: {same} and {workspace.name} are one folder, which has one writer only."
            )
    return found


def _workspace(name: str, said: Any) -> ListedWorkspace:
    if not NAME.fullmatch(name):
        raise WrongList(
            f"{VARIABLE}: the name {name!r} is not of small letters, digits, _ and -, from a letter on."
        )
    options = {"folder": said} if isinstance(said, str) else said
    if not isinstance(options, dict):
        raise WrongList(f"{VARIABLE}: {name} is neither a folder nor a JSON object.")
    known = [known.name for known in fields(ListedWorkspace) if known.name != "name"]
    if unknown := sorted(set(options) - set(known)):
        raise WrongList(f"{VARIABLE}: {name} has no {', '.join(unknown)}; there are {', '.join(known)}.")
    for option in TEXTS:
        if not isinstance(options.get(option, ""), str):
            raise WrongList(f"{VARIABLE}: {option} of {name} is not text.")
    if not os.path.isabs(options.get("folder", "")):
        raise WrongList(f"{VARIABLE}: the folder of {name} is not a path from the root on.")
    if not isinstance(options.get("executor_config", {}), dict):
        raise WrongList(f"{VARIABLE}: executor_config of {name} is not a JSON object.")
    _refuse_wrong_days(name, options)
    _refuse_wrong_backup(name, options)
    _refuse_wrong_arrival(name, options.get("arrival", 0))
    _refuse_wrong_retry(name, options.get("retry_seconds", 60))
    for option in ("pages", "support"):
        if options.get(option) and not options[option].startswith(("http://", "https://")):
            raise WrongList(
                f"{VARIABLE}: {option} of {name} is no address that begins with http:// or https://."
            )
    return ListedWorkspace(name, **{**options, "notify": _notifiers(name, options.get("notify", []))})


def _refuse_wrong_days(name: str, options: dict[str, Any]) -> None:
    for option in ("first_night", "last_night"):
        try:
            if options.get(option):
                date.fromisoformat(options[option])
        except ValueError:
            raise WrongList(f"{VARIABLE}: {option} of {name} is not a day such as 2026-11-01.") from None


def _refuse_wrong_backup(name: str, options: dict[str, Any]) -> None:
    place = options.get("backup", "")
    if not isinstance(place, str) or (place and not os.path.isabs(place)):
        raise WrongList(f"{VARIABLE}: backup of {name} is not a path from the root on.")
    kept = options.get("backups_kept", 1)
    if not isinstance(kept, int) or isinstance(kept, bool) or kept < 1:
        raise WrongList(f"{VARIABLE}: backups_kept of {name} is not a whole number from 1 on.")


def _refuse_wrong_arrival(name: str, said: Any) -> None:
    if not isinstance(said, int) or isinstance(said, bool) or (said != 0 and said < LEAST_SECONDS):
        raise WrongList(
            f"{VARIABLE}: arrival of {name} is neither 0 nor a whole number of seconds from {LEAST_SECONDS} on."
        )


def _refuse_wrong_retry(name: str, said: Any) -> None:
    if not isinstance(said, int) or isinstance(said, bool) or said < 1:
        raise WrongList(f"{VARIABLE}: retry_seconds of {name} is not a whole number of seconds from 1 on.")


def _notifiers(name: str, said: Any) -> tuple[dict[str, Any], ...]:
    for notifier in said if isinstance(said, list) else [None]:
        kinds = {key: type(value) for key, value in notifier.items()} if isinstance(notifier, dict) else {}
        if kinds != {"class": str, "arguments": dict}:
            raise WrongList(
                f'{VARIABLE}: notify of {name} is not a list of objects, each with "class" (a notifier\'s whole '
                'name) and "arguments" (an object; {message} in its texts stands for the words).'
            )
    return tuple(said)
