"""The results file: one line per record in its order, in the sender's own bytes, delivered once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matchback.context import RunContext
from matchback.errors import SourceFailed
from matchback.intake import results_file, sources
from matchback.intake.csv_scanner import Dialect
from matchback.intake.received import ReceivedFile, received_files
from matchback.intake.staging import StagedFile
from unit.intake_world import EVENTS_FEED, make_world, put, take_in, writing

ANSWERED = EVENTS_FEED + 'after = { results_to = "results" }\n'
HEADER = "event_name,event_time,partner_event_id,amount,note\n"


def results(context: RunContext, name: str = "events_20261101.csv") -> str:
    return (context.workspace.root / "inbox" / "results" / f"{name}.results.csv").read_text()


@pytest.mark.bad_input(28)
def test_every_record_is_answered_in_order(tmp_path: Path) -> None:
    """The sender's bytes stand as they came, quotes, commas and all; a broken record becomes one cell."""
    world = make_world(tmp_path, ANSWERED)
    put(
        world,
        "events_20261101.csv",
        HEADER + 'account_opened,2026-11-01,E1,1.00,"a ""b"", c"\n'
        "account_opened,soon,E2,x,\n"
        "account_opened,2026-11-01,E3\n\n"
        "account_opened,2026-11-01,E1,1.00,again\n",
    )
    take_in(world)
    lines = results(world).splitlines()
    assert lines[0] == "matchback_status,matchback_message," + HEADER.strip()
    assert lines[1] == 'accepted,,account_opened,2026-11-01,E1,1.00,"a ""b"", c"'
    assert lines[2].startswith('refused,"amount: the column is not an amount')
    assert lines[2].endswith(",account_opened,soon,E2,x,")
    assert lines[3] == (
        'refused,the record has another number of columns than the header,"account_opened,2026-11-01,E3"'
    )
    assert lines[4] == "duplicate,delivered before; counted once,account_opened,2026-11-01,E1,1.00,again"
    assert len(lines) == 5


def test_parquet_is_answered_as_csv(tmp_path: Path) -> None:
    feed = ANSWERED.replace("*.csv", ".parquet") + 'format = { type = "parquet" }\n'
    world = make_world(tmp_path, feed)
    table = pa.table(
        {"event_name": ["account_opened", "x"], "event_time": ["2026-11-01"] * 2, "amount": [1.5, None]}
    )
    pq.write_table(table, tmp_path / "inbox" / "events_20261101.parquet")
    take_in(world)
    lines = results(world, "events_20261101.parquet").splitlines()
    assert lines[1] == "accepted,,account_opened,2026-11-01,1.5"
    assert lines[2] == "refused,event_name: the event catalog has no event of this name,x,2026-11-01,"


def test_an_unreadable_file_gets_one_row_that_says_why(tmp_path: Path) -> None:
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", "name,date\nx,y\n")
    take_in(world)
    assert results(world) == (
        "matchback_status,matchback_message\n"
        'refused,"the header lacks a column: event_name, event_time (names are compared letter by letter)"\n'
    )


def test_in_a_refused_file_good_records_are_told_so(tmp_path: Path) -> None:
    world = make_world(tmp_path, ANSWERED.replace("100%", "0%"))
    put(world, "events_20261101.csv", HEADER + "account_opened,2026-11-01,E1,,\naccount_opened,soon,E2,,\n")
    take_in(world)
    lines = results(world).splitlines()
    assert lines[1].startswith('refused,"the record is good, but its file was refused as a whole"')
    assert lines[2].startswith('refused,"event_time: ')


def test_a_resent_file_is_told_it_is_a_duplicate(tmp_path: Path) -> None:
    world = make_world(tmp_path, ANSWERED)
    content = HEADER + "account_opened,2026-11-01,E1,,\naccount_opened,soon,E2,,\n"
    put(world, "events_20261101.csv", content)
    put(world, "events_20261101b.csv", content)
    take_in(world)
    lines = results(world, "events_20261101b.csv").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["duplicate", "duplicate"]


def test_results_are_delivered_once(tmp_path: Path) -> None:
    """What the sender does with them is theirs: a second run writes nothing again."""
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER)
    take_in(world)
    (tmp_path / "inbox" / "results" / "events_20261101.csv.results.csv").unlink()
    take_in(world)
    assert list((tmp_path / "inbox" / "results").iterdir()) == []
    assert len(list(world.workspace.outbox.rglob("*.results.csv"))) == 1


