"""No value of a person, of all that the sample's files hold, stands in any byte that is published or printed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from end_to_end.conftest import SampleRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]
WORD = re.compile(r"[\w.+@-]+")
SHORTEST, SHORTEST_NUMBER = 5, 8  # a shorter one, such as an order's number, stands in any row of figures
# What these columns hold is published by design: words of programs and products, never of persons.
PUBLIC = re.compile(
    r"program|campaign|channel|source|event|product|currency|status|action|reason|container|kind|branch|reward",
    re.I,
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOSED_LISTS = {"advocate_reward", "approve", "checking", "friend_offer", "production", "public"}


def test_no_value_of_a_person_is_published_or_printed(sample_run: SampleRun, repository: Path) -> None:
    canaries = vault_values(sample_run.workspace) | written_values(repository / "sample_data" / "inbox")
    assert len(canaries) > 10_000
    shown = set(WORD.findall(sample_run.printed))
    for words in published_words(sample_run.workspace / "var" / "published" / "current"):
        shown |= words
    assert shown & canaries - CLOSED_LISTS == set()


def vault_values(workspace: Path) -> set[str]:
    """Return every value of the protected vault: emails, phones, member ids, accounts, codes."""
    (vault,) = (workspace / "var" / "protected").glob("*-2026-11-07/vault.duckdb")
    with duckdb.connect(str(vault), read_only=True) as database:
        return set(
            long_enough(value for (value,) in database.execute("SELECT value FROM identifiers").fetchall())
        )


def written_values(inbox: Path) -> set[str]:
    """Return every word of every cell as it was sent, also of columns that no feed declares."""
    found: set[str] = set()
    for path in inbox.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines):
                for name, cell in row.items():
                    if isinstance(cell, str) and isinstance(name, str) and not PUBLIC.search(name):
                        found |= set(long_enough(WORD.findall(cell)))
    return found


def long_enough(values: Iterator[str] | list[str]) -> Iterator[str]:
    for value in values:
        if DAY.fullmatch(value):
            continue
        if len(value) >= (SHORTEST_NUMBER if value.replace("-", "").replace(".", "").isdigit() else SHORTEST):
            yield value


def published_words(folder: Path) -> Iterator[set[str]]:
    """Yield the words of each published file: of its bytes, and of every text in its tables."""
    for path in sorted(folder.iterdir()):
        yield set(WORD.findall(path.read_bytes().decode("latin-1")))
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            for column in table.columns:
                if column.type in ("string", "large_string"):
                    yield {
                        word for text in column.unique().to_pylist() if text for word in WORD.findall(text)
                    }
