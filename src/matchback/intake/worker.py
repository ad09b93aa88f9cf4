"""The process that parses strangers' files: one request in, one file staged, a line of JSON out, and again.

It is started fresh (never forked), loads its libraries once, gives up what a parser does not need, and ends with the
process that started it. What it finds lies in the staging folder; through the pipe goes only that it is done.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from matchback.errors import MatchbackError
from matchback.intake.worker_limits import confine, die_with
from matchback.settings import wants_debug

if TYPE_CHECKING:
    from matchback.intake.stage_file import FileToStage

LENGTH = struct.Struct("<Q")
Stage = Callable[["FileToStage"], object]


def main(stage: Stage | None = None) -> None:
    """Serve requests from standard input until it closes. `stage` is what does the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key pressed at the terminal is the parent's business
    requests, replies = _take_pipes()
    start = _receive(requests)
    die_with(start["parent"])
    usual = _load()
    stage = stage or usual
    confine(start["memory_bytes"], programs=start["programs"])
    _say(replies, {"ready": True})
    config: Any = None
    while True:
        request = _receive(requests)
        config = request.pop("config", None) or config
        _say(replies, _done(stage, config, request))


def _done(stage: Stage, config: Any, request: dict[str, Any]) -> dict[str, str | bool]:
    """Stage one file; return what became of it, never a value of a record."""
    from matchback.intake.stage_file import FileToStage

    try:
        stage(FileToStage(config=config, feed=config.feed(request.pop("feed_id")), **request))
    except MemoryError:
        return {"memory": "lacked"}
    except MatchbackError as error:
        return {
            "error": type(error).__name__,
            "what": error.what,
            "state": error.state,
            "next_step": error.next_step,
        }
    except Exception as error:  # its words can quote a row
        if wants_debug():
            raise
        return {"failed": type(error).__name__}
    return {"done": True}


def _load() -> Stage:
    """Import everything that a file can need, so that the limit on memory is for files alone."""
    import pandera.polars
    import pyarrow.csv
    import pyarrow.ipc
    import pyarrow.parquet

    import matchback.intake.fact_rows
    import matchback.intake.record_checks
    from matchback.intake.stage_file import stage_file

    assert pandera.polars
    assert pyarrow.csv
    assert pyarrow.ipc
    assert pyarrow.parquet
    assert matchback.intake.fact_rows
    assert matchback.intake.record_checks
    return stage_file


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: what a library prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _receive(requests: BinaryIO) -> dict[str, Any]:
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        sys.exit(0)
    body: dict[str, Any] = pickle.loads(requests.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent
    return body


def _say(replies: BinaryIO, reply: dict[str, str | bool]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


if __name__ == "__main__":
    main()
