"""What a workspace adds to a contract: columns, tighter checks, a Pandera model; refused alike, and judged at start."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from matchback import validate
from matchback.config import load_config
from matchback.errors import ConfigurationError
from matchback.intake.contract_check import refuse_misdeclared
from matchback.intake.staging import StagedFile, StagedSummary
from unit.intake_world import AS_OF, EVENTS_FEED, make_world, put, table, take_in

HEADER = (
    "event_name,event_time,partner_event_id,partner_user_id,amount,currency,order_id,"
    "BRANCH,officer,visits,opened_by\n"
)
EXTRAS = """columns = { "BRANCH" = "branch" }

[feeds.extra_columns]
branch = { type = "choice", allowed = ["NE-1", "SW-2"], required = true, keep = true, description = "Branch." }
officer = { type = "text", pattern = "[A-Z]{2}[0-9]{3}", description = "Who sold it." }
visits = { type = "whole", at_least = "1", at_most = "20", keep = true, description = "Visits before." }
opened_by = { type = "date", at_least = "2026-01-01", keep = true, description = "Day of the paper form." }

[feeds.checks]
amount = { at_least = "0.01", at_most = "5000" }
partner_user_id = { required = true, pattern = "M[0-9]+" }
currency = { allowed = ["USD"] }
"""
GOOD = {
    "event_name": "account_opened",
    "event_time": "2026-11-01",
    "partner_event_id": "E1",
    "partner_user_id": "M1",
    "amount": "25.00",
    "currency": "USD",
    "BRANCH": "NE-1",
    "officer": "AB123",
    "visits": "3",
    "opened_by": "2026-10-30",
}


def line(**cells: str) -> str:
    return ",".join({**GOOD, **cells}.get(name, "") for name in HEADER.strip().split(",")) + "\n"


def stage(
    root: Path, content: str, feeds: str = EVENTS_FEED + EXTRAS
) -> tuple[StagedSummary, list[tuple[int, str, str]], StagedFile]:
    make_world(root, feeds)
    path = root / "file"
    path.write_text(content)
    config = load_config(root / "matchback.toml")
    request = validate.FileToStage(
        file_id="0" * 16,
        path=path,
        folder=root / "staged",
        feed=config.feeds[0],
        config=config,
        received_on=AS_OF,
        declared_on=None,
        secret=b"secret",
    )
    summary = validate.stage_file(request)
    staged = StagedFile(root / "staged")
    return summary, [(row[0], row[2], row[3]) for row in staged.refusals().iter_rows()], staged


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("BRANCH", "", "missing"),
        ("BRANCH", "ne-1", "not_one_of"),
        ("officer", "AB1234", "not_in_pattern"),
        ("officer", "xAB123", "not_in_pattern"),
        ("visits", "0", "out_of_range"),
        ("visits", "21", "out_of_range"),
        ("visits", "3.5", "not_a_whole_number"),
        ("opened_by", "2025-12-31", "out_of_range"),
        ("opened_by", "31.12.2026", "not_a_date"),
        ("amount", "0.00", "out_of_range"),
        ("amount", "5000.01", "out_of_range"),
        ("amount", "many", "not_money"),
        ("partner_user_id", "", "missing"),
        ("partner_user_id", "X1", "not_in_pattern"),
        ("currency", "EUR", "not_one_of"),
    ],
)
def test_what_breaks_an_added_check_is_refused_with_its_reason(
    tmp_path: Path, column: str, text: str, reason: str
) -> None:
    summary, refusals, _ = stage(tmp_path, HEADER + line() + line(**{column: text}) + line())
    name = "branch" if column == "BRANCH" else column
    assert refusals == [(2, name, reason)]
    assert (summary.records, summary.refused) == (3, 1)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("visits", "1"),
        ("visits", "20"),
        ("amount", "0.01"),
        ("amount", "5000.00"),
        ("opened_by", "2026-01-01"),
    ],
)
def test_bounds_are_inclusive(tmp_path: Path, column: str, text: str) -> None:
    assert stage(tmp_path, HEADER + line(**{column: text}))[1] == []


def test_a_required_column_that_the_file_lacks_refuses_it(tmp_path: Path) -> None:
    header = HEADER.replace(",BRANCH", "")
    summary, _, _ = stage(tmp_path, header + "account_opened,2026-11-01,E1,M1,1.00,USD,,AB123,3,\n")
    assert (summary.status, summary.reason_code) == ("refused", "missing_column")
    assert summary.detail.startswith("BRANCH")


def test_kept_columns_become_attributes_and_text_never_does(tmp_path: Path) -> None:
    _, _, staged = stage(tmp_path, HEADER + line() + line(visits="", opened_by="") + line(visits="007"))
    attributes = [json.loads(text) for text in staged.rows()["attributes"].to_list()]
    assert attributes == [
        {"branch": "NE-1", "opened_by": "2026-10-30", "visits": 3},
        {"branch": "NE-1"},
        {"branch": "NE-1", "opened_by": "2026-10-30", "visits": 7},
    ]


def test_an_attribute_that_changes_is_a_duplicate_and_updates_silently(tmp_path: Path) -> None:
    context = make_world(tmp_path, EVENTS_FEED + EXTRAS)
    put(context, "events_20261101.csv", HEADER + line())
    put(context, "events_20261102.csv", HEADER + line(BRANCH="SW-2"))
    take_in(context)
    files = table(context, "files")
    assert sorted((row["accepted"], row["duplicates"], row["conflicts"]) for row in files) == [
        (0, 1, 0),
        (1, 0, 0),
    ]
    kept = {
        row["received_on"]: json.loads(row["attributes"])["branch"] for row in table(context, "fact_events")
    }
    assert kept == {date(2026, 11, 1): "NE-1", date(2026, 11, 2): "SW-2"}


REQUIRING = """
[[events]]
name = "branch_visit"
stage = 1
required = ["branch", "order_id"]
"""


def test_an_event_of_the_catalog_requires_its_own_columns(tmp_path: Path) -> None:
    feeds = REQUIRING + EVENTS_FEED + EXTRAS.replace("required = true, keep", "keep")
    content = (
        HEADER
        + line(event_name="branch_visit", order_id="A1")
        + line(event_name="branch_visit", BRANCH="")
        + line(BRANCH="")
    )
    summary, refusals, _ = stage(tmp_path, content, feeds)
    assert refusals == [(2, "branch", "missing_for_event"), (2, "order_id", "missing_for_event")]
    assert summary.refused == 1


def problem_of(root: Path, feeds: str) -> str:
    make_world(root, feeds)
    with pytest.raises(ConfigurationError) as refused:
        refuse_misdeclared(load_config(root / "matchback.toml"))
    return str(refused.value)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("[feeds.checks]\namuont = { required = true }", "feeds.events.checks.amuont: there is no column 'amuont'"),
        ("[feeds.checks]\namuont = { required = true }", "Did you mean 'amount'?"),
        ("[feeds.checks]\nemail = { allowed = ['a@b.example'] }", "allowed is not for identifiers"),
        ("[feeds.checks]\nproduct = { at_least = '1' }", "at_least and at_most are for numbers"),
        ("[feeds.checks]\namount = { at_least = '2026-01-01' }", "a bound of type money is a number as text"),
        ("[feeds.checks]\nevent_time = { at_least = '5' }", "a bound of a time is a date"),
        ("[feeds.checks]\naction = { allowed = ['replace'] }", "none of the contract's own words: new, correct"),
        ("[feeds.checks]\namount = { pattern = '[0-9]+' }", "pattern, allowed and longest are for text"),
        ("[feeds.extra_columns]\namount = { type = 'text', description = 'x' }", "tighten it under `checks`"),
        ("identity = ['branch']\n[feeds.extra_columns]\nbranch = { type = 'text', description = 'x' }", "an attribute"),
        ("columns = { A = 'brunch' }\n[feeds.extra_columns]\nbranch = { type = 'flag', description = '' }", "'branch'"),
        ("[feeds.checks]\nproduct = { pattern = '(a)?(?(1)b|c)' }", "checks.product.pattern"),
        ("constants = { currency = 'dollars' }", "constants.currency: 'dollars' would be refused in every record"),
        ("constants = { event_name = 'opened' }", "constants.event_name: 'opened' would be refused"),
        ("values = { event_name = { X = 'opened' } }", "values.event_name.X: 'opened' would be refused"),
        ("optional = ['emial']", "Did you mean 'email'?"),
    ],
)  # fmt: skip
def test_what_cannot_hold_is_told_at_start(tmp_path: Path, declared: str, words: str) -> None:
    assert words in problem_of(tmp_path, EVENTS_FEED + declared)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (
            "[feeds.extra_columns]\nBRANCH = { type = 'text', description = 'x' }",
            "'BRANCH' is not a column name",
        ),
        (
            "[feeds.extra_columns]\nb = { type = 'choice', description = 'x' }",
            'type "choice" needs `allowed`',
        ),
        (
            "[feeds.extra_columns]\nb = { type = 'text', keep = true, description = 'x' }",
            "keep = true needs a type",
        ),
        ("[feeds.extra_columns]\nb = { type = 'text', descriptoin = 'x' }", "Did you mean 'description'?"),
        ("[feeds.checks]\namount = { at_least = 'much' }", "is neither a number"),
        ("[feeds.checks]\namount = { at_least = '5', at_most = '4' }", "every record would be refused"),
        ("[feeds.checks]\nproduct = { pattern = '(' }", "is not a regular expression"),
        ("[feeds.checks]\nproduct = { pattern = '(?=a)b' }", "look-around"),
        ('contract = "../elsewhere.py:Model"', "a path below the workspace"),
        ('time_zone = "Mars/Phobos"', "is not the name of a time zone"),
        ('after = { move_to = "done", delete = true }', "moved or deleted, not both"),
        ('format = { delimiter = "a" }', "a letter or a digit stands in the cells"),
        ('format = { header = false, columns = ["email", "email"] }', "'email' is named twice"),
        ('format = { header = false, columns = ["email"], hash_column = "mail" }', "is none of the columns"),
        ('folders_below = 1\nafter = { move_to = "done" }', "files of folders below stay where they are"),
        ('contract = "openings.py"', "a Python file of the workspace and a class in it"),
        ('contract = "contracts/none.py:Model"', "which is not a file of the workspace"),
    ],
)
def test_what_is_written_wrongly_is_told_when_it_is_read(tmp_path: Path, declared: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        make_world(tmp_path, EVENTS_FEED + declared)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("events_{date:%m%d}*.csv", "{date:%m%d} is no whole date"),
        ("events_{date:%H%M}*.csv", "is no whole date"),
        ("events_{date:%Q}.csv", "%Q, which is not a part of a date"),
        ("{date:%Y%m%d}_{date:%Y%m%d}.csv", "more than one date"),
        ("events_{data:%Y%m%d}.csv", "{data:%Y%m%d} means nothing in it"),
    ],
)
def test_a_pattern_that_can_date_no_file_is_told_at_start(tmp_path: Path, pattern: str, words: str) -> None:
    feed = EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", pattern)
    assert words in problem_of(tmp_path, feed)


@pytest.mark.parametrize(
    "pattern", ["*.csv", "x_{date:%y%m%d}.csv", "x_{date:%Y%j}.csv", "x_{date:%Y-%m-%dT%H}.gz"]
)
def test_a_pattern_with_a_whole_date_or_none_can_hold(tmp_path: Path, pattern: str) -> None:
    refuse_misdeclared(make_world(tmp_path, EVENTS_FEED.replace("events_{date:%Y%m%d}*.csv", pattern)).config)


def test_an_event_cannot_require_a_column_that_nobody_has(tmp_path: Path) -> None:
    words = problem_of(tmp_path, REQUIRING + EVENTS_FEED)
    assert "events.branch_visit.required: there is no column 'branch' in the contract of events." in words


MODEL = """
import pandera.pandas as pa
from pandera.typing import Series


