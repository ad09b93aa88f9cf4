"""One inbox at each kind of place, with the same few acts: what the tests of sources do on a server's side.

They go past the code under test: into the sshd's folder, and to the object stores with clients of their own.
"""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from servers.azure import AzureServer
from servers.gcs import GcsServer
from servers.proxy import Proxy
from servers.s3 import S3Server
from servers.sshd import Sshd, start_sshd

KINDS = ("local", "sftp", "s3", "gcs", "azure")
BUCKET = "places"
_numbers = count(1)


class Place(Protocol):
    """An inbox of its own at a server, reached through a proxy where there is a network."""

    url: str
    options: dict[str, object]

    @property
    def proxy(self) -> Proxy | None:
        """What stands before the server."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file, over another one if need be."""

    def get(self, name: str) -> bytes | None:
        """Return a file's bytes, None if there is none."""

    def delete(self, name: str) -> None:
        """Take a file away."""

    def names(self) -> list[str]:
        """Return the names of all files, those of folders below with their path."""

    def forbid(self, name: str) -> None:
        """Let one file refuse to be read."""


@dataclass
class FolderPlace:
    """A folder of this machine, read as one or through the sshd."""

    folder: Path
    url: str
    options: dict[str, object]
    proxy: Proxy | None = None
    owner: int | None = None

    def put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if self.owner is not None:
            os.chown(path, self.owner, -1)
            if path.parent != self.folder:
                os.chown(path.parent, self.owner, -1)

    def get(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def delete(self, name: str) -> None:
        (self.folder / name).unlink()

    def names(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def forbid(self, name: str) -> None:
        (self.folder / name).chmod(0)
        os.chown(self.folder / name, os.geteuid(), -1)


@dataclass
class S3Place:
    """A prefix in a bucket. What is forbidden there lies in the archive, from which nothing is read at once."""

    server: S3Server
    proxy: Proxy
    prefix: str

    def __post_init__(self) -> None:
        self.client = self.server.client
        self.url = f"s3://{BUCKET}/{self.prefix}"
        self.options = {**self.server.options, "endpoint_url": f"http://127.0.0.1:{self.proxy.port}"}
        if BUCKET not in [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]:
            self.client.create_bucket(Bucket=BUCKET)

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=content)

    def get(self, name: str) -> bytes | None:
        if name not in self.names():
            return None
        return bytes(self.client.get_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}")["Body"].read())

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}")

    def names(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{self.prefix}/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sorted(key.removeprefix(f"{self.prefix}/") for key in keys)

    def forbid(self, name: str) -> None:
        content = self.get(name)
        self.client.put_object(
            Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=content, StorageClass="GLACIER"
        )


@dataclass
class GcsPlace:
    """A prefix in a bucket. The server knows no permissions, so that the proxy refuses in its place."""

    server: GcsServer
    proxy: Proxy
    prefix: str

    def __post_init__(self) -> None:
        self.url = f"gs://{BUCKET}/{self.prefix}"
        self.options = self.server.options(self.proxy.port)

    def put(self, name: str, content: bytes) -> None:
        self.server.put(BUCKET, f"{self.prefix}/{name}", content)

    def get(self, name: str) -> bytes | None:
        return self.server.get(BUCKET, f"{self.prefix}/{name}")

    def delete(self, name: str) -> None:
        self.server.delete(BUCKET, f"{self.prefix}/{name}")

    def names(self) -> list[str]:
        keys = self.server.keys(BUCKET, f"{self.prefix}/")
        return sorted(key.removeprefix(f"{self.prefix}/") for key in keys)

    def forbid(self, name: str) -> None:
        self.proxy.forbid(quote(f"{self.prefix}/{name}", safe="") + "?alt=media")


@dataclass
class AzurePlace:
    """A prefix in a container. What is forbidden there lies in the archive, from which nothing is read at once."""

    server: AzureServer
    proxy: Proxy
    prefix: str

    def __post_init__(self) -> None:
        self.container = self.server.client.get_container_client(BUCKET)
        if not self.container.exists():
            self.container.create_container()
        self.url = f"az://{BUCKET}/{self.prefix}"
        self.options = self.server.options(self.proxy.port)

    def put(self, name: str, content: bytes) -> None:
        self.container.upload_blob(f"{self.prefix}/{name}", content, overwrite=True)

    def get(self, name: str) -> bytes | None:
        if name not in self.names():
            return None
        return bytes(self.container.download_blob(f"{self.prefix}/{name}").readall())

    def delete(self, name: str) -> None:
        self.container.delete_blob(f"{self.prefix}/{name}")

    def names(self) -> list[str]:
        blobs = self.container.list_blobs(name_starts_with=f"{self.prefix}/")
        return sorted(blob.name.removeprefix(f"{self.prefix}/") for blob in blobs)

    def forbid(self, name: str) -> None:
        self.container.get_blob_client(f"{self.prefix}/{name}").set_standard_blob_tier("Archive")


@dataclass(frozen=True)
class SftpSite:
    """The sshd of these tests, with its proxy. Run by root, it locks its one user into `root`."""

    server: Sshd
    proxy: Proxy
    root: Path
    owner: int | None

    def place(self) -> FolderPlace:
        folder = self.root / f"inbox-{next(_numbers)}"
        folder.mkdir()
        if self.owner is not None:
            os.chown(folder, self.owner, -1)
        path = f"/{folder.name}" if self.owner is not None else str(folder)
        url = f"sftp://127.0.0.1:{self.proxy.port}{path}"
        return FolderPlace(folder, url, self.server.options, self.proxy, self.owner)


@contextmanager
def sftp_site(folder: Path) -> Iterator[SftpSite]:
    """Start the sshd of these tests, as root in a folder all of whose parents are root's, as `chroot` demands."""
    is_root = os.geteuid() == 0
    base = Path(tempfile.mkdtemp(prefix="matchback-test-", dir="/srv" if is_root else folder))
    try:
        base.chmod(0o755)
        root, keys = base / "root", base / "keys"
        root.mkdir(mode=0o755)
        keys.mkdir(mode=0o755)
        server = start_sshd(keys, chroot=root, user="nobody") if is_root else start_sshd(keys)
        proxy = Proxy(server.port)
        server.pin(proxy.port)
        yield SftpSite(server, proxy, root, pwd.getpwnam("nobody").pw_uid if is_root else None)
        proxy.stop()
        server.stop()
    finally:
        shutil.rmtree(base)


def next_prefix() -> str:
    """Return a prefix that no test has used."""
    return f"in-{next(_numbers)}"
