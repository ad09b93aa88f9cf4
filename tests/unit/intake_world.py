"""A small workspace for the tests of intake: one program, a few events, and whichever feeds a test declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from matchback import load, pickup, validate
from matchback.context import RunContext, open_context
from matchback.steps import open_writer
from matchback.workspace import Workspace

AS_OF = date(2026, 11, 7)

CONFIGURATION = """
[workspace]
name = "test-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[events]]
name = "deposit"
stage = 4
repeatable = true
"""

EVENTS_FEED = """
[[feeds]]
id = "events"
kind = "events"
source = "inbox"
pattern = "events_{date:%Y%m%d}*.csv"
refuse_file_above = "100%"
"""


def make_world(root: Path, feeds: str = EVENTS_FEED, *, as_of: date = AS_OF) -> RunContext:
    """Make a workspace with these feeds; return its context."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "inbox").mkdir(exist_ok=True)
    (root / "secret.txt").write_text("openly fake secret")
    (root / "matchback.toml").write_text(CONFIGURATION + feeds)
    return open_context(Workspace.at(root), as_of=as_of)


def put(context: RunContext, name: str, content: str | bytes, folder: str = "inbox") -> Path:
    """Lay a file into the inbox."""
    path = context.workspace.root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@contextmanager
def writing(context: RunContext) -> Iterator[RunContext]:
    """Open the warehouse for a moment."""
    with open_writer(context) as writer:
        yield writer


def take_in(context: RunContext) -> RunContext:
    """Pick up, validate and load what lies in the inbox."""
    pickup.run(context)
    validate.run(context)
    with open_writer(context) as writer:
        load.run(writer)
    return context


def table(context: RunContext, name: str, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return a table of the warehouse as rows, sorted by all their values."""
    with open_writer(context) as writer:
        rows = writer.writer.table(name).drop_columns(list(without)).to_pylist()
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row.values()])


def on(context: RunContext, as_of: date) -> RunContext:
    """Return the context of another day."""
    return replace(context, as_of=as_of)
