"""The last section of the report page: what the figures mean that the page shows and links to."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import NamedTuple

from matchback.publishing.definitions import UNITS, definitions
from matchback.publishing.dictionary import published_tables
from matchback.publishing.report_html import anchor, section
from matchback.publishing.report_words import words_of

TITLE = "What these numbers mean"
_LINK = re.compile(r'<a class="measure" href="#([^"]+)"')


class Meaning(NamedTuple):
    """What one published column means."""

    column: str
    title: str
    formula: str
    notes: tuple[str, ...]


def measures(body: str) -> str:
    """Return the section that explains every measure that the page's body links to, in the order of the tables."""
    asked = set(_LINK.findall(body))
    known = meanings_by_anchor()
    assert asked <= known.keys(), f"no published columns: {sorted(asked - known.keys())}"
    lines = "".join(_line(place, meaning) for place, meaning in known.items() if place in asked)
    return section(
        TITLE,
        "How each figure of this page is reckoned, and the column of analytics.duckdb in which it stands. The same is "
        "published as the table report_definitions. Amounts of the page are those columns in whole currency.",
        f'<dl class="card measures">{lines}</dl>' if lines else "",
    )


@cache
def meanings_by_anchor() -> dict[str, Meaning]:
    """Return the meaning of every published column: of reports their definition, of other tables the dictionary's."""
    found = {
        anchor(column): Meaning(column, words_of(given.name.removesuffix("_minor")), given.description, ())
        for table in published_tables()
        for given in table.columns
        for column in [f"{table.name}.{given.name}"]
    }
    for item in definitions():
        notes = [f"Unit: {UNITS[item.unit]}."]
        if item.divided_by:
            notes.append(f"Divided by: {item.divided_by}.")
        if item.vendor_formula:
            notes.append(f"Compare: {item.vendor_formula}.")
        found[item.anchor] = Meaning(
            f"{item.table_name}.{item.column_name}", item.title, item.formula, tuple(notes)
        )
    return found


def _line(place: str, meaning: Meaning) -> str:
    notes = escape(" ".join(meaning.notes))
    return (
        f'<div id="{place}"><dt>{escape(meaning.title)} <code>{escape(meaning.column)}</code></dt>'
        f"<dd>{escape(meaning.formula)}{f' <span>{notes}</span>' if notes else ''}</dd></div>"
    )
