"""Presets: feeds of known senders, ready to use. One TOML file each in `presets/`, laid under a feed's own keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from matchback.config_values import nearest

_LAID_TOGETHER = ("format", "constants", "values", "checks", "after")


def preset_names() -> list[str]:
    """Return the names of all presets, sorted."""
    found = (entry.name for entry in files("matchback").joinpath("presets").iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


@cache
def read_preset(name: str) -> dict[str, Any]:
    """Return one preset: sender, about, delivery, mapping and `feed`. Raises ValueError for an unknown name."""
    known = preset_names()
    if name not in known:
        raise ValueError(
            f"preset: {name!r} is not a known preset.{nearest(name, known)} Known: {', '.join(known)}"
        )
    return tomllib.loads(files("matchback").joinpath("presets", f"{name}.toml").read_text(encoding="utf-8"))


def with_preset(feed: Any) -> Any:
    """Return a feed's keys with those of its preset below them; the feed's own words win.

    Tables are laid together key by key. A column that the feed maps takes nothing of the preset's for the same target.
    """
    if not isinstance(feed, dict) or not isinstance(feed.get("preset"), str):
        return feed
    given = read_preset(feed["preset"])["feed"]
    whole = {**given, **feed}
    for name in _LAID_TOGETHER:
        whole[name] = _laid_together(given.get(name, {}), feed.get(name, {}))
    if isinstance(feed.get("columns", {}), dict):
        own = feed.get("columns", {})
        taken = set(own.values())
        preset = {name: target for name, target in given.get("columns", {}).items() if target not in taken}
        whole["columns"] = {**preset, **own}
    return {name: value for name, value in whole.items() if name in given or name in feed}


def _laid_together(given: Any, own: Any) -> Any:
    return {**given, **own} if isinstance(own, dict) else own


def presets_page() -> str:
    """Return the guide of presets as Markdown: what each expects, and what every column becomes."""
    return "\n".join(_page_lines()) + "\n"


def _page_lines() -> Iterator[str]:
    yield "# Presets: known senders, ready to use"
    yield ""
    yield "Generated from `src/matchback/presets/`; do not edit. Regenerate it with"
    yield "`python -m matchback.config_presets > docs/guides/presets.md`."
    yield ""
    yield "A feed with `preset` needs an id, a source and little more; whatever it declares itself wins."
    yield ""
    yield "```toml"
    yield "[[feeds]]"
    yield 'id = "web-events"'
    yield 'preset = "segment"'
    yield 'source = "s3://bank-events/segment-logs"'
    yield 'values = { event_name = { "Account Opened" = "account_opened" } }'
    yield "```"
    yield ""
    yield "A feed's `columns` replace the preset's for the same target. The login service's user id, which travels as"
    yield "external id, becomes `partner_user_id` everywhere: it is what joins one sender's people to another's."
    yield ""
    yield "| preset | sender | becomes | file |"
    yield "|---|---|---|---|"
    for name in preset_names():
        preset = read_preset(name)
        feed = preset["feed"]
        form = feed.get("format", {}).get("type", "csv")
        yield f"| [{name}](#{name}) | {preset['sender']} | {feed['kind']} | {form}, `{feed['pattern']}` |"
    for name in preset_names():
        yield from _section(name, read_preset(name))


def _section(name: str, preset: dict[str, Any]) -> Iterator[str]:
    feed = preset["feed"]
    yield from ("", f"## {name}", "", preset["about"].strip(), "", f"Delivery: {preset['delivery'].strip()}")
    yield from ("", "| in the file | becomes |", "|---|---|")
    for column, target in feed.get("columns", {}).items():
        yield f"| `{column}` | `{target}` |"
    for target, value in feed.get("constants", {}).items():
        yield f"| always, where the file says nothing | `{target}` = `{value}` |"
    for target, words in feed.get("values", {}).items():
        for word, meaning in words.items():
            yield f"| `{word}` in `{target}` | `{meaning}` |"
    if feed.get("identity"):
        yield ""
        yield (
            "A record is the same again when these are: "
            + ", ".join(f"`{key}`" for key in feed["identity"])
            + "."
        )


if __name__ == "__main__":
    print(presets_page(), end="")  # noqa: T201  # the page is this module's output
