"""What an Airflow connection becomes: the options of each kind of source, and never a server that is trusted unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matchback.connections import connection_options, options_of
from matchback.errors import ConfigurationError, SourceFailed
from matchback.intake import places
from matchback.intake.transports.store import LoginRefused

KEY = "ssh-ed25519 AAAAC3Nz"
SERVICE = {"type": "service_account"}


@pytest.mark.parametrize(
    ("scheme", "fields", "options"),
    [
        (
            "sftp",
            {"host": "h", "port": 2222, "login": "u", "password": "p", "extra": {"known_hosts": "/k"}},
            {"host": "h", "port": 2222, "username": "u", "password": "p", "known_hosts": "/k"},
        ),
        (
            "sftp",
            {"login": "u", "extra": {"host_key": KEY, "key_file": "/key", "timeout": 10}},
            {"username": "u", "known_hosts": f"* {KEY}\n".encode(), "client_keys": ["/key"]},
        ),
        (
            "ssh",
            {"extra": json.dumps({"host_key": "AAAA", "private_key": "K", "private_key_passphrase": "s"})},
            {"known_hosts": b"* ssh-rsa AAAA\n", "client_keys": [b"K"], "passphrase": "s"},
        ),
        (
            "sftp",
            {"extra": {"known_hosts": "/k", "client_keys": ["/a"], "preferred_auth": "keyboard-interactive"}},
            {"known_hosts": "/k", "client_keys": ["/a"], "preferred_auth": "keyboard-interactive"},
        ),
        (
            "s3",
            {"login": "k", "password": "s", "extra": {"endpoint_url": "http://e", "region_name": "r"}},
            {
                "key": "k",
                "secret": "s",
                "endpoint_url": "http://e",
                "client_kwargs": {"region_name": "r"},
            },
        ),
        (
            "s3a",
            {"extra": {"aws_access_key_id": "k", "aws_secret_access_key": "s", "aws_session_token": "t"}},
            {"key": "k", "secret": "s", "token": "t"},
        ),
        ("s3", {"extra": {"service_config": {"s3": {"endpoint_url": "u"}}}}, {"endpoint_url": "u"}),
        ("s3", {}, {}),
        ("gs", {"extra": {"key_path": "/f", "project": "p"}}, {"token": "/f", "project": "p"}),
        (
            "gcs",
            {"extra": {"extra__google_cloud_platform__keyfile_dict": json.dumps(SERVICE), "num_retries": 5}},
            {"token": SERVICE},
        ),
        ("az", {"extra": {"connection_string": "c"}}, {"connection_string": "c"}),
        ("az", {"login": "a", "password": "k"}, {"account_name": "a", "account_key": "k"}),
        (
            "abfs",
            {"host": "https://a.blob.core.windows.net", "extra": {"sas_token": "t"}},
            {"account_name": "a", "sas_token": "t"},
        ),
        (
            "abfss",
            {"host": "a", "login": "i", "password": "s", "extra": {"tenant_id": "t"}},
            {"account_name": "a", "client_id": "i", "client_secret": "s", "tenant_id": "t"},
        ),
    ],
)
def test_fields_become_options(scheme: str, fields: dict[str, Any], options: dict[str, Any]) -> None:
    assert options_of(fields, scheme, "bank") == options


@pytest.mark.parametrize(
    ("scheme", "extra", "words"),
    [
        ("sftp", {"no_host_key_check": True, "known_hosts": "/k"}, "not to check the server's host key"),
        ("sftp", {"no_host_key_check": "true", "host_key": KEY}, "not to check the server's host key"),
        ("sftp", {"known_hosts": "none"}, "not to check the server's host key"),
        ("s3", {"role_arn": "arn:secret"}, "assumes a role"),
        ("sftp", "[secret", "is not a JSON object"),
        ("gs", {"keyfile_dict": "{secret"}, "is not valid JSON"),
        ("s3", {"client_kwargs": "secret"}, "not of the form that it must have"),
        ("s3", {"service_config": {"s3": "secret"}}, "not of the form that it must have"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(scheme: str, extra: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        options_of({"extra": extra}, scheme, "bank")
    assert "Airflow connection bank" in str(refused.value)
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "sftp://u:p%40ss@h:2222/?known_hosts=%2Fk",
        "sftp://u:p%40ss@h:2222/?__extra__=%7B%22known_hosts%22%3A+%22%2Fk%22%7D",
        '{"host": "h", "port": 2222, "login": "u", "password": "p@ss", "extra": {"known_hosts": "/k"}}',
    ],
)
def test_an_airflow_connection_of_the_environment(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BANK", text)
    options = {"host": "h", "port": 2222, "username": "u", "password": "p@ss", "known_hosts": "/k"}
    assert connection_options("bank", "sftp") == options
    monkeypatch.setenv("MATCHBACK_CONNECTION_BANK", '{"username": "v"}')
    assert connection_options("bank", "sftp") == {"username": "v"}


@pytest.mark.parametrize(
    "text", ["sftp://u:sec/ret@h", "sftp://u:sec?ret@h", "sftp://u:[sec@h", "sftp://h:sec"]
)
def test_an_address_that_is_none_is_refused_without_its_password(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BANK", text)
    with pytest.raises(ConfigurationError, match="%2F") as refused:
        connection_options("bank", "sftp")
    assert "sec" not in str(refused.value)


def test_a_login_that_was_refused_is_tried_again_an_hour_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that watches for files lives for weeks; a server may refuse everybody for a minute."""
    clock, logins = [5.0], 0

    def refuse(*_: Any) -> Any:
        nonlocal logins
        logins += 1
        raise LoginRefused

    monkeypatch.setattr(places, "_open", refuse)
    monkeypatch.setattr(places.time, "monotonic", lambda: clock[-1])
    for now, expected in ((5.0, 1), (3604.0, 1), (3606.0, 2), (7000.0, 2)):
        clock.append(now)
        with pytest.raises(SourceFailed, match="refuses the login"):
            places.open_source("sftp://refusing.example/out", None, tmp_path)
        assert logins == expected
