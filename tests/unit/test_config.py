"""The configuration: what is refused, in which words, and that equal meaning gives an equal hash."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from matchback.config import Config, load_config, restored_config
from matchback.config_reports import decay_weights
from matchback.config_tables import config_rows
from matchback.errors import ConfigurationError

SMALLEST = """
[workspace]
name = "harbor"
time_zone = "America/New_York"
id_secret = "env:SECRET"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox"
pattern = "*.csv"
"""


def _load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "matchback.toml"
    path.write_text(text)
    return load_config(path)


def test_defaults_fill_what_is_not_said(tmp_path: Path) -> None:
    """A small file is a whole configuration."""
    config = _load(tmp_path, SMALLEST)
    assert config.programs[0].look_back("SHARE_ID.click") == 365
    assert config.feeds[0].refuse_above_share * 100 == 5


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('kind = "events"', 'kind = "event"', "feeds.0.kind: Input should be"),
        ("time_zone", "timezone", "workspace.timezone: unknown key. Did you mean 'time_zone'?"),
        ('pattern = "*.csv"', 'pattern = "*.csv"\nidentty = ["x"]', "unknown key. Did you mean 'identity'?"),
        ('"America/New_York"', '"New York"', "is not the name of a time zone"),
        ('"env:SECRET"', '"hunter2"', "is a reference, env:NAME or file:NAME"),
        (
            'events = ["account_opened"]',
            'events = ["account_open"]',
            "'account_open' is not a known event of program refer. Did you mean 'account_opened'?",
        ),
        ("from = 2026-01-01", 'from = 2026-01-01\norder = [["COUPON"]]', "Did you mean 'COUPON_CODE'?"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_right_word(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    """Every problem is said with its place and what was probably meant."""
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, SMALLEST.replace(before, after))
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ('ineligible = ["recent_customer"]', "programs.0.ineligible: recent_customer judges nobody without"),
        ("recent_customer_days = 30", "programs.0.recent_customer_days: judges nobody unless"),
        (
            'ineligible = ["recent_customer"]\nrecent_customer_days = 0',
            "programs.0.recent_customer_days: is a number of days from 1 on",
        ),
    ],
)
def test_half_a_pair_is_refused_and_still_read_from_the_archive(
    tmp_path: Path, terms: str, words: str
) -> None:
    """What would silently judge nobody is not accepted; a night that ran so can be replayed."""
    text = SMALLEST.replace("from = 2026-01-01", f"from = 2026-01-01\n{terms}")
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, text)
    assert words in str(caught.value)
    assert restored_config(tomllib.loads(text), "hash").programs[0].id == "refer"


def test_both_of_a_pair_are_accepted(tmp_path: Path) -> None:
    terms = 'ineligible = ["recent_customer"]\nrecent_customer_days = 30'
    config = _load(tmp_path, SMALLEST.replace("from = 2026-01-01", f"from = 2026-01-01\n{terms}"))
    assert config.programs[0].recent_customer_days == 30


def test_a_secret_is_never_quoted(tmp_path: Path) -> None:
    """A secret put in by mistake does not come back in the error."""
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, SMALLEST.replace('"env:SECRET"', '"hunter2"'))
    assert "hunter2" not in str(caught.value)


def test_the_hash_follows_the_meaning_not_the_spelling(tmp_path: Path) -> None:
    """Comments and spaces leave the hash alone; a changed day changes it."""
    config = _load(tmp_path, SMALLEST)
    assert config.hash == _load(tmp_path, "# a remark\n" + SMALLEST).hash
    assert config.hash != _load(tmp_path, SMALLEST.replace("2026-01-01", "2026-01-02")).hash


def test_an_amount_is_text_so_that_no_fraction_is_lost(tmp_path: Path) -> None:
    """A binary fraction is refused with what to write instead."""
    with pytest.raises(ConfigurationError, match="write the amount as text"):
        _load(tmp_path, SMALLEST + "\n[payout]\nminimum = 10.10\n")


def test_every_ground_of_the_default_order_becomes_a_row(tmp_path: Path) -> None:
    """Manual ranks first, and an incentivized share counts on the event and through a click."""
    rows = config_rows(_load(tmp_path, SMALLEST))["config_grounds"]
    assert rows[0]["recognition_type"] == "MANUAL"
    assert rows[0]["tier"] == 0
    incentivized = [row for row in rows if row["recognition_type"] == "INCENTIVIZED_SHARE"]
    assert sorted(row["on_event"] for row in incentivized) == [False, True]
    assert len(rows) == 15


def test_weights_of_decay_halve_with_every_half_life() -> None:
    """Whole numbers, the same on every machine; each is twice the one a half-life later, cut to a whole."""
    weights = decay_weights(7)
    assert [weights[days] for days in (0, 7, 14, 210)] == [2**30, 2**29, 2**28, 1]
    assert len(weights) == 211
    assert all(earlier // 2 == later for earlier, later in zip(weights, weights[7:], strict=False))
    assert weights[1] ** 7 <= 2**209 < (weights[1] + 1) ** 7
    assert decay_weights(1) == [2**bits for bits in range(30, -1, -1)]
