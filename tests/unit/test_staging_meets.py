"""Two that stage one file at once, one that was killed, one that sleeps and wakes: nothing half comes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matchback import load, pickup, validate
from matchback.context import RunContext
from matchback.intake.received import received_files
from matchback.intake.staging import PART, StagedFile, StagedSummary, StagingWriter, staged_file
from unit.intake_world import make_world, put, writing

RECORDS = "event_name,event_time,email\n" + "".join(
    f"account_opened,2026-11-01,a{number}@example.com\n" for number in range(3)
)
SLEEPS = """
import sys, time
from pathlib import Path
from matchback.intake.staging import StagedFile
with StagedFile(Path(sys.argv[1])).aside() as folder:
    (folder / "rows.arrow").write_text("half")
    print("begun", flush=True)
    time.sleep(600)
"""
SAME = StagedSummary("f0", "events", "events", "basis", "valid", records=3)


def write_into(aside: Path, staged: StagedFile, summary: StagedSummary) -> None:
    """Stage a file without records."""
    StagingWriter(aside).close()
    staged.finish(summary, aside)


def received(context: RunContext) -> tuple[str, StagedFile]:
    """Pick up the one file, and stage it; return its id and its result."""
    put(context, "events_20261101.csv", RECORDS)
    pickup.run(context)
    (file,) = received_files(context.journal)
    validate.validate_file(context, file.file_id)
    return file.file_id, staged_file(context.workspace.staging, file.file_id)


@pytest.mark.parametrize("slower", [SAME, replace(SAME, made_from="another")])
def test_two_that_stage_one_file_leave_one_whole_result(tmp_path: Path, slower: StagedSummary) -> None:
    """The one that began first ends last; what is the same already stays, with what load has noted beside it."""
    staged = StagedFile(tmp_path / "f0")
    with staged.aside() as first, staged.aside() as second:
        assert first != second
        write_into(second, staged, SAME)
        (staged.folder / "verdict.json").write_text("noted")
        write_into(first, staged, slower)
    assert staged.summary() == slower
    assert staged.rows().height == staged.refusals().height == 0
    assert (staged.folder / "verdict.json").exists() == (slower == SAME)
    assert [path.name for path in tmp_path.iterdir()] == ["f0"]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    staged = StagedFile(tmp_path / "f0")
    sleeper = subprocess.Popen(
        [sys.executable, "-c", SLEEPS, str(staged.folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert sleeper.stdout is not None and sleeper.stdout.readline() == "begun\n"
        with staged.aside() as aside:
            write_into(aside, staged, SAME)
        staged.remove()
        assert [path.suffix for path in tmp_path.iterdir()] == [PART]
    finally:
        os.kill(sleeper.pid, signal.SIGKILL)
        sleeper.wait()
    staged.remove()
    assert list(tmp_path.iterdir()) == []


def test_one_that_slept_too_long_does_not_refuse_what_another_staged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reader is ended for the time it took, after somebody else has staged the file."""
    from matchback.intake import worker_pool

    context = make_world(tmp_path)
    _, staged = received(context)
    valid = staged.summary()

    class Slept:
        def stage(self, requests: Any) -> Any:
            for request in requests:
                yield request, worker_pool.Broken("took_too_long", "its limit is 60 minutes")

    monkeypatch.setattr(worker_pool, "shared_workers", lambda limits: Slept())
    assert validate.validate_file(context, received_files(context.journal)[0].file_id) == valid
    assert staged.summary() == valid
    staged.remove()
    refused = validate.validate_file(context, received_files(context.journal)[0].file_id)
    assert (refused.status, refused.reason_code) == ("refused", "took_too_long")


def test_a_result_that_is_replaced_while_it_is_loaded_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_world(tmp_path)
    _, staged = received(context)
    whole, wakes = load.merge, iter((True, False))

    def interrupted(*arguments: Any) -> Any:
        outcomes = whole(*arguments)
        if next(wakes):
            with staged.aside() as aside:
                write_into(aside, staged, replace(SAME, made_from="of a former configuration"))
        return outcomes

    monkeypatch.setattr(load, "merge", interrupted)
    with writing(context) as writer:
        with pytest.raises(load.StagingReplaced):
            load.run(writer)
        assert writer.writer.table("files").num_rows == 0
        assert load.run(writer).counts["accepted"] == 3


def test_what_is_staged_after_it_was_loaded_is_removed(tmp_path: Path) -> None:
    """A task that was given up wakes when its file is loaded: the identifiers that it stages do not stay."""
    context = make_world(tmp_path)
    file_id, staged = received(context)
    with writing(context) as writer:
        load.run(writer)
        assert not staged.folder.exists()
        validate.validate_file(context, file_id)
        assert staged.identifiers().height > 0
        load.run(writer)
    assert not staged.folder.exists()
