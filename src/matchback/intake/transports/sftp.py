"""SFTP, through sshfs: a pinned host key before anything else, and never a file over another."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from matchback.config_sources import Transport
from matchback.errors import ConfigurationError, SourceFailed
from matchback.intake.transports.local import kind_of
from matchback.intake.transports.store import (
    CHUNK,
    Changed,
    Entry,
    LoginRefused,
    Loop,
    Lost,
    NoSuchPlace,
    Refused,
    Taken,
    Trouble,
    UnknownHostKey,
    Vanished,
    next_page,
    refuse_changed,
)

PAGE = 1000
T = TypeVar("T")


class SftpStore:
    """One login at one server."""

    is_local = False
    is_unguarded = False

    def __init__(self, url: str, options: dict[str, Any], patience: Transport) -> None:
        self._patience = patience
        self._options = _login(url, options, patience)
        self._held: tuple[str, Any] | None = None
        self._connect()

    def _connect(self) -> None:
        import asyncssh
        from sshfs import SSHFileSystem

        # Its lines quote users and names of files.
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL + 1)
        options = dict(self._options)
        try:
            self._system = SSHFileSystem(options.pop("host"), **options, skip_instance_cache=True)
        except asyncssh.HostKeyNotVerifiable:
            raise UnknownHostKey from None
        except PermissionError:
            raise LoginRefused from None
        except asyncssh.ConnectionLost:
            raise Lost from None
        except asyncssh.DisconnectError as error:
            raise LoginRefused(type(error).__name__) from None
        except (OSError, TimeoutError) as error:
            raise Lost(type(error).__name__) from None
        self._loop = Loop(self._system.loop, self._patience)

    def reopen(self) -> None:
        self._held = None
        self._system.loop.call_soon_threadsafe(self._system.client.abort)
        self._connect()

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        async def read_pages() -> AsyncIterator[list[Entry]]:
            async with self._system._pool.get() as channel:
                page: list[Entry] = []
                async for found in channel.scandir(folder):
                    if found.filename in (".", ".."):
                        continue
                    name = found.filename.replace("/", "\N{DIVISION SLASH}")  # no honest server names a path
                    entry = _entry(f"{folder.rstrip('/')}/{name}", found.attrs)
                    page.append(entry if name == found.filename else replace(entry, kind="other"))
                    if len(page) == PAGE:
                        yield page
                        page = []
                yield page

        pages = read_pages()
        try:
            while (page := self._ask(next_page, pages)) is not None:
                yield page
        except Vanished:
            raise NoSuchPlace from None

    def look(self, path: str) -> Entry | None:
        async def stat() -> Entry:
            async with self._system._pool.get() as channel:
                return _entry(path, await channel.lstat(path))

        try:
            return self._ask(stat)
        except Vanished:
            return None

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        async def fetch() -> bytes:
            if not self._held or self._held[0] != path:
                async with self._system._pool.get() as channel:
                    self._held = (path, await channel.open(path, "rb"))
                    if _entry(path, await self._held[1].stat()).stamp != stamp:
                        raise Changed
            return bytes(await self._held[1].read(length, start))

        return self._ask(fetch)

    def rest(self) -> None:
        async def close(file: Any) -> None:
            await file.close()

        if self._held:
            (_, file), self._held = self._held, None
            try:
                self._ask(close, file)
            except Trouble:
                return  # the server forgets it with the connection

    def write(self, path: str, content: BinaryIO) -> None:
        async def start() -> Any:
            async with self._system._pool.get() as channel:
                return await channel.open(path, "wb")

        async def finish(file: Any) -> None:
            import asyncssh

            with suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()
            await file.close()

        file = self._ask(start)
        while chunk := content.read(CHUNK):
            self._ask(file.write, chunk)
        self._ask(finish, file)

    def rename(self, entry: Entry, target: str) -> None:
        """Rename by the plain request, which servers answer with a failure where the name is taken.

        Some servers know only the other one, which overwrites: it is used when the name was seen to be free.
        """
        refuse_changed(self, entry)
        if self.look(target):
            raise Taken

        async def plain() -> None:
            async with self._system._pool.get() as channel:
                await channel.rename(entry.path, target)

        async def replacing() -> None:
            async with self._system._pool.get() as channel:
                await channel.posix_rename(entry.path, target)

        try:
            self._ask(plain)
        except Refused:
            if self.look(target):
                raise Taken from None
            self._ask(replacing)

    def remove(self, entry: Entry) -> None:
        refuse_changed(self, entry)

        async def unlink() -> None:
            async with self._system._pool.get() as channel:
                await channel.unlink(entry.path)

        self._ask(unlink)

    def make_folder(self, path: str) -> None:
        async def make() -> None:
            async with self._system._pool.get() as channel:
                if not await channel.isdir(path):
                    await channel.makedirs(path, exist_ok=True)

        self._ask(make)

    def _ask(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        import asyncssh

        try:
            return self._loop.soon(function, *args)
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            raise Vanished from None
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ChannelOpenError):
            raise Lost from None
        except asyncssh.SFTPError as error:
            raise Refused(type(error).__name__) from None
        except (asyncssh.Error, OSError) as error:
            raise Lost(type(error).__name__) from None


def _entry(path: str, attributes: Any) -> Entry:
    kind = kind_of(attributes.permissions) if attributes.permissions is not None else "other"
    return Entry(path, kind, attributes.size or 0, str(attributes.mtime))


def _login(url: str, options: dict[str, Any], patience: Transport) -> dict[str, Any]:
    """Return what sshfs is given: exactly the declared credentials, and none of the operator's own.

    A server counts every key that it is shown as a failed login, and some lock the account after a few.
    """
    parts = urlsplit(url.partition("://")[0] + "://" + url.partition("://")[2].partition("/")[0])
    if parts.password:
        raise ConfigurationError(
            "The address of an SFTP source holds a password.",
            next_step="Put it into the feed's connection, which is kept out of matchback.toml.",
        )
    address = {"host": parts.hostname, "port": parts.port, "username": parts.username}
    known_hosts = options.get("known_hosts")
    if not known_hosts:
        raise ConfigurationError(
            "An SFTP source needs the server's host key: its connection names no known_hosts file.",
            next_step="Get the key over a channel that you trust, and add known_hosts to the connection.",
        )
    if isinstance(known_hosts, str) and not Path(known_hosts).exists():
        raise SourceFailed(
            f"The known_hosts file {known_hosts} of an SFTP source is not there.",
            state="Nothing was changed; other feeds go on.",
            next_step="Get the server's key over a channel that you trust, and write it there.",
        )
    defaults: dict[str, Any] = {
        "agent_path": None,
        "config": None,
        "client_keys": None,
        "preferred_auth": "publickey,password",
        "connect_timeout": patience.connect_seconds,
        "login_timeout": patience.connect_seconds,
        "keepalive_interval": patience.stall_seconds / 3,
        "keepalive_count_max": 3,
        "sftp_client_kwargs": {"path_errors": "surrogateescape"},
        "timeout": 2 * patience.connect_seconds + 5,
    }
    return {**defaults, **{name: value for name, value in address.items() if value is not None}, **options}
