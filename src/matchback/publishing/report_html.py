"""The parts that the report page is put together from. Whatever is text is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

Cell = str | int
_OPTION = re.compile(r"(?<!\S)--[a-z-]+")


def section(title: str, words: str, content: str) -> str:
    """Return a section: a heading, a sentence on how to read it, and its content (markup)."""
    return f'<section><h2>{escape(title)}</h2><p class="quiet">{escape(words)}</p>{content}</section>'


def card(content: str, kind: str = "") -> str:
    """Return a card around markup."""
    return f'<div class="card {kind}">{content}</div>' if kind else f'<div class="card">{content}</div>'


def pair(*contents: str) -> str:
    """Return cards that stand side by side where there is room."""
    return f'<div class="pair">{"".join(card(content) for content in contents)}</div>'


def figure(title: str, content: str) -> str:
    """Return a titled drawing or table (markup), or words in its place when there is nothing to show."""
    return f"<figure><h3>{escape(title)}</h3>{content or _nothing()}</figure>"


def more(title: str, content: str) -> str:
    """Return markup that opens on demand."""
    return f"<details><summary>{escape(title)}</summary>{content or _nothing()}</details>"


def tiles(items: Sequence[tuple[str, str, str]]) -> str:
    """Return figures of label, value and note."""
    cells = "".join(
        f'<div class="tile"><dt>{escape(label)}</dt><dd>{escape(value)}</dd><dd class="note">{escape(note)}</dd></div>'
        for label, value, note in items
    )
    return f'<dl class="tiles">{cells}</dl>'


def meanings(items: Sequence[tuple[str, str]]) -> str:
    """Return words with what they mean; empty without any."""
    lines = "".join(f"<dt>{escape(word)}</dt><dd>{_sentence(meaning)}</dd>" for word, meaning in items)
    return f'<dl class="reasons">{lines}</dl>' if lines else ""


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, words: int = 1) -> str:
    """Return a table whose first `words` columns are text and whose others are figures; empty without rows."""
    if not rows:
        return ""
    head = "".join(_cell("th", name, at >= words) for at, name in enumerate(columns))
    lines = "".join(
        f"<tr>{''.join(_cell('td', cell, at >= words) for at, cell in enumerate(row))}</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _sentence(text: str) -> str:
    """Return a sentence whose options of commands stay whole: a line may end between the two hyphens of `--reason`."""
    return _OPTION.sub(r'<span class="option">\g<0></span>', escape(text))


def _cell(tag: str, value: Cell, is_figure: bool) -> str:
    text = f"{value:,}" if isinstance(value, int) else value
    kind = ' class="n"' if is_figure else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"


def _nothing() -> str:
    return '<p class="quiet">Nothing yet.</p>'
