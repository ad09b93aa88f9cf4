"""The server of the support page: a kept one, with few threads; what it is asked for is written nowhere."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import waitress

from matchback.errors import MatchbackError
from matchback.support.access import BY_TOKEN, members
from matchback.support.serving import Serving, check_serving
from matchback.support.site import MOST_BYTES, Site, application
from matchback.workspace import Workspace

THREADS = 6
MOST_OPEN = (
    1000  # connections: one browser holds six, and one that sends its request slowly holds up no other
)
IDLE_SECONDS = 30  # after which a connection on which nothing comes is closed; not while an answer is made


def serve(workspace: Workspace, serving: Serving, say: Callable[[str], None]) -> None:
    """Serve until interrupted; raise ConfigurationError if it would stand open, MatchbackError if it cannot listen."""
    now = datetime.now(UTC)
    tokens = sum(one.by == BY_TOKEN and one.is_valid(now) for one in members(workspace))
    said = check_serving(serving, tokens=tokens)
    workspace.prepare()
    logging.getLogger("waitress").setLevel(logging.ERROR)
    site = Site(workspace, serving, say)
    try:
        server = waitress.create_server(
            application(site),
            host=serving.host,
            port=serving.port,
            threads=THREADS,
            connection_limit=MOST_OPEN,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=IDLE_SECONDS // 3,
            asyncore_use_poll=True,
            ident="",
            max_request_body_size=2 * MOST_BYTES,
            max_request_header_size=32 * 1024,
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise MatchbackError(
            f"Nothing can listen on {serving.host}, port {serving.port} ({error.strerror}).",
            next_step="Name another port:  matchback support --port 8322",
        ) from None
    for words in said:
        say(words)
    say(f"The support page is at {serving.address} (stop it with Ctrl-C)")
    threading.Thread(target=_warm, daemon=True).start()
    try:
        server.run()
    finally:
        server.close()


def _warm() -> None:
    """Load what the first look-up needs, so that nobody waits for it."""
    for name in ("answers.explain", "answers.explain_text", "intake.identifiers", "warehouse"):
        importlib.import_module(f"matchback.{name}")
    importlib.import_module("polars")
