"""All checks of a model in one pass give what Pandera gives, and equal contents are numbered as by counting."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchback.config import Config
from matchback.intake import row_hash
from matchback.intake.bulk_keys import derive_keys
from matchback.intake.contract_checks import ContractChecks, validated
from matchback.intake.contract_models import Rules, model
from matchback.intake.contracts import Contract, contract_of, feed_contract
from matchback.intake.occurrences import Occurrences
from matchback.intake.record_checks import BlockPlan
from matchback.intake.records import Block
from matchback.intake.row_hash import Texts, spread, texts_of
from matchback.intake.staging_files import FrameFile, frames_of
from matchback.intake.vault_rows import VaultRows
from matchback.keys import derive_key
from unit.intake_world import EVENTS_FEED, make_world

TEXTS = {
    "identifier": [
        "M1",
        "0",
        "ann@example.com",
        "(215) 555-0142",
        "1.23E+15",
        "x\u202e",
        "\u00a0n/a",
        "a" * 300,
    ],
    "time": ["2026-11-01", "2026-03-08T02:30:00", "2026-11-01T10:00:00.5-0400", "24:00", "soon"],
    "date": ["2026-11-01", "2026-02-30", "x"],
    "money": ["1.00", "25.005", "1000000000000", "2.5E1"],
    "currency": ["USD", "JPY", "usd"],
    "flag": ["true", "maybe"],
    "whole": ["1", "x", "1000"],
    "id": ["1", "9223372036854775808"],
}
NAMES = ["account_opened", "deposit", "nope"]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    feeds = EVENTS_FEED + '[feeds.checks.product]\nallowed = ["checking", "savings"]\n'
    feeds += EVENTS_FEED.replace('"events"', '"shares"').replace("events_", "shares_")
    return make_world(tmp_path_factory.mktemp("world"), feeds).config


def cells_of(contract: Contract, drawn: list[int]) -> pl.DataFrame:
    """Return records whose cells are chosen by numbers."""
    numbers = iter(drawn)
    columns = {}
    for column in contract.columns:
        words = ["", *TEXTS.get(column.type, [*column.choices, "checking", "other"])]
        words = ["", *NAMES] if column.name == "event_name" else words
        columns[column.name] = [words[next(numbers) % len(words)] for _ in range(3)]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


@pytest.mark.parametrize("feed_id", ["events", "shares"])
@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(st.integers(0, 50), min_size=120, max_size=120))
def test_one_pass_finds_what_pandera_finds(config: Config, feed_id: str, drawn: list[int]) -> None:
    feed = config.feed(feed_id)
    contract = feed_contract(feed)
    texts = cells_of(contract, drawn)
    plan = BlockPlan.of({name: name for name in texts.columns}, feed, contract, config)
    assert plan.checks.at_once
    frame = plan.cells(Block(texts, np.arange(1, 4), np.arange(2, 5)))
    assert plan.checks.problems(frame) == validated(frame, plan.checks.model)


def test_a_check_of_another_kind_goes_through_pandera() -> None:
    usual = model("costs", Rules())
    odd = pa.Check(lambda data: data.lazyframe.select(pl.col(data.key) != "x"), name="own_check")
    schema = pa.DataFrameSchema({"program": pa.Column(pl.String, checks=[odd], nullable=True)})
    checks = ContractChecks.of(schema)
    assert ContractChecks.of(usual).at_once
    assert not checks.at_once
    assert checks.problems(pl.DataFrame({"program": ["a", "x"]})) == [(1, "program", "own_check")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), max_size=12), max_size=8))
def test_equal_contents_are_numbered_over_blocks(blocks: list[list[int]]) -> None:
    seen: Counter[int] = Counter()
    occurrences = Occurrences()
    for block in blocks:
        expected = []
        for key in block:
            seen[key] += 1
            expected.append(seen[key])
        assert occurrences.number(np.array(block, dtype=np.int64)).tolist() == expected


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "\u00e9", "", "a\\b", "\x1f", "l\nl"]))),
    st.booleans(),
)
def test_distinct_texts_and_their_places_are_the_column(cells: list[str | None], many: bool) -> None:
    """So it is whichever way is taken: the one for few cells, or the one for many."""
    series = pl.Series("x", cells, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_hash, "_MANY", 0 if many else 1000)
        texts = texts_of(series)
    values = texts.values.to_list()
    assert not texts.distinct or len(set(values)) == len(values)
    assert [None if place < 0 else values[place] for place in texts.places] == cells
    expected = [0 if cell is None else derive_key(b"s", "text", cell) for cell in cells]
    assert spread(derive_keys(b"s", "text", texts.values)[0], texts.places).tolist() == expected


@settings(max_examples=40, deadline=None)
@given(
    st.booleans().flatmap(
        lambda are_distinct: st.tuples(
            st.just(are_distinct),
            st.lists(st.lists(st.integers(0, 30), unique=are_distinct, max_size=12), max_size=8),
        )
    ),
    st.integers(0, 40),
)
def test_the_vault_holds_each_identifier_once(
    tmp_path_factory: pytest.TempPathFactory, given_blocks: tuple[bool, list[list[int]]], most_seen: int
) -> None:
    """Beyond what is remembered, the finished file is made distinct; a collision stays to be seen."""
    are_distinct, blocks = given_blocks
    vault = VaultRows(most_seen)
    file = FrameFile(tmp_path_factory.mktemp("vault") / "identifiers.arrow")
    for block in [*blocks, [0]]:
        keys = np.array([number % 29 for number in block], dtype=np.int64)
        values = pl.Series([str(number) for number in block], dtype=pl.String)
        texts = Texts(values, np.arange(len(block)), distinct=are_distinct or not block)
        vault.add("email", texts, keys, np.array(block, dtype=np.int64))
        file.append(vault.take())
    file.close()
    vault.finish(file.path)
    rows = pl.concat(frames_of(file.path))
    assert sorted(rows["value"].to_list()) == sorted(
        {str(number) for block in [*blocks, [0]] for number in block}
    )
    assert (rows["identifier_key"] == rows["check_bits"] % 29).all()


def test_every_contract_can_be_checked_at_once(tmp_path: Path) -> None:
    kinds = ["events", "shares", "clicks", "emails", "coupons", "advocates", "persons", "audience"]
    for kind in [*kinds, "approvals", "fulfillments", "costs"]:
        assert contract_of(kind)
        assert ContractChecks.of(model(kind, Rules())).at_once
