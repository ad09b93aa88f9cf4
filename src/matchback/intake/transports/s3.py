"""S3 and what speaks like it, through s3fs. Every read and delete names the ETag that was listed.

Not every store that speaks like S3 knows conditions, or heeds them: each act looks first as well, and where a condition
is refused, the next best way is gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
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
    Trouble,
    Unsupported,
    Vanished,
    below,
    next_page,
    refuse_changed,
    split_key,
)

PAGE = 1000
PART = 32 << 20
MOST_COPIED_AT_ONCE = 5 << 30
_MEANINGS: dict[str, type[Trouble]] = {
    "404": Vanished,
    "NoSuchKey": Vanished,
    "NoSuchBucket": NoSuchPlace,
    "412": Changed,
    "PreconditionFailed": Changed,
    "ConditionalRequestConflict": Changed,
    "InvalidAccessKeyId": LoginRefused,
    "SignatureDoesNotMatch": LoginRefused,
    "ExpiredToken": LoginRefused,
    "InvalidToken": LoginRefused,
    "RequestTimeout": Lost,
    "SlowDown": Lost,
    "NotImplemented": Unsupported,
    "501": Unsupported,
}
T = TypeVar("T")


class S3Store(ObjectStore):
    """One set of credentials at one endpoint."""

    def __init__(self, options: dict[str, Any], patience: Transport) -> None:
        from s3fs import S3FileSystem

        settings = {
            "connect_timeout": patience.connect_seconds,
            "read_timeout": patience.stall_seconds,
            "retries": {"max_attempts": 1},
        }
        settings |= options.get("config_kwargs") or {}
        self._system = S3FileSystem(
            **{**options, "config_kwargs": settings}, use_listings_cache=False, skip_instance_cache=True
        )
        self._loop = Loop(self._system.loop, patience)
        self._copies_blindly: bool | None = None  # nobody knows before the first answer
        self._writes_blindly = False

    def pages(self, folder: str) -> Iterator[list[Entry]]:
        bucket, prefix = below(folder)

        async def read_pages() -> AsyncIterator[list[Entry]]:
            more: dict[str, str] = {}
            while True:
                answer = await self._request(
                    "list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=PAGE, **more
                )
                folders = [item["Prefix"].rstrip("/") for item in answer.get("CommonPrefixes", [])]
                yield [Entry(f"{bucket}/{name}", "folder", 0, "") for name in folders] + [
                    Entry(f"{bucket}/{item['Key']}", "file", item["Size"], _stamp(item))
                    for item in answer.get("Contents", [])
                    if item["Key"] != prefix
                ]
                if not answer.get("IsTruncated"):
                    return
                more = {"ContinuationToken": answer["NextContinuationToken"]}

        pages = read_pages()
        while (page := self._ask(next_page, pages)) is not None:
            yield page

    def look(self, path: str) -> Entry | None:
        bucket, key = split_key(path)
        try:
            found = self._ask(self._request, "head_object", Bucket=bucket, Key=key)
        except Vanished:
            return None
        return Entry(path, "file", found["ContentLength"], _stamp(found))

    def read(self, path: str, start: int, length: int, stamp: str) -> bytes:
        bucket, key = split_key(path)

        async def fetch(**condition: str) -> bytes:
            part = f"bytes={start}-{start + length - 1}"
            answer = await self._request("get_object", Bucket=bucket, Key=key, Range=part, **condition)
            async with answer["Body"] as body:
                if answer["ETag"] != _etag(stamp):
                    raise Changed
                return bytes(await body.read())

        try:
            return self._ask(fetch, IfMatch=_etag(stamp))
        except Unsupported:
            return self._ask(fetch)

    def write(self, path: str, content: BinaryIO) -> None:
        bucket, key = split_key(path)
        first = content.read(PART)
        place = {"Bucket": bucket, "Key": key}
        if len(first) < PART:
            self._ask(self._request, "put_object", **place, Body=first)
        else:
            self._write_parts(place, first, content)
        if self._copies_blindly is None:
            onto_itself = {"CopySource": dict(place), "MetadataDirective": "REPLACE"}
            self._copies_blindly = self._is_blind("copy_object", **place, **onto_itself)
            if self._copies_blindly and len(first) < PART:
                self._writes_blindly = self._is_blind("put_object", **place, Body=first)

    def _is_blind(self, method: str, **parameters: Any) -> bool:
        """Tell whether the store writes over a file though it must not: tried with one of ours, and its own bytes."""
        try:
            self._slowly(self._request, method, **parameters, IfNoneMatch="*")
        except Changed:
            return False
        except Refused:
            return True
        return True

    def _write_parts(self, place: dict[str, str], first: bytes, content: BinaryIO) -> None:
        self._forget_uploads(place)
        upload = self._ask(self._request, "create_multipart_upload", **place)
        place["UploadId"] = upload["UploadId"]
        parts: list[dict[str, object]] = []
        try:
            while first:
                number = len(parts) + 1
                done = self._ask(self._request, "upload_part", **place, PartNumber=number, Body=first)
                parts.append({"PartNumber": number, "ETag": done["ETag"]})
                first = content.read(PART)
            self._ask(self._request, "complete_multipart_upload", **place, MultipartUpload={"Parts": parts})
        except Trouble:
            self._ask(self._request, "abort_multipart_upload", **place)
            raise

    def _forget_uploads(self, place: dict[str, str]) -> None:
        """Give up what killed runs had sent of a file: it is seen in no listing, and paid for."""
        with suppress(Refused):
            found = self._ask(
                self._request, "list_multipart_uploads", Bucket=place["Bucket"], Prefix=place["Key"]
            )
            for upload in found.get("Uploads", []):
                if upload["Key"] == place["Key"]:
                    begun = {**place, "UploadId": upload["UploadId"]}
                    self._ask(self._request, "abort_multipart_upload", **begun)

    def rename(self, entry: Entry, target: str) -> None:
        """Copy, then delete, both under conditions; looked at first as well, since not every store heeds them."""
        refuse_changed(self, entry)
        if self.look(target):
            raise Taken
        if entry.size > MOST_COPIED_AT_ONCE:
            self._slowly(self._system._copy_managed, entry.path, target, size=entry.size)
        else:
            self._copy(entry, target)
        copied = self.look(target)
        if copied is None or copied.size != entry.size:
            raise Lost("CopyNotThere")
        self.remove(entry)

    def _copy(self, entry: Entry, target: str) -> None:
        bucket, key = split_key(entry.path)
        target_bucket, target_key = split_key(target)
        place = {"Bucket": target_bucket, "Key": target_key}
        source = {"CopySource": {"Bucket": bucket, "Key": key}, "CopySourceIfMatch": _etag(entry.stamp)}
        try:
            if not self._copies_blindly:
                try:
                    self._slowly(self._request, "copy_object", **place, **source, IfNoneMatch="*")
                    return
                except Unsupported:
                    self._copies_blindly = True
            if (
                entry.size < PART and not self._writes_blindly
            ):  # what may not be copied under a condition may still be written under one
                try:
                    content = self.read(entry.path, 0, entry.size, entry.stamp) if entry.size else b""
                    self._ask(self._request, "put_object", **place, Body=content, IfNoneMatch="*")
                    return
                except Unsupported:
                    pass
            self.is_unguarded = True
            self._slowly(self._request, "copy_object", **place, **source)
        except Changed:
            refuse_changed(self, entry)
            raise Taken from None

    def remove(self, entry: Entry) -> None:
        refuse_changed(self, entry)
        bucket, key = split_key(entry.path)
        try:
            self._ask(self._request, "delete_object", Bucket=bucket, Key=key, IfMatch=_etag(entry.stamp))
        except Unsupported:
            self.is_unguarded = True
            self._ask(self._request, "delete_object", Bucket=bucket, Key=key)

    async def _request(self, method: str, **parameters: Any) -> Any:
        await self._system.set_session()
        client = await self._system.get_s3(parameters["Bucket"])
        call = getattr(client, method)
        return await call(**self._system._get_s3_method_kwargs(call, **parameters))

    def _ask(self, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any) -> T:
        return self._told(self._loop.patience.stall_seconds, function, *args, **parameters)

    def _slowly(self, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any) -> T:
        """Ask for work that the server does on its own disks, for as long as a listing may take."""
        return self._told(self._loop.patience.listing_seconds, function, *args, **parameters)

    def _told(
        self, seconds: float, function: Callable[..., Awaitable[T]], *args: Any, **parameters: Any
    ) -> T:
        from aiohttp import ClientError as BrokenAnswer
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

        try:
            return self._loop.run(seconds, function, *args, **parameters)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            raise _MEANINGS.get(code, Lost if status >= 500 else Refused)(code) from None
        except NoCredentialsError:
            raise LoginRefused from None
        except (BotoCoreError, BrokenAnswer, OSError) as error:
            raise Lost(type(error).__name__) from None


def _stamp(answer: dict[str, Any]) -> str:
    """Return ETag and time: the same bytes, put there again, are another delivery."""
    return f"{answer['ETag'].strip(chr(34))} {answer['LastModified']:%Y-%m-%dT%H:%M:%S}"


def _etag(stamp: str) -> str:
    return f'"{stamp.partition(" ")[0]}"'
