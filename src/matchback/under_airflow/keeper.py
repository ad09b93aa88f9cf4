"""Airflow as the keeper of connections and secrets: its connections, Variables, and secrets backends.

Each is asked for once a task, when a step needs it, and its value is hidden in the task's log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchback.errors import ConfigurationError, MatchbackError
from matchback.settings import ask_also


class AirflowKeeper:
    """Asks Airflow; remembers what it answered."""

    def __init__(self) -> None:
        self._connections: dict[str, Mapping[str, Any] | None] = {}
        self._secrets: dict[str, str | None] = {}

    def connection(self, name: str) -> Mapping[str, Any] | None:
        """Return the fields of Airflow's connection of this id, None if no backend has it."""
        if name not in self._connections:
            self._connections[name] = _connection(name)
        return self._connections[name]

    def secret(self, name: str) -> str | None:
        """Return Airflow's Variable of this key, None if no backend has it."""
        if name not in self._secrets:
            self._secrets[name] = _variable(name)
        return self._secrets[name]


def ask_airflow() -> None:
    """Let the steps of this process find connections and secrets in Airflow."""
    ask_also(AirflowKeeper())


def _connection(name: str) -> Mapping[str, Any] | None:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(name)
        extra = found.extra_dejson  # which hides what is in it, too
    except AirflowNotFoundException:
        return None
    except PermissionError:
        raise _denied("connection", name) from None
    except Exception as error:  # whatever a secrets backend raises: its words can quote what it keeps
        raise _not_asked("connection", name, error) from None
    return {
        "host": found.host,
        "port": found.port,
        "login": found.login,
        "password": found.password,
        "extra": extra,
    }


def _variable(name: str) -> str | None:
    from airflow.sdk import Variable
    from airflow.sdk.log import mask_secret

    try:
        value: str | None = Variable.get(name, default=None)
    except PermissionError:
        raise _denied("Variable", name) from None
    except Exception as error:  # as above
        raise _not_asked("Variable", name, error) from None
    if value is not None:
        mask_secret(value)
    return value


def _denied(what: str, name: str) -> ConfigurationError:
    return ConfigurationError(
        f"Airflow does not let this task read its {what} {name}.",
        state="Nothing was changed.",
        next_step="Let the DAG's team read it, and clear the task.",
    )


def _not_asked(what: str, name: str, error: Exception) -> MatchbackError:
    return MatchbackError(
        f"Airflow could not be asked for its {what} {name} ({type(error).__name__}).",
        state="Nothing was changed.",
        next_step="Look at Airflow's secrets backend; the task is tried again.",
    )
