"""The parts that the report page is put together from. Whatever is text is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from matchback.publishing.report_charts import Part

Cell = str | int
MANY_ROWS = 12
_HEADING = re.compile(r'<section id="([a-z0-9-]+)"><h2>(.*?)</h2>')
_NOTHING = '<p class="quiet">Nothing yet.</p>'
_SHOWN = re.compile(r"<(svg|table|dl|ul|ol|pre|p|code)[ >]")
_OPTION = re.compile(r"(?<!\S)--[a-z-]+")


class Measured(NamedTuple):
    """A name of figures, and the published column (`table.column`) whose definition it links to."""

    name: str
    column: str


def anchor(column: str) -> str:
    """Return the place on the page of a published column's definition."""
    return column.replace(".", "-")


def place(title: str) -> str:
    """Return the place on the page of a section."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def section(title: str, words: str, content: str) -> str:
    """Return a section: a heading, a sentence on how to read it, and its content (markup).

    One without anything to show says so once, instead of in each of its cards.
    """
    if not _SHOWN.search(content.replace(_NOTHING, "")):
        content = card(_NOTHING)
    return (
        f'<section id="{place(title)}"><h2>{escape(title)}</h2><p class="quiet">{escape(words)}</p>'
        f"{content}</section>"
    )


def contents(sections: Sequence[str]) -> str:
    """Return links to sections, by their headings."""
    heads = [_HEADING.match(found) for found in sections]
    links = "".join(f'<li><a href="#{head[1]}">{head[2]}</a></li>' for head in heads if head)
    return f'<nav class="contents" aria-label="Contents"><ul>{links}</ul></nav>'


def card(content: str, kind: str = "") -> str:
    """Return a card around markup."""
    return f'<div class="card {kind}">{content}</div>' if kind else f'<div class="card">{content}</div>'


def pair(*contents: str) -> str:
    """Return cards that stand side by side where there is room."""
    return f'<div class="pair">{"".join(card(content) for content in contents)}</div>'


def figure(title: str | Measured, content: str) -> str:
    """Return a titled drawing or table (markup), or words in its place when there is nothing to show.

    The title of a drawing of one measure links to its definition.
    """
    return f"<figure><h3>{_linked(title, escape(_name(title)))}</h3>{content or _NOTHING}</figure>"


def more(title: str, content: str) -> str:
    """Return markup that opens on demand."""
    return f"<details><summary>{escape(title)}</summary>{content or _NOTHING}</details>"


def legend(parts: Sequence[Part]) -> str:
    """Return the colors and names of the parts of a drawing."""
    named = "".join(f'<li><span class="key {part.color}"></span>{escape(part.label)}</li>' for part in parts)
    return f'<ul class="legend">{named}</ul>'


def tiles(items: Sequence[tuple[str | Measured, str, str]]) -> str:
    """Return figures of label, value and note; the figure of a measure links to its definition."""
    cells = "".join(
        f'<div class="tile"><dt>{escape(_name(label))}</dt><dd>{_linked(label, escape(value))}</dd>'
        f'<dd class="note">{escape(note)}</dd></div>'
        for label, value, note in items
    )
    return f'<dl class="tiles">{cells}</dl>'


def meanings(items: Sequence[tuple[str, str]]) -> str:
    """Return words with what they mean; empty without any."""
    lines = "".join(f"<dt>{escape(word)}</dt><dd>{_sentence(meaning)}</dd>" for word, meaning in items)
    return f'<dl class="reasons">{lines}</dl>' if lines else ""


def table(
    columns: Sequence[str | Measured],
    rows: Sequence[Sequence[Cell]],
    *,
    words: int = 1,
    total: int = 0,
    whole: str = "",
) -> str:
    """Return a table whose first `words` columns are text and whose others are figures; empty without rows.

    Of figures that are measures the head links to the definition. Where `total` says that there are more rows than
    these, `whole` names the published table that holds them all. The page's script lets people sort tables, and filter
    long ones.
    """
    if not rows:
        return ""
    head = "".join(_head(column, at >= words) for at, column in enumerate(columns))
    lines = "".join(
        f"<tr>{''.join(_cell(cell, at >= words) for at, cell in enumerate(row))}</tr>" for row in rows
    )
    long = ' class="long"' if len(rows) >= MANY_ROWS else ""
    return (
        f'<div class="scroll" tabindex="0"><table{long}><thead><tr>{head}</tr></thead><tbody>{lines}</tbody>'
        "</table></div>" + _cut(len(rows), total, whole)
    )


def whole_table(name: str) -> str:
    """Return the command that shows a whole published table, to copy."""
    words = f'matchback query "FROM {name}"'
    return f'<code class="command">{escape(words)}</code>'


def _cut(shown: int, total: int, whole: str) -> str:
    if total <= shown:
        return ""
    return (
        f'<p class="quiet cut">The first {shown:,} of {total:,} rows. All of them: {whole_table(whole)}</p>'
    )


def _sentence(text: str) -> str:
    """Return a sentence whose options of commands stay whole: a line may end between the two hyphens of `--reason`."""
    return _OPTION.sub(r'<span class="option">\g<0></span>', escape(text))


def _name(label: str | Measured) -> str:
    return label.name if isinstance(label, Measured) else label


def _linked(label: str | Measured, content: str) -> str:
    if not isinstance(label, Measured):
        return content
    return f'<a class="measure" href="#{anchor(label.column)}">{content}</a>'


def _head(label: str | Measured, is_figure: bool) -> str:
    kind = ' class="n"' if is_figure else ""
    return f'<th scope="col"{kind}>{_linked(label, escape(_name(label)))}</th>'


def _cell(value: Cell, is_figure: bool) -> str:
    text = f"{value:,}" if isinstance(value, int) else value
    kind = ' class="n"' if is_figure else ""
    return f"<td{kind}>{escape(text)}</td>"