def test_results_among_the_deliveries_are_no_deliveries(tmp_path: Path) -> None:
    """Also under a name that was taken: what we answered would count its records a second time."""
    world = make_world(
        tmp_path,
        EVENTS_FEED.replace("events_{date:%Y%m%d}", "*") + 'after = { delete = true, results_to = "." }\n',
    )
    for day in (1, 2, 3):
        put(world, "same.csv", HEADER + f"account_opened,2026-11-0{day},,,\n")
        take_in(world)
    take_in(world)
    assert len(received_files(world.journal)) == 3
    left = sorted(path.name for path in (tmp_path / "inbox").iterdir())
    assert len(left) == 3
    assert all(name.endswith(".results.csv") for name in left)


def test_results_that_cannot_be_delivered_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER)
    with monkeypatch.context() as patched:

        def away(*_: object, **__: object) -> str:
            raise SourceFailed("away")

        patched.setattr(sources, "deliver", away)
        take_in(world)
    assert not (tmp_path / "inbox" / "results").exists()
    take_in(world)
    assert results(world).startswith("matchback_status")


def test_results_go_only_where_the_file_came_from(tmp_path: Path) -> None:
    """A feed can have another source by the time its results are due: another sender's."""
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER + "account_opened,2026-11-01,E1,,\n")
    (tmp_path / "inbox" / "results").write_text("in the way")
    take_in(world)
    (tmp_path / "other").mkdir()
    moved = make_world(tmp_path, ANSWERED.replace('source = "inbox"', 'source = "other"'))
    take_in(moved)
    assert list((tmp_path / "other").iterdir()) == []
    (tmp_path / "inbox" / "results").unlink()
    back = make_world(tmp_path, ANSWERED)
    take_in(back)
    assert "accepted,,account_opened" in results(back)


@pytest.mark.parametrize("length", [255, 254, 238, 222, 221])
def test_a_name_as_long_as_the_file_system_takes_gets_its_results(tmp_path: Path, length: int) -> None:
    """The name is cut, between characters, and carries the file's id; also where another has taken it."""
    world = make_world(tmp_path, ANSWERED)
    stem = "events_20261101" + "\u00e9" * ((length - 19) // 2)
    name = stem + "x" * (length - 4 - len(stem.encode())) + ".csv"
    assert len(name.encode()) == length
    for content in (HEADER, HEADER + "account_opened,2026-11-01,E1,,\n"):
        put(world, name, content)
        take_in(world)
    answers = {path.name for path in (tmp_path / "inbox" / "results").iterdir()}
    assert answers >= {results_file.results_name(file) for file in received_files(world.journal)}
    assert len(answers) == 2
    assert all(answer.endswith(".csv") for answer in answers)


def test_results_do_not_bring_back_a_folder_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is not mounted stays a source that failed."""
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER)
    with monkeypatch.context() as patched:
        patched.setattr(results_file, "deliver_all", lambda _: 0)
        take_in(world)
    (tmp_path / "inbox").rename(tmp_path / "unmounted")
    assert results_file.deliver_all(world) == 0
    assert not (tmp_path / "inbox").exists()
    (tmp_path / "unmounted").rename(tmp_path / "inbox")
    assert results_file.deliver_all(world) == 1


def test_a_crash_after_the_load_still_brings_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They say what load decided then, not that the file is a duplicate now."""
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER + "account_opened,2026-11-01,E1,,\n")
    with monkeypatch.context() as patched:
        patched.setattr(results_file, "finish", lambda _: None)
        take_in(world)
    with writing(world) as writer:
        results_file.finish(writer)
    assert results(world).splitlines()[1].startswith("accepted,,")
    (file,) = received_files(world.journal)
    path = results_file.results_path(world, file)
    assert path.stat().st_mode & 0o777 == 0o600


PARQUET = ANSWERED.replace("*.csv", "*.parquet") + 'format = { type = "parquet" }\n'


def lay_parquet(context: RunContext, name: str, **columns: object) -> None:
    given = {"event_name": ["account_opened"], "event_time": ["2026-11-01"], "partner_event_id": [name]}
    pq.write_table(pa.table({**given, **columns}), context.workspace.root / "inbox" / name)


