"""A sweep as a page: a self-contained file with charts, in the dress of the report page; it runs no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from matchback.answers.printing import count, money
from matchback.answers.simulate_text import sweep_rows
from matchback.errors import MatchbackError
from matchback.publishing.report_charts import bar_chart
from matchback.publishing.report_html import card, figure, section, table
from matchback.publishing.report_page import ASSETS

Data = Mapping[str, Any]


def write_page(data: Data, path: Path) -> None:
    """Write a sweep's page; raise MatchbackError if the file cannot be written."""
    try:
        path.write_text(sweep_page(data), encoding="utf-8")
    except OSError as error:
        raise MatchbackError(
            f"The page cannot be written to {path} ({error.strerror}).",
            state="Nothing was changed.",
            next_step="Name a file in a folder that you may write to:  --page sweep.html",
        ) from None


def sweep_page(data: Data) -> str:
    """Return the page of a sweep: recognized events and what is due for each value, and the table behind."""
    lines = [("in force", data["now"]), *((line["value"], line) for line in data["values"])]
    stands_on = f"On the records of version {data['version']}, as of {data['as_of']}. Nothing was changed."
    head = f'<p class="kind">Simulation</p><h1>{escape(data["key"])}</h1><p class="quiet">{escape(stands_on)}</p>'
    parts = [
        f"<header>{head}</header>",
        section(
            "Recognized events",
            "How many events would be recognized under each value, beside the terms in force.",
            card(figure("Recognized events", _recognized(lines))),
        ),
        *_due(lines),
        section("Figures", "Each line is compared with the terms in force.", card(_figures(data))),
    ]
    style = (ASSETS / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Template((ASSETS / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(f"Simulation of {data['key']}"),
        style=style,
        style_hash=f"sha256-{digest}",
        body="\n".join(parts),
    )


def _recognized(lines: Sequence[tuple[str, Data]]) -> str:
    rows = []
    for value, line in lines:
        totals = line["recognitions"]
        number, lost = totals["then_count"], totals["lost"]
        words = f"{number:,}, {count(lost, 'event')} fewer" if lost else f"{number:,}"
        if totals["gained"]:
            words += f", {totals['gained']:,} more"
        rows.append({"value": value, "number": number, "words": words, "color": _color(value)})
    return bar_chart(rows, label="value", value="number", words="words")


def _due(lines: Sequence[tuple[str, Data]]) -> list[str]:
    """Return a chart of what is due for each currency; amounts of different currencies never share a scale."""
    charts = []
    for currency in sorted({reward["currency"] for _, line in lines for reward in line["rewards"]}):
        rows = []
        for value, line in lines:
            due = sum(reward["then_minor"] for reward in line["rewards"] if reward["currency"] == currency)
            rows.append({"value": value, "minor": due, "words": money(due, currency), "color": _color(value)})
        chart = bar_chart(rows, label="value", value="minor", words="words")
        words = "What the terms would promise on that day. What is issued already stays, whatever they say."
        charts.append(section(f"Rewards due in {currency}", words, card(figure("Rewards due", chart))))
    return charts


def _figures(data: Data) -> str:
    rows = [
        [str(value) if at == 0 else value for at, value in enumerate(row.values())]
        for row in sweep_rows(data)
    ]
    columns = list(sweep_rows(data)[0])
    return table(columns, [[cell if isinstance(cell, int) else str(cell) for cell in row] for row in rows])


def _color(value: str) -> str:
    return "quiet" if value == "in force" else "first"
