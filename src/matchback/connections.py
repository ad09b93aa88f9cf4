"""Named connections: what a feed's `connection` stands for, as options of its kind of source.

MATCHBACK_CONNECTION_<NAME> holds the options themselves. An Airflow connection of that name has fields of its own
(host, login, password, extra), which are turned into the options here; on the command line it is AIRFLOW_CONN_<NAME>,
under Airflow whatever its secrets backends have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from matchback.errors import ConfigurationError
from matchback.settings import airflow_connection_text, declared_connection, keeper

Fields = Mapping[str, Any]
Options = dict[str, Any]
# What Airflow's hooks are told about themselves, and no server needs to know.
_OF_HOOKS = frozenset(
    (
        "allow_host_key_change",
        "banner_timeout",
        "conn_timeout",
        "key_secret_name",
        "look_for_keys",
        "no_host_key_check",
        "num_retries",
        "role_arn",
        "scope",
        "service_config",
        "timeout",
    )
)


def connection_options(name: str, scheme: str) -> Options:
    """Return the options of a named connection for a source whose address begins with `scheme`://.

    Asked in this order: MATCHBACK_CONNECTION_<NAME>, then Airflow (its secrets backends under Airflow, else
    AIRFLOW_CONN_<NAME>). Raises ConfigurationError if there is none, or one that cannot be used.
    """
    declared = declared_connection(name)
    if declared is not None:
        return declared
    asked = keeper()
    fields = asked.connection(name) if asked else _from_environment(name)
    if fields is None:
        raise ConfigurationError(
            f"The connection {name} is not declared.",
            state="Nothing was changed.",
            next_step=f"For the command line:  export MATCHBACK_CONNECTION_{name.upper()}='{{...}}'\n"
            f"For the DAGs, in Airflow's connections or secrets backend:  airflow connections add {name} ...",
        )
    return options_of(fields, scheme, name)


def _wrong_form(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"The Airflow connection {name} cannot be read: a part of it is not of the form that it must have.",
        state="Nothing was changed.",
        next_step="In an address, write / ? # [ ] @ : of the user and the password as %2F %3F %23 %5B %5D %40 %3A; in "
        "extra, let objects be objects.",
    )


def _from_environment(name: str) -> Fields | None:
    text = airflow_connection_text(name)
    if not text:
        return None
    if not text.lstrip().startswith("{"):
        return _from_uri(text, name)
    try:
        fields: dict[str, Any] = json.loads(text)
    except ValueError:
        raise ConfigurationError(f"The Airflow connection {name} is not valid JSON.") from None
    return fields


def _from_uri(text: str, name: str) -> Fields:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # its words quote a part of the password
        raise _wrong_form(name) from None
    extra = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "login": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "host": unquote(parts.hostname) if parts.hostname else None,
        "port": port,
        "extra": extra.get("__extra__", extra),
    }


def options_of(fields: Fields, scheme: str, name: str) -> Options:
    """Turn the fields of an Airflow connection into options for a kind of source.

    `fields` are `host`, `port`, `login`, `password` and `extra` (an object, or its JSON). What stands in `extra` under
    the name of an option is taken as it is. Raises ConfigurationError, in words without a value of the connection.
    """
    extra = _extra(fields.get("extra"), name)
    try:
        found = _found(fields, extra, scheme, name)
    except (AttributeError, TypeError, ValueError):  # whose words can quote what the connection holds
        raise _wrong_form(name) from None
    kept = {key: value for key, value in extra.items() if key not in _OF_HOOKS}
    return {key: value for key, value in (kept | found).items() if value not in (None, "")}


def _found(fields: Fields, extra: Options, scheme: str, name: str) -> Options:
    """Return the options of a kind of source; what was turned into another is taken out of `extra`."""
    login, password = fields.get("login") or None, fields.get("password") or None
    if scheme in ("s3", "s3a"):
        return _s3(extra, login, password, name)
    if scheme in ("gs", "gcs"):
        return _gcs(extra, name)
    if scheme in ("az", "abfs", "abfss"):
        return _azure(extra, fields.get("host") or None, login, password)
    found = _sftp(extra, name) | {"host": fields.get("host"), "port": fields.get("port")}
    return found | {"username": login, "password": password}


def _extra(said: Any, name: str) -> Options:
    try:
        extra = json.loads(said) if isinstance(said, str) and said else said or {}
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise ConfigurationError(f"The extra of the Airflow connection {name} is not a JSON object.")
    # Older versions of Airflow's forms saved names such as extra__google_cloud_platform__key_path.
    return {key.rpartition("__")[2] if key.startswith("extra__") else key: extra[key] for key in extra}


def _sftp(extra: Options, name: str) -> Options:
    """Take keys and host keys in Airflow's words: a server is never trusted unseen, whatever the connection says."""
    unchecked = str(extra.get("no_host_key_check", "")).lower() == "true"
    known: Any = extra.get("known_hosts")
    if unchecked or (str(known).lower() == "none" and known is not None):
        raise ConfigurationError(
            f"The Airflow connection {name} says not to check the server's host key, and Matchback always does.",
            state="Nothing was changed; no credential was sent.",
            next_step="Take that out of its extra, and put host_key or the path of a known_hosts file there.",
        )
    host_key = str(extra.pop("host_key", "") or "").strip()
    if host_key and not known:
        kind = "" if " " in host_key else "ssh-rsa "  # Airflow's older form has the key alone
        known = f"* {kind}{host_key}\n".encode()
    keys: Any = extra.get("client_keys")
    if path := extra.pop("key_file", None):
        keys = [path]
    if text := extra.pop("private_key", None):
        keys = [str(text).encode()]
    passphrase = extra.pop("private_key_passphrase", None) or extra.get("passphrase")
    return {"known_hosts": known, "client_keys": keys, "passphrase": passphrase}


