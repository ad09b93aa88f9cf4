"""A real S3 server on loopback, in a process of its own."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from servers import ServerProcess, free_port


@dataclass
class S3Server:
    """A running server; `options` are what a feed needs to reach a bucket in it."""

    port: int
    process: ServerProcess

    @property
    def options(self) -> dict[str, object]:
        return {"key": "test", "secret": "test", "endpoint_url": f"http://127.0.0.1:{self.port}"}

    def upload(self, folder: Path, place: str) -> None:
        """Put every file below `folder` into `place` (bucket, or bucket/prefix), making the bucket if needed."""
        import s3fs

        store = s3fs.S3FileSystem(**self.options, use_listings_cache=False, skip_instance_cache=True)
        bucket = place.split("/")[0]
        if not store.exists(bucket):
            store.mkdir(bucket)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                store.put_file(str(path), f"{place}/{path.relative_to(folder)}")

    @cached_property
    def client(self) -> Any:
        """A client of its own by which tests look at the server past the code that they test."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )

    def stop(self) -> None:
        self.process.stop()


def start_s3(folder: Path) -> S3Server:
    """Start a server whose log lies in `folder`."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    process = ServerProcess(
        [str(program), "-H", "127.0.0.1", "-p", str(port)],
        folder / "s3.log",
        {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
    )
    process.wait_for_port(port)
    return S3Server(port, process)
