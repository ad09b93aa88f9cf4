"""The only place that reads the process environment.

Secrets are references in `matchback.toml` (`env:NAME`, `file:NAME`), never values; they are resolved here and are
never written or printed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from matchback.errors import ConfigurationError

LEAST_MEGABYTES = 256


class Keeper(Protocol):
    """Who keeps connections and secrets beside the environment: Airflow, in its tasks."""

    def connection(self, name: str) -> Mapping[str, Any] | None:
        """Return the fields of a connection (host, port, login, password, extra), None if there is none."""

    def secret(self, name: str) -> str | None:
        """Return a secret, None if there is none."""


_keepers: list[Keeper] = []  # of this process, which is one task's


def ask_also(keeper: Keeper) -> None:
    """Let this process ask a keeper for the connections and secrets that its environment does not hold."""
    _keepers[:] = [keeper]


def keeper() -> Keeper | None:
    """Return whom this process asks beside its environment, if anybody."""
    return _keepers[0] if _keepers else None


def workspace_from_environment() -> Path | None:
    """Return the workspace that MATCHBACK_WORKSPACE names, if any."""
    value = os.environ.get("MATCHBACK_WORKSPACE")
    return Path(value) if value else None


def wants_simple_charts() -> bool:
    """Tell whether pages are to be drawn with simple bars though Vega-Altair is installed (MATCHBACK_CHARTS=simple)."""
    return os.environ.get("MATCHBACK_CHARTS") == "simple"


def resolve_secret(reference: str, root: Path) -> bytes:
    """Return the bytes behind `env:NAME` or `file:NAME` (relative to the workspace root).

    Under Airflow, `env:NAME` is also the Airflow Variable NAME, where the environment has none.

    Raises ConfigurationError when the reference has another form, or nothing stands behind it.
    """
    scheme, _, name = reference.partition(":")
    if scheme == "env" and name:
        asked = keeper()
        value = os.environ.get(name) or (asked.secret(name) if asked else None)
        if not value:
            raise ConfigurationError(
                f"The environment variable {name} is not set, and matchback.toml takes a secret from it.",
                state="There is no Airflow Variable of that name either." if asked else "",
                next_step=f"Set it and run again:  export {name}=...\n"
                f"For the DAGs, set it there, or as an Airflow Variable or in its secrets backend:  {name}",
            )
        return value.encode()
    if scheme == "file" and name:
        path = root / name
        try:
            content = path.read_bytes().strip()
        except OSError:
            content = b""
        if not content:
            raise ConfigurationError(
                f"The secret file {name} is missing, unreadable or empty.",
                next_step=f"Put the secret into {path} (mode 0600) and run again.",
            )
        return content
    raise ConfigurationError(
        "A secret in matchback.toml is a reference of the form env:NAME or file:NAME, never a value.",
    )


def declared_connection(name: str) -> dict[str, Any] | None:
    """Return what MATCHBACK_CONNECTION_<NAME> holds, the options of a connection as a JSON object; None if not set."""
    variable = f"MATCHBACK_CONNECTION_{name.upper()}"
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        options = json.loads(text)
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise ConfigurationError(f"The environment variable {variable} is not a JSON object.")
    return options


def airflow_connection_text(name: str) -> str | None:
    """Return what AIRFLOW_CONN_<NAME> holds: an Airflow connection as JSON or as an address."""
    return os.environ.get(f"AIRFLOW_CONN_{name.upper()}")


def without_gcs_probe() -> None:
    """Keep gcsfs from asking each bucket for its type over gRPC first: it takes minutes where that is blocked.

    It reads this variable when it is imported.
    """
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")


def operator_name() -> str:
    """Return who acts, for the journal only: MATCHBACK_OPERATOR, else the login name of the process."""
    return os.environ.get("MATCHBACK_OPERATOR") or os.environ.get("USER") or f"uid-{os.getuid()}"


def support_access() -> str:
    """Return who may log in to the support page beside its own list: MATCHBACK_SUPPORT_ACCESS, JSON; else nothing."""
    return os.environ.get("MATCHBACK_SUPPORT_ACCESS", "")


def worker_environment(*, whole: bool) -> dict[str, str]:
    """Return the environment of a worker that parses files: `whole` keeps ours, otherwise no secret is in it.

    Its libraries get one thread each: several workers share the machine's cores.
    """
    kept = ("PATH", "LANG", "TMPDIR", "MATCHBACK_DEBUG", "PYTHONDONTWRITEBYTECODE")
    environment = (
        dict(os.environ) if whole else {name: os.environ[name] for name in kept if name in os.environ}
    )
    places = [str(Path(place).absolute()) for place in sys.path if place]
    return environment | {
        "PYTHONPATH": os.pathsep.join(places),
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def database_megabytes() -> int | None:
    """Return how many megabytes of memory the database may take: MATCHBACK_MEMORY_MB; None leaves it its own default.

    It is no part of `matchback.toml`: it belongs to the machine, and no result depends on it.
    """
    text = os.environ.get("MATCHBACK_MEMORY_MB")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < LEAST_MEGABYTES:
        raise ConfigurationError(
            f"The environment variable MATCHBACK_MEMORY_MB is not a whole number from {LEAST_MEGABYTES} on.",
            next_step="Set the megabytes that the database may take, or unset it:  export MATCHBACK_MEMORY_MB=4096",
        )
    return int(text)


def parses_in_process() -> bool:
    """Tell whether MATCHBACK_PARSE_IN_PROCESS asks for no workers: for debugging, never for strangers' files."""
    return bool(os.environ.get("MATCHBACK_PARSE_IN_PROCESS"))


def enable_debug() -> None:
    """Ask for stack traces with their causes, in this process and those that it starts."""
    os.environ["MATCHBACK_DEBUG"] = "1"


def wants_debug() -> bool:
    """Tell whether MATCHBACK_DEBUG asks for stack traces."""
    return bool(os.environ.get("MATCHBACK_DEBUG"))