class Openings(pa.DataFrameModel):
    partner_user_id: Series[str]
    amount: Series[float] = pa.Field(nullable=True, ge=10)
    product: Series[str] = pa.Field(nullable=True)

    @pa.check("product")
    def sold(cls, product):
        return product != "gold bars"

    @pa.dataframe_check
    def no_large_checking(cls, frame):
        return ~((frame["product"] == "checking") & (frame["amount"] > 1000))
"""
TURNING = """
    @pa.dataframe_parser
    def turn(cls, frame):
        return frame[::-1].reset_index(drop=True)
"""
WITH_MODEL = EVENTS_FEED + 'contract = "contracts/openings.py:Openings"\n'
MODEL_HEADER = "event_name,event_time,partner_event_id,partner_user_id,amount,currency,product\n"


def model_line(number: int, amount: str = "25.00", product: str = "checking", user: str = "M1") -> str:
    return f"account_opened,2026-11-01,E{number},{user},{amount},USD,{product}\n"


def with_model(root: Path, text: str = MODEL) -> Path:
    (root / "contracts").mkdir(parents=True)
    (root / "contracts/openings.py").write_text(text)
    return root


def test_an_own_pandera_model_refuses_records_like_the_contract(tmp_path: Path) -> None:
    content = (
        MODEL_HEADER
        + model_line(1)
        + model_line(2, amount="9.99")
        + model_line(3, amount="many")
        + model_line(4, amount="1000.01")
        + model_line(5, user="")
        + model_line(6, product="gold bars", amount="")
    )
    summary, refusals, staged = stage(with_model(tmp_path), content, WITH_MODEL)
    assert refusals == [
        (2, "amount", "own_check"),
        (3, "amount", "not_money"),
        (4, "", "own_check"),
        (5, "partner_user_id", "missing"),
        (6, "product", "own_check"),
    ]
    assert (summary.records, summary.refused, staged.rows().height) == (6, 5, 1)
    assert summary.money_seen == {"USD": [2500 + 999 + 100001 + 2500, 4]}
    assert summary.money_refused == {"USD": [999 + 100001 + 2500, 3]}


def test_the_models_text_is_part_of_the_configuration(tmp_path: Path) -> None:
    make_world(with_model(tmp_path), WITH_MODEL)
    before = load_config(tmp_path / "matchback.toml")
    assert json.loads(before.canonical())["contract_sources"] == {"contracts/openings.py": MODEL}
    (tmp_path / "contracts/openings.py").write_text(MODEL.replace("ge=10", "ge=20"))
    assert load_config(tmp_path / "matchback.toml").hash != before.hash


def test_a_model_that_is_a_link_out_of_the_workspace_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(MODEL)
    (tmp_path / "bank/contracts").mkdir(parents=True)
    (tmp_path / "bank/contracts/openings.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(ConfigurationError, match="which is not a file of the workspace"):
        make_world(tmp_path / "bank", WITH_MODEL)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("class Openings", "class Closings", "which has no class Openings. Did you mean 'Closings'?"),
        ("class Openings(", "class Openings((", "which is no Python: line"),
    ],
)
def test_a_model_that_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        make_world(with_model(tmp_path, MODEL.replace(before, after)), WITH_MODEL)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("amount: Series[float]", "amuont: Series[float]", "the nearest is amount"),
        ("amount: Series[float]", "amount: Series[int]", "is of type int64 where the contract gives float64"),
        ("import pandera", "1 / 0\nimport pandera", "running contracts/openings.py failed (ZeroDivisionError)"),
        ("import pandera", "import os; os._exit(3)\nimport pandera", "loading it ended the process"),
        ("import pandera", "x = bytearray(64 << 30)\nimport pandera", "failed (MemoryError)"),
        ("user_id: Series[str]", "user_id: Series[str] = pa.Field(unique=True)", "it asks for unique values"),
        ("(pa.DataFrameModel)", "", "neither a DataFrameModel nor a DataFrameSchema"),
        ("(pa.DataFrameModel):", "(pa.DataFrameModel):" + TURNING, "it has a parser of whole tables"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_used_is_told_at_start(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    with_model(tmp_path, MODEL.replace(before, after, 1))
    assert words in problem_of(tmp_path, WITH_MODEL)


def test_a_model_that_fails_on_records_refuses_the_file_and_quotes_nothing(tmp_path: Path) -> None:
    failing = MODEL.replace(
        'return product != "gold bars"', "return product.map({'checking': True}[product.iloc[0]])"
    )
    summary, _, _ = stage(
        with_model(tmp_path, failing), MODEL_HEADER + model_line(1, product="secret words"), WITH_MODEL
    )
    assert (summary.status, summary.reason_code) == ("refused", "own_contract_failed")
    assert "secret" not in summary.detail


def test_a_model_runs_in_the_limited_process_that_reads_files(tmp_path: Path) -> None:
    context = make_world(with_model(tmp_path), WITH_MODEL)
    put(context, "events_20261101.csv", MODEL_HEADER + model_line(1) + model_line(2, amount="9.99"))
    take_in(context)
    assert [(row["accepted"], row["refused"]) for row in table(context, "files")] == [(1, 1)]
    assert [(row["record_number"], row["reason_code"]) for row in table(context, "refusals")] == [
        (2, "own_check")
    ]
