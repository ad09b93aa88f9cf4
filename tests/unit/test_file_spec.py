"""The file specification says what validation does: its example is accepted, its names are those of the feed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from matchback.answers.file_spec import Lines, Table, file_spec
from matchback.answers.file_spec_pages import html, markdown
from matchback.answers.spec_columns import ONE_OF, example_file, listed_columns
from matchback.config import load_config
from matchback.intake.contracts import feed_contract
from matchback.validate import FileToStage, stage_file
from unit.intake_world import EVENTS_FEED, make_world
from unit.test_extensions import EXTRAS

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "matchback.toml"
TEXT_FEEDS = [feed.id for feed in load_config(SAMPLE).feeds if feed.format.type in ("csv", "psv")]


@pytest.mark.parametrize("feed_id", TEXT_FEEDS)
def test_the_example_of_every_sample_feed_is_accepted(tmp_path: Path, feed_id: str) -> None:
    config = load_config(SAMPLE)
    feed = config.feed(feed_id)
    path = tmp_path / "file"
    path.write_text(example_file(config, feed, listed_columns(feed, feed_contract(feed))[0]) + "\n")
    summary = stage_file(
        FileToStage("0" * 16, path, tmp_path / "staged", feed, config, date(2026, 11, 7), None, b"secret")
    )
    assert (summary.status, summary.records, summary.refused) == ("valid", 1, 0)


def test_additions_of_the_workspace_are_told(tmp_path: Path) -> None:
    make_world(tmp_path, EVENTS_FEED + EXTRAS)
    config = load_config(tmp_path / "matchback.toml")
    spec = file_spec(config, config.feeds[0])
    columns = next(section for section in spec.sections if section.title == "Columns")
    rows = {row[0]: row for block in columns.blocks if isinstance(block, Table) for row in block.rows}
    assert rows["`BRANCH`"] == ("`BRANCH`", "yes", "Branch.", "Only `NE-1`, `SW-2`.", "`NE-1`")
    assert rows["`partner_user_id`"][1] == "yes"
    assert rows["`visits`"][3] == "A whole number. From 1 to 20."
    assert "Must match `[A-Z]{2}[0-9]{3}`." in rows["`officer`"][3]
    reasons = next(section for section in spec.sections if section.title == "Why a record is refused")
    codes = {row[0] for block in reasons.blocks if isinstance(block, Table) for row in block.rows}
    assert {"`out_of_range`", "`not_in_pattern`", "`not_one_of`", "`not_a_whole_number`"} <= codes


def test_delivery_names_the_file_the_folder_and_the_time() -> None:
    config = load_config(SAMPLE)
    text = markdown(file_spec(config, config.feed("account-openings")))
    assert "`events_YYYYMMDD*.csv`, for example `events_20261107.csv`" in text
    assert "A file is expected every day, by 06:00. Times are those of America/New_York." in text
    assert "A file is expected to hold 10 to 500 records" in text
    assert "`events_20261107.csv.results.csv`" in text
    assert "If more than 10% of the records are refused" in text


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('ready = { marker = "{stem}.done" }', "for `events_20261107.csv` that is `events_20261107.done`"),
        ('ready = { marker = "{name}.ok" }', "`events_20261107.csv.ok`"),
        ('ready = { manifest = "manifest_{date:%Y%m%d}.csv" }', "for example `manifest_20261107.csv`: a file that no"),
        ("folders_below = 2", "at most 2 deep"),
        ('format = { trailer = "T;{records};{amount}", decimal = "," }', "is the sum of the column `amount`, written"),
        ('format = { trailer = "T;{records};{amount}", decimal = "," }', "(decimal comma)"),
        ('format = { trailer = "T;{hash}", hash_column = "account_id" }', "is the sum of the column `account_id` read"),
        ('format = { compression = "gzip" }', "Unpacked it has at most 20 GB, and at most 200 times its packed size."),
        ("format = { max_records = 5000 }", "A file holds at most 5,000 records."),
    ],
)  # fmt: skip
def test_what_must_come_with_a_file_is_told(tmp_path: Path, declared: str, words: str) -> None:
    config = make_world(tmp_path, EVENTS_FEED + declared).config
    assert words in markdown(file_spec(config, config.feeds[0]))


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ('delivery = "full"\nmax_shrink = "20%"', "smaller than the one before by more than 20% is refused"),
        ('delivery = "full"', "whoever is not in it is on the list no more"),
        ('delivery = "add"', "those who are on it stay"),
        ('delivery = "remove"', "all others stay"),
    ],
)
def test_what_becomes_of_a_list_is_told(tmp_path: Path, declared: str, words: str) -> None:
    feed = EVENTS_FEED.replace('"events"', '"blocked"', 1).replace('kind = "events"', 'kind = "audience"')
    config = make_world(tmp_path, feed + 'constants = { purpose = "blocked" }\n' + declared).config
    assert words in markdown(file_spec(config, config.feeds[0]))


def test_a_source_with_a_password_shows_none(tmp_path: Path) -> None:
    feed = EVENTS_FEED.replace('source = "inbox"', 'source = "sftp://ann:hush@sftp.bank.example/outgoing"')
    make_world(tmp_path, feed)
    config = load_config(tmp_path / "matchback.toml")
    text = markdown(file_spec(config, config.feeds[0]))
    assert "sftp.bank.example/outgoing" in text
    assert "hush" not in text


def test_the_page_is_whole_escapes_its_words_and_loads_nothing(tmp_path: Path) -> None:
    extra = 'extra_columns = { odd = { type = "text", description = "<script>1</script> & so on" } }\n'
    make_world(tmp_path, EVENTS_FEED + extra)
    config = load_config(tmp_path / "matchback.toml")
    spec = file_spec(config, config.feeds[0])
    page = html(spec)
    assert "<script>" not in page
    assert "&lt;script&gt;1&lt;/script&gt; &amp; so on" in page
    assert not re.search(r"(?:src|href)=|url\(", page)
    assert page.count("<h2>") == len(spec.sections)


def test_markdown_keeps_its_tables_whole() -> None:
    config = load_config(SAMPLE)
    for feed in config.feeds:
        spec = file_spec(config, feed)
        text = markdown(spec)
        for block in (block for section in spec.sections for block in section.blocks):
            if isinstance(block, Lines):
                assert f"```text\n{block.text}\n```" in text
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        bare = [re.sub(r"\\\|", "", line).count("|") for line in rows]
        assert set(bare) <= {3, 5, 6}


@pytest.mark.parametrize("kind", sorted(ONE_OF))
def test_one_of_the_named_columns_is_enough_and_none_is_too_few(kind: str) -> None:
    from matchback.intake.contract_models import Rules, model

    schema = model(kind, Rules())
    assert [check.name for check in schema.checks] == ["missing_identifier"]
    columns: dict[str, list[str | None]] = {column: [None, None] for column in schema.columns}
    columns[ONE_OF[kind][0]] = ["x", None]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_columns(
        has_placeholder=False
    )
    (check,) = schema.checks
    held = check._check_fn(SimpleNamespace(lazyframe=frame.lazy())).collect()
    assert held.to_series().to_list() == [True, False]


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        ('times = "day_first", decimal = ",", thousands = "."', {"not_day_first", "not_comma_money"}),
        ('times = "month_first"', {"not_month_first", "not_money"}),
        ('times = "compact", thousands = ","', {"not_compact", "not_money"}),
        ('times = "epoch_seconds"', {"not_epoch_seconds", "not_money"}),
        ('times = "epoch_milliseconds"', {"not_epoch_milliseconds", "not_money"}),
    ],
)
def test_declared_forms_are_told_and_their_example_is_accepted(
    tmp_path: Path, declared: str, codes: set[str]
) -> None:
    more = f'format = {{ {declared} }}\ncolumns = {{ "WHEN" = "event_time", "SUM" = "amount", "ON" = "opened_on" }}\n'
    more += 'extra_columns = { opened_on = { type = "date", description = "When it was opened." } }\n'
    make_world(tmp_path, EVENTS_FEED + more)
    config = load_config(tmp_path / "matchback.toml")
    (feed,) = config.feeds
    text = markdown(file_spec(config, feed))
    forms = {"not_a_timestamp", "not_a_date", "not_day_first", "not_month_first", "not_compact"}
    forms |= {"not_epoch_seconds", "not_epoch_milliseconds", "not_money", "not_comma_money"}
    assert set(re.findall(r"`(not_\w+)`", text)) & forms == codes
    assert "ISO 8601" not in "".join(re.findall(r"\| `(?:WHEN|ON)` \|.*", text))
    path = tmp_path / "file"
    path.write_text(example_file(config, feed, listed_columns(feed, feed_contract(feed))[0]) + "\n")
    summary = stage_file(
        FileToStage("0" * 16, path, tmp_path / "staged", feed, config, date(2026, 11, 7), None, b"secret")
    )
    assert (summary.status, summary.records, summary.refused) == ("valid", 1, 0)
