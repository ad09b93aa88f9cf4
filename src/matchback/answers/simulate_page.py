"""A sweep as a page: a self-contained file with charts, in the dress of the report page; it runs no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from matchback.answers.printing import money
from matchback.answers.simulate_sweep import IN_FORCE, sweep_rows
from matchback.errors import MatchbackError
from matchback.publishing.report_charts import bar_chart
from matchback.publishing.report_html import card, figure, pair, section, table
from matchback.publishing.report_shell import shell

Data = Mapping[str, Any]
_CHANGES = {
    "lost": ("No longer recognized", "fifth"),
    "gained": ("Recognized only then", "second"),
    "changed_advocate": ("Recognized for another advocate", "fourth"),
}


def write_page(page: str, path: Path) -> None:
    """Write a page; raise MatchbackError if the file cannot be written."""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise MatchbackError(
            f"The page cannot be written to {path} ({error.strerror}).",
            state="Nothing was changed.",
            next_step=f"Name a file in a folder that you may write to:  --page {path.name}",
        ) from None


def sweep_page(data: Data) -> str:
    """Return the page of a sweep: recognized events and what is due for each value, and the table behind."""
    lines = [(IN_FORCE, data["now"]), *((line["value"], line) for line in data["values"])]
    parts = [
        section(
            "Recognized events",
            "How many events would be recognized under each value, and what would become of those recognized now.",
            pair(figure("Recognized events", _recognized(lines)), figure("What changes", _changes(lines))),
        ),
        *_due(lines),
        section("Figures", "Each line is compared with the terms in force.", card(_figures(data))),
    ]
    return simulation_page(data, str(data["key"]), parts)


def simulation_page(data: Data, title: str, parts: Sequence[str]) -> str:
    """Return sections as a page of its own, under a title and what the simulation stands on."""
    stands_on = f"On the records of version {data['version']}, as of {data['as_of']}. Nothing was changed."
    head = f'<p class="kind">Simulation</p><h1>{escape(title)}</h1><p class="quiet">{escape(stands_on)}</p>'
    return shell(f"Simulation: {title}", "\n".join([f"<header>{head}</header>", *parts]))


def _recognized(lines: Sequence[tuple[str, Data]]) -> str:
    rows = []
    for value, line in lines:
        number = line["recognitions"]["then_count"]
        rows.append({"value": value, "number": number, "words": f"{number:,}", "color": _color(value)})
    return bar_chart(rows, label="value", value="number", words="words")


def _changes(lines: Sequence[tuple[str, Data]]) -> str:
    """Draw each kind of change that any value brings, to a scale of its own: against the totals it would be a hair."""
    rows = []
    for name, (group, color) in _CHANGES.items():
        numbers = [(value, line["recognitions"][name]) for value, line in lines]
        if any(number for _, number in numbers):
            rows += [
                {"value": value, "number": number, "words": f"{number:,}", "group": group, "color": color}
                for value, number in numbers
                if value != IN_FORCE
            ]
    return bar_chart(rows, label="value", value="number", words="words")


def _due(lines: Sequence[tuple[str, Data]]) -> list[str]:
    """Return charts of what is due for each currency; amounts of different currencies never share a scale."""
    sections = []
    for currency in sorted({reward["currency"] for _, line in lines for reward in line["rewards"]}):
        rows, lost = [], []
        for value, line in lines:
            own = [reward for reward in line["rewards"] if reward["currency"] == currency]
            due = sum(reward["then_minor"] for reward in own)
            gone = sum(reward["lost_minor"] for reward in own)
            stays = sum(reward["lost_stays_minor"] for reward in own)
            rows.append({"value": value, "minor": due, "words": money(due, currency), "color": _color(value)})
            words = (
                f"{money(gone, currency)}, of it {money(stays, currency)} stays"
                if stays
                else money(gone, currency)
            )
            if value != IN_FORCE:
                lost.append({"value": value, "minor": gone, "words": words, "color": "fifth"})
        due_chart = bar_chart(rows, label="value", value="minor", words="words")
        lost_chart = (
            bar_chart(lost, label="value", value="minor", words="words")
            if any(row["minor"] for row in lost)
            else ""
        )
        words = "What the terms would promise on that day. What is issued already stays, whatever they say."
        content = pair(figure("Due", due_chart), figure("No longer due", lost_chart))
        sections.append(section(f"Rewards due in {currency}", words, content))
    return sections


def _figures(data: Data) -> str:
    rows = sweep_rows(data)
    cells = [[cell if isinstance(cell, int | str) else f"{cell:,}" for cell in row.values()] for row in rows]
    return table(list(rows[0]), cells)


def _color(value: str) -> str:
    return "quiet" if value == IN_FORCE else "first"
