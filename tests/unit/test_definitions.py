"""The definitions of the measures are whole. That each measure has one is held by test_dictionary.py."""

from __future__ import annotations

from pathlib import Path

from matchback.publishing.definitions import (
    REPORTS,
    UNITS,
    definitions,
    definitions_table,
    dimensions,
    measures_guide,
)
from matchback.publishing.dictionary import published_tables

REPOSITORY = Path(__file__).resolve().parents[2]
PUBLISHED = {
    (table.name, column.name)
    for table in published_tables()
    for column in table.columns
    if table.name != "report_definitions"
}


def test_a_rate_says_what_it_is_divided_by_and_money_has_its_decimal() -> None:
    for item in definitions():
        name = f"{item.table_name}.{item.column_name}"
        assert item.formula.endswith("."), name
        assert item.unit in UNITS, name
        if item.column_name.endswith("_bps"):
            assert (item.unit, bool(item.divided_by)) == ("bps", True), name
        if item.column_name.endswith("_minor"):
            assert item.unit == "minor", name
    minor = {(item.table_name, item.title) for item in definitions() if item.unit == "minor"}
    assert minor == {(item.table_name, item.title) for item in definitions() if item.unit == "amount"}


def test_no_name_is_left_among_the_dimensions() -> None:
    assert dimensions() - {column for table, column in PUBLISHED if table.startswith(REPORTS)} == set()


def test_the_guide_is_what_the_declaration_generates() -> None:
    page = (REPOSITORY / "docs" / "guides" / "measures.md").read_text(encoding="utf-8")
    assert page == measures_guide(), (
        "run: python -m matchback.publishing.definitions > docs/guides/measures.md"
    )
    assert all(f'<a id="{item.anchor}"></a>' in page for item in definitions())
    assert definitions_table().num_rows == len(definitions())
