"""Files are parsed in limited child processes: whatever one does to its parser, it refuses itself alone."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matchback import validate
from matchback.config import load_config
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake.staging import StagedFile, StagedSummary
from matchback.intake.worker_pool import Broken, Done, Failed, Outcome, Workers
from matchback.intake.worker_process import Limits
from unit.intake_world import EVENTS_FEED, make_world, put
from unit.test_validate import HEADER, line

POISONED = (sys.executable, "-P", str(Path(__file__).with_name("poisoned_worker.py")))
TIGHT = Limits(memory_bytes=256 << 20, seconds=6, workers=2)
GOOD = HEADER + line()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(TIGHT, POISONED)
    yield made
    made.close()


def ask(root: Path, contents: list[str]) -> list[validate.FileToStage]:
    config = make_world(root).config
    requests = []
    for number, content in enumerate(contents):
        path = root / f"file{number}.csv"
        path.write_text(content)
        requests.append(
            validate.FileToStage(
                file_id=f"f{number}",
                path=path,
                folder=root / "staged" / f"f{number}",
                feed=config.feed("events"),
                config=config,
                received_on=date(2026, 11, 7),
                declared_on=None,
                secret=b"s",
            )
        )
    return requests


def outcomes(workers: Workers, requests: list[validate.FileToStage]) -> dict[str, Outcome]:
    return {request.file_id: outcome for request, outcome in workers.stage(requests)}


def process_ids(workers: Workers) -> list[int]:
    return [worker.process.pid for worker in (*workers._idle, *workers._busy)]


def summary_of(request: validate.FileToStage) -> StagedSummary:
    summary = StagedFile(request.folder).summary()
    assert summary
    return summary


@pytest.mark.slow
@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        ("segfault", Broken("parser_failed", "it ended its parser (SIGSEGV)")),
        ("abort", Broken("parser_failed", "it ended its parser (SIGABRT)")),
        ("exit 7", Broken("parser_failed", "it ended its parser")),
        ("kill", Broken("parser_failed", "it ended its parser (SIGKILL)")),
        ("hang", Broken("took_too_long", "its limit is 0.1 minutes")),
        ("fork", Broken("took_too_long", "its limit is 0.1 minutes")),
        ("eat-python", Broken("too_large", "its limit is 256 MB of memory")),
        ("eat-polars", Broken("too_large", "its limit is 256 MB of memory")),
        ("raise", Failed("RuntimeError")),
        ("killed-once", Done()),
        ("babble", Done()),
    ],
)
def test_a_poison_file_stops_no_other(tmp_path: Path, workers: Workers, deed: str, outcome: Outcome) -> None:
    """Whatever it does, the files before, beside and after it are staged, and nothing of its own is said."""
    requests = ask(tmp_path, [GOOD, f"{deed}\n{GOOD}", GOOD, GOOD])
    found = outcomes(workers, requests)
    assert found == {"f0": Done(), "f1": outcome, "f2": Done(), "f3": Done()}
    assert [summary_of(requests[number]).records for number in (0, 2, 3)] == [1, 1, 1]
    assert "ann@" not in repr(found)


def test_a_worker_reaches_no_network_and_starts_no_program(tmp_path: Path, workers: Workers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = outcomes(workers, ask(tmp_path, [f"connect {port}\n", "program\n"]))
    assert found == {"f0": Failed("PermissionError"), "f1": Failed("PermissionError")}


def test_a_worker_has_no_secret_in_its_environment_or_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHBACK_ID_SECRET", "very-secret")
    made = Workers(TIGHT, POISONED)
    assert outcomes(made, ask(tmp_path, [GOOD])) == {"f0": Done()}
    (pid,) = process_ids(made)
    for name in ("environ", "cmdline"):
        assert b"secret" not in Path(f"/proc/{pid}/{name}").read_bytes().lower()
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    assert next(row.split()[4:6] for row in limits if row.startswith("Max core")) == ["0", "0"]
    made.close()
    assert not Path(f"/proc/{pid}").exists()


def test_workers_are_kept_for_later_files(tmp_path: Path) -> None:
    made = Workers(TIGHT, POISONED)
    outcomes(made, ask(tmp_path, [GOOD, GOOD]))
    before = sorted(process_ids(made))
    outcomes(made, ask(tmp_path, [GOOD, GOOD, GOOD]))
    assert sorted(process_ids(made)) == before
    made.close()


def test_an_operators_problem_comes_back_as_one(tmp_path: Path) -> None:
    """A feed that names an unknown column is the same error from a worker."""
    context = make_world(tmp_path, EVENTS_FEED + 'columns = { "E" = "emial" }\n')
    (request,) = ask(tmp_path / "other", [GOOD])
    request = replace(request, config=context.config, feed=context.config.feed("events"))
    ((_, outcome),) = validate.staged_apart([request], context.config)
    assert isinstance(outcome, ConfigurationError)
    assert "emial" in str(outcome)


PARENT = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from unit.test_worker_pool import POISONED, TIGHT, ask, GOOD, process_ids
from matchback.intake.worker_pool import Workers
from matchback.intake.worker_process import Limits
workers = Workers(Limits(TIGHT.memory_bytes, 600), POISONED)
requests = ask(Path({root!r}), [GOOD, "hang\\n"])
for request, outcome in workers.stage(requests):
    print(*process_ids(workers), flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_orphan_is_left(tmp_path: Path, number: signal.Signals) -> None:
    """However the parent ends, its workers end, one that is busy included."""
    code = PARENT.format(path=sys.path, root=str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(number)
        parent.wait(timeout=30)
    ends = time.monotonic() + 10
    while any(_is_alive(pid) for pid in pids) and time.monotonic() < ends:
        time.sleep(0.05)
    assert [pid for pid in pids if _is_alive(pid)] == []


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_missing_archive_stops_no_other_file(tmp_path: Path) -> None:
    from matchback import pickup
    from matchback.intake.received import received_files
    from matchback.nights import Night, exit_code

    context = make_world(tmp_path)
    put(context, "events_20261106.csv", GOOD)
    put(context, "events_20261107.csv", HEADER + line(partner_event_id="E2"))
    pickup.run(context)
    first, second = received_files(context.journal)
    first.path(context.workspace).unlink()
    summary = validate.run(context)
    assert summary.counts["failed_files"] == 1
    assert (context.workspace.staging / second.file_id / "summary.json").exists()
    assert exit_code([Night(context.as_of, (summary,))]) == 1
    with pytest.raises(MatchbackError, match="archive does not hold"):
        validate.validate_file(context, first.file_id)


def test_a_broken_file_is_staged_as_refused(tmp_path: Path) -> None:
    (request,) = ask(tmp_path, [GOOD])
    summary = validate.refuse_file(request, "too_large", "its limit is 256 MB of memory")
    assert (summary.status, summary.records) == ("refused", 0)
    assert StagedFile(request.folder).summary() == summary
    assert StagedFile(request.folder).rows().height == 0


def test_limits_come_from_the_configuration(tmp_path: Path) -> None:
    make_world(tmp_path)
    path = tmp_path / "matchback.toml"
    path.write_text(path.read_text() + "[intake]\nmemory_mb = 1024\nminutes_per_file = 5\n")
    assert validate.limits_of(load_config(path)) == Limits(1024 << 20, 300, 2)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Records of which each block alone fits into the limit are staged; the whole, with its keys, would not fit."""
    number = 500_000
    wide = [line(partner_event_id=f"E{row:07}", email=f"user{row}@example.com") for row in range(1000)]
    blocks = [
        "".join(wide).replace("E0", f"E{block:04}x").replace("user", f"u{block}x")
        for block in range(number // 1000)
    ]
    made = Workers(Limits(768 << 20, 600, 1))
    (request,) = ask(tmp_path, [HEADER + "".join(blocks)])
    assert outcomes(made, [request]) == {"f0": Done()}
    made.close()
    assert summary_of(request).records == number
    assert StagedFile(request.folder).rows()["identity"].n_unique() == number
