"""Google Cloud Storage, through gcsfs. Every read, copy and delete names the generation that was listed."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from matchback.config_sources import Transport
from matchback.intake.transports.store import (
    Changed,
    Entry,
    LoginRefused,
    Loop,
    Lost,
    NoSuchPlace,
    ObjectStore,
    Refused,
    Taken,
    Vanished,
    below,
    next_page,
    refuse_changed,
    split_key,
)
from matchback.settings import without_gcs_probe

PAGE = 1000
PART = 32 << 20  # a multiple of 256 KiB, as the service demands
T = TypeVar("T")


class GcsStore(ObjectStore):
    """One set of credentials."""

    def __init__(self, options: dict[str, Any], patience: Transport) -> None:
        without_gcs_probe()
        from gcsfs import GCSFileSystem

        logging.getLogger("gcsfs").setLevel(logging.CRITICAL + 1)  # its lines quote the names of files
        self._system = GCSFileSystem(**options, use_listings_cache=False, skip_instance_cache=True)
        self._loop = Loop(self._system.loop, patience)

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        bucket, prefix = below(folder)

        async def read_pages() -> AsyncIterator[list[Entry]]:
            more: dict[str, str] = {}
            while True:
                answer = await self._system._call(
                    "GET",
                    "b/{}/o",
                    bucket,
                    prefix=prefix,
                    delimiter="/",
                    maxResults=PAGE,
                    json_out=True,
                    **more,
                )
                folders = [name.rstrip("/") for name in answer.get("prefixes", [])]
                yield [Entry(f"{bucket}/{name}", "folder", 0, "") for name in folders] + [
                    _entry(item) for item in answer.get("items", []) if item["name"] != prefix
                ]
                if not answer.get("nextPageToken"):
                    return
                more = {"pageToken": answer["nextPageToken"]}

        pages = read_pages()
        try:
            while (page := self._ask(next_page, pages)) is not None:
                yield page
        except Vanished:
            raise NoSuchPlace from None

    def look(self, path: str) -> Entry | None:
        try:
            return _entry(self._ask(self._system._call, "GET", "b/{}/o/{}", *split_key(path), json_out=True))
        except Vanished:
            return None

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        bucket, key = split_key(path)
        url = f"{self._system._location}/download/storage/v1/b/{bucket}/o/{quote(key, safe='')}"
        try:
            _, content = self._ask(
                self._system._call,
                "GET",
                url,
                alt="media",
                generation=stamp,
                headers={"Range": f"bytes={start}-{start + length - 1}"},
            )
        except Vanished:
            raise (Changed if self.look(path) else Vanished) from None
        return bytes(content)

    def write(self, path: str, content: BinaryIO) -> None:
        from gcsfs.core import initiate_upload, simple_upload, upload_chunk

        bucket, key = split_key(path)
        size = content.seek(0, 2)
        content.seek(0)
        if size < PART:
            self._ask(simple_upload, self._system, bucket, key, content.read())
            return
        location = self._ask(initiate_upload, self._system, bucket, key)
        kind = "application/octet-stream"
        for start in range(0, size, PART):
            self._ask(upload_chunk, self._system, location, content.read(PART), start, size, kind)

    def rename(self, entry: Entry, target: str) -> None:
        """Copy, then delete, both under conditions; looked at first as well, since not every store heeds them."""
        refuse_changed(self, entry)
        if self.look(target):
            raise Taken
        token: dict[str, str] = {}
        while True:  # a big object is copied over several requests
            try:
                answer = self._loop_told(
                    self._loop.patience.listing_seconds,
                    self._system._call,
                    "POST",
                    "b/{}/o/{}/rewriteTo/b/{}/o/{}",
                    *split_key(entry.path),
                    *split_key(target),
                    sourceGeneration=entry.stamp,
                    ifSourceGenerationMatch=entry.stamp,
                    ifGenerationMatch="0",
                    json_out=True,
                    **token,
                )
            except Changed:
                refuse_changed(self, entry)
                raise Taken from None
            if answer["done"]:
                break
            token = {"rewriteToken": answer["rewriteToken"]}
        copied = self.look(target)
        if copied is None or copied.size != entry.size:
            raise Lost("CopyNotThere")
        self.remove(entry)

    def remove(self, entry: Entry) -> None:
        refuse_changed(self, entry)
        self._ask(
            self._system._call,
            "DELETE",
            "b/{}/o/{}",
            *split_key(entry.path),
            ifGenerationMatch=entry.stamp,
        )

    def _ask(self, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any) -> T:
        return self._loop_told(self._loop.patience.stall_seconds, function, *args, **parameters)

    def _loop_told(
        self, seconds: float, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any
    ) -> T:
        from aiohttp import ClientError
        from gcsfs.retry import HttpError
        from google.auth.exceptions import GoogleAuthError, TransportError

        try:
            return self._loop.run(seconds, function, *args, **parameters)
        except FileNotFoundError:
            raise Vanished from None
        except FileExistsError:  # its word for a condition that does not hold
            raise Changed from None
        except HttpError as error:
            code = int(error.code or 0)
            trouble = LoginRefused if code == 401 else Lost if code >= 500 or code in (408, 429) else Refused
            raise trouble(f"HTTP {code}") from None
        except (ClientError, TransportError) as error:
            raise Lost(type(error).__name__) from None
        except GoogleAuthError as error:
            raise LoginRefused(type(error).__name__) from None
        except json.JSONDecodeError:
            raise Lost("BadAnswer") from None
        except (OSError, ValueError) as error:
            is_refusal = str(error).startswith(("Forbidden", "Bad Request"))
            raise (Refused if is_refusal else Lost)(type(error).__name__) from None


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(f"{item['bucket']}/{item['name']}", "file", int(item["size"]), str(item["generation"]))
