"""A TCP proxy on loopback that breaks what passes through it: cuts, stalls, refuses, and counts."""

from __future__ import annotations

import re
import select
import socket
import threading
from dataclasses import dataclass, field

_UNKNOWN_CONDITION = (
    b"<Error><Code>NotImplemented</Code><Message>A header is not implemented</Message></Error>"
)
_NOT_IMPLEMENTED = (
    b"HTTP/1.1 501 Not Implemented\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_UNKNOWN_CONDITION), _UNKNOWN_CONDITION)
)
_CONDITIONS = re.compile(rb"\r\n(if-none-match|if-match):", re.IGNORECASE)
_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Proxy:
    """Passes bytes on to a port until it is told otherwise. One proxy serves one test at a time."""

    target: int
    connections: int = 0
    received: int = 0
    requests: int = 0
    _cuts: list[int] = field(default_factory=list)
    _stall_after: int | None = None
    _forbidden: bytes = b""
    _conditions: str = "known"
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def calm(self) -> None:
        """Pass everything on again, and count anew."""
        with self._lock:
            self._cuts, self._stall_after, self._forbidden = [], None, b""
            self._conditions = "known"
            self.connections = self.received = self.requests = 0

    def cut_after(self, *sizes: int) -> None:
        """Break the connection after so many more bytes from the server; then again after the next number."""
        with self._lock:
            self._cuts = list(sizes)

    def stall_after(self, size: int) -> None:
        """Hold back everything that the server sends after so many more bytes, and keep the connections open."""
        with self._lock:
            self._stall_after = size

    def forbid(self, part_of_path: str) -> None:
        """Answer requests for such a path as a server that refuses them."""
        self._forbidden = part_of_path.encode()

    def refuse_conditions(self) -> None:
        """Answer requests under a condition as an S3 server that knows none."""
        self._conditions = "refused"

    def ignore_conditions(self) -> None:
        """Pass requests under a condition on without it."""
        self._conditions = "ignored"

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            while True:
                readable, _, _ = select.select([client, server], [], [], 60)
                if not readable:
                    return
                for side in readable:
                    try:
                        content = side.recv(1 << 16)
                        if not content or not self._pass_on(content, client, server, side is server):
                            return
                    except OSError:
                        return

    def _pass_on(
        self, content: bytes, client: socket.socket, server: socket.socket, from_server: bool
    ) -> bool:
        """Send a piece on as we were told; return False to break the connection."""
        if not from_server:
            if self._forbidden and self._forbidden in content.split(b"\r\n")[0]:
                client.sendall(_FORBIDDEN)
                return False
            head, blank, body = content.partition(b"\r\n\r\n")
            self.requests += b" HTTP/1.1\r\n" in head
            if self._conditions == "refused" and _CONDITIONS.search(head):
                client.sendall(_NOT_IMPLEMENTED)
                return False
            if self._conditions == "ignored":
                head = _CONDITIONS.sub(b"\r\nX-Nothing:", head)
            server.sendall(head + blank + body)
            return True
        with self._lock:
            self.received += len(content)
            if self._stall_after is not None:
                content, stalled = content[: self._stall_after], content[self._stall_after :]
                self._stall_after -= len(content)
                is_stalled = bool(stalled) or self._stall_after == 0
            else:
                is_stalled = False
            is_cut = bool(self._cuts) and self._cuts[0] <= len(content)
            if is_cut:
                content = content[: self._cuts.pop(0)]
            elif self._cuts:
                self._cuts[0] -= len(content)
        if content:
            client.sendall(content)
        if is_stalled:
            select.select([client], [], [], 60)
        return not (is_cut or is_stalled)
