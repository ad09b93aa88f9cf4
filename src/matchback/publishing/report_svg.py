"""What of a drawing by Vega comes into a page: shapes and words from a list, and nothing else.

A drawing has no ids (those of two drawings would clash), no links, no fonts, no styles and no classes; its colors are
the page's variables. Each mark that says something carries it as its tooltip too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree as Tree

from matchback.publishing.report_charts import COLORS, TEXT, number

_SPACE = "{http://www.w3.org/2000/svg}"
_SHAPES = {
    "path": ("d", "fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity"),
    "line": ("x2", "y2", "stroke", "stroke-width", "stroke-dasharray"),
    "text": ("text-anchor", "font-size", "font-weight", "fill"),
}
_DEFAULTS = {
    ("fill", "var(--ink)"),
    ("text-anchor", "start"),
    ("font-size", f"{TEXT}"),
    ("stroke-width", "1"),
    ("opacity", "1"),
    ("x2", "0"),
    ("y2", "0"),
}
_PAINT = {"none", *(f"var(--{name})" for name in COLORS)}
_LONG = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_MOVE = re.compile(r"translate\((\S+?),(\S+?)\)")


def cleaned(drawing: str) -> str:
    """Return a drawing as the page takes it; raise AssertionError at anything that does not belong into one."""
    root = Tree.fromstring(drawing)  # noqa: S314 - our own drawing, no stranger's
    assert root.tag == f"{_SPACE}svg", root.tag
    _, _, width, height = root.attrib["viewBox"].split(" ")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="group" '
        f'font-size="{TEXT}" fill="var(--ink)">{"".join(_inner(root, 0.0, 0.0))}</svg>'
    )


def _inner(group: Tree.Element, x: float, y: float) -> Iterator[str]:
    """Give the shapes of a group; `x` and `y` say how far the groups around it are moved."""
    for part in group:
        name = part.tag.removeprefix(_SPACE)
        move = _MOVE.fullmatch(part.get("transform", "translate(0,0)"))
        assert move, f"{name} is turned"
        at_x, at_y = x + float(move[1]), y + float(move[2])
        if name == "g":
            yield from _inner(part, at_x, at_y)
        elif part.get("class") not in ("background", "foreground") and part.get("display") != "none":
            yield _shape(part, name, at_x, at_y)


def _shape(part: Tree.Element, name: str, x: float, y: float) -> str:
    attributes = []
    for key in _SHAPES[name]:
        value = part.get(key)
        if value is None:
            continue
        if key in ("fill", "stroke"):
            assert value in _PAINT, value
        elif key != "text-anchor":
            value = _LONG.sub(_short, value.removesuffix("px"))
        if (key, value) not in _DEFAULTS:
            attributes.append((key, value))
    if name == "text":
        attributes += [("x", number(x)), ("y", number(y))]
    elif x or y:
        attributes.append(("transform", f"translate({number(x)},{number(y)})"))
    if name != "text" and part.get("fill") is None:
        attributes.append(("fill", "none"))
    told = part.get("aria-label") if name == "path" else None
    if told:
        attributes += [("role", "img"), ("aria-label", told)]
    content = f"<title>{escape(told)}</title>" if told else escape(part.text or "")
    listed = "".join(f' {key}="{escape(value)}"' for key, value in attributes)
    return f"<{name}{listed}>{content}</{name}>"


def _short(found: re.Match[str]) -> str:
    return number(float(found[0]))
