"""`matchback query`: an analyst's own SQL and the worked questions, as table, CSV, spreadsheet and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Call
from matchback.answers.questions import worked_questions

ROWS = (
    "SELECT * FROM (VALUES (1, '=1+1', 12.50, TRUE), (1234567890123456789, NULL, -0.01, FALSE)) "
    "AS t (id, words, money, fine)"
)


def test_csv_is_exact(run_bank: Path, call: Call) -> None:
    said = call("query", "--workspace", run_bank, "--format", "csv", ROWS)
    assert (said.code, said.err) == (0, "")
    assert said.out == "id,words,money,fine\n1,=1+1,12.50,true\n1234567890123456789,,-0.01,false\n"


def test_a_spreadsheet_finds_no_formula_and_cuts_no_id(run_bank: Path, call: Call) -> None:
    said = call("query", "--workspace", run_bank, "--format", "spreadsheet", ROWS)
    assert said.out == ("\ufeffid,words,money,fine\n1,'=1+1,12.50,true\n'1234567890123456789,,-0.01,false\n")


@pytest.mark.parametrize("words", ["+1", "-x", "@SUM(1)", "\t=1", "\r=1", "＝1", "00123", "12E34", "1.5e10"])
def test_no_text_acts_as_a_formula(run_bank: Path, call: Call, words: str) -> None:
    said = call(
        "query", "--workspace", run_bank, "--format", "spreadsheet", f"SELECT '{words}' AS words, 1 AS one"
    )
    assert said.out.split("\n", 1)[1].lstrip('"').startswith("'")


def test_json_keeps_ids_and_money_exact(run_bank: Path, call: Call) -> None:
    expected = [
        {"id": 1, "words": "=1+1", "money": "12.50", "fine": True},
        {"id": "1234567890123456789", "words": None, "money": "-0.01", "fine": False},
    ]
    for option in (("--format", "json"), ("--json",)):
        assert json.loads(call("query", "--workspace", run_bank, *option, ROWS).out) == expected


def test_columns_of_one_name_are_told_apart(run_bank: Path, call: Call) -> None:
    said = call(
        "query", "--workspace", run_bank, "--format", "csv", "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS b"
    )
    assert said.out == "a,a_2,a_2_2,b\n1,2,3,4\n"


def test_a_long_table_says_how_much_it_left_out(run_bank: Path, call: Call) -> None:
    said = call("query", "--workspace", run_bank, "--rows", 2, "SELECT UNNEST(RANGE(5)) AS number")
    assert said.out == "number\n------\n     0\n     1\n"
    assert said.err == "3 more rows: --rows 5 shows all, --format csv writes all.\n"


def test_no_rows_still_have_a_header_in_csv(run_bank: Path, call: Call) -> None:
    said = call("query", "--workspace", run_bank, "--format", "csv", "SELECT 1 AS one WHERE FALSE")
    assert said.out == "one\n"


def test_own_files_are_read_as_tables(run_bank: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("member_id,branch\n007,Harbor\n", encoding="utf-8")
    members = f"members={tmp_path / 'members.csv'}"
    said = call(
        "query", "--workspace", run_bank, "--with", members, "--format", "csv",
        "SELECT m.member_id, m.branch, COUNT(p.person_id) > 0 AS met FROM members AS m, persons AS p GROUP BY ALL",
    )  # fmt: skip
    assert said.out == "member_id,branch,met\n007,Harbor,true\n"


def test_own_files_that_cannot_be_read_are_told(run_bank: Path, call: Call, tmp_path: Path) -> None:
    def refused(given: str) -> str:
        said = call("query", "--workspace", run_bank, "--with", given, "SELECT 1")
        assert (said.code > 0, said.out) == (True, "")
        return said.err.splitlines()[0]

    (tmp_path / "own.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "own.txt").write_text("a\n", encoding="utf-8")
    (tmp_path / "bad.parquet").write_text("jane@example.com", encoding="utf-8")
    own = tmp_path / "own.csv"
    assert refused("members") == "--with takes NAME=FILE, not 'members'."
    assert refused(f"Mem-bers={own}").startswith("'Mem-bers' cannot name a table")
    assert refused(f"rewards={own}") == "rewards is a published table already; give own.csv another name."
    assert refused(f"own={tmp_path / 'none.csv'}") == "There is no file TMP/none.csv to read as own."
    assert refused(f"own={tmp_path / 'own.txt'}").startswith("own.txt is neither .csv nor .parquet")
    said = refused(f"own={tmp_path / 'bad.parquet'}")
    assert said.startswith("bad.parquet could not be read as a table")
    assert "jane" not in said


def test_worked_questions_are_listed_shown_and_run(run_bank: Path, call: Call) -> None:
    listed = call("query", "--questions", "--json").out
    names = [row["name"] for row in json.loads(listed)]
    assert names == [question.name for question in worked_questions()]
    said = call("query", "--question", "friends_beyond_coupons", "--sql")
    assert said.out.startswith("SELECT\n    program,\n")
    said = call("query", "--workspace", run_bank, "--question", "friends_beyond_coupons", "--format", "csv")
    assert (
        said.out.splitlines()[0] == "program,friends_coupon_only,friends_recognized,friends_missed,gain_bps"
    )


def test_a_question_that_there_is_not_names_the_nearest(call: Call) -> None:
    said = call("query", "--question", "channel_by_model")
    assert said.code == 2
    assert said.err == (
        "There is no worked question 'channel_by_model'. Did you mean 'channels_by_model'?\n"
        "All of them:  matchback query --questions\n"
    )


@pytest.mark.parametrize(
    "given", [(), ("SELECT 1", "--question", "channels_by_model"), ("SELECT 1", "--sql")]
)
def test_it_takes_sql_or_a_question(call: Call, given: tuple[str, ...]) -> None:
    assert call("query", *given).code == 2


@pytest.mark.parametrize("text", ["", ";", " ;; "])
def test_a_query_without_a_statement_says_so(run_bank: Path, call: Call, text: str) -> None:
    said = call("query", "--workspace", run_bank, text)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("There is no statement in the query.\n")


def test_json_has_words_for_what_is_no_number(run_bank: Path, call: Call) -> None:
    query = "SELECT CAST('nan' AS DOUBLE) AS a, CAST('-inf' AS DOUBLE) AS b"
    said = call("query", "--workspace", run_bank, "--format", "json", query)
    assert json.loads(said.out) == [{"a": "nan", "b": "-inf"}]


@pytest.mark.parametrize(
    ("name", "other"), [("m[1].csv", "m1.csv"), ("m*.csv", "mx.csv"), ("m?.csv", "mx.csv")]
)
def test_a_file_brought_along_is_no_pattern_of_others(
    run_bank: Path, call: Call, tmp_path: Path, name: str, other: str
) -> None:
    (tmp_path / name).write_text("a\nright\n")
    (tmp_path / other).write_text("a\nwrong\n")
    said = call(
        "query", "--workspace", run_bank, "--format", "csv", "--with", f"m={tmp_path / name}", "FROM m"
    )
    assert (said.code, said.out) == (0, "a\nright\n")


def test_two_files_of_one_name_are_refused(run_bank: Path, call: Call, tmp_path: Path) -> None:
    said = call(
        "query", "--workspace", run_bank, "--with", f"m={tmp_path}", "--with", f"m={tmp_path}", "FROM m"
    )
    assert (said.code, said.err) == (2, "--with names m twice; give the second file another name.\n")