def test_a_loaded_file_is_never_answered_as_refused(tmp_path: Path) -> None:
    """A column without text is left out; one that nobody asked for and that breaks leaves the known columns."""
    world = make_world(tmp_path, PARQUET)
    lay_parquet(world, "events_20261101.parquet", extra=[{"a": 1}], raw=[b"\xff"])
    latin = pa.Array.from_buffers(pa.string(), 1, pa.array([b"Q\xe9"], pa.binary()).buffers())
    lay_parquet(world, "events_20261102.parquet", extra=latin)
    take_in(world)
    for day in ("01", "02"):
        name = f"events_202611{day}.parquet"
        assert results(world, name).splitlines() == [
            "matchback_status,matchback_message,event_name,event_time,partner_event_id",
            f"accepted,,account_opened,2026-11-01,{name}",
        ]


def test_unknown_columns_of_one_name_are_all_sent_back(tmp_path: Path) -> None:
    world = make_world(tmp_path, PARQUET)
    columns = [pa.array([text]) for text in ("a", "account_opened", "2026-11-01", "b")]
    names = ["note", "event_name", "event_time", "note"]
    pq.write_table(pa.Table.from_arrays(columns, names=names), tmp_path / "inbox" / "events_20261101.parquet")
    take_in(world)
    lines = results(world, "events_20261101.parquet").splitlines()
    assert lines[0] == "matchback_status,matchback_message," + ",".join(names)
    assert lines[1] == "accepted,,a,account_opened,2026-11-01,b"


def test_one_answer_that_fails_withholds_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path, ANSWERED)
    put(world, "events_20261101.csv", HEADER + "account_opened,2026-11-01,E1,1.00,\n")
    put(world, "events_20261102.csv", HEADER + "account_opened,2026-11-01,E2,1.00,\n")
    true_write = results_file.write
    failing: list[ReceivedFile] = []

    def write(context: RunContext, file: ReceivedFile, staged: StagedFile) -> Path:
        if not failing:
            failing.append(file)
            raise KeyError("note")
        return true_write(context, file, staged)

    monkeypatch.setattr(results_file, "write", write)
    take_in(world)
    assert results(world, "events_20261102.csv").count("accepted") == 1
    take_in(world)
    assert results(world, "events_20261101.csv").count("accepted") == 1


def test_the_declared_dialect_reads_the_answer_back(tmp_path: Path) -> None:
    """Where quotes are escaped by a backslash, our own cells are, too."""
    escaping = ANSWERED + "format = { type = \"csv\", escape = '\\' }\n"
    world = make_world(tmp_path, escaping)
    records = [rb'account_opened,2026-11-01,E1,1.00,"a \"b\", c"', rb'account_opened,soon "x" \ y,E2']
    header = HEADER.strip().replace("note", '"no\\"te"').encode()
    put(world, "events_20261101.csv", b"\n".join([header, *records, b""]))
    take_in(world)
    lines = results(world).encode().splitlines()
    dialect = Dialect(",", '"', "\\")
    assert all(dialect.record_pattern.fullmatch(line) for line in lines)
    assert dialect.cells(lines[0])[2:] == dialect.cells(header)
    assert dialect.cells(lines[1])[2:] == dialect.cells(records[0])
    assert dialect.cells(lines[2])[2:] == [records[1]]


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from matchback.context import open_context
from matchback.intake import results_file
from matchback.steps import run_steps
from matchback.workspace import Workspace

results_file.{name} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
context = open_context(Workspace.at(Path(sys.argv[1])), as_of=date(2026, 11, 7))
run_steps(context, ("pickup", "validate", "load"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["finish", "write", "deliver_all"])
def test_killed_before_delivery_the_original_answer_is_sent(tmp_path: Path, name: str) -> None:
    """The run is killed after the load's commit, and the file is picked up again under a new time: its answer says
    what load decided then; the second delivery is told that it is a duplicate, under a name of its own."""
    world = make_world(tmp_path, ANSWERED)
    given = put(
        world, "events_20261101.csv", HEADER + "account_opened,2026-11-01,E1,,\naccount_opened,soon,E2,,\n"
    )
    killed = subprocess.run([sys.executable, "-c", KILLED.format(name=name), str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "inbox" / "results").exists()
    os.utime(given, (0, 0))
    take_in(world)
    lines = results(world).splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["accepted", "refused"]
    (second,) = (
        path
        for path in (tmp_path / "inbox" / "results").iterdir()
        if path.name != "events_20261101.csv.results.csv"
    )
    assert [line.split(",")[0] for line in second.read_text().splitlines()[1:]] == ["duplicate", "duplicate"]
    take_in(world)
    assert len(list((tmp_path / "inbox" / "results").iterdir())) == 2
