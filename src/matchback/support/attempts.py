"""How often a wrong token may be tried: counted by the address that tries, in this process's memory alone."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_WRONG = 5
SECONDS = 300.0
MOST_KNOWN = 10_000


class Attempts:
    """Wrong tokens of the last minutes, by address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, client: str, now: float) -> int:
        """Return for how long an address must wait before it may try again; 0 if it need not."""
        with self._lock:
            recent = self._recent(client, now)
            return 0 if len(recent) < MOST_WRONG else max(1, round(recent[-MOST_WRONG] + SECONDS - now))

    def note_wrong(self, client: str, now: float) -> None:
        """Count a wrong token."""
        with self._lock:
            self._wrong[client] = [*self._recent(client, now), now][-MOST_WRONG:]
            self._wrong.move_to_end(client)
            while len(self._wrong) > MOST_KNOWN:
                self._wrong.popitem(last=False)

    def _recent(self, client: str, now: float) -> list[float]:
        return [at for at in self._wrong.get(client, []) if now - at < SECONDS]
