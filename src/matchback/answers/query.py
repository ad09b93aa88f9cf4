"""Reading the published version: what `query`, `explain` and the listings look at. A running step never blocks it.

The version is chosen once, by resolving the `current` link, so that everything read belongs together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.errors import DatabaseFailed, MatchbackError
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse
    from matchback.warehouse_query import Answer


_LACKING = ("CatalogException", "BinderException")  # a table or column that the statement names is not there


class NothingPublished(MatchbackError):
    """There is no published version yet."""


class VersionOfAnotherRelease(MatchbackError):
    """The published version lacks a table or column that this release of Matchback reads."""


@dataclass(frozen=True)
class Version:
    """One published version: its id and where its files stand."""

    version_id: str
    folder: Path
    vault: Path

    @property
    def database(self) -> Path:
        return self.folder / "analytics.duckdb"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


def current_version(workspace: Workspace) -> Version:
    """Return the version that `current` names; raise NothingPublished if there is none."""
    link = workspace.published / "current"
    folder = link.resolve()
    if not link.exists() or not (folder / "analytics.duckdb").is_file():
        raise NothingPublished(
            f"Nothing is published in {workspace.root.name} yet.",
            next_step="Run it first:  matchback run",
        )
    return Version(folder.name, folder, workspace.protected / folder.name / "vault.duckdb")


@contextmanager
def open_published(workspace: Workspace, *, vault: bool = False) -> Iterator[tuple[Version, Warehouse]]:
    """Open the current version read-only; with `vault`, its copy of the vault stands beside as schema `vault`.

    Raises NothingPublished, and VersionOfAnotherRelease when what is read within the block is not in the version.
    """
    from matchback.warehouse import Warehouse

    version = current_version(workspace)
    paths = [version.database]
    if vault:
        if not version.vault.is_file():
            raise MatchbackError(
                f"The protected copy of version {version.version_id} is missing, so no identifier can be looked up.",
                next_step="Publish again:  matchback publish",
            )
        paths.append(version.vault)
    try:
        with Warehouse.read(*paths) as warehouse:
            yield version, warehouse
    except DatabaseFailed as failure:
        if failure.kind not in _LACKING:
            raise
        raise VersionOfAnotherRelease(
            f"Version {version.version_id} was published by another release of Matchback, and lacks a table or column "
            "that this one reads.",
            state="It stands as it was, and matchback query still reads it.",
            next_step="Publish anew with this release, then ask again:  matchback run",
        ) from None


@contextmanager
def asked(workspace: Workspace, text: str, brought: Mapping[str, Path] | None = None) -> Iterator[Answer]:
    """Run an analyst's own SQL on the published version, read-only; its rows are read while the block runs.

    `brought` are the analyst's own CSV or Parquet files, by the names of the tables that they are to be.
    """
    with open_published(workspace) as (_, warehouse):
        yield warehouse.query(text, brought)


def run_query(workspace: Workspace, text: str) -> list[dict[str, Any]]:
    """Run an analyst's own SQL on the published version and return all its rows."""
    with asked(workspace, text) as answer:
        return answer.dictionaries()
