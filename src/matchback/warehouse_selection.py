"""What of a published table is written: its allowed columns, small groups of persons left out where that is declared.

A part of the runner. A group is small that holds some persons, but fewer than declared; where it would be the only one
of those that make a total (of its program, unless declared otherwise), the next smallest is left out too, since the
total would tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchback.sqlfiles import SqlFile
from matchback.sqlfiles import quoted_name as _name
from matchback.sqlfiles import quoted_text as _text

if TYPE_CHECKING:
    from matchback.publishing.dictionary import PublishedTable


def selected(file: SqlFile, table: PublishedTable) -> str:
    """Return the query of a table's published rows."""
    if table.groups is None:
        columns = ", ".join(_name(column.name) for column in table.columns)
        return f"(SELECT {columns} FROM (\n{file.text}\n))"
    columns = ", ".join(
        name if column.name in table.groups.kept else f"CASE WHEN NOT is_small THEN {name} END AS {name}"
        for column in table.columns
        for name in (_name(column.name),)
    )
    persons = _name(table.groups.persons)
    parts = [_name(name) for name in table.groups.within]
    for name, values in table.groups.divided.items():
        parts.append(f"{_name(name)} IN ({', '.join(_text(value) for value in values)})")
    within = f"PARTITION BY {', '.join(parts)}"
    order = ", ".join(f"{_name(name)} NULLS LAST" for name in table.groups.kept)
    small = f"({persons} > 0 AND {persons} < {table.groups.smallest})"
    judged = (
        f"SELECT *, {small} AS is_few, COUNT(*) FILTER (WHERE {small}) OVER ({within}) AS few, "
        f"ROW_NUMBER() OVER ({within} ORDER BY {persons} <= 0, {persons}, {order}) AS place "
        f"FROM (\n{file.text}\n)"
    )
    also = f"few = 1 AND place = 2 AND {persons} > 0"
    return f"(SELECT {columns} FROM (SELECT *, is_few OR ({also}) AS is_small FROM ({judged})))"