def _s3(extra: Options, login: str | None, password: str | None, name: str) -> Options:
    if extra.get("role_arn"):
        raise ConfigurationError(
            f"The Airflow connection {name} assumes a role (role_arn), which Matchback does not.",
            state="Nothing was changed.",
            next_step="Give the machine that role, and the feed no connection; or keys of its own.",
        )
    service = extra.get("service_config")
    of_s3 = service.get("s3", {}) if isinstance(service, dict) else {}
    client = {key: extra.pop(key) for key in ("region_name", "verify") if key in extra}
    return {
        "client_kwargs": client | dict(extra.get("client_kwargs") or {}) or None,
        "key": login or extra.pop("aws_access_key_id", None),
        "secret": password or extra.pop("aws_secret_access_key", None),
        "token": extra.pop("aws_session_token", None),
        "profile": extra.pop("profile_name", None) or extra.get("profile"),
        "endpoint_url": extra.pop("endpoint_url", None) or of_s3.get("endpoint_url"),
    }


def _gcs(extra: Options, name: str) -> Options:
    keys = extra.pop("keyfile_dict", None)
    if isinstance(keys, str) and keys:
        try:
            keys = json.loads(keys)
        except ValueError:
            raise ConfigurationError(
                f"The keyfile_dict of the Airflow connection {name} is not valid JSON."
            ) from None
    token = keys or extra.pop("key_path", None) or extra.get("token")
    return {"token": token}


def _azure(extra: Options, host: str | None, login: str | None, password: str | None) -> Options:
    """Take a connection string, a shared token, an application (tenant_id), or an account and its key."""
    if extra.get("connection_string"):
        return {"connection_string": extra["connection_string"]}
    account = (host or "").rpartition("://")[2].partition(".")[0] or None
    if extra.get("tenant_id"):
        application = {"client_id": login, "client_secret": password, "tenant_id": extra["tenant_id"]}
        return {"account_name": extra.get("account_name") or account, **application}
    account = extra.get("account_name") or login or account
    if extra.get("sas_token"):
        return {"account_name": account, "sas_token": extra["sas_token"]}
    return {"account_name": account, "account_key": extra.get("account_key") or password}
