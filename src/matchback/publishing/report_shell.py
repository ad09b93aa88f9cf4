"""The shell of every page that is a file: one style, at most one script, and a policy that allows these two alone.

Nothing is loaded: the policy names the hashes of what stands in the page, and forbids everything else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template

ASSETS = Path(__file__).with_name("report_assets")


def shell(title: str, body: str, *, styles: tuple[str, ...] = ("page.css",), script: str = "") -> str:
    """Return a body (markup) as a page; `styles` and `script` are names of files in report_assets."""
    style = "".join(_asset(name) for name in styles)
    code = _asset(script) if script else ""
    allowed = [f"style-src '{_hash(style)}'", *([f"script-src '{_hash(code)}'"] if code else [])]
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        allowed="; ".join(allowed),
        style=style,
        body=body,
        script=f"<script>{code}</script>\n" if code else "",
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
