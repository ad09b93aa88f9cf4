"""Opening a feed's source, and trying again what a lost connection cut off.

A server whose key is not known is left before any credential is sent. A login that was refused is not tried again by
this process: servers lock accounts after a few.
"""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from matchback.config_sources import Transport
from matchback.connections import connection_options
from matchback.errors import ConfigurationError, MatchbackError, SourceFailed
from matchback.intake.transports.local import LocalStore
from matchback.intake.transports.store import (
    LoginRefused,
    Lost,
    NoSuchPlace,
    Refused,
    Store,
    TooSlow,
    Trouble,
    UnknownHostKey,
)

SFTP, GCS, AZURE = ("sftp", "ssh"), ("gs", "gcs"), ("az", "abfs", "abfss")
LONGEST_BACK_OFF_SECONDS = 60.0
_UNTOUCHED = "Nothing was changed; other feeds go on."
_refused_logins: dict[int, float] = {}  # when each was refused, by the clock that never goes back
REFUSED_SECONDS = 3600.0  # no run is that long; a process that watches for weeks asks a mended server again
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Source:
    """An opened folder at a source."""

    store: Store
    root: str
    url: str
    patience: Transport = field(default_factory=Transport)

    @property
    def is_local(self) -> bool:
        return self.store.is_local

    def join(self, *parts: str) -> str:
        """Return a path under the root."""
        return posixpath.join(self.root, *parts)

    def tried(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something at the source, and again after a lost connection, each time a while later."""
        return _try(lambda: act(*args, **kwargs), self.patience, self.store.reopen)


@dataclass(frozen=True)
class RemoteFile:
    """A file at a source. `path` and `name` are data of the sender; they never become a path of ours.

    `stamp` changes with the content: a modification time, an ETag or a generation. `declared_on` is the date in the
    name, in ISO form, empty where the pattern has none. `announced` is what a manifest says of it: `size`, `sha256`,
    `md5`, `records`, `total`. `companion` is its own marker, which goes where it goes.
    """

    path: str
    name: str
    size: int
    stamp: str
    declared_on: str = ""
    announced: dict[str, str] = field(default_factory=dict)
    companion: str = ""


def caveat(source: Source) -> str:
    """Return what the operator must know of a place that cannot promise that nothing is overwritten, else ''."""
    if not source.store.is_unguarded:
        return ""
    return (
        f"{address(source.url)}: this store does not know conditional requests. Names are looked at right before they "
        "are used; so that nothing is overwritten in between, let nobody else write into its folders move_to and "
        "results_to"
    )


class SourceLost(SourceFailed):
    """The connection broke, again and again; what else waits at this source would fare no better."""


def open_source(
    url: str,
    connection: str | None,
    workspace_root: Path,
    patience: Transport | None = None,
    stores: dict[int, Store] | None = None,
) -> Source:
    """Open a folder by its address; a plain path is taken relative to the workspace.

    `stores` are the logins of this run, which folders of one server share: banks allow few at a time.
    Raises ConfigurationError for a wrong address or connection, SourceFailed when the server does not answer.
    """
    patience = patience or Transport()
    scheme, _, path = url.rpartition("://")
    options = connection_options(connection, scheme) if connection else {}
    if scheme in ("", "file", "local"):
        return Source(LocalStore(), str(workspace_root / path), url, patience)
    login = hash((scheme, path.partition("/")[0], repr(options)))  # mended credentials are others
    if time.monotonic() - _refused_logins.get(login, -REFUSED_SECONDS) < REFUSED_SECONDS:
        raise _login_refused(url)
    with told(url):
        stores = {} if stores is None else stores
        try:
            if login not in stores:
                stores[login] = _try(lambda: _open(scheme, url, options, patience), patience)
        except LoginRefused:
            _refused_logins[login] = time.monotonic()
            raise
        folder = path.rstrip("/") if scheme not in SFTP else f"/{path.partition('/')[2]}".rstrip("/") or "/"
        if (
            scheme in AZURE and "@" in folder.partition("/")[0]
        ):  # container@account.dfs.core.windows.net/folder
            container, _, rest = folder.partition("@")
            folder = "/".join(part for part in (container, rest.partition("/")[2]) if part)
        return Source(stores[login], folder, url, patience)


def _open(scheme: str, url: str, options: dict[str, Any], patience: Transport) -> Store:
    try:
        if scheme in SFTP:
            from matchback.intake.transports.sftp import SftpStore

            return SftpStore(url, options, patience)
        if scheme in ("s3", "s3a"):
            from matchback.intake.transports.s3 import S3Store

            return S3Store(options, patience)
        if scheme in GCS:
            from matchback.intake.transports.gcs import GcsStore

            return GcsStore(options, patience)
        if scheme in AZURE:
            from matchback.intake.transports.azure import AzureStore

            account = re.match(r"[^/]*@([^./]+)\.", url.partition("://")[2])
            return AzureStore(({"account_name": account[1]} if account else {}) | options, patience)
    except ImportError:
        extra = {**dict.fromkeys(SFTP, "sftp"), **dict.fromkeys(GCS, "gcs"), **dict.fromkeys(AZURE, "azure")}
        raise ConfigurationError(
            f"The source {address(url)} needs a part of Matchback that is not installed.",
            next_step=f"Install it:  pip install 'matchback[{extra.get(scheme, 's3')}]'",
        ) from None
    raise ConfigurationError(
        f"The source {address(url)} is of no known kind.",
        next_step="Give a folder, or an address that begins with sftp://, s3://, gs:// or az://.",
    )


def _try(act: Callable[[], T], patience: Transport, again: Callable[[], None] = lambda: None) -> T:
    """Return what an act returns; after a loss, wait twice as long each time and call `again` before the next one."""
    for attempt in range(1, patience.attempts + 1):
        try:
            if attempt > 1:
                again()
            return act()
        except Lost:
            if attempt == patience.attempts:
                raise
            time.sleep(min(patience.back_off_seconds * 2 ** (attempt - 1), LONGEST_BACK_OFF_SECONDS))
    raise AssertionError("an act is tried at least once")


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn trouble at a source into words for the operator; a transport's own text can hold names and stays inside."""
    try:
        yield
    except MatchbackError:
        raise
    except UnknownHostKey:
        raise SourceFailed(
            f"The server of {address(url)} shows a host key that is not in known_hosts; no credential was sent.",
            state=_UNTOUCHED,
            next_step="Ask the bank whether its key has changed. Never accept a key that you did not expect.",
        ) from None
    except LoginRefused:
        raise _login_refused(url) from None
    except NoSuchPlace:
        raise SourceFailed(
            f"The source {address(url)} is not there.",
            state=_UNTOUCHED,
            next_step="Mount its disk, create the folder or bucket, or mend the address, and run again.",
        ) from None
    except Lost as trouble:
        raise SourceLost(
            f"The source {address(url)} cannot be read: it does not answer, or broke off ({trouble.kind}).",
            state=_UNTOUCHED,
            next_step="Check the address, the connection and the server, and run again.",
        ) from None
    except TooSlow:
        raise SourceFailed(
            f"Listing {address(url)} took longer than transport.listing_seconds allows.",
            state=_UNTOUCHED,
            next_step="Let old files be moved away there, or allow more seconds, and run again.",
        ) from None
    except Exception as error:  # every transport has errors of its own
        kind = error.kind if isinstance(error, Trouble) else type(error).__name__
        doing = "refuses what we ask" if isinstance(error, Refused) else "cannot be read"
        raise SourceFailed(
            f"The source {address(url)} {doing} ({kind}).",
            state=_UNTOUCHED,
            next_step="Check the address, the connection and the server, and run again.",
        ) from None


def _login_refused(url: str) -> SourceFailed:
    return SourceFailed(
        f"The server of {address(url)} refuses the login; it was tried once, and not again.",
        state=_UNTOUCHED,
        next_step="Mend the feed's connection before the next run: some servers lock an account after a few tries.",
    )


def address(url: str) -> str:
    """Return the address without credentials."""
    return re.sub(r"//[^/@]*@", "//", url)


def declared_date(remote: RemoteFile) -> date | None:
    """Return the date in the file's name."""
    return date.fromisoformat(remote.declared_on) if remote.declared_on else None
