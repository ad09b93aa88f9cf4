"""Azure Blob Storage, through adlfs. Every read, copy and delete names the ETag that was listed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, BinaryIO, TypeVar

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

PAGE = 5000
BLOCK = 8 << 20
T = TypeVar("T")


class AzureStore(ObjectStore):
    """One storage account."""

    def __init__(self, options: dict[str, Any], patience: Transport) -> None:
        from adlfs import AzureBlobFileSystem

        for noisy in ("azure", "adlfs"):  # their lines quote addresses, with the names of files in them
            logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
        self._system = AzureBlobFileSystem(**options, use_listings_cache=False, skip_instance_cache=True)
        self._loop = Loop(self._system.loop, patience)

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        from azure.storage.blob import BlobProperties

        bucket, prefix = below(folder)

        async def read_pages() -> AsyncIterator[list[Entry]]:
            container = self._system.service_client.get_container_client(bucket)
            found = container.walk_blobs(name_starts_with=prefix, delimiter="/", results_per_page=PAGE)
            async for page in found.by_page():
                yield [
                    Entry(f"{bucket}/{item.name}", "file", item.size, item.etag.strip('"'))
                    if isinstance(item, BlobProperties)
                    else Entry(f"{bucket}/{item.name.rstrip('/')}", "folder", 0, "")
                    async for item in page
                    if item.name != prefix
                ]

        pages = read_pages()
        while (page := self._ask(next_page, pages)) is not None:
            yield page

    def look(self, path: str) -> Entry | None:
        try:
            found = self._ask(self._blob(path).get_blob_properties)
        except Vanished:
            return None
        return Entry(path, "file", found.size, found.etag.strip('"'))

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        from azure.core import MatchConditions

        async def fetch() -> bytes:
            stream = await self._blob(path).download_blob(
                offset=start, length=length, etag=stamp, match_condition=MatchConditions.IfNotModified
            )
            return bytes(await stream.readall())

        return self._ask(fetch)

    def write(self, path: str, content: BinaryIO) -> None:
        import base64

        blob, blocks = self._blob(path), list[str]()
        while chunk := content.read(BLOCK):
            block = base64.b64encode(b"%08d" % len(blocks)).decode()
            self._ask(blob.stage_block, block, chunk)
            blocks.append(block)
        self._ask(blob.commit_block_list, blocks)

    def rename(self, entry: Entry, target: str) -> None:
        """Copy, then delete, both under conditions."""
        from azure.core import MatchConditions

        source, aim = self._blob(entry.path), self._blob(target)
        try:
            answer = self._ask(
                aim.start_copy_from_url,
                source.url,
                source_etag=entry.stamp,
                source_match_condition=MatchConditions.IfNotModified,
                match_condition=MatchConditions.IfMissing,
            )
        except (Changed, Refused):
            refuse_changed(self, entry)
            if self.look(target):
                raise Taken from None
            raise
        self._wait_for_copy(aim, str(answer["copy_status"]))
        copied = self.look(target)
        if copied is None or copied.size != entry.size:
            raise Lost("CopyNotThere")
        self.remove(entry)

    def _wait_for_copy(self, blob: Any, status: str) -> None:
        import asyncio

        async def wait(status: str) -> str:
            while status == "pending":
                await asyncio.sleep(0.5)
                status = str((await blob.get_blob_properties()).copy.status)
            return status

        if self._told(self._loop.patience.listing_seconds, wait, status) != "success":
            raise Lost("CopyFailed")

    def remove(self, entry: Entry) -> None:
        from azure.core import MatchConditions

        self._ask(
            self._blob(entry.path).delete_blob,
            etag=entry.stamp,
            match_condition=MatchConditions.IfNotModified,
        )

    def _blob(self, path: str) -> Any:
        return self._system.service_client.get_blob_client(*split_key(path))

    def _ask(self, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any) -> T:
        return self._told(self._loop.patience.stall_seconds, function, *args, **parameters)

    def _told(
        self, seconds: float, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any
    ) -> T:
        from aiohttp import ClientError
        from azure.core.exceptions import (
            AzureError,
            ClientAuthenticationError,
            HttpResponseError,
            ResourceExistsError,
            ResourceModifiedError,
            ResourceNotFoundError,
        )

        try:
            return self._loop.run(seconds, function, *args, **parameters)
        except ResourceNotFoundError as error:
            raise (NoSuchPlace if _code(error) == "ContainerNotFound" else Vanished) from None
        except ResourceModifiedError:
            raise Changed from None
        except ResourceExistsError as error:  # its name for every sort of conflict
            raise (Changed if _code(error) == "BlobAlreadyExists" else Refused)(_code(error)) from None
        except ClientAuthenticationError as error:
            raise LoginRefused(_code(error)) from None
        except HttpResponseError as error:
            status = error.status_code or 500
            raise (Lost if status >= 500 or status in (408, 429) else Refused)(_code(error)) from None
        except (AzureError, ClientError, OSError) as error:
            raise Lost(type(error).__name__) from None


def _code(error: Any) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or type(error).__name__)
