"""What every kind of place can do, what one of its entries tells, and what can go wrong there.

The troubles say what may be done about them: what was lost may be tried again, everything else may not. A login that
was refused is never tried again, since servers lock accounts after a few.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, ParamSpec, Protocol, TypeVar

from matchback.config_sources import Transport

CHUNK = 4 << 20
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Entry:
    """One thing in a folder: its path and name at the server, what it is, and how it looks now.

    `stamp` changes with the content and is written down: a modification time, an ETag or a generation. `identity`
    is whatever else tells this very file from another one, for as long as we look at it. `changed_at` is told of
    local files alone, by our own clock: the last change of any sort, in seconds since 1970.
    """

    path: str
    kind: Literal["file", "folder", "link", "other"]
    size: int
    stamp: str
    identity: str = ""
    changed_at: float = 0.0

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    def is_like(self, size: int, stamp: str) -> bool:
        """Tell whether it is a file of this size and stamp."""
        return (self.kind, self.size, self.stamp) == ("file", size, stamp)


class Trouble(Exception):
    """Something went wrong at a place; `kind` is a word that quotes nobody's data."""

    def __init__(self, kind: str = "") -> None:
        super().__init__(kind)
        self.kind = kind or type(self).__name__


class Vanished(Trouble):
    """There is nothing of this name (any more)."""


class NoSuchPlace(Trouble):
    """The folder, bucket or container is not there."""


class Changed(Trouble):
    """It is no longer the file that was listed."""


class Taken(Trouble):
    """The name is in use, and nothing is ever overwritten."""


class Refused(Trouble):
    """The server understood, and will not do it."""


class Unsupported(Refused):
    """The server does not know what we ask, or the condition under which we ask it."""


class LoginRefused(Trouble):
    """The server does not know these credentials."""


class UnknownHostKey(Trouble):
    """The server shows a host key that is not pinned. No credential was sent."""


class TooSlow(Trouble):
    """A listing took longer than one may."""


class Lost(Trouble):
    """The connection broke, or nothing came in time. The only trouble that is worth another try."""


class Store(Protocol):
    """A place that was opened. Every act ends in time, and raises one of the troubles above.

    `is_unguarded` tells that it had to act without a condition: that a name is free, or a file the one that was read,
    could only be looked at the moment before.
    """

    is_local: bool
    is_unguarded: bool

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        """Yield what lies in a folder, some thousand entries at a time; folders below it are not entered."""

    def look(self, path: str) -> Entry | None:
        """Return how one entry looks now, links not followed; None if there is none."""

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        """Return bytes of the very file that has this stamp; fewer than `length` only at its end."""

    def write(self, path: str, content: BinaryIO) -> None:
        """Write a whole file of ours, over one of ours that was left there half written."""

    def rename(self, entry: Entry, target: str) -> None:
        """Give a file another name in this place, if it still is that file and the name is free."""

    def remove(self, entry: Entry) -> None:
        """Delete a file, if it still is that file."""

    def make_folder(self, path: str) -> None:
        """Create a folder and what is missing above it, where the place has folders."""

    def reopen(self) -> None:
        """Connect anew, after the connection was lost."""

    def rest(self) -> None:
        """Let go of what is held open between two reads."""


class ObjectStore:
    """What stores without folders and without a standing connection have in common: nothing to do."""

    is_local = False
    is_unguarded = False

    def reopen(self) -> None:
        """Do nothing: every request finds a connection of its own."""

    def rest(self) -> None:
        """Do nothing: nothing is held open."""

    def make_folder(self, path: str) -> None:
        """Do nothing: there are no folders, and buckets and containers are not ours to make."""


def refuse_changed(store: Store, entry: Entry) -> None:
    """Raise Vanished or Changed unless a file still looks as it did."""
    now = store.look(entry.path)
    if now is None:
        raise Vanished
    if now != entry:
        raise Changed


class Loop:
    """Runs the coroutines of an asynchronous client in its own thread, each for a limited time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: Transport) -> None:
        self._loop = loop
        self.patience = patience

    def run(
        self, seconds: float, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what a coroutine function returns; raise Lost when it takes longer."""

        async def bounded() -> T:
            return await asyncio.wait_for(function(*args, **kwargs), seconds)

        future = asyncio.run_coroutine_threadsafe(bounded(), self._loop)
        try:
            return future.result(seconds + 5)  # a client that will not be cancelled is left behind
        except TimeoutError:
            raise Lost("Timeout") from None
        finally:
            future.cancel()

    def soon(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one exchange with the server, for as long as a silence may last."""
        return self.run(self.patience.stall_seconds, function, *args, **kwargs)


async def next_page(pages: AsyncIterator[list[Entry]]) -> list[Entry] | None:
    """Return the next page of a listing, None at its end."""
    async for page in pages:
        return page
    return None


def split_key(path: str) -> tuple[str, str]:
    """Return bucket and key of a path in an object store. A key is a sender's text and is not looked into."""
    bucket, _, key = path.partition("/")
    return bucket, key


def below(folder: str) -> tuple[str, str]:
    """Return the bucket and the prefix of everything in a folder of an object store."""
    bucket, key = split_key(folder)
    return bucket, f"{key.rstrip('/')}/" if key.strip("/") else ""
