"""A file specification as Markdown and as one HTML page that stands alone, reads on a phone, and prints well."""

from __future__ import annotations

import re
from html import escape

from matchback.answers.file_spec import Block, FileSpec, Lines, Section, Table

_CODE = re.compile(r"`([^`]*)`")
_STYLE = """
:root { color-scheme: light; --ink: #1c2430; --quiet: #566173; --line: #d9dee6; --tint: #f4f6f9; --mark: #0b5c7a; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { border-bottom: 3px solid var(--mark); padding-bottom: 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; color: var(--mark); }
p { margin: .6rem 0; max-width: 46rem; }
ul { margin: .6rem 0; padding-left: 1.2rem; max-width: 46rem; }
li { margin: .25rem 0; }
code { font: .88em/1.4 ui-monospace, "SF Mono", Consolas, monospace; background: var(--tint); padding: .08em .3em;
  border-radius: 3px; overflow-wrap: break-word; }
li code, p code { overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto;
  font: .85rem/1.5 ui-monospace, "SF Mono", Consolas, monospace; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .7rem; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; color: var(--quiet); border-bottom: 2px solid var(--line); white-space: nowrap; }
tbody tr:nth-child(even) { background: #fafbfc; }
td:first-child code { font-weight: 600; }
.quiet { color: var(--quiet); font-size: .88rem; }
@media (max-width: 44rem) {
  main { padding: 1.25rem 1rem 3rem; }
  table, tbody, tr, td { display: block; width: 100%; }
  thead { display: none; }
  tr { border: 1px solid var(--line); border-radius: 8px; margin: .7rem 0; padding: .4rem 0; }
  tbody tr:nth-child(even) { background: none; }
  td { border: 0; padding: .25rem .8rem; overflow-wrap: anywhere; }
  td:not(:first-child)::before { content: attr(data-name); display: block; font-size: .75rem; color: var(--quiet); }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { font-size: 10pt; line-height: 1.4; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 1.4rem; }
  thead { display: table-header-group; }
  tr, li, pre { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  table { font-size: 8.5pt; }
  code, pre, tbody tr:nth-child(even) { background: none; }
  code { padding: 0; }
}
"""


def markdown(spec: FileSpec) -> str:
    """Return the specification as Markdown."""
    parts = [f"# {spec.title}", spec.lead]
    for section in spec.sections:
        parts.append(f"## {section.title}")
        parts += [_markdown_block(block) for block in section.blocks]
    parts.append(f"Made from configuration {spec.version}.")
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, Lines):
        return f"```text\n{block.text}\n```"
    if isinstance(block, Table):
        rows = [block.columns, tuple("---" for _ in block.columns), *block.rows]
        return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)
    return "\n".join(f"- {item}" for item in block)


def _cell(text: str) -> str:
    """A pipe would end the cell, in code too."""
    return text.replace("|", "\\|").replace("``", "-")


def html(spec: FileSpec) -> str:
    """Return the specification as a page of its own; it loads nothing."""
    sections = "".join(_html_section(section) for section in spec.sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(spec.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><header><h1>{escape(spec.title)}</h1><p>{_inline(spec.lead)}</p></header>\n{sections}"
        f'<p class="quiet">Made from configuration {escape(spec.version)}.</p></main></body></html>\n'
    )


def _html_section(section: Section) -> str:
    content = "\n".join(_html_block(block) for block in section.blocks)
    return f"<section><h2>{escape(section.title)}</h2>\n{content}</section>\n"


def _html_block(block: Block) -> str:
    if isinstance(block, str):
        return f"<p>{_inline(block)}</p>"
    if isinstance(block, Lines):
        return f'<pre tabindex="0">{escape(block.text)}</pre>'
    if isinstance(block, Table):
        head = "".join(f'<th scope="col">{_inline(name)}</th>' for name in block.columns)
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td data-name="{escape(name)}">{_inline(cell)}</td>'
                for name, cell in zip(block.columns, row, strict=True)
            )
            + "</tr>"
            for row in block.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in block) + "</ul>"


def _inline(text: str) -> str:
    """Return words as markup: what stands between backticks is code, between stars emphasis."""
    marked = _CODE.sub(lambda found: f"<code>{found[1]}</code>" if found[1] else "-", escape(text))
    return re.sub(r"(?<![\w*<>])\*([a-z]+)\*(?![\w*])", r"<em>\1</em>", marked)
