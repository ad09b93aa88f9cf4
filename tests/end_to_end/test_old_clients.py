"""Analysts' DuckDB clients may be years older than the one that publishes: 1.0, the first stable one, and 1.4."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from end_to_end.conftest import SampleRun
from matchback.answers.query import asked
from matchback.answers.questions import worked_questions
from matchback.publishing.dictionary import published_tables
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.xdist_group("sample")]
CLIENTS = ("1.0.0", "1.4.4")  # the Makefile installs them in build/clients
ASK = """
import duckdb, json, sys
asked = json.load(sys.stdin)
with duckdb.connect(sys.argv[1], read_only=True) as database:
    tables = [name for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    rows = {name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}
    answers = {name: str(database.execute(text).fetchall()) for name, text in asked.items()}
    described = dict(database.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
json.dump([duckdb.__version__, rows, answers, described], sys.stdout)
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_an_old_client_reads_every_table_and_answers_every_question(
    sample_run: SampleRun, repository: Path, client: str
) -> None:
    folder = sample_run.workspace / "var" / "published" / "current"
    questions = {question.name: question.sql for question in worked_questions() if not question.takes_members}
    ended = subprocess.run(
        [sys.executable, "-c", ASK, str(folder / "analytics.duckdb")],
        env={"PYTHONPATH": str(repository / "build" / "clients" / client)},
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    version, rows, answers, described = json.loads(ended.stdout)
    assert version == client
    assert rows == {path.stem: pq.read_metadata(path).num_rows for path in folder.glob("*.parquet")}
    assert described == {table.name: table.comment for table in published_tables()}
    assert answers == {
        name: answered(Workspace.at(sample_run.workspace), text) for name, text in questions.items()
    }


def answered(workspace: Workspace, text: str) -> str:
    with asked(workspace, text) as answer:
        return str(list(answer.rows))
