"""The reference of what `explain --json` prints, made from `explain_shape.toml`; tests hold real answers against it.

Regenerate it with `python -m matchback.answers.explain_reference > docs/reference/explain-json.md`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

SAME_ROWS = {
    "persons[].rewards[]": "journeys[].rewards[]",
    "left_out[].rewards[]": "journeys[].rewards[]",
    "advocate_activity[]": "persons[].activity[]",
}
_SHAPE = Path(__file__).with_name("explain_shape.toml")
_HEAD = """# What `explain --json` prints

Generated from `src/matchback/answers/explain_shape.toml`; do not edit. Regenerate it with
`python -m matchback.answers.explain_reference > docs/reference/explain-json.md`.

One object. Names stay; new ones may be added. Times are ISO 8601 in UTC, days are dates in the program's zone, money is
an integer in the smallest unit beside its currency. Whole numbers from 2^53 on, as most ids, are text, so that every
reader keeps them exact. A list without rows is empty, never left out, except those said to stand in some answers only.
"""
_AUDIENCES = {
    "staff": (
        "## For staff\n\n`reward_id` stands only where a reward was asked about; `touches`, `advocates` and "
        "`advocate_activity` only for a pair; `proof` only with `--pack`.\n"
    ),
    "advocate": "## For the advocate (`--audience advocate`)\n\nNothing else is ever in it.\n",
}


@cache
def shape() -> dict[str, dict[str, dict[str, str]]]:
    """Return meanings by audience, by place of the row (such as `journeys[].programs[]`), by name."""
    return tomllib.loads(_SHAPE.read_text(encoding="utf-8"))


def explain_reference() -> str:
    """Return the text of `docs/reference/explain-json.md`."""
    parts = [_HEAD]
    for audience, words in _AUDIENCES.items():
        parts.append(words)
        for place, names in sorted(shape()[audience].items()):
            same = [
                f"`{other}`" for other, like in SAME_ROWS.items() if like == place and audience == "staff"
            ]
            title = f"`{place}`" if place else "The object itself"
            also = f"Rows of {' and '.join(same)} are alike.\n\n" if same else ""
            rows = "".join(f"| {name} | {meaning} |\n" for name, meaning in sorted(names.items()))
            parts.append(f"### {title}\n\n{also}| name | meaning |\n|---|---|\n{rows}")
    return "\n".join(parts)


def strangers(data: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the (place, name) of everything in an answer that the shape does not know; empty when all is as said."""
    known = {(place, name) for place, names in shape()[data["audience"]].items() for name in names}
    return places(data) - known


def places(data: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the (place, name) of every single value in an answer."""
    return set(_walk(data, ""))


def _walk(row: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for like, rows in SAME_ROWS.items():
        if place == like or place.startswith(f"{like}."):
            place = place.replace(like, rows, 1)
    for name, value in row.items():
        below = f"{place}.{name}" if place else name
        if name == "members" or not isinstance(value, dict | list):
            if value is not None or (place, name) != ("", "coupon"):
                yield place, name
        elif isinstance(value, dict):
            yield from _walk(value, below)
        elif any(not isinstance(item, dict) for item in value):
            yield place, name
        else:
            for item in value:
                yield from _walk(item, f"{below}[]")


if __name__ == "__main__":
    sys.stdout.write(explain_reference())
