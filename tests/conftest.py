"""Fixtures that several kinds of test share: the real servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from matchback import pickup
from servers.azure import AzureServer, start_azure
from servers.gcs import GcsServer, start_gcs
from servers.s3 import S3Server, start_s3
from servers.sshd import Sshd, start_sshd

REPOSITORY = Path(__file__).resolve().parents[1]
collect_ignore = ["spark"]  # needs Java and an environment of its own: `make test-spark`


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A real OpenSSH server on loopback."""
    server = start_sshd(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server on loopback."""
    server = start_s3(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    """A real GCS server on loopback."""
    server = start_gcs(tmp_path_factory.mktemp("gcs"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    """A real Azure Blob server on loopback."""
    server = start_azure(tmp_path_factory.mktemp("azure"))
    yield server
    server.stop()


@pytest.fixture(autouse=True, scope="session")
def simple_charts() -> Iterator[None]:
    """Pages are drawn with simple bars, in programs that tests start too: Vega takes a second for each publication."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATCHBACK_CHARTS", "simple")
        yield


@pytest.fixture(autouse=True)
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that a test lays down are whole: pick-up looks once, unless a feed says otherwise."""
    monkeypatch.setattr(pickup, "DEFAULT_QUIET_SECONDS", 0.0)
    monkeypatch.setattr(pickup, "LOCAL_QUIET_SECONDS", 0.0)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what is made once stand together, so that one process makes it; the sample's run is slow."""
    for item in items:
        if "sample_run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("sample"), append=False)
        if "finished_night" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("bank"), append=False)
        if item.get_closest_marker("xdist_group") is None and _is_made_once_for_its_module(item):
            item.add_marker(pytest.mark.xdist_group("-".join(item.path.with_suffix("").parts[-2:])))


def _is_made_once_for_its_module(item: pytest.Item) -> bool:
    """Tell whether a test takes a fixture that its module makes once: in two processes it would be made twice."""
    known: dict[str, Sequence[pytest.FixtureDef[object]]] = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    return any(found[-1].scope == "module" for found in known.values())
