"""The only place that reads the process environment.

Secrets are references in `matchback.toml` (`env:NAME`, `file:NAME`), never values; they are resolved here and are
never written or printed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from matchback.errors import ConfigurationError

LEAST_MEGABYTES = 256


def workspace_from_environment() -> Path | None:
    """Return the workspace that MATCHBACK_WORKSPACE names, if any."""
    value = os.environ.get("MATCHBACK_WORKSPACE")
    return Path(value) if value else None


def resolve_secret(reference: str, root: Path) -> bytes:
    """Return the bytes behind `env:NAME` or `file:NAME` (relative to the workspace root).

    Raises ConfigurationError when the reference has another form, or nothing stands behind it.
    """
    scheme, _, name = reference.partition(":")
    if scheme == "env" and name:
        value = os.environ.get(name)
        if not value:
            raise ConfigurationError(
                f"The environment variable {name} is not set, and matchback.toml takes a secret from it.",
                next_step=f"Set it and run again:  export {name}=...",
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


def connection_options(name: str) -> dict[str, Any]:
    """Return the options of a named connection from the environment.

    Read in this order: MATCHBACK_CONNECTION_<NAME> as a JSON object of fsspec options, then Airflow's
    AIRFLOW_CONN_<NAME> (JSON or URI), of which host, port, login, password and extra are taken over.
    """
    variable = f"MATCHBACK_CONNECTION_{name.upper()}"
    text = os.environ.get(variable)
    if text:
        try:
            options = json.loads(text)
        except ValueError:
            options = None
        if not isinstance(options, dict):
            raise ConfigurationError(f"The environment variable {variable} is not a JSON object.")
        return options
    text = os.environ.get(f"AIRFLOW_CONN_{name.upper()}")
    if text:
        return _from_airflow(text, name)
    raise ConfigurationError(
        f"The connection {name} is not declared.",
        next_step=f'Set it:  export {variable}=\'{{"known_hosts": "...", "client_keys": ["..."]}}\'',
    )


def _from_airflow(text: str, name: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        try:
            connection = json.loads(text)
        except ValueError:
            raise ConfigurationError(f"The Airflow connection {name} is not valid JSON.") from None
        extra = connection.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
        kind = connection.get("conn_type", "")
        login, password = connection.get("login"), connection.get("password")
        host, port = connection.get("host"), connection.get("port")
    else:
        parts = urlsplit(text)
        kind, extra = parts.scheme, {}
        login = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        host, port = parts.hostname, parts.port
    options: dict[str, Any] = dict(extra)
    if kind in ("aws", "s3"):
        pairs = {"key": login, "secret": password}
    else:
        pairs = {"host": host, "port": port, "username": login, "password": password}
    options.update({key: value for key, value in pairs.items() if value is not None})
    return options


def without_gcs_probe() -> None:
    """Keep gcsfs from asking each bucket for its type over gRPC first: it takes minutes where that is blocked.

    It reads this variable when it is imported.
    """
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")


def operator_name() -> str:
    """Return who acts, for the journal only: MATCHBACK_OPERATOR, else the login name of the process."""
    return os.environ.get("MATCHBACK_OPERATOR") or os.environ.get("USER") or f"uid-{os.getuid()}"


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
