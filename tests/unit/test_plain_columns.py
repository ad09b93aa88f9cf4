"""A column that is written in the usual way has the same values and the same refusals as any other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matchback.config import Config
from matchback.intake.contracts import feed_contract
from matchback.intake.money_scan import sum_money, sum_money_texts
from matchback.intake.record_checks import BlockPlan, check_block
from matchback.intake.records import Block
from unit.intake_world import EVENTS_FEED, make_world

PLAIN = {
    "event_time": [
        "2026-11-01T05:30:00Z",
        "2026-02-30T10:00:00Z",
        "1899-12-31T00:00:00Z",
        "2026-03-08T02:30:00Z",
    ],
    "corrected_at": [
        "2026-03-08T02:30:00",
        "2026-11-01T01:30:00",
        "2101-01-01T00:00:00",
        "2026-07-04T12:00:00",
    ],
    "email": [
        "Ann@Example.com",
        "no-reply@example.com",
        "NULL@null.null",
        "a--b@example.com",
        "x@example.com",
    ],
    "partner_user_id": ["M1", "0", "NULL", "none", "1E5", "1-2_3", "00000000-0000-0000-0000-000000000000"],
    "account_id": ["0000123", "N_A", "unknown", "12"],
    "coupon_code": ["spring-1", "TEST", "Summer", "0"],
    "amount": ["1.00", "-0.5", "100", "25.005", "999999999999.99", "000000000000.10", "999999999999999"],
}
ODD = {
    "event_time": [
        "2026-11-01",
        "2026-11-01T05:30Z",
        "2026-11-01 05:30:00",
        "2026-11-01T05:30:00.5Z",
        "soon",
    ],
    "email": [" ann@example.com", "ann@example", "\u00a0null@null.null", "j\u00f6rg@example.com"],
    "partner_user_id": ["**1", "1.23E+15", "x\u202e", "\u00a0n/a", "a" * 300],
    "amount": ["2.5E1", "1,00", "x", "1.", ".5", "1234567890123456"],
}
COLUMNS = tuple(PLAIN)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return make_world(tmp_path_factory.mktemp("world"), EVENTS_FEED).config


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(*(st.integers(-1, 6) for _ in COLUMNS)), min_size=1, max_size=5),
    st.sets(st.sampled_from(COLUMNS)),
    st.sampled_from(["", "JPY", "KWD", "EUR"]),
)
def test_the_usual_way_of_writing_gives_what_the_general_one_gives(
    config: Config, rows: list[tuple[int, ...]], odd: set[str], currency: str
) -> None:
    columns = {}
    for name, numbers in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        words = PLAIN[name] + (ODD.get(name, []) if name in odd else [])
        columns[name] = ["" if number < 0 else words[number % len(words)] for number in numbers]
    columns |= {"event_name": ["account_opened"] * len(rows), "currency": [currency] * len(rows)}
    feed = config.feed("events")
    texts = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    plan = BlockPlan.of({name: name for name in columns}, feed, feed_contract(feed), config)
    general = replace(plan, columns=tuple(replace(column, forms=()) for column in plan.columns), _stages={})
    block = Block(texts, np.arange(1, len(rows) + 1), np.arange(2, len(rows) + 2))
    found, expected = check_block(block, plan), check_block(block, general)
    assert found.good.equals(expected.good) and found.bad.equals(expected.bad)
    assert found.refusals == expected.refusals


def test_ids_addresses_and_instants_are_read_in_the_usual_way(config: Config) -> None:
    """Else the test above would compare the general way with itself."""
    texts = pl.DataFrame(
        {name: words[:1] for name, words in PLAIN.items()} | {"event_name": ["account_opened"]}
    )
    feed = config.feed("events")
    plan = BlockPlan.of({name: name for name in texts.columns}, feed, feed_contract(feed), config)
    _, passed = plan.read(Block(texts, np.array([1]), np.array([2])))
    for column in ("email", "partner_user_id", "account_id", "coupon_code"):
        assert (column, "not_printable") in passed
    times = [stages for column in plan.columns if column.name == "event_time" for stages in column.forms]
    assert len(times) == 2


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"-?[0-9]{0,17}(\.[0-9]{0,4})?", fullmatch=True),
            st.text("0123456789.-+,eE ", max_size=21),
        ),
        max_size=20,
    )
)
@example(["-", "-.5", "--1", "1-", "1.2.3", "\u0661", "000000000000000001", "-0.005"])
def test_both_sums_of_money_are_the_sum_of_the_plain_amounts(cells: list[str]) -> None:
    def amount(text: str) -> int:
        sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
        whole, point, places = digits.partition(".")
        plain = 1 <= len(whole) <= 15 and len(places) <= 3 and bool(places) == bool(point)
        plain = plain and set(whole + places) <= set("0123456789")
        return sign * int(Decimal(digits) * 1000) if plain else 0

    data = "\n".join(cells).encode() or b" "
    lengths = np.array([len(cell.encode()) for cell in cells], dtype=np.int64)
    starts = np.cumsum(np.append(0, lengths[:-1] + 1))[: len(cells)].astype(np.int64)
    expected = sum(amount(cell) for cell in cells)
    assert sum_money(np.frombuffer(data, dtype=np.uint8), starts, starts + lengths, "") == expected
    assert sum_money_texts(pl.Series(cells, dtype=pl.String).to_arrow()) == expected
