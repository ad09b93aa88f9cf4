"""Readers and runs never meet: twenty publishes under a reader in a loop, fresh readers, and one who wants to write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matchback import publish
from matchback.publishing import report_page
from unit.published_world import context_of, make_workspace, mark_steps, writing

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("publish")]
PUBLISHES = 20
# An analyst's own program: it knows DuckDB and the path, and nothing of Matchback.
LOOK = """
import duckdb, json, sys, time
def look(folder):
    with duckdb.connect(folder + "/analytics.duckdb", read_only=True) as database:
        return database.execute(
            "SELECT (SELECT MAX_BY(version_id, sequence) FROM versions), (SELECT COUNT(*) FROM persons)"
        ).fetchone()
"""
ONCE = LOOK + "print(json.dumps(look(sys.argv[1])))"
LOOP = (
    LOOK
    + """
print("ready", flush=True)
seen = []
while True:
    row = look(sys.argv[1])
    time.sleep(0.03)
    if not seen or seen[-1] != list(row):
        seen.append(list(row))
        print(json.dumps(seen[-1]), flush=True)
"""
)
WRITE = """
import duckdb, sys, time
print("ready", flush=True)
while True:
    time.sleep(0.03)
    try:
        duckdb.connect(sys.argv[1] + "/analytics.duckdb").execute("CREATE TABLE mine AS SELECT 1 AS one")
    except duckdb.Error as error:
        continue
    print("wrote", flush=True)
"""
# Root may write what is read-only, so it goes without that right here, as everybody else does.
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@contextmanager
def running(code: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*AS_ANYBODY, sys.executable, "-c", code, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def test_no_reader_blocks_a_run_or_is_blocked_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "refuse_broken", lambda warehouse, parameters: None)
    monkeypatch.setattr(
        report_page, "report_page", lambda warehouse, head, draw: "the page has tests of its own"
    )
    root = tmp_path / "workspace"
    make_workspace(root)
    current = root / "var" / "published" / "current"
    published: list[list[object]] = []
    publish_next(root, published)
    with running(LOOP, current) as reader, running(WRITE, current) as clumsy:
        for _ in range(PUBLISHES):
            publish_next(root, published)
            fresh = subprocess.run(
                [sys.executable, "-c", ONCE, str(current)], capture_output=True, text=True, check=True
            )
            assert json.loads(fresh.stdout) == published[-1]
        assert (reader.poll(), clumsy.poll()) == (None, None)
        reader.kill()
        clumsy.kill()
        seen = [json.loads(line) for line in reader.communicate()[0].splitlines()]
        assert clumsy.communicate()[0] == ""
    assert len(published) == PUBLISHES + 1
    assert [row for row in published if row in seen] == seen
    assert len(seen) > 1


def publish_next(root: Path, published: list[list[object]]) -> None:
    """Publish with one person fewer than before."""
    with writing(root) as context:
        with context.writer.transaction("change"):
            if published:
                context.writer.delete("persons", {"person_id": len(published)})
            mark_steps(context.writer, context)
        publish.run(context)
        persons = context.writer.count("persons")
    version = os.readlink(context_of(root).workspace.published / "current")
    published.append([version, persons])
